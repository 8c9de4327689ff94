using Kapok.Documents.Seals.Ledger;
using Kapok.Documents.Verifying;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Documents.Seals;

/// <summary>What seals and verification bring to the module.</summary>
static class SealsEntrance
{
    public static void AddServices(IServiceCollection services)
    {
        services.AddSingleton<SealMaking>();
        services.AddSingleton<SealingService>();
        services.AddSingleton<UnitSigning>();
        services.AddSingleton<SealLedger>();
        services.AddSingleton<TrustSource>();
        services.AddSingleton<Verifier>();
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        VerifyRoutes.Map(routes);
        SealRoutes.Map(routes);
    }
}
