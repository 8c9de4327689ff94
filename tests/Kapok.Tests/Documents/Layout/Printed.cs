using System.Text;
using Kapok.Documents.Fonts;
using Kapok.Documents.Layout;

namespace Kapok.Tests.Documents.Layout;

/// <summary>Printed documents made by hand, for the writers.</summary>
static class Printed
{
    public static FontFace Song => Face("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc", 2);
    public static FontFace Hei => Face("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc", 2);
    public static FontFace Sans => Face("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 0);

    // 2 is the Simplified Chinese face of the Noto collections.
    static FontFace Face(string path, int index)
    {
        Assert.SkipUnless(File.Exists(path), path + " is not installed");
        return FontFace.Load(path, index);
    }

    public static PrintedText Text(FontFace face, double size, double x, double y, string text, string? tag = null)
    {
        var glyphs = text.EnumerateRunes().Select(face.GlyphOf).ToArray();
        return new(face, size, x, y, text, glyphs, [.. glyphs.Select(g => face.AdvanceOf(g) * size / face.UnitsPerEm)]) { Tag = tag };
    }

    // A 2 × 2 picture with a transparent pixel.
    public static readonly byte[] Png = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAYAAABytg0kAAAAFUlEQVR4nGP8z8DwnwEIGBmgAMYAADwBAwHbwOabAAAAAElFTkSuQmCC");

    public static PrintedDocument Document(string holder = "广州市天河区木棉餐饮店")
    {
        var form = new PrintedLayer([
            new PrintedPath(new Shape().RoundRectangle(new(10, 10, 190, 120), 4), new Ink(0x9a, 0x1f, 0x1f), LineWidth: 0.6),
            Text(Hei, 11, 60, 40, "食品经营许可证"), Text(Song, 5, 25, 60, "经营者名称："),
        ]);
        var content = new PrintedLayer([
            Text(Song, 5, 60, 60, holder, "KZ_operator"), Text(Song, 5, 60, 70, "𠮷田 <&> “引号”", "KZ_rare"), Text(Sans, 4, 60, 80, "JY14401060000001", "ZZBH"),
            new PrintedQr("https://example.cn/v/ABCDEFGH?n=1", new(160, 90, 30, 30)), new PrintedPath(Shape.Segment(25, 90, 120, 90), Ink.Black, LineWidth: 0.3) { Dash = [1, 1] },
        ]);
        var mark = new PrintedLayer([Text(Hei, 12, 40, 120, "仅用于开户") with { Angle = 30, Alpha = 40 }]);
        return new()
        {
            Title = "食品经营许可证", Author = "广州市天河区市场监督管理局", Created = new(2026, 11, 30, 9, 0, 0, TimeSpan.FromHours(8)),
            Pages = [new(210, 140, form, content, mark), new(210, 140, form, new PrintedLayer([Text(Song, 5, 60, 60, "第二页")]))],
            Data = [new("ZZMC", "食品经营许可证"), new("ZZBH", "JY14401060000001"), new("CZZT", holder)],
            Attachments = [new("数据", "json", Encoding.UTF8.GetBytes("{}"))],
        };
    }
}
