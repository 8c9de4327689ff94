namespace Kapok.Documents.Layout;

/// <param name="Verb"><c>M</c> move, <c>L</c> line, <c>Q</c> quadratic curve with one control point, <c>B</c> cubic curve with two, <c>C</c> close.</param>
public readonly record struct ShapeStep(char Verb, double X = 0, double Y = 0, double X1 = 0, double Y1 = 0, double X2 = 0, double Y2 = 0);

/// <summary>An outline in millimetres. Built once, then only read.</summary>
public sealed class Shape
{
    // How far the control points of a quarter circle stand from its ends, in radii.
    const double Round = 0.5522847498;
    readonly List<ShapeStep> steps = [];

    public IReadOnlyList<ShapeStep> Steps => steps;

    public Shape Move(double x, double y) { steps.Add(new('M', x, y)); return this; }
    public Shape Line(double x, double y) { steps.Add(new('L', x, y)); return this; }
    public Shape Curve(double x1, double y1, double x2, double y2, double x, double y) { steps.Add(new('B', x, y, x1, y1, x2, y2)); return this; }
    public Shape Arch(double x1, double y1, double x, double y) { steps.Add(new('Q', x, y, x1, y1)); return this; }
    public Shape Close() { steps.Add(new('C')); return this; }

    public static Shape Segment(double x1, double y1, double x2, double y2) => new Shape().Move(x1, y1).Line(x2, y2);

    public Shape Rectangle(Area a) => Move(a.X, a.Y).Line(a.Right, a.Y).Line(a.Right, a.Bottom).Line(a.X, a.Bottom).Close();

    public Shape Ellipse(double x, double y, double rx, double ry) =>
        Move(x + rx, y).Curve(x + rx, y + ry * Round, x + rx * Round, y + ry, x, y + ry).Curve(x - rx * Round, y + ry, x - rx, y + ry * Round, x - rx, y)
            .Curve(x - rx, y - ry * Round, x - rx * Round, y - ry, x, y - ry).Curve(x + rx * Round, y - ry, x + rx, y - ry * Round, x + rx, y).Close();

    public Shape RoundRectangle(Area a, double r)
    {
        if (r <= 0) return Rectangle(a);
        r = Math.Min(r, Math.Min(a.Width, a.Height) / 2);
        var c = r * (1 - Round);
        return Move(a.X + r, a.Y).Line(a.Right - r, a.Y).Curve(a.Right - c, a.Y, a.Right, a.Y + c, a.Right, a.Y + r)
            .Line(a.Right, a.Bottom - r).Curve(a.Right, a.Bottom - c, a.Right - c, a.Bottom, a.Right - r, a.Bottom)
            .Line(a.X + r, a.Bottom).Curve(a.X + c, a.Bottom, a.X, a.Bottom - c, a.X, a.Bottom - r)
            .Line(a.X, a.Y + r).Curve(a.X, a.Y + c, a.X + c, a.Y, a.X + r, a.Y).Close();
    }

    /// <summary>A smooth line through points (Catmull-Rom), closed when the last point is the first.</summary>
    public Shape Through(IReadOnlyList<(double X, double Y)> points)
    {
        var closed = points.Count > 2 && Math.Abs(points[0].X - points[^1].X) < 1e-6 && Math.Abs(points[0].Y - points[^1].Y) < 1e-6;
        (double X, double Y) At(int i) => closed ? points[(i % (points.Count - 1) + points.Count - 1) % (points.Count - 1)] : points[Math.Clamp(i, 0, points.Count - 1)];
        Move(points[0].X, points[0].Y);
        for (var i = 0; i + 1 < points.Count; i++)
        {
            var (a, b, c, d) = (At(i - 1), At(i), At(i + 1), At(i + 2));
            Curve(b.X + (c.X - a.X) / 6, b.Y + (c.Y - a.Y) / 6, c.X - (d.X - b.X) / 6, c.Y - (d.Y - b.Y) / 6, c.X, c.Y);
        }
        return closed ? Close() : this;
    }

    /// <summary>The rectangle around all points, control points included.</summary>
    public Area Bounds()
    {
        double left = double.MaxValue, top = double.MaxValue, right = double.MinValue, bottom = double.MinValue;
        void Take(double x, double y) => (left, top, right, bottom) = (Math.Min(left, x), Math.Min(top, y), Math.Max(right, x), Math.Max(bottom, y));
        foreach (var s in steps)
        {
            if (s.Verb == 'C') continue;
            Take(s.X, s.Y);
            if (s.Verb is 'B' or 'Q') Take(s.X1, s.Y1);
            if (s.Verb == 'B') Take(s.X2, s.Y2);
        }
        return steps.Count == 0 ? default : new(left, top, right - left, bottom - top);
    }
}
