using Kapok.Catalogue.Content;
using Kapok.Foundation;

namespace Kapok.Documents.Layout;

/// <summary>
/// How a kind of document looks (<c>layouts/*.yaml</c> of a package; docs/documents.md). Parsed and checked; immutable.
/// <see cref="TemplatePrinter"/> prints with it.
/// </summary>
public sealed class Template
{
    internal Template(string file, string id, Words title, PageSetting page, IReadOnlyList<Block> blocks, Words watermark, TextStyle watermarkStyle, WrittenMap? sample) =>
        (File, Id, TitleWords, Page, Blocks, Watermark, WatermarkStyle, Sample) = (file, id, title, page, blocks, watermark, watermarkStyle, sample);

    /// <param name="Body">Where flowing text stands.</param>
    internal sealed record PageSetting(double Width, double Height, Area Body);

    public string File { get; }
    public string Id { get; }
    public double Width => Page.Width;
    public double Height => Page.Height;
    internal Words TitleWords { get; }
    internal PageSetting Page { get; }
    internal IReadOnlyList<Block> Blocks { get; }
    internal Words Watermark { get; }
    internal TextStyle WatermarkStyle { get; }
    /// <summary>Values for the preview, as the template gives them.</summary>
    internal WrittenMap? Sample { get; }

    /// <summary>Names it reads, for example <c>fields.operator</c>, with the place of each.</summary>
    public IEnumerable<(string Path, string Where)> Reads =>
        Blocks.SelectMany(b => b.Expressions).Concat(new[] { TitleWords, Watermark }.SelectMany(w => w.Pieces).Where(p => p.Value is not null).Select(p => (Value: p.Value!, p.Where)))
            .SelectMany(e => e.Value.Paths.Select(p => (p, e.Where)));

    /// <summary>The title with the sample's values; the id where that says nothing.</summary>
    public string SampleTitle => TitleWords.Compose(Layout.Sample.Scope(this)).Text is { Length: > 0 } title ? title : Id;

    /// <summary>Names of seals it keeps a place for.</summary>
    public IEnumerable<string> Seals => Blocks.OfType<SealBlock>().Select(s => s.Name);

    /// <summary>Reads a template. Every fault names file and line.</summary>
    /// <param name="pictures">A file of the package by its name beside the template; null when there is none.</param>
    public static Outcome<Template> Parse(string file, string yaml, Func<string, byte[]?>? pictures = null)
    {
        var written = WrittenText.Yaml(file, yaml);
        if (!written.Ok) return written.As<Template>();
        if (written.Value is not WrittenMap map) return Outcome<Template>.No(Refusal.Invalid, "应为一个版式模板：一组字段", file);
        var faults = new List<Fault>();
        var template = new TemplateReader(file, pictures ?? (_ => null), faults).Read(map);
        return faults.Count > 0 ? Outcome<Template>.Invalid(faults) : template;
    }

    /// <summary>Names the template reads that nobody supplies, each with file and line.</summary>
    /// <param name="supplied">Full names such as <c>licence.number</c>; a name stands for everything below it too.</param>
    public IEnumerable<Fault> Unsupplied(IReadOnlyCollection<string> supplied)
    {
        foreach (var (path, where) in Reads.Distinct())
        {
            if (path is "page" or "pages" || supplied.Any(s => s == path || path.StartsWith(s + ".", StringComparison.Ordinal) || s.StartsWith(path + ".", StringComparison.Ordinal))) continue;
            var root = path[..(path.IndexOf('.') is > 0 and var dot ? dot : path.Length)];
            var near = supplied.Where(s => s.StartsWith(root + ".", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Take(12).ToList();
            yield return new(where, $"没有提供 {path}{(near.Count > 0 ? $"；这里可以用 {string.Join("、", near)}" : "")}");
        }
    }
}
