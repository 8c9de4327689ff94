using Kapok.Cases.Forms;

namespace Kapok.Tests.Cases.Forms;

/// <summary>An author's mistakes: each is found, with its place.</summary>
public sealed class FormReadTests
{
    const string Pages = """{"pages":[{"id":"p","title":"一","fields":["a"]}]}""";

    static FormFault Single(string json)
    {
        var parse = FormDefinition.Parse(json, "test");
        parse.Definition.ShouldBeNull();
        return parse.Faults.ShouldHaveSingleItem();
    }

    static string Form(string a = """{"title":"甲","type":"string"}""", string ui = Pages, string more = "") =>
        $$"""{"type":"object",{{more}}"properties":{"a":{{a}}},"ui":{{ui}}}""";

    [Theory]
    [InlineData("""{"type":"string"}""", "/properties/a", "字段“a”要有 title")]
    [InlineData("""{"title":"甲"}""", "/properties/a/ui", "控件与类型不配：“a”")]
    [InlineData("""{"title":"甲","type":"string","format":"idnumber"}""", "/properties/a/format", "没有“idnumber”这种格式")]
    [InlineData("""{"title":"甲","type":"string","ui":{"widget":"slider"}}""", "/properties/a/ui/widget", null)]
    [InlineData("""{"title":"甲","type":"string","ui":{"widget":"money"}}""", "/properties/a/ui", "控件与类型不配：“a”")]
    [InlineData("""{"title":"甲","type":"string","ui":{"hints":"x"}}""", "/properties/a/ui/hints", null)]
    [InlineData("""{"title":"甲","type":"string","ui":{"width":"huge"}}""", "/properties/a/ui/width", "应是 short、medium、long 之一")]
    [InlineData("""{"title":"甲","type":"string","ui":{"prefill":"person.shoeSize"}}""", "/properties/a/ui/prefill", "没有“person.shoeSize”这种预填来源")]
    [InlineData("""{"title":"甲","type":"string","ui":{"when":"b = 1"}}""", "/properties/a/ui/when", "表达式里的“b”不是字段")]
    [InlineData("""{"title":"甲","type":"string","ui":{"when":"1 +"}}""", "/properties/a/ui/when", null)]
    [InlineData("""{"title":"甲","type":"string","ui":{"when":"a = \"x\""}}""", "/properties", "条件或算式互相依赖，没有起点：a → a")]
    [InlineData("""{"title":"甲","type":"string","enum":["x","y"],"ui":{"options":{"x":"一"}}}""", "/properties/a/ui/options", "选项“y”没有文字")]
    [InlineData("""{"title":"甲","type":"string","enum":["x"],"ui":{"options":{"x":"一","z":"三"}}}""", "/properties/a/ui/options/z", "enum 里没有“z”")]
    [InlineData("""{"title":"甲","type":"array","items":{"type":"object"}}""", "/properties/a", "组里没有字段")]
    [InlineData("""{"title":"甲","type":"object","properties":{"x":{"title":"乙","type":"string"}},"required":["y"]}""", "/properties/a/required", "required 里的“y”不是字段")]
    [InlineData("""{"title":"甲","type":"object","properties":{"x":{"title":"乙","type":"string"}},"ui":{"widget":"address"}}""", "/properties/a", "地址要有 division 和 detail 两个字段")]
    [InlineData("""{"title":"甲","type":"array","items":{"type":"object","properties":{"x":{"title":"乙","type":"array","items":{"type":"object","properties":{"y":{"title":"丙","type":"string"}}}}}}}""", "/properties/a/items/properties/x", "可重复的组里不能再有可重复的组")]
    [InlineData("""{"title":"甲","type":"array","items":{"type":"object","properties":{"x":{"title":"乙","type":"string","ui":{"when":"y = 1"}},"y":{"title":"丙","type":"integer","ui":{"when":"x = \"1\""}}}}}""", "/properties/a", "条件或算式互相依赖，没有起点：x → y → x")]
    public void A_wrong_field_is_named(string field, string pointer, string? message)
    {
        var fault = Single(Form(field));
        fault.Pointer.ShouldBe(pointer);
        if (message is not null) fault.Message.ShouldBe(message);
    }

    [Theory]
    [InlineData("""{"pages":[]}""", "/ui", "请在 ui.pages 里列出页面")]
    [InlineData("""{"pages":[{"id":"p","title":"一","fields":["a","b"]}]}""", "/ui/pages/0/fields/1", "没有“b”这个字段")]
    [InlineData("""{"pages":[{"id":"p","title":"一","fields":["a","a"]}]}""", "/ui/pages/0/fields/1", "字段“a”已经在页面“p”上")]
    [InlineData("""{"pages":[{"id":"P 1","title":"一","fields":["a"]}]}""", "/ui/pages/0", null)]
    [InlineData("""{"pages":[{"id":"p","title":"","fields":["a"]}]}""", "/ui/pages/0", "页面要有 title")]
    [InlineData("""{"pages":[{"id":"p","title":"一","fields":["a"],"when":"c"}]}""", "/ui/pages/0/when", "表达式里的“c”不是字段")]
    [InlineData("""{"pages":[{"id":"p","title":"一","fields":["a"],"when":"a = \"1\""}]}""", "/properties", "条件或算式互相依赖，没有起点：a → a")]
    [InlineData("""{"page":[],"pages":[{"id":"p","title":"一","fields":["a"]}]}""", "/ui/page", null)]
    [InlineData("""{"pages":[{"id":"p","title":"一","fields":["a"]}],"rules":[{"id":"r","assert":"a = b","message":"x","fields":["a"]}]}""", "/ui/rules/0/assert", "表达式里的“b”不是字段")]
    [InlineData("""{"pages":[{"id":"p","title":"一","fields":["a"]}],"rules":[{"id":"r","assert":"a.b = 1","message":"x","fields":["a"]}]}""", "/ui/rules/0/assert", "表达式里的“a.b”不是字段：“a”没有“b”")]
    [InlineData("""{"pages":[{"id":"p","title":"一","fields":["a"]}],"rules":[{"id":"r","assert":"true","fields":["a"]}]}""", "/ui/rules/0", "规则要有 message：写明怎样改正")]
    [InlineData("""{"pages":[{"id":"p","title":"一","fields":["a"]}],"rules":[{"id":"r","assert":"true","message":"x","fields":["c"]}]}""", "/ui/rules/0/fields/0", "没有“c”这个字段")]
    [InlineData("""{"pages":[{"id":"p","title":"一","fields":["a"]}],"rules":[{"id":"r","assert":"true","message":"x","fields":["a[].b"]}]}""", "/ui/rules/0/fields/0", "没有“a[].b”这个字段")]
    [InlineData("""{"pages":[{"id":"p","title":"一","fields":["a"]}],"computed":{"b":"1"}}""", "/ui/computed/b", "没有“b”这个字段")]
    public void A_wrong_page_or_rule_is_named(string ui, string pointer, string? message)
    {
        var fault = Single(Form(ui: ui));
        fault.Pointer.ShouldBe(pointer);
        if (message is not null) fault.Message.ShouldBe(message);
    }

