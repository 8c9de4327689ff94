using System.Text;

namespace Kapok.Foundation.Codes;

/// <summary>Cleans typed codes: people paste them with spaces, full-width digits, invisible marks.</summary>
internal static class CodeText
{
    /// <summary>Half-width, upper case, without white space and invisible marks.</summary>
    public static string Clean(string? text)
    {
        if (string.IsNullOrEmpty(text)) return "";
        var result = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c) || c is '\u200b' or '\u200c' or '\u200d' or '\u2060' or '\ufeff') continue;
            result.Append(char.ToUpperInvariant(HalfWidth(c)));
        }
        return result.ToString();
    }

    /// <summary>Also without hyphens of any kind.</summary>
    public static string CleanJoined(string? text) => string.Concat(Clean(text).Where(c => c is not ('-' or '‐' or '‑' or '–' or '—' or '－')));

    public static char HalfWidth(char c) => c is >= '\uff01' and <= '\uff5e' ? (char)(c - 0xfee0) : c == '\u3000' ? ' ' : c;

    public static bool IsDigits(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            if (!char.IsAsciiDigit(c)) return false;
        return true;
    }
}
