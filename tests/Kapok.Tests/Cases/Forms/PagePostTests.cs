using System.Text.Json;
using Kapok.Cases.Forms;
using Microsoft.Extensions.Primitives;
using static Kapok.Tests.Cases.Forms.Sample;

namespace Kapok.Tests.Cases.Forms;

public sealed class PagePostTests
{
    static FormPost Post(FormDefinition form, string answers, string page, FormContext? context, params (string Name, string Value)[] posted) =>
        FormEngine.ApplyPage(form, Json(answers), page, posted.GroupBy(p => p.Name).Select(g => KeyValuePair.Create(g.Key, new StringValues([.. g.Select(p => p.Value)]))), context ?? new FormContext(Today));

    static FormPost Post(FormDefinition form, string answers, params (string Name, string Value)[] posted) => Post(form, answers, form.Pages[0].Id, null, posted);

    static string Kept(FormDefinition form, FormPost post) => FormEngine.Evaluate(form, post.Answers, new FormContext(Today)).Answers.GetRawText().Replace(",\"staffCount\":0,\"monthlyWages\":0", "");

    [Fact]
    public void Typed_texts_become_answers()
    {
        var post = Post(Food, "{}", "business", null, ("category", "catering"), ("seats", "40"), ("servesRaw", "true"), ("premises.division", "440000"), ("premises.division", "440100"),
            ("premises.division", "440106"), ("premises.detail", " 软件路 13 号 "), ("area", "80.5"), ("openingDate.year", "2026"), ("openingDate.month", "11"), ("openingDate.day", "1"), ("investment", "1,200.50"));
        Kept(Food, post).ShouldBe("""{"category":"catering","seats":40,"servesRaw":true,"premises":{"division":"440106","detail":"软件路 13 号"},"area":80.5,"openingDate":"2026-11-01","investment":120050}""");
        (post.Stay, post.Refused.Length).ShouldBe((false, 0));
    }

    [Theory]
    [InlineData("openingDate", "2026-4-31", "4 月没有 31 日", "2026", "4", "31")]
    [InlineData("openingDate", "2026--", "请把年、月、日都填上，例如 2026 年 9 月 1 日", "2026", "", "")]
    [InlineData("openingDate", "明天-x-y", "请把年、月、日都填上，例如 2026 年 9 月 1 日", "明天", "x", "y")]
    public void An_impossible_date_keeps_what_was_typed(string field, string _, string message, string year, string month, string day)
    {
        var post = Post(Food, Complete, "business", null, (field + ".y", year), (field + ".m", month), (field + ".d", day));
        var state = FormEngine.Evaluate(Food, post.Answers, new FormContext(Today));
        state.Faults.ShouldHaveSingleItem().Message.ShouldBe(message);
        FieldRules.DateParts(state.Field(field)!.Value).ShouldBe((year, month, day));
    }

    [Fact]
    public void A_number_that_is_none_keeps_what_was_typed()
    {
        var state = FormEngine.Evaluate(Food, Post(Food, Complete, "business", null, ("seats", "四十"), ("investment", "12.345")).Answers, new FormContext(Today));
        state.Faults.Select(f => f.Path).ShouldBe(["seats", "investment"]);
        (FieldRules.Input(state.Field("seats")!.Field, state.Field("seats")!.Value), FieldRules.Input(state.Field("investment")!.Field, state.Field("investment")!.Value)).ShouldBe(("四十", "12.345"));
        FieldRules.Input(Food.Find("investment")!, Json("120050")).ShouldBe("1200.50");
    }

    [Fact]
    public void Fields_of_other_pages_and_names_of_no_field_are_refused()
    {
        var post = Post(Food, """{"phone":"13800138000"}""", "business", null, ("category", "retail"), ("phone", "13900139000"), ("admin", "1"), ("staff[0].name", "x"), ("_token", "t"));
        post.Refused.ShouldBe(["phone", "admin", "staff[0].name"], ignoreOrder: true);
        Kept(Food, post).ShouldBe("""{"phone":"13800138000","category":"retail"}""");
    }

