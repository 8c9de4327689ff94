using System.Text.Json;
using System.Text.Json.Nodes;
using Kapok.Foundation.Expressions;
using Shouldly;
using Xunit;

namespace Kapok.Tests.Foundation.Expressions;

public class ExpressionTests
{
    private static readonly DateOnly Today = new(2026, 9, 21);

    private static readonly JsonScope Scope = new(JsonElement.Parse("""
        {
          "age": 35, "name": "陈小满", "nothing": null, "yes": true, "no": false, "price": 12.50, "blank": "  ",
          "经营面积": 80, "born": "1990-02-28", "kinds": ["catering", "retail"], "odd-name": 1, "today": "1999-01-01", "days": 5,
          "applicant": { "age": 17, "address": { "city": "广州" }, "x-y": "连字符", "in": 3 },
          "rows": [ { "amount": 3, "of": "a" }, { "amount": 4.5, "of": "b" } ], "noRows": []
        }
        """), Today, new Dictionary<string, Value> { ["extra"] = 7, ["name"] = "程序提供" });

    private static Value Of(string text) => Expression.Parse(text).Evaluate(Scope);

    [Theory]
    // literals and names
    [InlineData("1", "1")]
    [InlineData("1.50", "1.5")]
    [InlineData("\"甲\\\"乙\\\\\\n\\u4e2d\"", "\"甲\\\"乙\\\\\\n中\"")]
    [InlineData("true", "true")]
    [InlineData("null", "null")]
    [InlineData("[1, \"a\", [true]]", "[1,\"a\",[true]]")]
    [InlineData("[]", "[]")]
    [InlineData("date(\"2026-01-31\")", "\"2026-01-31\"")]
    [InlineData("经营面积", "80")]
    [InlineData("`odd-name`", "1")]
    [InlineData("odd-name", "null")]
    [InlineData("applicant.address.city", "\"广州\"")]
    [InlineData("applicant[\"x-y\"]", "\"连字符\"")]
    [InlineData("applicant.`x-y`", "\"连字符\"")]
    [InlineData("applicant.in", "3")]
    [InlineData("applicant.missing.deeper", "null")]
    [InlineData("age.year", "null")]
    [InlineData("extra", "7")]
    [InlineData("name", "\"程序提供\"")]
    [InlineData("kinds[1]", "\"catering\"")]
    [InlineData("kinds[-1]", "\"retail\"")]
    [InlineData("kinds[0]", "null")]
    [InlineData("kinds[3]", "null")]
    [InlineData("kinds[1.5]", "null")]
    [InlineData("rows[2].amount", "4.5")]
    [InlineData("rows.amount", "[3,4.5]")]
    [InlineData("applicant[\"a\" + \"ge\"]", "17")]
    [InlineData("date(born).year", "1990")]
    // arithmetic
    [InlineData("1 + 2 * 3", "7")]
    [InlineData("(1 + 2) * 3", "9")]
    [InlineData("7 - 2 - 1", "4")]
    [InlineData("8 / 4 / 2", "1")]
    [InlineData("2 ** 3 ** 2", "64")]
    [InlineData("2 ** 10", "1024")]
    [InlineData("2 ** -1", "0.5")]
    [InlineData("9 ** 0.5", "3")]
    [InlineData("-2 ** 2", "4")]
    [InlineData("- -2", "2")]
    [InlineData("0.1 + 0.2", "0.3")]
    [InlineData("1 / 0", "null")]
    [InlineData("0 ** -1", "null")]
    [InlineData("10 ** 40", "null")]
    [InlineData("79228162514264337593543950335 + 1", "null")]
    [InlineData("age + nothing", "null")]
    [InlineData("-nothing", "null")]
    [InlineData("\"甲\" + \"乙\"", "\"甲乙\"")]
    [InlineData("\"甲\" + 1", "null")]
    [InlineData("date(\"2026-02-28\") + 1", "\"2026-03-01\"")]
    [InlineData("1 + date(\"2026-02-28\")", "\"2026-03-01\"")]
    [InlineData("date(\"2026-03-01\") - 1", "\"2026-02-28\"")]
    [InlineData("date(\"2026-03-01\") - date(\"2026-02-01\")", "28")]
    [InlineData("born + 1", "\"1990-03-01\"")]
    [InlineData("date(\"9999-12-31\") + 1", "null")]
    // comparison
    [InlineData("1 = 1.0", "true")]
    [InlineData("1 != 2", "true")]
    [InlineData("1 = \"1\"", "false")]
    [InlineData("[1, 2] = [1, 2.0]", "true")]
    [InlineData("age >= 35 and age <= 35", "true")]
    [InlineData("age > 35 or age < 35", "false")]
    [InlineData("\"a\" < \"b\"", "true")]
    [InlineData("1 < \"2\"", "false")]
    [InlineData("born < date(\"1990-03-01\")", "true")]
    [InlineData("date(\"1990-02-28\") = born", "true")]
    [InlineData("born != date(\"1990-02-28\")", "false")]
    [InlineData("name < today()", "false")]
    [InlineData("age between 35 and 36", "true")]
    [InlineData("age between 36 and 40", "false")]
    [InlineData("age between 20 + 15 and 40 and yes", "true")]
    [InlineData("age in (1, 35)", "true")]
    [InlineData("age in (1, 2)", "false")]
    [InlineData("\"retail\" in kinds", "true")]
    [InlineData("\"retail\" in (\"x\", kinds)", "true")]
    [InlineData("\"other\" in [\"retail\"]", "false")]
    // what is missing
    [InlineData("missing = 1", "false")]
    [InlineData("missing != 1", "false")]
    [InlineData("missing < 1", "false")]
    [InlineData("missing >= 1", "false")]
    [InlineData("1 > missing", "false")]
    [InlineData("missing = nothing", "false")]
    [InlineData("missing = null", "true")]
    [InlineData("null != age", "true")]
    [InlineData("missing != null", "false")]
    [InlineData("null = null", "true")]
    [InlineData("missing in (1, 2)", "false")]
    [InlineData("missing in (1, null)", "true")]
    [InlineData("missing in (nothing)", "false")]
    [InlineData("missing between 1 and 2", "false")]
    [InlineData("1 between missing and 2", "false")]
    // logic
    [InlineData("yes and no", "false")]
    [InlineData("yes or missing", "true")]
    [InlineData("yes and missing", "false")]
    [InlineData("missing or missing", "false")]
    [InlineData("1 and true", "false")]
    [InlineData("no or no and yes or yes", "true")]
    [InlineData("not(no)", "true")]
    [InlineData("not(missing)", "null")]
    [InlineData("not(1)", "null")]
    [InlineData("not (yes) or yes", "true")]
    [InlineData("if yes then 1 else 2", "1")]
    [InlineData("if missing then 1 else 2", "2")]
    [InlineData("if no then 1 else if no then 2 else 3", "3")]
    [InlineData("(if yes then 1 else 2) + 1", "2")]
    [InlineData("if yes then 1 else 2 + 1", "1")]
    // quantifiers
    [InlineData("some r in rows satisfies r.amount > 4", "true")]
    [InlineData("every r in rows satisfies r.amount > 4", "false")]
    [InlineData("every r in rows satisfies r.amount > 2", "true")]
    [InlineData("some r in noRows satisfies true", "false")]
    [InlineData("every r in noRows satisfies false", "true")]
    [InlineData("every r in missing satisfies false", "true")]
    [InlineData("some x in 5 satisfies x = 5", "true")]
    [InlineData("some a in rows, b in rows satisfies a.amount + b.amount = 7.5 and a.of != b.of", "true")]
    [InlineData("every a in rows satisfies some b in kinds satisfies b != a.of", "true")]
    [InlineData("some age in [1] satisfies age = 1", "true")]
    [InlineData("yes and some r in rows satisfies r.of = \"b\" and yes", "true")]
    public void An_expression_has_this_value(string text, string json)
    {
        JsonNode.DeepEquals(Of(text).ToJson(), JsonNode.Parse(json)).ShouldBeTrue($"{text} gives {Of(text)}");
    }

