using System.Text;

namespace Kapok.Documents.Fonts;

/// <summary>
/// One face of an OpenType font (ISO/IEC 14496-22): TrueType or CFF outlines, alone or in a collection. Safe for use by many threads;
/// loading reads a few small tables, the rest is read when it is first needed. Broken tables give a <see cref="FontFault"/>, from
/// <see cref="Load(string, int)"/> or from the member that needs the table.
/// </summary>
public sealed class FontFace
{
    readonly Dictionary<string, Piece> tables;
    readonly FontNames names;
    readonly Lazy<CharacterMap> characters;
    readonly Lazy<Table> metrics;
    readonly Lazy<CffFont>? cff;
    readonly Lazy<GlyfFont>? glyf;
    readonly int measured;

    internal FontFace(FontFile file, string? path, int index)
    {
        (Path, Index) = (path, index);
        tables = file.Directory(index);
        var head = Required("head").Read();
        if (head.U32(12) != 0x5F0F3CF5) throw head.Fault("标记不对");
        UnitsPerEm = head.U16(18);
        if (UnitsPerEm is < 16 or > 16_384) throw head.Fault($"每字单位数 {UnitsPerEm} 不合理");
        BoundingBox = new(head.I16(36), head.I16(38), head.I16(40), head.I16(42));
        GlyphCount = Required("maxp").Read(4, 2).U16(0);
        if (GlyphCount == 0) throw new FontFault("maxp", "没有字形");
        var hhea = Required("hhea").Read(0, 36);
        measured = Math.Min((int)hhea.U16(34), GlyphCount);
        if (measured == 0) throw hhea.Fault("没有字宽");
        (Ascent, Descent) = (hhea.I16(4), hhea.I16(6));
        var bold = (head.U16(44) & 1) != 0;
        if (Optional("OS/2") is { Length: >= 78 } os2)
        {
            (Ascent, Descent, Weight) = (os2.I16(68), os2.I16(70), os2.U16(4));
            bold |= (os2.U16(62) & 32) != 0 || Weight >= 600;
            (MayEmbed, FamilyClass) = ((os2.U16(8) & 0x0302) == 0, os2.U8(30));
            HasChinese = (os2.U32(46) & 1 << 27) != 0;
            if (os2.U16(0) >= 2 && os2.Length >= 90) (XHeight, CapHeight) = (os2.I16(86), os2.I16(88));
        }
        if (CapHeight <= 0) CapHeight = UnitsPerEm * 7 / 10;
        if (Optional("post") is { Length: >= 32 } post) ItalicAngle = post.I32(4) / 65536.0;
        IsBold = bold;
        names = FontNames.Read(Optional("name"));
        metrics = new(() => Required("hmtx").Read(0, measured * 4 + (GlyphCount - measured) * 2));
        characters = new(() => CharacterMap.Read(Required("cmap").Read(), GlyphCount));
        if (tables.TryGetValue(CffFont.Tag, out var c)) cff = new(() => Outlines(file, c));
        else
        {
            var wide = head.I16(50) != 0;
            var (g, l) = (Required("glyf"), Required("loca"));
            glyf = new(() => new GlyfFont(g, l, GlyphCount, wide));
        }
    }

    /// <summary>Opens a font on disk; the same file is opened once and shared.</summary>
    /// <param name="index">Which face of a collection, from 0.</param>
    /// <exception cref="FontFault">It is not a font, or a table is broken.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static FontFace Load(string path, int index = 0) => FontFile.Of(path).Face(index, path);

    /// <summary>A font from memory; the bytes must not be changed afterwards.</summary>
    /// <exception cref="FontFault">It is not a font, or a table is broken.</exception>
    public static FontFace Load(byte[] bytes, int index = 0) => FontFile.Of(bytes).Face(index, null);

    /// <summary>How many faces a file holds; more than one in a collection (.ttc, .otc).</summary>
    public static int CountIn(string path) => FontFile.Of(path).Count;

    public string? Path { get; }
    public int Index { get; }

    /// <summary>The family in English where the font says it.</summary>
    public string FamilyName => names.FamilyName;
    public string StyleName => names.StyleName;

    /// <summary>Printable ASCII without brackets, at most 63 characters; "Font" when the font has no name.</summary>
    public string PostScriptName => names.PostScriptName;

    /// <summary>Every name the family and face go by, in all languages.</summary>
    public IReadOnlySet<string> Names => names.All;

    public bool IsCff => cff is not null;
    public bool IsBold { get; }