    [Fact]
    public void What_a_page_did_not_carry_stays_and_what_it_emptied_goes()
    {
        Kept(Food, Post(Food, """{"operatorName":"甲","phone":"13800138000"}""", ("phone", ""))).ShouldBe("""{"operatorName":"甲"}""");
        Kept(Food, Post(Food, Complete, "nowhere", null, ("phone", ""))).ShouldBe(Evaluate(Food, Complete).Answers.GetRawText());
    }

    [Fact]
    public void Of_a_field_posted_twice_the_last_counts() =>
        Kept(Food, Post(Food, "{}", ("operatorName", "甲"), ("operatorName", "乙"))).ShouldBe("""{"operatorName":"乙"}""");

    static FormDefinition Boxes => OnePage(""" "agree":{"title":"同意","type":"boolean"}, "uses":{"title":"用途","type":"array","items":{"enum":["a","b",3]},"ui":{"options":{"a":"甲","b":"乙","3":"丙"}}} """);

    [Fact]
    public void Boxes_tell_nothing_ticked_from_not_there()
    {
        var before = """{"agree":true,"uses":["a","b"]}""";
        Kept(Boxes, Post(Boxes, before)).ShouldBe(before);
        Kept(Boxes, Post(Boxes, before, ("agree", ""), ("uses", ""))).ShouldBe("""{"agree":false}""");
        Kept(Boxes, Post(Boxes, "{}", ("agree", ""), ("agree", "true"), ("uses", ""), ("uses", "b"), ("uses", "b"), ("uses", "3"))).ShouldBe("""{"agree":true,"uses":["b",3]}""");
        Evaluate(Boxes, """{"uses":["a","z"]}""").Faults.ShouldHaveSingleItem().ToString().ShouldBe("uses: 请从选项中选择用途");
    }

    static FormDefinition Rows => OnePage(""" "r":{"title":"设备","type":"array","maxItems":3,"items":{"type":"object","required":["n"],"properties":{"n":{"title":"名称","type":"string"},"d":{"title":"日期","type":"string","format":"date"},"ok":{"title":"完好","type":"boolean"},"at":{"title":"地址","type":"object","properties":{"division":{"title":"区","type":"string","format":"division"},"detail":{"title":"详","type":"string"}},"ui":{"widget":"address"}}}}} """);

    [Fact]
    public void Rows_are_bound_by_their_numbers_and_new_ones_appended()
    {
        var post = Post(Rows, """{"r":[{"n":"甲"}]}""", ("r[0].n", "甲甲"), ("r[0].d.year", "2026"), ("r[0].d.month", "1"), ("r[0].d.day", "2"), ("r[7].n", "乙"), ("r[7].at.detail", "路"), ("r[9].n", ""), ("r[9].ok", ""), ("r[9].at.division", ""));
        Kept(Rows, post).ShouldBe("""{"r":[{"n":"甲甲","d":"2026-01-02"},{"n":"乙","at":{"detail":"路"}}]}""");
    }

    [Fact]
    public void More_rows_than_allowed_are_refused()
    {
        var post = Post(Rows, "{}", [.. Enumerable.Range(0, 500).Select(i => ($"r[{i}].n", "x"))]);
        Kept(Rows, post).ShouldBe("""{"r":[{"n":"x"},{"n":"x"},{"n":"x"}]}""");
        post.Refused.ShouldContain("r[3]");
        Kept(Rows, Post(Rows, "{}", ("r[99999999999].n", "x"), ("r[-1].n", "x"), ("r[].n", "x"), ("r[x].n", "x"))).ShouldBe("{}");
    }

