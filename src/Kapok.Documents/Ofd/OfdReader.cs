using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Kapok.Documents.Layout;
using Kapok.Foundation;

namespace Kapok.Documents.Ofd;

/// <summary>Text of an OFD at its place on the page.</summary>
/// <param name="Area">Boundary in millimetres.</param>
public sealed record ReadText(int Id, Area Area, double Size, string Text);

/// <param name="Id">As the document says; references go to it.</param>
/// <param name="Texts">Of the page itself, then of its templates, in the order of the file.</param>
public sealed record ReadPage(int Id, double Width, double Height, IReadOnlyList<ReadText> Texts)
{
    /// <summary>All text, top to bottom, left to right.</summary>
    public string Text => string.Join('\n', Texts.GroupBy(t => Math.Round((t.Area.Y + t.Area.Height / 2) / 2)).OrderBy(g => g.Key).Select(g => string.Join(' ', g.OrderBy(t => t.Area.X).Select(t => t.Text))));
}

/// <summary>
/// What an OFD says, ours or a stranger's. Prefixes, namespaces and ways of writing paths may differ; everything is bounded. What cannot be
/// read of a single page stands in <see cref="Faults"/>, the rest is there.
/// </summary>
public sealed class OfdReader
{
    public const int MaxPages = 2_000, MaxTexts = 200_000, MaxCharacters = 5_000_000;

    readonly List<Fault> faults = [];
    int texts, characters;
    const string TooMuch = "文字太多，只读了一部分";

    public required OfdPackage Package { get; init; }
    public string DocumentId { get; private init; } = "";
    public string Title { get; private init; } = "";
    public string Author { get; private init; } = "";
    public string Creator { get; private init; } = "";
    public string CreationDate { get; private init; } = "";
    /// <summary>Custom data in the order of the file; a name may come twice.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Data { get; private init; } = [];
    /// <summary>Path of the document's main file.</summary>
    public string Root { get; private init; } = "";
    /// <summary>Path of the list of signatures; null when nothing is signed.</summary>
    public string? Signatures { get; private init; }
    public IReadOnlyList<ReadPage> Pages { get; private set; } = [];
    /// <summary>Page and object ids of the things that show a data item.</summary>
    public IReadOnlyList<(string Name, int Page, int Object)> Tags { get; private set; } = [];
    public IReadOnlyList<(string Name, string Path)> Attachments { get; private set; } = [];
    public IReadOnlyList<Fault> Faults => faults;

    public static Outcome<OfdReader> Read(ReadOnlySpan<byte> ofd)
    {
        var package = OfdPackage.Open(ofd);
        return package.Ok ? Read(package.Value!) : package.As<OfdReader>();
    }

    public static Outcome<OfdReader> Read(OfdPackage package)
    {
        var entrance = package.Xml(OfdPackage.Entrance);
        if (!entrance.Ok) return entrance.As<OfdReader>();
        if (entrance.Value.Child("DocBody") is not { } body) return No("缺少 DocBody");
        var root = body.Child("DocRoot")?.Value is { } location ? OfdPackage.Resolve(OfdPackage.Entrance, location) : null;
        if (root is null || package[root] is null) return No("找不到文档的主文件（DocRoot）");
        var document = package.Xml(root);
        if (!document.Ok) return document.As<OfdReader>();
        var info = body.Child("DocInfo");
        string Of(string name) => Limited(info.Child(name)?.Value.Trim() ?? "");
        var reader = new OfdReader
        {
            Package = package, Root = root, DocumentId = Of("DocID"), Title = Of("Title"), Author = Of("Author"), Creator = Of("Creator"), CreationDate = Of("CreationDate"),
            Data = [.. info.Child("CustomDatas").Children("CustomData").Take(10_000).Select(d => KeyValuePair.Create(Limited(d.Text("Name") ?? ""), d.Value.Trim()))],
            Signatures = body.Child("Signatures")?.Value is { } list ? OfdPackage.Resolve(OfdPackage.Entrance, list) : null,
        };
        reader.ReadPages(document.Value!);
        reader.ReadTags(document.Value!);
        reader.ReadAttachments(document.Value!);
        return reader.Pages.Count == 0 ? No("文档没有页面") : reader;
    }

    /// <summary>The value of a custom data element; null when there is none.</summary>
    public string? Value(string name) => Data.FirstOrDefault(d => d.Key == name).Value;

    /// <summary>The text that shows a data item, as the tags of the file say; null when none does.</summary>
    public string? Shown(string name)
    {
        var words = new StringBuilder();
        foreach (var (_, page, thing) in Tags.Where(t => t.Name == name))
            words.Append(Pages.FirstOrDefault(p => p.Id == page)?.Texts.FirstOrDefault(t => t.Id == thing)?.Text);
        return words.Length == 0 ? null : words.ToString();
    }

