using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Kapok.Foundation;
using Kapok.Foundation.Expressions;
using Kapok.Foundation.Packages;

namespace Kapok.Cases.Documents;

/// <summary>A scope that shows answers as people read them: the label of a choice, the name of a place.</summary>
interface IShownAnswers
{
    /// <returns>The answer at a path such as <c>answers.rows[0].kind</c> in words, or null when it is no answer.</returns>
    string? Shown(string path);
}

/// <summary>
/// A template of a decision, notice or receipt (documents/*.yaml of a package): Markdown with expressions in double
/// braces. Values are text: neither HTML nor Markdown in them has effect.
/// </summary>
public sealed partial class DocumentTemplate
{
    readonly ImmutableArray<Piece> pieces;

    DocumentTemplate(Source source, ImmutableArray<Piece> pieces) => (Id, Kind, Title, Number, Signature, this.pieces) = (source.Id, source.Kind, source.Title, source.Number, source.Signature, pieces);

    public string Id { get; }
    public string Kind { get; }
    public string Title { get; }
    /// <summary>Pattern of the document number, for example <c>粤{divisionShort}食许〔{year}〕{serial:4}号</c>; empty = none.</summary>
    public string Number { get; }
    public SignatureBlock Signature { get; }
    public bool Serial => Number.Contains("{serial", StringComparison.Ordinal);

    /// <summary>Paths the template reads, for checking that something supplies them.</summary>
    public IEnumerable<string> Paths => Expressions(pieces).SelectMany(e => e.Paths).Distinct();

    public sealed record SignatureBlock
    {
        public bool Organisation { get; init; }
        public bool Date { get; init; }
        public bool Seal { get; init; }
    }

    sealed record Source
    {
        public string Id { get; init; } = "";
        public string Kind { get; init; } = "decision";
        public string Title { get; init; } = "";
        public string Number { get; init; } = "";
        public string Body { get; init; } = "";
        public SignatureBlock Signature { get; init; } = new();
    }

    abstract record Piece;
    sealed record Literal(string Text) : Piece;
    sealed record Show(Expression Value) : Piece;
    sealed record If(Expression Condition, ImmutableArray<Piece> Then) : Piece;
    sealed record Each(Expression List, ImmutableArray<Piece> Body) : Piece;

    /// <summary>Reads a template; every fault names the file and line.</summary>
    public static Outcome<DocumentTemplate> Parse(string file, string yaml)
    {
        var source = Yaml.Read<Source>(file, yaml);
        if (!source.Ok) return source.As<DocumentTemplate>();
        var faults = new List<Fault>();
        var (s, offset) = (source.Value!, BodyLine(yaml));
        if (s.Id.Length == 0) faults.Add(new(file, "缺少 id"));
        if (s.Title.Length == 0) faults.Add(new(file, "缺少 title"));
        if (s.Kind is not ("decision" or "notice" or "receipt")) faults.Add(new(file, $"kind 应为 decision、notice 或 receipt，不是 {s.Kind}"));
        foreach (Match m in NumberPart().Matches(s.Number))
            if (m.Groups[1].Value.Split(':')[0] is not ("divisionShort" or "year" or "serial" or "organisationShort")) faults.Add(new(file, $"number 里不认识 {m.Value}"));
        var pieces = new Parser(s.Body, file, offset, faults).Parse();
        if (faults.Count == 0 && !ShowsEverything(pieces)) faults.Add(new(file, "正文里有 {{…}} 放在显示不出来的地方，例如链接的地址里"));
        return faults.Count > 0 ? Outcome<DocumentTemplate>.Invalid(faults) : new DocumentTemplate(s, pieces);
    }

    static int BodyLine(string yaml)
    {
        var lines = yaml.Split('\n');
        return Array.FindIndex(lines, l => l.StartsWith("body:", StringComparison.Ordinal)) + 1;
    }

    /// <summary>The number for these facts.</summary>
    public string NumberFor(string divisionShort, string organisationShort, int year, int serial) => NumberPart().Replace(Number, m =>
    {
        var parts = m.Groups[1].Value.Split(':');
        return parts[0] switch
        {
            "divisionShort" => divisionShort,
            "organisationShort" => organisationShort,
            "year" => year.ToString(CultureInfo.InvariantCulture),
            _ => serial.ToString(parts.Length > 1 ? "D" + parts[1] : "D", CultureInfo.InvariantCulture),
        };
    });

    /// <summary>Inside <c>{{#each}}</c>: fields of the item by name, <c>this</c> and <c>index</c>, then the outer names.</summary>
    sealed class ItemScope(IScope outer, Value item, string list, int index) : IScope, IShownAnswers
    {
        public string? Shown(string path) => path is "this" or "index" ? null
            : (outer as IShownAnswers)?.Shown(path.StartsWith("answers.", StringComparison.Ordinal) ? path : $"{list}[{index - 1}].{path}");

        public DateOnly? Today => outer.Today;
        public Value Get(string name)
        {
            if (name == "this") return item;
            if (name == "index") return Value.Of(index);
            var own = item[name];
            return own.IsNull ? outer.Get(name) : own;
        }
    }

    static IEnumerable<Expression> Expressions(ImmutableArray<Piece> pieces) => pieces.SelectMany(p => p switch
    {
        Show s => [s.Value],
        If i => Expressions(i.Then).Prepend(i.Condition),
        Each e => Expressions(e.Body).Prepend(e.List),
        _ => Enumerable.Empty<Expression>(),
    });

    [GeneratedRegex(@"\{([^}]*)\}")]
    private static partial Regex NumberPart();
}