    [Theory]
    [InlineData("r:add", """{"r":[{"n":"1"},{"n":"2"},{}]}""")]
    [InlineData("r[0]:remove", """{"r":[{"n":"2"}]}""")]
    [InlineData("r[1]:up", """{"r":[{"n":"2"},{"n":"1"}]}""")]
    [InlineData("r[0]:down", """{"r":[{"n":"2"},{"n":"1"}]}""")]
    [InlineData("r[1]:down", """{"r":[{"n":"1"},{"n":"2"}]}""")]
    [InlineData("r[5]:remove", """{"r":[{"n":"1"},{"n":"2"}]}""")]
    [InlineData("x:add", """{"r":[{"n":"1"},{"n":"2"}]}""")]
    public void Buttons_change_rows_without_script(string action, string expected)
    {
        var post = Post(Rows, """{"r":[{"n":"1"},{"n":"0"}]}""", ("r[0].n", "1"), ("r[1].n", "2"), ("do", action));
        Kept(Rows, post).ShouldBe(expected);
        post.Stay.ShouldBe(action is not ("r[5]:remove" or "x:add"));
    }

    [Fact]
    public void Asking_for_the_next_level_of_divisions_stays_on_the_page() =>
        Post(Food, "{}", "business", null, ("premises.division", "440000"), ("premises.division.choose", "1")).Stay.ShouldBeTrue();

    [Fact]
    public void Computed_fields_cannot_be_posted()
    {
        var post = Post(Food, Complete, "staff", null, ("staffCount", "99"));
        FormEngine.Evaluate(Food, post.Answers, new FormContext(Today)).Submission.GetProperty("staffCount").GetInt32().ShouldBe(2);
    }

    [Fact]
    public void Script_in_a_text_stays_text() =>
        Kept(Food, Post(Food, "{}", ("operatorName", "<img src=x onerror=alert(1)>"))).ShouldBe("""{"operatorName":"<img src=x onerror=alert(1)>"}""");

    [Fact]
    public void An_enormous_value_is_cut_and_refused()
    {
        var post = Post(Food, Complete, "operator", null, ("operatorName", new string('店', 5_000_000)));
        post.Answers.GetRawText().Length.ShouldBeLessThan(200_000);
        FormEngine.Evaluate(Food, post.Answers, new FormContext(Today)).Faults.ShouldHaveSingleItem().Path.ShouldBe("operatorName");
    }

    static FormContext Only(params string[] open) => new(Today) { OpenFields = open.ToHashSet() };

    [Fact]
    public void In_a_correction_round_only_the_named_fields_change()
    {
        var post = Post(Food, Complete, "operator", Only("operatorName"), ("operatorName", "广州市小满餐饮店"), ("phone", "13900139000"), ("legalPerson", " 张三 "));
        post.Refused.ShouldBe(["phone"]);
        var state = FormEngine.Evaluate(Food, post.Answers, Only("operatorName"));
        (state.Field("operatorName")!.Show(), state.Field("phone")!.Show(), state.Field("phone")!.Open).ShouldBe(("广州市小满餐饮店", "13800138000", false));
    }

    [Fact]
    public void A_cell_can_be_opened_without_its_row()
    {
        var post = Post(Food, Complete, "staff", Only("staff[1].name"), ("staff[0].name", "改"), ("staff[1].name", "改"), ("staff[2].name", "新"), ("do", "staff[0]:remove"));
        post.Refused.ShouldBe(["staff[0].name", "staff[2].name", "staff"], ignoreOrder: true);
        post.Stay.ShouldBeFalse();
        FormDiff.Between(Food, Json(Complete), post.Answers).ShouldHaveSingleItem().Path.ShouldBe("staff[1].name");
    }

    [Fact]
    public void Fields_that_appear_with_an_open_field_are_open_too()
    {
        var context = Only("category");
        var retail = """{"operatorName":"甲","category":"retail"}""";
        var post = Post(Food, retail, "business", context, ("category", "catering"), ("seats", "40"), ("area", "80"));
        post.Refused.ShouldBe(["area"]);
        var state = FormEngine.Evaluate(Food, post.Answers, context);
        state.Field("seats")!.Open.ShouldBeTrue();
        state.Faults.ShouldBeEmpty("what is closed was accepted; seats is answered");
    }