    [Fact]
    public void A_property_on_no_page_is_a_fault() =>
        Single("""{"type":"object","properties":{"a":{"title":"甲","type":"string"},"b":{"title":"乙","type":"string"}},"ui":{"pages":[{"id":"p","title":"一","fields":["a"]}]}}""")
            .ShouldBe(new FormFault("/properties/b", 1, "字段“b”不在任何页面上，请加到 ui.pages"));

    [Fact]
    public void Conditions_in_a_circle_are_shown_as_the_circle() =>
        Single("""{"type":"object","properties":{"a":{"title":"甲","type":"string","ui":{"when":"b = \"1\""}},"b":{"title":"乙","type":"string"},"c":{"title":"丙","type":"string"}},"ui":{"computed":{"b":"upper case(c)","c":"a"},"pages":[{"id":"p","title":"一","fields":["a","b","c"]}]}}""")
            .Message.ShouldBe("条件或算式互相依赖，没有起点：a → b → c → a");

    [Fact]
    public void All_faults_are_found_at_once_with_their_lines()
    {
        var faults = FormDefinition.Parse("""
            {
              "type": "object",
              "required": ["z"],
              "properties": {
                "a": { "type": "string" },
                "b": {
                  "title": "乙",
                  "type": "string",
                  "format": "nope"
                }
              },
              "ui": { "pages": [{ "id": "p", "title": "一", "fields": ["a", "b"], "when": "nothing" }] }
            }
            """, "test").Faults;
        faults.Select(f => (f.Pointer, f.Line)).ShouldBe([("/required", 3), ("/properties/a", 5), ("/properties/b/format", 9), ("/ui/pages/0/when", 12)]);
    }

    [Theory]
    [InlineData("{\n  \"type\": object\n}", 2)]
    [InlineData("{\n \"a\":1,\n \"a\":2}", 3)]
    [InlineData("", 1)]
    public void Broken_JSON_is_named_with_its_line(string json, int line) => Single(json).Line.ShouldBe(line);

    [Fact]
    public void Widgets_follow_type_format_and_options()
    {
        Sample.Food.Fields.SelectMany(f => f.Members.Prepend(f)).Select(f => f.Widget).ShouldBe(
        [
            Widget.Text, Widget.CreditCode, Widget.Name, Widget.IdNumber, Widget.Phone, Widget.Email, Widget.Radio, Widget.Number, Widget.Radio, Widget.Address, Widget.Division, Widget.Text,
            Widget.Number, Widget.Date, Widget.Money, Widget.Rows, Widget.Name, Widget.Radio, Widget.Date, Widget.Money, Widget.Number, Widget.Money, Widget.Checkbox,
        ]);
    }

    [Fact]
    public void Shared_definitions_are_followed()
    {
        var form = Sample.Parsed("""{"type":"object","$defs":{"person":{"title":"人员","type":"object","required":["name"],"properties":{"name":{"title":"姓名","type":"string","format":"person-name"}}},"n":{"title":"数","type":"integer","maximum":3}},"properties":{"owner":{"$ref":"#/$defs/person","title":"业主"},"others":{"title":"其他人","type":"array","items":{"$ref":"#/$defs/person"}},"n":{"$ref":"#/$defs/n"}},"ui":{"pages":[{"id":"p","title":"一","fields":["owner","others","n"]}]}}""");
        form.Find("owner.name")!.Widget.ShouldBe(Widget.Name);
        form.Find("owner")!.Label.ShouldBe("业主");
        form.Find("others[3].name")!.Path.ShouldBe("others[].name");
        Sample.Evaluate(form, """{"owner":{"name":"1"},"others":[{}],"n":5}""").Faults.Select(f => f.Path).ShouldBe(["owner.name", "others[0].name", "n"]);
    }

    [Fact]
    public void A_definition_that_contains_itself_is_refused_not_followed_for_ever() =>
        FormDefinition.Parse("""{"type":"object","$defs":{"t":{"title":"树","type":"object","properties":{"sub":{"$ref":"#/$defs/t"}}}},"properties":{"a":{"$ref":"#/$defs/t"}},"ui":{"pages":[{"id":"p","title":"一","fields":["a"]}]}}""", "t")
            .Faults.ShouldContain(f => f.Message.StartsWith("字段的层次太深"));
}
