using System.Diagnostics.CodeAnalysis;

namespace Kapok.Foundation.Expressions;

/// <summary>
/// A condition or formula in the subset of FEEL (DMN 1.3) that packages are written in; the language is listed in docs/packages.md.
/// Immutable and safe to share between threads; parse once, evaluate often.
/// </summary>
/// <remarks>
/// What is missing, precisely:
/// a name or member that is not there is null. A comparison (also <c>!=</c>, <c>in</c>, <c>between</c>) with a null value is false,
/// except against the literal: <c>x = null</c>, <c>x != null</c>, <c>x in (1, null)</c>. <c>and</c>, <c>or</c>, <c>if</c> take
/// everything but true as false; <c>not</c> of anything but a boolean is null, which is not true either. Arithmetic with null, division by
/// zero and overflow are null. For <c>some</c>, <c>every</c>, <c>count</c> and <c>sum</c> null is a list without items.
/// A text written <c>yyyy-MM-dd</c> stands for a date wherever it meets a date, because JSON has none; <c>date - date</c> is a number of days.
/// A member of a list is the list of that member: <c>sum(rows.amount)</c>.
/// </remarks>
public sealed class Expression : IEquatable<Expression>
{
    private readonly Evaluator evaluator;
    private readonly int locals;
    private Reads? reads;

    private Expression(Syntax root)
    {
        Root = root;
        var compiler = new Compiler();
        evaluator = compiler.Compile(root);
        locals = compiler.Locals;
    }

    public Syntax Root { get; }

    /// <summary>The root names it reads, e.g. <c>answers</c>; variables of quantifiers are not among them.</summary>
    public IReadOnlySet<string> Names => (reads ??= new Reads(Root)).Names;

    /// <summary>The full paths it reads, e.g. <c>answers.rows.amount</c>; an item number in a path is left out.</summary>
    public IReadOnlySet<string> Paths => (reads ??= new Reads(Root)).Paths;

    /// <exception cref="ExpressionFault">The text is not an expression, is longer than 4,000 characters or nests deeper than 64 levels.</exception>
    public static Expression Parse(string text) => new(Parser.Parse(text));

    public static bool TryParse(string text, [NotNullWhen(true)] out Expression? expression, [NotNullWhen(false)] out ExpressionFault? fault)
    {
        try
        {
            (expression, fault) = (Parse(text), null);
            return true;
        }
        catch (ExpressionFault found)
        {
            (expression, fault) = (null, found);
            return false;
        }
    }

    /// <exception cref="ExpressionFault">It looked at more than 100,000 items, or a computed pattern of <c>matches</c> is faulty.</exception>
    public Value Evaluate(IScope scope)
    {
        var frame = new Frame(scope, locals);
        return evaluator(ref frame);
    }

    /// <summary>Whether it evaluates to the boolean true; null is not true.</summary>
    /// <inheritdoc cref="Evaluate" path="/exception"/>
    public bool IsTrue(IScope scope) => Evaluate(scope).IsTrue;

    public bool Equals(Expression? other) => other is not null && Root.Equals(other.Root);
    public override bool Equals(object? other) => Equals(other as Expression);
    public override int GetHashCode() => Root.GetHashCode();

    /// <summary>The canonical text; parsing it gives an equal expression.</summary>
    public override string ToString() => Root.ToString();
}
