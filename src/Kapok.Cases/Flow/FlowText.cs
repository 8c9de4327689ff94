using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Flow;

/// <summary>An expression of the flow, parsed once; keeps its text for pictures and faults.</summary>
public sealed class FlowCondition
{
    private readonly Expression expression;

    private FlowCondition(string text, Expression expression) => (Text, this.expression) = (text, expression);

    /// <summary>As the author wrote it, without the leading <c>=</c> some editors add.</summary>
    public string Text { get; }

    /// <exception cref="ExpressionFault">The text is no expression; the message says why, in Chinese.</exception>
    public static FlowCondition Parse(string text)
    {
        text = text.Trim();
        if (text.StartsWith('=')) text = text[1..].TrimStart();
        return new(text, Expression.Parse(text));
    }

    /// <summary>Root names it reads, e.g. <c>outcome</c>, <c>answers</c>.</summary>
    public IReadOnlySet<string> Names => expression.Names;

    /// <summary>True only for the boolean true; null and every other kind count as not true.</summary>
    /// <exception cref="ExpressionFault">The expression asks for too much work.</exception>
    public bool IsTrue(IScope scope) => expression.IsTrue(scope);

    /// <exception cref="ExpressionFault">The expression asks for too much work.</exception>
    public Value Evaluate(IScope scope) => expression.Evaluate(scope);

    public override string ToString() => Text;
}

/// <summary>An attribute that is either literal text or, when it begins with <c>=</c>, an expression.</summary>
public sealed record FlowText
{
    private FlowText(string? literal, FlowCondition? computed) => (Literal, Computed) = (literal, computed);

    /// <summary>The text itself; null when it is computed.</summary>
    public string? Literal { get; }

    /// <summary>The expression; null when the text is literal.</summary>
    public FlowCondition? Computed { get; }

    /// <exception cref="ExpressionFault">The part after <c>=</c> is no expression.</exception>
    public static FlowText Parse(string text) =>
        text.StartsWith('=') ? new(null, FlowCondition.Parse(text)) : new(text, null);

    /// <summary>The text for these variables; null when the expression gives null.</summary>
    public string? Read(IScope scope)
    {
        if (Computed is null) return Literal;
        var value = Computed.Evaluate(scope);
        return value.IsNull ? null : value.ToString();
    }
}
