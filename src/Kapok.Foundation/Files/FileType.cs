namespace Kapok.Foundation.Files;

/// <summary>What a file is by its first bytes. A name or a claimed type is never believed.</summary>
public sealed record FileType(string Media, string Extension, string Label)
{
    public static readonly FileType Pdf = new("application/pdf", "pdf", "PDF 文档");
    public static readonly FileType Jpeg = new("image/jpeg", "jpg", "JPG 图片");
    public static readonly FileType Png = new("image/png", "png", "PNG 图片");
    public static readonly FileType Heic = new("image/heic", "heic", "HEIC 图片");
    public static readonly FileType Ofd = new("application/ofd", "ofd", "OFD 版式文件");
    public static readonly FileType Docx = new("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx", "Word 文档");
    public static readonly FileType Xlsx = new("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", "Excel 表格");
    public static readonly FileType Zip = new("application/zip", "zip", "ZIP 压缩包");

    /// <summary>Bytes needed to tell.</summary>
    public const int Enough = 4096;

    /// <summary>The type by content, or null when it is none we take.</summary>
    public static FileType? Of(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("%PDF-"u8)) return Pdf;
        if (start is [0xFF, 0xD8, 0xFF, ..]) return Jpeg;
        if (start.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])) return Png;
        if (start.Length > 12 && start[4..8].SequenceEqual("ftyp"u8) && (start[8..12].SequenceEqual("heic"u8) || start[8..12].SequenceEqual("mif1"u8))) return Heic;
        if (!start.StartsWith("PK\u0003\u0004"u8)) return null;
        if (start.IndexOf("OFD.xml"u8) >= 0) return Ofd;
        if (start.IndexOf("word/"u8) >= 0) return Docx;
        if (start.IndexOf("xl/"u8) >= 0) return Xlsx;
        return Zip;
    }

    /// <summary>Whether the list of an item (<c>pdf jpg png</c>) takes this type.</summary>
    public bool IsOneOf(IEnumerable<string> extensions) =>
        extensions.Any(e => e.TrimStart('.').Equals(Extension, StringComparison.OrdinalIgnoreCase) || (Extension == "jpg" && e.Equals("jpeg", StringComparison.OrdinalIgnoreCase)));
}
