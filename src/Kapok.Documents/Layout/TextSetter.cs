using System.Text;
using Kapok.Documents.Fonts;

namespace Kapok.Documents.Layout;

/// <summary>How text stands in its width. Distribute: the first character at the left end, the last at the right (分散对齐).</summary>
enum Align { Left, Centre, Right, Justify, Distribute }

/// <param name="Size">Millimetres.</param>
/// <param name="LineHeight">Distance of baselines as part of the size.</param>
/// <param name="Spacing">Added behind every character, millimetres.</param>
sealed record TextStyle(string Family, bool Bold, double Size, Ink Ink, double LineHeight, double Spacing)
{
    public const double Point = 25.4 / 72;
}

/// <summary>Sets text: breaks it into lines and gives every character its place. Pure, given the fonts.</summary>
sealed class TextSetter(FontBook book)
{
    // The middle of a Chinese character lies this far above the baseline, in em.
    const double Middle = 0.38;

    /// <summary>The character stands in the middle of its line.</summary>
    public static double BaselineOf(TextStyle style) => style.Size * (style.LineHeight / 2 + Middle);

    public FontChain Fonts(TextStyle style) => book.Of(style.Family, style.Bold);

    /// <summary>Text set for a width; placing it is left to the caller.</summary>
    public sealed record Block(Composed Text, TextStyle Style, Align Align, double Width, double Indent, IReadOnlyList<TextLine> Lines)
    {
        public double LineHeight => Style.Size * Style.LineHeight;
        public double Height => Lines.Count * LineHeight;
        /// <summary>Of the first line, from the top of the block.</summary>
        public double Baseline => BaselineOf(Style);
    }

    public Block Break(Composed text, TextStyle style, Align align, double width, double indent = 0)
    {
        var chain = Fonts(style);
        var lines = align == Align.Distribute ? [new TextLine(0, text.Text.Length, 0, true)]
            : LineBreaker.Break(text.Text, width + style.Spacing, rune => chain.AdvanceOf(rune) * style.Size + style.Spacing, width + style.Spacing - indent, trimEnds: true);
        return new(text, style, align, width, indent, lines);
    }

    /// <summary>The largest style, down to <paramref name="smallest"/> of the wanted size, in which the text fits the height; null when none does.</summary>
    public Block? Fit(Composed text, TextStyle style, Align align, double width, double height, double smallest)
    {
        if (align == Align.Distribute)
        {
            var narrowed = Math.Min(1, width / Math.Max(Natural(text, style), 0.001));
            return narrowed < smallest ? null : Break(text, style with { Size = style.Size * narrowed }, align, width);
        }
        for (var part = 1.0; part >= smallest - 1e-9; part -= 0.05)
        {
            var sized = style with { Size = style.Size * part };
            var block = Break(text, sized, align, width);
            // The last line needs no gap below.
            if (block.Height - (sized.LineHeight - 1) * sized.Size > height + 0.01 || !block.Lines.All(l => l.Width - style.Spacing <= width + 0.01)) continue;
            return Closed(block, width);
        }
        return null;
    }

    /// <summary>A little smaller where that brings one or two lonely characters back from the last line.</summary>
    Block Closed(Block block, double width)
    {
        if (block.Lines is not [.., _, { EndsParagraph: true } last] || last.End - last.Start > 2) return block;
        for (var part = 0.97; part > 0.85; part -= 0.03)
        {
            var smaller = Break(block.Text, block.Style with { Size = block.Style.Size * part }, block.Align, width);
            if (smaller.Lines.Count < block.Lines.Count) return smaller;
        }
        return block;
    }

    double Natural(Composed text, TextStyle style)
    {
        var chain = Fonts(style);
        return text.Text.EnumerateRunes().Sum(r => chain.AdvanceOf(r)) * style.Size;
    }

    /// <summary>Places the lines from <paramref name="from"/> on below each other; the top of the first is at <paramref name="y"/>.</summary>
    public void Place(Block block, double x, double y, List<PrintedObject> to, int from = 0, int count = int.MaxValue)
    {
        var step = block.LineHeight;
        for (var i = from; i < block.Lines.Count && i - from < count; i++)
        {
            Line(block, block.Lines[i], i == 0 ? block.Indent : 0, x, y + (i - from) * step + block.Baseline, to);
        }
    }

    void Line(Block block, TextLine line, double indent, double x, double baseline, List<PrintedObject> to)
    {
        if (line.End <= line.Start) return;
        var style = block.Style;
        var glyphs = Fonts(style).Shape(block.Text.Text[line.Start..line.End]);
        if (glyphs.Count == 0) return;
        var room = block.Width - indent;
        var natural = glyphs.Sum(g => g.Advance) * style.Size + (glyphs.Count - 1) * style.Spacing;
        var (left, gap) = block.Align switch
        {
            Align.Centre => ((room - natural) / 2, style.Spacing),
            Align.Right => (room - natural, style.Spacing),
            Align.Distribute => glyphs.Count > 1 ? (0, (room - glyphs.Sum(g => g.Advance) * style.Size) / (glyphs.Count - 1)) : ((room - natural) / 2, 0),
            // A few tenths of a character between all are not seen; more would be.
            Align.Justify when !line.EndsParagraph && glyphs.Count > 1 => (0, style.Spacing + Math.Clamp((room - natural) / (glyphs.Count - 1), -0.05 * style.Size, 0.25 * style.Size)),
            _ => (0.0, style.Spacing),
        };
        Runs(block, glyphs, line.Start, x + indent + left, baseline, gap, to);
    }

    static void Runs(Block block, IReadOnlyList<FontGlyph> glyphs, int start, double x, double baseline, double gap, List<PrintedObject> to)
    {
        var size = block.Style.Size;
        for (var i = 0; i < glyphs.Count;)
        {
            var (face, tag, from, begin) = (glyphs[i].Face, block.Text.TagAt(start + glyphs[i].Index), i, x);
            var text = new StringBuilder();
            while (i < glyphs.Count && ReferenceEquals(glyphs[i].Face, face) && block.Text.TagAt(start + glyphs[i].Index) == tag)
            {
                // A blank or hyphen that the font has not got is shown by the ordinary one.
                var rune = glyphs[i].Rune;
                text.Append(face.GlyphOf(rune) != 0 ? rune.ToString() : rune.Value is 0x2010 or 0x2011 ? "-" : " ");
                x += glyphs[i].Advance * size + gap;
                i++;
            }
            var (codes, advances) = (new ushort[i - from], new double[i - from]);
            for (var k = from; k < i; k++) (codes[k - from], advances[k - from]) = (glyphs[k].Glyph, glyphs[k].Advance * size + gap);
            to.Add(new PrintedText(face, size, begin, baseline, text.ToString(), codes, advances) { Ink = block.Style.Ink, Tag = tag });
        }
    }
}
