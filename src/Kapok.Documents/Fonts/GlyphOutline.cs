namespace Kapok.Documents.Fonts;

/// <summary>A rectangle in font units, y up. Empty when all are zero.</summary>
public readonly record struct FontBox(int XMin, int YMin, int XMax, int YMax);

/// <summary>What a step of an outline does.</summary>
public enum OutlineVerb
{
    /// <summary>Begins a new contour; the one before is closed.</summary>
    Move,
    Line,
    /// <summary>Cubic Bézier curve.</summary>
    Curve,
}

/// <summary>One step to (X, Y); a curve has the control points (X1, Y1) and (X2, Y2). Font units, y up.</summary>
public readonly record struct OutlineStep(OutlineVerb Verb, double X, double Y, double X1 = 0, double Y1 = 0, double X2 = 0, double Y2 = 0);

/// <summary>The contours of a glyph, filled by the non-zero rule.</summary>
public sealed class GlyphOutline(IReadOnlyList<OutlineStep> steps)
{
    public IReadOnlyList<OutlineStep> Steps => steps;

    /// <summary>The rectangle around all points and control points, rounded outwards.</summary>
    public FontBox Box
    {
        get
        {
            if (steps.Count == 0) return default;
            double left = double.MaxValue, bottom = double.MaxValue, right = double.MinValue, top = double.MinValue;
            foreach (var step in steps)
            {
                Grow(step.X, step.Y);
                if (step.Verb != OutlineVerb.Curve) continue;
                Grow(step.X1, step.Y1);
                Grow(step.X2, step.Y2);
            }
            return new((int)Math.Floor(left), (int)Math.Floor(bottom), (int)Math.Ceiling(right), (int)Math.Ceiling(top));

            void Grow(double x, double y) => (left, bottom, right, top) = (Math.Min(left, x), Math.Min(bottom, y), Math.Max(right, x), Math.Max(top, y));
        }
    }
}
