using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Kapok.Catalogue;
using Kapok.Foundation;
using Kapok.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Catalogue;

/// <summary>What people type and what must come first, over the real packages.</summary>
public sealed class SearchTests(App app) : IClassFixture<App>
{
    ItemSearch Search => app.Services.GetRequiredService<ItemSearch>();

    [Theory]
    [InlineData("食品经营许可", "食品经营许可（新办）")]
    [InlineData("食品经营许可（延续）", "食品经营许可（延续）")]
    [InlineData("开餐馆", "食品经营许可（新办）")] // an alias
    [InlineData("开奶茶店", "食品经营许可（新办）")]
    [InlineData("spjyxk", "食品经营许可（新办）")] // initials
    [InlineData("shipin", "食品经营许可（新办）")] // full pinyin
    [InlineData("SPJYXK", "食品经营许可（新办）")]
    [InlineData("440131001000", "食品经营许可（新办）")] // code
    [InlineData("４４０１３１００１０００", "食品经营许可（新办）")] // full-width digits
    [InlineData("暂住证", "居住证")] // a synonym
    [InlineData("长寿金", "高龄")] // a synonym
    [InlineData("老人钱", "高龄")]
    [InlineData("领结婚证", "结婚")]
    [InlineData("施工许可", "施工许可")]
    [InlineData("我想开餐馆需要什么材料", "食品经营许可（新办）")] // a sentence
    [InlineData("天河区居住证", "居住证")] // a place in the words
    [InlineData("天河 开餐馆", "食品经营许可（新办）")]
    public async Task What_people_type_finds_what_they_mean(string words, string first)
    {
        var answer = await Search.Find(new(words));
        answer.Hits.ShouldNotBeEmpty();
        answer.Hits[0].Name.ShouldContain(first, Case.Sensitive, string.Join("、", answer.Hits.Select(h => h.Name)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("'; drop table catalogue.search; --")]
    [InlineData("'':*&|!()<->")]
    [InlineData("%_\\")]
    [InlineData("🏮")]
    [InlineData("\0")]
    public async Task Anything_may_be_typed(string words) => (await Search.Find(new(words))).Hits.Count.ShouldBeGreaterThanOrEqualTo(0);

    [Fact]
    public async Task Nothing_is_found_where_nothing_is_and_near_misses_say_so()
    {
        (await Search.Find(new("火星移民签证"))).ShouldSatisfyAllConditions(a => (a.Hits.Count == 0 || a.Reading != null).ShouldBeTrue("what is not word for word is said to be only near"));
        (await Search.Find(new("qqqqqqqq"))).Hits.ShouldBeEmpty();
        var mixed = await Search.Find(new("zzzqx 食品经营 12x"));
        (mixed.Hits.Any(h => h.Name.Contains("食品经营")), mixed.Reading is not null).ShouldBe((true, true), "letters nobody knows beside words everybody does");
    }

    [Fact]
    public async Task The_name_ranks_before_the_alias_and_the_alias_before_the_summary()
    {
        await app.Install(GivenPackage.Of("rank", "1.0.0",
            ("items/a.yaml", GivenPackage.Item("440131751000", "灯笼登记", changes: ("[认养路灯, 路灯牌]", "[甲]"))),
            ("items/b.yaml", GivenPackage.Item("440131752000", "乙事项", changes: ("[认养路灯, 路灯牌]", "[挂灯笼]"))),
            ("items/c.yaml", GivenPackage.Item("440131753000", "丙事项", changes: [("[认养路灯, 路灯牌]", "[丙丙]"), ("想认养一盏路灯，先来登记。", "过年要挂灯笼的先来登记。")]))));
        (await Search.Find(new("灯笼"))).Hits.Select(h => h.Name).ShouldBe(["灯笼登记", "乙事项", "丙事项"]);
    }

    [Fact]
    public async Task With_a_place_the_nearest_body_is_shown_and_other_places_are_left_out()
    {
        await app.Install(GivenPackage.Of("near", "1.0.0", ("items/a.yaml", GivenPackage.Item("440131754000", "孔明灯备案", extra: """
            implementations:
              - body: market@440100
              - body: market@440106
              - body: market@440200
            """)), ("items/b.yaml", GivenPackage.Item("440131755000", "孔明灯放飞备案", extra: """
            implementations:
              - body: market@440100
            """))));
        (await Search.Find(new("孔明灯", Place: "440106001"))).Hits.Select(h => (h.Name, h.Organisation)).ShouldBe([("孔明灯备案", "广州市天河区市场监督管理局"), ("孔明灯放飞备案", "广州市市场监督管理局")]);
        (await Search.Find(new("孔明灯", Place: "440200"))).Hits.Select(h => (h.Name, h.Organisation)).ShouldBe([("孔明灯备案", "韶关市市场监督管理局")]);
        (await Search.Find(new("孔明灯", Place: "440300"))).Hits.ShouldBeEmpty();
        var everywhere = (await Search.Find(new("孔明灯"))).Hits;
        everywhere.Select(h => (h.Name, h.Bodies)).ShouldBe([("孔明灯备案", 3), ("孔明灯放飞备案", 1)]);
        everywhere[1].Organisation.ShouldBe("广州市市场监督管理局", "where only one does it, it is shown");
        (await Search.Find(new("孔明灯", Level: 4))).Hits.Select(h => h.Organisation).ShouldBe(["广州市天河区市场监督管理局"]);
        (await Search.Find(new("孔明灯", Organisation: app.Services.GetRequiredService<OrganisationDirectory>().OrganisationByKey("market@440200")!.Id))).Hits.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Filters_narrow_and_combine()
    {
        (await Search.Find(new(LifeEvent: "start-business"))).Hits.ShouldAllBe(h => h.BasicCode.StartsWith("44"));
        (await Search.Find(new(Type: "05"))).Hits.ShouldAllBe(h => h.Type == "05");
        (await Search.Find(new("食品", Line: "civil-affairs"))).Hits.ShouldBeEmpty();
        (await Search.Find(new("食品经营许可", Audience: 2, Type: "01", Line: "market", Online: true, Place: "440106"))).Hits.ShouldNotBeEmpty();
        (await Search.Find(new("食品经营许可", Audience: 5))).Hits.ShouldAllBe(h => !h.Name.Contains("食品"));
    }

    [Theory]
    [InlineData("食品", "440106")]
    [InlineData("食品", null)]
    [InlineData(null, "440106")]
    [InlineData("zzzqx 食品经营 12x", "440106")] // nothing has all of it: near misses
    public async Task A_filter_answers_with_words_and_a_place_what_it_answers_without(string? words, string? place)
    {
        var all = new ItemQuery(words, place, Limit: 100);
        var any = (await Search.Find(all)).Hits.Select(h => h.BasicCode).ToList();
        any.ShouldNotBeEmpty();
        foreach (var filter in (Func<ItemQuery, ItemQuery>[])[q => q with { Audience = 2 }, q => q with { Line = "market" }, q => q with { Type = "01" }, q => q with { LifeEvent = "start-business" }, q => q with { Online = true }])
        {
            var of = new List<string>();
            for (var page = await Search.Find(filter(new(Limit: 100))); ; page = await Search.Find(filter(new(Limit: 100, After: page.Next))))
            {
                of.AddRange(page.Hits.Select(h => h.BasicCode));
                if (page.Next is null) break;
            }
            var (found, asked) = ((await Search.Find(filter(all))).Hits.Select(h => h.BasicCode).ToList(), filter(new()).ToString());
            found.ShouldNotBeEmpty(asked);
            found.ShouldBe(any.Where(of.Contains), asked);
        }
    }

    [Theory]
    [InlineData("'")]
    [InlineData("\\")]
    [InlineData("market' | '食品")]
    [InlineData("market\\")]
    public async Task Anything_may_stand_in_a_filter(string value)
    {
        (await Search.Find(new("食品", Line: value))).Hits.ShouldBeEmpty();
        (await Search.Find(new("食品", "440106", Type: value, LifeEvent: value))).Hits.ShouldBeEmpty();
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gap_or_repetition()
    {
        foreach (var query in (ItemQuery[])[new(Limit: 3), new(Place: "440106", Limit: 3), new("登记", Limit: 2), new("登记", "440106", Audience: 1, Online: true, Limit: 2), new(Place: "440106", Type: "01", Limit: 2)])
        {
            var seen = new List<string>();
            for (var page = await Search.Find(query); ; page = await Search.Find(query with { After = page.Next }))
            {
                seen.AddRange(page.Hits.Select(h => h.BasicCode));
                if (page.Next is null) break;
            }
            seen.ShouldBeUnique();
            seen.ShouldBe((await Search.Find(query with { Limit = 100 })).Hits.Select(h => h.BasicCode));
            seen.Count.ShouldBeGreaterThan(3);
        }
        (await Search.Find(new("登记", After: "nonsense"))).Hits.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("食品", "食品经营许可（新办）")]
    [InlineData("spjy", "食品经营许可（新办）")]
    [InlineData("开餐", "开餐馆")]
    [InlineData("kcg", "开餐馆")]
    [InlineData("经营许可", "食品经营许可（新办）")]
    public async Task Suggestions_come_while_typing(string typed, string offered) => (await Search.Suggest(typed)).Select(s => s.Text).ShouldContain(offered);

    [Fact]
    public async Task A_change_is_found_at_once_and_what_is_withdrawn_no_more()
    {
        await app.Install(GivenPackage.Of("found", "1.0.0", ("items/a.yaml", GivenPackage.Item("440131756000", "萤火虫观赏登记"))));
        (await Search.Find(new("萤火虫"))).Hits.Count.ShouldBe(1);
        await app.Install(GivenPackage.Of("found", "1.1.0", ("items/a.yaml", GivenPackage.Item("440131756000", "流萤观赏登记"))));
        (await Search.Find(new("萤火虫观赏"))).Hits.Where(h => h.Name.Contains("萤火虫")).ShouldBeEmpty();
        var hit = (await Search.Find(new("流萤观赏"))).Hits.Single();
        var id = (await app.Services.GetRequiredService<Items>().Find(hit.BasicCode))!.ItemId;
        (await app.Services.GetRequiredService<CatalogueDesk>().Withdraw(Actor.System, id, "不再需要")).Ok.ShouldBeTrue();
        (await Search.Find(new("流萤观赏登记"))).Hits.ShouldNotContain(h => h.BasicCode == hit.BasicCode);
        (await Search.Suggest("流萤")).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_interface_answers_the_same()
    {
        var answer = await app.Browser().GetFromJsonAsync<JsonObject>("/api/v1/items?q=spjyxk&place=440106&limit=1");
        answer!["items"]!.AsArray().Single()!["organisation"]!.ToString().ShouldBe("广州市天河区市场监督管理局");
        answer["next"].ShouldNotBeNull();
        (await app.Browser().GetFromJsonAsync<JsonObject>("/api/v1/items/suggest?q=kcg"))!["items"]!.AsArray().Count.ShouldBeGreaterThan(0);
        (await app.Browser().GetAsync("/api/v1/items?q=x&place=999999&audience=-3")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
