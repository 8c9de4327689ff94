using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Kapok.Documents.Fonts;

/// <summary>
/// Writes the CFF table of a subset: always CID-keyed (Adobe-Identity-0) with CID = glyph number, one font dictionary and no
/// subroutines, whatever the original was. Charstrings come from <see cref="CharStringWriter"/>; the width stands before them.
/// </summary>
static class CffWriter
{
    /// <param name="widths">One a glyph, in font units.</param>
    /// <param name="charStrings">One a glyph, without width.</param>
    public static byte[] Write(string name, int unitsPerEm, FontBox box, ReadOnlySpan<int> widths, byte[][] charStrings)
    {
        var usual = Usual(widths);
        var prefixes = new byte[charStrings.Length][];
        var size = 0;
        for (var i = 0; i < charStrings.Length; i++)
        {
            prefixes[i] = widths[i] == usual ? [] : Width(widths[i]);
            size += prefixes[i].Length + charStrings[i].Length;
        }
        var offSize = size + 1 <= 0xFFFF ? 2 : size + 1 <= 0xFFFFFF ? 3 : 4;
        var top = new List<byte>(80);
        Operator(top, 1230, Sid(391), Sid(392), 0);
        if (unitsPerEm != 1000) Matrix(top, unitsPerEm);
        Operator(top, 5, box.XMin, box.YMin, box.XMax, box.YMax);
        Operator(top, 1234, charStrings.Length);
        // Offsets have five bytes each, so that the dictionary has its length before they are known.
        var topSize = top.Count + 5 * 4 + 1 + 2 + 1 + 2;
        byte[] header = [1, 0, 4, 4], nameIndex = Index([Encoding.ASCII.GetBytes(name)]), strings = Index(["Adobe"u8.ToArray(), "Identity"u8.ToArray()]);
        var charset = header.Length + nameIndex.Length + 5 + topSize + strings.Length + 2;
        byte[] charsetBytes = charStrings.Length == 1 ? [0] : [2, 0, 1, (byte)(charStrings.Length - 2 >> 8), (byte)(charStrings.Length - 2)];
        byte[] selectBytes = [3, 0, 1, 0, 0, 0, (byte)(charStrings.Length >> 8), (byte)charStrings.Length];
        var select = charset + charsetBytes.Length;
        var glyphs = select + selectBytes.Length;
        var dicts = glyphs + 3 + (charStrings.Length + 1) * offSize + size;
        var @private = new List<byte>(8);
        Operator(@private, 20, usual);
        Operator(@private, 21, 0);
        var dict = new List<byte>(12);
        const int dictIndex = 5 + 11;
        Operator(dict, 18, Fixed(@private.Count), Fixed(dicts + dictIndex));
        Operator(top, 15, Fixed(charset));
        Operator(top, 1237, Fixed(select));
        Operator(top, 17, Fixed(glyphs));
        Operator(top, 1236, Fixed(dicts));

        var bytes = new byte[dicts + dictIndex + @private.Count];
        var at = 0;
        foreach (var part in (byte[][])[header, nameIndex, Index([[.. top]]), strings, [0, 0], charsetBytes, selectBytes]) Add(part);
        bytes[at] = (byte)(charStrings.Length >> 8);
        bytes[at + 1] = (byte)charStrings.Length;
        bytes[at + 2] = (byte)offSize;
        at += 3;
        var offset = 1;
        for (var i = 0; i <= charStrings.Length; i++)
        {
            for (var b = 0; b < offSize; b++) bytes[at + b] = (byte)(offset >> 8 * (offSize - 1 - b));
            at += offSize;
            if (i < charStrings.Length) offset += prefixes[i].Length + charStrings[i].Length;
        }
        for (var i = 0; i < charStrings.Length; i++) { Add(prefixes[i]); Add(charStrings[i]); }
        Add(Index([[.. dict]]));
        Add([.. @private]);
        return bytes;

        void Add(byte[] part)
        {
            part.CopyTo(bytes, at);
            at += part.Length;
        }
    }

    static byte[] Width(int width)
    {
        var bytes = new List<byte>(5);
        CharStringWriter.Number(bytes, Math.Min(width, short.MaxValue) << 16);
        return [.. bytes];
    }

    /// <summary>The most frequent width (the smallest of several), which the glyphs need not repeat.</summary>
    static int Usual(ReadOnlySpan<int> widths)
    {
        var sorted = widths.ToArray();
        Array.Sort(sorted);
        var (best, most) = (0, 0);
        for (int i = 0, run = 0; i < sorted.Length; i++)
        {
            run = i > 0 && sorted[i] == sorted[i - 1] ? run + 1 : 1;
            if (run > most) (best, most) = (sorted[i], run);
        }
        return best;
    }

    /// <summary>An operand with its encoded length: offsets are always five bytes.</summary>
    readonly record struct Operand(int Value, bool Five = false)
    {
        public static implicit operator Operand(int value) => new(value);
    }

    static Operand Fixed(int value) => new(value, true);
    static Operand Sid(int value) => new(value);

    static void Operator(List<byte> dict, int key, params ReadOnlySpan<Operand> operands)
    {
        foreach (var (value, five) in operands)
        {
            if (!five && value is >= short.MinValue and <= short.MaxValue) CharStringWriter.Number(dict, value << 16);
            else
            {
                dict.Add(29);
                dict.AddRange(BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness(value)));
            }
        }
        Key(dict, key);
    }

    static void Key(List<byte> dict, int key)
    {
        if (key >= 1200) dict.Add(12);
        dict.Add((byte)(key % 1200));
    }

    static void Matrix(List<byte> dict, int unitsPerEm)
    {
        var scale = (1m / unitsPerEm).ToString("0.##################", CultureInfo.InvariantCulture)[1..];
        foreach (var number in (string[])[scale, "0", "0", scale, "0", "0"])
        {
            dict.Add(30);
            var nibbles = number.Select(c => c == '.' ? 10 : c - '0').Append(15).ToList();
            if (nibbles.Count % 2 == 1) nibbles.Add(15);
            for (var i = 0; i < nibbles.Count; i += 2) dict.Add((byte)(nibbles[i] << 4 | nibbles[i + 1]));
        }
        Key(dict, 1207);
    }

    static byte[] Index(byte[][] items)
    {
        var bytes = new List<byte> { (byte)(items.Length >> 8), (byte)items.Length, 1 };
        var offset = 1;
        bytes.Add(1);
        foreach (var item in items) bytes.Add((byte)(offset += item.Length));
        foreach (var item in items) bytes.AddRange(item);
        return [.. bytes];
    }
}
