using System.Text.Json.Nodes;
using System.Net.Http.Json;
using Kapok.Catalogue;
using Kapok.Catalogue.Installing;
using Kapok.Foundation;
using Kapok.Foundation.Events;
using Kapok.Foundation.Packages;
using Kapok.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Catalogue;

/// <summary>A new version of a package meets what the desks have edited meanwhile.</summary>
public sealed class UpgradeTests(App app) : IClassFixture<App>
{
    const string Tianhe = "tianhe-market-item-admin", TianheReviewer = "tianhe-services-data-item-admin";

    Items Items => app.Services.GetRequiredService<Items>();
    Guid Body(string key) => app.Services.GetRequiredService<OrganisationDirectory>().OrganisationByKey(key)!.Id;

    static string Item(string code, string county = "promisedDays: 8", params (string, string)[] changes) => GivenPackage.Item(code, extra: $$"""
        implementations:
          - body: market@440106
            {{county}}
          - body: market@440105
        """, changes: changes);

    async Task Edit(Guid item, string author, string publisher, object fields)
    {
        var (a, p) = (await app.Api(author), await app.Api(publisher));
        var revision = await a.Change(item, await a.Draft(item), fields);
        revision = await a.Step(item, "submit", revision, new { note = "本地" });
        revision = await p.Step(item, "approve", revision);
        (await p.Post(item, "publish", revision, new { })).IsSuccessStatusCode.ShouldBeTrue();
    }

    [Fact]
    public async Task An_upgrade_makes_new_versions_and_keeps_what_a_city_has_narrowed_since()
    {
        const string code = "440131731000";
        await app.Install(GivenPackage.Of("up", "1.0.0", ("items/a.yaml", Item(code))));
        var county = (await Items.Find(code, Body("market@440106")))!;
        await Edit(county.ItemId, Tianhe, TianheReviewer, new { phone = "020-99999999", dropMaterials = new[] { "photo" } });

        await app.Install(GivenPackage.Of("up", "1.1.0", ("items/a.yaml", Item(code, "promisedDays: 7", ("想认养一盏路灯，先来登记。", "想认养路灯的人，先来登记。")))));
        var now = (await Items.Find(code, Body("market@440106")))!;
        (now.Content.Phone, now.Content.PromisedDays, now.Content.Summary).ShouldBe(("020-99999999", 7, "想认养路灯的人，先来登记。"));
        now.Content.Materials.Select(m => m.Id).ShouldBe(["form"]);
        (await Items.Find(code))!.Version.ShouldBe(2);
        (await Items.Version(county.VersionId))!.Content.Summary.ShouldBe("想认养一盏路灯，先来登记。");
    }

    [Fact]
    public async Task What_no_longer_fits_becomes_a_conflict_and_is_not_dropped()
    {
        const string code = "440131732000";
        await app.Install(GivenPackage.Of("clash", "1.0.0", ("items/a.yaml", Item(code))));
        var county = (await Items.Find(code, Body("market@440106")))!;
        await Edit(county.ItemId, Tianhe, TianheReviewer, new { dropMaterials = new[] { "photo" }, promisedDays = 6 });
        await app.Install(GivenPackage.Of("clash", "1.1.0", ("items/a.yaml", Item(code, "promisedDays: 4", ("promisedDays: 10", "promisedDays: 5"), ("id: photo", "id: picture")))));

        var shown = (await (await app.Api(Tianhe)).GetFromJsonAsync<JsonObject>($"/api/v1/items/{county.ItemId}"))!;
        shown["conflicts"]!.AsArray().Select(c => c!["field"]!.ToString()).ShouldBe(["promisedDays", "materials"]);
        shown["own"]!["promisedDays"]!.GetValue<int>().ShouldBe(6, "both sides changed it: the county's value stays its own");
        (await app.Database.Read(c => EventLog.Read(c, county.ItemId)))[^1].ShouldSatisfyAllConditions(
            e => e.Type.ShouldBe(CatalogueEvents.KeptLocal),
            e => e.Data.ShouldContain("promisedDays", Case.Sensitive, "what the package wanted is on record"));
        (await Items.Find(code, Body("market@440106")))!.Content.PromisedDays.ShouldBe(5);
    }

    [Fact]
    public async Task The_same_content_in_a_new_package_version_makes_no_new_version()
    {
        const string code = "440131733000";
        await app.Install(GivenPackage.Of("same", "1.0.0", ("items/a.yaml", Item(code))));
        var before = (await Items.Find(code, Body("market@440106")))!;
        await app.Install(GivenPackage.Of("same", "1.0.1", ("items/a.yaml", Item(code) + "\n# remark\n")));
        (await Items.Find(code, Body("market@440106")))!.VersionId.ShouldBe(before.VersionId);
    }

    [Fact]
    public async Task Two_packages_cannot_bring_the_same_item()
    {
        await app.Install(GivenPackage.Of("owner", "1.0.0", ("items/a.yaml", Item("440131734000"))));
        var faults = await app.Services.GetRequiredService<PackageInstaller>().Check(GivenPackage.Of("thief", "1.0.0", ("items/a.yaml", Item("440131734000"))), Actor.System);
        faults.ShouldHaveSingleItem().ToString().ShouldBe("items/a.yaml:1：基本编码 440131734000 已由应用包 owner 提供");
    }

    [Fact]
    public void Three_sides_are_brought_together_field_by_field()
    {
        var before = new Overrides { PromisedDays = 8, Phone = "1", Schedule = "x" };
        var desk = before with { Phone = "2", Visits = 0, Schedule = null };
        var after = before with { PromisedDays = 7, Phone = "3", Appointment = true };
        var (merged, kept) = ThreeWay.Merge(before, desk, after);
        (merged.PromisedDays, merged.Phone, merged.Visits, merged.Schedule, merged.Appointment).ShouldBe((7, "2", 0, null, true));
        kept.ShouldBe(["phone"]);
    }
}
