using System.Net;
using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Packages;
using Kapok.Identity.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Identity;

/// <summary>A production node on an empty database with the packages in it.</summary>
public sealed class ProductionApp(TestDatabase databases) : App(databases)
{
    protected override bool Furnished => false;

    protected override void Configure(WebApplicationBuilder builder) =>
        builder.Services.AddSingleton(Options with { Mode = NodeMode.Production, Secret = new string('x', 40) });

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var installed = await Services.GetRequiredService<PackageInstaller>().Install(Package.FromFolder(Path.Combine(TestDatabase.Root, "packages", "guangdong")).Value!, Actor.System);
        installed.Ok.ShouldBeTrue(installed.Message);
        await Services.GetRequiredService<Kapok.Identity.OrganisationDirectory>().Refresh();
    }
}

public sealed class SetupTests(ProductionApp app) : IClassFixture<ProductionApp>
{
    [Fact]
    public async Task A_production_node_has_no_account_until_the_code_of_the_data_folder_opens_the_first_two()
    {
        (await app.Database.Read(c => c.ExecuteScalarAsync<int>("select count(*)::int from identity.account"))).ShouldBe(0);
        (await app.Browser().Page("/sign-in")).QuerySelectorAll("button[name=account]").ShouldBeEmpty("no demonstration accounts are offered");
        await using (await app.Another()) { } // a process that starts leaves the code
        var file = app.Services.GetRequiredService<FirstOfficials>().File;
        var code = (await File.ReadAllTextAsync(file)).Trim();
        (File.GetUnixFileMode(file) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)).ShouldBe(UnixFileMode.None);

        (string, string)[] Form(string with, string post, string account, int seed) =>
            [("code", with), ("post", post), ("name", "首任管理员"), ("idNumber", DemoCodes.CitizenId("440106", new(1980, 1, 1), true, seed)), ("phone", "13900009999"), ("account", account)];
        var wrong = await app.Browser().PostForm("/setup", "/setup", Form("0000", "org-admin", "first-admin", 1));
        wrong.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        HtmlCheck.Verify(await wrong.Content.ReadAsStringAsync());

        var opened = await (await app.Browser().PostForm("/setup", "/setup", Form(code, "org-admin", "first-admin", 1))).Document();
        var admin = await app.SignIn("first-admin", opened.QuerySelector("[data-copy]")!.GetAttribute("data-copy")!);
        (await admin.GetAsync("/admin/officials")).Headers.Location!.OriginalString.ShouldStartWith("/my/password", Case.Sensitive, "an initial password is to be changed first");
        (await app.Browser().PostForm("/setup", "/setup", Form(code, "tech", "first-tech", 1))).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, "not the same person in both posts");
        (await app.Browser().PostForm("/setup", "/setup", Form(code, "tech", "first-tech", 2))).StatusCode.ShouldBe(HttpStatusCode.OK);

        File.Exists(file).ShouldBeFalse();
        (await app.Browser().GetAsync("/setup")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }
}
