using System.Buffers.Binary;
using System.Text;

namespace Kapok.Documents.Fonts;

/// <summary>
/// Makes the smallest complete font for some glyphs. The costly part, an outline without subroutines and hints in its shortest form,
/// is made once a glyph and kept; the rest is joining and counting.
/// </summary>
static class Subsetter
{
    public static FontSubset Subset(FontFace face, IReadOnlyCollection<ushort> wanted)
    {
        var glyphs = face.IsCff ? Sorted(face, wanted) : Closed(face.Glyf!, Sorted(face, wanted));
        var widths = new int[glyphs.Length];
        for (var i = 0; i < glyphs.Length; i++) widths[i] = face.AdvanceOf(glyphs[i]);
        var name = $"{FontSubset.TagOf(glyphs)}+{face.PostScriptName}";
        var tables = new List<(string Tag, byte[] Data)>(10);
        var codes = Codes(face, glyphs);
        var wideLoca = false;
        if (face.Cff is { } cff)
        {
            var charStrings = new byte[glyphs.Length][];
            for (var i = 0; i < glyphs.Length; i++) charStrings[i] = cff.Written(glyphs[i]);
            tables.Add((CffFont.Tag, CffWriter.Write(name, face.UnitsPerEm, face.BoundingBox, widths, charStrings)));
        }
        tables.Add(("OS/2", Os2(face, codes)));
        tables.Add(("cmap", CmapWriter.Write(codes)));
        byte[]? loca = null;
        if (face.Glyf is { } glyf)
        {
            (var outlines, loca, wideLoca) = Glyf(glyf, glyphs);
            tables.Add(("glyf", outlines));
        }
        tables.Add(("head", Head(face, wideLoca)));
        var measured = Measured(widths);
        tables.Add(("hhea", Hhea(face, measured)));
        tables.Add(("hmtx", Hmtx(face, glyphs, widths, measured)));
        if (loca is not null) tables.Add(("loca", loca));
        tables.Add(("maxp", Maxp(face, glyphs.Length)));
        tables.Add(("name", Names(face, name)));
        tables.Add(("post", Post(face)));
        var (bytes, first) = Join(face.IsCff ? 0x4F54544Fu : 0x00010000u, tables);
        return new(face, glyphs, bytes, name, face.IsCff ? first : 0, face.IsCff ? tables[0].Data.Length : 0);
    }

    /// <summary>Ascending, each once, with .notdef.</summary>
    static ushort[] Sorted(FontFace face, IReadOnlyCollection<ushort> wanted)
    {
        var glyphs = new ushort[wanted.Count + 1];
        var at = 1;
        foreach (var glyph in wanted) glyphs[at++] = glyph;
        Array.Sort(glyphs);
        if (glyphs[^1] >= face.GlyphCount) throw new ArgumentOutOfRangeException(nameof(wanted), glyphs[^1], "The font has no such glyph.");
        var count = 1;
        for (var i = 1; i < glyphs.Length; i++) if (glyphs[i] != glyphs[i - 1]) glyphs[count++] = glyphs[i];
        return glyphs[..count];
    }

    /// <summary>With the parts of composite glyphs, and their parts.</summary>
    static ushort[] Closed(GlyfFont font, ushort[] glyphs)
    {
        var all = new HashSet<ushort>(glyphs);
        var open = new Stack<ushort>(glyphs);
        while (open.TryPop(out var glyph))
            foreach (var part in font.Written(glyph).Components)
                if (all.Add(part)) open.Push(part);
        var closed = all.ToArray();
        Array.Sort(closed);
        return closed;
    }

    /// <summary>Characters and their new glyphs, by character.</summary>
    static (int Code, ushort Glyph)[] Codes(FontFace face, ushort[] glyphs)
    {
        var codes = new List<(int Code, ushort Glyph)>(glyphs.Length + 16);
        for (var i = 1; i < glyphs.Length; i++)
            foreach (var code in face.Characters.CodesOf(glyphs[i])) codes.Add((code, (ushort)i));
        codes.Sort((a, b) => a.Code - b.Code);
        return [.. codes];
    }

