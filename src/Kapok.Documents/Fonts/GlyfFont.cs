namespace Kapok.Documents.Fonts;

/// <summary>A glyph of the "glyf" table without its instructions, as a subset writes it.</summary>
/// <param name="Components">The glyphs a composite is made of.</param>
/// <param name="Places">Where in the data their numbers stand (16 bits each).</param>
sealed record GlyfGlyph(byte[] Data, ushort[] Components, int[] Places)
{
    public static readonly GlyfGlyph Blank = new([], [], []);
}

/// <summary>TrueType outlines: tables glyf and loca. Every glyph is read and checked once, then kept.</summary>
sealed class GlyfFont
{
    const int MostComponents = 256, Deepest = 8, MostPoints = 20_000;
    const int OnCurve = 1, ShortX = 2, ShortY = 4, Repeat = 8, SameX = 16, SameY = 32;
    const int Words = 1, Offsets = 2, Scale = 8, More = 32, BothScales = 64, Matrix = 128, Instructions = 256;

    readonly Piece glyf;
    readonly Table loca;
    readonly bool wide;
    readonly GlyfGlyph?[] written;

    public GlyfFont(Piece glyf, Piece loca, int glyphs, bool wide)
    {
        (this.glyf, this.wide) = (glyf, wide);
        this.loca = loca.Read(0, (glyphs + 1) * (wide ? 4 : 2));
        written = new GlyfGlyph?[glyphs];
    }

    /// <exception cref="FontFault">The glyph or one of its parts is broken, or it is made of itself.</exception>
    public GlyfGlyph Written(ushort glyph)
    {
        if (glyph < written.Length && written[glyph] is { } known) return known;
        var stripped = Strip(Raw(glyph));
        var budget = MostComponents;
        CheckParts(stripped, 0, ref budget);
        return written[glyph] = stripped;
    }

    void CheckParts(GlyfGlyph glyph, int depth, ref int budget)
    {
        foreach (var part in glyph.Components)
        {
            if (depth >= Deepest || --budget < 0) throw new FontFault("glyf", "组合字形嵌套过深或部件过多");
            CheckParts(written[Math.Min(part, written.Length - 1)] is { } known && part < written.Length ? known : Strip(Raw(part)), depth + 1, ref budget);
        }
    }

    public FontBox BoxOf(ushort glyph) => Raw(glyph) is { Length: > 0 } t ? new(t.I16(2), t.I16(4), t.I16(6), t.I16(8)) : default;

    Table Raw(ushort glyph)
    {
        if (glyph >= written.Length) throw new FontFault("glyf", $"没有第 {glyph} 号字形");
        var (from, to) = wide ? (loca.U32(glyph * 4), loca.U32(glyph * 4 + 4)) : (loca.U16(glyph * 2) * 2u, loca.U16(glyph * 2 + 2) * 2u);
        if (to < from || to - from > 1 << 20) throw new FontFault("loca", $"第 {glyph} 号字形的位置有误");
        return to == from ? default : glyf.Read(from, (int)(to - from));
    }

    static GlyfGlyph Strip(Table t)
    {
        if (t.Length == 0) return GlyfGlyph.Blank;
        return t.I16(0) >= 0 ? StripSimple(t) : StripComposite(t);
    }

    static GlyfGlyph StripSimple(Table t)
    {
        int contours = t.I16(0), ends = 10 + contours * 2;
        if (contours == 0) return GlyfGlyph.Blank;
        var from = ends + 2 + t.U16(ends);
        var (size, at) = Coordinates(t, from, t.U16(ends - 2) + 1);
        var data = new byte[ends + 2 + at - from + size];
        t.Slice(0, ends).Span.CopyTo(data);
        t.Slice(from, at - from + size).Span.CopyTo(data.AsSpan(ends + 2));
        return new(data, [], []);
    }

    /// <summary>Where the coordinates begin and how many bytes they take.</summary>
    static (int Size, int At) Coordinates(Table t, int at, int points)
    {
        if (points > MostPoints) throw t.Fault("字形过于复杂");
        var size = 0;
        for (var seen = 0; seen < points;)
        {
            int flag = t.U8(at++), times = (flag & Repeat) != 0 ? t.U8(at++) + 1 : 1;
            seen += times;
            if (seen > points) throw t.Fault("字形的点数有误");
            size += times * ((flag & ShortX) != 0 ? 1 : (flag & SameX) != 0 ? 0 : 2) + times * ((flag & ShortY) != 0 ? 1 : (flag & SameY) != 0 ? 0 : 2);
        }
        return (size, at);
    }

    static GlyfGlyph StripComposite(Table t)
    {
        var components = new List<ushort>();
        var places = new List<int>();
        int at = 10, flags;
        do
        {
            if (components.Count >= MostComponents) throw t.Fault("组合字形的部件过多");
            flags = t.U16(at);
            places.Add(at + 2);
            components.Add(t.U16(at + 2));
            at += Length(flags);
        }
        while ((flags & More) != 0);
        var data = t.Slice(0, at).Span.ToArray();
        foreach (var place in places) data[place - 2] &= 0xFE;
        return new(data, [.. components], [.. places]);
    }

    static int Length(int flags) => 4 + ((flags & Words) != 0 ? 4 : 2) + ((flags & Scale) != 0 ? 2 : (flags & BothScales) != 0 ? 4 : (flags & Matrix) != 0 ? 8 : 0);

