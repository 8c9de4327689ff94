using Kapok.Cases.Applying;
using Kapok.Cases.Definitions;
using Kapok.Cases.Handling;
using Kapok.Cases.Installing;
using Kapok.Cases.Tracking;
using Kapok.Foundation;
using Kapok.Foundation.Jobs;
using Kapok.Foundation.Packages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Cases;

/// <summary>Floor 5: forms, flows, clocks, desks – applications and the work on them.</summary>
public sealed class CasesModule : IModule
{
    public string Name => "cases";
    public int Floor => 5;

    public void AddServices(IServiceCollection services, NodeOptions options)
    {
        services.AddSingleton<CalendarStore>();
        services.AddSingleton<DefinitionStore>();
        services.AddSingleton<CaseDesk>();
        services.AddSingleton<CaseViews>();
        services.AddSingleton<TaskHolders>();
        services.AddSingleton<LicencesAtHand>();
        services.AddSingleton<Drafts>();
        services.AddSingleton<News.LicenceNews>();
        services.AddHostedService(s => s.GetRequiredService<News.LicenceNews>());
        services.AddSingleton<FormPlace>();
        services.AddSingleton<Corrections>();
        services.AddSingleton<MyCases>();
        services.AddSingleton<Achieved>();
        services.AddSingleton<Catalogue.IDependentWork, OpenWork>();
        services.AddSingleton<Inbox>();
        services.AddSingleton<Deliveries>();
        services.AddSingleton<DraftKeeper>();
        services.AddHostedService(s => s.GetRequiredService<DraftKeeper>());
        services.AddSingleton<PendingCorrections>();
        services.AddSingleton<Receipts>();
        services.AddSingleton<StatusLookup>();
        services.AddSingleton<WaitingThings>();
        services.AddSingleton<TimerWorker>();
        services.AddHostedService(s => s.GetRequiredService<TimerWorker>());
        services.AddSingleton<FlowMessages>();
        services.AddHostedService(s => s.GetRequiredService<FlowMessages>());
        services.AddSingleton<Bulk>();
        services.AddSingleton<ClockRecompute>();
        services.AddSingleton<IJob>(s => s.GetRequiredService<ClockRecompute>());
        services.AddSingleton<IJob, BulkJob>();
        services.AddSingleton<ISwept, DraftSweep>();
        services.AddSingleton<IPackagePart, CasePackagePart>();
        services.AddSingleton<Designing.DesignDesk>();
        services.AddSingleton<Designing.Samples>();
        services.AddSingleton<Designing.DraftMoves>();
        services.AddSingleton<IJob, Designing.DraftMoveJob>();
        Desk.DeskRoutes.AddServices(services);
        Archiving.ArchiveServices.Add(services);
    }

    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        CaseApi.Map(routes);
        BulkApi.Map(routes);
        DraftApi.Map(routes);
        MyCasesApi.Map(routes);
        Desk.DeskRoutes.Map(routes);
        ApplyPages.Map(routes);
        Designing.DesignRoutes.Map(routes);
        Designing.DesignerApi.Map(routes);
        MyPages.Map(routes);
        Tracking.LicenceObjections.Map(routes);
        Archiving.ArchiveServices.Map(routes);
    }
}
