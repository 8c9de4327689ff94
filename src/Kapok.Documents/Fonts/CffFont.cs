using System.Globalization;

namespace Kapok.Documents.Fonts;

/// <summary>
/// A "CFF " table (Adobe technical note 5176), read for its outlines only. Widths come from hmtx, hints are not kept, glyphs need no
/// names: charset and encoding are not read. Every outline is read once and kept in the form in which subsets use it.
/// </summary>
sealed class CffFont
{
    public const string Tag = "CFF ";
    const int CharStrings = 17, Private = 18, Subrs = 19, FontDicts = 1236, FontDictSelect = 1237;

    readonly CffIndex glyphs;
    readonly CffIndex globals;
    readonly CffIndex[] locals;
    readonly byte[]? select;
    readonly byte[]?[] written;

    /// <exception cref="FontFault" />
    public CffFont(Piece piece)
    {
        var header = piece.Read(0, 4);
        if (header.U8(0) != 1) throw header.Fault($"版本 {header.U8(0)} 不受支持");
        var names = new CffIndex(piece, header.U8(2));
        var tops = new CffIndex(piece, names.End);
        if (tops.Count == 0) throw header.Fault("没有字体");
        var strings = new CffIndex(piece, tops.End);
        globals = new CffIndex(piece, strings.End);
        var top = Dict(tops.Item(0));
        glyphs = new CffIndex(piece, Offset(top, CharStrings) ?? throw header.Fault("没有字形数据"));
        if (glyphs.Count == 0) throw header.Fault("没有字形");
        if (Offset(top, FontDicts) is { } dicts)
        {
            var array = new CffIndex(piece, dicts);
            if (array.Count is 0 or > 256) throw header.Fault("字体字典数不合理");
            locals = [.. Enumerable.Range(0, array.Count).Select(i => Locals(piece, Dict(array.Item(i))))];
            select = Selection(piece, Offset(top, FontDictSelect) ?? throw header.Fault("没有 FDSelect"), glyphs.Count, locals.Length);
        }
        else locals = [Locals(piece, top)];
        written = new byte[]?[glyphs.Count];
    }

    public int Count => glyphs.Count;
    public CffIndex Globals => globals;

    /// <summary>The charstring of a glyph without subroutines, hints and width: what stands in a subset after the width.</summary>
    public byte[] Written(ushort glyph) => written[glyph] ??= CharStringWriter.Write(Read(glyph));

    public List<PathStep> Read(ushort glyph) => new CharStringReader(this, locals[select?[glyph] ?? 0]).Read(glyphs.Item(glyph));

    static CffIndex Locals(Piece piece, Dictionary<int, double[]> dict)
    {
        if (!dict.TryGetValue(Private, out var place) || place.Length < 2) return CffIndex.Empty;
        var (size, offset) = (Whole(piece, place[0]), Whole(piece, place[1]));
        return Offset(Dict(piece.Read(offset, size)), Subrs) is { } subrs ? new CffIndex(piece, (long)offset + subrs) : CffIndex.Empty;
    }

    static byte[] Selection(Piece piece, long at, int glyphs, int dicts)
    {
        var format = piece.Read(at, 1);
        var selection = new byte[glyphs];
        if (format.U8(0) == 0) piece.Read(at + 1, glyphs).Span.CopyTo(selection);
        else if (format.U8(0) == 3)
        {
            var ranges = piece.Read(at + 1, 2).U16(0);
            var table = piece.Read(at + 3, ranges * 3 + 2);
            for (var i = 0; i < ranges; i++)
            {
                int first = table.U16(i * 3), end = table.U16(i * 3 + 3);
                if (first >= end || end > glyphs) throw table.Fault("FDSelect 的范围有误");
                selection.AsSpan(first, end - first).Fill(table.U8(i * 3 + 2));
            }
        }
        else throw format.Fault($"FDSelect 格式 {format.U8(0)} 不受支持");
        if (selection.Any(d => d >= dicts)) throw format.Fault("FDSelect 指向没有的字典");
        return selection;
    }

