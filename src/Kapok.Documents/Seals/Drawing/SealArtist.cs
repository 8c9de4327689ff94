using System.Text;

namespace Kapok.Documents.Seals.Drawing;

/// <summary>How a seal looks.</summary>
public enum SealForm
{
    /// <summary>Round, with the star: the seal of a unit's legal name (法定名称章), 42 mm.</summary>
    Round,
    /// <summary>Round, with the star and a line below it: a seal for one purpose (专用章), 42 mm.</summary>
    RoundWithPurpose,
    /// <summary>Oval, 45 × 30 mm, with the purpose in the middle.</summary>
    Oval,
    /// <summary>Square name seal of a person (个人名章), 18 mm.</summary>
    Square,
}

/// <summary>Where the outlines of characters come from; null when the font has no such character.</summary>
delegate Shape? GlyphSource(Rune rune, out double advance);

/// <summary>
/// Draws seals as units have them cut: the rules of 国发〔1999〕25号 (round, star in the middle, name from left to
/// right in a bow, Song type, standard characters). All lengths in millimetres.
/// </summary>
sealed class SealArtist(GlyphSource glyphs)
{
    /// <summary>Pixels a millimetre: 300 dots an inch.</summary>
    public const double Density = 300 / 25.4;

    const double Border = 1.2, Gap = 1.0;

    /// <summary>Width and height in millimetres.</summary>
    public static (int Width, int Height) SizeOf(SealForm form) => form switch { SealForm.Oval => (45, 30), SealForm.Square => (18, 18), _ => (42, 42) };

    /// <summary>Draws a seal in seal red on nothing.</summary>
    /// <param name="name">Name of the unit or person.</param>
    /// <param name="purpose">The line in the middle or below the star, 行政审批专用章; unused by <see cref="SealForm.Round"/> and <see cref="SealForm.Square"/>.</param>
    public SealBitmap Draw(SealForm form, string name, string purpose = "")
    {
        var (width, height) = SizeOf(form);
        var page = new Coverage((int)Math.Round(width * Density), (int)Math.Round(height * Density));
        void Ink(Shape shape) => page.Add(shape.Map(p => new(p.X * Density, p.Y * Density)));
        var (cx, cy) = (width / 2.0, height / 2.0);
        switch (form)
        {
            case SealForm.Square: Square(Ink, width, name); break;
            case SealForm.Oval:
                Ink(Shape.Ring(cx, cy, cx, cy, 1.0));
                Bow(Ink, name, cx, cy, cx - 1 - Gap, cy - 1 - Gap, 4.0, 185);
                Line(Ink, purpose, cx, cy + 4.5, 4.0, width - 17);
                break;
            default:
                Ink(Shape.Ring(cx, cy, cx, cy, Border));
                Bow(Ink, name, cx, cy, cx - Border - Gap, cy - Border - Gap, 5.2, form == SealForm.Round ? 280 : 250);
                Ink(Shape.Star(cx, cy, 7));
                if (form == SealForm.RoundWithPurpose) Line(Ink, purpose, cx, cy + 12, 4.0, 25);
                break;
        }
        return new(page.Width, page.Height, page.ToBytes(), 0xC8, 0x1A, 0x1A);
    }

    /// <summary>The name along an ellipse, upright outwards, its middle at the top. Long names become narrower, never lower.</summary>
    void Bow(Action<Shape> ink, string text, double cx, double cy, double rx, double ry, double high, double mostDegrees)
    {
        var runes = text.EnumerateRunes().ToList();
        if (runes.Count == 0) return;
        var (mx, my) = (rx - high / 2, ry - high / 2); // the line on which the middles of the characters lie
        // Characters stand at equal distances along the bow; the distance is measured on a fine table, right for ovals too.
        var most = mostDegrees * Math.PI / 180;
        const int steps = 2000;
        var along = new double[steps + 1];
        double AngleAt(int i) => -Math.PI / 2 - most / 2 + most * i / steps;
        for (var i = 1; i <= steps; i++)
        {
            var (a, b) = (AngleAt(i - 1), AngleAt(i));
            along[i] = along[i - 1] + Math.Sqrt(Math.Pow(mx * (Math.Cos(b) - Math.Cos(a)), 2) + Math.Pow(my * (Math.Sin(b) - Math.Sin(a)), 2));
        }
        var pitch = Math.Min(high * (runes.Count <= 8 ? 1.45 : 1.25), along[steps] / runes.Count);
        var broad = Math.Min(high * 0.9, pitch * 0.86);
        for (var i = 0; i < runes.Count; i++)
        {
            var place = along[steps] / 2 + (i - (runes.Count - 1) / 2.0) * pitch;
            var index = Array.BinarySearch(along, place);
            var angle = AngleAt(Math.Clamp(index < 0 ? ~index : index, 0, steps));
            var (x, y) = (cx + mx * Math.Cos(angle), cy + my * Math.Sin(angle));
            // Upright is away from the middle: along the normal of the ellipse.
            var turn = Math.Atan2(Math.Sin(angle) / my, Math.Cos(angle) / mx) + Math.PI / 2;
            Character(ink, runes[i], x, y, broad, high, turn);
        }
    }

    /// <summary>A straight line of text around a middle.</summary>
    void Line(Action<Shape> ink, string text, double cx, double cy, double high, double longest)
    {
        var runes = text.EnumerateRunes().ToList();
        if (runes.Count == 0) return;
        var pitch = Math.Min(high * 1.05, longest / runes.Count);
        for (var i = 0; i < runes.Count; i++) Character(ink, runes[i], cx + (i - (runes.Count - 1) / 2.0) * pitch, cy, Math.Min(high, pitch * 0.95), high, 0);
    }

    /// <summary>Columns from right to left, as name seals are cut; 印 fills the last place.</summary>
    void Square(Action<Shape> ink, double side, string name)
    {
        ink(Shape.Frame(0, 0, side, side, 0.9));
        var text = name.EnumerateRunes().Select(r => r.ToString()).ToList();
        if (text.Count is 2 or 3) text.AddRange(text.Count == 2 ? ["之", "印"] : ["印"]);
        var columns = text.Count <= 4 ? 2 : (int)Math.Ceiling(Math.Sqrt(text.Count));
        if (text.Count == 1) columns = 1;
        var rows = (int)Math.Ceiling(text.Count / (double)columns);
        var (room, inset) = (side - 2 * 1.7, 1.7);
        for (var i = 0; i < text.Count; i++)
        {
            var (column, row) = (i / rows, i % rows);
            Character(ink, text[i].EnumerateRunes().First(), inset + room * (columns - column - 0.5) / columns, inset + room * (row + 0.5) / rows, room / columns * 0.94, room / rows * 0.94, 0);
        }
    }

    /// <summary>One character, its em box stretched to broad × high, turned around its middle.</summary>
    void Character(Action<Shape> ink, Rune rune, double x, double y, double broad, double high, double turn)
    {
        if (Rune.IsWhiteSpace(rune) || glyphs(rune, out var advance) is not { } shape) return;
        var (sin, cos) = Math.SinCos(turn);
        // Chinese characters sit in a square of 1 em whose middle is 0.38 em above the baseline.
        ink(shape.Map(p =>
        {
            var (dx, dy) = ((p.X - advance / 2) * broad, -(p.Y - 0.38) * high);
            return new(x + dx * cos - dy * sin, y + dx * sin + dy * cos);
        }));
    }
}
