using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dapper;
using Kapok.Foundation.Codes;
using Kapok.Identity;
using Kapok.Identity.SignIn;
using Kapok.Tests.Journeys;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Identity;

/// <summary>A citizen opens an account; what is claimed stays claimed until somebody has seen the card.</summary>
public sealed partial class SignUpTests(App app) : IClassFixture<App>
{
    const string Secret = "Mu-mian-hua-2027";
    static int serial = 100;

    [GeneratedRegex("[0-9]{6}")] private static partial Regex Digits();

    SignUps SignUps => app.Services.GetRequiredService<SignUps>();

    /// <summary>A number nobody has.</summary>
    static string Fresh() { var body = $"44010619900307{Interlocked.Increment(ref serial):D3}"; return body + CheckCharacters.Mod11_2(body); }

    static string Phone() => $"1389000{Interlocked.Increment(ref serial):D4}";

    Task<string?> LastTo(string phone) => app.Database.Read(c => c.ExecuteScalarAsync<string?>("select text from kapok.short_message where phone = @phone order by at desc, id desc limit 1", new { phone }));

    async Task<string> CodeFor(string phone) => Digits().Match((await LastTo(phone))!).Value;

    async Task<Visitor> SignUp(string name, string number, string phone, string secret = Secret)
    {
        var visitor = await new Visitor(app.Browser()).Open("/sign-up");
        await visitor.Press("获取验证码", ("name", name), ("idNumber", number), ("phone", phone), ("agreed", "true"));
        visitor.Url.ShouldStartWith("/sign-up/", Case.Sensitive, visitor.Text);
        await visitor.Press("完成注册", ("code", await CodeFor(phone)), ("password", secret), ("repeat", secret));
        return visitor;
    }

    Task<(string Name, string Number, string Phone)> Known(string name) => app.Database.Read(c => c.QuerySingleAsync<(string, string, string)>("select name, certificate_number, phone from identity.person where name = @name and verified_at is not null limit 1", new { name }));

    [Fact]
    public async Task A_citizen_signs_up_with_a_code_and_is_signed_in()
    {
        var (number, phone) = (Fresh(), Phone());
        var visitor = await SignUp("欧阳小满", number, phone);
        visitor.Url.ShouldBe("/my/account?done=opened");
        visitor.Text.ShouldContain("欧阳小满");
        visitor.Text.ShouldContain("还没有核验身份");
        visitor.Text.ShouldNotContain(number);
        var again = await app.SignIn(phone, Secret);
        (await again.Page("/my/account")).QuerySelector("main")!.TextContent.ShouldContain("欧阳小满");
        (await app.Database.Read(c => c.ExecuteScalarAsync<string>("select e.data::text from kapok.event e join identity.account a on a.id = e.stream join identity.person p on p.id = a.person where p.phone = @phone and e.type = 'account-opened'", new { phone }))).ShouldNotBeNull().ShouldContain("sign-up");
    }

    [Fact]
    public async Task Every_mistake_is_named_at_its_field_and_what_was_typed_stays()
    {
        var visitor = await new Visitor(app.Browser()).Open("/sign-up");
        await visitor.Press("获取验证码", ("name", "张3"), ("idNumber", "440106199003070011"), ("phone", "12345"));
        visitor.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        visitor.Errors.Count.ShouldBe(4);
        visitor.Page.QuerySelector("#name-error")!.TextContent.ShouldContain("不能有数字");
        visitor.Page.QuerySelector("#idNumber-error")!.TextContent.ShouldContain("校验位不对");
        visitor.Page.QuerySelector("#phone-error")!.TextContent.ShouldContain("11 位");
        visitor.Page.QuerySelector("#agreed-error")!.TextContent.ShouldContain("打勾");
        visitor.Page.QuerySelector("#idNumber")!.GetAttribute("value").ShouldBe("440106199003070011");
        var child = "440106" + "20200101" + "001";
        await visitor.Press("获取验证码", ("name", "张小"), ("idNumber", child + CheckCharacters.Mod11_2(child)), ("phone", Phone()), ("agreed", "true"));
        visitor.Errors.ShouldBe(["未满 14 周岁请由父母或者其他监护人用自己的账号代办"]);
    }

