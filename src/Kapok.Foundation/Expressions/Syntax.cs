using System.Collections;

namespace Kapok.Foundation.Expressions;

/// <summary>The syntax tree of an expression. Records compare by structure.</summary>
public abstract record Syntax
{
    private Syntax(int height) => Height = height;

    /// <summary>Nodes on the longest way down, which is how deep evaluating calls itself; a chain of <c>and</c> or of <c>or</c> counts once.</summary>
    internal int Height { get; }

    /// <summary>A number, text, true, false or null.</summary>
    public sealed record Literal(Value Value) : Syntax(1);

    /// <summary>A root name, or the variable of an enclosing <c>some</c> or <c>every</c>.</summary>
    public sealed record Name(string Text) : Syntax(1);

    /// <summary><c>target.member</c>, also written <c>target["member"]</c>.</summary>
    public sealed record Path(Syntax Target, string Member) : Syntax(Target.Height + 1);

    /// <summary><c>target[key]</c>: item by number from 1, or member by a computed name.</summary>
    public sealed record Index(Syntax Target, Syntax Key) : Syntax(Math.Max(Target.Height, Key.Height) + 1);

    public sealed record List(Nodes Items) : Syntax(Items.Height + 1);

    public sealed record Negate(Syntax Operand) : Syntax(Operand.Height + 1);

    public sealed record Binary(Operator Operator, Syntax Left, Syntax Right)
        : Syntax(Math.Max(Left.Height + (Continues(Left, Operator) ? 0 : 1), Right.Height + 1));

    /// <summary><c>value in (tests)</c>: true when the value equals a test or is an item of a test that is a list.</summary>
    public sealed record In(Syntax Value, Nodes Tests) : Syntax(Math.Max(Value.Height, Tests.Height) + 1);

    public sealed record Between(Syntax Value, Syntax Low, Syntax High) : Syntax(Math.Max(Value.Height, Math.Max(Low.Height, High.Height)) + 1);

    public sealed record If(Syntax Condition, Syntax Then, Syntax Else) : Syntax(Math.Max(Condition.Height, Math.Max(Then.Height, Else.Height)) + 1);

    /// <summary><c>some|every variable in domain satisfies condition</c>.</summary>
    public sealed record Quantified(bool Every, string Variable, Syntax Domain, Syntax Condition) : Syntax(Math.Max(Domain.Height, Condition.Height) + 1);

    public sealed record Call(string Function, Nodes Arguments) : Syntax(Arguments.Height + 1);

    /// <summary>The expression in its canonical form: parsing it gives the same tree again.</summary>
    public sealed override string ToString() => Printer.Print(this);

    private static bool Continues(Syntax left, Operator chain) =>
        chain is Operator.And or Operator.Or && left is Binary binary && binary.Operator == chain;
}

public enum Operator { Or, And, Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual, Add, Subtract, Multiply, Divide, Power }

/// <summary>A list of nodes that compares item by item.</summary>
public sealed class Nodes(params IReadOnlyList<Syntax> items) : IReadOnlyList<Syntax>, IEquatable<Nodes>
{
    public int Count => items.Count;
    internal int Height { get; } = items.Count == 0 ? 0 : items.Max(i => i.Height);
    public Syntax this[int index] => items[index];
    public IEnumerator<Syntax> GetEnumerator() => items.GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => items.GetEnumerator();
    public bool Equals(Nodes? other) => other is not null && this.SequenceEqual(other);
    public override bool Equals(object? other) => Equals(other as Nodes);
    public override int GetHashCode() => items.Count == 0 ? 0 : HashCode.Combine(items.Count, items[0]);
}
