using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Dapper;
using Kapok.Catalogue;
using Kapok.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Catalogue;

/// <summary>The catalogue desk as officials use it: pages and forms, without script.</summary>
public sealed class DeskPageTests(App app) : IClassFixture<App>
{
    const string Province = "guangdong-market-item-admin", ProvinceReviewer = "guangdong-services-data-item-admin", Tianhe = "tianhe-market-item-admin", TianheReviewer = "tianhe-services-data-item-admin";

    Items Items => app.Services.GetRequiredService<Items>();
    Guid Body(string key) => app.Services.GetRequiredService<OrganisationDirectory>().OrganisationByKey(key)!.Id;

    async Task<(Guid Base, Guid Tianhe)> Given(string code)
    {
        await app.Install(GivenPackage.Of("d" + code, "1.0.0", ("items/a.yaml", GivenPackage.Item(code, extra: """
            implementations:
              - body: market@440106
                promisedDays: 6
            """))));
        return ((await Items.Find(code))!.ItemId, (await Items.Find(code, Body("market@440106")))!.ItemId);
    }

    static async Task<HttpResponseMessage> Post(HttpClient browser, Guid item, string step, params (string, string)[] fields) =>
        await browser.PostForm($"/desk/catalogue/{item}", $"/desk/catalogue/{item}/{step}", fields);

    static async Task<IHtmlDocument> Checked(HttpClient browser, string url)
    {
        var answer = await browser.GetAsync(url);
        HtmlCheck.Verify(await answer.Content.ReadAsStringAsync());
        return await answer.Document();
    }

    /// <summary>Sends an edit form as a browser would: every field as it stands, with some changed.</summary>
    static async Task<HttpResponseMessage> Edit(HttpClient browser, Guid item, string section, params (string Name, string Value)[] changes)
    {
        var page = await Checked(browser, $"/desk/catalogue/{item}/edit/{section}");
        var form = page.Forms.First(f => f.GetAttribute("action") == $"/desk/catalogue/{item}/edit/{section}" && f.QuerySelector("[name=revision]") is not null);
        var values = form.QuerySelectorAll<IHtmlInputElement>("input").Where(i => i.Type is not ("checkbox" or "radio") || i.IsChecked).Select(i => (Name: i.Name!, i.Value))
            .Concat(form.QuerySelectorAll<IHtmlTextAreaElement>("textarea").Select(t => (Name: t.Name!, t.Value)))
            .Concat(form.QuerySelectorAll<IHtmlSelectElement>("select").Select(s => (Name: s.Name!, Value: s.Value ?? "")))
            .Where(v => changes.All(c => c.Name != v.Name)).Concat(changes);
        return await browser.PostAsync($"/desk/catalogue/{item}/edit/{section}", new FormUrlEncodedContent(values.Select(v => KeyValuePair.Create(v.Name, v.Value))));
    }