    [Theory]
    [InlineData("count(rows)", "2")]
    [InlineData("count(missing)", "0")]
    [InlineData("count(1, 2, 3)", "3")]
    [InlineData("sum(rows.amount)", "7.5")]
    [InlineData("sum(1, 2, 3)", "6")]
    [InlineData("sum(missing)", "0")]
    [InlineData("sum(kinds)", "null")]
    [InlineData("sum(rows.absent)", "null")]
    [InlineData("min(rows.amount)", "3")]
    [InlineData("max(3, 9, 4)", "9")]
    [InlineData("max(noRows)", "null")]
    [InlineData("max(1, \"a\")", "null")]
    [InlineData("max(true)", "null")]
    [InlineData("min(date(\"2026-01-02\"), born)", "\"1990-02-28\"")]
    [InlineData("contains(\"广东省\", \"东\")", "true")]
    [InlineData("contains(kinds, \"retail\")", "true")]
    [InlineData("contains(missing, \"x\")", "null")]
    [InlineData("list contains(kinds, \"retail\")", "true")]
    [InlineData("list contains(missing, 1)", "null")]
    [InlineData("starts with(\"440106\", \"44\")", "true")]
    [InlineData("ends with(\"440106\", \"44\")", "false")]
    [InlineData("starts with(missing, \"44\")", "null")]
    [InlineData("string length(\"𠮷田\")", "2")]
    [InlineData("upper case(\"abX\")", "\"ABX\"")]
    [InlineData("lower case(\"abX\")", "\"abx\"")]
    [InlineData("substring(\"广东省广州市\", 4)", "\"广州市\"")]
    [InlineData("substring(\"广东省广州市\", 4, 2)", "\"广州\"")]
    [InlineData("substring(\"广东省广州市\", -3, 2)", "\"广州\"")]
    [InlineData("substring(\"𠮷田\", 2)", "\"田\"")]
    [InlineData("substring(\"甲\", 9)", "\"\"")]
    [InlineData("substring(\"甲乙\", -9)", "\"甲乙\"")]
    [InlineData("substring(\"甲\", 0)", "null")]
    [InlineData("number(\" 12.5 \")", "12.5")]
    [InlineData("number(\"12岁\")", "null")]
    [InlineData("string(12.50)", "\"12.5\"")]
    [InlineData("string(date(\"2026-01-02\"))", "\"2026-01-02\"")]
    [InlineData("string(missing)", "null")]
    [InlineData("abs(-3)", "3")]
    [InlineData("floor(-1.5)", "-2")]
    [InlineData("ceiling(1.2)", "2")]
    [InlineData("round(2.5)", "3")]
    [InlineData("round(-2.5)", "-3")]
    [InlineData("round(2.345, 2)", "2.35")]
    [InlineData("round(2, 29)", "null")]
    [InlineData("date(2026, 2, 29)", "null")]
    [InlineData("date(2024, 2, 29)", "\"2024-02-29\"")]
    [InlineData("date(\"2026-02-29\" + \"\")", "null")]
    [InlineData("today()", "\"2026-09-21\"")]
    [InlineData("today", "\"2026-09-21\"")]
    [InlineData("`today`", "\"1999-01-01\"")]
    [InlineData("years between(date(\"2000-02-29\"), date(\"2018-02-28\"))", "17")]
    [InlineData("years between(date(\"2000-02-29\"), date(\"2018-03-01\"))", "18")]
    [InlineData("years between(date(\"2018-03-01\"), date(\"2000-02-29\"))", "-18")]
    [InlineData("years between(missing, today())", "null")]
    [InlineData("days between(date(\"2026-09-30\"), date(\"2026-10-08\"))", "8")]
    [InlineData("age(born)", "36")]
    [InlineData("age(\"1990-09-21\")", "36")]
    [InlineData("age(\"1990-09-22\")", "35")]
    [InlineData("age(born, date(\"2008-02-28\"))", "18")]
    [InlineData("age(missing)", "null")]
    [InlineData("empty(blank)", "true")]
    [InlineData("empty(missing)", "true")]
    [InlineData("empty(noRows)", "true")]
    [InlineData("empty(kinds)", "false")]
    [InlineData("empty(0)", "false")]
    [InlineData("matches(\"13800138000\", \"^1[3-9][0-9]{9}$\")", "true")]
    [InlineData("matches(\"138\", \"^1[3-9][0-9]{9}$\")", "false")]
    [InlineData("matches(\"abc\", \"b\")", "true")]
    [InlineData("matches(\"abc\", \"b\" + \"c\")", "true")]
    [InlineData("matches(missing, \"b\")", "null")]
    [InlineData("`days` + 1", "6")]
    public void A_function_gives_this_value(string text, string json)
    {
        JsonNode.DeepEquals(Of(text).ToJson(), JsonNode.Parse(json)).ShouldBeTrue($"{text} gives {Of(text)}");
    }

