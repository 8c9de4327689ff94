using System.Buffers.Binary;
using Kapok.Foundation;

namespace Kapok.Documents.Layout;

public enum PictureKind { Png, Jpeg }

/// <summary>Head of a PNG or JPEG picture.</summary>
/// <param name="Channels">JPEG: 1 grey or 3 colour. PNG: of the file, alpha included; 1 for a palette.</param>
public sealed record Picture(PictureKind Kind, int Width, int Height, int Channels)
{
    public const int MaxSide = 10_000, MaxPixels = 40_000_000;

    /// <summary>Looks at a picture before it goes into a document; refused when its format or size cannot be printed.</summary>
    public static Outcome<Picture> Check(byte[] content)
    {
        var picture = Head(content);
        if (picture is null) return Outcome<Picture>.No(Refusal.Invalid, "图片应为 PNG 或 JPEG（灰度、彩色）格式");
        if (picture.Width > MaxSide || picture.Height > MaxSide || (long)picture.Width * picture.Height > MaxPixels) return Outcome<Picture>.No(Refusal.TooLarge, $"图片不能超过 {MaxPixels / 1_000_000} 百万像素");
        return picture;
    }

    static Picture? Head(ReadOnlySpan<byte> b)
    {
        if (b.Length > 33 && b.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]))
        {
            var (w, h) = (BinaryPrimitives.ReadInt32BigEndian(b[16..]), BinaryPrimitives.ReadInt32BigEndian(b[20..]));
            return w <= 0 || h <= 0 ? null : new(PictureKind.Png, w, h, b[25] switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 });
        }
        if (b.Length < 4 || b[0] != 0xFF || b[1] != 0xD8) return null;
        for (var at = 2; at + 9 < b.Length;)
        {
            if (b[at] != 0xFF) return null;
            var marker = b[at + 1];
            if (marker is 0xFF) { at++; continue; }
            if (marker is 0x01 or (>= 0xD0 and <= 0xD8)) { at += 2; continue; }
            var length = BinaryPrimitives.ReadUInt16BigEndian(b[(at + 2)..]);
            if (marker is >= 0xC0 and <= 0xC2)
            {
                var (h, w, channels) = (BinaryPrimitives.ReadUInt16BigEndian(b[(at + 5)..]), BinaryPrimitives.ReadUInt16BigEndian(b[(at + 7)..]), (int)b[at + 9]);
                return w == 0 || h == 0 || b[at + 4] != 8 || channels is not (1 or 3) ? null : new(PictureKind.Jpeg, w, h, channels);
            }
            if (length < 2) return null;
            at += 2 + length;
        }
        return null;
    }
}
