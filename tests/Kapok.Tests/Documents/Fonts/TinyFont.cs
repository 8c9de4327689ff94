using System.Buffers.Binary;
using System.Text;

namespace Kapok.Tests.Documents.Fonts;

/// <summary>Fonts of three glyphs written byte by byte, as seeds for hostile ones: .notdef, A (a triangle with a curve), B (A and a smaller A beside it).</summary>
static class TinyFont
{
    /// <summary>Tables that replace the good ones; an empty one takes the table out.</summary>
    public static byte[] TrueType(int embedding = 0, params (string Tag, byte[] Data)[] other)
    {
        var (glyf, loca) = Glyphs(Simple, Simple, Composite(1, 1));
        return Join(0x00010000, Common(embedding, [("glyf", glyf), ("loca", loca), ("maxp", Maxp(32))]), other);
    }

    /// <summary>The charstrings of A and B may be given; <c>subrs</c> are the local subroutines.</summary>
    public static byte[] Cff(byte[]? a = null, byte[]? b = null, byte[][]? subrs = null, params (string Tag, byte[] Data)[] other) =>
        Join(0x4F54544F, Common(0, [("CFF ", CffTable([[14], a ?? CffA, b ?? CffB], subrs ?? [CffSub], [[139, 239, 5, 11]])), ("maxp", Maxp(6))]), other);

