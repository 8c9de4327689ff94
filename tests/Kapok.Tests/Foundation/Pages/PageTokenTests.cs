using System.Security.Claims;
using Kapok.Foundation.Pages;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Kapok.Tests.Foundation.Pages;

/// <summary>A token is given again only to whom it was made for.</summary>
public sealed class PageTokenTests
{
    sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now = new(2026, 9, 21, 9, 0, 0, TimeSpan.Zero);
        public override DateTimeOffset GetUtcNow() => Now;
    }

    readonly Clock clock = new();
    readonly ServiceProvider services;

    public PageTokenTests()
    {
        var all = new ServiceCollection();
        all.AddLogging();
        all.AddSingleton<TimeProvider>(clock);
        all.AddDataProtectionInMemory();
        all.AddKapokPages();
        services = all.BuildServiceProvider();
    }

    DefaultHttpContext Request(string? cookie, string? session)
    {
        var http = new DefaultHttpContext { RequestServices = services.CreateScope().ServiceProvider };
        if (cookie is not null) http.Request.Headers.Cookie = $"kapok-token={cookie}";
        if (session is not null) http.User = new(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, session)], "kapok"));
        return http;
    }

    string Token(DefaultHttpContext http) => services.GetRequiredService<PageTokens>().Of(http);

    static string? NewCookie(DefaultHttpContext http) => http.Response.Headers.SetCookie.ToString() is { Length: > 0 } set ? set.Split(';')[0].Split('=', 2)[1] : null;

    async Task<bool> Accepts(string cookie, string? session, string token)
    {
        var http = Request(cookie, session);
        http.Request.Method = "POST";
        http.Request.Headers["X-Kapok-Token"] = token;
        return await services.GetRequiredService<IAntiforgery>().IsRequestValidAsync(http);
    }

    string Cookie()
    {
        var first = Request(null, null);
        Token(first);
        return NewCookie(first)!;
    }

    [Fact]
    public async Task The_pages_of_one_session_share_a_token_that_is_accepted()
    {
        var cookie = Cookie();
        var token = Token(Request(cookie, "a"));
        var again = Request(cookie, "a");
        Assert.Equal(token, Token(again));
        Assert.Null(NewCookie(again));
        Assert.Equal("no-cache, no-store", again.Response.Headers.CacheControl.ToString());
        Assert.True(await Accepts(cookie, "a", token));
    }

    [Fact]
    public async Task Another_session_or_browser_gets_a_token_of_its_own_and_cannot_use_the_first()
    {
        var (cookie, other) = (Cookie(), Cookie());
        var tokens = new[] { Token(Request(cookie, "a")), Token(Request(cookie, "b")), Token(Request(cookie, null)), Token(Request(other, "a")) };
        Assert.Equal(4, tokens.Distinct().Count());
        Assert.False(await Accepts(cookie, "b", tokens[0]));
        Assert.False(await Accepts(cookie, null, tokens[0]));
        Assert.False(await Accepts(other, "a", tokens[0]));
        Assert.True(await Accepts(other, "a", tokens[3]));
    }

    [Fact]
    public void A_cookie_that_is_not_ours_is_replaced_every_time()
    {
        for (var i = 0; i < 3; i++)
        {
            var http = Request("forged", "a");
            Token(http);
            Assert.NotNull(NewCookie(http));
        }
    }

    [Fact]
    public void After_ten_minutes_a_token_is_made_anew()
    {
        var cookie = Cookie();
        var token = Token(Request(cookie, "a"));
        clock.Now += TimeSpan.FromMinutes(9);
        Assert.Equal(token, Token(Request(cookie, "a")));
        clock.Now += TimeSpan.FromMinutes(2);
        Assert.NotEqual(token, Token(Request(cookie, "a")));
    }
}
