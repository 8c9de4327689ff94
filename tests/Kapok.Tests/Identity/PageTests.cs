using System.Net;
using System.Text.RegularExpressions;
using Dapper;
using Kapok.Foundation.Pages;
using Kapok.Identity;
using Kapok.Identity.Administration;
using Kapok.Identity.Granting;
using Kapok.Identity.Installing;
using Kapok.Identity.SignIn;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Identity;

public sealed class PageTests(App app) : IClassFixture<App>
{
    [Theory]
    [InlineData(null, "/sign-in")]
    [InlineData("zhangsan", "/my/account")]
    [InlineData("zhangsan", "/my/password")]
    [InlineData("zhangsan", "/my/sessions")]
    [InlineData("zhangsan", "/my/acting-for")]
    [InlineData("zhangsan", "/my/data-reads")]
    [InlineData("lixiulan", "/my/acting-for")]
    [InlineData("tianhe-market-acceptor", "/my/account")]
    [InlineData("tianhe-market-acceptor", "/my/absence")]
    [InlineData("tianhe-org-admin", "/admin/organisations")]
    [InlineData("tianhe-org-admin", "/admin/organisations?q=市场")]
    [InlineData("tianhe-org-admin", "/admin/organisations?q=没有这样的机构")]
    [InlineData("tianhe-org-admin", "/admin/organisations/ORGANISATION")]
    [InlineData("tianhe-org-admin", "/admin/officials")]
    [InlineData("tianhe-org-admin", "/admin/officials/PERSON")]
    [InlineData("tianhe-org-admin", "/admin/officials/new")]
    [InlineData("tianhe-org-admin", "/admin/openings")]
    [InlineData("tianhe-org-admin", "/admin/access?permission=cases.accept&organisation=market@440106")]
    [InlineData("tianhe-org-admin", "/admin/access?permission=&organisation=")]
    [InlineData("auditor", "/admin/audit")]
    [InlineData("auditor", "/admin/audit/PERSON")]
    [InlineData("auditor", "/admin/audit/PERSON?view=reads")]
    [InlineData("tech", "/admin/jobs")]
    [InlineData("tech", "/admin/packages")]
    public async Task Pages_keep_the_rules_of_the_house(string? account, string url)
    {
        url = url.Replace("PERSON", DemonstrationPeople.IdOf("market@440106/acceptor").ToString())
            .Replace("ORGANISATION", app.Services.GetRequiredService<OrganisationDirectory>().OrganisationByKey("market@440106")!.Id.ToString());
        var browser = account is null ? app.Browser() : await app.As(account);
        var answer = await browser.GetAsync(url);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        HtmlCheck.Verify(await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_wrong_form_keeps_what_was_typed_says_what_is_wrong_and_keeps_the_rules()
    {
        var browser = await app.As("tianhe-org-admin");
        var answer = await browser.PostForm("/admin/officials/new", "/admin/officials/new", ("name", "<script>alert(1)</script>"), ("idNumber", "44010619880615991X"), ("phone", "138"), ("account", "x"), ("organisation", "market@440105"), ("post", "acceptor"));
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var html = await answer.Content.ReadAsStringAsync();
        HtmlCheck.Verify(html);
        html.ShouldNotContain("<script>alert");
        html.ShouldContain("校验位不对");
        var openings = await browser.PostForm("/admin/openings", "/admin/openings", ("kind", "one"), ("division", "440105"), ("line", "archives"));
        openings.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        HtmlCheck.Verify(await openings.Content.ReadAsStringAsync());
        var absence = await (await app.As("tianhe-market-issuer")).PostForm("/my/absence", "/my/absence", ("substitute", ""), ("from", "2026-09-30"), ("to", "2026-09-21"), ("reason", ""));
        absence.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, (await absence.Document()).QuerySelector("main")?.TextContent);
        HtmlCheck.Verify(await absence.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task An_organisation_and_an_official_are_opened_by_form_and_he_signs_in()
    {
        var browser = await app.As("tianhe-org-admin");
        var opened = await browser.PostForm("/admin/openings", "/admin/openings", ("kind", "one"), ("division", "440106001"), ("line", "police"), ("name", "五山派出所"));
        opened.StatusCode.ShouldBe(HttpStatusCode.OK, await opened.Content.ReadAsStringAsync());
        var made = await browser.PostForm("/admin/officials/new", "/admin/officials/new", ("name", "阿卜杜拉·买买提"), ("idNumber", Kapok.Foundation.Codes.DemoCodes.CitizenId("440106", new(1991, 5, 6), true, 7)),
            ("phone", "13922220001"), ("account", "wushan-police-1"), ("organisation", "police@440106001"), ("post", "acceptor"));
        var page = await made.Document();
        HtmlCheck.Verify(page.DocumentElement.OuterHtml.Insert(0, "<!DOCTYPE html>"));
        var password = page.QuerySelector("[data-copy]")!.GetAttribute("data-copy")!;
        await app.SignIn("wushan-police-1", password);
    }

    [Fact]
    public async Task Every_act_of_an_administrator_works_by_form_without_script()
    {
        var (browser, person) = (await app.As("tianhe-org-admin"), DemonstrationPeople.IdOf("justice@440106/reviewer"));
        var page = $"/admin/officials/{person}";
        async Task Does(string action, string done, params (string, string)[] fields)
        {
            var answer = await browser.PostForm(page, action, fields);
            answer.StatusCode.ShouldBe(HttpStatusCode.Redirect, $"{action}: {(await answer.Document()).QuerySelector("main")?.TextContent.Trim()}");
            answer.Headers.Location!.OriginalString.ShouldBe($"{page}?done={done}");
            HtmlCheck.Verify(await (await browser.GetAsync($"{page}?done={done}")).Content.ReadAsStringAsync());
        }
        Task<Guid> Last(string table) => app.Database.Read(c => c.QuerySingleAsync<Guid>($"select id from identity.{table} where person = @person order by created_at desc, id desc limit 1", new { person }));
        await Does($"{page}/appointments", "appointed", ("organisation", "justice@440106"), ("post", "approver"), ("from", ""), ("to", ""));
        await Does($"/admin/appointments/{await Last("appointment")}/end", "end");
        await Does($"{page}/roles", "granted", ("post", "reviewer"), ("organisation", "civil-affairs@440106"), ("division", ""), ("line", ""), ("to", "2026-12-31"));
        await Does($"{page}/roles", "granted", ("post", "reviewer"), ("organisation", "civil-affairs@440106"), ("division", ""), ("line", ""), ("to", ""));
        await Does($"/admin/roles/{await Last("role_grant")}/take-back", "take-back");
        await Does($"{page}/absences", "absent", ("substitute", DemonstrationPeople.IdOf("justice@440106/issuer").ToString()), ("from", "2026-09-21"), ("to", "2026-09-22"), ("reason", ""));
        await Does($"/admin/absences/{await Last("absence")}/cancel", "cancel");
        var account = await app.Database.Read(c => c.QuerySingleAsync<Guid>("select id from identity.account where person = @person", new { person }));
        await Does($"/admin/accounts/{account}/lock", "lock", ("ground", "核查"));
        await Does($"/admin/accounts/{account}/unlock", "unlock", ("ground", "核查完毕"));
        var reset = await (await browser.PostForm(page, $"/admin/accounts/{account}/reset-password")).Document();
        var again = await app.SignIn("tianhe-justice-reviewer", reset.QuerySelector("[data-copy]")!.GetAttribute("data-copy")!);
        (await again.GetAsync("/my/account")).Headers.Location!.OriginalString.ShouldStartWith("/my/password");
    }

    [Fact]
    public async Task Demonstration_accounts_stand_on_the_sign_in_page_and_one_click_signs_in()
    {
        var browser = app.Browser();
        var page = await browser.Page("/sign-in");
        var buttons = page.QuerySelectorAll("button[name=account]").Select(b => b.GetAttribute("value")).ToList();
        buttons.ShouldContain("zhangsan");
        buttons.ShouldContain("tech");
        foreach (var account in buttons) await app.SignIn(account!);
    }

    [Fact]
    public async Task A_demonstration_node_has_no_set_up_page() => (await app.Browser().GetAsync("/setup")).StatusCode.ShouldBe(HttpStatusCode.NotFound);

    [Fact]
    public void Every_sentence_has_english()
    {
        var english = TextTable.Read(typeof(IdentityModule).Assembly).Keys.Concat(TextTable.Read(typeof(TextTable).Assembly).Keys).ToHashSet();
        var sources = Directory.EnumerateFiles(Path.Combine(TestDatabase.Root, "src", "Kapok.Identity"), "*.razor", SearchOption.AllDirectories).Select(File.ReadAllText).ToList();
        var used = sources.SelectMany(text => Regex.Matches(text, "\\bL\\[\"([^\"]+)\"").Select(m => m.Groups[1].Value))
            .Concat(sources.SelectMany(text => Regex.Matches(text, "new\\(\"([^\"]+)\", \\$?\"/").Select(m => m.Groups[1].Value)))
            .Concat(PermissionNames.All).Append(PasswordRules.Hint)
            .Concat(((string[])["appointed", "end", "granted", "take-back", "absent", "cancel", "lock", "unlock"]).Select(done => OfficialPage.Said(done)!))
            .Where(text => text.Any(c => c is >= '\u4e00' and <= '\u9fff')).Distinct().ToList();
        used.Count.ShouldBeGreaterThan(150);
        used.Where(text => !english.Contains(text)).ShouldBeEmpty();
    }
}
