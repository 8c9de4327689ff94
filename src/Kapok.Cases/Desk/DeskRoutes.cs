using Kapok.Cases.Finding;
using Kapok.Cases.Handling;
using Kapok.Cases.News;
using Kapok.Cases.Wording;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Cases.Desk;

/// <summary>The pages of officials.</summary>
public static class DeskRoutes
{
    public static void AddServices(IServiceCollection services)
    {
        services.AddSingleton<MyWork>();
        services.AddSingleton<DeskItems>();
        services.AddSingleton<SavedViews>();
        services.AddSingleton<DeskLists>();
        services.AddSingleton<CaseCsv>();
        services.AddSingleton<Dossiers>();
        services.AddSingleton<CaseBundle>();
        services.AddSingleton<CaseArchive>();
        services.AddSingleton<Questions>();
        services.AddSingleton<Presences>();
        services.AddSingleton<VerdictStore>();
        services.AddSingleton<CaseFiles>();
        services.AddSingleton<Colleagues>();
        services.AddSingleton<Experts>();
        services.AddSingleton<Notices>();
        services.AddSingleton<Templates>();
        services.AddSingleton<SearchTokens>();
        services.AddSingleton<CaseSearch>();
        services.AddHostedService(s => s.GetRequiredService<CaseSearch>());
        services.AddSingleton<DeskNews>();
        services.AddHostedService(s => s.GetRequiredService<DeskNews>());
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        var desk = DeskDoor.Group(routes);
        ListRoutes.Map(desk);
        CaseRoutes.Map(desk);
        VerdictRoutes.Map(desk);
        QuestionRoutes.Map(desk);
        NoticeRoutes.Map(routes, desk);
        TemplateRoutes.Map(routes, desk);
        BulkRoutes.Map(desk);
        CounterRoutes.Map(desk);
        AuditRoutes.Map(routes);
        Advising.OpinionPages.Map(routes);
    }
}
