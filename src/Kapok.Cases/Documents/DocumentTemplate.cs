using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Kapok.Foundation;
using Kapok.Foundation.Expressions;
using Kapok.Foundation.Packages;
using Markdig;

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
    static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().DisableHtml().Build();

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
        return faults.Count > 0 ? Outcome<DocumentTemplate>.Invalid(faults) : new DocumentTemplate(s, pieces);
    }

    static int BodyLine(string yaml)
    {
        var lines = yaml.Split('\n');
        return Array.FindIndex(lines, l => l.StartsWith("body:", StringComparison.Ordinal)) + 1;
    }

    /// <summary>The body as HTML, safe to show.</summary>
    public string Render(IScope scope)
    {
        var markdown = new StringBuilder();
        Write(pieces, scope, markdown);
        return Markdown.ToHtml(markdown.ToString(), Pipeline);
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

    static void Write(ImmutableArray<Piece> pieces, IScope scope, StringBuilder to)
    {
        foreach (var piece in pieces)
            switch (piece)
            {
                case Literal l: to.Append(l.Text); break;
                case Show s: to.Append(Escape((scope as IShownAnswers)?.Shown(s.Value.ToString()) ?? s.Value.Evaluate(scope).ToString() ?? "")); break;
                case If i: if (i.Condition.IsTrue(scope)) Write(i.Then, scope, to); break;
                case Each e:
                    var index = 0;
                    foreach (var item in e.List.Evaluate(scope).Items) Write(e.Body, new ItemScope(scope, item, e.List.ToString(), ++index), to);
                    break;
            }
    }

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

    static string Escape(string value)
    {
        var result = new StringBuilder(value.Length + 8);
        foreach (var c in value)
        {
            if (c is '\r') continue;
            if (c is '\n') { result.Append(' '); continue; }
            if (c is '\\' or '`' or '*' or '_' or '{' or '}' or '[' or ']' or '(' or ')' or '#' or '+' or '!' or '|' or '~' or '<' or '>' or '&') result.Append('\\');
            result.Append(c);
        }
        return result.ToString();
    }

    static IEnumerable<Expression> Expressions(ImmutableArray<Piece> pieces) => pieces.SelectMany(p => p switch
    {
        Show s => [s.Value],
        If i => Expressions(i.Then).Prepend(i.Condition),
        Each e => Expressions(e.Body).Prepend(e.List),
        _ => Enumerable.Empty<Expression>(),
    });

    sealed class Parser(string body, string file, int offset, List<Fault> faults)
    {
        int at;

        public ImmutableArray<Piece> Parse()
        {
            var pieces = Block(null);
            return pieces;
        }

        ImmutableArray<Piece> Block(string? end)
        {
            var pieces = ImmutableArray.CreateBuilder<Piece>();
            while (at < body.Length)
            {
                var open = body.IndexOf("{{", at, StringComparison.Ordinal);
                if (open < 0) { pieces.Add(new Literal(body[at..])); at = body.Length; break; }
                if (open > at) pieces.Add(new Literal(body[at..open]));
                var close = body.IndexOf("}}", open, StringComparison.Ordinal);
                if (close < 0) { Fault(open, "“{{”没有配对的“}}”"); at = body.Length; break; }
                var inner = body[(open + 2)..close].Trim();
                at = close + 2;
                if (inner == end) return pieces.ToImmutable();
                if (inner.StartsWith("#each ", StringComparison.Ordinal)) { SkipLineEnd(); if (Read(inner[6..], open) is { } list) pieces.Add(new Each(list, Block("/each"))); }
                else if (inner.StartsWith("#if ", StringComparison.Ordinal)) { SkipLineEnd(); if (Read(inner[4..], open) is { } condition) pieces.Add(new If(condition, Block("/if"))); }
                else if (inner.StartsWith('/')) Fault(open, $"多出来的 {{{{{inner}}}}}");
                else if (Read(inner, open) is { } value) pieces.Add(new Show(value));
                if (inner.StartsWith('#') || inner.StartsWith('/')) SkipLineEnd();
            }
            if (end is not null) Fault(body.Length - 1, $"缺少 {{{{{end}}}}}");
            return pieces.ToImmutable();
        }

        // A line that holds only a block mark leaves no empty line behind: it would end a table.
        void SkipLineEnd()
        {
            if (at < body.Length && body[at] == '\n' && StandsAlone()) at++;
        }

        bool StandsAlone()
        {
            var open = body.LastIndexOf("{{", at - 1, StringComparison.Ordinal);
            return open <= 0 || body[open - 1] == '\n';
        }

        Expression? Read(string text, int position)
        {
            if (Expression.TryParse(text, out var expression, out var fault)) return expression;
            Fault(position, $"表达式“{text}”不正确：{fault!.Message}");
            return null;
        }

        void Fault(int position, string message) => faults.Add(new($"{file}:{offset + body.AsSpan(0, Math.Clamp(position, 0, body.Length)).Count('\n') + 1}", message));
    }

    [GeneratedRegex(@"\{([^}]*)\}")]
    private static partial Regex NumberPart();
}
