namespace Kapok.Documents.Layout;

/// <summary>Frames and fine patterns of certificates, drawn as curves.</summary>
static class Ornaments
{
    public static IEnumerable<PrintedPath> Line(Area area, Ink ink, double width, double radius) => [new(new Shape().RoundRectangle(area, radius), ink, LineWidth: width)];

    public static IEnumerable<PrintedPath> Double(Area area, Ink ink, double width, double radius) =>
        [new(new Shape().RoundRectangle(area, radius), ink, LineWidth: width), new(new Shape().RoundRectangle(Inset(area, width * 2.2), Math.Max(0, radius - width * 2.2)), ink, LineWidth: Math.Max(0.15, width / 4))];

    /// <summary>A band of interlaced waves between two lines, with a rosette on each corner (团花边框).</summary>
    /// <param name="band">Width of the band.</param>
    public static IEnumerable<PrintedPath> Guilloche(Area area, double band, Ink ink, Ink second)
    {
        var inner = Inset(area, band);
        var middle = Inset(area, band / 2);
        var reach = band / 2 * 0.86;
        var half = Math.Round(band * 1.15 * 2) / 2;
        foreach (var (colour, amplitudes, shift) in new[] { (second, (double[])[1, 0.62, 0.24], 0.5), (ink, [1, 0.7, 0.4], 0.0) })
        {
            // Each side is a path of its own: opposite sides are written alike.
            yield return new(Along(middle.X, middle.Y, middle.Width, false, reach, amplitudes, half, shift), colour, LineWidth: 0.14);
            yield return new(Along(middle.X, middle.Bottom, middle.Width, false, reach, amplitudes, half, shift), colour, LineWidth: 0.14);
            yield return new(Along(middle.X, middle.Y, middle.Height, true, reach, amplitudes, half, shift), colour, LineWidth: 0.14);
            yield return new(Along(middle.Right, middle.Y, middle.Height, true, reach, amplitudes, half, shift), colour, LineWidth: 0.14);
        }
        yield return new(new Shape().Rectangle(area), ink, LineWidth: 0.7);
        yield return new(new Shape().Rectangle(Inset(area, 1.1)), ink, LineWidth: 0.18);
        yield return new(new Shape().Rectangle(inner), ink, LineWidth: 0.4);
        yield return new(new Shape().Rectangle(Inset(inner, 0.9)), ink, LineWidth: 0.15);
        foreach (var (x, y) in new[] { (middle.X, middle.Y), (middle.Right, middle.Y), (middle.X, middle.Bottom), (middle.Right, middle.Bottom) })
        {
            yield return new(new Shape().Ellipse(x, y, band * 0.78, band * 0.78), ink, new Ink(255, 255, 255), 0.4);
            foreach (var path in Rosette(x, y, band * 0.7, 10, ink, 0.14, second)) yield return path;
        }
    }

    /// <summary>Mirrored waves along a side. They begin and end under the rosettes of the corners, so that their length may be a round number.</summary>
    static Shape Along(double x, double y, double length, bool down, double reach, double[] amplitudes, double half, double shift)
    {
        var count = (int)Math.Max(2, Math.Floor(length / half));
        var start = Math.Round((length - count * half) * 2) / 4 - shift * half;
        if (shift > 0) count++;
        var waves = new Shape();
        foreach (var part in amplitudes)
            foreach (var side in (double[])[1, -1])
            {
                // A parabola of the same height instead of the half wave: one control point, and no eye sees it.
                var (at, high) = (start, Math.Round(2 * reach * part * 10) / 10 * side);
                _ = down ? waves.Move(x, y + at) : waves.Move(x + at, y);
                for (var i = 0; i < count; i++, high = -high, at += half)
                    _ = down ? waves.Arch(x + high, y + at + half / 2, x, y + at + half) : waves.Arch(x + at + half / 2, y + high, x + at + half, y);
            }
        return waves;
    }

    /// <summary>Turned ellipses around a point.</summary>
    public static IEnumerable<PrintedPath> Rosette(double x, double y, double radius, int petals, Ink ink, double width, Ink? second = null)
    {
        var (one, two) = (new Shape(), new Shape());
        for (var i = 0; i < petals; i++)
        {
            Turned(one, x, y, radius, radius * 0.42, Math.PI * i / petals);
            Turned(two, x, y, radius * 0.66, radius * 0.2, Math.PI * (i + 0.5) / petals);
        }
        yield return new(two, second ?? ink, LineWidth: width);
        yield return new(one, ink, LineWidth: width);
    }

    static void Turned(Shape to, double x, double y, double rx, double ry, double angle)
    {
        var (sin, cos) = Math.SinCos(angle);
        (double X, double Y) At(double px, double py) => (x + px * cos - py * sin, y + px * sin + py * cos);
        foreach (var s in new Shape().Ellipse(0, 0, rx, ry).Steps)
        {
            var (end, c1, c2) = (At(s.X, s.Y), At(s.X1, s.Y1), At(s.X2, s.Y2));
            if (s.Verb == 'M') to.Move(end.X, end.Y);
            else if (s.Verb == 'B') to.Curve(c1.X, c1.Y, c2.X, c2.Y, end.X, end.Y);
            else to.Close();
        }
    }

    /// <summary>Fine parallel waves over an area (底纹); every line leans a little further than the one above.</summary>
    public static IEnumerable<PrintedPath> Waves(Area area, Ink ink, double gap, double width)
    {
        var shape = new Shape();
        var lines = (int)Math.Clamp(area.Height / gap, 1, 200);
        var half = Math.Max(6, Math.Round(area.Width / Math.Max(2, Math.Round(area.Width / 26))));
        for (var i = 0; i <= lines; i++)
        {
            var y = area.Y + i * gap;
            var (at, high) = (area.X, Math.Round(gap * 22) / 10 * (i % 2 == 0 ? 1 : -1));
            shape.Move(at, y);
            for (; at + half <= area.Right + half / 2; at += half, high = -high) shape.Arch(at + half / 2, y + high, Math.Min(at + half, area.Right), y);
        }
        yield return new(shape, ink, LineWidth: width);
    }

    /// <summary>A kapok flower: five petals around a heart.</summary>
    public static IEnumerable<PrintedPath> Flower(double x, double y, double radius, Ink ink, Ink heart)
    {
        var petals = new Shape();
        for (var i = 0; i < 5; i++)
        {
            var angle = -Math.PI / 2 + i * Math.PI * 2 / 5;
            (double X, double Y) At(double along, double across) => (x + radius * (along * Math.Cos(angle) - across * Math.Sin(angle)), y + radius * (along * Math.Sin(angle) + across * Math.Cos(angle)));
            var (start, tip, end) = (At(0.16, -0.09), At(1, 0), At(0.16, 0.09));
            var (a, b, c, d) = (At(0.42, -0.5), At(0.92, -0.42), At(0.92, 0.42), At(0.42, 0.5));
            petals.Move(start.X, start.Y).Curve(a.X, a.Y, b.X, b.Y, tip.X, tip.Y).Curve(c.X, c.Y, d.X, d.Y, end.X, end.Y).Close();
        }
        yield return new(petals, null, ink);
        yield return new(new Shape().Ellipse(x, y, radius * 0.15, radius * 0.15), null, heart);
    }

    public static Area Inset(Area a, double by) => new(a.X + by, a.Y + by, a.Width - 2 * by, a.Height - 2 * by);
}
