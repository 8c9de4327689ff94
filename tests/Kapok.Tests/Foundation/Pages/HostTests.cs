using System.Net;
using Shouldly;
using Xunit;

namespace Kapok.Tests.Foundation.Pages;

/// <summary>The program as it is composed, not the bed of the design system.</summary>
public sealed class HostTests(BareApp app) : IClassFixture<BareApp>
{
    [Fact]
    public async Task The_program_refuses_forms_without_the_token_of_a_page()
    {
        using var browser = app.Browser();
        var answer = await browser.PostAsync("/preferences", new FormUrlEncodedContent([new("lang", "en")]));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("页面已过期");
    }

    [Theory]
    [InlineData("/components")]
    [InlineData("/nowhere")]
    public async Task The_program_protects_and_translates_every_answer(string path)
    {
        using var browser = app.Browser();
        browser.DefaultRequestHeaders.Add("Cookie", "kapok-lang=en");
        var answer = await browser.GetAsync(path);
        answer.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("frame-ancestors 'none'");
        var html = await answer.Content.ReadAsStringAsync();
        html.ShouldContain("<html lang=\"en\"");
        HtmlCheck.Verify(html);
    }
}
