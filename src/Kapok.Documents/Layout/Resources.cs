using System.Runtime.InteropServices;
using Kapok.Documents.Fonts;

namespace Kapok.Documents.Layout;

/// <summary>The fonts and pictures that some layers use, each once, in the order of first use.</summary>
sealed class Resources
{
    readonly Dictionary<FontFace, UsedFont> fonts = [];
    readonly Dictionary<byte[], int> pictures = new(ReferenceEqualityComparer.Instance);

    public List<UsedFont> Fonts { get; } = [];
    public List<byte[]> Pictures { get; } = [];

    /// <summary>A font with the glyphs that are used and the character each of them shows.</summary>
    internal sealed class UsedFont(FontFace face, int index)
    {
        public FontFace Face => face;
        public int Index => index;
        public Dictionary<ushort, int> Characters { get; } = [];
        FontSubset? subset;
        public FontSubset Subset => subset ??= face.Subset(Characters.Keys);
    }

    public static Resources Of(params IEnumerable<PrintedLayer> layers)
    {
        var used = new Resources();
        foreach (var layer in layers)
            foreach (var thing in layer.Objects)
                if (thing is PrintedText text) used.Take(text);
                else if (thing is PrintedImage image && used.pictures.TryAdd(image.Content, used.Pictures.Count)) used.Pictures.Add(image.Content);
        return used;
    }

    void Take(PrintedText text)
    {
        if (!fonts.TryGetValue(text.Face, out var font))
        {
            fonts[text.Face] = font = new(text.Face, Fonts.Count);
            Fonts.Add(font);
        }
        var i = 0;
        foreach (var rune in text.Text.EnumerateRunes())
        {
            // Where two characters share a glyph, the one with the lower number is the ordinary one.
            ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(font.Characters, text.Glyphs[i++], out var exists);
            if (!exists || rune.Value < known) known = rune.Value;
        }
    }

    public UsedFont Font(FontFace face) => fonts[face];
    public int Picture(byte[] content) => pictures[content];
}
