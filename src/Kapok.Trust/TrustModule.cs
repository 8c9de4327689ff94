using Kapok.Foundation;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Trust;

/// <summary>Floor 1: algorithms, keys, certificates, timestamps, the audit chain.</summary>
public sealed class TrustModule : IModule
{
    public string Name => "trust";
    public int Floor => 1;

    public void AddServices(IServiceCollection services, NodeOptions options) { }

    public void MapRoutes(IEndpointRouteBuilder routes) { }
}
