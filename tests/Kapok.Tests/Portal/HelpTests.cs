using System.Net;
using AngleSharp.Dom;
using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Packages;
using Kapok.Portal.Help;
using Kapok.Portal.Problems;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Portal;

public sealed class HelpTests(App app) : IClassFixture<App>
{
    async Task<string> Html(string url)
    {
        var html = await (await app.Browser().GetAsync(url)).Content.ReadAsStringAsync();
        HtmlCheck.Verify(html);
        return html;
    }

    [Fact]
    public async Task Every_help_page_of_the_base_package_can_be_found_and_read()
    {
        var list = await app.Browser().Page("/help");
        var links = list.QuerySelectorAll(".link-item a").Select(a => a.GetAttribute("href")!).ToList();
        links.Count.ShouldBe(Directory.GetFiles(Path.Combine(TestDatabase.Root, "packages/guangdong/help"), "*.md").Length);
        await Html("/help");
        foreach (var link in links) await Html(link);
        (await Html("/help/how-to-correct")).ShouldContain("补正");
    }

    [Fact]
    public async Task Help_is_found_by_what_people_type()
    {
        var found = await app.Browser().Page("/help?q=" + Uri.EscapeDataString("怎么补正"));
        found.QuerySelector(".link-item a")!.GetAttribute("href").ShouldBe("/help/how-to-correct");
        var none = await Html("/help?q=" + Uri.EscapeDataString("<script>alert(1)</script>"));
        none.ShouldContain("没有找到相关的帮助");
        none.ShouldNotContain("<script>alert");
    }

    [Fact]
    public async Task A_help_page_that_does_not_exist_is_not_found() =>
        (await app.Browser().GetAsync("/help/nothing-here")).StatusCode.ShouldBe(HttpStatusCode.NotFound);

    [Fact]
    public void Markup_and_script_addresses_in_help_stay_text()
    {
        var html = new HelpArticle("x", "x", 1, [], "<img src=x onerror=alert(1)>\n\n[按](javascript:alert(1)) [去](/items) [外](http://a.example) ![图](data:text/html,x)").Html;
        html.ShouldNotContain("<img src=x");
        html.ShouldNotContain("javascript:");
        html.ShouldNotContain("data:");
        html.ShouldContain("href=\"/items\"");
    }

    [Fact]
    public async Task A_package_with_broken_help_is_refused_with_file_and_reason()
    {
        var installer = app.Services.GetRequiredService<PackageInstaller>();
        var faults = await installer.Check(Given("9.0.0", ("help/Bad Name.md", "---\ntitle: x\n---\nx"), ("help/no-head.md", "x"), ("help/unknown.md", "---\ntitle: x\nfoo: 1\n---\nx"),
            ("help/empty.md", "---\ntitle: 空\n---\n"), ("help/sign-in.md", "---\ntitle: 占名\n---\n内容")), Actor.System);
        foreach (var file in (string[])["help/Bad Name.md", "help/no-head.md", "help/unknown.md", "help/empty.md", "help/sign-in.md"])
            faults.ShouldContain(f => f.Where.StartsWith(file, StringComparison.Ordinal), $"{file} in {string.Join(" | ", faults)}");
    }

    [Fact]
    public async Task Help_of_a_package_appears_at_once_and_goes_with_the_next_version()
    {
        var installer = app.Services.GetRequiredService<PackageInstaller>();
        (await installer.Install(Given(("help/extra-help.md", "---\ntitle: 新的帮助\norder: 99\nkeywords: [甲乙丙]\n---\n第一句。第二句。")), Actor.System)).Ok.ShouldBeTrue();
        await Eventually(async () => (await Html("/help")).Contains("新的帮助"));
        (await Html("/help?q=" + Uri.EscapeDataString("甲乙丙"))).ShouldContain("第一句。");
        (await installer.Install(Given("1.0.1"), Actor.System)).Ok.ShouldBeTrue();
        await Eventually(async () => !(await Html("/help")).Contains("新的帮助"));
    }

    static async Task Eventually(Func<Task<bool>> holds)
    {
        for (var i = 0; i < 200; i++) { if (await holds()) return; await Task.Delay(50); }
        Assert.Fail("did not come true");
    }

    static Package Given(params (string Path, string Text)[] files) => Given("1.0.0", files);

    static Package Given(string version, params (string Path, string Text)[] files)
    {
        var folder = Directory.CreateTempSubdirectory("kapok-help-").FullName;
        File.WriteAllText(Path.Combine(folder, "package.yaml"), $"id: extra-help\nversion: {version}\ntitle: 帮助\nneeds: [guangdong]\n");
        Directory.CreateDirectory(Path.Combine(folder, "help"));
        foreach (var (path, text) in files) File.WriteAllText(Path.Combine(folder, path), text);
        var package = Package.FromFolder(folder).Value!;
        Directory.Delete(folder, true);
        return package;
    }

