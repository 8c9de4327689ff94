using System.Collections.Immutable;

namespace Kapok.Catalogue.Linting;

public enum Severity
{
    /// <summary>Better otherwise; publication needs a word why not.</summary>
    Warning,

    /// <summary>Must be mended before publication.</summary>
    Error,
}

/// <summary>One thing the linter has to say about an item.</summary>
/// <param name="Rule">Stable id, <c>time.promised-over-legal</c>.</param>
/// <param name="Field">Path in the content, <c>materials[2].copies</c>; empty for the whole item.</param>
/// <param name="Message">What is wrong, a Chinese sentence.</param>
/// <param name="Mend">What to do about it.</param>
public sealed record Finding(string Rule, Severity Severity, string Field, string Message, string Mend)
{
    public bool IsError => Severity == Severity.Error;
}

/// <summary>What the linter must know besides the item itself. A null set means "unknown here": rules that need it stay silent.</summary>
/// <param name="Today">Date by which legal bases must be in force.</param>
public sealed record LintContext(DateOnly Today)
{
    public IReadOnlySet<string>? Lines { get; init; }
    public IReadOnlySet<string>? LifeEvents { get; init; }

    /// <summary>Basic codes of items that exist.</summary>
    public Func<string, bool>? ItemExists { get; init; }

    /// <summary>Names of the questions of a form, by the form's name; null for a form nobody knows.</summary>
    public Func<string, IReadOnlySet<string>?>? FormFields { get; init; }

    /// <summary>Words of material names that a registered licence stands for, beside the usual ones.</summary>
    public IReadOnlyList<(string Word, string Licence)> Licences { get; init; } = [];

    /// <summary>The content is that of an implementation, which people visit and call.</summary>
    public bool IsImplementation { get; init; }
}

/// <summary>
/// The linter of the catalogue: everything that is wrong or could be kinder about an item, before it is published.
/// Pure. Errors block publication; a warning needs a word.
/// </summary>
public static class Lint
{
    public static IReadOnlyList<Finding> Check(ItemContent item, LintContext context)
    {
        var findings = new Findings();
        StructureRules.Check(item, context, findings);
        ConsistencyRules.Check(item, context, findings);
        ExpressionRules.Check(item, context, findings);
        TextRules.Check(item, findings);
        return findings.ToList();
    }
}

/// <summary>Collects findings, errors first in the end.</summary>
sealed class Findings
{
    readonly List<Finding> list = [];

    public void Error(string rule, string field, string message, string mend) => list.Add(new(rule, Severity.Error, field, message, mend));
    public void Warn(string rule, string field, string message, string mend) => list.Add(new(rule, Severity.Warning, field, message, mend));
    public ImmutableArray<Finding> ToList() => [.. list.OrderByDescending(f => f.Severity)];
}
