using System.Text;
using Kapok.Foundation;

namespace Kapok.Documents.Seals.PdfFiles;

/// <summary>One signature of a PDF.</summary>
/// <param name="HoleStart">Byte of the &lt; that begins the signature value; everything before it is signed.</param>
/// <param name="HoleEnd">Byte after its &gt;; signed again from here.</param>
/// <param name="End">Byte after the last one that is signed.</param>
/// <param name="Contents">The signature value.</param>
/// <param name="SubFilter">ETSI.CAdES.detached, adbe.pkcs7.detached, ETSI.RFC3161 …</param>
sealed record PdfSignature(int HoleStart, int HoleEnd, int End, byte[] Contents, string SubFilter, string Name, DateTimeOffset? At)
{
    /// <summary>The bytes that are signed.</summary>
    public byte[] Signed(ReadOnlySpan<byte> file)
    {
        var signed = new byte[HoleStart + End - HoleEnd];
        file[..HoleStart].CopyTo(signed);
        file[HoleEnd..End].CopyTo(signed.AsSpan(HoleStart));
        return signed;
    }
}

/// <summary>
/// Finds the signatures of a PDF by their byte ranges, not by the tables of the file: tables are what an attacker rewrites. A
/// range counts only when its hole is exactly the signature value, so that nothing can hide in it.
/// </summary>
static class PdfSignatures
{
    public const int Most = 50;
    const int LongestSearch = 1 << 20;

    /// <summary>In the order of what they cover. A range that is not as it must be is a fault of the file.</summary>
    public static Outcome<IReadOnlyList<PdfSignature>> Find(ReadOnlyMemory<byte> file)
    {
        var bytes = file.Span;
        if (!bytes[..Math.Min(1024, bytes.Length)].StartsWith("%PDF-"u8)) return Outcome<IReadOnlyList<PdfSignature>>.No(Refusal.Invalid, "不是 PDF 文件");
        var found = new Dictionary<int, PdfSignature>();
        var tries = 0;
        for (var at = 0; ;)
        {
            var next = bytes[at..].IndexOf("/ByteRange"u8);
            if (next < 0) break;
            at += next + 10;
            if (++tries > 2 * Most) return Outcome<IReadOnlyList<PdfSignature>>.No(Refusal.TooLarge, $"签名超过 {Most} 个");
            var from = Math.Max(0, at - LongestSearch);
            var header = bytes[from..at].LastIndexOf(" obj"u8);
            if (header < 0) continue;
            object? value;
            try { value = new PdfScanner(file[..Math.Min(file.Length, at + LongestSearch)], from + header + 4).Value(); }
            catch (MalformedPdf e) { return Outcome<IReadOnlyList<PdfSignature>>.No(Refusal.Invalid, $"签名字典读不懂：{e.Message}", $"第 {e.At} 字节"); }
            if (Dictionary(value, 0) is not { } dictionary) continue;
            var read = Read(bytes, dictionary);
            if (!read.Ok) return read.As<IReadOnlyList<PdfSignature>>();
            found.TryAdd(read.Value!.HoleStart, read.Value);
            if (found.Count > Most) return Outcome<IReadOnlyList<PdfSignature>>.No(Refusal.TooLarge, $"签名超过 {Most} 个");
        }
        return found.Values.OrderBy(s => s.End).ToList();
    }

    static PdfDictionary? Dictionary(object? value, int depth)
    {
        if (value is not PdfDictionary dictionary || depth > 4) return null;
        if (dictionary.ContainsKey("ByteRange") && dictionary.ContainsKey("Contents")) return dictionary;
        return dictionary.Values.Select(v => Dictionary(v, depth + 1)).FirstOrDefault(d => d is not null);
    }

    static Outcome<PdfSignature> Read(ReadOnlySpan<byte> bytes, PdfDictionary dictionary)
    {
        Outcome<PdfSignature> Bad(string message) => Outcome<PdfSignature>.No(Refusal.Invalid, message, "ByteRange");
        if (dictionary.Get("ByteRange") is not List<object?> { Count: 4 } list || list.Any(v => v is not long)) return Bad("签名范围应为四个整数");
        var (range, size) = (list.OfType<long>().ToArray(), bytes.Length);
        if (range[0] != 0 || range.Any(v => v < 0 || v > size) || range[1] >= range[2] || range[2] + range[3] > size) return Bad("签名范围不在文件里");
        var (start, end, last) = ((int)range[1], (int)range[2], (int)(range[2] + range[3]));
        if (bytes[start] != '<' || bytes[end - 1] != '>' || dictionary.Get("Contents") is not PdfText contents) return Bad("签名范围的空缺处不是签名值，可能藏有别的内容");
        byte[] hole;
        try { hole = new PdfScanner(bytes[start..end].ToArray()).Value() is PdfText text ? text.Bytes : []; }
        catch (MalformedPdf) { return Bad("签名范围的空缺处不是签名值，可能藏有别的内容"); }
        if (!hole.AsSpan().SequenceEqual(contents.Bytes) || bytes[(start + 1)..(end - 1)].IndexOfAny((byte)'<', (byte)'>') >= 0) return Bad("签名范围的空缺处不是签名值，可能藏有别的内容");
        return new PdfSignature(start, end, last, Trimmed(contents.Bytes), dictionary.Name("SubFilter") ?? "", TextOf(dictionary.Get("Name")), TimeOf(dictionary.Get("M")));
    }

    /// <summary>The value without the zeros that fill its room; the length stands in its first bytes.</summary>
    static byte[] Trimmed(byte[] contents)
    {
        if (contents.Length < 4 || contents[0] != 0x30) return contents;
        var bytes = contents[1] & 0x7F;
        if (contents[1] < 0x80) return contents[..Math.Min(contents.Length, contents[1] + 2)];
        if (bytes is < 1 or > 3) return contents; // indefinite: as it stands
        var length = 0;
        for (var i = 0; i < bytes; i++) length = length << 8 | contents[2 + i];
        return contents[..(int)Math.Min(contents.Length, (long)length + 2 + bytes)];
    }

    static string TextOf(object? value) => value is not PdfText { Bytes: var bytes } ? ""
        : bytes.Length > 1000 ? "" : bytes is [0xFE, 0xFF, ..] ? Encoding.BigEndianUnicode.GetString(bytes.AsSpan(2)) : bytes is [0xEF, 0xBB, 0xBF, ..] ? Encoding.UTF8.GetString(bytes.AsSpan(3)) : Encoding.Latin1.GetString(bytes);

    static DateTimeOffset? TimeOf(object? value)
    {
        var text = TextOf(value).Replace("'", "");
        return text.StartsWith("D:", StringComparison.Ordinal) ? DerFields.TimeOf(text[2..], false) : null;
    }
}