    /// <summary>Two faces that share their tables.</summary>
    public static byte[] Collection(byte[] font)
    {
        const int head = 20;
        var bytes = new byte[head + font.Length];
        "ttcf"u8.CopyTo(bytes);
        foreach (var (at, value) in ((int, int)[])[(4, 0x10000), (8, 2), (12, head), (16, head)]) BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(at), value);
        font.CopyTo(bytes, head);
        for (var i = 0; i < BinaryPrimitives.ReadUInt16BigEndian(font.AsSpan(4)); i++)
        {
            var at = head + 12 + i * 16 + 8;
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(at), BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at)) + head);
        }
        return bytes;
    }

    /// <summary>One contour: (0,0) (500,0) and off the curve (250,700).</summary>
    public static readonly byte[] Simple = [.. Words(1, 0, 0, 500, 700), .. Words(2, 3), 0xB0, 0xB1, 0x2D, 1, 1, 0, .. Words(0, 500, -250), .. Words(0, 0, 700)];

    /// <summary>The two parts, the second half as large and moved by 300.</summary>
    public static byte[] Composite(int one, int two) => [.. Words(-1, 0, 0, 600, 700), .. Words(0x22, one), 0, 0, .. Words(0x0B, two, 300, 0, 0x2000)];

    /// <summary>Stems, a mask, a local and a global subroutine, a flex; then the end.</summary>
    static readonly byte[] CffA = [.. Numbers(10, 20), 1, .. Numbers(30, 40), 18, .. Numbers(5, 5), 19, 0xFF, .. Numbers(100, 200), 21, .. Numbers(50, -107), 10, .. Numbers(-107), 29, .. Numbers(10, 20, 5, 30, 40, 10, 20), 12, 34, 14];

    /// <summary>Calculates its operands: 100 × 2, 7 / 2, twice 11.</summary>
    static readonly byte[] CffB = [.. Numbers(100, 2), 12, 24, .. Numbers(7, 2), 12, 12, 21, .. Numbers(11), 12, 27, 12, 28, 5, .. Numbers(40, 50, 60), 6, 14];

    static readonly byte[] CffSub = [.. Numbers(60), 5, .. Numbers(1, 2, 3, 4, 5, 6), 8, 11];

    public static byte[] Numbers(params int[] values) => [.. values.SelectMany(v => v is >= -107 and <= 107 ? [(byte)(v + 139)] : new byte[] { 28, (byte)(v >> 8), (byte)v })];

    public static byte[] Words(params int[] values) => [.. values.SelectMany(v => new[] { (byte)(v >> 8), (byte)v })];

    public static (byte[] Glyf, byte[] Loca) Glyphs(params byte[][] glyphs)
    {
        var padded = glyphs.Select(g => g.Length % 2 == 0 ? g : [.. g, 0]).ToArray();
        var (at, loca) = (0, new List<int> { 0 });
        foreach (var glyph in padded) loca.Add((at += glyph.Length) / 2);
        return ([.. padded.SelectMany(g => g)], Words([.. loca]));
    }

    /// <summary>Format 4: A and B.</summary>
    static readonly byte[] Cmap = [.. Words(0, 1, 3, 1, 0, 12), .. Words(4, 32, 0, 4, 4, 1, 0, 'B', 0xFFFF, 0, 'A', 0xFFFF, 1 - 'A', 1, 0, 0)];

    static byte[] Maxp(int size) => [.. size == 6 ? Words(0, 0x5000) : Words(1, 0), .. Words(3), .. new byte[size - 6]];

    static (string, byte[])[] Common(int embedding, (string, byte[])[] own)
    {
        var os2 = new byte[96];
        foreach (var (at, value) in ((int, int)[])[(0, 4), (4, 400), (6, 5), (8, embedding), (62, 64), (68, 800), (70, -200), (74, 800), (76, 200), (86, 400), (88, 700)]) Words(value).CopyTo(os2, at);
        var name = Encoding.BigEndianUnicode.GetBytes("Tiny");
        return [.. own, ("OS/2", os2), ("cmap", Cmap), ("head", [.. Words(1, 0, 1, 0, 0, 0), 0x5F, 0x0F, 0x3C, 0xF5, .. Words(0, 1000), .. new byte[16], .. Words(0, 0, 700, 700, 0, 8, 2, 0, 0)]),
            ("hhea", [.. Words(1, 0, 800, -200, 0, 600), .. new byte[22], .. Words(2)]), ("hmtx", Words(500, 0, 600, 0, 0)),
            ("name", [.. Words(0, 2, 30), .. Words(3, 1, 0x409, 1, 8, 0), .. Words(3, 1, 0x409, 6, 8, 0), .. name]), ("post", [.. Words(3, 0), .. new byte[28]])];
    }

    /// <summary>A name-keyed CFF table.</summary>
    public static byte[] CffTable(byte[][] glyphs, byte[][] subrs, byte[][] globals)
    {
        byte[] start = [1, 0, 4, 4, .. Index("Tiny"u8.ToArray())];
        byte[] middle = [.. Index(), .. Index(globals)], charStrings = Index(glyphs), locals = Index(subrs);
        // The dictionary has a fixed length: two offsets and a size of five bytes each.
        var top = start.Length + 5 + 17;
        var (at, place) = (top + middle.Length, top + middle.Length + charStrings.Length);
        byte[] @private = [.. Numbers(500), 20, .. Five(0), 19];
        @private = [.. Numbers(500), 20, .. Five(@private.Length), 19];
        return [.. start, .. Index([.. Five(at), 17, .. Five(@private.Length), .. Five(place), 18]), .. middle, .. charStrings, .. @private, .. locals];
    }

    static byte[] Five(int value) => [29, .. Words(value >> 16, value)];

    static byte[] Index(params byte[][] items)
    {
        if (items.Length == 0) return [0, 0];
        var offsets = new List<int> { 1 };
        foreach (var item in items) offsets.Add(offsets[^1] + item.Length);
        var size = offsets[^1] > 255 ? 2 : 1;
        return [.. Words(items.Length), (byte)size, .. offsets.SelectMany(o => Words(o)[(2 - size)..]), .. items.SelectMany(i => i)];
    }

    public static byte[] Join(uint version, (string Tag, byte[] Data)[] tables, (string Tag, byte[] Data)[] other)
    {
        var all = tables.Where(t => other.All(o => o.Tag != t.Tag)).Concat(other.Where(o => o.Data.Length > 0)).OrderBy(t => t.Tag, StringComparer.Ordinal).ToArray();
        var bytes = new List<byte>([.. Words((int)(version >> 16), (int)version, all.Length, 0, 0, 0)]);
        var at = 12 + all.Length * 16;
        foreach (var (tag, data) in all)
        {
            bytes.AddRange([.. Encoding.ASCII.GetBytes(tag), 0, 0, 0, 0, .. Words(at >> 16, at, data.Length >> 16, data.Length)]);
            at += data.Length + 3 & ~3;
        }
        foreach (var (_, data) in all) bytes.AddRange([.. data, .. new byte[(data.Length + 3 & ~3) - data.Length]]);
        return [.. bytes];
    }
}