    [Fact]
    public async Task A_problem_with_a_page_is_kept_with_the_page_it_is_about()
    {
        var browser = app.Browser();
        var form = await (await browser.GetAsync("/problem?page=" + Uri.EscapeDataString("/help/sign-in"))).Content.ReadAsStringAsync();
        HtmlCheck.Verify(form);
        form.ShouldContain("/help/sign-in");
        var answer = await browser.PostForm("/problem?page=%2Fhelp%2Fsign-in", "/problem", ("said", "第二步看不懂 <b>"), ("contact", ""));
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        HtmlCheck.Verify(await (await browser.GetAsync(answer.Headers.Location)).Content.ReadAsStringAsync());
        var report = (await app.Services.GetRequiredService<ProblemReports>().Open()).Where(r => r.Page == "/help/sign-in").ShouldHaveSingleItem();
        (report.Page, report.Said, report.Person).ShouldBe(("/help/sign-in", "第二步看不懂 <b>", null));
        answer.Headers.Location!.ToString().ShouldEndWith($"&number={report.Number}");
        report.Number.ShouldMatch("^F[0-9]{7}$");
    }

    [Fact]
    public async Task What_goes_along_with_a_report_is_shown_first_and_can_be_left_out()
    {
        var visitor = new Kapok.Tests.Journeys.Visitor(await app.As("zhangsan"));
        var id = await Kapok.Tests.Journeys.Catering.Apply(visitor, app);
        var number = await app.Database.Read(c => c.ExecuteScalarAsync<string>("""select number from cases."case" where id = @id""", new { id }));
        async Task<ProblemReport> Report(bool nameless)
        {
            await visitor.Open($"/problem?page=%2Fmy%2Fcases%2F{id}&code=500");
            foreach (var shown in (string[])[number!, "食品经营许可（新办）", "张三", $"/my/cases/{id}", "500"]) visitor.Text.ShouldContain(shown);
            await visitor.Press("告诉我们", [("said", "时间轴看不懂"), .. nameless ? new[] { ("nameless", "true") } : []]);
            visitor.Text.ShouldContain("编号");
            return (await app.Services.GetRequiredService<ProblemReports>().Open()).Last(r => r.Said == "时间轴看不懂");
        }
        var told = await Report(false);
        told.Person.ShouldNotBeNull();
        told.Facts.ShouldContain(new ContextFact("办件编号", number!));
        var kept = await Report(true);
        kept.Person.ShouldBeNull();
        kept.Facts.ShouldNotContain(f => f.Value == number || f.Value == "张三");
        // Another one's case says nothing.
        var stranger = await new Kapok.Tests.Journeys.Visitor(await app.As("lixiulan")).Open($"/problem?page=%2Fmy%2Fcases%2F{id}");
        stranger.Text.ShouldNotContain(number!);
    }

    [Fact]
    public async Task Who_asks_to_be_called_waits_once_and_is_gone_when_somebody_has_called()
    {
        var visitor = await new Kapok.Tests.Journeys.Visitor(await app.As("lixiulan")).Open("/help/call-back?page=%2Fitems");
        visitor.Page.QuerySelector("#phone")!.GetAttribute("value").ShouldNotBeNullOrEmpty("known facts are not typed again");
        await visitor.Press("请打给我", ("phone", "123"));
        visitor.Errors[0].ShouldContain("电话号码");
        await visitor.Press("请打给我", ("phone", "020-38001234"), ("when", "morning"), ("about", "补贴怎么领"));
        visitor.Text.ShouldContain("记下了，请留意电话");
        var first = visitor.Url;
        await visitor.Open("/help/call-back");
        await visitor.Press("请打给我", ("phone", "020-38001234"));
        visitor.Url.Split("number=")[1].ShouldBe(first.Split("number=")[1]);

        var desk = await new Kapok.Tests.Journeys.Visitor(await app.As("tianhe-org-admin")).Open("/desk/reports");
        desk.Text.ShouldContain("020-38001234");
        desk.Text.ShouldContain("补贴怎么领");
        var id = (await app.Services.GetRequiredService<ProblemReports>().Open()).Single(r => r.Contact == "020-38001234").Id;
        var token = desk.Page.QuerySelector("main input[name=_token]")!.GetAttribute("value")!;
        (await desk.Http.PostAsync($"/desk/reports/{id}", new FormUrlEncodedContent([new("_token", token), new("note", " ")]))).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await desk.Http.PostAsync($"/desk/reports/{id}", new FormUrlEncodedContent([new("_token", token), new("note", "已经打过电话")]))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await desk.Http.PostAsync($"/desk/reports/{id}", new FormUrlEncodedContent([new("_token", token), new("note", "再打一次")]))).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await desk.Open("/desk/reports?done=1")).Text.ShouldNotContain("020-38001234");
    }

    [Fact]
    public async Task An_empty_problem_is_asked_again_and_a_foreign_address_is_not_taken()
    {
        var browser = app.Browser();
        var answer = await browser.PostForm("/problem?page=https%3A%2F%2Fevil.example%2F", "/problem", ("said", " "), ("contact", "13800000000"));
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var html = await answer.Content.ReadAsStringAsync();
        HtmlCheck.Verify(html);
        html.ShouldContain("请写下哪里有问题");
        html.ShouldContain("13800000000");
        html.ShouldNotContain("evil.example");
        (await app.Database.Read(c => c.ExecuteScalarAsync<int>("select count(*) from portal.problem where contact = '13800000000'"))).ShouldBe(0);
    }
}
