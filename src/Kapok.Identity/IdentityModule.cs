using Kapok.Foundation;
using Kapok.Foundation.Http;
using Kapok.Foundation.Jobs;
using Kapok.Foundation.Packages;
using Kapok.Foundation.Pages;
using Kapok.Identity.Administration;
using Kapok.Identity.Divisions;
using Kapok.Identity.Installing;
using Kapok.Identity.MyAccount;
using Kapok.Identity.Operations;
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
        services.AddSingleton<PasswordResets>();
        services.AddSingleton<SignUps>();
        services.AddSingleton<Verification>();
        services.AddSingleton<KeptForms>();
        services.AddSingleton<IUnsentForms>(s => s.GetRequiredService<KeptForms>());
        services.AddSingleton<ISwept, IdentitySweep>();
        services.AddSingleton<Accounts>();
        services.AddSingleton<DemonstrationAccounts>();
        services.AddSingleton<Officials>();
        services.AddSingleton<OfficialLists>();
        services.AddSingleton<Openings>();
        services.AddSingleton<AccessQuestion>();
        services.AddSingleton<FirstOfficials>();
        services.AddHostedService(s => s.GetRequiredService<FirstOfficials>());
        services.AddSingleton<AuditTrail>();
        services.Configure<PageOptions>(o => o.Fill += IdentityPages.Fill);
        services.AddSingleton<IPackagePart, IdentityPackagePart>();
    }

    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        SignInRoutes.Map(routes);
        PasswordResetRoutes.Map(routes);
        SignUpRoutes.Map(routes);
        KeptFormRoutes.Map(routes);
        SetupRoutes.Map(routes);
        MyRoutes.Map(routes);
        AbsenceRoutes.Map(routes);
        DirectoryRoutes.Map(routes);
        AdminRoutes.Map(routes);
        OfficialRoutes.Map(routes);
        AuditRoutes.Map(routes);
        OperationRoutes.Map(routes);
    }
}
