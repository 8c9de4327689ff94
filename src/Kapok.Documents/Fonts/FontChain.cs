using System.Globalization;
using System.Text;

namespace Kapok.Documents.Fonts;

/// <summary>A character with the glyph that shows it.</summary>
/// <param name="Index">Where the character stands in the text, in UTF-16 units.</param>
/// <param name="Advance">Width as part of the font size.</param>
public readonly record struct FontGlyph(FontFace Face, ushort Glyph, Rune Rune, int Index, double Advance);

/// <summary>Fonts in the order in which they are asked for a character.</summary>
public sealed class FontChain
{
    readonly List<FontFace> faces;
    readonly string? lack;

    internal FontChain(IEnumerable<FontFace> faces, string? lack) => (this.faces, this.lack) = ([.. faces.Where(Usable)], lack);

    /// <summary>The usable faces, best first; none on a machine without fonts.</summary>
    public IReadOnlyList<FontFace> Faces => faces;

    /// <summary>The first font that has the character; null when none has.</summary>
    public FontFace? FaceOf(Rune rune)
    {
        foreach (var face in faces) if (face.GlyphOf(rune) != 0) return face;
        return null;
    }

    /// <summary>Width of a character as part of the font size: 1 for a full-width character and for one that no font has, 0 for an invisible one.</summary>
    public double AdvanceOf(Rune rune) => IsInvisible(rune) ? 0 : Find(rune) is ({ } face, var glyph) ? (double)face.AdvanceOf(glyph) / face.UnitsPerEm : 1;

    /// <summary>The glyphs of a text from left to right. Invisible characters give none; characters that no font has are left out and stand in <see cref="Missing"/>.</summary>
    public IReadOnlyList<FontGlyph> Shape(string text)
    {
        var glyphs = new List<FontGlyph>(text.Length);
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsInvisible(rune) && Find(rune) is ({ } face, var glyph)) glyphs.Add(new(face, glyph, rune, at, (double)face.AdvanceOf(glyph) / face.UnitsPerEm));
            at += rune.Utf16SequenceLength;
        }
        return glyphs;
    }

    /// <summary>The characters of a text that no font has, each once, in order of appearance.</summary>
    public IReadOnlyList<Rune> Missing(string text)
    {
        List<Rune>? missing = null;
        foreach (var rune in text.EnumerateRunes())
            if (!IsInvisible(rune) && Find(rune).Face is null && missing?.Contains(rune) != true) (missing ??= []).Add(rune);
        return missing ?? (IReadOnlyList<Rune>)[];
    }

    /// <summary>Null when all of the text can be printed; otherwise a Chinese sentence with the characters that cannot.</summary>
    public string? WhyNot(string text) => Missing(text) switch
    {
        { Count: 0 } => null,
        _ when lack is not null => lack,
        var missing => "字库中没有这些字，不能打印：" + string.Join("、", missing.Take(10).Select(r => $"“{r}”（U+{r.Value:X4}）")) + (missing.Count > 10 ? $"等 {missing.Count} 个" : "")
            + "。请安装含有这些字的字体（例如支持 GB 18030-2022 实现级别 3 的字体）。",
    };

    /// <summary>Characters that take part in a text without being seen: controls, joiners, direction marks, variation selectors.</summary>
    public static bool IsInvisible(Rune rune) => rune.Value switch
    {
        '\t' => false,
        < 0x20 or (>= 0x7F and < 0xA0) or 0xAD or 0x34F or 0xFEFF => true,
        (>= 0x180B and <= 0x180F) or (>= 0x200B and <= 0x200F) or (>= 0x2028 and <= 0x202E) or (>= 0x2060 and <= 0x206F) => true,
        (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0000 and <= 0xE0FFF) => true,
        _ => Rune.GetUnicodeCategory(rune) == UnicodeCategory.Surrogate,
    };

    (FontFace? Face, ushort Glyph) Find(Rune rune)
    {
        foreach (var face in faces) if (face.GlyphOf(rune) is > 0 and var glyph) return (face, glyph);
        return Like(rune) is { } other ? Find(other) : default;
    }

    /// <summary>Spaces and hyphens that few fonts have look like those that all have.</summary>
    static Rune? Like(Rune rune) => rune.Value switch
    {
        '\t' or 0xA0 or (>= 0x2000 and <= 0x200A) or 0x202F or 0x205F => new Rune(' '),
        0x2010 or 0x2011 => new Rune('-'),
        _ => null,
    };

    static bool Usable(FontFace face)
    {
        try
        {
            face.Check();
            return true;
        }
        catch (FontFault)
        {
            return false;
        }
    }
}
