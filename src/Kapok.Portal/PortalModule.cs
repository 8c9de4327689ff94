using Kapok.Foundation;
using Kapok.Foundation.Packages;
using Kapok.Portal.Browsing;
using Kapok.Portal.Help;
using Kapok.Portal.Home;
using Kapok.Portal.Problems;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Portal;

/// <summary>Floor 9: the way in – home page, help, "this page has a problem".</summary>
public sealed class PortalModule : IModule
{
    public string Name => "portal";
    public int Floor => 9;

    public void AddServices(IServiceCollection services, NodeOptions options)
    {
        services.AddSingleton<HelpArticles>();
        services.AddSingleton<ProblemReports>();
        services.AddSingleton<ReportContext>();
        services.AddSingleton<ItemUse>();
        services.AddHostedService<ItemUseFollower>();
        services.AddSingleton<IPackagePart, HelpPart>();
    }

    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        HomePages.Map(routes);
        BrowsePages.Map(routes);
        HelpPages.Map(routes);
        ProblemPages.Map(routes);
    }
}