    /// <summary>A point of a contour in font units.</summary>
    readonly record struct Point(double X, double Y, bool On, bool Last);

    public GlyphOutline Outline(ushort glyph)
    {
        var points = new List<Point>();
        var budget = MostComponents;
        Points(glyph, 0, points, ref budget);
        return new(Steps(points));
    }

    void Points(ushort glyph, int depth, List<Point> points, ref int budget)
    {
        var t = Raw(glyph);
        if (t.Length == 0 || t.I16(0) == 0) return;
        if (t.I16(0) > 0) { Simple(t, points); return; }
        if (depth >= Deepest) throw t.Fault("组合字形嵌套过深");
        int at = 10, flags, start = points.Count;
        do
        {
            if (--budget < 0) throw t.Fault("组合字形的部件过多");
            flags = t.U16(at);
            var (part, first) = (t.U16(at + 2), points.Count);
            Points(part, depth + 1, points, ref budget);
            (int one, int two) = (flags & Words) != 0 ? (t.U16(at + 4), t.U16(at + 6)) : (t.U8(at + 4), t.U8(at + 5));
            var m = at + ((flags & Words) != 0 ? 8 : 6);
            double a = 1, b = 0, c = 0, d = 1, dx = 0, dy = 0;
            if ((flags & Scale) != 0) a = d = F2(m);
            else if ((flags & BothScales) != 0) (a, d) = (F2(m), F2(m + 2));
            else if ((flags & Matrix) != 0) (a, b, c, d) = (F2(m), F2(m + 2), F2(m + 4), F2(m + 6));
            if ((flags & Offsets) != 0) (dx, dy) = (flags & Words) != 0 ? ((short)one, (short)two) : ((sbyte)one, (sbyte)two);
            else
            {
                // The offset is that which brings a point of the part onto a point of what is already drawn.
                if (start + one >= first || first + two >= points.Count) throw t.Fault("组合字形的对齐点有误");
                var (fix, move) = (points[start + one], points[first + two]);
                (dx, dy) = (fix.X - (move.X * a + move.Y * c), fix.Y - (move.X * b + move.Y * d));
            }
            for (var i = first; i < points.Count; i++) points[i] = points[i] with { X = points[i].X * a + points[i].Y * c + dx, Y = points[i].X * b + points[i].Y * d + dy };
            at += Length(flags);
        }
        while ((flags & More) != 0);

        double F2(int place) => t.I16(place) / 16384.0;
    }

    static void Simple(Table t, List<Point> points)
    {
        int contours = t.I16(0), ends = 10 + contours * 2, count = t.U16(ends - 2) + 1, at = ends + 2 + t.U16(ends);
        if (points.Count + count > MostPoints) throw t.Fault("字形过于复杂");
        var (_, x) = Coordinates(t, at, count);
        var flags = new byte[count];
        for (var i = 0; i < count;)
        {
            var flag = t.U8(at++);
            for (var times = (flag & Repeat) != 0 ? t.U8(at++) + 1 : 1; times > 0; times--) flags[i++] = flag;
        }
        var xs = Axis(ShortX, SameX);
        var ys = Axis(ShortY, SameY);
        for (int c = 0, i = 0; c < contours; c++)
        {
            var end = t.U16(10 + c * 2);
            if (end < i || end >= count) throw t.Fault("轮廓的终点有误");
            for (; i <= end; i++) points.Add(new(xs[i], ys[i], (flags[i] & OnCurve) != 0, i == end));
        }

        int[] Axis(int @short, int same)
        {
            var values = new int[count];
            var value = 0;
            for (var i = 0; i < count; i++)
            {
                if ((flags[i] & @short) != 0) value += (flags[i] & same) != 0 ? t.U8(x++) : -t.U8(x++);
                else if ((flags[i] & same) == 0) { value += t.I16(x); x += 2; }
                values[i] = value;
            }
            return values;
        }
    }

    /// <summary>Quadratic curves as cubic ones, which draw the same.</summary>
    static List<OutlineStep> Steps(List<Point> points)
    {
        var steps = new List<OutlineStep>(points.Count + 8);
        for (int first = 0, end; first < points.Count; first = end)
        {
            for (end = first + 1; !points[end - 1].Last;) end++;
            var n = end - first;
            var on = points.FindIndex(first, n, p => p.On);
            var start = on >= 0 ? points[on] : Middle(points[first], points[end - 1]);
            var begin = on >= 0 ? on - first + 1 : 0;
            steps.Add(new(OutlineVerb.Move, start.X, start.Y));
            var (pen, control) = (start, (Point?)null);
            for (var i = 0; i < (on >= 0 ? n - 1 : n); i++)
            {
                var p = points[first + (begin + i) % n];
                if (p.On) To(p);
                else
                {
                    if (control is { } before) To(Middle(before, p));
                    control = p;
                }
            }
            if (control is not null) To(start);

            void To(Point p)
            {
                steps.Add(control is { } q
                    ? new(OutlineVerb.Curve, p.X, p.Y, pen.X + (q.X - pen.X) * 2 / 3, pen.Y + (q.Y - pen.Y) * 2 / 3, p.X + (q.X - p.X) * 2 / 3, p.Y + (q.Y - p.Y) * 2 / 3)
                    : new(OutlineVerb.Line, p.X, p.Y));
                (pen, control) = (p, null);
            }
        }
        return steps;

        static Point Middle(Point a, Point b) => new((a.X + b.X) / 2, (a.Y + b.Y) / 2, true, false);
    }
}
