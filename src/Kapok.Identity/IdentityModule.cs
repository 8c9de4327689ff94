using Kapok.Foundation;
using Kapok.Foundation.Packages;
using Kapok.Identity.Installing;
using Kapok.Identity.SignIn;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Identity;

/// <summary>Floor 2: divisions, organisations, posts, people, accounts, grants, sign-in.</summary>
public sealed class IdentityModule : IModule
{
    public string Name => "identity";
    public int Floor => 2;

    public void AddServices(IServiceCollection services, NodeOptions options)
    {
        services.AddSingleton(IdentityOptions.FromEnvironment());
        services.AddSingleton<OrganisationDirectory>();
        services.AddHostedService(s => s.GetRequiredService<OrganisationDirectory>());
        services.AddSingleton<People>();
        services.AddSingleton<DataReads>();
        services.AddHostedService(s => s.GetRequiredService<DataReads>());
        services.AddSingleton<Sessions>();
        services.AddHostedService(s => s.GetRequiredService<Sessions>());
        services.AddSingleton<SignInDesk>();
        services.AddSingleton<SessionBook>();
        services.AddSingleton<IPackagePart, IdentityPackagePart>();
    }

    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        SignInRoutes.Map(routes);
    }
}
