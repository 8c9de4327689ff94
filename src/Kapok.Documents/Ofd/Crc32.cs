namespace Kapok.Documents.Ofd;

/// <summary>CRC-32 of ISO 3309 (ZIP, PNG), eight bytes at a time.</summary>
public static class Crc32
{
    static readonly uint[][] Tables = MakeTables();

    static uint[][] MakeTables()
    {
        var tables = new uint[8][];
        for (var t = 0; t < 8; t++) tables[t] = new uint[256];
        for (var i = 0u; i < 256; i++)
        {
            var c = i;
            for (var bit = 0; bit < 8; bit++) c = (c & 1) != 0 ? c >> 1 ^ 0xEDB88320u : c >> 1;
            tables[0][i] = c;
        }
        for (var t = 1; t < 8; t++)
            for (var i = 0; i < 256; i++) tables[t][i] = tables[t - 1][i] >> 8 ^ tables[0][tables[t - 1][i] & 0xFF];
        return tables;
    }

    public static uint Of(ReadOnlySpan<byte> data)
    {
        var (t0, t1, t2, t3, t4, t5, t6, t7) = (Tables[0], Tables[1], Tables[2], Tables[3], Tables[4], Tables[5], Tables[6], Tables[7]);
        var crc = ~0u;
        while (data.Length >= 8)
        {
            var a = crc ^ (uint)(data[0] | data[1] << 8 | data[2] << 16 | data[3] << 24);
            crc = t7[a & 0xFF] ^ t6[a >> 8 & 0xFF] ^ t5[a >> 16 & 0xFF] ^ t4[a >> 24] ^ t3[data[4]] ^ t2[data[5]] ^ t1[data[6]] ^ t0[data[7]];
            data = data[8..];
        }
        foreach (var b in data) crc = t0[(crc ^ b) & 0xFF] ^ crc >> 8;
        return ~crc;
    }
}
