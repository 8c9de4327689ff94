using Kapok.Foundation.Expressions;
using Shouldly;
using Xunit;

namespace Kapok.Tests.Foundation.Expressions;

public class ExpressionLimitTests
{
    private static readonly DictionaryScope Nothing = new(new Dictionary<string, Value>());

    [Theory]
    [InlineData("", 0, "空")]
    [InlineData("   ", 0, "空")]
    [InlineData("1 +", 3, "到此为止")]
    [InlineData("1 2", 2, "应当结束")]
    [InlineData("a == 1", 2, "“等于”请写 =")]
    [InlineData("a && b", 2, "and")]
    [InlineData("!a", 0, "not(…)")]
    [InlineData("not a", 0, "not(…)")]
    [InlineData("a = '甲'", 4, "双引号")]
    [InlineData("（a）", 0, "半角")]
    [InlineData("a ≥ 1", 2, ">=")]
    [InlineData("a = \"甲", 4, "结尾的双引号")]
    [InlineData("`a", 0, "反引号")]
    [InlineData("\"\\x\"", 1, "反斜杠")]
    [InlineData("1 < a < 3", 6, "between")]
    [InlineData("a in (1, 2", 10, "“)”")]
    [InlineData("if a then b", 11, "else")]
    [InlineData("some x in xs", 12, "satisfies")]
    [InlineData("some in in xs satisfies true", 5, "变量名")]
    [InlineData("length(a)", 0, "没有名为“length”的函数")]
    [InlineData("count()", 0, "至少要 1 个参数，这里有 0 个")]
    [InlineData("contains(a)", 0, "要 2 个参数")]
    [InlineData("today(1)", 0, "没有参数")]
    [InlineData("3岁", 1, "不能直接跟文字")]
    [InlineData("a # b", 2, "不认识的符号“#”")]
    [InlineData("a.1", 2, "名称")]
    [InlineData("a or and b", 5, "缺少一个值")]
    [InlineData("99999999999999999999999999999999999", 0, "太长")]
    [InlineData("date(\"2026-02-30\")", -1, "不是有效日期")]
    [InlineData("matches(a, \"(\")", -1, "正则")]
    [InlineData("matches(a, \"(?=x)\")", -1, "断言")]
    public void A_faulty_text_is_refused_with_place_and_advice(string text, int position, string says)
    {
        Expression.TryParse(text, out var expression, out var fault).ShouldBeFalse();
        expression.ShouldBeNull();
        fault!.Position.ShouldBe(position);
        fault.Message.ShouldContain(says);
    }

    [Fact]
    public void Length_and_nesting_are_limited()
    {
        Expression.TryParse(new string(' ', 3_999) + "1", out _, out _).ShouldBeTrue();
        Expression.TryParse(new string(' ', 4_000) + "1", out _, out var tooLong).ShouldBeFalse();
        tooLong!.Message.ShouldContain("4,000");
        Expression.TryParse(new string('(', 63) + "1" + new string(')', 63), out _, out _).ShouldBeTrue();
        foreach (var deep in new[] { new string('(', 64) + "1" + new string(')', 64), new string('-', 65) + "1", new string('[', 500), string.Concat(Enumerable.Repeat("if a then 1 else ", 70)) + "1" })
        {
            Expression.TryParse(deep, out _, out var fault).ShouldBeFalse();
            fault!.Message.ShouldContain("嵌套太深");
        }
    }

    [Fact]
    public void Long_chains_fit_a_small_stack_or_are_refused()
    {
        string[] chains = ["1" + string.Concat(Enumerable.Repeat("+1", 250)), "x" + string.Concat(Enumerable.Repeat(".x", 250)), "no" + string.Concat(Enumerable.Repeat(" or no", 600))];
        var results = new List<Value>();
        var thread = new Thread(() =>
        {
            foreach (var chain in chains)
            {
                var expression = Expression.Parse(chain);
                expression.ShouldBe(Expression.Parse(expression.ToString()));
                expression.Paths.Count.ShouldBeLessThan(2);
                results.Add(expression.Evaluate(Nothing));
            }
        }, maxStackSize: 512 * 1024);
        thread.Start();
        thread.Join();
        results.ShouldBe([251, Value.Null, false]);
        foreach (var chain in new[] { "1" + string.Concat(Enumerable.Repeat("+1", 1_999)), "x" + string.Concat(Enumerable.Repeat("[1]", 999)) })
        {
            Expression.TryParse(chain, out _, out var fault).ShouldBeFalse();
            fault!.Message.ShouldContain("连写太长");
        }
    }

    [Fact]
    public void Work_is_limited_instead_of_endless()
    {
        var many = new DictionaryScope(new Dictionary<string, Value> { ["xs"] = Value.Of([.. Enumerable.Range(0, 400).Select(i => Value.Of((decimal)i))]) });
        Expression.Parse("some a in xs, b in xs satisfies a + b < 0").Evaluate(new DictionaryScope(new Dictionary<string, Value>())).ShouldBe(false);
        Should.Throw<ExpressionFault>(() => Expression.Parse("some a in xs, b in xs satisfies a + b < 0").Evaluate(many)).Message.ShouldContain("计算量太大");
        Should.Throw<ExpressionFault>(() => Expression.Parse("every a in xs satisfies count(xs) = 400").Evaluate(many)).Message.ShouldContain("计算量太大");
        Expression.Parse("some a in xs satisfies a = 399").IsTrue(many).ShouldBeTrue();
    }

    [Fact]
    public void A_hostile_pattern_costs_no_more_than_its_text()
    {
        var scope = new DictionaryScope(new Dictionary<string, Value> { ["x"] = new string('a', 5_000) + "!" });
        Expression.Parse("matches(x, \"^(a+)+$\")").IsTrue(scope).ShouldBeFalse();
        Should.Throw<ExpressionFault>(() => Expression.Parse("matches(x, \"(\" + \"\")").Evaluate(scope));
    }
}
