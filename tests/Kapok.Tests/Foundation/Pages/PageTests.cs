using System.Net;
using System.Text.RegularExpressions;
using AngleSharp.Html.Parser;
using Shouldly;
using Xunit;

namespace Kapok.Tests.Foundation.Pages;

public sealed class PageTests(PageHost host) : IClassFixture<PageHost>
{
    public static TheoryData<string, string> Everything()
    {
        var data = new TheoryData<string, string>();
        foreach (var path in (string[])["/components", "/components/home", "/components/item", "/components/case", "/components/desk", "/components/review", "/components/sign-in", "/form", "/nowhere", "/components/division?division=440100"])
            foreach (var language in (string[])["zh-Hans", "zh-Hant", "en"]) data.Add(path, language);
        return data;
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public async Task Every_page_keeps_the_rules_in_every_language(string path, string language)
    {
        using var client = host.Client(("kapok-lang", language));
        HtmlCheck.Verify(await (await client.GetAsync(path)).Content.ReadAsStringAsync());
        HtmlCheck.Verify(await (await client.GetAsync(path + (path.Contains('?') ? "&" : "?") + "signed-in&session")).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_policy_forbids_everything_inline_and_the_nonce_is_new_each_time()
    {
        using var client = host.Client();
        var policies = new List<string>();
        for (var i = 0; i < 2; i++) policies.Add((await client.GetAsync("/components/home")).Headers.GetValues("Content-Security-Policy").Single());
        policies[0].ShouldContain("default-src 'none'");
        policies[0].ShouldContain("frame-ancestors 'none'");
        policies[0].ShouldContain("style-src 'self';");
        policies[0].ShouldNotContain("unsafe");
        var nonces = policies.Select(policy => Regex.Match(policy, "'nonce-([^']+)'").Groups[1].Value).ToList();
        nonces.ShouldAllBe(nonce => Convert.FromBase64String(nonce).Length >= 16);
        nonces.Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public async Task Every_answer_carries_the_protecting_headers_and_pages_are_not_stored()
    {
        using var client = host.Client();
        var answer = await client.GetAsync("/components/home");
        answer.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");
        answer.Headers.GetValues("Referrer-Policy").Single().ShouldBe("strict-origin-when-cross-origin");
        answer.Headers.GetValues("Permissions-Policy").Single().ShouldContain("microphone=()");
        answer.Headers.Contains("Strict-Transport-Security").ShouldBeFalse("this is plain http");
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        (await client.GetAsync("/nowhere")).Headers.Contains("Content-Security-Policy").ShouldBeTrue();
    }

    [Fact]
    public async Task An_endpoint_may_have_a_policy_of_its_own() =>
        (await host.Client().GetAsync("/document")).Headers.GetValues("Content-Security-Policy").Single().ShouldBe("frame-ancestors 'self'");

    [Fact]
    public async Task A_bare_error_is_a_page_for_people_and_stays_bare_for_programs()
    {
        using var client = host.Client();
        var page = await client.GetAsync("/broken");
        page.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        (await page.Content.ReadAsStringAsync()).ShouldContain("系统出了问题");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/broken");
        request.Headers.Accept.ParseAdd("application/json");
        client.DefaultRequestHeaders.Accept.Clear();
        (await (await client.SendAsync(request)).Content.ReadAsStringAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("en")]
    [InlineData("zh-Hant")]
    public async Task Half_a_page_gives_way_to_the_error_page(string language)
    {
        using var client = host.Client(("kapok-lang", language));
        var answer = await client.GetAsync("/half");
        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        var html = await answer.Content.ReadAsStringAsync();
        html.ShouldNotContain("半");
        HtmlCheck.Verify(html);
    }

    [Fact]
    public async Task Errors_prefix_the_title_lead_to_their_fields_and_are_wired_to_them()
    {
        var document = new HtmlParser().ParseDocument(await host.Client().GetStringAsync("/components"));
        document.Title!.ShouldStartWith("错误：");
        var link = document.QuerySelector(".error-summary a")!;
        var field = document.GetElementById(Uri.UnescapeDataString(link.GetAttribute("href")![1..]))!;
        field.GetAttribute("aria-invalid").ShouldBe("true");
        field.GetAttribute("aria-describedby")!.Split(' ').ShouldBe(["wrong-name-hint", "wrong-name-error"]);
        document.GetElementById("wrong-name-error")!.TextContent.ShouldContain("请填写姓名");
    }

    [Fact]
    public async Task Only_what_may_stay_empty_is_marked()
    {
        var document = new HtmlParser().ParseDocument(await host.Client().GetStringAsync("/components"));
        document.QuerySelector("label[for=street]")!.TextContent.ShouldBe("详细地址（选填）");
        document.QuerySelector("label[for=name]")!.TextContent.ShouldBe("姓名");
    }

    [Fact]
    public async Task The_navigation_marks_one_place_the_nearest()
    {
        var document = new HtmlParser().ParseDocument(await host.Client().GetStringAsync("/components/case"));
        document.QuerySelectorAll("#site-nav [aria-current]").Select(link => link.GetAttribute("href")).ShouldBe(["/components/case"]);
    }

    [Fact]
    public async Task Rare_characters_and_markup_in_data_come_out_as_typed()
    {
        using var client = host.Client();
        var html = await client.GetStringAsync("/components/home?%3Cscript%3E=%F0%A0%AE%B7");
        html.ShouldNotContain("<script>=");
        HtmlCheck.Verify(html);
    }
}
