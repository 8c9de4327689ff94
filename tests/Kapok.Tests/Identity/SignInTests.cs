using System.Net;
using System.Net.Http.Json;
using Dapper;
using Kapok.Foundation.Events;
using Kapok.Identity;
using Kapok.Identity.SignIn;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Identity;

public sealed class SignInTests(App app) : IClassFixture<App>
{
    const string Password = IdentityOptions.DemonstrationPassword;

    [Theory]
    [InlineData("zhangsan")]
    [InlineData("ZhangSan ")]
    [InlineData("13800000001")]
    [InlineData("440106198806159910")]
    [InlineData("tianhe-market-acceptor")]
    public async Task People_sign_in_by_account_mobile_or_identity_number(string account)
    {
        var browser = await app.SignIn(account);
        (await browser.GetAsync("/sign-in")).StatusCode.ShouldBe(HttpStatusCode.Redirect, "who is in already is sent on");
    }

    [Fact]
    public async Task The_cookie_is_closed_to_scripts_and_foreign_pages_and_the_token_is_nowhere_in_the_database()
    {
        var browser = app.Browser();
        var answer = await browser.PostForm("/sign-in", "/sign-in", ("account", "zhangsan"), ("password", Password));
        var cookie = answer.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("kapok_session="));
        cookie.ShouldContain("httponly", Case.Insensitive);
        cookie.ShouldContain("samesite=lax", Case.Insensitive);
        cookie.ShouldContain("path=/", Case.Insensitive);
        var token = cookie.Split(';')[0].Split('=', 2)[1];
        token.Length.ShouldBe(43);
        var kept = await app.Database.Read(c => c.QueryAsync<string>("select s::text from identity.session s union all select e::text from kapok.event e"));
        kept.ShouldNotContain(row => row.Contains(token));
        (await app.Database.Read(c => c.ExecuteScalarAsync<int>("select count(*) from identity.session where token_hash = @hash", new { hash = Sessions.HashOf(token) }))).ShouldBe(1);
    }

    [Fact]
    public async Task Wrong_passwords_and_unknown_accounts_get_the_same_answer_and_the_same_lock_out()
    {
        async Task<List<string>> Attempts(string account)
        {
            var seen = new List<string>();
            for (var i = 0; i < 6; i++)
            {
                var answer = await app.Browser().PostForm("/sign-in", "/sign-in", ("account", account), ("password", "wrong"));
                var page = await answer.Document();
                seen.Add($"{(int)answer.StatusCode} {answer.Headers.RetryAfter} {page.QuerySelector("[role=alert], .error-summary")!.TextContent.Trim()}");
            }
            return seen;
        }
        var known = await Attempts("linwanting");
        (await Attempts("nobody-here")).ShouldBe(known);
        (await Attempts("13899999999")).ShouldBe(known);
        known[0].ShouldContain("账号或口令不正确");
        known[5].ShouldContain("1 分钟后再试");
    }

    [Fact]
    public async Task A_lock_out_refuses_even_the_right_password_grows_and_ends_by_itself()
    {
        async Task<SignInAnswer> Try(string password) => await Desk.SignIn(new("huangzhiming", password, "10.0.0.7", "", SessionKind.Browser));
        for (var i = 0; i < 5; i++) (await Try("wrong")).Message.ShouldBe(SignInDesk.Wrong);
        (await Try(Password)).RetryAfter.ShouldBe(TimeSpan.FromMinutes(1));
        app.Time.Advance(TimeSpan.FromSeconds(61));
        (await Try("wrong")).Message.ShouldBe(SignInDesk.Wrong);
        (await Try(Password)).RetryAfter.ShouldBe(TimeSpan.FromMinutes(2));
        app.Time.Advance(TimeSpan.FromSeconds(121));
        (await Try(Password)).Session.ShouldNotBeNull();
        for (var i = 0; i < 4; i++) (await Try("wrong")).RetryAfter.ShouldBeNull("a success clears the count");

        var account = await app.Database.Read(c => c.QuerySingleAsync<Guid>("select id from identity.account where name = 'huangzhiming'"));
        var events = await app.Database.Read(c => EventLog.Read(c, account));
        events.Count(e => e.Type == "sign-in-failed").ShouldBe(10);
        events.Count(e => e.Type == "account-locked-out").ShouldBe(2);
        events.ShouldContain(e => e.Type == "signed-in" && e.ActorName == "黄志明" && e.Origin == "portal 10.0.0.7");
        EventLog.FirstBreak(account, events).ShouldBeNull();
    }

    [Fact]
    public async Task A_hundred_guesses_at_once_are_five_guesses()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Desk.SignIn(new("panshouyi", $"guess {i}", $"10.1.0.{i}", "", SessionKind.Api))));
        answers.Count(a => a.Message == SignInDesk.Wrong).ShouldBe(5);
    }

    [Fact]
    public async Task One_address_trying_many_accounts_is_locked_out_and_others_are_not()
    {
        Task<SignInAnswer> From(string address, string account, string password) => Desk.SignIn(new(account, password, address, "", SessionKind.Api));
        for (var i = 0; i < 30; i++) (await From("10.2.0.1", $"account-{i}", "x")).Message.ShouldBe(SignInDesk.Wrong);
        (await From("10.2.0.1", "chenjiahao", Password)).RetryAfter.ShouldNotBeNull();
        (await From("10.2.0.2", "chenjiahao", Password)).Session.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_planted_cookie_never_becomes_a_session_and_signing_in_again_ends_the_session_that_came_along()
    {
        var planted = new string('A', 43);
        var browser = app.Browser();
        browser.DefaultRequestHeaders.Add("Cookie", "kapok_session=" + planted);
        var first = TokenOf(await browser.PostForm("/sign-in", "/sign-in", ("account", "zhangsan"), ("password", Password)));
        first.ShouldNotBe(planted);
        var sessions = app.Services.GetRequiredService<Sessions>();
        (await sessions.Find(planted)).ShouldBeNull();
        (await sessions.Find(first)).ShouldNotBeNull();

        var answer = await Desk.SignIn(new("zhangsan", Password, "10.0.0.9", "", SessionKind.Browser, first));
        answer.Session!.Token.ShouldNotBe(first);
        (await sessions.Find(first)).ShouldBeNull();
        (await sessions.Find(answer.Session.Token)).ShouldNotBeNull();
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    [InlineData("/\t/evil.example/")]
    [InlineData("javascript:alert(1)")]
    public async Task Nobody_is_sent_to_another_site_after_signing_in(string target)
    {
        var page = "/sign-in?return=" + Uri.EscapeDataString(target);
        var answer = await app.Browser().PostForm(page, "/sign-in", ("account", "zhangsan"), ("password", Password), ("return", target));
        answer.Headers.Location!.OriginalString.ShouldBe("/");
    }

    [Fact]
    public async Task The_way_back_is_kept_when_it_leads_to_this_site()
    {
        var answer = await app.Browser().PostForm("/sign-in?return=%2Fmy%2Faccount%3Fx%3D1", "/sign-in", ("account", "zhangsan"), ("password", Password));
        answer.Headers.Location!.OriginalString.ShouldBe("/my/account?x=1");
    }

    [Fact]
    public async Task A_form_without_its_token_is_refused()
    {
        var answer = await app.Browser().PostAsync("/sign-in", new FormUrlEncodedContent([new("account", "zhangsan"), new("password", Password)]));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        answer.Headers.TryGetValues("Set-Cookie", out var cookies);
        (cookies ?? []).ShouldNotContain(c => c.StartsWith("kapok_session="));
    }

    [Fact]
    public async Task A_program_gets_a_token_and_wrong_passwords_a_problem()
    {
        var http = await app.Program("tianhe-market-reviewer");
        http.DefaultRequestHeaders.Authorization!.Parameter!.Length.ShouldBe(43);
        var refused = await app.Browser().PostAsJsonAsync("/api/v1/sessions", new { account = "tianhe-market-reviewer", password = "no" });
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        refused.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    SignInDesk Desk => app.Services.GetRequiredService<SignInDesk>();

    static string TokenOf(HttpResponseMessage answer) => answer.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("kapok_session=")).Split(';')[0].Split('=', 2)[1];
}
