using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Kapok.Foundation.Events;
using Kapok.Identity;
using Kapok.Identity.Installing;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Identity;

public sealed class SessionTests(App app) : IClassFixture<App>
{
    const string Password = IdentityOptions.DemonstrationPassword;

    [Fact]
    public async Task A_session_ended_in_one_process_is_over_in_the_other_within_a_second()
    {
        await using var other = await app.Another();
        var here = await app.SignIn("zhangsan");
        using var there = other.Browser();
        there.DefaultRequestHeaders.Add("Cookie", CookieOf(here));
        (await there.GetAsync("/my/account")).StatusCode.ShouldBe(HttpStatusCode.OK);

        (await here.PostForm("/my/sessions", "/my/sessions/end-all")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await here.GetAsync("/my/account")).Headers.Location!.OriginalString.ShouldStartWith("/sign-in?return=");
        await Within(TimeSpan.FromSeconds(1), async () => (await there.GetAsync("/my/account")).StatusCode == HttpStatusCode.Redirect);
    }

    [Fact]
    public async Task A_locked_account_is_out_everywhere_within_a_second_and_cannot_come_back_until_it_is_unlocked()
    {
        await using var other = await app.Another();
        var official = await app.SignIn("tianhe-police-reviewer");
        using var there = other.Browser();
        there.DefaultRequestHeaders.Add("Cookie", CookieOf(official));
        (await there.GetAsync("/my/account")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var admin = await app.Api("tianhe-org-admin");
        var account = await AccountOf("tianhe-police-reviewer");
        (await admin.PostAsJsonAsync($"/api/v1/admin/accounts/{account}/lock", new { })).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, "a ground is needed");
        (await admin.PostAsJsonAsync($"/api/v1/admin/accounts/{account}/lock", new { ground = "离岗核查" })).StatusCode.ShouldBe(HttpStatusCode.OK);
        await Within(TimeSpan.FromSeconds(1), async () => (await there.GetAsync("/my/account")).StatusCode == HttpStatusCode.Redirect);
        var refused = await app.Browser().PostForm("/sign-in", "/sign-in", ("account", "tianhe-police-reviewer"), ("password", Password));
        (await refused.Content.ReadAsStringAsync()).ShouldContain("已被停用");

        (await admin.PostAsJsonAsync($"/api/v1/admin/accounts/{account}/unlock", new { ground = "核查完毕" })).StatusCode.ShouldBe(HttpStatusCode.OK);
        await app.SignIn("tianhe-police-reviewer");
        var events = await app.Database.Read(c => EventLog.Read(c, account));
        events.ShouldContain(e => e.Type == "account-locked" && e.Ground == "离岗核查" && e.ActorName.Length > 0);
    }

