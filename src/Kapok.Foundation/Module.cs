using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Foundation;

/// <summary>
/// The table of contents of a module. A module is one assembly; its migrations are embedded as
/// <c>Schema/NNN_name.sql</c>, its translations as <c>Texts/*.json</c>, its styles and scripts under <c>Web/</c>.
/// </summary>
public interface IModule
{
    /// <summary>Name of the module and of its database schema, lower case: <c>cases</c>.</summary>
    string Name { get; }

    /// <summary>Floor in the house; lower floors are migrated and installed first.</summary>
    int Floor { get; }

    void AddServices(IServiceCollection services, NodeOptions options);

    void MapRoutes(IEndpointRouteBuilder routes);
}
