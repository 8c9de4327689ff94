using System.Text;
using System.Text.Json;
using Kapok.Cases.Forms.Schemas;

namespace Kapok.Tests.Cases.Forms;

public sealed class SchemaTests
{
    static JsonElement Json(string text) => JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 2_000 }).RootElement;

    static Schema Compiled(string schema)
    {
        var compile = Schema.Compile(Json(schema));
        compile.Faults.ShouldBeEmpty();
        return compile.Schema!;
    }

    [Theory]
    [InlineData("""{"type":"integer"}""", "[1, 1.0, 1e3, -0]", """[1.5, "1", null, true]""")]
    [InlineData("""{"type":["string","null"]}""", """["", null]""", "[0, [], {}]")]
    [InlineData("""{"enum":[1,"a",{"x":[1]}]}""", """[1.0, "a", {"x":[1.0]}]""", """[2, "b", {"x":[2]}, null]""")]
    [InlineData("""{"const":{"a":1,"b":2}}""", """[{"b":2,"a":1}]""", """[{"a":1}]""")]
    [InlineData("""{"multipleOf":0.01}""", "[0.07, 4.35, 1e20, 12345678901234567890.01]", "[0.001, 4.355]")]
    [InlineData("""{"minimum":0.1,"exclusiveMaximum":0.3}""", "[0.1, 0.29999999999999999999]", "[0.0999999999999999999999, 0.3]")]
    [InlineData("""{"maximum":10,"exclusiveMinimum":-1e400}""", "[10, -9e399]", "[10.0000000000000000000001, -1e400]")]
    [InlineData("""{"minLength":2,"maxLength":2}""", """["张三", "𠮷野"]""", """["𠮷", "𠮷野家"]""")]
    [InlineData("""{"pattern":"^.{2}$"}""", """["𠮷野"]""", """["𠮷", "ab\n"]""")]
    [InlineData("""{"pattern":"^[\\u4e00-\\u9fff\\u{20000}-\\u{323af}]+$"}""", """["张𠮷"]""", """["a", "张a"]""")]
    [InlineData("""{"pattern":"^[^a]$"}""", """["b", "𠮷"]""", """["a", "bb"]""")]
    [InlineData("""{"pattern":"^(?!0)\\d+$"}""", """["10"]""", """["01", "١"]""")]
    [InlineData("""{"pattern":"^\\p{Script=Han}+$"}""", """["汉𠮷"]""", """["汉a"]""")]
    [InlineData("""{"prefixItems":[{"type":"string"}],"items":false}""", """[[], ["a"], {}]""", """[[1], ["a", 1]]""")]
    [InlineData("""{"contains":{"minimum":5},"minContains":2,"maxContains":3}""", "[[5,6], [1,5,6,7]]", "[[], [5], [5,6,7,8]]")]
    [InlineData("""{"uniqueItems":true,"minItems":1,"maxItems":3}""", """[[1], [1, true], [{"a":1},{"a":2}]]""", """[[], [1, 1.0], [{"a":1,"b":2},{"b":2,"a":1}], [1,2,3,4]]""")]
    [InlineData("""{"properties":{"a":{"type":"string"}},"patternProperties":{"^x":{"type":"number"}},"additionalProperties":false}""", """[{"a":"", "x1":1}, []]""", """[{"a":1}, {"x1":""}, {"b":1}]""")]
    [InlineData("""{"propertyNames":{"maxLength":2},"minProperties":1,"maxProperties":2}""", """[{"ab":1}]""", """[{}, {"abc":1}, {"a":1,"b":1,"c":1}]""")]
    [InlineData("""{"required":["a"],"dependentRequired":{"a":["b"]},"dependentSchemas":{"c":{"required":["d"]}}}""", """[{"a":1,"b":1}, 7]""", """[{}, {"a":1}, {"a":1,"b":1,"c":1}]""")]
    [InlineData("""{"allOf":[{"minimum":1}],"anyOf":[{"maximum":5},{"const":9}],"oneOf":[{"multipleOf":2},{"multipleOf":3}],"not":{"const":4}}""", "[2, 3, 9]", "[0, 4, 6, 7, 5]")]
    [InlineData("""{"if":{"properties":{"k":{"const":1}}},"then":{"required":["a"]},"else":{"required":["b"]}}""", """[{"k":1,"a":0}, {"k":2,"b":0}]""", """[{"k":1,"b":0}, {"k":2,"a":0}]""")]
    [InlineData("""{"$defs":{"n":{"$anchor":"num","type":"number"}},"properties":{"a":{"$ref":"#num"},"b":{"$ref":"#/$defs/n"}},"unevaluatedProperties":false}""", """[{"a":1,"b":2}]""", """[{"a":""}, {"c":1}]""")]
    [InlineData("""{"properties":{"kind":{}},"anyOf":[{"properties":{"a":{"type":"number"}},"required":["a"]},{"properties":{"b":true},"required":["b"]}],"unevaluatedProperties":false}""", """[{"kind":0,"a":1}, {"kind":0,"b":1}, {"a":1,"b":1}]""", """[{"kind":0}, {"a":"","b":1}, {"a":1,"z":1}]""")]
    [InlineData("""{"prefixItems":[true],"contains":{"type":"string"},"unevaluatedItems":{"type":"number"}}""", """[[null,"a",1]]""", """[[null,"a",null], [null]]""")]
    [InlineData("""{"$ref":"#/$defs/tree","$defs":{"tree":{"properties":{"child":{"$ref":"#/$defs/tree"}},"additionalProperties":false}}}""", """[{"child":{"child":{}}}]""", """[{"child":{"x":1}}]""")]
    public void A_keyword_accepts_and_refuses(string schema, string valid, string invalid)
    {
        var compiled = Compiled(schema);
        foreach (var instance in Json(valid).EnumerateArray()) compiled.Validate(instance).ShouldBeEmpty(instance.GetRawText());
        foreach (var instance in Json(invalid).EnumerateArray()) compiled.Validate(instance).ShouldNotBeEmpty(instance.GetRawText());
    }

    [Theory]
    [InlineData("date", "2024-02-29", "2025-02-29", "2025 年 2 月只有 28 天")]
    [InlineData("date", "2026-04-30", "2026-04-31", "4 月没有 31 日")]
    [InlineData("date", "2026-12-01", "2026-13-01", "月份应在 1 到 12 之间")]
    [InlineData("date", "2026-12-01", "26-12-01", "年份应为四位数字，例如 2026")]
    [InlineData("date", "2026-12-01", "2026--", "请把年、月、日都填上，例如 2026 年 9 月 1 日")]
    [InlineData("email", "li.lei+a@example.com", "li.lei@", "电子邮箱格式不对，例如 name@example.com")]
    [InlineData("mobile-cn", "13800138000", "1380013800", "手机号码应为 11 位，现在是 10 位")]
    [InlineData("phone-cn", "020-83330000", "020-1", "电话号码应当是 11 位手机号码，或者带区号的固定电话，例如 020-12345678")]
    [InlineData("phone-cn", "400-800-1234", "４００", "电话号码应当是 11 位手机号码，或者带区号的固定电话，例如 020-12345678")]
    [InlineData("phone-cn", "12345", "1234", "电话号码应当是 11 位手机号码，或者带区号的固定电话，例如 020-12345678")]
    [InlineData("postcode", "510000", "51000", "邮政编码应为 6 位数字")]
    [InlineData("division", "440106013005", "4401060", "请从列表中选择行政区划")]
    [InlineData("person-name", "买买提·阿布都拉", "张3", "姓名中不能有数字")]
    [InlineData("person-name", "㐂𠮷𰻝𲎯", "张三\u0007", "姓名中有看不见的控制字符，请重新输入")]
    [InlineData("person-name", "O'Neill Mary-Jane", "<b>", "姓名中不能有“<”")]
    [InlineData("id-number", "11010519491231002X", "110105194912310021", "身份证号码的校验位不对，请检查是否有数字输错或者颠倒")]
    [InlineData("credit-code", "91350100M000100Y43", "91350100M000100Y42", "统一社会信用代码的校验位不对，请检查是否有字符输错或者颠倒")]
    [InlineData("time", "23:59:60Z", "22:59:60Z", "请按“时:分:秒+时区”的格式填写")]
    public void A_format_accepts_and_says_how_to_mend(string format, string right, string wrong, string message)
    {
        var schema = Compiled($$"""{"format":"{{format}}"}""");
        schema.Validate(JsonSerializer.SerializeToElement(right)).ShouldBeEmpty();
        schema.Validate(JsonSerializer.SerializeToElement(wrong)).ShouldHaveSingleItem().Message.ShouldBe(message);
        schema.IsValid(Json("7")).ShouldBeTrue("a format speaks of texts only");
    }

    [Fact]
    public void A_name_may_have_fifty_characters_however_rare()
    {
        var schema = Compiled("""{"format":"person-name"}""");
        var fifty = string.Concat(Enumerable.Repeat("𠮷", 50));
        schema.IsValid(JsonSerializer.SerializeToElement(fifty)).ShouldBeTrue();
        schema.Validate(JsonSerializer.SerializeToElement(fifty + "吉"))[0].Message.ShouldBe("姓名最多 50 个字，现在是 51 个字");
    }

    [Fact]
    public void Money_in_fen_is_whole()
    {
        var schema = Compiled("""{"format":"money-fen"}""");
        schema.IsValid(Json("120050")).ShouldBeTrue();
        schema.IsValid(Json("1200.5")).ShouldBeFalse();
    }

    [Fact]
    public void An_error_names_the_place_in_the_instance_and_in_the_schema()
    {
        var schema = Compiled("""{"properties":{"a/b":{"items":{"$ref":"#/$defs/row"}}},"$defs":{"row":{"required":["n"],"properties":{"n":{"maximum":3}}}}}""");
        var errors = schema.Validate(Json("""{"a/b":[{"n":1},{"n":4},{}]}"""));
        errors.Length.ShouldBe(2);
        errors[0].ShouldBe(new SchemaError("/a~1b/1/n", "/$defs/row/properties/n/maximum", "maximum", "不能大于 3"));
        errors[1].ShouldBe(new SchemaError("/a~1b/2", "/$defs/row/required", "required", "缺少“n”") { Property = "n" });
    }

    [Theory]
    [InlineData("""{"type":"text"}""", "/type", "没有 “text” 这种类型")]
    [InlineData("""{"properties":{"a":{"minLength":-1}}}""", "/properties/a/minLength", "应是不小于 0 的整数")]
    [InlineData("""{"properties":{"a":7}}""", "/properties/a", "这里应是一个模式（对象、true 或 false）")]
    [InlineData("""{"pattern":"("}""", "/pattern", null)]
    [InlineData("""{"pattern":"\\p{Nonsense}"}""", "/pattern", null)]
    [InlineData("""{"$ref":"#/$defs/none"}""", "/$ref", "找不到引用的 “#/$defs/none”")]
    [InlineData("""{"$ref":"https://example.com/other"}""", "/$ref", null)]
    [InlineData("""{"allOf":[{"$ref":"#"}]}""", null, "引用绕成了圈，没有终点")]
    [InlineData("""{"required":"a"}""", "/required", "应是名称的列表")]
    [InlineData("""{"anyOf":[]}""", "/anyOf", "应是至少有一个模式的列表")]
    [InlineData("""{"multipleOf":0}""", "/multipleOf", "应大于 0")]
    [InlineData("""{"$schema":"http://json-schema.org/draft-07/schema#"}""", "/$schema", null)]
    [InlineData("""{"$vocabulary":{}}""", "/$vocabulary", "不支持 $vocabulary")]
    [InlineData("7", "", null)]
    public void A_wrong_schema_is_refused_at_the_place(string schema, string? pointer, string? message)
    {
        var compile = Schema.Compile(Json(schema));
        compile.Schema.ShouldBeNull();
        var fault = compile.Faults.ShouldHaveSingleItem();
        if (pointer is not null) fault.Pointer.ShouldBe(pointer);
        if (message is not null) fault.Message.ShouldBe(message);
    }

    [Fact]
    public void All_faults_of_a_schema_are_reported_at_once() =>
        Schema.Compile(Json("""{"type":1,"minItems":"2","properties":{"a":{"enum":3}}}""")).Faults.Length.ShouldBe(3);

    [Fact]
    public void A_pattern_made_to_explode_ends_quickly()
    {
        var text = JsonSerializer.SerializeToElement(new string('a', 20_000) + "!");
        Compiled("""{"pattern":"^(a+)+$"}""").IsValid(text).ShouldBeFalse();
        Compiled("""{"pattern":"^(?=(a+)+$)x"}""").IsValid(text).ShouldBeFalse();
    }

    [Fact]
    public void A_schema_that_multiplies_work_runs_out_of_budget()
    {
        var schema = new StringBuilder("""{"$ref":"#/$defs/d0","$defs":{"d40":{"not":{"const":1}}""");
        for (var i = 0; i < 40; i++) schema.Append($$""","d{{i}}":{"allOf":[{"$ref":"#/$defs/d{{i + 1}}"},{"$ref":"#/$defs/d{{i + 1}}"}]}""");
        var errors = Compiled(schema.Append("}}").ToString()).Validate(Json("1"));
        errors[^1].Message.ShouldBe("错误太多，其余的不再列出");
        Compiled(schema.ToString()).Validate(Json("2"))[^1].Message.ShouldBe("内容过多，无法核对");
    }

    [Fact]
    public void Nesting_beyond_the_limit_is_refused_not_followed()
    {
        var schema = Compiled("""{"properties":{"a":{"$ref":"#"}}}""");
        var deep = string.Concat(Enumerable.Repeat("""{"a":""", 1_500)) + "1" + new string('}', 1_500);
        schema.Validate(Json(deep)).ShouldHaveSingleItem().Message.ShouldBe("内容的层次过深，无法核对");
    }

    [Fact]
    public void Half_a_character_is_an_error_not_a_crash() =>
        Compiled("""{"properties":{"a":{"maxLength":5}}}""").Validate(Json("""{"a":"\ud840"}""")).ShouldHaveSingleItem().Message.ShouldContain("不完整的字符");

    [Fact]
    public void Enormous_numbers_are_compared_without_being_written_out()
    {
        var schema = Compiled("""{"maximum":1e999999999,"multipleOf":3}""");
        schema.IsValid(Json("3e999999998")).ShouldBeTrue();
        schema.IsValid(Json("3e1000000000")).ShouldBeFalse();
        schema.IsValid(Json("1e99999999999999999999")).ShouldBeFalse();
    }
}