    static int? Offset(Dictionary<int, double[]> dict, int key) => dict.TryGetValue(key, out var v) && v.Length > 0 && v[0] is > 0 and <= int.MaxValue ? (int)v[0] : null;

    static int Whole(Piece piece, double value) => value is >= 0 and <= int.MaxValue ? (int)value : throw new FontFault(piece.Tag, "偏移量有误");

    /// <summary>Operators (two-byte ones as 1200 + second byte) with their operands.</summary>
    static Dictionary<int, double[]> Dict(Table data)
    {
        var dict = new Dictionary<int, double[]>();
        var operands = new List<double>(8);
        for (var at = 0; at < data.Length;)
        {
            int b = data.U8(at++);
            switch (b)
            {
                case <= 21:
                    if (b == 12) b = 1200 + data.U8(at++);
                    dict[b] = [.. operands];
                    operands.Clear();
                    continue;
                case 28: operands.Add(data.I16(at)); at += 2; break;
                case 29: operands.Add(data.I32(at)); at += 4; break;
                case 30: operands.Add(Real(data, ref at)); break;
                case >= 32 and <= 246: operands.Add(b - 139); break;
                case >= 247 and <= 250: operands.Add((b - 247) * 256 + data.U8(at++) + 108); break;
                case >= 251 and <= 254: operands.Add(-(b - 251) * 256 - data.U8(at++) - 108); break;
                default: throw data.Fault($"字典中有不认识的字节 {b}");
            }
            if (operands.Count > 513) throw data.Fault("字典的操作数过多");
        }
        return dict;
    }

    static double Real(Table data, ref int at)
    {
        var text = new System.Text.StringBuilder();
        while (text.Length < 64)
        {
            var b = data.U8(at++);
            foreach (var nibble in (ReadOnlySpan<int>)[b >> 4, b & 15])
                switch (nibble)
                {
                    case < 10: text.Append((char)('0' + nibble)); break;
                    case 10: text.Append('.'); break;
                    case 11: text.Append('E'); break;
                    case 12: text.Append("E-"); break;
                    case 14: text.Append('-'); break;
                    case 15: return double.TryParse(text.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw data.Fault("字典中的小数有误");
                    default: throw data.Fault("字典中的小数有误");
                }
        }
        throw data.Fault("字典中的小数过长");
    }
}

/// <summary>An INDEX of a CFF table: numbered pieces of data, each read when it is asked for.</summary>
sealed class CffIndex
{
    readonly Piece piece;
    readonly Table offsets;
    readonly int size;
    readonly long data;

    CffIndex() { }

    public static readonly CffIndex Empty = new();

    public CffIndex(Piece piece, long at)
    {
        this.piece = piece;
        Count = piece.Read(at, 2).U16(0);
        if (Count == 0) { End = at + 2; return; }
        size = piece.Read(at + 2, 1).U8(0);
        if (size is < 1 or > 4) throw new FontFault(piece.Tag, "INDEX 的偏移量宽度有误");
        offsets = piece.Read(at + 3, (Count + 1) * size);
        data = at + 2 + (Count + 1) * size;
        End = data + offsets.U(Count * size, size);
    }

    public int Count { get; }

    /// <summary>Where the INDEX ends in its table.</summary>
    public long End { get; }

    /// <exception cref="FontFault">There is no such item, or it lies outside the table.</exception>
    public Table Item(int index)
    {
        if ((uint)index >= (uint)Count) throw new FontFault(CffFont.Tag, $"没有第 {index} 项");
        var (from, to) = (offsets.U(index * size, size), offsets.U(index * size + size, size));
        if (from < 1 || to < from || to - from > 65_535) throw new FontFault(CffFont.Tag, "INDEX 的偏移量有误");
        return piece.Read(data + from, (int)(to - from));
    }
}
