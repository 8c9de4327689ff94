using System.Text;
using Kapok.Documents.Fonts;

namespace Kapok.Documents.Seals.Drawing;

/// <summary>Characters as shapes of 1 em, from fonts.</summary>
static class FontGlyphs
{
    /// <summary>Lines a curve is broken into; at seal size each is shorter than half a pixel.</summary>
    const int Steps = 6;

    /// <summary>The first of the faces that has a character draws it.</summary>
    public static GlyphSource From(Func<Rune, FontFace?> faceFor) => (Rune rune, out double advance) =>
    {
        advance = 1;
        if (faceFor(rune) is not { } face || face.GlyphOf(rune) is not (> 0 and var glyph)) return null;
        advance = face.AdvanceOf(glyph) / (double)face.UnitsPerEm;
        return Flat(face.OutlineOf(glyph), face.UnitsPerEm);
    };

    static Shape Flat(GlyphOutline outline, double em)
    {
        var contours = new List<Point[]>();
        var contour = new List<Point>();
        var (x, y) = (0.0, 0.0);
        foreach (var step in outline.Steps)
        {
            switch (step.Verb)
            {
                case OutlineVerb.Move:
                    if (contour.Count > 2) contours.Add([.. contour]);
                    contour.Clear();
                    contour.Add(new(step.X / em, step.Y / em));
                    break;
                case OutlineVerb.Line: contour.Add(new(step.X / em, step.Y / em)); break;
                case OutlineVerb.Curve:
                    for (var i = 1; i <= Steps; i++)
                    {
                        var t = i / (double)Steps;
                        var (a, b, c, d) = ((1 - t) * (1 - t) * (1 - t), 3 * t * (1 - t) * (1 - t), 3 * t * t * (1 - t), t * t * t);
                        contour.Add(new((a * x + b * step.X1 + c * step.X2 + d * step.X) / em, (a * y + b * step.Y1 + c * step.Y2 + d * step.Y) / em));
                    }
                    break;
            }
            (x, y) = (step.X, step.Y);
        }
        if (contour.Count > 2) contours.Add([.. contour]);
        return new(contours);
    }
}
