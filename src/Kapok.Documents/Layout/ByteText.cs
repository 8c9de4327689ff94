using System.Buffers;
using System.Globalization;
using System.Text;

namespace Kapok.Documents.Layout;

/// <summary>A growing UTF-8 text for the writers of OFD, PDF and SVG; numbers in the shortest form.</summary>
sealed class ByteText(int capacity = 4096)
{
    readonly ArrayBufferWriter<byte> buffer = new(capacity);

    public int Length => buffer.WrittenCount;
    public byte[] ToArray() => buffer.WrittenSpan.ToArray();
    public ReadOnlySpan<byte> Written => buffer.WrittenSpan;
    public override string ToString() => Encoding.UTF8.GetString(buffer.WrittenSpan);

    public ByteText Add(ReadOnlySpan<byte> utf8) { buffer.Write(utf8); return this; }
    public ByteText Add(string text) { Encoding.UTF8.GetBytes(text, buffer); return this; }

    public ByteText Add(int value)
    {
        value.TryFormat(buffer.GetSpan(12), out var count, provider: CultureInfo.InvariantCulture);
        buffer.Advance(count);
        return this;
    }

    /// <summary>A number with at most three decimals, without trailing zeros.</summary>
    public ByteText Add(double value) => Thousandths((long)Math.Round(value * 1000));

    /// <summary>A place on a curve: two decimals, ten micrometres, are finer than any printer.</summary>
    public ByteText Fine(double value) => Thousandths((long)Math.Round(value * 100) * 10);

    public ByteText Thousandths(long value)
    {
        var span = buffer.GetSpan(24);
        var at = 0;
        if (value < 0) { span[at++] = (byte)'-'; value = -value; }
        (value / 1000).TryFormat(span[at..], out var count, provider: CultureInfo.InvariantCulture);
        at += count;
        var part = (int)(value % 1000);
        if (part != 0)
        {
            span[at++] = (byte)'.';
            for (var digit = 100; digit > 0 && part > 0; digit /= 10) { span[at++] = (byte)('0' + part / digit); part %= digit; }
        }
        buffer.Advance(at);
        return this;
    }

    public ByteText Space() => Add(" "u8);

    /// <summary>Text inside XML: marks escaped, characters that XML forbids left out.</summary>
    public ByteText Escaped(ReadOnlySpan<char> text)
    {
        while (text.Length > 0)
        {
            var plain = text.IndexOfAny(Marks);
            var run = plain < 0 ? text : text[..plain];
            Encoding.UTF8.GetBytes(run, buffer);
            if (plain < 0) break;
            Add(text[plain] switch { '&' => "&amp;"u8, '<' => "&lt;"u8, '>' => "&gt;"u8, '"' => "&quot;"u8, '\t' => "&#9;"u8, '\n' => "&#10;"u8, '\r' => "&#13;"u8, _ => [] });
            text = text[(plain + 1)..];
        }
        return this;
    }

    static readonly SearchValues<char> Marks = SearchValues.Create([.. Enumerable.Range(0, 32).Select(i => (char)i), '&', '<', '>', '"', '\uFFFE', '\uFFFF']);
}
