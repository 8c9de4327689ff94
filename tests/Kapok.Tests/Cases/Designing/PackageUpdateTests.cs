using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Dapper;
using Kapok.Cases.Designing;
using Kapok.Foundation.Events;
using Kapok.Tests.Catalogue;

namespace Kapok.Tests.Cases.Designing;

/// <summary>A package and officials write the same definition: the later word of the package does not undo theirs.</summary>
public sealed class PackageUpdateTests(App app) : IClassFixture<App>
{
    const string Changed = "lamps-here/apply", Untouched = "lamps-here/other";

    static string Form(string title) => GivenPackage.Form.Replace("路灯编号", title);

    Task Install(string version, string title) => app.Install(GivenPackage.Of("lamps-here", version,
        ("items/a.yaml", GivenPackage.Item("440131709000")), ("items/b.yaml", GivenPackage.Item("440131709001", "路灯认养变更", changes: [("form: apply", "form: other")])),
        ("forms/apply.json", Form(title)), ("forms/other.json", Form(title))));

    [Fact]
    public async Task An_update_of_a_package_does_not_overwrite_a_form_that_was_changed_here()
    {
        await Install("1.0.0", "路灯编号");
        var writer = await app.Api(Author.Writer);
        var revision = await writer.Open("form", Changed);
        revision = await writer.Did(Changed, revision, "add-field", ("page", "one"), ("kind", "text"), ("title", "灯杆材质"), ("name", "pole"));
        await app.Publish("form", Changed, revision);
        var ours = await writer.Text("form", Changed);

        await Install("1.1.0", "路灯的编号");
        (await writer.Text("form", Changed)).ShouldBe(ours);
        (await InForce(Changed)).ShouldBe(ours, "new applications get it too");
        (await InForce(Untouched)).ShouldContain("路灯的编号", Case.Sensitive, "what nobody changed here follows the package");
        var shown = await writer.Shown("form", Changed);
        shown["design"]!["released"]!.GetValue<int>().ShouldBe(2);
        shown["releases"]!.AsArray().Select(r => $"{r!["number"]} {r["cause"]}").ShouldBe(["3 package", "2 published", "1 package"]);
        (await app.Database.Read(c => EventLog.Read(c, Guid.Parse(shown["design"]!["id"]!.ToString())))).Last(e => e.Type == DesignEvents.Package).Ground.ShouldBe("本地改过，保留本地版本");

        // The package's word is kept: it can be taken over, by two people like any change. From then on updates come into force again.
        await Install("1.1.1", "路灯的编号");
        (await writer.Shown("form", Changed))["releases"]!.AsArray().Count.ShouldBe(3, "the same text is not a version again");
        revision = await Author.Revision(await writer.PostAsJsonAsync(Author.Api("form", Changed, "/roll-back"), new { number = 3, note = "用应用包的" }));
        var published = await (await app.Api(Author.Reviewer)).Step("form", Changed, "publish", revision);
        published.StatusCode.ShouldBe(HttpStatusCode.OK, await published.Content.ReadAsStringAsync());
        (await InForce(Changed)).ShouldContain("路灯的编号");
    }

    Task<string> InForce(string name) => app.Database.Read(c => c.QuerySingleAsync<string>("select a.content from cases.artifact_name n join cases.artifact a using (digest) where n.kind = 'form' and n.name = @name", new { name }));
}
