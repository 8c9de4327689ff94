using System.Collections.Concurrent;
using Kapok.Documents.Fonts;
using Kapok.Foundation;
using Kapok.Foundation.Expressions;

namespace Kapok.Documents.Layout;

/// <summary>What one document says.</summary>
/// <param name="Values">Values of the names the template reads.</param>
/// <param name="Created">Goes into the metadata of the file.</param>
public sealed record PrintData(IScope Values, DateTimeOffset Created)
{
    public string Author { get; init; } = "";
    public string Subject { get; init; } = "";
    /// <summary>Named values inside the file (GB/T 36903).</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Data { get; init; } = [];
    public IReadOnlyList<PrintedAttachment> Attachments { get; init; } = [];
    /// <summary>Written across every page instead of the watermark of the template, for example 仅用于办理开户; null leaves that of the template.</summary>
    public string? Watermark { get; init; }
    /// <summary>A picture that belongs to the document, by the text its place in the template comes to.</summary>
    public Func<string, byte[]?> Picture { get; init; } = _ => null;
}

/// <summary>
/// Prints documents with a template and the fonts of this machine. What is the same in every document is set once and kept. Safe for many
/// threads; equal data gives an equal document.
/// </summary>
public sealed class TemplatePrinter(Template template, FontBook book)
{
    readonly TextSetter setter = new(book);
    readonly ConcurrentDictionary<(bool First, bool Last), (PrintedLayer? Layer, IReadOnlyList<Fault> Faults)> forms = new();

    public Template Template => template;

    /// <summary>A document; refused with every reason at once when something cannot be printed: a character no font has, a text that does not fit, a missing picture.</summary>
    public Outcome<PrintedDocument> Print(PrintData data)
    {
        if (book.Lack is { } lack) return Outcome<PrintedDocument>.No(Refusal.Unavailable, lack);
        var faults = new List<Fault>();
        var flow = new Flow(template, setter, data.Values, faults);
        var bodies = flow.Pages();
        var pages = new List<PrintedPage>(bodies.Count);
        var seals = new List<SealPlace>();
        for (var i = 0; i < bodies.Count && faults.Count == 0; i++)
        {
            var (first, last) = (i == 0, i == bodies.Count - 1);
            var (form, wrong) = forms.GetOrAdd((first, last), Form);
            faults.AddRange(wrong);
            var content = new List<PrintedObject>();
            var scope = new PageScope(data.Values, i + 1, bodies.Count);
            var placer = new Placer(setter, scope, data.Picture, faults);
            foreach (var block in template.Blocks.Where(b => Stands(b, first, last)))
                if (block is SealBlock { Keyword: null } seal) { if (Holds(block, scope)) seals.Add(new(seal.Name, i, seal.Area)); }
                else if (block is TableBlock { Place: { } place } table) { if (Holds(block, scope)) flow.Placed(table, place, scope, content); }
                else if (block is TextBlock or ShapeBlock or ImageBlock or QrBlock && !block.IsFixed && Holds(block, scope)) placer.Place(block, content);
            content.AddRange(bodies[i]);
            pages.Add(new(template.Width, template.Height, form, new(content), Mark(data, scope, faults)));
        }
        if (faults.Count == 0) seals.AddRange(KeywordSeals(pages, data.Values, faults));
        if (faults.Count > 0) return Outcome<PrintedDocument>.Invalid(faults);
        return new PrintedDocument
        {
            Title = template.TitleWords.Compose(data.Values).Text, Author = data.Author, Subject = data.Subject, Created = data.Created, Pages = pages, Data = data.Data, Attachments = data.Attachments, SealPlaces = seals,
        };
    }

    /// <summary>The template with the values its <c>sample</c> gives.</summary>
    /// <param name="watermark">Written across it, so that nobody takes it for a licence.</param>
    public Outcome<PrintedDocument> PrintSample(DateTimeOffset created, Func<string, byte[]?>? picture = null, string? watermark = null) =>
        Print(new(Sample.Scope(template), created) { Picture = picture ?? (_ => null), Watermark = watermark });

