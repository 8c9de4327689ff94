namespace Kapok.Documents.Seals.Drawing;

/// <summary>A point; millimetres on a seal (y down), font units in a glyph (y up).</summary>
readonly record struct Point(double X, double Y);

/// <summary>Closed outlines that are filled together by the non-zero rule. Curves are already broken into lines.</summary>
sealed record Shape(IReadOnlyList<Point[]> Outlines)
{
    public Shape Map(Func<Point, Point> map) => new([.. Outlines.Select(o => Array.ConvertAll(o, p => map(p)))]);

    /// <summary>Smallest box around the shape: left, top, right, bottom in its own direction of y.</summary>
    public (double Left, double Low, double Right, double High) Box()
    {
        var points = Outlines.SelectMany(o => o).DefaultIfEmpty().ToList();
        return (points.Min(p => p.X), points.Min(p => p.Y), points.Max(p => p.X), points.Max(p => p.Y));
    }

    /// <summary>A band between two ellipses of one centre.</summary>
    public static Shape Ring(double cx, double cy, double rx, double ry, double thickness) =>
        new([Ellipse(cx, cy, rx, ry, 1), Ellipse(cx, cy, rx - thickness, ry - thickness, -1)]);

    static Point[] Ellipse(double cx, double cy, double rx, double ry, int direction)
    {
        const int steps = 360;
        return [.. Enumerable.Range(0, steps).Select(i => direction * 2 * Math.PI * i / steps).Select(a => new Point(cx + rx * Math.Cos(a), cy + ry * Math.Sin(a)))];
    }

    /// <summary>A five-pointed star with a point upwards.</summary>
    public static Shape Star(double cx, double cy, double radius)
    {
        const double inner = 0.381966; // the inner corners of a regular pentagram
        return new([[.. Enumerable.Range(0, 10).Select(i => (Angle: -Math.PI / 2 + i * Math.PI / 5, R: i % 2 == 0 ? radius : radius * inner)).Select(v => new Point(cx + v.R * Math.Cos(v.Angle), cy + v.R * Math.Sin(v.Angle)))]]);
    }

    /// <summary>A frame between two rectangles.</summary>
    public static Shape Frame(double x, double y, double width, double height, double thickness) => new(
    [
        [new(x, y), new(x + width, y), new(x + width, y + height), new(x, y + height)],
        [new(x + thickness, y + thickness), new(x + thickness, y + height - thickness), new(x + width - thickness, y + height - thickness), new(x + width - thickness, y + thickness)],
    ]);
}
