using Kapok.Catalogue.Api;
using Kapok.Catalogue.Desk;
using Kapok.Catalogue.Installing;
using Kapok.Catalogue.Publishing;
using Kapok.Foundation;
using Kapok.Foundation.Jobs;
using Kapok.Foundation.Packages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Catalogue;

/// <summary>Floor 3: the lists of service items, their versions, inheritance, search and rates.</summary>
public sealed class CatalogueModule : IModule
{
    public string Name => "catalogue";
    public int Floor => 3;

    public void AddServices(IServiceCollection services, NodeOptions options)
    {
        services.AddSingleton<Items>();
        services.AddSingleton<ItemSearch>();
        services.AddSingleton<CatalogueEntrance>();
        services.AddSingleton<CatalogueDesk>();
        services.AddSingleton<CatalogueRates>();
        services.AddSingleton<DefinitionUses>();
        services.AddSingleton<IJob, DuePublications>();
        services.AddSingleton<IPackagePart, CataloguePart>();
    }

    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        ItemApi.Map(routes);
        DeskApi.Map(routes);
        DeskRoutes.Map(routes);
        RateRoutes.Map(routes);
    }
}