    [Fact]
    public void Faults_of_closed_fields_are_not_held_against_the_applicant()
    {
        Evaluate(Food, "{}", Only("phone")).Faults.ShouldHaveSingleItem().Path.ShouldBe("phone");
        var wrong = Complete.Replace("2026-11-01", "2026-01-01");
        Evaluate(Food, wrong, Only("phone")).Faults.ShouldBeEmpty();
        Evaluate(Food, wrong, Only("openingDate")).Faults.ShouldHaveSingleItem().Path.ShouldBe("openingDate");
    }

    [Fact]
    public void Differences_are_named_as_people_read_them()
    {
        var after = Complete.Replace("广州小满餐饮店", "广州市小满餐饮店").Replace("catering", "canteen").Replace("软件路 13 号", "软件路 15 号").Replace("\"seats\": 40,", "").Replace("王五", "王六").Replace("2026-11-01", "2026-12-1");
        FormDiff.Between(Food, Json(Complete), Json(after), code => code == "440106013005" ? "天河区前进街道" : null).Select(c => (c.Path, c.Label, c.Kind, c.Before, c.After)).ShouldBe(
        [
            ("operatorName", "经营者名称", ChangeKind.Changed, "广州小满餐饮店", "广州市小满餐饮店"),
            ("category", "主体业态", ChangeKind.Changed, "餐饮服务", "单位食堂"),
            ("seats", "就餐座位数", ChangeKind.Removed, "40", ""),
            ("premises", "经营场所", ChangeKind.Changed, "天河区前进街道软件路 13 号", "天河区前进街道软件路 15 号"),
            ("openingDate", "计划开业日期", ChangeKind.Changed, "2026年11月1日", "2026年12月1日"),
            ("staff[1].name", "从业人员 2：姓名", ChangeKind.Changed, "王五", "王六"),
        ]);
        FormDiff.Between(Food, Json(Complete), Json(Complete)).ShouldBeEmpty();
    }

    [Fact]
    public void A_row_taken_from_the_middle_is_one_difference()
    {
        var before = """{"r":[{"n":"1"},{"n":"2"},{"n":"3"}]}""";
        var change = FormDiff.Between(Rows, Json(before), Json("""{"r":[{"n":"1"},{"n":"3"}]}""")).ShouldHaveSingleItem();
        (change.Path, change.Kind, change.Label, change.Before).ShouldBe(("r[1]", ChangeKind.Removed, "设备 2", "名称 2"));
        FormDiff.Between(Rows, Json("""{"r":[{"n":"1"},{"n":"3"}]}"""), Json(before)).ShouldHaveSingleItem().Kind.ShouldBe(ChangeKind.Added);
    }

    [Fact]
    public void Computed_values_that_moved_are_no_change_of_the_applicant()
    {
        var form = OnePage(""" "born":{"title":"出生日期","type":"string","format":"date"}, "age":{"title":"年龄","type":"integer"}, "note":{"title":"备注","type":"string"} """, ui: """ "computed":{"age":"age(born)"} """);
        var before = Evaluate(form, """{"born":"2000-01-01"}""").Submission;
        var after = Evaluate(form, """{"born":"2000-01-01","note":"x"}""", new FormContext(Today.AddYears(1))).Submission;
        var changes = FormDiff.Between(form, before, after);
        changes.Length.ShouldBe(2);
        FormDiff.Outside(form, new HashSet<string> { "note" }, changes).ShouldBeEmpty();
    }

    [Fact]
    public void Changes_outside_the_open_fields_are_found()
    {
        var changes = FormDiff.Between(Food, Json(Complete), Json(Complete.Replace("13800138000", "13900139000").Replace("\"seats\": 40", "\"seats\": 41")));
        FormDiff.Outside(Food, new HashSet<string> { "seats" }, changes).ShouldHaveSingleItem().Path.ShouldBe("phone");
    }
}