    [Fact]
    public async Task An_item_is_edited_by_sections_reviewed_and_published_on_pages()
    {
        var (item, _) = await Given("440131761000");
        var (author, reviewer) = (await app.As(Province), await app.As(ProvinceReviewer));
        (await Post(author, item, "open")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await Edit(author, item, "time", ("promisedDays", "7"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await Edit(author, item, "materials", ("materials[2].name", "身份说明"), ("materials[2].id", "who"), ("materials[2].basis", "条例第五条"), ("materials[1].remove", "true"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var page = await Checked(author, $"/desk/catalogue/{item}");
        page.QuerySelector("#changes")!.TextContent.ShouldContain("身份说明");
        (await Post(author, item, "submit", ("note", "压缩时限"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await author.Page($"/desk/catalogue/{item}")).Body!.TextContent.ShouldContain("要由别人审核和发布");
        (await Post(reviewer, item, "approve")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await Post(reviewer, item, "publish")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var now = (await Items.Find("440131761000"))!.Content;
        now.PromisedDays.ShouldBe(7);
        now.Materials.Select(m => m.Id).ShouldBe(["form", "who"]);
        (now.Materials[0].Copies, now.Fees[0].AmountFen, now.Basis[0].Law).ShouldBe((2, 1000, "广东省路灯条例"), "what was not touched stays");
    }

    [Fact]
    public async Task Below_the_basic_list_only_open_fields_can_be_changed_and_only_the_difference_is_kept()
    {
        var (_, item) = await Given("440131762000");
        var author = await app.As(Tianhe);
        await Post(author, item, "open");
        var time = await author.Page($"/desk/catalogue/{item}/edit/time");
        time.QuerySelector("[name=legalDays]").ShouldBeNull("the level above rules it");
        time.QuerySelector("[name=promisedDays]").ShouldNotBeNull();
        (await Edit(author, item, "materials", ("materials[1].remove", "true"), ("materials[0].copies", "1"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await Edit(author, item, "windows", ("phone", "020-1"), ("complaintPhone", "12345"), ("windows[0].name", "天河中心"), ("windows[0].address", "软件路13号"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var refused = await Edit(author, item, "time", ("promisedDays", "12"));
        refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var document = await refused.Document();
        document.QuerySelector(".error-summary")!.TextContent.ShouldContain("长于上级的 10 个工作日");
        document.QuerySelector<IHtmlInputElement>("[name=promisedDays]")!.Value.ShouldBe("12", "what was typed stays");
        var own = (await app.Services.GetRequiredService<CatalogueDesk>().Show(Kapok.Foundation.Actor.System, item)).Value!.Own!;
        (own.PromisedDays, own.DropMaterials.Single(), own.Materials.Single().Copies, own.Phone, own.Visits).ShouldBe((6, "photo", 1, "020-1", null));
        (await (await app.As(TianheReviewer)).Page($"/desk/catalogue/{item}")).Body!.TextContent.ShouldContain("本级");
    }

    [Fact]
    public async Task Who_saves_late_sees_what_the_other_changed_and_keeps_what_he_typed()
    {
        var (item, _) = await Given("440131763000");
        var (first, second) = (await app.As(Province), await app.As(ProvinceReviewer));
        await Post(first, item, "open");
        var stale = (await second.Page($"/desk/catalogue/{item}/edit/time")).QuerySelector<IHtmlInputElement>("[name=revision]")!.Value;
        await Edit(first, item, "time", ("promisedDays", "8"));
        var late = await Edit(second, item, "time", ("promisedDays", "9"), ("revision", stale));
        late.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var page = await late.Document();
        page.QuerySelector(".callout-warning")!.TextContent.ShouldContain("承诺办结时限");
        page.QuerySelector<IHtmlInputElement>("[name=promisedDays]")!.Value.ShouldBe("9");
        page.QuerySelector<IHtmlInputElement>("[name=revision]")!.Value.ShouldNotBe(stale, "a second save goes on from what stands");
    }

    [Fact]
    public async Task Both_sides_of_a_conflict_see_it_on_their_pages_and_lists()
    {
        var (item, below) = await Given("440131764000");
        var desk = app.Services.GetRequiredService<CatalogueDesk>();
        var (author, reviewer) = (await app.Api(Province), await app.Api(ProvinceReviewer));
        var revision = await author.Change(item, await author.Draft(item), new { promisedDays = 4 });
        revision = await author.Step(item, "submit", revision, new { note = "x" });
        await reviewer.Post(item, "publish", await reviewer.Step(item, "approve", revision), new { });
        (await (await app.As(Tianhe)).Page($"/desk/catalogue/{below}")).QuerySelector("#conflicts")!.TextContent.ShouldContain("6 个工作日");
        (await (await app.As(Province)).Page($"/desk/catalogue/{item}")).QuerySelector("#below")!.TextContent.ShouldContain("天河区市场监督管理局");
        var list = await Checked(await app.As(Tianhe), "/desk/catalogue?work=conflicts");
        list.QuerySelectorAll("tbody tr").ShouldContain(r => r.TextContent.Contains("1 处冲突"));
        _ = desk;
    }

    [Fact]
    public async Task Pages_are_closed_to_strangers_and_forms_without_their_token_do_nothing()
    {
        var (item, below) = await Given("440131765000");
        (await app.Browser().GetAsync("/desk/catalogue")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await (await app.As("zhangsan")).GetAsync("/desk/catalogue")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await (await app.As(Tianhe)).GetAsync($"/desk/catalogue/{item}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await (await app.As(Tianhe)).PostAsync($"/desk/catalogue/{below}/open", new FormUrlEncodedContent([]))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Script_in_a_text_is_shown_as_text_and_refused_before_publication()
    {
        var (item, _) = await Given("440131766000");
        var author = await app.As(Province);
        await Post(author, item, "open");
        await Edit(author, item, "basic", ("summary", "<script>alert(1)</script>"));
        var html = await (await author.GetAsync($"/desk/catalogue/{item}")).Content.ReadAsStringAsync();
        html.ShouldNotContain("<script>alert(1)");
        html.ShouldContain("网页代码");
        (await Post(author, item, "submit", ("note", "x"))).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Where_the_standard_differs_from_the_level_above_is_listed_to_both_sides()
    {
        var (_, below) = await Given("440131768000");
        foreach (var who in (string[])[Province, Tianhe])
        {
            var page = await Checked(await app.As(who), "/desk/catalogue/deviations?q=440131768000");
            var row = page.QuerySelector($"#d-{below:N}")!.TextContent;
            row.ShouldContain("天河区市场监督管理局");
            row.ShouldContain("承诺办结时限");
        }
        (await Checked(await app.As("xinfeng-services-data-item-admin"), "/desk/catalogue/deviations?q=440131768000")).QuerySelector($"#d-{below:N}").ShouldBeNull("it lies in another district");
        (await (await app.As("zhangsan")).GetAsync("/desk/catalogue/deviations")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_basis_that_has_ended_becomes_work_on_the_desk_of_everyone_who_stands_on_it()
    {
        await app.Install(GivenPackage.Of("d440131769000", "1.0.0", ("items/a.yaml", GivenPackage.Item("440131769000", extra: "implementations:\n  - body: market@440106\n", changes: ("validFrom: 2020-01-01", "validFrom: 2020-01-01, validTo: 2026-12-31")))));
        async Task<bool> Listed(string who) => (await (await app.As(who)).Page("/desk/catalogue?work=expired&q=440131769000")).QuerySelectorAll("tbody tr").Any(r => r.TextContent.Contains("路灯"));
        (await Listed(Tianhe)).ShouldBeFalse("it is still in force");
        (await app.Database.Read(c => c.ExecuteAsync("update catalogue.item set basis_until = date '2026-09-20' where basic_code = '440131769000' and basis_until = date '2026-12-31'"))).ShouldBe(2, "the item and its implementation");
        (await Listed(Tianhe)).ShouldBeTrue();
        (await Listed(Province)).ShouldBeTrue();
    }

    [Fact]
    public async Task An_organisation_takes_an_item_over_from_the_page()
    {
        await Given("440131767000");
        var author = await app.As("guangzhou-market-item-admin");
        var page = "/desk/catalogue/take-over?q=440131767000&organisation=market@440105";
        var answer = await author.PostForm(page, "/desk/catalogue/take-over");
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect, await answer.Content.ReadAsStringAsync());
        (await author.Page(answer.Headers.Location!.ToString())).Body!.TextContent.ShouldContain("海珠区市场监督管理局");
    }
}
