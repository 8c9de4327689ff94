using Kapok.Foundation;

namespace Kapok.Documents.Layout;

/// <summary>Reads one block of a template; the field that names its kind comes first: text, fields, table, paragraph, line, box, frame, pattern, image, qr, seal, space.</summary>
sealed class BlockReader(Template.PageSetting page, TextStyle style, Func<string, byte[]?> pictures)
{
    static readonly string[] Kinds = ["text", "fields", "table", "paragraph", "line", "box", "frame", "pattern", "image", "qr", "seal", "space"];
    static readonly (string, Align)[] Aligns = [("left", Align.Left), ("centre", Align.Centre), ("right", Align.Right), ("justify", Align.Justify), ("distribute", Align.Distribute)];

    public Template.PageSetting Page => page;

    public IEnumerable<Block> Read(Reading map, OnPages on, bool flows)
    {
        var kinds = Kinds.Where(map.Has).ToList();
        if (kinds.Count != 1) { map.Faults.Add(new(map.Where, $"每块内容写一种：{string.Join("、", Kinds)}")); return []; }
        if (!flows && kinds[0] is "paragraph" or "space") { map.No(kinds[0], "页眉、页脚里不能写流动的内容"); return []; }
        var when = map.Expression("when");
        if (flows) on = map.Choice("on", on, ("first", OnPages.First), ("every", OnPages.Every), ("last", OnPages.Last));
        var blocks = kinds[0] switch
        {
            "text" => [Text(map)],
            "fields" => Fields(map),
            "table" => [Table(map, flows)],
            "paragraph" => [Paragraph(map)],
            "line" => [Line(map)],
            "box" => [Box(map)],
            "frame" => [Frame(map)],
            "pattern" => [Pattern(map)],
            "image" => [Image(map)],
            "qr" => [Qr(map)],
            "seal" => [Seal(map)],
            _ => (IEnumerable<Block>)[Space(map)],
        };
        var read = blocks.Select(b => b with { When = when ?? b.When, On = on }).ToList();
        map.Finish();
        return read;
    }

    static SpaceBlock Space(Reading map) => map.Text("space") == "page" ? new(map.Where, 0, true) : new(map.Where, map.Number("space", 5, 0, 500), false);

    TextBlock Text(Reading map)
    {
        var area = AreaOf(map, width: null, height: 0);
        return new(map.Where, map.Words("text"), TemplateReader.StyleOf(map, style), area, map.Choice("align", Align.Left, Aligns), Middle(map), Smallest(map), map.Text("tag"));
    }

    static bool Middle(Reading map) => map.Choice("valign", false, ("top", false), ("middle", true));
    static double Smallest(Reading map) => map.Number("shrink", 0.6, 0.3, 1);

    /// <summary>Labels of one width with values behind them, in rows of equal height (照面项).</summary>
    List<Block> Fields(Reading map)
    {
        var area = AreaOf(map, width: null, height: 0);
        var (labelWidth, gap, rowHeight) = (map.Number("labelWidth", area.Width * 0.3, 1), map.Number("gap", 2), map.Number("rowHeight", style.Size * 2, 1, 200));
        var labelAlign = map.Choice("labelAlign", Align.Distribute, Aligns);
        var own = TemplateReader.StyleOf(map, style);
        var label = map.Map("label");
        var labelStyle = label is null ? own : TemplateReader.StyleOf(label, own);
        label?.Finish();
        var (colon, smallest) = (map.Text("colon") ?? "", Smallest(map));
        if (labelWidth + gap >= area.Width) map.No("labelWidth", "标签宽度应小于总宽度（width）");
        var blocks = new List<Block>();
        var y = area.Y;
        foreach (var row in map.Maps("fields"))
        {
            var height = rowHeight * row.Number("rows", 1, 0.2, 40);
            var name = row.Text("label") ?? "";
            var colonWidth = colon.Length * labelStyle.Size;
            var valueStyle = TemplateReader.StyleOf(row, own);
            // Label and value stand on one line, whatever their sizes and however much one had to shrink.
            var line = Math.Max(TextSetter.BaselineOf(labelStyle), TextSetter.BaselineOf(valueStyle));
            if (name.Length > 0) blocks.Add(new TextBlock(row.Where, Words.Parse(name, row.WhereOf("label"), row.Faults), labelStyle, new(area.X, y, labelWidth - colonWidth, labelStyle.Size * labelStyle.LineHeight), labelAlign, false, 0.5, null) { Baseline = line });
            if (colon.Length > 0) blocks.Add(new TextBlock(row.Where, Words.Parse(colon, row.Where, row.Faults), labelStyle, new(area.X + labelWidth - colonWidth, y, colonWidth + labelStyle.Size, labelStyle.Size * labelStyle.LineHeight), Align.Left, false, 0.5, null) { Baseline = line });
            blocks.Add(new TextBlock(row.Where, row.Words("value"), valueStyle, new(area.X + labelWidth + gap, y, Math.Max(1, area.Width - labelWidth - gap), height), row.Choice("align", Align.Left, Aligns), false, smallest, row.Text("tag")) { Baseline = line });
            row.Finish();
            y += height;
        }
        if (y > page.Height + 0.01) map.No("fields", "各行加起来超出了页面");
        return blocks;
    }