    static Outcome<OfdReader> No(string message) => Outcome<OfdReader>.No(Refusal.Invalid, message, OfdPackage.Entrance);
    static string Limited(string text) => text.Length <= 1_000 ? text : text[..1_000];

    void ReadPages(XElement document)
    {
        var common = document.Child("CommonData");
        var size = SizeOf(common.Child("PageArea"), (210, 297));
        var templates = new Dictionary<string, IReadOnlyList<ReadText>>();
        foreach (var template in common.Children("TemplatePage").Take(MaxPages))
            if (template.Text("ID") is { } id && Load(template.Text("BaseLoc")) is { } content) templates[id] = Texts(content);
        var pages = new List<ReadPage>();
        foreach (var page in document.Child("Pages").Children("Page"))
        {
            if (pages.Count >= MaxPages) { faults.Add(new(Root, $"只读了前 {MaxPages} 页")); break; }
            if (Load(page.Text("BaseLoc")) is not { } content) continue;
            var (width, height) = SizeOf(content.Child("Area"), size);
            List<ReadText> found = [.. Texts(content), .. content.Children("Template").Take(20).SelectMany(t => templates.GetValueOrDefault(t.Text("TemplateID") ?? "") ?? [])];
            pages.Add(new(Whole(page.Text("ID")), width, height, found));
        }
        Pages = pages;
    }

    XElement? Load(string? location)
    {
        if (location is null || OfdPackage.Resolve(Root, location) is not { } path) { faults.Add(new(Root, "页面的路径不正确（BaseLoc）")); return null; }
        var xml = Package.Xml(path);
        if (!xml.Ok) faults.AddRange(xml.Faults);
        return xml.Value;
    }

    List<ReadText> Texts(XElement page)
    {
        var found = new List<ReadText>();
        foreach (var thing in page.Descendants().Where(e => e.Name.LocalName == "TextObject"))
        {
            if (++texts > MaxTexts || characters > MaxCharacters)
            {
                if (faults.All(f => f.Message != TooMuch)) faults.Add(new(Root, TooMuch));
                break;
            }
            var words = string.Concat(thing.Children("TextCode").Select(c => c.Value));
            characters += words.Length;
            var box = Numbers(thing.Text("Boundary"), 4);
            found.Add(new(Whole(thing.Text("ID")), box is null ? default : new(box[0], box[1], box[2], box[3]), Numbers(thing.Text("Size"), 1)?[0] ?? 0, words));
        }
        return found;
    }

    void ReadTags(XElement document)
    {
        if (document.Child("CustomTags")?.Value is not { } location || OfdPackage.Resolve(Root, location) is not { } path || Package.Xml(path).Value is not { } list) return;
        var tags = new List<(string, int, int)>();
        foreach (var entry in list.Children("CustomTag").Take(20))
        {
            if (entry.Child("FileLoc")?.Value is not { } file || OfdPackage.Resolve(path, file) is not { } tagPath || Package.Xml(tagPath).Value is not { } root) continue;
            foreach (var reference in root.Descendants().Where(e => e.Name.LocalName == "ObjectRef").Take(10_000))
                if (reference.Parent is { } item) tags.Add((System.Xml.XmlConvert.DecodeName(item.Name.LocalName)!, Whole(reference.Text("PageRef")), Whole(reference.Value)));
        }
        Tags = tags;
    }

    void ReadAttachments(XElement document)
    {
        if (document.Child("Attachments")?.Value is not { } location || OfdPackage.Resolve(Root, location) is not { } path || Package.Xml(path).Value is not { } list) return;
        Attachments = [.. list.Children("Attachment").Take(1_000).Select(a => (Name: Limited(a.Text("Name") ?? ""), Path: a.Child("FileLoc")?.Value is { } file ? OfdPackage.Resolve(path, file) : null))
            .Where(a => a.Path is not null && Package[a.Path] is not null).Select(a => (a.Name, a.Path!))];
    }

    static (double, double) SizeOf(XElement? area, (double Width, double Height) otherwise) =>
        Numbers((area.Child("PhysicalBox") ?? area.Child("ApplicationBox"))?.Value, 4) is [_, _, > 0 and < 20_000, > 0 and < 20_000] box ? (box[2], box[3]) : otherwise;

    static int Whole(string? text) => int.TryParse(text?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    static double[]? Numbers(string? text, int count)
    {
        if (text is null || text.Length > 200) return null;
        var parts = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < count) return null;
        var numbers = new double[count];
        for (var i = 0; i < count; i++)
            if (!double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]) || !double.IsFinite(numbers[i])) return null;
        return numbers;
    }
}
