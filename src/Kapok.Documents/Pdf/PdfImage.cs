using System.Buffers.Binary;
using System.IO.Compression;
using Kapok.Documents.Layout;

namespace Kapok.Documents.Pdf;

/// <summary>A picture as image object: JPEG goes in as it is, PNG keeps its packed rows where PDF can read them, transparency becomes a soft mask.</summary>
sealed record PdfImage(string Dictionary, byte[] Data, (string Dictionary, byte[] Data)? Mask)
{
    public static PdfImage Of(byte[] content)
    {
        var head = Picture.Check(content).Value ?? throw new ArgumentException("Not a PNG or JPEG that was checked.", nameof(content));
        var size = $"/Type/XObject/Subtype/Image/Width {head.Width}/Height {head.Height}";
        if (head.Kind == PictureKind.Jpeg) return new($"{size}/ColorSpace/{(head.Channels == 1 ? "DeviceGray" : "DeviceRGB")}/BitsPerComponent 8/Filter/DCTDecode", content, null);
        return Png(content, head, size);
    }

    public int Add(PdfObjects objects) => objects.AddStream(Mask is { } mask ? $"{Dictionary}/SMask {objects.AddStream(mask.Dictionary, mask.Data)} 0 R" : Dictionary, Data);

    static PdfImage Png(byte[] png, Picture head, string size)
    {
        var (bits, type) = (png[24], png[25]);
        byte[] palette = [], transparent = [];
        var packed = new MemoryStream();
        for (var at = 8; at + 12 <= png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            if (length < 0 || at + 12 + (long)length > png.Length) break;
            var data = png.AsSpan(at + 8, length);
            switch (BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(at + 4)))
            {
                case 0x49444154: packed.Write(data); break;
                case 0x504C5445: palette = data.ToArray(); break;
                case 0x74524E53: transparent = data.ToArray(); break;
            }
            at += 12 + length;
        }
        var colours = type switch { 2 or 6 => 3, _ => 1 };
        var space = type switch { 2 or 6 => "/DeviceRGB", 3 => $"[/Indexed/DeviceRGB {palette.Length / 3 - 1}<{Convert.ToHexString(palette)}>]", _ => "/DeviceGray" };
        if (type is not (4 or 6) && !(type == 3 && bits == 8 && transparent.Length > 0))
            return new($"{size}/ColorSpace{space}/BitsPerComponent {bits}/Filter/FlateDecode/DecodeParms<</Predictor 15/Colors {colours}/BitsPerComponent {bits}/Columns {head.Width}>>", packed.ToArray(), null);
        var rows = Rows(packed, head, type == 3 ? 1 : colours + 1);
        var (plain, alpha) = (new byte[head.Width * head.Height * colours], new byte[head.Width * head.Height]);
        for (var i = 0; i < alpha.Length; i++)
            if (type == 3) { plain[i] = rows[i]; alpha[i] = rows[i] < transparent.Length ? transparent[rows[i]] : (byte)255; }
            else
            {
                rows.AsSpan(i * (colours + 1), colours).CopyTo(plain.AsSpan(i * colours));
                alpha[i] = rows[i * (colours + 1) + colours];
            }
        return new($"{size}/ColorSpace{space}/BitsPerComponent 8/Filter/FlateDecode", PdfObjects.Deflate(plain), ($"{size}/ColorSpace/DeviceGray/BitsPerComponent 8/Filter/FlateDecode", PdfObjects.Deflate(alpha)));
    }

    /// <summary>Rows of eight-bit samples with the filters of PNG (ISO/IEC 15948 clause 9) undone.</summary>
    static byte[] Rows(MemoryStream packed, Picture head, int samples)
    {
        packed.Position = 0;
        using var source = new ZLibStream(packed, CompressionMode.Decompress);
        var stride = head.Width * samples;
        var rows = new byte[stride * head.Height];
        var row = new byte[stride + 1];
        for (var y = 0; y < head.Height; y++)
        {
            source.ReadExactly(row);
            var line = rows.AsSpan(y * stride, stride);
            var above = y > 0 ? rows.AsSpan((y - 1) * stride, stride) : default;
            for (var x = 0; x < stride; x++)
            {
                int left = x >= samples ? line[x - samples] : 0, up = y > 0 ? above[x] : 0, corner = x >= samples && y > 0 ? above[x - samples] : 0;
                line[x] = (byte)(row[x + 1] + row[0] switch { 1 => left, 2 => up, 3 => (left + up) / 2, 4 => Paeth(left, up, corner), _ => 0 });
            }
        }
        return rows;
    }

    static int Paeth(int left, int up, int corner)
    {
        var (p, q, r) = (Math.Abs(up - corner), Math.Abs(left - corner), Math.Abs(left + up - 2 * corner));
        return p <= q && p <= r ? left : q <= r ? up : corner;
    }
}
