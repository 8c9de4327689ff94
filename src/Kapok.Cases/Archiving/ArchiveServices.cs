using Kapok.Foundation.Jobs;
using Kapok.Foundation.Packages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Cases.Archiving;

/// <summary>What archives bring to the node.</summary>
static class ArchiveServices
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton(ArchiveSettings.Read(name => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null));
        services.AddSingleton<ArchivePackage>();
        services.AddSingleton<Archives>();
        services.AddSingleton<ArchiveLists>();
        services.AddSingleton<Disposals>();
        services.AddSingleton<IJob, ArchiveJob>();
        services.AddSingleton<ArchiveFollower>();
        services.AddHostedService(s => s.GetRequiredService<ArchiveFollower>());
        services.AddSingleton<IPackagePart, ArchivePlanPart>();
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        ArchiveApi.Map(routes);
        ArchiveRoutes.Map(routes);
    }
}