    static (byte[] Glyf, byte[] Loca, bool Wide) Glyf(GlyfFont font, ushort[] glyphs)
    {
        var size = 0;
        foreach (var glyph in glyphs) size += Even(font.Written(glyph).Data.Length);
        var wide = size > 0xFFFF * 2;
        var (data, loca) = (new byte[size], new byte[(glyphs.Length + 1) * (wide ? 4 : 2)]);
        var at = 0;
        for (var i = 0; i <= glyphs.Length; i++)
        {
            if (wide) BinaryPrimitives.WriteUInt32BigEndian(loca.AsSpan(i * 4), (uint)at);
            else BinaryPrimitives.WriteUInt16BigEndian(loca.AsSpan(i * 2), (ushort)(at / 2));
            if (i == glyphs.Length) break;
            var glyph = font.Written(glyphs[i]);
            glyph.Data.CopyTo(data, at);
            for (var part = 0; part < glyph.Components.Length; part++)
                BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(at + glyph.Places[part]), (ushort)Array.BinarySearch(glyphs, glyph.Components[part]));
            at += Even(glyph.Data.Length);
        }
        return (data, loca, wide);
    }

    static int Even(int size) => size + 1 & ~1;

    static byte[] Head(FontFace face, bool wideLoca)
    {
        var head = face.Optional("head")!.Value.Slice(0, 54).Span.ToArray();
        Put32(head, 8, 0);
        Put16(head, 50, wideLoca ? 1 : 0);
        Put16(head, 52, 0);
        return head;
    }

    /// <summary>How many glyphs need an own width: those after share the last.</summary>
    static int Measured(int[] widths)
    {
        var count = widths.Length;
        while (count > 1 && widths[count - 2] == widths[count - 1]) count--;
        return count;
    }

    static byte[] Hhea(FontFace face, int measured)
    {
        var hhea = face.Optional("hhea")!.Value.Slice(0, 36).Span.ToArray();
        Put16(hhea, 32, 0);
        Put16(hhea, 34, measured);
        return hhea;
    }

    /// <summary>Widths and left side bearings.</summary>
    static byte[] Hmtx(FontFace face, ushort[] glyphs, int[] widths, int measured)
    {
        var hmtx = new byte[measured * 4 + (glyphs.Length - measured) * 2];
        for (var i = 0; i < glyphs.Length; i++)
        {
            if (i < measured) Put16(hmtx, i * 4, widths[i]);
            Put16(hmtx, i < measured ? i * 4 + 2 : measured * 4 + (i - measured) * 2, face.BearingOf(glyphs[i]));
        }
        return hmtx;
    }

    static byte[] Maxp(FontFace face, int glyphs)
    {
        var maxp = new byte[face.IsCff ? 6 : 32];
        if (face.IsCff) Put32(maxp, 0, 0x00005000);
        else
        {
            face.Optional("maxp")!.Value.Slice(0, 32).Span.CopyTo(maxp);
            // One zone, no storage, functions, instructions and stack: glyphs have no instructions any more.
            Put16(maxp, 14, 1);
            for (var at = 16; at <= 26; at += 2) Put16(maxp, at, 0);
        }
        Put16(maxp, 4, glyphs);
        return maxp;
    }

    static byte[] Os2(FontFace face, (int Code, ushort Glyph)[] codes)
    {
        byte[] os2;
        if (face.Optional("OS/2") is { Length: >= 78 } table)
        {
            var version = Math.Min(table.U16(0), (ushort)4);
            if (version >= 2 && table.Length < 96 || version == 1 && table.Length < 86) version = 0;
            os2 = table.Slice(0, version switch { 0 => 78, 1 => 86, _ => 96 }).Span.ToArray();
            Put16(os2, 0, version);
        }
        else
        {
            os2 = new byte[78];
            Put16(os2, 4, face.Weight);
            Put16(os2, 6, 5);
            "NONE"u8.CopyTo(os2.AsSpan(58));
            Put16(os2, 62, face.IsBold ? 32 : 64);
            foreach (var (at, value) in ((int, int)[])[(68, face.Ascent), (70, face.Descent), (74, Math.Max(0, face.Ascent)), (76, Math.Max(0, -face.Descent))]) Put16(os2, at, value);
        }
        Put16(os2, 64, codes.Length == 0 ? 0 : Math.Min(codes[0].Code, 0xFFFF));
        Put16(os2, 66, codes.Length == 0 ? 0 : Math.Min(codes[^1].Code, 0xFFFF));
        return os2;
    }

    static byte[] Names(FontFace face, string name)
    {
        var family = face.FamilyName is "" ? face.PostScriptName : face.FamilyName;
        (int Id, string Text)[] records = [(1, family), (2, face.IsBold ? "Bold" : "Regular"), (3, name), (4, family + (face.IsBold ? " Bold" : "")), (5, "Version 1.0"), (6, name)];
        var head = 6 + records.Length * 12;
        var data = new byte[head + records.Sum(r => r.Text.Length * 2)];
        Put16(data, 2, records.Length);
        Put16(data, 4, head);
        for (var (i, at) = (0, 0); i < records.Length; i++)
        {
            var size = Encoding.BigEndianUnicode.GetBytes(records[i].Text, data.AsSpan(head + at));
            foreach (var (place, value) in ((int, int)[])[(0, 3), (2, 1), (4, 0x409), (6, records[i].Id), (8, size), (10, at)]) Put16(data, 6 + i * 12 + place, value);
            at += size;
        }
        return data;
    }

    /// <summary>Version 3: no glyph names.</summary>
    static byte[] Post(FontFace face)
    {
        var post = new byte[32];
        if (face.Optional("post") is { Length: >= 16 } table) table.Slice(0, 16).Span.CopyTo(post);
        Put32(post, 0, 0x00030000);
        return post;
    }

    static (byte[] Bytes, int First) Join(uint version, List<(string Tag, byte[] Data)> tables)
    {
        var head = 12 + tables.Count * 16;
        var bytes = new byte[head + tables.Sum(t => t.Data.Length + 3 & ~3)];
        var log = System.Numerics.BitOperations.Log2((uint)tables.Count);
        Put32(bytes, 0, version);
        foreach (var (place, value) in ((int, int)[])[(4, tables.Count), (6, 16 << log), (8, log), (10, tables.Count * 16 - (16 << log))]) Put16(bytes, place, value);
        var (at, total, adjust) = (head, 0u, 0);
        for (var i = 0; i < tables.Count; i++)
        {
            var (tag, data) = tables[i];
            data.CopyTo(bytes, at);
            var sum = Sum(bytes.AsSpan(at, data.Length + 3 & ~3));
            var record = 12 + i * 16;
            Encoding.ASCII.GetBytes(tag, bytes.AsSpan(record));
            Put32(bytes, record + 4, sum);
            Put32(bytes, record + 8, (uint)at);
            Put32(bytes, record + 12, (uint)data.Length);
            if (tag == "head") adjust = at + 8;
            total += sum;
            at += data.Length + 3 & ~3;
        }
        Put32(bytes, adjust, 0xB1B0AFBA - (total + Sum(bytes.AsSpan(0, head))));
        return (bytes, head);
    }

    static uint Sum(ReadOnlySpan<byte> data)
    {
        var sum = 0u;
        foreach (var word in System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(data)) sum += BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(word) : word;
        return sum;
    }

    static void Put16(byte[] data, int at, int value) => BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(at), (ushort)value);
    static void Put32(byte[] data, int at, uint value) => BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(at), value);
}
