using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using Kapok.Documents.Layout;

namespace Kapok.Documents.Pdf;

/// <summary>
/// The objects of a PDF 1.7 (ISO 32000-1) in the order of their numbers, with a plain cross-reference table, so that a signature can be
/// added behind it as an incremental update.
/// </summary>
sealed class PdfObjects
{
    readonly List<byte[]?> objects = [];

    /// <summary>A number for an object that is written later.</summary>
    public int Reserve() { objects.Add(null); return objects.Count; }

    public int Add(ByteText body) { objects.Add(body.ToArray()); return objects.Count; }

    public void Set(int number, ByteText body) => objects[number - 1] = body.ToArray();

    /// <param name="dictionary">Entries of the stream dictionary but the length, for example <c>/Filter/FlateDecode</c>.</param>
    public int AddStream(string dictionary, ReadOnlySpan<byte> data) => Add(new ByteText(data.Length + 128).Add("<<"u8).Add(dictionary).Add("/Length "u8).Add(data.Length).Add(">>\nstream\n"u8).Add(data).Add("\nendstream"u8));

    public static byte[] Deflate(ReadOnlySpan<byte> data, CompressionLevel level = CompressionLevel.Optimal)
    {
        var target = new MemoryStream(data.Length / 2 + 64);
        using (var deflate = new ZLibStream(target, level, leaveOpen: true)) deflate.Write(data);
        return target.ToArray();
    }

    public byte[] Write(int catalog, int info)
    {
        var pdf = new ByteText(objects.Sum(o => o!.Length + 32) + 1024).Add("%PDF-1.7\n%"u8).Add((ReadOnlySpan<byte>)[0xE2, 0xE3, 0xCF, 0xD3, (byte)'\n']);
        var offsets = new int[objects.Count];
        for (var i = 0; i < objects.Count; i++)
        {
            offsets[i] = pdf.Length;
            pdf.Add(i + 1).Add(" 0 obj\n"u8).Add(objects[i]).Add("\nendobj\n"u8);
        }
        var id = Convert.ToHexString(SHA256.HashData(pdf.Written).AsSpan(0, 16));
        var table = pdf.Length;
        pdf.Add("xref\n0 "u8).Add(objects.Count + 1).Add("\n0000000000 65535 f \n"u8);
        foreach (var offset in offsets) pdf.Add(offset.ToString("D10", CultureInfo.InvariantCulture)).Add(" 00000 n \n"u8);
        return pdf.Add("trailer\n<</Size "u8).Add(objects.Count + 1).Add("/Root "u8).Add(catalog).Add(" 0 R/Info "u8).Add(info).Add(" 0 R/ID[<"u8).Add(id).Add("><"u8).Add(id).Add(">]>>\nstartxref\n"u8).Add(table).Add("\n%%EOF\n"u8).ToArray();
    }

    /// <summary>A text string: UTF-16 with byte order mark, as hexadecimal digits.</summary>
    public static string Text(string text) => $"<FEFF{Convert.ToHexString(System.Text.Encoding.BigEndianUnicode.GetBytes(text))}>";
}
