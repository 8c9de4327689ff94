using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Messages;
using Kapok.Identity;
using Kapok.Identity.SignIn;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Identity;

public sealed partial class PasswordResetTests(App app) : IClassFixture<App>
{
    const string Fresh = "Mu-mian-hua-2027";

    PasswordResets Resets => app.Services.GetRequiredService<PasswordResets>();
    int address = 10;

    Task<ResetBegun> Begin(string typed) => Resets.Begin(typed, $"10.1.{address++}.9");

    Task<string?> LastTo(string phone) => app.Database.Read(c => c.ExecuteScalarAsync<string?>("select text from kapok.short_message where phone = @phone order by at desc, id desc limit 1", new { phone }));

    async Task<string> CodeFor(string phone) => Digits().Match((await LastTo(phone))!).Value;

    [GeneratedRegex("[0-9]{6}")] private static partial Regex Digits();

    [Fact]
    public async Task A_citizen_sets_a_new_password_with_the_code_and_every_session_ends()
    {
        var before = await app.SignIn("chenjiahao");
        var browser = app.Browser();
        var asked = await browser.PostForm("/forgotten-password", "/forgotten-password", ("account", "chenjiahao"));
        asked.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var page = asked.Headers.Location!.ToString();
        var phone = (await app.Database.Read(c => c.ExecuteScalarAsync<string>("select phone from identity.person where name = '陈嘉豪'")))!;
        var code = await CodeFor(phone);

        var wrong = await browser.PostForm(page, page, ("code", code == "000000" ? "000001" : "000000"), ("password", Fresh), ("repeat", Fresh));
        wrong.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await wrong.Document()).QuerySelector(".error-summary")!.TextContent.ShouldContain("验证码不对，或者已经过期");
        var weak = await browser.PostForm(page, page, ("code", code), ("password", "12345"), ("repeat", "12345"));
        (await weak.Document()).QuerySelector("#password-error")!.TextContent.ShouldContain("口令至少 10 位");

