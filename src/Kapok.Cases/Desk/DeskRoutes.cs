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
        services.AddSingleton<Questions>();
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        var desk = DeskDoor.Group(routes);
        ListRoutes.Map(desk);
        CaseRoutes.Map(desk);
        QuestionRoutes.Map(desk);
        BulkRoutes.Map(desk);
        CounterRoutes.Map(desk);
        AuditRoutes.Map(routes);
    }
}