    [Fact]
    public async Task Wrong_codes_are_counted_and_weak_passwords_cost_no_try()
    {
        var (number, phone) = (Fresh(), Phone());
        var begun = (await SignUps.Begin(new("林晓", number, phone, true), "10.9.1.1")).Value!;
        var code = await CodeFor(phone);
        for (var i = 0; i < 6; i++) (await SignUps.Finish(begun.Id, code, "12345", "12345", "10.9.1.1")).Faults.ShouldAllBe(f => f.Where == "password");
        (await SignUps.Finish(begun.Id, code, $"Lin-{number}", $"Lin-{number}", "10.9.1.1")).Faults.ShouldContain(f => f.Message.Contains("不能有您的"));
        var wrong = code == "000000" ? "000001" : "000000";
        for (var i = 0; i < SignUps.Tries; i++) (await SignUps.Finish(begun.Id, wrong, Secret, Secret, "10.9.1.1")).Faults[0].Message.ShouldBe(PasswordResets.Wrong);
        (await SignUps.Finish(begun.Id, code, Secret, Secret, "10.9.1.1")).Ok.ShouldBeFalse("the tries are used up");
    }

    [Fact]
    public async Task A_code_serves_once_whoever_comes_at_the_same_time()
    {
        var phone = Phone();
        var begun = (await SignUps.Begin(new("林晓", Fresh(), phone, true), "10.9.2.1")).Value!;
        var code = await CodeFor(phone);
        var all = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SignUps.Finish(begun.Id, code, Secret, Secret, "10.9.2.1")));
        all.Count(a => a.Ok).ShouldBe(1);
        (await app.Database.Read(c => c.ExecuteScalarAsync<int>("select count(*) from identity.person where phone = @phone", new { phone }))).ShouldBe(1);
    }

    [Fact]
    public async Task Whoever_types_another_ones_number_sees_the_same_as_with_a_free_one_and_comes_to_nothing()
    {
        var (name, number, phone) = await Known("李秀兰");
        async Task<(string Url, string Text)> Try(string who, string no)
        {
            var mine = Phone();
            var visitor = await SignUp(who, no, mine);
            return (visitor.Url, visitor.Text.Replace(mine, "PHONE").Replace(People.Masked(no), "NUMBER").Replace(who, "NAME"));
        }
        static string Plain((string Url, string Text) seen) => seen.Url + Regex.Replace(seen.Text, "c[a-z0-9]{11}", "ACCOUNT");
        var free = Plain(await Try("何人", Fresh()));
        Plain(await Try(name, number)).ShouldBe(free);
        Plain(await Try("何人", number)).ShouldBe(free);
        (await LastTo(phone))!.ShouldContain("有人用您的身份证号码注册了账号");
        // The holder signs in by number as before, and sees what he saw.
        (await app.SignIn(number)).ShouldNotBeNull();
        var stranger = Phone();
        var visitor = await SignUp(name, number, stranger);
        (await visitor.Open("/my/cases")).Text.ShouldNotContain("办好了");
        await Should.ThrowAsync<InvalidOperationException>(() => app.SignIn(number, Secret), "a claimed number is no name to sign in with");
    }

    [Fact]
    public async Task A_phone_that_has_an_account_is_told_so_only_to_the_one_who_reads_its_messages()
    {
        var (_, _, phone) = await Known("李秀兰");
        var visitor = await new Visitor(app.Browser()).Open("/sign-up");
        await visitor.Press("获取验证码", ("name", "何人"), ("idNumber", Fresh()), ("phone", phone), ("agreed", "true"));
        visitor.Text.ShouldNotContain("已经有账号");
        var code = await CodeFor(phone);
        await visitor.Press("完成注册", ("code", code == "000000" ? "000001" : "000000"), ("password", Secret), ("repeat", Secret));
        visitor.Text.ShouldNotContain("已经有账号");
        await visitor.Press("完成注册", ("code", code), ("password", Secret), ("repeat", Secret));
        visitor.Text.ShouldContain("这个手机号已经有账号了");
    }

    [Fact]
    public async Task Whose_name_number_and_phone_are_on_record_without_an_account_gets_that_record()
    {
        var (person, number, phone) = (Guid.CreateVersion7(), Fresh(), Phone());
        await app.Database.Read(c => c.ExecuteAsync("insert into identity.person (id, name, certificate_number, phone, created_at) values (@person, '窗口来过', @number, @phone, now())", new { person, number, phone }));
        var visitor = await SignUp("窗口来过", number, phone);
        visitor.Text.ShouldNotContain("还没有核验身份");
        (await app.Database.Read(c => c.ExecuteScalarAsync<Guid>("select a.person from identity.account a join identity.person p on p.id = a.person where p.phone = @phone", new { phone }))).ShouldBe(person);
    }

    [Fact]
    public async Task Nothing_is_submitted_in_a_name_that_nobody_has_verified_until_a_clerk_has_seen_the_card()
    {
        var (number, phone) = (Fresh(), Phone());
        var visitor = await SignUp("周小满", number, phone);
        await visitor.Open($"/apply/{await Lamps.Install(app)}");
        visitor.Text.ShouldContain("可以先填好、存着");
        await visitor.Press("开始申请");
        var draft = visitor.Url.Split('/')[^1];
        await visitor.Open($"/my/drafts/{draft}/check");
        visitor.Text.ShouldContain("提交以前要核验身份");
        visitor.Page.QuerySelectorAll("main button").ShouldNotContain(b => b.TextContent.Contains("提交申请"));
        var program = await app.Program(phone, Secret);
        (await program.PostAsJsonAsync($"/api/v1/drafts/{draft}/submission", new { })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        var clerk = new Visitor(await app.As("tianhe-market-acceptor"));
        await clerk.Open("/desk/identity-check");
        await clerk.Press("证件和本人一致", ("name", "周小满"), ("idNumber", number), ("phone", Phone()));
        clerk.Errors[0].ShouldContain("没有等待核验的账号");
        await clerk.Press("证件和本人一致", ("name", "周小满"), ("idNumber", number), ("phone", phone));
        clerk.Text.ShouldContain("核验好了");
        (await visitor.Open("/my/account")).Text.ShouldNotContain("还没有核验身份");
        (await visitor.Open($"/my/drafts/{draft}/check")).Text.ShouldNotContain("提交以前要核验身份");
        (await app.SignIn(number, Secret)).ShouldNotBeNull();
        (await app.Database.Read(c => c.ExecuteScalarAsync<string?>("select ground from kapok.event where type = 'person-verified' order by at desc limit 1"))).ShouldBe(Verification.Ground);
    }

    [Fact]
    public async Task A_number_that_is_verified_cannot_be_verified_for_a_second_one()
    {
        var (name, number, _) = await Known("李秀兰");
        var phone = Phone();
        await SignUp(name, number, phone);
        var clerk = await app.Api("tianhe-market-acceptor");
        var answer = await clerk.PostAsJsonAsync("/api/v1/identity-checks", new { name, idNumber = number, phone });
        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_program_signs_up_as_the_page_does()
    {
        var phone = Phone();
        var http = app.Browser();
        var begun = await http.PostAsJsonAsync("/api/v1/sign-ups", new { name = "何程", idNumber = Fresh(), phone, agreed = true });
        begun.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var id = (await begun.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        var done = await http.PostAsJsonAsync($"/api/v1/sign-ups/{id}", new { code = await CodeFor(phone), password = Secret });
        done.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await app.Program(phone, Secret)).ShouldNotBeNull();
        for (var i = 0; i < 3; i++) await http.PostAsJsonAsync("/api/v1/sign-ups", new { name = "何程", idNumber = Fresh(), phone, agreed = true });
        (await http.PostAsJsonAsync("/api/v1/sign-ups", new { name = "何程", idNumber = Fresh(), phone, agreed = true })).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
    }
}
