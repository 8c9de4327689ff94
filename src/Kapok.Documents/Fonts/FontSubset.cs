using System.Security.Cryptography;

namespace Kapok.Documents.Fonts;

/// <summary>A font made for one document: only the glyphs it uses.</summary>
public sealed class FontSubset
{
    readonly ushort[] old;
    readonly int cffStart, cffLength;

    internal FontSubset(FontFace face, ushort[] old, byte[] bytes, string name, int cffStart, int cffLength) =>
        (Face, this.old, Bytes, Name, this.cffStart, this.cffLength) = (face, old, bytes, name, cffStart, cffLength);

    /// <summary>The font it was made from, with the measures.</summary>
    public FontFace Face { get; }

    /// <summary>A complete font file (OpenType with CFF, or TrueType), with a Unicode character map of its glyphs.</summary>
    public byte[] Bytes { get; }

    /// <summary>PostScript name with the tag of subsets, for example <c>ABCDEF+NotoSansCJKsc-Regular</c>; equal subsets have equal tags.</summary>
    public string Name { get; }

    public bool IsCff => cffLength > 0;

    /// <summary>The bare CFF table, CID-keyed with CID = new glyph number, for PDF (CIDFontType0C); empty for TrueType, which PDF takes as <see cref="Bytes"/> (CIDFontType2).</summary>
    public ReadOnlyMemory<byte> CffTable => Bytes.AsMemory(cffStart, cffLength);

    /// <summary>The glyphs of the original font in the order of their new numbers; 0 is .notdef.</summary>
    public IReadOnlyList<ushort> Glyphs => old;

    /// <summary>The number in this font of a glyph of the original.</summary>
    /// <exception cref="ArgumentException">The glyph was not asked for.</exception>
    public ushort NewGlyph(ushort glyph) => Array.BinarySearch(old, glyph) is >= 0 and var at ? (ushort)at : throw new ArgumentException($"Glyph {glyph} is not in the subset.", nameof(glyph));

    /// <summary>Six capital letters that tell subsets of one font apart (PDF 32000-1, 9.6.4).</summary>
    internal static string TagOf(ReadOnlySpan<ushort> glyphs)
    {
        Span<byte> digest = stackalloc byte[32];
        SHA256.HashData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(glyphs), digest);
        var tag = new char[6];
        for (var i = 0; i < 6; i++) tag[i] = (char)('A' + digest[i] % 26);
        return new(tag);
    }
}
