using System.Text.Json;
using System.Text.Json.Nodes;
using Kapok.Cases.Forms;
using Kapok.Foundation.Expressions;
using static Kapok.Tests.Cases.Forms.Sample;

namespace Kapok.Tests.Cases.Forms;

public sealed class FormEngineTests
{
    static string With(string answers, string name, string? value)
    {
        var node = JsonNode.Parse(answers)!.AsObject();
        if (value is null) node.Remove(name); else node[name] = JsonNode.Parse(value);
        return node.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    [Fact]
    public void The_worked_example_of_the_documentation_is_complete()
    {
        var state = Evaluate(Food, Complete);
        state.Faults.ShouldBeEmpty();
        state.Field("staffCount")!.Show().ShouldBe("2");
        state.Field("monthlyWages")!.Show().ShouldBe("11,500.50 元");
        state.Submission.GetProperty("monthlyWages").GetInt32().ShouldBe(1_150_050);
        state.Pages.Select(p => p.Progress).ShouldBe([PageProgress.Done, PageProgress.Done, PageProgress.Done, PageProgress.Done]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_form_that_is_only_read_shows_what_the_wholeone_shows_and_finds_no_faults(bool wrong)
    {
        var whole = Evaluate(Food, wrong ? With(Complete, "creditCode", "\"91440101MA5CLAPY3Y\"") : Complete);
        var shown = FormEngine.Show(Food, whole.Answers, whole.Context);
        shown.VisiblePages.Select(p => p.Page.Id).ShouldBe(whole.VisiblePages.Select(p => p.Page.Id));
        shown.Fields.Select(f => (f.Path, f.Visible, f.Show(null))).ShouldBe(whole.Fields.Select(f => (f.Path, f.Visible, f.Show(null))));
        whole.Faults.IsEmpty.ShouldBe(!wrong);
        shown.Faults.ShouldBeEmpty();
    }

    [Fact]
    public void An_empty_form_names_every_required_field_once_and_in_the_order_of_the_pages()
    {
        var state = Evaluate(Food, "{}");
        state.Faults.Select(f => (f.Path, f.Message)).ShouldBe(
        [
            ("operatorName", "请填写经营者名称"), ("creditCode", "请填写统一社会信用代码"), ("legalPerson", "请填写法定代表人（负责人）"), ("idNumber", "请填写身份证号码"),
            ("phone", "请填写联系电话"), ("category", "请选择主体业态"), ("premises.division", "请选择所在地区"), ("premises.detail", "请填写详细地址"),
            ("openingDate", "请填写计划开业日期"), ("staff", "请添加从业人员"), ("truthful", "请勾选“以上内容真实”"),
        ]);
        state.IsComplete.ShouldBeFalse();
        state.Pages[0].Progress.ShouldBe(PageProgress.NotStarted);
    }

    [Theory]
    [InlineData("operatorName", "\"{60}店\"", "经营者名称最多 60 个字，现在有 61 个")]
    [InlineData("creditCode", "\"91440101MA5CLAPY3Y\"", "统一社会信用代码的校验位不对，请检查是否有字符输错或者颠倒")]
    [InlineData("legalPerson", "\"张3\"", "姓名中不能有数字")]
    [InlineData("idNumber", "\"440106198503021234\"", "身份证号码的校验位不对，请检查是否有数字输错或者颠倒")]
    [InlineData("idNumber", "\"44010619850230123X\"", "身份证号码第 7 至 14 位是出生日期，“19850230”不是有效日期")]
    [InlineData("phone", "\"1380013800\"", "电话号码应当是 11 位手机号码，或者带区号的固定电话，例如 020-12345678")]
    [InlineData("email", "\"a@\"", "电子邮箱格式不对，例如 name@example.com")]
    [InlineData("category", "\"other\"", "请从选项中选择主体业态")]
    [InlineData("seats", "\"四十\"", "就餐座位数应填写整数，例如 12")]
    [InlineData("seats", "1.5", "就餐座位数应填写整数，例如 12")]
    [InlineData("seats", "0", "就餐座位数不能小于 1")]
    [InlineData("area", "\"大\"", "面积（平方米）应填写数字，例如 12.5")]
    [InlineData("area", "0", "面积（平方米）应大于 0")]
    [InlineData("openingDate", "\"2026-4-31\"", "4 月没有 31 日")]
    [InlineData("openingDate", "\"2027-2-29\"", "2027 年 2 月只有 28 天")]
    [InlineData("openingDate", "\"2026--\"", "请把年、月、日都填上，例如 2026 年 9 月 1 日")]
    [InlineData("openingDate", "\"2026-09-20\"", "计划开业日期不能早于今天")]
    [InlineData("investment", "\"12.345\"", "请填写金额，最多两位小数，例如 1200.50")]
    [InlineData("investment", "-1", "投资金额不能少于 0.00 元")]
    [InlineData("truthful", "false", "请勾选“以上内容真实”")]
    [InlineData("staff", "\"李四\"", "请重新填写从业人员")]
    [InlineData("operatorName", "{\"a\":1}", "请重新填写经营者名称")]
    [InlineData("operatorName", "\"坏\\ud800字\"", "经营者名称里有无法识别的字符，请重新输入")]
    public void A_wrong_answer_is_told_in_plain_words(string field, string value, string message)
    {
        value = value.Replace("{60}", string.Concat(Enumerable.Repeat("𠮷", 60)));
        var answers = Complete.TrimEnd()[..^1] + $",\"{field}\":{value}}}";
        var fault = Evaluate(Food, answers).Faults.ShouldHaveSingleItem();
        (fault.Path, fault.Message).ShouldBe((field, message));
    }

    [Theory]
    [InlineData("legalPerson", "\"  买买提・阿布都拉 \"", "\"买买提·阿布都拉\"")]
    [InlineData("idNumber", "\" １１０１０５ 19491231 002x\"", "\"11010519491231002X\"")]
    [InlineData("phone", "\"+86 138 0013 8000\"", "\"13800138000\"")]
    [InlineData("phone", "\"（０２０）83330000\"", "\"020-83330000\"")]
    [InlineData("seats", "\" ４０ \"", "40")]
    [InlineData("area", "\"1,200.5\"", "1200.5")]
    [InlineData("investment", "\"１２００.５\"", "120050")]
    [InlineData("investment", "\"￥1,200.00元\"", "120000")]
    [InlineData("openingDate", "\"2026年12月1日\"", "\"2026-12-01\"")]
    [InlineData("openingDate", "\"2026/12/1\"", "\"2026-12-01\"")]
    [InlineData("operatorName", "\" 甲\"", "\"甲\"")]
    [InlineData("operatorName", "\"甲 \"", "\"甲\"")]
    [InlineData("operatorName", "\"\\u7532\"", "\"甲\"")]
    [InlineData("email", "\"\"", "")]
    [InlineData("email", "null", "")]
    [InlineData("operatorName", "\"甲\\u0000乙\\u202E\\r\\n丙\"", "\"甲乙 丙\"")]
    [InlineData("operatorName", "\"<script>alert(1)</script>\"", "\"<script>alert(1)</script>\"")]
    public void Answers_are_brought_into_one_shape(string field, string typed, string kept)
    {
        var state = Evaluate(Food, $$"""{"{{field}}":{{typed}}}""");
        (state.Answers.TryGetProperty(field, out var value) ? value.GetRawText() : "").ShouldBe(kept);
    }

    [Fact]
    public void A_hidden_answer_stays_in_the_draft_and_is_dropped_from_the_submission()
    {
        var state = Evaluate(Food, With(Complete, "category", "\"retail\""));
        state.Field("seats")!.Visible.ShouldBeFalse();
        state.Answers.GetProperty("seats").GetInt32().ShouldBe(40);
        state.Submission.TryGetProperty("seats", out _).ShouldBeFalse();
        state.Faults.ShouldBeEmpty();
    }

    [Fact]
    public void A_chain_of_conditions_falls_away_together()
    {
        Evaluate(Food, Complete).Field("servesRaw")!.Visible.ShouldBeTrue();
        var state = Evaluate(Food, With(Complete, "category", "\"retail\""));
        state.Field("servesRaw")!.Visible.ShouldBeFalse("its condition reads seats, which is hidden although the draft has 40");
        state.Submission.TryGetProperty("servesRaw", out _).ShouldBeFalse();
    }

    [Fact]
    public void A_required_field_is_required_only_while_it_is_shown()
    {
        var form = OnePage(""" "married":{"title":"是否已婚","type":"boolean","ui":{"widget":"radio"}}, "spouse":{"title":"配偶姓名","type":"string","ui":{"when":"married"}} """, "\"married\",\"spouse\"");
        Evaluate(form, """{"married":false}""").Faults.ShouldBeEmpty();
        Evaluate(form, """{"married":true}""").Faults.ShouldHaveSingleItem().Message.ShouldBe("请填写配偶姓名");
        Evaluate(form, """{"married":false,"spouse":"李四"}""").Submission.GetRawText().ShouldBe("""{"married":false}""");
    }

    [Fact]
    public void Rows_are_checked_one_by_one_and_named_in_the_message()
    {
        var state = Evaluate(Food, With(Complete, "staff", """[{"name":"李四","role":"safety","healthUntil":"2027-05-01"},{"role":"cook","healthUntil":"2026-10-01"},{"name":"赵六","role":"other","healthUntil":"不知道"}]"""));
        state.Faults.Select(f => f.ToString()).ShouldBe(["staff[1].name: 从业人员 2：请填写姓名", "staff[1].healthUntil: 从业人员 2：健康证应在开业之日仍然有效"]);
        state.Field("staff[2].healthUntil")!.Visible.ShouldBeFalse();
        state.Submission.GetProperty("staff")[2].TryGetProperty("healthUntil", out _).ShouldBeFalse();
        state.FaultAt("staff[1].name").ShouldNotBeNull();
    }

    [Fact]
    public void A_rule_over_a_group_speaks_at_the_group()
    {
        var staff = """[{"name":"李四","role":"cook","healthUntil":"2027-05-01"}]""";
        var fault = Evaluate(Food, With(Complete, "staff", staff)).Faults.ShouldHaveSingleItem();
        (fault.Path, fault.Message, fault.Page.Id).ShouldBe(("staff", "餐饮服务和食堂至少要有一名食品安全管理员", "staff"));
        Evaluate(Food, With(With(Complete, "staff", staff), "category", "\"retail\"")).Faults.ShouldBeEmpty();
    }

    [Fact]
    public void A_rule_is_silent_where_a_field_is_hidden_or_already_wrong()
    {
        var form = OnePage(""" "from":{"title":"起","type":"string","format":"date"}, "open":{"title":"无固定期限","type":"boolean"}, "to":{"title":"止","type":"string","format":"date","ui":{"when":"not(open = true)"}} """,
            "\"from\",\"to\"", """ "rules":[{"id":"r","assert":"to > from","message":"止应晚于起","fields":["to","from"]}] """);
        Evaluate(form, """{"from":"2026-01-02","to":"2026-01-01"}""").Faults.ShouldHaveSingleItem().Message.ShouldBe("止应晚于起");
        Evaluate(form, """{"from":"2026-01-02"}""").Faults.ShouldHaveSingleItem().Message.ShouldBe("请填写止");
        Evaluate(form, """{"from":"2026-01-02","open":true,"to":"2026-01-01"}""").Faults.ShouldBeEmpty();
    }

    [Fact]
    public void A_rule_does_not_speak_where_another_fault_stands()
    {
        var form = OnePage(""" "a":{"title":"甲","type":"integer"}, "b":{"title":"乙","type":"string","maxLength":2} """, ui: """ "rules":[{"id":"r","assert":"a > 5","message":"甲应大于 5，乙写明原因","fields":["a","b"]}] """);
        Evaluate(form, """{"a":1,"b":"xx"}""").Faults.ShouldHaveSingleItem().Path.ShouldBe("a");
        Evaluate(form, """{"a":1,"b":"xxx"}""").Faults.ShouldHaveSingleItem().Path.ShouldBe("b");
    }

    [Fact]
    public void Every_row_can_be_demanded_something()
    {
        var form = OnePage(""" "limit":{"title":"上限","type":"integer"}, "rows":{"title":"明细","type":"array","items":{"type":"object","properties":{"n":{"title":"数量","type":"integer"},"price":{"title":"单价","type":"integer"},"total":{"title":"小计","type":"integer"}}}}, "sum":{"title":"合计","type":"integer"} """,
            ui: """ "computed":{"rows[].total":"n * price","sum":"sum(rows.total)"}, "rules":[{"id":"all","assert":"every r in rows satisfies r.total <= limit","message":"每一项小计不能超过上限","fields":["rows","limit"]}] """);
        var state = Evaluate(form, """{"limit":50,"sum":1,"rows":[{"n":2,"price":10,"total":7},{"n":3,"price":10}]}""");
        state.Faults.ShouldBeEmpty();
        state.Submission.GetRawText().ShouldBe("""{"limit":50,"rows":[{"n":2,"price":10,"total":20},{"n":3,"price":10,"total":30}],"sum":50}""");
        Evaluate(form, """{"limit":25,"rows":[{"n":2,"price":10},{"n":3,"price":10}]}""").Faults.ShouldHaveSingleItem().Message.ShouldBe("每一项小计不能超过上限");
    }

    [Fact]
    public void Rows_are_bounded_below_and_above()
    {
        var form = OnePage(""" "r":{"title":"设备","type":"array","minItems":2,"maxItems":3,"items":{"type":"object","properties":{"n":{"title":"名称","type":"string"}}}} """, "\"r\"");
        Evaluate(form, "{}").Faults.Single().Message.ShouldBe("请添加设备");
        Evaluate(form, """{"r":[{"n":"a"}]}""").Faults.Single().Message.ShouldBe("设备至少 2 项，现在有 1 项");
        Evaluate(form, """{"r":[{},{},{}]}""").Faults.ShouldBeEmpty();
        var state = Evaluate(form, """{"r":[{},{},{},{},{},{},{}]}""");
        state.Faults.Single().Message.ShouldBe("设备最多 3 项");
        state.Field("r")!.Rows.Length.ShouldBe(4, "one more than allowed is enough to say so");
    }

    [Fact]
    public void An_optional_group_left_empty_is_not_asked_for_its_members()
    {
        var form = OnePage(""" "agent":{"title":"代理人","type":"object","required":["name"],"properties":{"name":{"title":"代理人姓名","type":"string","format":"person-name"},"phone":{"title":"代理人电话","type":"string","format":"phone-cn"}}} """);
        Evaluate(form, "{}").Faults.ShouldBeEmpty();
        Evaluate(form, """{"agent":{}}""").Submission.GetRawText().ShouldBe("{}");
        Evaluate(form, """{"agent":{"phone":"13800138000"}}""").Faults.ShouldHaveSingleItem().ToString().ShouldBe("agent.name: 请填写代理人姓名");
    }

    [Fact]
    public void A_fact_fills_its_field_with_its_source_and_a_different_answer_disputes_it()
    {
        var context = new FormContext(Today) { Facts = new Dictionary<string, PrefillFact> { ["company.name"] = PrefillFact.Of("广州小满餐饮店", "营业执照") } };
        var untouched = Evaluate(Food, "{}", context).Field("operatorName")!;
        (untouched.Show(), untouched.Fact!.Source, untouched.Disputed).ShouldBe(("广州小满餐饮店", "营业执照", false));
        Evaluate(Food, "{}", context).Submission.GetProperty("operatorName").GetString().ShouldBe("广州小满餐饮店");
        var disputed = Evaluate(Food, """{"operatorName":"广州大满餐饮店"}""", context).Field("operatorName")!;
        (disputed.Show(), disputed.Disputed).ShouldBe(("广州大满餐饮店", true));
        Evaluate(Food, """{"operatorName":" 广州小满餐饮店 "}""", context).Field("operatorName")!.Disputed.ShouldBeFalse();
    }

    [Fact]
    public void A_page_waits_for_the_answer_that_decides_about_it()
    {
        var form = Parsed("""{"type":"object","required":["kind","detail"],"properties":{"kind":{"title":"类型","type":"string","enum":["a","b"]},"detail":{"title":"详情","type":"string"}},"ui":{"pages":[{"id":"first","title":"一","fields":["kind"]},{"id":"second","title":"二","fields":["detail"],"when":"kind = \"b\""}]}}""");
        Evaluate(form, "{}").Pages[1].Progress.ShouldBe(PageProgress.CannotStart);
        Evaluate(form, """{"kind":"a"}""").Pages[1].Progress.ShouldBe(PageProgress.Hidden);
        var open = Evaluate(form, """{"kind":"b"}""");
        open.Pages[1].Progress.ShouldBe(PageProgress.NotStarted);
        open.After(form.Pages[0])!.Id.ShouldBe("second");
        open.Before(form.Pages[1])!.Id.ShouldBe("first");
        open.After(form.Pages[1]).ShouldBeNull();
        Evaluate(form, """{"kind":"a","detail":"x"}""").Submission.GetRawText().ShouldBe("""{"kind":"a"}""");
        Evaluate(form, """{"kind":"a"}""").Faults.ShouldBeEmpty();
    }

    [Fact]
    public void Progress_follows_the_answers()
    {
        Evaluate(Food, """{"phone":"13800138000"}""").Pages[0].Progress.ShouldBe(PageProgress.InProgress);
        var form = OnePage(""" "note":{"title":"备注","type":"string"} """);
        Evaluate(form, "{}").Pages[0].Progress.ShouldBe(PageProgress.NotStarted);
        Evaluate(form, "{}", new FormContext(Today) { Visited = new HashSet<string> { "one" } }).Pages[0].Progress.ShouldBe(PageProgress.Done);
    }

    [Fact]
    public void Keywords_over_several_fields_are_obeyed()
    {
        var form = Parsed("""{"type":"object","properties":{"a":{"title":"甲","type":"string"},"b":{"title":"乙","type":"string"},"c":{"title":"丙","type":"string"}},"dependentRequired":{"a":["b"]},"if":{"properties":{"b":{"const":"x"}},"required":["b"]},"then":{"required":["c"]},"ui":{"pages":[{"id":"p","title":"一","fields":["a","b","c"]}]}}""");
        Evaluate(form, """{"a":"1"}""").Faults.ShouldHaveSingleItem().ToString().ShouldBe("b: 请填写乙");
        Evaluate(form, """{"b":"x"}""").Faults.ShouldHaveSingleItem().ToString().ShouldBe("c: 请填写丙");
        Evaluate(form, """{"a":"1","b":"y"}""").Faults.ShouldBeEmpty();
    }

    [Fact]
    public void Unknown_names_are_left_out_and_reported()
    {
        var state = Evaluate(Food, """{"nonsense":1,"premises":{"detail":"x","lift":true},"staff":[{"name":"李四","x":1}]}""");
        state.Unknown.ShouldBe(["nonsense", "premises.lift", "staff[0].x"], ignoreOrder: true);
        state.Answers.GetRawText().ShouldNotContain("lift");
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("\"x\"")]
    [InlineData("null")]
    public void Answers_that_are_no_object_count_as_none(string answers) => Evaluate(Food, answers).Faults.Length.ShouldBe(11);

    [Fact]
    public void Oversized_texts_are_cut_and_refused()
    {
        var form = OnePage(""" "t":{"title":"说明","type":"string","ui":{"widget":"textarea"}} """);
        var state = Evaluate(form, JsonSerializer.Serialize(new { t = new string('长', 1_000_000) }));
        state.Faults.ShouldHaveSingleItem().Message.ShouldBe("说明太长：最多 20000 个字");
        state.Answers.GetProperty("t").GetString()!.Length.ShouldBeLessThan(20_010);
    }

    [Fact]
    public void Rare_names_of_fifty_characters_pass_and_fifty_one_do_not()
    {
        var name = string.Concat(string.Concat(Enumerable.Repeat("𲎯𠮷㐂", 17)).EnumerateRunes().Take(50).Select(r => r.ToString()));
        Evaluate(Food, With(Complete, "legalPerson", JsonSerializer.Serialize(name))).Faults.ShouldBeEmpty();
        Evaluate(Food, With(Complete, "legalPerson", JsonSerializer.Serialize(name + "一"))).Faults.ShouldHaveSingleItem().Message.ShouldBe("姓名最多 50 个字，现在是 51 个字");
    }

    [Fact]
    public void Somebody_not_yet_born_today_is_refused()
    {
        var tomorrow = Kapok.Foundation.Codes.DemoCodes.CitizenId("440106", Today.AddDays(1), male: true, 3);
        Evaluate(Food, With(Complete, "idNumber", $"\"{tomorrow}\"")).Faults.ShouldHaveSingleItem().Message.ShouldBe("身份证号码中的出生日期 2026-09-22 晚于今天");
    }

    [Fact]
    public void The_scope_gives_expressions_the_visible_answers()
    {
        var scope = Evaluate(Food, With(Complete, "category", "\"retail\"")).Scope;
        Expression.Parse("category = \"retail\" and seats = null and staffCount = 2 and premises.detail = \"软件路 13 号\" and today() = date(\"2026-09-21\")").IsTrue(scope).ShouldBeTrue();
    }

    [Fact]
    public void A_formula_that_asks_for_too_much_work_is_empty_not_fatal()
    {
        var form = OnePage(""" "r":{"title":"行","type":"array","maxItems":2000,"items":{"type":"object","properties":{"n":{"title":"数","type":"integer"}}}}, "x":{"title":"合","type":"boolean"} """,
            ui: """ "computed":{"x":"every a in r satisfies every b in r satisfies a.n + b.n > 0"} """);
        var rows = string.Join(",", Enumerable.Repeat("""{"n":1}""", 1_500));
        Evaluate(form, $$"""{"r":[{{rows}}]}""").Field("x")!.HasValue.ShouldBeFalse();
    }
}
