using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Kapok.Tests.Portal;

public sealed class BrowsingTests(App app) : IClassFixture<App>
{
    async Task<string> Page(string address)
    {
        var html = await app.Browser().GetStringAsync(address);
        HtmlCheck.Verify(html);
        return html;
    }

    async Task<string> Tianhe()
    {
        var all = await app.Browser().GetFromJsonAsync<JsonElement>("/api/v1/items/440131001000/implementations?place=440106");
        return all.GetProperty("items")[0].GetProperty("code").GetString()!;
    }

    [Theory]
    [InlineData("/items?q=开餐馆", "食品经营许可")]
    [InlineData("/items?q=spjyxk", "食品经营许可")]
    [InlineData("/items?q=440131001000", "食品经营许可")]
    [InlineData("/items?event=marriage", "结婚登记")]
    [InlineData("/items?q=老人津贴&place=天河", "高龄老人津贴")]
    [InlineData("/departments", "公安")]
    public async Task Searching_finds_what_people_mean(string address, string found) => (await Page(address)).ShouldContain(found);

    [Fact]
    public async Task Nothing_found_says_what_to_try_and_script_in_the_words_stays_text()
    {
        var html = await Page("/items?q=" + Uri.EscapeDataString("<script>alert(1)</script>无此事项之词"));
        html.ShouldContain("没有找到合适的事项");
        html.ShouldNotContain("<script>alert");
    }

    [Fact]
    public async Task The_item_page_tells_when_cost_and_what_to_bring_and_starts_the_application()
    {
        var code = await Tianhe();
        var html = await Page($"/items/{code}");
        foreach (var text in (string[])["多久办好", "不收费", "经营场所布局", "法律规定最长", code, "第 1 版"]) html.ShouldContain(text);
        html.ShouldContain($"href=\"/apply/{code}\"");
    }

    [Fact]
    public async Task An_item_with_several_bodies_asks_for_the_place_and_goes_to_the_nearest()
    {
        (await Page("/items/440131001000")).ShouldContain("您在哪里办");
        (await Page("/items/440131001000?place=天河区")).ShouldContain("天河区市场监督管理局");
    }

    [Fact]
    public async Task The_questions_before_applying_say_which_rule_fails_and_what_to_do()
    {
        var code = await Tianhe();
        (await Page($"/items/{code}/can-i-apply?check=1")).ShouldContain("请选择“是”或者“否”");
        var item = await app.Browser().GetFromJsonAsync<JsonElement>($"/api/v1/items/{code}");
        var first = item.GetProperty("content").GetProperty("eligibility")[0];
        var all = string.Join('&', item.GetProperty("content").GetProperty("eligibility").EnumerateArray().Select(q => $"{q.GetProperty("id").GetString()}=false"));
        (await Page($"/items/{code}/can-i-apply?check=1&{all}")).ShouldContain(first.GetProperty("refusal").GetString()!);
    }

    [Fact]
    public async Task An_unknown_item_is_not_found() => (await app.Browser().GetAsync("/items/449999999000")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
}