    /// <summary>100 to 900; 400 when the font does not say.</summary>
    public int Weight { get; } = 400;

    /// <summary>Degrees counter-clockwise; negative leans to the right.</summary>
    public double ItalicAngle { get; }

    /// <summary>False when the licence bits of the font (OS/2 fsType) forbid embedding or subsetting it in a document.</summary>
    public bool MayEmbed { get; } = true;

    /// <summary>Class of the design (OS/2 sFamilyClass, upper byte): 1–5 and 7 have serifs, 8 has none; 0 unknown.</summary>
    public int FamilyClass { get; }

    /// <summary>Whether the font says that it has Chinese characters (OS/2 Unicode range 59).</summary>
    public bool HasChinese { get; }

    public int GlyphCount { get; }

    /// <summary>Font units in one em; all other measures are in these units, y up.</summary>
    public int UnitsPerEm { get; }

    /// <summary>Top of the em box above the baseline (typographic ascender; 880 of 1000 in common Chinese fonts).</summary>
    public int Ascent { get; }

    /// <summary>Bottom of the em box, negative below the baseline.</summary>
    public int Descent { get; }

    public int CapHeight { get; }
    public int XHeight { get; }

    /// <summary>The rectangle around all glyphs of the font.</summary>
    public FontBox BoundingBox { get; }

    /// <summary>The glyph of a character; 0 when the font lacks it.</summary>
    public ushort GlyphOf(Rune rune) => characters.Value[rune.Value];

    /// <summary>Width of a glyph in font units.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The font has no such glyph.</exception>
    public int AdvanceOf(ushort glyph)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(glyph, GlyphCount);
        return metrics.Value.U16(Math.Min(glyph, measured - 1) * 4);
    }

    /// <summary>Left side bearing of a glyph as the font says it.</summary>
    internal int BearingOf(ushort glyph) => metrics.Value.I16(glyph < measured ? glyph * 4 + 2 : measured * 4 + (glyph - measured) * 2);

    /// <summary>The contours of a glyph, hints left out.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The font has no such glyph.</exception>
    public GlyphOutline OutlineOf(ushort glyph)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(glyph, GlyphCount);
        if (glyf is not null) return glyf.Value.Outline(glyph);
        var steps = new List<OutlineStep>();
        double x = 0, y = 0;
        foreach (var s in cff!.Value.Read(glyph))
        {
            var (x1, y1) = (x + s.A / 65536.0, y + s.B / 65536.0);
            var (x2, y2) = (x1 + s.C / 65536.0, y1 + s.D / 65536.0);
            (x, y) = (x2 + s.E / 65536.0, y2 + s.F / 65536.0);
            steps.Add(s.Verb == OutlineVerb.Curve ? new(s.Verb, x, y, x1, y1, x2, y2) : new(s.Verb, x, y));
        }
        return new(steps);
    }

    /// <summary>The rectangle around a glyph with its control points.</summary>
    public FontBox BoxOf(ushort glyph) => glyf is not null && glyph < GlyphCount ? glyf.Value.BoxOf(glyph) : OutlineOf(glyph).Box;

    /// <summary>
    /// A font with only these glyphs (and .notdef as 0), renumbered in ascending order: equal input gives equal bytes. Hints, kerning and
    /// layout tables are left out. Takes microseconds for glyphs that were used before.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The font has no such glyph.</exception>
    /// <exception cref="FontFault">A glyph is broken.</exception>
    public FontSubset Subset(IReadOnlyCollection<ushort> glyphs) => Subsetter.Subset(this, glyphs);

    /// <summary>Reads the tables that text needs, so that a broken font shows before it is used.</summary>
    internal void Check()
    {
        _ = characters.Value;
        _ = metrics.Value;
        _ = cff?.Value;
        _ = glyf?.Value;
    }

    internal CffFont? Cff => cff?.Value;
    internal GlyfFont? Glyf => glyf?.Value;
    internal CharacterMap Characters => characters.Value;
    internal Table? Optional(string tag) => tables.TryGetValue(tag, out var piece) ? piece.Read() : null;
    Piece Required(string tag) => tables.TryGetValue(tag, out var piece) ? piece : throw new FontFault(tag, "字体没有这个表");

    CffFont Outlines(FontFile file, Piece piece)
    {
        var font = file.Outlines(piece.Offset, piece.Size);
        return font.Count >= GlyphCount ? font : throw new FontFault(CffFont.Tag, $"字形只有 {font.Count} 个，应有 {GlyphCount} 个");
    }
}
