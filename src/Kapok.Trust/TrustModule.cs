using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Jobs;
using Kapok.Trust.Auditing;
using Kapok.Trust.Authority;
using Kapok.Trust.Keys;
using Kapok.Trust.Timestamps;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Trust;

/// <summary>Floor 1: algorithms, keys, certificates, timestamps, the audit chain.</summary>
public sealed class TrustModule : IModule
{
    public string Name => "trust";
    public int Floor => 1;

    public void AddServices(IServiceCollection services, NodeOptions options)
    {
        var settings = TrustSettings.Read(options, Setting);
        services.AddSingleton(settings);
        services.AddSingleton<MasterKey>();
        services.AddSingleton<IKeyHolder>(s => new SoftwareHolder(s.GetRequiredService<MasterKey>(), settings.Cipher));
        if (settings.Module is { } module) services.AddSingleton<IKeyHolder>(new Pkcs11Holder(module, settings.Token ?? "", settings.Pin ?? ""));
        services.AddSingleton<Keys.Keys>();
        services.AddSingleton<KeyDesk>();
        services.AddSingleton<NodeAuthority>();
        services.AddSingleton<TrustStores>();
        services.AddSingleton<TimestampAuthority>();
        services.AddSingleton<AuditSealing>();
        services.AddSingleton<AuditExport>();
        services.AddSingleton<AuditProofs>();
        services.AddSingleton<IJob, AuditRootJob>();
        services.AddHostedService<FirstRun>();
    }

    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        AuthorityRoutes.Map(routes);
        TimestampRoutes.Map(routes);
        AuditRoutes.Map(routes);
    }

    static string? Setting(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
