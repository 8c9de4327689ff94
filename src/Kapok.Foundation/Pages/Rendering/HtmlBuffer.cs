using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;

namespace Kapok.Foundation.Pages;

/// <summary>A page as it grows, in UTF-8, in an array that is used again for the next page.</summary>
sealed class HtmlBuffer
{
    const int First = 64 << 10, LargestKept = 1 << 20;

    byte[] bytes = GC.AllocateUninitializedArray<byte>(First);
    int length;

    public ReadOnlyMemory<byte> Written => bytes.AsMemory(0, length);

    public void Clear()
    {
        length = 0;
        if (bytes.Length > LargestKept) bytes = GC.AllocateUninitializedArray<byte>(First);
    }

    /// <summary>Writes what is markup already.</summary>
    public void Raw(string text)
    {
        Reserve(text.Length * 3);
        length += Encoding.UTF8.GetBytes(text, bytes.AsSpan(length));
    }

    /// <summary>Writes markup that stands in the program.</summary>
    public void Raw(ReadOnlySpan<byte> utf8)
    {
        Reserve(utf8.Length);
        utf8.CopyTo(bytes.AsSpan(length));
        length += utf8.Length;
    }

    public void Raw(byte character)
    {
        Reserve(1);
        bytes[length++] = character;
    }

    /// <summary>Writes text so that it cannot be taken for markup. Most texts need no change: they are written, then looked at.</summary>
    public void Text(string text, TextEncoder encoder)
    {
        Reserve(text.Length * 3);
        var written = Encoding.UTF8.GetBytes(text, bytes.AsSpan(length));
        if (encoder.FindFirstCharacterToEncodeUtf8(bytes.AsSpan(length, written)) < 0) length += written;
        else Raw(encoder.Encode(text));
    }

    void Reserve(int more)
    {
        if (bytes.Length - length < more) Array.Resize(ref bytes, Math.Max(bytes.Length * 2, length + more));
    }
}
