using System.Buffers.Binary;

namespace Kapok.Documents.Fonts;

/// <summary>The character map of a subset: format 4 for the basic plane, and format 12 for all when there are others or 4 is too small.</summary>
static class CmapWriter
{
    /// <param name="codes">By character, each once.</param>
    public static byte[] Write((int Code, ushort Glyph)[] codes)
    {
        var groups = Groups(codes);
        var basic = groups.Where(g => g.First < 0x10000).Select(g => g with { Last = Math.Min(g.Last, 0xFFFF) }).ToList();
        // The map of the basic plane must end with U+FFFF.
        if (basic.Count == 0 || basic[^1].Last != 0xFFFF) basic.Add((0xFFFF, 0xFFFF, 0));
        var narrow = 16 + basic.Count * 8 <= 0xFFFF ? Segments(basic) : null;
        var wide = narrow is null || codes.Length > 0 && codes[^1].Code > 0xFFFF ? Format12(groups) : null;
        List<(int Platform, int Encoding, byte[] Data)> records = [];
        if (narrow is not null) records.Add((0, 3, narrow));
        if (wide is not null) records.Add((0, 4, wide));
        if (narrow is not null) records.Add((3, 1, narrow));
        if (wide is not null) records.Add((3, 10, wide));
        var head = 4 + records.Count * 8;
        var table = new byte[head + (narrow?.Length ?? 0) + (wide?.Length ?? 0)];
        Put16(table, 2, records.Count);
        for (var i = 0; i < records.Count; i++)
        {
            Put16(table, 4 + i * 8, records[i].Platform);
            Put16(table, 6 + i * 8, records[i].Encoding);
            Put32(table, 8 + i * 8, head + (records[i].Data == narrow ? 0 : narrow?.Length ?? 0));
        }
        narrow?.CopyTo(table, head);
        wide?.CopyTo(table, head + (narrow?.Length ?? 0));
        return table;
    }

    static List<(int First, int Last, int Glyph)> Groups((int Code, ushort Glyph)[] codes)
    {
        var groups = new List<(int First, int Last, int Glyph)>(codes.Length);
        foreach (var (code, glyph) in codes)
            if (groups is [.., var last] && code == last.Last + 1 && glyph == last.Glyph + code - last.First) groups[^1] = last with { Last = code };
            else groups.Add((code, code, glyph));
        return groups;
    }

    static byte[] Segments(List<(int First, int Last, int Glyph)> groups)
    {
        var n = groups.Count;
        var data = new byte[16 + n * 8];
        var log = System.Numerics.BitOperations.Log2((uint)n);
        foreach (var (place, value) in ((int, int)[])[(0, 4), (2, data.Length), (6, n * 2), (8, 2 << log), (10, log), (12, n * 2 - (2 << log))]) Put16(data, place, value);
        for (var i = 0; i < n; i++)
        {
            var (first, last, glyph) = groups[i];
            Put16(data, 14 + i * 2, last);
            Put16(data, 16 + n * 2 + i * 2, first);
            Put16(data, 16 + n * 4 + i * 2, glyph - first);
        }
        return data;
    }

    static byte[] Format12(List<(int First, int Last, int Glyph)> groups)
    {
        var data = new byte[16 + groups.Count * 12];
        Put16(data, 0, 12);
        Put32(data, 4, data.Length);
        Put32(data, 12, groups.Count);
        for (var i = 0; i < groups.Count; i++)
        {
            Put32(data, 16 + i * 12, groups[i].First);
            Put32(data, 20 + i * 12, groups[i].Last);
            Put32(data, 24 + i * 12, groups[i].Glyph);
        }
        return data;
    }

    static void Put16(byte[] data, int at, int value) => BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(at), (ushort)value);
    static void Put32(byte[] data, int at, int value) => BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(at), value);
}
