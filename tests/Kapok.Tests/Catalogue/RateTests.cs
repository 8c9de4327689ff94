using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Dapper;
using Kapok.Catalogue;
using Kapok.Foundation;
using Kapok.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Catalogue;

/// <summary>Rates over four implementations in one city, where nothing else is.</summary>
public sealed class RateTests(App app) : IClassFixture<App>
{
    CatalogueRates Rates => app.Services.GetRequiredService<CatalogueRates>();
    Items Items => app.Services.GetRequiredService<Items>();

    /// <summary>Promised 10, 10, 5, 0 of legal 20, 20, 20, 1; visits 1, 0, 2, 1; one without net; one instant; materials 2, 2, 1, 2.</summary>
    async Task<Guid[]> Given(string place, string prefix)
    {
        string Item(string last, params (string, string)[] changes) => GivenPackage.Item($"440131{prefix}{last}", $"指标事项{prefix}{last}", extra: $"implementations:\n  - body: market@{place}\n    windows: [{"{"} name: 窗口, address: 一号 {"}"}]\n", changes: changes);
        await app.Install(GivenPackage.Of("rate" + place, "1.0.0",
            ("items/a.yaml", Item("1000")),
            ("items/b.yaml", Item("2000", ("visits: 1", "visits: 0"))),
            ("items/c.yaml", Item("3000", ("visits: 1", "visits: 2"), ("promisedDays: 10", "promisedDays: 5"), ("channels: [1, 2]", "channels: [1]"), ("depth: [1, 2]", "depth: [1]"), ("id: photo, name: 路灯照片", "id: photo, necessity: 2, name: 路灯照片"))),
            ("items/d.yaml", Item("4000", ("handling: 2", "handling: 1"), ("legalDays: 20", "legalDays: 1"), ("promisedDays: 10", "promisedDays: 0")))));
        var body = app.Services.GetRequiredService<OrganisationDirectory>().OrganisationByKey($"market@{place}")!.Id;
        return await Task.WhenAll(((string[])["1000", "2000", "3000", "4000"]).Select(async l => (await Items.Find($"440131{prefix}{l}", body))!.ItemId));
    }

    async Task<Dictionary<string, Rate>> Compute(string place, Guid? baseline = null, DateTimeOffset? at = null) =>
        (await Rates.Compute(new(at ?? app.Time.GetUtcNow(), place, Baseline: baseline))).ToDictionary(r => r.Key);

    [Fact]
    public async Task Every_rate_is_computed_from_the_lists_with_numerator_and_denominator()
    {
        await Given("445300", "77");
        var rates = await Compute("445300");
        (rates["online"].Numerator, rates["online"].Denominator, rates["online"].Value).ShouldBe((3, 4, 75.00m));
        (rates["one-visit"].Numerator, rates["one-visit"].Value).ShouldBe((3, 75.00m));
        (rates["no-visit"].Numerator, rates["no-visit"].Value).ShouldBe((1, 25.00m));
        (rates["instant"].Numerator, rates["instant"].Value).ShouldBe((1, 25.00m));
        (rates["time"].Numerator, rates["time"].Denominator, rates["time"].Value).ShouldBe((36m, 61m, 59.02m)); // (20+20+20+1) − (10+10+5+0)
        (await Compute("441600"))["online"].Value.ShouldBeNull("nothing to divide by is not zero per cent");
        var answer = await app.Browser().GetFromJsonAsync<JsonObject>("/api/v1/rates?division=445300");
        answer!["items"]!.AsArray().First(r => r!["key"]!.ToString() == "online")!["value"]!.GetValue<decimal>().ShouldBe(75m);
    }

    [Fact]
    public async Task An_approved_exemption_leaves_an_item_out_while_it_holds()
    {
        var items = await Given("445200", "78");
        (await Rates.Exempt(Actor.System, items[2], "online", "", "", "", new(2026, 1, 1), null)).Faults.Select(f => f.Where).ShouldBe(["approver", "document", "reason"]);
        var exempt = await Rates.Exempt(Actor.System, items[2], "online", "揭阳市人民政府", "揭府〔2026〕3号", "涉密材料不能上网", new(2026, 9, 1), null);
        exempt.Ok.ShouldBeTrue(exempt.Message);
        var rates = await Compute("445200");
        (rates["online"].Numerator, rates["online"].Denominator, rates["online"].Exempted, rates["online"].Value).ShouldBe((3, 3, 1, 100m));
        rates["one-visit"].Denominator.ShouldBe(4, "it is exempted from one rate only");
        (await Rates.EndExemption(Actor.System, exempt.Value, new(2026, 9, 10))).Ok.ShouldBeTrue();
        (await Compute("445200"))["online"].Value.ShouldBe(75m);
        var county = await app.Api("tianhe-market-item-admin");
        (await county.PostAsJsonAsync($"/api/v1/items/{items[2]}/exemptions", new { rate = "online", approver = "x", document = "x", reason = "x", from = "2026-09-01" })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Materials_are_compared_with_a_frozen_baseline_and_earlier_dates_are_found_again()
    {
        var items = await Given("445100", "79");
        var before = app.Time.GetUtcNow();
        var baseline = (await Rates.Freeze(Actor.System, "2026 年基线", before, "省政府")).Value;
        (await Rates.Freeze(Actor.System, "2026 年基线", before, "省政府")).Refused.ShouldBe(Refusal.Conflict);
        await Should.ThrowAsync<Npgsql.PostgresException>(() => app.Database.Read(c => c.ExecuteAsync("update catalogue.baseline_item set materials = 9")));

        app.Time.Advance(TimeSpan.FromMinutes(1));
        await app.Install(GivenPackage.Of("rate445100", "1.1.0", ("items/b.yaml", GivenPackage.Item("440131792000", "指标事项792000", extra: "implementations:\n  - body: market@445100\n    dropMaterials: [form, photo]\n    windows: [{ name: 窗口, address: 一号 }]\n", changes: ("visits: 1", "visits: 0")))));
        var rates = await Compute("445100", baseline);
        (rates["materials"].Denominator, rates["materials"].Numerator, rates["materials"].Value).ShouldBe((7, 2, 28.57m));
        (await Compute("445100", baseline, before))["materials"].Numerator.ShouldBe(0, "versions never change, so the earlier rate is the same as then");

        app.Time.Advance(TimeSpan.FromMinutes(1));
        (await app.Services.GetRequiredService<CatalogueDesk>().Withdraw(Actor.System, items[3], "取消")).Ok.ShouldBeTrue();
        (await Compute("445100"))["online"].Denominator.ShouldBe(3);
        (await Compute("445100", at: before))["online"].Denominator.ShouldBe(4, "it was in force then");
    }

    [Fact]
    public async Task The_page_shows_definition_and_denominator()
    {
        var page = await (await app.As("guangdong-market-item-admin")).GetAsync("/desk/catalogue/rates?division=440100");
        var html = await page.Content.ReadAsStringAsync();
        HtmlCheck.Verify(html);
        html.ShouldContain("网上可办率");
        html.ShouldContain("扣除经本级政府批准的");
    }
}
