using System.Buffers.Binary;
using System.IO.Compression;

namespace Kapok.Documents.Seals.Drawing;

/// <summary>A one-coloured picture on nothing: how opaque each pixel is, row by row.</summary>
public sealed record SealBitmap(int Width, int Height, byte[] Opacity, byte Red, byte Green, byte Blue)
{
    /// <summary>A PNG of four degrees of opacity in one colour: small, since a seal lies twice in every sealed file.</summary>
    public byte[] ToPng()
    {
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        var head = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(head, Width);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), Height);
        (head[8], head[9]) = (2, 3); // two bits a pixel, palette
        Chunk(png, "IHDR", head);
        var palette = new byte[12];
        for (var i = 0; i < 4; i++) (palette[i * 3], palette[i * 3 + 1], palette[i * 3 + 2]) = (Red, Green, Blue);
        Chunk(png, "PLTE", palette);
        Chunk(png, "tRNS", [.. Enumerable.Range(0, 4).Select(i => (byte)(i * 85))]);
        Chunk(png, "IDAT", Pixels());
        Chunk(png, "IEND", []);
        return png.ToArray();
    }

    byte[] Pixels()
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize, true))
        {
            var row = new byte[1 + (Width + 3) / 4];
            for (var y = 0; y < Height; y++)
            {
                row.AsSpan().Clear();
                for (var x = 0; x < Width; x++) row[1 + x / 4] |= (byte)((Opacity[y * Width + x] + 42) / 85 << (6 - x % 4 * 2));
                zlib.Write(row);
            }
        }
        return packed.ToArray();
    }

    static void Chunk(Stream png, string type, byte[] data)
    {
        var chunk = new byte[data.Length + 12];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        System.Text.Encoding.ASCII.GetBytes(type, chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(data.Length + 8), Crc(chunk.AsSpan(4, data.Length + 4)));
        png.Write(chunk);
    }

    static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = ~0u;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var i = 0; i < 8; i++) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        }
        return ~crc;
    }
}
