using System.IO.Compression;
using System.Text;
using System.Xml;

namespace Kapok.Cases.Finding;

/// <summary>The words of a material where they can be read without guessing: Office Open XML (Word, Excel) and OFD, which are ZIP with XML inside.</summary>
public static class MaterialText
{
    const int Longest = 8_000;
    const long LargestFile = 20L << 20, LargestPart = 8L << 20;

    /// <returns>At most 8,000 characters; null for other types and for files that are too large.</returns>
    public static string? Of(Stream content, string type, long size)
    {
        Func<string, bool>? part = type switch
        {
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => n => n is "word/document.xml",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => n => n is "xl/sharedStrings.xml",
            "application/ofd" => n => n.EndsWith("/Content.xml", StringComparison.OrdinalIgnoreCase),
            _ => null,
        };
        if (part is null || size > LargestFile) return null;
        using var archive = new ZipArchive(content, ZipArchiveMode.Read);
        var text = new StringBuilder();
        foreach (var entry in archive.Entries.Where(e => part(e.FullName) && e.Length <= LargestPart).Take(50))
        {
            using var stream = entry.Open();
            using var reader = XmlReader.Create(stream, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = LargestPart });
            try
            {
                while (text.Length < Longest && reader.Read())
                    switch (reader.NodeType)
                    {
                        case XmlNodeType.Text: text.Append(reader.Value); break;
                        // Runs of one paragraph belong together; the next paragraph does not.
                        case XmlNodeType.EndElement when reader.LocalName is "p" or "si" or "TextObject": text.Append('\n'); break;
                    }
            }
            catch (XmlException) { }
            if (text.Length >= Longest) break;
        }
        return text.Length > Longest ? text.ToString(0, Longest) : text.ToString();
    }
}
