using System.Text.RegularExpressions;
using Kapok.Catalogue.Content;
using Kapok.Foundation;

namespace Kapok.Documents.Layout;

/// <summary>Reads <c>layouts/*.yaml</c>; finds everything wrong with a template at once, each at its line.</summary>
sealed partial class TemplateReader(string file, Func<string, byte[]?> pictures, List<Fault> faults)
{
    const double MaxSide = 1_200, LeastSide = 20;
    const int MaxBlocks = 400;

    static readonly (string Name, double Width, double Height)[] Pages =
        [("A4", 210, 297), ("A4 landscape", 297, 210), ("A3", 297, 420), ("A3 landscape", 420, 297), ("A5", 148, 210), ("A5 landscape", 210, 148), ("card", 85.6, 54)];

    public Template Read(WrittenMap map)
    {
        var top = new Reading(map, faults);
        var id = top.Text("id") ?? "";
        if (!Identifier().IsMatch(id)) top.No("id", "id 应为小写字母、数字和连字符");
        var title = top.Words("title");
        if (title.IsEmpty) top.No("title", "缺少文件标题（title）");
        var (width, height) = PageOf(top);
        var usual = Math.Min(20, Math.Min(width, height) / 10);
        var margin = map["margin"] is null or WrittenValue ? [top.Number("margin", usual), top.Number("margin", usual)] : top.Numbers("margin", 2, 4) ?? [usual, usual];
        var (above, right, below, left) = margin.Length == 4 ? (margin[0], margin[1], margin[2], margin[3]) : (margin[0], margin[1], margin[0], margin[1]);
        if (width - left - right < LeastSide || height - above - below < LeastSide / 2) top.No("margin", "页边距太大，没有地方写内容");
        var style = StyleOf(top, new TextStyle("宋体", false, 12 * TextStyle.Point, Ink.Black, 1.5, 0));
        var blocks = new BlockReader(new(width, height, new(left, above, width - left - right, height - above - below)), style, pictures);
        var read = new List<Block>();
        foreach (var (key, on) in new[] { ("header", OnPages.Every), ("blocks", OnPages.First), ("footer", OnPages.Every) })
            foreach (var block in top.Maps(key))
            {
                read.AddRange(blocks.Read(block, on, flows: key == "blocks"));
                if (read.Count > MaxBlocks) { block.No("", $"一个模板最多 {MaxBlocks} 块内容"); break; }
            }
        if (read.Count == 0) top.No("blocks", "模板没有内容（blocks）");
        foreach (var twice in read.OfType<SealBlock>().GroupBy(s => s.Name).Where(g => g.Count() > 1)) faults.Add(new(twice.Last().Where, $"印章位置 {twice.Key} 写了两次"));
        var mark = top.Map("watermark");
        var (words, markStyle) = (Words.Empty, style with { Size = Math.Max(28 * TextStyle.Point, width / 14), Family = "黑体", Ink = new Ink(120, 120, 120) });
        if (mark is not null)
        {
            words = mark.Words("text");
            markStyle = StyleOf(mark, markStyle);
            mark.Finish();
        }
        var sample = top.Value("sample");
        if (sample is not (null or WrittenMap)) top.No("sample", "sample 应为一组值");
        top.Finish();
        return new(file, id, title, blocks.Page, read, words, markStyle, sample as WrittenMap);
    }

    (double, double) PageOf(Reading top)
    {
        var name = top.Text("page") ?? "A4";
        foreach (var page in Pages) if (page.Name == name) return (page.Width, page.Height);
        if (Sides().Match(name) is { Success: true } m)
        {
            var (width, height) = (double.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture), double.Parse(m.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture));
            if (width is >= LeastSide and <= MaxSide && height is >= LeastSide and <= MaxSide) return (width, height);
        }
        top.No("page", $"page 应为 {string.Join("、", Pages.Select(p => p.Name))}，或者毫米数，例如 210x140（{LeastSide} 到 {MaxSide}）");
        return (210, 297);
    }

    /// <summary>Reads what of a style is written; the rest is taken over.</summary>
    public static TextStyle StyleOf(Reading map, TextStyle from) => new(
        map.Text("font") ?? from.Family, map.Has("bold") ? map.Flag("bold") : Kept(map, "bold", from.Bold), map.Number("size", from.Size / TextStyle.Point, 2, 300) * TextStyle.Point,
        map.Ink("ink", from.Ink), map.Number("lineHeight", from.LineHeight, 0.8, 5), map.Number("spacing", from.Spacing, -5, 100));

    static bool Kept(Reading map, string key, bool value) { map.Value(key); return value; }

    [GeneratedRegex("^[a-z][a-z0-9-]{1,62}$")]
    private static partial Regex Identifier();
    [GeneratedRegex(@"^([0-9]{1,4}(?:\.[0-9]{1,2})?) ?[x×] ?([0-9]{1,4}(?:\.[0-9]{1,2})?)$")]
    private static partial Regex Sides();
}
