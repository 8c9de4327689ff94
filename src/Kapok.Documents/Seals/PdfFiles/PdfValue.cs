using System.Globalization;
using System.Text;

namespace Kapok.Documents.Seals.PdfFiles;

/// <summary>A name, without its slash.</summary>
sealed record PdfName(string Value);

/// <summary>A reference to an object.</summary>
sealed record PdfReference(int Number, int Generation);

/// <summary>A string, as bytes.</summary>
sealed record PdfText(byte[] Bytes);

/// <summary>A dictionary; values are <c>null</c>, <c>bool</c>, <c>long</c>, <c>double</c>, the types of this file, or lists.</summary>
sealed class PdfDictionary : Dictionary<string, object?>
{
    public PdfDictionary() : base(StringComparer.Ordinal) { }
    public PdfDictionary(PdfDictionary other) : base(other, StringComparer.Ordinal) { }
    public object? Get(string key) => TryGetValue(key, out var value) ? value : null;
    public string? Name(string key) => (Get(key) as PdfName)?.Value;
}

/// <summary>A stream: its dictionary and where its raw bytes lie in the file.</summary>
sealed record PdfStream(PdfDictionary Dictionary, int Start, int Length);

/// <summary>Writes values as PDF text (ISO 32000-2 clause 7.3).</summary>
static class PdfText32000
{
    public static void Write(StringBuilder to, object? value)
    {
        switch (value)
        {
            case null: to.Append("null"); break;
            case bool b: to.Append(b ? "true" : "false"); break;
            case long l: to.Append(l.ToString(CultureInfo.InvariantCulture)); break;
            case int i: to.Append(i.ToString(CultureInfo.InvariantCulture)); break;
            case double d: to.Append(d.ToString("0.#####", CultureInfo.InvariantCulture)); break;
            case PdfName name: Name(to, name.Value); break;
            case PdfReference r: to.Append(r.Number).Append(' ').Append(r.Generation).Append(" R"); break;
            case PdfText text: to.Append('<').Append(Convert.ToHexString(text.Bytes)).Append('>'); break;
            case PdfDictionary dictionary:
                to.Append("<<");
                foreach (var (key, entry) in dictionary) { Name(to, key); to.Append(' '); Write(to, entry); to.Append('\n'); }
                to.Append(">>");
                break;
            case IEnumerable<object?> list:
                to.Append('[');
                foreach (var entry in list) { Write(to, entry); to.Append(' '); }
                to.Append(']');
                break;
            default: throw new ArgumentException($"{value.GetType()} is no PDF value", nameof(value));
        }
    }

    static void Name(StringBuilder to, string name)
    {
        to.Append('/');
        foreach (var b in Encoding.Latin1.GetBytes(name))
            if (b is > 0x20 and < 0x7F && !"#()<>[]{}/%".Contains((char)b)) to.Append((char)b);
            else to.Append('#').Append(b.ToString("X2", CultureInfo.InvariantCulture));
    }

    /// <summary>A text string in UTF-16 with its mark.</summary>
    public static PdfText Text(string text) => new([0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes(text)]);
}
