using System.Net;
using Kapok.Foundation.Pages;
using Shouldly;
using Xunit;

namespace Kapok.Tests.Foundation.Pages;

public sealed class PreferencesTests(PageHost host) : IClassFixture<PageHost>
{
    private static async Task<HttpResponseMessage> Save(HttpClient client, params (string Name, string Value)[] fields)
    {
        var token = await PageHost.Token(client);
        var form = fields.Append(("_token", token)).Select(field => KeyValuePair.Create(field.Item1, field.Item2));
        return await client.PostAsync("/preferences", new FormUrlEncodedContent(form));
    }

    [Fact]
    public async Task A_choice_of_language_is_kept_and_leads_back_to_the_page()
    {
        using var client = host.Client();
        var answer = await Save(client, ("lang", "en"), ("return", "/components/home?a=1"));
        answer.StatusCode.ShouldBe(HttpStatusCode.Found);
        answer.Headers.Location!.OriginalString.ShouldBe("/components/home?a=1");
        var html = await client.GetStringAsync("/components/home");
        html.ShouldContain("<html lang=\"en\"");
        html.ShouldContain("Report a problem with this page");
    }

    [Fact]
    public async Task Elder_mode_and_theme_are_kept_apart_from_the_language()
    {
        using var client = host.Client();
        await Save(client, ("elder", "1"));
        await Save(client, ("theme", "dark"));
        await Save(client, ("lang", "zh-Hant"));
        var html = await client.GetStringAsync("/components/home");
        html.ShouldContain("<html lang=\"zh-Hant\" data-theme=\"dark\" data-elder");
        await Save(client, ("elder", "0"), ("theme", "auto"));
        (await client.GetStringAsync("/components/home")).ShouldContain("<html lang=\"zh-Hant\">");
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("\\\\evil.example/")]
    [InlineData("/\t/evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("evil.example")]
    [InlineData("~/x")]
    [InlineData("")]
    public async Task A_return_to_another_site_leads_home(string foreign)
    {
        Preferences.LocalOrHome(foreign).ShouldBe("/");
        using var client = host.Client();
        var answer = await Save(client, ("lang", "en"), ("return", foreign));
        answer.StatusCode.ShouldBe(HttpStatusCode.Found);
        answer.Headers.Location!.OriginalString.ShouldBe("/");
    }

    [Fact]
    public async Task Values_we_do_not_know_are_not_kept()
    {
        using var client = host.Client();
        var answer = await Save(client, ("lang", "xx\"><script>"), ("theme", "pink"), ("elder", "yes"));
        answer.Headers.TryGetValues("Set-Cookie", out _).ShouldBeFalse();
        using var forged = host.Client(("kapok-lang", "xx"), ("kapok-theme", "pink"));
        (await forged.GetStringAsync("/components/home")).ShouldContain("<html lang=\"zh-Hans\">");
    }

    [Fact]
    public async Task Without_the_token_of_a_page_nothing_is_changed()
    {
        using var client = host.Client();
        var answer = await client.PostAsync("/preferences", new FormUrlEncodedContent([new("lang", "en")]));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        answer.Headers.TryGetValues("Set-Cookie", out var cookies);
        (cookies ?? []).ShouldNotContain(cookie => cookie.StartsWith("kapok-lang"));
        (await answer.Content.ReadAsStringAsync()).ShouldContain("页面已过期");
    }

    [Fact]
    public async Task The_token_of_another_browser_is_refused()
    {
        using var one = host.Client();
        using var other = host.Client();
        await PageHost.Token(other);
        var stolen = await PageHost.Token(one);
        var answer = await other.PostAsync("/preferences", new FormUrlEncodedContent([new("lang", "en"), new("_token", stolen)]));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Every_unsafe_request_is_checked_save_those_that_say_otherwise_or_show_a_bearer_token()
    {
        using var client = host.Client();
        (await client.PostAsync("/session", null)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await client.PostAsync("/echo", new StringContent("{}", null, "application/json"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await client.PostAsync("/open", null)).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var bearer = new HttpRequestMessage(HttpMethod.Post, "/session") { Headers = { { "Authorization", "Bearer abc" } } };
        (await client.SendAsync(bearer)).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var header = new HttpRequestMessage(HttpMethod.Post, "/session") { Headers = { { "X-Kapok-Token", await PageHost.Token(client) } } };
        (await client.SendAsync(header)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
