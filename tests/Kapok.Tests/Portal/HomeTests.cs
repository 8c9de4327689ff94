using System.Net.Http.Json;
using System.Text.Json;
using AngleSharp.Dom;
using Kapok.Portal.Home;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Portal;

public sealed class HomeTests(App app) : IClassFixture<App>
{
    [Fact]
    public async Task The_home_page_has_one_search_box_eight_life_events_and_items_for_everybody()
    {
        var browser = app.Browser();
        HtmlCheck.Verify(await browser.GetStringAsync("/"));
        var page = await browser.Page("/");
        page.QuerySelectorAll("input[type=search]").Length.ShouldBe(1);
        page.QuerySelectorAll(".tile").Length.ShouldBe(8);
        page.QuerySelectorAll("section[aria-labelledby=often] .link-item").Length.ShouldBe(6);
        page.QuerySelector("#waiting").ShouldBeNull();
    }

    [Fact]
    public async Task What_waits_for_me_stands_on_my_home_page_and_on_nobody_elses()
    {
        var program = await app.Api("zhangsan");
        var begun = await program.PostAsJsonAsync("/api/v1/drafts", new { item = "440131001000", body = "market@440106" });
        begun.EnsureSuccessStatusCode();
        var id = (await begun.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString();
        var browser = await app.As("zhangsan");
        HtmlCheck.Verify(await browser.GetStringAsync("/"));
        (await browser.Page("/")).QuerySelectorAll("#waiting a").Select(a => a.GetAttribute("href")).ShouldContain($"/my/drafts/{id}");
        (await (await app.As("lixiulan")).Page("/")).QuerySelector("#waiting").ShouldBeNull();
    }

    [Theory]
    [InlineData("zh-Hant")]
    [InlineData("en")]
    public async Task The_home_page_holds_in_other_languages(string language)
    {
        var browser = app.Browser();
        browser.DefaultRequestHeaders.Add("Cookie", $"kapok-lang={language}; kapok-elder=1");
        var html = await browser.GetStringAsync("/");
        HtmlCheck.Verify(html);
        html.ShouldContain($"lang=\"{language}\"");
    }
}
