namespace Kapok.Documents.Fonts;

/// <summary>
/// From characters to glyphs (table <c>cmap</c>, formats 4 and 12) and back. Characters of the basic plane are looked up in an array,
/// the supplementary planes (rare characters of names and places) by binary search.
/// </summary>
sealed class CharacterMap
{
    readonly ushort[] basic = new ushort[0x10000];
    readonly List<(int First, int Last, uint Glyph)> beyond = [];
    readonly int glyphs;
    readonly Lazy<(int[] First, int[] Codes)> back;

    CharacterMap(int glyphs)
    {
        this.glyphs = glyphs;
        back = new(Back);
    }

    public ushort this[int code]
    {
        get
        {
            if ((uint)code < 0x10000) return basic[code];
            int low = 0, high = beyond.Count - 1;
            while (low <= high)
            {
                var middle = (low + high) >>> 1;
                var (first, last, glyph) = beyond[middle];
                if (code < first) high = middle - 1;
                else if (code > last) low = middle + 1;
                else return Known(glyph + (uint)(code - first));
            }
            return 0;
        }
    }

    /// <summary>All characters that show this glyph, ascending.</summary>
    public ReadOnlySpan<int> CodesOf(ushort glyph)
    {
        var (first, codes) = back.Value;
        return codes.AsSpan(first[glyph], first[glyph + 1] - first[glyph]);
    }

    ushort Known(uint glyph) => glyph < glyphs ? (ushort)glyph : (ushort)0;

    /// <exception cref="FontFault">There is no Unicode table, or it is broken.</exception>
    public static CharacterMap Read(Table table, int glyphs)
    {
        var map = new CharacterMap(glyphs);
        int? wide = null, narrow = null;
        for (int i = 0, count = table.U16(2); i < count; i++)
        {
            var (platform, encoding, offset) = (table.U16(4 + i * 8), table.U16(6 + i * 8), table.U32(8 + i * 8));
            if (offset > table.Length - 4 || platform is not (0 or 3)) continue;
            var format = table.U16((int)offset);
            if (format == 12 && (platform == 0 || encoding == 10)) wide ??= (int)offset;
            if (format == 4 && (platform == 0 || encoding == 1)) narrow ??= (int)offset;
        }
        if (wide is { } w) map.ReadGroups(table.From(w));
        else if (narrow is { } n) map.ReadSegments(table.From(n));
        else throw table.Fault("没有统一码（Unicode）的字符对照");
        return map;
    }

    /// <summary>Format 12. Groups must ascend, which also bounds the work by the number of characters there are.</summary>
    void ReadGroups(Table table)
    {
        var count = table.U32(12);
        if (count > (table.Length - 16) / 12) throw table.Fault("字符组数超出本表");
        var next = 0L;
        for (var i = 0; i < count; i++)
        {
            var (first, last, glyph) = (table.U32(16 + i * 12), table.U32(20 + i * 12), table.U32(24 + i * 12));
            if (first < next || last < first || last > 0x10FFFF) throw table.Fault($"第 {i + 1} 组字符次序有误");
            next = last + 1L;
            for (var code = first; code <= last && code < 0x10000; code++) basic[code] = Known(glyph + (code - first));
            if (last >= 0x10000) beyond.Add(((int)Math.Max(first, 0x10000), (int)last, glyph + (first < 0x10000 ? 0x10000 - first : 0)));
        }
    }

    /// <summary>Format 4.</summary>
    void ReadSegments(Table table)
    {
        var twice = table.U16(6) & ~1;
        int ends = 14, starts = ends + twice + 2, deltas = starts + twice, ranges = deltas + twice;
        var next = 0;
        for (var i = 0; i < twice; i += 2)
        {
            int last = table.U16(ends + i), first = Math.Max(next, table.U16(starts + i)), delta = table.U16(deltas + i), range = table.U16(ranges + i);
            for (var code = first; code <= last; code++)
            {
                int glyph;
                if (range == 0) glyph = code + delta & 0xFFFF;
                else
                {
                    var at = ranges + i + range + (code - table.U16(starts + i)) * 2;
                    // The closing segment of some fonts points past the table on purpose.
                    if (at + 2 > table.Length) { if (code == 0xFFFF) continue; throw table.Fault("字符对照超出本表"); }
                    glyph = table.U16(at);
                    if (glyph != 0) glyph = glyph + delta & 0xFFFF;
                }
                basic[code] = Known((uint)glyph);
            }
            next = Math.Max(next, last + 1);
        }
    }

    IEnumerable<(int Code, ushort Glyph)> All()
    {
        for (var code = 0; code < 0x10000; code++) if (basic[code] != 0) yield return (code, basic[code]);
        foreach (var (first, last, glyph) in beyond)
            for (var code = first; code <= last; code++)
                if (Known(glyph + (uint)(code - first)) is > 0 and var known) yield return (code, known);
    }

    (int[], int[]) Back()
    {
        var first = new int[glyphs + 1];
        foreach (var (_, glyph) in All()) first[glyph + 1]++;
        for (var i = 0; i < glyphs; i++) first[i + 1] += first[i];
        var codes = new int[first[glyphs]];
        var at = first.AsSpan(0, glyphs).ToArray();
        foreach (var (code, glyph) in All()) codes[at[glyph]++] = code;
        return (first, codes);
    }
}
