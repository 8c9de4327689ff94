using System.Globalization;
using System.Text;

namespace Kapok.Foundation.Codes;

/// <summary>Names of uploaded and generated files that are safe on every system and in every header.</summary>
public static class FileName
{
    private static readonly HashSet<string> Devices = new(
        ["CON", "PRN", "AUX", "NUL", .. Enumerable.Range(0, 10).Select(i => $"COM{i}"), .. Enumerable.Range(0, 10).Select(i => $"LPT{i}")], StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The last part of a path without anything a file system, a shell, a header or a reader's eye could stumble over; never empty.
    /// </summary>
    /// <param name="maxBytes">Limit in UTF-8 bytes; cut between characters, the extension is kept.</param>
    public static string Safe(string? text, int maxBytes = 200)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 40);
        var last = (text ?? "").Split('/', '\\')[^1];
        var clean = new StringBuilder(last.Length);
        foreach (var rune in last.EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.OtherNotAssigned || rune == Rune.ReplacementChar) continue;
            if (category == UnicodeCategory.SpaceSeparator) clean.Append(' ');
            else if (rune.Value is ':' or '*' or '?' or '"' or '<' or '>' or '|' or '%' or ';' or '`' or '$' or '#' or '&' or '\'') clean.Append('_');
            else clean.Append(rune);
        }
        var name = clean.ToString().Trim(' ', '.');
        if (name.Length == 0) name = "未命名";
        var dot = name.LastIndexOf('.');
        var extension = dot > 0 && name.Length - dot <= 11 && name[(dot + 1)..].All(char.IsAsciiLetterOrDigit) ? name[dot..] : "";
        var stem = name[..(name.Length - extension.Length)];
        if (Devices.Contains(stem.Split('.')[0].Trim())) stem = "_" + stem;
        return Cut(stem, maxBytes - extension.Length).TrimEnd(' ', '.') + extension;
    }

    private static string Cut(string text, int maxBytes)
    {
        if (Encoding.UTF8.GetByteCount(text) <= maxBytes) return text;
        var result = new StringBuilder();
        var left = maxBytes;
        var elements = StringInfo.GetTextElementEnumerator(text);
        while (elements.MoveNext())
        {
            var element = elements.GetTextElement();
            if ((left -= Encoding.UTF8.GetByteCount(element)) < 0) break;
            result.Append(element);
        }
        return result.Length == 0 ? "未命名" : result.ToString();
    }
}