    internal static bool Holds(Block block, IScope scope) => block.When is not { } when || when.IsTrue(scope);

    static bool Stands(Block block, bool first, bool last) => block.On switch { OnPages.Every => true, OnPages.Last => last, _ => first };

    (PrintedLayer?, IReadOnlyList<Fault>) Form((bool First, bool Last) page)
    {
        var faults = new List<Fault>();
        var things = new List<PrintedObject>();
        var placer = new Placer(setter, Nothing.Scope, _ => null, faults);
        foreach (var block in template.Blocks.Where(b => b.IsFixed && Stands(b, page.First, page.Last))) placer.Place(block, things);
        return (things.Count > 0 ? new PrintedLayer(things) : null, faults);
    }

    /// <summary>The watermark three times across the page, leaning upward.</summary>
    PrintedLayer? Mark(PrintData data, IScope scope, List<Fault> faults)
    {
        var text = data.Watermark ?? template.Watermark.Compose(scope).Text;
        if (text.Trim().Length == 0) return null;
        var style = template.WatermarkStyle;
        var things = new List<PrintedObject>();
        if (setter.Fonts(style).WhyNot(text) is { } lacks) { faults.Add(new(template.File, lacks)); return null; }
        var angle = Math.Atan2(template.Height, template.Width) * 180 / Math.PI;
        var block = setter.Fit(new(text, [(0, null)]), style, Align.Left, Math.Sqrt(template.Width * template.Width + template.Height * template.Height) * 0.62, style.Size * style.LineHeight, 0.2);
        if (block is null) { faults.Add(new(template.File, "水印文字太长")); return null; }
        setter.Place(block, 0, 0, things);
        var width = block.Lines[0].Width;
        var (sin, cos) = Math.SinCos(angle * Math.PI / 180);
        var marks = new List<PrintedObject>();
        foreach (var at in (double[])[0.22, 0.5, 0.78])
        {
            // Around a point on the other diagonal, each run at its distance along the baseline.
            var (x, y) = (template.Width * at, template.Height * at);
            foreach (var run in things.Cast<PrintedText>())
                marks.Add(run with { X = x + (run.X - width / 2) * cos, Y = y - (run.X - width / 2) * sin, Angle = angle, Alpha = 36 });
        }
        return new(marks);
    }

    IEnumerable<SealPlace> KeywordSeals(List<PrintedPage> pages, IScope scope, List<Fault> faults)
    {
        foreach (var seal in template.Blocks.OfType<SealBlock>().Where(s => s.Keyword is not null && Holds(s, scope)))
        {
            var found = Enumerable.Range(0, pages.Count).SelectMany(i => (pages[i].Form?.Objects ?? []).Concat(pages[i].Content.Objects).OfType<PrintedText>().Select(t => (Page: i, Text: t))).LastOrDefault(t => t.Text.Text.Contains(seal.Keyword!, StringComparison.Ordinal));
            if (found.Text is not { } text) { faults.Add(new(seal.Where, $"找不到印章关键词“{seal.Keyword}”")); continue; }
            var start = text.Text.LastIndexOf(seal.Keyword!, StringComparison.Ordinal);
            double Along(int units) => text.Advances.Take(text.Text[..units].EnumerateRunes().Count()).Sum();
            var middle = text.X + (Along(start) + Along(start + seal.Keyword!.Length)) / 2;
            yield return new(seal.Name, found.Page, new(middle - seal.Area.Width / 2, text.Y - text.Size * 0.38 - seal.Area.Height / 2, seal.Area.Width, seal.Area.Height));
        }
    }
}

/// <summary>Page numbers beside the values of the document.</summary>
sealed class PageScope(IScope values, int page, int pages) : IScope
{
    public DateOnly? Today => values.Today;
    public Value Get(string name) => name switch { "page" => page, "pages" => pages, _ => values.Get(name) };
}

/// <summary>No values: for what is the same in every document.</summary>
sealed class Nothing : IScope
{
    public static readonly Nothing Scope = new();
    public Value Get(string name) => Value.Null;
}
