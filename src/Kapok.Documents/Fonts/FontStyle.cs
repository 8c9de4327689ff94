namespace Kapok.Documents.Fonts;

/// <summary>The four styles of type in Chinese official papers (GB/T 9704).</summary>
public enum FontStyle
{
    /// <summary>宋体</summary>
    Song,
    /// <summary>黑体</summary>
    Hei,
    /// <summary>楷体</summary>
    Kai,
    /// <summary>仿宋</summary>
    FangSong,
}

/// <summary>Which families show a style, best first. Open fonts stand before those that come with an operating system.</summary>
static class FontStyles
{
    static readonly string[][] Families =
    [
        ["Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC", "Source Han Serif CN", "思源宋体", "FandolSong", "AR PL UMing CN", "SimSun", "宋体", "Songti SC", "STSong", "FZShuSong-Z01", "SimSun-ExtB", "SimSun-ExtG"],
        ["Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "思源黑体", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "FandolHei", "Droid Sans Fallback", "SimHei", "黑体", "Microsoft YaHei", "PingFang SC", "Heiti SC"],
        ["LXGW WenKai", "霞鹜文楷", "AR PL UKai CN", "AR PL KaitiM GB", "FandolKai", "KaiTi", "楷体", "KaiTi_GB2312", "Kaiti SC", "STKaiti"],
        ["Zhuque Fangsong (technical preview)", "朱雀仿宋", "FandolFang", "FangSong", "仿宋", "FangSong_GB2312", "STFangsong"],
    ];

    static readonly (FontStyle Style, string Word)[] Words =
    [
        (FontStyle.FangSong, "fangsong"), (FontStyle.FangSong, "仿宋"), (FontStyle.FangSong, "fang song"), (FontStyle.Kai, "kai"), (FontStyle.Kai, "楷"),
        (FontStyle.Song, "song"), (FontStyle.Song, "宋"), (FontStyle.Song, "ming"), (FontStyle.Song, "serif"), (FontStyle.Song, "times"), (FontStyle.Hei, "hei"), (FontStyle.Hei, "黑"), (FontStyle.Hei, "sans"),
    ];

    /// <summary>What stands in where a style is not installed.</summary>
    static FontStyle[] Order(FontStyle style) => style switch
    {
        FontStyle.Hei => [FontStyle.Hei, FontStyle.Song, FontStyle.Kai, FontStyle.FangSong],
        FontStyle.Kai => [FontStyle.Kai, FontStyle.FangSong, FontStyle.Song, FontStyle.Hei],
        FontStyle.FangSong => [FontStyle.FangSong, FontStyle.Song, FontStyle.Kai, FontStyle.Hei],
        _ => [FontStyle.Song, FontStyle.FangSong, FontStyle.Hei, FontStyle.Kai],
    };

    /// <summary>The style a family name speaks of, as in a template: 宋体, SimHei, 方正小标宋.</summary>
    public static FontStyle? Of(string family) =>
        Enum.GetValues<FontStyle>().Cast<FontStyle?>().FirstOrDefault(s => Families[(int)s!].Contains(family, StringComparer.OrdinalIgnoreCase))
        ?? (Words.FirstOrDefault(w => family.Contains(w.Word, StringComparison.OrdinalIgnoreCase) && !family.Contains("sans serif", StringComparison.OrdinalIgnoreCase)) is { Word: not null } found ? found.Style : null);

    /// <summary>How far a face is from a style: known families of the style, others that speak of it, then the other styles, then fonts without Chinese.</summary>
    public static int Distance(FontStyle wanted, FontFace face)
    {
        var order = Order(wanted);
        for (var i = 0; i < order.Length; i++)
        {
            var at = Array.FindIndex(Families[(int)order[i]], face.Names.Contains);
            if (at >= 0) return i * 200 + at;
        }
        var style = face.Names.Select(Of).FirstOrDefault(s => s is not null) ?? (face.FamilyClass is >= 1 and <= 7 ? FontStyle.Song : FontStyle.Hei);
        return (face.HasChinese ? 0 : 1_000) + Array.IndexOf(order, style) * 200 + 100;
    }
}
