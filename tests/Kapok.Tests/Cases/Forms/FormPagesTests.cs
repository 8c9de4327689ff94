using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Kapok.Cases.Forms;
using static Kapok.Tests.Cases.Forms.FormHost;

namespace Kapok.Tests.Cases.Forms;

/// <summary>The pages of a form, used as a browser without script uses them.</summary>
public sealed class FormPagesTests(FormHost host) : IClassFixture<FormHost>
{
    static string Text(IElement? element) => string.Join(' ', (element?.TextContent ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    static string? Error(IHtmlDocument page, string path) => page.GetElementById(path + "-error") is { } error ? Text(error).Replace("错误：", "") : null;

    void Start(string answers, FormContext? context = null) => (host.Answers, host.Context) = (Sample.Json(answers), context ?? new FormContext(Sample.Today));

    [Fact]
    public async Task The_whole_journey_works_without_script()
    {
        Start("{}");
        var browser = host.Browser();
        var page = await Open(browser, "/form/operator");
        Text(page.QuerySelector("h1")).ShouldBe("经营者");
        page.Title!.ShouldStartWith("经营者");
        page.QuerySelectorAll(".field-error").ShouldBeEmpty("nobody has done anything wrong yet");

        page = await Send(browser, page, new() { ["operatorName"] = "广州小满餐饮店", ["creditCode"] = Sample.CreditCode, ["legalPerson"] = "𠮷野", ["idNumber"] = "440106198503021234", ["phone"] = "13800138000" });
        page.Title!.ShouldStartWith("错误：");
        Error(page, "idNumber").ShouldBe("身份证号码的校验位不对，请检查是否有数字输错或者颠倒");
        page.QuerySelectorAll(".error-summary a").Single().GetAttribute("href").ShouldBe("#idNumber");
        page.QuerySelector<IHtmlInputElement>("#idNumber")!.Value.ShouldBe("440106198503021234", "what was typed stays");
        page.QuerySelector<IHtmlInputElement>("#legalPerson")!.Value.ShouldBe("𠮷野");

        page = await Send(browser, page, new() { ["idNumber"] = Sample.IdNumber });
        Text(page.QuerySelector("h1")).ShouldBe("经营内容");
        page.QuerySelector("[data-field=seats]")!.HasAttribute("hidden").ShouldBeTrue();

        page = await Send(browser, page, new() { ["category"] = "catering", ["premises.division"] = "440000", ["premises.detail"] = "软件路 13 号", ["openingDate.year"] = "2026", ["openingDate.month"] = "4", ["openingDate.day"] = "31" });
        Error(page, "openingDate").ShouldBe("4 月没有 31 日");
        Text(page.QuerySelector(".error-summary a")).ShouldBe("计划开业日期：4 月没有 31 日");
        page.QuerySelector<IHtmlInputElement>("input[name='openingDate.day']")!.Value.ShouldBe("31");
        page.QuerySelector("[data-field=seats]")!.HasAttribute("hidden").ShouldBeFalse("its condition holds now");
        page.QuerySelectorAll("select[name='premises.division']").Length.ShouldBe(2, "the next level of divisions is offered");

        page = await Send(browser, page, new() { ["openingDate.month"] = "11", ["openingDate.day"] = "1" });
        Text(page.QuerySelector("h1")).ShouldBe("从业人员");
        page.QuerySelectorAll("input[name='staff[0].name']").Length.ShouldBe(1, "a required group offers its first row");

        page = await Send(browser, page, new() { ["staff[0].name"] = "李四", ["staff[0].role"] = "safety", ["staff[0].healthUntil.year"] = "2027", ["staff[0].healthUntil.month"] = "5", ["staff[0].healthUntil.day"] = "1" }, "staff:add");
        page.QuerySelector<IHtmlInputElement>("input[name='staff[0].name']")!.Value.ShouldBe("李四");
        page = await Send(browser, page, new() { ["staff[1].role"] = "other" });
        Error(page, "staff[1].name").ShouldBe("请填写姓名");
        Text(page.QuerySelector(".error-summary a")).ShouldBe("从业人员 2：请填写姓名");
        page = await Send(browser, page, new() { ["staff[1].name"] = "王五" }, "staff[1]:up");
        page.QuerySelector<IHtmlInputElement>("input[name='staff[0].name']")!.Value.ShouldBe("王五");
        Text(page.QuerySelector("output[data-computed=staffCount]")).ShouldBe("2");
        page = await Send(browser, page, []);

        Text(page.QuerySelector("h1")).ShouldBe("声明");
        page = await Send(browser, page, []);
        Error(page, "truthful").ShouldBe("请勾选“以上内容真实”");
        page = await Send(browser, page, new() { ["truthful"] = "true" });

        Text(page.QuerySelector("h1")).ShouldBe("核对");
        page.QuerySelectorAll(".callout-error").ShouldBeEmpty();
        host.State.Faults.ShouldBeEmpty();
        Text(page.QuerySelectorAll(".summary-row").Single(r => r.QuerySelector("dt")!.TextContent == "计划开业日期").QuerySelector("dd")).ShouldBe("2026年11月1日");
    }

    [Fact]
    public async Task A_change_link_leads_to_the_field_and_returns_to_the_answers()
    {
        Start(Sample.Complete);
        var browser = host.Browser();
        var check = await Open(browser, "/check");
        var row = check.QuerySelectorAll(".summary-row").Single(r => r.QuerySelector("dt")!.TextContent == "联系电话");
        var href = row.QuerySelector("a")!.GetAttribute("href")!;
        href.ShouldBe("/form/operator?go=check#phone");
        var page = await Open(browser, href);
        page.GetElementById("phone").ShouldNotBeNull();
        page = await Send(browser, page, new() { ["phone"] = "13900139000" });
        Text(page.QuerySelector("h1")).ShouldBe("核对");
        Text(page.QuerySelectorAll(".summary-row").Single(r => r.QuerySelector("dt")!.TextContent == "联系电话").QuerySelector("dd")).ShouldBe("13900139000");
    }

    [Fact]
    public async Task The_check_page_lists_what_is_missing_with_links_to_the_fields()
    {
        Start("""{"phone":"13800138000"}""");
        var check = await Open(host.Browser(), "/check");
        Text(check.QuerySelector(".callout-title")).ShouldContain("还有 10 处需要填写或者修改");
        check.QuerySelectorAll(".callout-error a").Select(a => a.GetAttribute("href")).ShouldContain("/form/business?go=check#premises.division");
    }

    [Fact]
    public async Task The_task_list_says_how_far_each_page_is()
    {
        Start("""{"phone":"13800138000","truthful":true}""");
        var tasks = await Open(host.Browser(), "/tasks");
        tasks.QuerySelectorAll(".task").Select(t => (Text(t.QuerySelector(".task-title")), Text(t.QuerySelector(".task-state")))).ShouldBe(
            [("经营者", "进行中"), ("经营内容", "未开始"), ("从业人员", "未开始"), ("声明", "已完成")]);
    }

    [Fact]
    public async Task A_known_fact_is_shown_with_its_source_and_disputed_not_retyped()
    {
        Start("{}", new FormContext(Sample.Today) { Facts = new Dictionary<string, PrefillFact> { ["company.name"] = PrefillFact.Of("广州小满餐饮店", "营业执照") } });
        var browser = host.Browser();
        var page = await Open(browser, "/form/operator");
        var field = page.GetElementById("operatorName")!.Closest("details")!;
        field.HasAttribute("open").ShouldBeFalse();
        Text(field.ParentElement).ShouldContain("来自：营业执照");
        await Send(browser, page, new() { ["operatorName"] = "广州大满餐饮店" });
        host.State.Field("operatorName")!.Disputed.ShouldBeTrue();
        page = await Open(browser, "/form/operator");
        Text(page.GetElementById("operatorName")!.Closest("details")!.ParentElement).ShouldContain("已更正，将由工作人员核实");
    }

    [Fact]
    public async Task In_a_correction_round_only_the_named_fields_can_be_typed_in()
    {
        Start(Sample.Complete, new FormContext(Sample.Today) { OpenFields = new HashSet<string> { "operatorName", "staff[1].name" } });
        var browser = host.Browser();
        var page = await Open(browser, "/form/operator");
        page.QuerySelectorAll("form[data-autosave] input:not([type=hidden])").Select(i => i.GetAttribute("name")).ShouldBe(["operatorName"]);
        Text(page.GetElementById("phone")).ShouldContain("13800138000");
        page = await Open(browser, "/form/staff");
        page.QuerySelectorAll("form[data-autosave] input:not([type=hidden])").Select(i => i.GetAttribute("name")).ShouldBe(["staff[1].name"]);
        page.QuerySelectorAll("button[name=do]").ShouldBeEmpty();
    }

    [Fact]
    public async Task Officers_see_every_answer_with_room_for_a_verdict_and_what_changed()
    {
        Start(Sample.Complete.Replace("广州小满餐饮店", "广州市小满餐饮店"));
        var page = await Open(host.Browser(), "/answers");
        var row = page.QuerySelectorAll(".summary-row").Single(r => r.QuerySelector("dt")!.TextContent == "经营者名称");
        Text(row.QuerySelector("dd")).ShouldBe("广州市小满餐饮店已修改原为：广州小满餐饮店");
        page.QuerySelectorAll("[data-verdict]").Select(v => v.GetAttribute("data-verdict")).ShouldBe(
        [
            "operatorName", "creditCode", "legalPerson", "idNumber", "phone", "email", "category", "seats", "servesRaw", "premises", "area", "openingDate", "investment",
            "staff", "staff[0].name", "staff[0].role", "staff[0].healthUntil", "staff[0].wage", "staff[1].name", "staff[1].role", "staff[1].wage", "staffCount", "monthlyWages", "truthful",
        ]);
        page.QuerySelectorAll("a[href^='/form']").ShouldBeEmpty();
        Text(page.QuerySelectorAll(".summary-row").Single(r => r.QuerySelector("dt")!.TextContent == "经营场所").QuerySelector("dd")).ShouldBe("广州市天河区软件路 13 号");
    }

    [Fact]
    public async Task Script_in_an_answer_stays_text_on_every_page()
    {
        const string Evil = "</script><script>alert(1)</script><img src=x onerror=alert(1)>";
        Start(Sample.Complete.Replace("广州小满餐饮店", Evil));
        var browser = host.Browser();
        foreach (var path in (string[])["/form/operator", "/form/business", "/check", "/answers"])
        {
            var page = await Open(browser, path);
            page.QuerySelectorAll("img[src=x]").ShouldBeEmpty(path);
            page.QuerySelectorAll("script").ShouldAllBe(s => !s.TextContent.Contains("alert"));
        }
        (await Open(browser, "/form/operator")).QuerySelector<IHtmlInputElement>("#operatorName")!.Value.ShouldBe(Evil);
    }

    [Fact]
    public async Task Every_page_of_every_form_in_the_packages_keeps_the_rules_of_the_house()
    {
        var browser = host.Browser();
        FormHost.All.Count.ShouldBeGreaterThan(20);
        foreach (var (name, form) in FormHost.All)
            foreach (var page in FormEngine.Evaluate(form, Sample.Json("{}"), new FormContext(Sample.Today)).VisiblePages)
                foreach (var faults in (string[])["false", "true"])
                    try
                    {
                        var shown = await Open(browser, $"/any/{name}/{page.Page.Id}?faults={faults}");
                        Text(shown.QuerySelector("h1")).ShouldBe(page.Page.Title);
                        if (faults == "true") shown.QuerySelectorAll(".error-summary a").Length.ShouldBe(page.Faults);
                    }
                    catch (Exception e) { throw new Xunit.Sdk.XunitException($"{name}, {page.Page.Id}: {e.Message}"); }
    }

    [Fact]
    public async Task A_question_that_appears_is_asked_before_it_is_held_against_anybody()
    {
        var form = Sample.OnePage(""" "married":{"title":"是否已婚","type":"boolean","ui":{"widget":"radio"}}, "spouse":{"title":"配偶","type":"string","ui":{"when":"married"}} """, "\"married\",\"spouse\"");
        var before = Sample.Evaluate(form, """{"married":false}""");
        var after = Sample.Evaluate(form, """{"married":true}""");
        after.Revealed(before, form.Pages[0]).ShouldHaveSingleItem().Path.ShouldBe("spouse");
        Sample.Evaluate(form, """{"married":true}""").Revealed(after, form.Pages[0]).ShouldBeEmpty();
        await Task.CompletedTask;
    }
}