    TableBlock Table(Reading map, bool flows)
    {
        map.Value("table");
        var own = TemplateReader.StyleOf(map, style);
        var place = !flows || map.Has("at") ? AreaOf(map, width: null, height: 0) : (Area?)null;
        var width = place?.Width ?? page.Body.Width;
        var columns = new List<TableBlock.Column>();
        foreach (var column in map.Maps("table"))
        {
            columns.Add(new(column.Words("title"), column.Words("value"), column.Number("width", 0, 0.5), column.Choice("align", Align.Left, Aligns)));
            column.Finish();
        }
        if (columns.Count is 0 or > 30) map.No("table", "表格应有 1 到 30 列");
        var given = columns.Sum(c => c.Width);
        var open = columns.Count(c => c.Width == 0);
        if (given > width + 0.01 || open > 0 && given > width - 1) map.No("table", $"各列宽度相加 {given:0.#} 毫米，超过表格的 {width:0.#} 毫米");
        for (var i = 0; i < columns.Count; i++) if (columns[i].Width == 0) columns[i] = columns[i] with { Width = (width - given) / open };
        return new(map.Where, map.Expression("each"), columns, own, own with { Bold = true }, map.Ink("lines", new Ink(60, 60, 60)), map.Number("lineWidth", 0.25, 0, 3), map.Number("padding", 1.5, 0, 20), map.Number("minRows", 0, 0, 200), place);
    }

    ParagraphBlock Paragraph(Reading map)
    {
        var words = map.Words("paragraph");
        var own = TemplateReader.StyleOf(map, style);
        return new(map.Where, words, own, map.Choice("align", Align.Justify, Aligns), map.Number("indent", 2, 0, 20), map.Number("before", 0, 0, 100), map.Number("after", own.Size * 0.4, 0, 100), map.Text("tag"));
    }

    static ShapeBlock Line(Reading map)
    {
        var ends = map.Numbers("line", 4) ?? [0, 0, 1, 1];
        return new(map.Where, [new(Shape.Segment(ends[0], ends[1], ends[2], ends[3]), map.Ink("ink", Ink.Black), LineWidth: map.Number("lineWidth", 0.3, 0.05, 20)) { Dash = map.Numbers("dash", 2) ?? [] }]);
    }

    ShapeBlock Box(Reading map)
    {
        var ends = map.Numbers("box", 4) ?? [0, 0, 1, 1];
        var area = new Area(ends[0], ends[1], ends[2], ends[3]);
        Inside(map, "box", area);
        return new(map.Where, [new(new Shape().RoundRectangle(area, map.Number("radius", 0, 0, 200)), map.OptionalInk("ink"), map.OptionalInk("fill"), map.Number("lineWidth", 0.3, 0.05, 20))]);
    }

