using System.Text;
using Kapok.Documents.Layout;

namespace Kapok.Documents.Pdf;

/// <summary>Things of a layer as content stream in millimetres with y down; the caller sets the matrix.</summary>
/// <param name="prefix">Sets the names of fonts and pictures of this layer apart from those of another on the same page.</param>
sealed class PageStream(ByteText to, Resources resources, string prefix)
{
    public void Write(PrintedLayer layer, bool pale = false)
    {
        foreach (var thing in layer.Objects)
            switch (thing)
            {
                case PrintedText { Text.Length: > 0 } text: Text(text, pale); break;
                case PrintedPath { Shape.Steps.Count: > 0 } path: Path(path); break;
                case PrintedImage image:
                    var a = image.Area;
                    to.Add("q "u8).Add(a.Width).Add(" 0 0 "u8).Add(-a.Height).Space().Add(a.X).Space().Add(a.Bottom).Add(" cm /"u8).Add(prefix).Add("P"u8).Add(resources.Picture(image.Content)).Add(" Do Q\n"u8);
                    break;
                case PrintedQr qr: Qr(qr); break;
            }
    }

    void Text(PrintedText text, bool pale)
    {
        var font = resources.Font(text.Face);
        to.Add("BT "u8);
        // A watermark lies under the content in its own pale colour: nothing in the file is transparent.
        Colour(pale ? Pale(text.Ink, text.Alpha) : text.Ink, "rg"u8);
        to.Add("/"u8).Add(prefix).Add("F"u8).Add(font.Index).Space().Add(text.Size).Add(" Tf "u8);
        var (sin, cos) = Math.SinCos(text.Angle * Math.PI / 180);
        to.Add(cos).Space().Add(-sin).Space().Add(-sin).Space().Add(-cos).Space().Add(text.X).Space().Add(text.Y).Add(" Tm ["u8);
        var (open, owed) = (false, 0.0);
        for (var i = 0; i < text.Glyphs.Length; i++)
        {
            var glyph = text.Glyphs[i];
            if (Math.Abs(owed) >= 0.5)
            {
                if (open) { to.Add(">"u8); open = false; }
                var step = (int)Math.Round(owed);
                to.Add(step);
                owed -= step;
            }
            if (!open) { to.Add("<"u8); open = true; }
            Hex(font.Subset.NewGlyph(glyph));
            // What the reader moves on by itself, less what the layout wants, in thousandths of the em.
            owed += text.Face.AdvanceOf(glyph) * 1000.0 / text.Face.UnitsPerEm - text.Advances[i] / text.Size * 1000;
        }
        to.Add(open ? ">] TJ ET\n"u8 : "] TJ ET\n"u8);
    }

    void Hex(ushort glyph)
    {
        Span<byte> digits = stackalloc byte[4];
        for (var i = 0; i < 4; i++) digits[i] = "0123456789ABCDEF"u8[glyph >> 12 - 4 * i & 15];
        to.Add(digits);
    }

    void Path(PrintedPath path)
    {
        to.Add("q "u8);
        if (path.Stroke is { } stroke)
        {
            Colour(stroke, "RG"u8);
            to.Add(path.LineWidth).Add(" w "u8);
            if (path.RoundEnds) to.Add("1 J 1 j "u8);
            if (path.Dash.Length > 0)
            {
                to.Add("["u8);
                foreach (var part in path.Dash) to.Add(part).Space();
                to.Add("] 0 d "u8);
            }
        }
        if (path.Fill is { } fill) Colour(fill, "rg"u8);
        // From a whole millimetre: equal ornaments then have equal texts, and the file stays small.
        var bounds = path.Shape.Bounds();
        var (x, y) = (Math.Floor(bounds.X), Math.Floor(bounds.Y));
        to.Add("1 0 0 1 "u8).Add(x).Space().Add(y).Add(" cm "u8);
        ByteText At(double px, double py) => to.Fine(px - x).Space().Fine(py - y).Space();
        var before = (X: 0.0, Y: 0.0);
        foreach (var s in path.Shape.Steps)
        {
            switch (s.Verb)
            {
                case 'M': At(s.X, s.Y).Add("m "u8); break;
                case 'L': At(s.X, s.Y).Add("l "u8); break;
                case 'Q':
                    At(before.X + (s.X1 - before.X) * 2 / 3, before.Y + (s.Y1 - before.Y) * 2 / 3);
                    At(s.X + (s.X1 - s.X) * 2 / 3, s.Y + (s.Y1 - s.Y) * 2 / 3);
                    At(s.X, s.Y).Add("c "u8);
                    break;
                case 'B':
                    At(s.X1, s.Y1);
                    At(s.X2, s.Y2);
                    At(s.X, s.Y).Add("c "u8);
                    break;
                default: to.Add("h "u8); break;
            }
            if (s.Verb != 'C') before = (s.X, s.Y);
        }
        to.Add((path.Stroke is not null, path.Fill is not null) switch { (true, true) => "B Q\n"u8, (true, false) => "S Q\n"u8, (false, true) => "f Q\n"u8, _ => "n Q\n"u8 });
    }

    void Qr(PrintedQr qr)
    {
        var (side, bars) = qr.Modules;
        to.Add("q "u8);
        Colour(qr.Ink, "rg"u8);
        to.Add(Precise(qr.Area.Width / side)).Add(" 0 0 "u8).Add(Precise(qr.Area.Height / side)).Space().Add(qr.Area.X).Space().Add(qr.Area.Y).Add(" cm "u8);
        foreach (var (x, y, length) in bars) to.Add(x).Space().Add(y).Space().Add(length).Add(" 1 re "u8);
        to.Add("f Q\n"u8);
    }

    static string Precise(double factor) => factor.ToString("0.######", System.Globalization.CultureInfo.InvariantCulture);

    void Colour(Ink ink, ReadOnlySpan<byte> verb) => to.Add(ink.R / 255.0).Space().Add(ink.G / 255.0).Space().Add(ink.B / 255.0).Space().Add(verb).Space();

    static Ink Pale(Ink ink, byte alpha)
    {
        byte On(byte c) => (byte)(255 - (255 - c) * alpha / 255);
        return new(On(ink.R), On(ink.G), On(ink.B));
    }
}