    [Theory]
    [InlineData("answers.a + answers.b.c > other", "answers,other", "answers.a,answers.b.c,other")]
    [InlineData("some r in answers.rows satisfies r.amount > limit", "answers,limit", "answers.rows,answers.rows.amount,limit")]
    [InlineData("rows[i].amount = rows[1][\"x-y\"]", "i,rows", "i,rows.amount,rows.x-y")]
    [InlineData("some r in [a, b] satisfies r.c", "a,b", "a,b")]
    [InlineData("some r in rows, s in r.parts satisfies s.n = r", "rows", "rows,rows.parts,rows.parts.n")]
    [InlineData("`a.b`.c and age(born) > 3 and today() > x", "a.b,born,x", "a.b.c,born,x")]
    [InlineData("if a then [b] else -c in (d) and e between f and g", "a,b,c,d,e,f,g", "a,b,c,d,e,f,g")]
    public void An_expression_knows_what_it_reads(string text, string names, string paths)
    {
        var expression = Expression.Parse(text);
        expression.Names.Order(StringComparer.Ordinal).ShouldBe(names.Split(','));
        expression.Paths.Order(StringComparer.Ordinal).ShouldBe(paths.Split(','));
    }

    [Fact]
    public void An_applicants_answers_never_hide_what_the_program_supplies()
    {
        Of("name").ShouldBe("程序提供");
        Of("today()").ShouldBe(Today);
    }

    [Fact]
    public void Values_wrap_json_of_both_kinds_and_give_it_back()
    {
        const string json = """{"a":1.5,"b":[1,"x",null,true],"c":{"d":"e"},"f":null}""";
        var fromElement = Value.FromJson(JsonElement.Parse(json));
        var fromNode = Value.FromJson(JsonNode.Parse(json));
        fromElement.ShouldBe(fromNode);
        JsonNode.DeepEquals(fromElement.ToJson(), JsonNode.Parse(json)).ShouldBeTrue();
        fromElement.ToString().ShouldBe(json);
        Value.FromJson(new JsonObject { ["n"] = 5, ["l"] = 5L, ["d"] = 5.0, ["s"] = "五" })["l"].ShouldBe(5);
        Value.FromJson(JsonElement.Parse("1e400")).ShouldBe(Value.Null);
        Value.FromJson((JsonNode?)null).ShouldBe(Value.Null);
    }
}