    ShapeBlock Frame(Reading map)
    {
        var kind = map.Choice("frame", 0, ("line", 0), ("double", 1), ("guilloche", 2));
        var area = Ornaments.Inset(new(0, 0, page.Width, page.Height), map.Number("inset", 10, 0, 200));
        var (ink, second, width, radius, band) = (map.Ink("ink", new Ink(0xa8, 0x7c, 0x3c)), map.Ink("second", map.Ink("ink", new Ink(0xa8, 0x7c, 0x3c))), map.Number("lineWidth", 0.8, 0.1, 20), map.Number("radius", 0, 0, 100), map.Number("band", 9, 2, 40));
        if (area.Width < band * 4 || area.Height < band * 4) { map.No("frame", "边框比页面大"); return new(map.Where, []); }
        return new(map.Where, [.. kind switch { 0 => Ornaments.Line(area, ink, width, radius), 1 => Ornaments.Double(area, ink, width, radius), _ => Ornaments.Guilloche(area, band, ink, second) }]);
    }

    ShapeBlock Pattern(Reading map)
    {
        var kind = map.Choice("pattern", 0, ("waves", 0), ("rosette", 1), ("flower", 2));
        var area = AreaOf(map, width: null, height: null);
        var (ink, second, width) = (map.Ink("ink", new Ink(0xf0, 0xe6, 0xd2)), map.Ink("second", new Ink(0xe8, 0xb4, 0x4a)), map.Number("lineWidth", 0.15, 0.05, 5));
        var (x, y, radius) = (area.X + area.Width / 2, area.Y + area.Height / 2, Math.Min(area.Width, area.Height) / 2);
        var (gap, petals) = (map.Number("lineGap", 4, 1, 100), (int)map.Number("petals", 24, 3, 72));
        return new(map.Where, [.. kind switch { 0 => Ornaments.Waves(area, ink, gap, width), 1 => Ornaments.Rosette(x, y, radius, petals, ink, width, map.OptionalInk("second")), _ => Ornaments.Flower(x, y, radius, ink, second) }]);
    }

    ImageBlock Image(Reading map)
    {
        var words = map.Words("image");
        var area = AreaOf(map, width: null, height: null);
        byte[]? content = null;
        if (words.IsFixed && words.Pieces is [{ Literal: { } name }])
        {
            content = pictures(name);
            if (content is null) map.No("image", $"应用包里没有图片 {name}");
            else if (Picture.Check(content) is { Ok: false } bad) map.No("image", bad.Faults[0].Message);
        }
        return new(map.Where, content, words, area);
    }

    QrBlock Qr(Reading map)
    {
        var side = map.Number("side", 25, 8, 200);
        return new(map.Where, map.Words("qr"), AreaOf(map, side, side), map.Ink("ink", Ink.Black));
    }

    SealBlock Seal(Reading map)
    {
        var (name, keyword) = (map.Text("seal") ?? "", map.Text("keyword"));
        var (width, height) = (map.Number("width", 42, 5, 100), map.Number("height", map.Number("width", 42, 5, 100), 5, 100));
        return new(map.Where, name, keyword is null ? AreaOf(map, width, height) : new(0, 0, width, height), keyword);
    }

    /// <summary>The place of a block: <c>at</c>, <c>width</c>, <c>height</c>; without width it reaches as far from the right edge as from the left.</summary>
    Area AreaOf(Reading map, double? width, double? height)
    {
        var at = map.Numbers("at", 2);
        if (at is null) { if (!map.Has("at")) map.Faults.Add(new(map.Where, "缺少位置（at），例如 at: [20, 30]")); at = [0, 0]; }
        var area = new Area(at[0], at[1], width ?? map.Number("width", Math.Max(1, page.Width - 2 * at[0]), 0.5), height is { } fixedHeight && fixedHeight > 0 ? fixedHeight : map.Number("height", 0, 0));
        if (height is null && area.Height <= 0) map.Faults.Add(new(map.Where, "缺少高度（height）"));
        Inside(map, "at", area);
        return area;
    }

    void Inside(Reading map, string key, Area area)
    {
        if (area.X < -0.01 || area.Y < -0.01 || area.Right > page.Width + 0.01 || area.Bottom > page.Height + 0.01)
            map.No(key, $"超出页面：页面是 {page.Width:0.#} × {page.Height:0.#} 毫米");
    }
}
