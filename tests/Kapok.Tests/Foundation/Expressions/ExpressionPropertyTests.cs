using FsCheck;
using FsCheck.Fluent;
using Kapok.Foundation.Expressions;
using Shouldly;
using Xunit;

namespace Kapok.Tests.Foundation.Expressions;

public class ExpressionPropertyTests
{
    private static readonly Gen<string> Names = Gen.Elements("a", "b", "经营面积", "x-y", "today", "years", "in", "not", "count", "_1", "甲 乙", "𠮷");
    private static readonly Gen<string> Texts = Gen.Elements("", "甲", "a\"b", "c\\d", "行\n次\t", "`", "2026-01-31", "x-y");

    private static Gen<Syntax> Trees(int size)
    {
        var leaf = Gen.OneOf(
            Gen.Elements(0m, 1m, 2.5m, 100m).Select(n => (Syntax)new Syntax.Literal(n)),
            Texts.Select(t => (Syntax)new Syntax.Literal(t)),
            Gen.Elements(Value.True, Value.False, Value.Null).Select(v => (Syntax)new Syntax.Literal(v)),
            Names.Select(n => (Syntax)new Syntax.Name(n)));
        if (size == 0) return leaf;
        var inner = Trees(size - 1);
        var few = Gen.Choose(0, 3).SelectMany(n => inner.ArrayOf(n)).Select(items => new Nodes(items));
        return Gen.OneOf(
            leaf,
            inner.SelectMany(t => Gen.OneOf(Names, Texts), (t, m) => (Syntax)new Syntax.Path(t, m)),
            // A text in brackets is read as a member, so an index has any other key.
            inner.SelectMany(t => inner, (t, k) => k is Syntax.Literal { Value.AsText: { } m } ? new Syntax.Path(t, m) : (Syntax)new Syntax.Index(t, k)),
            few.Select(items => (Syntax)new Syntax.List(items)),
            inner.Select(t => (Syntax)new Syntax.Negate(t)),
            Gen.Elements(Enum.GetValues<Operator>()).SelectMany(o => inner.SelectMany(l => inner, (l, r) => (Syntax)new Syntax.Binary(o, l, r))),
            inner.SelectMany(v => few, (v, tests) => (Syntax)new Syntax.In(v, tests)),
            inner.SelectMany(v => inner.SelectMany(l => inner, (l, h) => (Syntax)new Syntax.Between(v, l, h))),
            inner.SelectMany(c => inner.SelectMany(t => inner, (t, e) => (Syntax)new Syntax.If(c, t, e))),
            Gen.Elements(true, false).SelectMany(every => Names.SelectMany(v => inner.SelectMany(d => inner, (d, c) => (Syntax)new Syntax.Quantified(every, v, d, c)))),
            Gen.Elements("not", "abs", "age", "string length", "empty", "sum").SelectMany(f => inner, (f, a) => (Syntax)new Syntax.Call(f, new Nodes(a))),
            Gen.Elements("days between", "years between", "contains", "min", "substring").SelectMany(f => inner.SelectMany(a => inner, (a, b) => (Syntax)new Syntax.Call(f, new Nodes(a, b)))),
            Gen.Constant((Syntax)new Syntax.Call("today", new Nodes())));
    }

    private static readonly Arbitrary<Syntax> AnyTree = Trees(3).ToArbitrary();

    private static readonly DictionaryScope Scope = new(new Dictionary<string, Value>
    {
        ["a"] = 3, ["b"] = Value.Of([1, 2, Value.Null, "甲"]), ["经营面积"] = 80.5m, ["x-y"] = true, ["in"] = "2026-01-31",
        ["count"] = Value.Of(new Dictionary<string, Value> { ["a"] = 1, ["x-y"] = "b" }),
    }, new DateOnly(2026, 9, 21));

    [Fact]
    public void Printing_and_parsing_again_gives_the_same_tree() =>
        Prop.ForAll(AnyTree, tree => tree.ToString().Length > 4_000 || Expression.Parse(tree.ToString()).Root.Equals(tree))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void Evaluating_any_tree_gives_a_value_and_the_same_value_again() =>
        Prop.ForAll(AnyTree, tree =>
        {
            if (tree.ToString().Length > 4_000) return true;
            var expression = Expression.Parse(tree.ToString());
            return expression.Evaluate(Scope).Equals(expression.Evaluate(Scope)) && expression.IsTrue(Scope) == (expression.Evaluate(Scope) == true);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void Any_text_parses_or_is_refused_with_a_place_inside_it()
    {
        var pieces = Gen.Elements("1", "a", "\"", "`", "(", ")", "[", "]", ".", ",", " and ", " in ", " between ", "if ", " then ", " else ", "some ", " satisfies ",
            "-", "**", "=", "!", "<", "\\u12", "\ud842", "，", "years between", "(", " not(", "date(", "today", "\0");
        Prop.ForAll(Gen.Choose(0, 15).SelectMany(n => pieces.ArrayOf(n)).Select(string.Concat).ToArbitrary(), text =>
            Expression.TryParse(text, out var expression, out var fault)
                ? Expression.Parse(expression.ToString()).Equals(expression)
                : fault.Position >= -1 && fault.Position <= text.Length && fault.Message.Length > 0)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));
    }

    [Fact]
    public void Order_and_equality_of_numbers_agree_with_decimal() =>
        Prop.ForAll<int, int>((a, b) =>
        {
            var scope = new DictionaryScope(new Dictionary<string, Value> { ["a"] = a / 100m, ["b"] = b / 100m });
            bool Is(string text) => Expression.Parse(text).IsTrue(scope);
            return Is("a < b") == a < b && Is("a <= b") == a <= b && Is("a = b") == (a == b) && Is("a != b") == (a != b)
                && Is("a between b and b + 1") == (a >= b && a <= b + 100) && Is("not(a > b)") == a <= b;
        }).QuickCheckThrowOnFailure();
}
