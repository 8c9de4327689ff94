using Kapok.Foundation.Jobs;
using Kapok.Foundation.Packages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Kapok.Documents.Licences;

/// <summary>What the licences add to the module: services, jobs, routes.</summary>
static class LicenceEntrance
{
    public static void AddServices(IServiceCollection services)
    {
        services.AddSingleton<LicenceTypes>();
        services.AddHostedService(s => s.GetRequiredService<LicenceTypes>());
        services.TryAddSingleton<ILicencePress, SealingPress>();
        services.AddSingleton<LicenceIssuing>();
        services.AddSingleton<LicenceRegister>();
        services.AddSingleton<LicenceUses>();
        services.AddSingleton<Holding.Wallet>();
        services.AddSingleton<Holding.LicenceCheck>();
        services.AddSingleton<Desk.LicenceActs>();
        services.AddSingleton<Desk.LicenceTypeDesk>();
        services.AddSingleton<Sharing.LicenceFeed>();
        services.AddSingleton<Kapok.Catalogue.ICoveringLicences, CoveringLicences>();
        services.AddSingleton<ISwept, LicenceSweep>();
        services.AddSingleton<Stock.StockImport>();
        services.AddSingleton<IJob, PressJob>();
        services.AddSingleton<IPackagePart, LicencePackagePart>();
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        Holding.WalletRoutes.Map(routes);
        Desk.LicenceDeskRoutes.Map(routes);
        Sharing.SharingRoutes.Map(routes);
    }
}