        var done = await browser.PostForm(page, page, ("code", code), ("password", Fresh), ("repeat", Fresh));
        done.Headers.Location!.ToString().ShouldBe("/sign-in?done=password");
        (await before.GetAsync("/my/account")).StatusCode.ShouldBe(HttpStatusCode.Redirect, "who was signed in has to sign in again");
        await app.SignIn("chenjiahao", Fresh);
        await Should.ThrowAsync<InvalidOperationException>(() => app.SignIn("chenjiahao"));
        (await LastTo(phone))!.ShouldContain("口令刚刚重新设置");
        var again = await browser.PostForm(page, page, ("code", code), ("password", Fresh + "x"), ("repeat", Fresh + "x"));
        again.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, "a code serves once");
    }

    [Fact]
    public async Task Nobody_learns_whether_a_name_exists()
    {
        async Task<(HttpStatusCode, int Messages, int Rows, int Jobs)> Ask(string account)
        {
            Task<(int, int, int)> Count() => app.Database.Read(c => c.QuerySingleAsync<(int, int, int)>(
                "select (select count(*) from kapok.short_message), (select count(*) from identity.password_reset), (select count(*) from kapok.job where kind = 'short-message')"));
            var before = await Count();
            var answer = await app.Browser().PostForm("/forgotten-password", "/forgotten-password", ("account", account));
            var after = await Count();
            return (answer.StatusCode, after.Item1 - before.Item1, after.Item2 - before.Item2, after.Item3 - before.Item3);
        }
        var known = await Ask("lixiulan");
        known.ShouldBe((HttpStatusCode.Redirect, 1, 1, 1));
        (await Ask("nobody-at-all")).ShouldBe(known, "the same work is done for a name nobody has");
        (await Ask("13899999998")).ShouldBe(known);
        (await Ask("tianhe-market-reviewer")).ShouldBe(known, "officials are not served here, and nobody learns that they exist");
        (await app.Database.Read(c => c.ExecuteScalarAsync<int>("select count(*) from kapok.short_message m join identity.person p on p.phone = m.phone join identity.account a on a.person = p.id where a.kind = 'official'"))).ShouldBe(0);

        async Task<string> Page(string account)
        {
            var browser = app.Browser();
            var asked = await browser.PostForm("/forgotten-password", "/forgotten-password", ("account", account));
            var page = asked.Headers.Location!.ToString();
            var text = (await (await browser.GetAsync(page)).Document()).QuerySelector("main")!.TextContent;
            var wrong = await browser.PostForm(page, page, ("code", "123456"), ("password", Fresh), ("repeat", Fresh));
            return text + (await wrong.Document()).QuerySelector("main")!.TextContent;
        }
        (await Page("zhouyuhe-unknown")).ShouldBe(await Page("lixiulan"));
    }

    [Fact]
    public async Task A_code_is_guessed_five_times_at_most_and_runs_out()
    {
        var begun = await Begin("linwanting");
        var phone = (await app.Database.Read(c => c.ExecuteScalarAsync<string>("select phone from identity.person where name = '林婉婷'")))!;
        var code = await CodeFor(phone);
        var other = code == "111111" ? "222222" : "111111";
        for (var i = 0; i < PasswordResets.Tries; i++) (await Resets.Finish(begun.Id, other, Fresh, Fresh, "")).Ok.ShouldBeFalse();
        (await Resets.Finish(begun.Id, code, Fresh, Fresh, "")).Faults[0].Message.ShouldBe(PasswordResets.Wrong, "even the right one is not looked at any more");

        begun = await Begin("linwanting");
        code = await CodeFor(phone);
        app.Time.Advance(PasswordResets.Valid + TimeSpan.FromSeconds(1));
        (await Resets.Finish(begun.Id, code, Fresh, Fresh, "")).Faults[0].Message.ShouldBe(PasswordResets.Wrong);
    }

    [Fact]
    public async Task Codes_are_not_sent_without_end()
    {
        for (var i = 0; i < 4; i++) (await Begin("huangzhiming")).Wait.ShouldBeNull();
        (await Begin("huangzhiming")).Wait.ShouldBe(TimeSpan.FromMinutes(1));
        var unknown = new List<TimeSpan?>();
        for (var i = 0; i < 5; i++) unknown.Add((await Begin("no-such-person")).Wait);
        unknown[4].ShouldBe(TimeSpan.FromMinutes(1), "a name nobody has is locked out in the same way");
    }

    [Fact]
    public async Task Programs_can_do_the_same()
    {
        var http = app.Browser();
        var asked = await http.PostAsJsonAsync("/api/v1/password-resets", new { account = "44010519930527994" + "7" });
        asked.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var id = (await asked.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        var refused = await http.PostAsJsonAsync($"/api/v1/password-resets/{id}", new { code = "12", password = Fresh });
        refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task A_password_with_ones_own_name_in_it_costs_no_try()
    {
        var begun = await Begin("zhangsan");
        var code = await CodeFor("13800000001");
        for (var i = 0; i < 7; i++) (await Resets.Finish(begun.Id, code, "Zhangsan-2026-x", "Zhangsan-2026-x", "")).Message.ShouldContain("不能有您的账号");
    }

    [Fact]
    public void The_stand_in_is_for_demonstrations_only()
    {
        ShortMessageChannels.Choose(NodeMode.Demonstration, null, null).ShouldNotBeNull().KeepsText.ShouldBeTrue();
        ShortMessageChannels.Choose(NodeMode.Production, null, null).ShouldBeNull();
        ShortMessageChannels.Choose(NodeMode.Production, "https://sms.example.gov.cn/send", "0123456789abcdef").ShouldNotBeNull().KeepsText.ShouldBeFalse();
        Should.Throw<InvalidOperationException>(() => ShortMessageChannels.Choose(NodeMode.Production, "http://sms.example.gov.cn/send", "0123456789abcdef"));
        Should.Throw<InvalidOperationException>(() => ShortMessageChannels.Choose(NodeMode.Production, "https://sms.example.gov.cn/send", "short"));
    }

    [Fact]
    public async Task A_gateway_gets_the_signed_message_once_and_the_text_is_forgotten()
    {
        using var listener = new HttpListener();
        var port = Random.Shared.Next(20000, 60000);
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        var channel = ShortMessageChannels.Choose(NodeMode.Production, $"http://127.0.0.1:{port}/send", "0123456789abcdef")!;
        var sending = channel.Send(Guid.CreateVersion7(), "13800000001", "您好", CancellationToken.None);
        var got = await listener.GetContextAsync();
        using var reader = new StreamReader(got.Request.InputStream);
        var body = await reader.ReadToEndAsync();
        got.Response.StatusCode = 200;
        got.Response.Close();
        await sending;
        JsonDocument.Parse(body).RootElement.GetProperty("text").GetString().ShouldBe("您好");
        var hmac = System.Security.Cryptography.HMACSHA256.HashData("0123456789abcdef"u8.ToArray(), System.Text.Encoding.UTF8.GetBytes(body));
        got.Request.Headers["X-Kapok-Signature"].ShouldBe("sha256=" + Convert.ToHexStringLower(hmac));
    }
}