    [Fact]
    public async Task A_lost_post_takes_its_rights_in_every_process_within_a_second()
    {
        await using var other = await app.Another();
        var official = await app.SignIn("tianhe-market-item-admin");
        using var there = other.Browser();
        there.DefaultRequestHeaders.Add("Cookie", CookieOf(official));
        (await there.GetAsync("/api/v1/posts")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var admin = await app.Api("tianhe-org-admin");
        var card = await admin.GetFromJsonAsync<JsonElement>($"/api/v1/admin/officials/{DemonstrationPeople.IdOf("market@440106/item-admin")}");
        (await admin.PostAsJsonAsync($"/api/v1/admin/appointments/{card.GetProperty("posts")[0].GetProperty("id").GetGuid()}/end", new { ground = "调离" })).StatusCode.ShouldBe(HttpStatusCode.OK);
        await Within(TimeSpan.FromSeconds(1), async () => (await there.GetAsync("/api/v1/posts")).StatusCode == HttpStatusCode.Unauthorized);
        var refused = await app.Browser().PostForm("/sign-in", "/sign-in", ("account", "tianhe-market-item-admin"), ("password", Password));
        (await refused.Content.ReadAsStringAsync()).ShouldContain("没有在任岗位");
    }

    [Fact]
    public async Task The_list_shows_each_device_and_one_of_them_can_be_ended()
    {
        var (first, second) = (await app.SignIn("hesimin"), app.Browser());
        second.DefaultRequestHeaders.UserAgent.ParseAdd("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 MicroMessenger/8.0");
        await second.PostForm("/sign-in", "/sign-in", ("account", "hesimin"), ("password", Password));
        var page = await first.Page("/my/sessions");
        page.Body!.TextContent.ShouldContain("iPhone · 微信");
        var list = await first.GetFromJsonAsync<JsonElement>("/api/v1/sessions");
        var other = list.GetProperty("items").EnumerateArray().Select(s => s.GetProperty("id").GetGuid()).Single(id => id != list.GetProperty("current").GetGuid());
        (await first.PostForm("/my/sessions", $"/my/sessions/{other}/end")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await second.GetAsync("/my/account")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await first.GetAsync("/my/account")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Nobody_ends_the_session_of_another()
    {
        var victim = await app.Program("zhangsan");
        var id = (await victim.GetFromJsonAsync<JsonElement>("/api/v1/sessions/current")).GetProperty("id").GetGuid();
        (await (await app.Api("lixiulan")).DeleteAsync($"/api/v1/sessions/{id}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await victim.GetAsync("/api/v1/sessions/current")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_cookie_changes_nothing_through_the_interface_and_a_browser_token_is_no_bearer_token()
    {
        var browser = await app.SignIn("lixiulan");
        (await browser.GetAsync("/api/v1/my/account")).StatusCode.ShouldBe(HttpStatusCode.OK, "reading is allowed");
        (await browser.DeleteAsync("/api/v1/sessions")).StatusCode.ShouldBeOneOf(HttpStatusCode.Unauthorized, HttpStatusCode.BadRequest);
        (await browser.PutAsJsonAsync("/api/v1/my/acting-for", new { company = (Guid?)null })).StatusCode.ShouldBeOneOf(HttpStatusCode.Unauthorized, HttpStatusCode.BadRequest);
        using var withToken = new HttpRequestMessage(HttpMethod.Delete, "/api/v1/sessions");
        withToken.Headers.Add("X-Kapok-Token", (await browser.Token("/my/account")).Value);
        (await browser.SendAsync(withToken)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized, "not even with the token of a page");
        (await browser.GetAsync("/my/account")).StatusCode.ShouldBe(HttpStatusCode.OK, "the session lives");

        var stolen = app.Browser();
        stolen.DefaultRequestHeaders.Authorization = new("Bearer", CookieOf(browser).Split('=')[1]);
        (await stolen.GetAsync("/api/v1/my/account")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        var program = await app.Program("lixiulan");
        (await program.GetAsync("/my/account")).StatusCode.ShouldBe(HttpStatusCode.Redirect, "a bearer token opens the interface only");
    }

    [Fact]
    public async Task A_form_from_before_signing_in_does_not_serve_after_it()
    {
        var browser = app.Browser();
        var (name, token) = await browser.Token("/sign-in");
        await browser.PostForm("/sign-in", "/sign-in", ("account", "zhangsan"), ("password", Password));
        var answer = await browser.PostAsync("/my/sessions/end-all", new FormUrlEncodedContent([new(name, token)]));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("short1!A", "至少 10 位")]
    [InlineData("alllowercase", "太简单")]
    [InlineData("Password123!", "最常被猜中")]
    [InlineData("linruohan-Aa1", "不能有您的账号")]
    [InlineData("Aa1!Aa1!Aa1!", "重复的字符太多")]
    [InlineData("Kapok-demo-2026", "不能和现在的一样")]
    public async Task A_weak_new_password_is_refused_in_words_that_say_how_to_mend_it(string wanted, string words)
    {
        var browser = await app.As("linwanting");
        var answer = await browser.PostForm("/my/password", "/my/password", ("current", Password), ("password", wanted.Replace("linruohan", "linwanting")), ("repeat", wanted.Replace("linruohan", "linwanting")));
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await answer.Document()).QuerySelector(".error-summary")!.TextContent.ShouldContain(words);
    }

    [Fact]
    public async Task A_changed_password_ends_the_other_sessions_and_is_the_only_one_that_works()
    {
        var (mine, other) = (await app.SignIn("chenjiahao"), await app.SignIn("chenjiahao"));
        var wrong = await mine.PostForm("/my/password", "/my/password", ("current", "not it"), ("password", "木棉花开红似火-2026"), ("repeat", "木棉花开红似火-2026"));
        (await wrong.Content.ReadAsStringAsync()).ShouldContain("现在的口令不正确");
        var changed = await mine.PostForm("/my/password", "/my/password", ("current", Password), ("password", "correct horse battery"), ("repeat", "correct horse battery"));
        changed.Headers.Location!.OriginalString.ShouldBe("/my/account?done=password");
        (await mine.GetAsync("/my/account")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await other.GetAsync("/my/account")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await app.Browser().PostForm("/sign-in", "/sign-in", ("account", "chenjiahao"), ("password", Password))).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        await app.SignIn("chenjiahao", "correct horse battery");
    }

    [Fact]
    public async Task A_person_acts_for_his_company_and_not_for_another()
    {
        var program = await app.Program("zhangsan");
        var own = DemonstrationPeople.IdOf("xiaoman-catering");
        (await program.PutAsJsonAsync("/api/v1/my/acting-for", new { company = DemonstrationPeople.IdOf("amei-store") })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await program.PutAsJsonAsync("/api/v1/my/acting-for", new { company = own })).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await program.GetFromJsonAsync<JsonElement>("/api/v1/sessions/current")).GetProperty("actingFor").GetGuid().ShouldBe(own);
        (await (await app.Api("zhangsan")).GetFromJsonAsync<JsonElement>("/api/v1/sessions/current")).TryGetProperty("actingFor", out _).ShouldBeFalse("only that session");

        await Task.Delay(500); // let the signal of the switch pass, so that only the age of what is remembered counts
        (await program.GetFromJsonAsync<JsonElement>("/api/v1/sessions/current")).GetProperty("actingFor").GetGuid().ShouldBe(own);
        await app.Database.Read(c => c.ExecuteAsync("update identity.company set representative = @other where id = @own", new { own, other = DemonstrationPeople.IdOf("lin-wanting") }));
        await Within(TimeSpan.FromSeconds(2), async () => !(await program.GetFromJsonAsync<JsonElement>("/api/v1/sessions/current")).TryGetProperty("actingFor", out _));
        await app.Database.Read(c => c.ExecuteAsync("update identity.company set representative = @self where id = @own", new { own, self = DemonstrationPeople.IdOf("zhang-san") }));
    }

    [Fact]
    public async Task Signing_out_ends_the_session_not_only_the_cookie()
    {
        var browser = await app.SignIn("zhangsan");
        var cookie = CookieOf(browser);
        await browser.PostForm("/my/account", "/sign-out");
        var replay = app.Browser();
        replay.DefaultRequestHeaders.Add("Cookie", cookie);
        (await replay.GetAsync("/my/account")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }

    Task<Guid> AccountOf(string name) => app.Database.Read(c => c.QuerySingleAsync<Guid>("select id from identity.account where name = @name", new { name }));

    static string CookieOf(HttpClient browser) => App.Cookie(browser, "kapok_session");

    static async Task Within(TimeSpan limit, Func<Task<bool>> holds)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (!await holds())
        {
            if (watch.Elapsed > limit) throw new ShouldAssertException($"not within {limit.TotalSeconds} s");
            await Task.Delay(20);
        }
    }
}

/// <summary>Moves the clock by hours, so it has an app of its own.</summary>
public sealed class SessionTimeTests(App app) : IClassFixture<App>
{
    [Fact]
    public async Task A_session_ends_when_idle_and_at_the_latest_after_its_longest_time()
    {
        var active = await app.SignIn("zhouhaiyan");
        var idle = await app.SignIn("zhouhaiyan");
        for (var i = 0; i < 23; i++)
        {
            app.Time.Advance(TimeSpan.FromMinutes(29));
            (await active.GetAsync("/my/account")).StatusCode.ShouldBe(HttpStatusCode.OK, $"after {29 * (i + 1)} minutes");
        }
        (await idle.GetAsync("/my/account")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        app.Time.Advance(TimeSpan.FromMinutes(29));
        app.Time.Advance(TimeSpan.FromMinutes(29));
        (await active.GetAsync("/my/account")).StatusCode.ShouldBe(HttpStatusCode.Redirect, "twelve hours are over");
    }
}
