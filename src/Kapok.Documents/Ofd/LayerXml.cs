using System.Text;
using Kapok.Documents.Layout;

namespace Kapok.Documents.Ofd;

/// <summary>Things of a layer as graphic units of GB/T 33190 (clauses 8.3 to 11). Ids rise in the order of painting, because some viewers stack by id.</summary>
sealed class LayerXml(ByteText xml, Resources resources, int firstFont, int firstPicture)
{
    /// <summary>Name of a data item, page id and object id.</summary>
    public List<(string Name, int Page, int Object)> Tags { get; } = [];

    public void Write(PrintedLayer layer, int page, double width, double height, ref int id)
    {
        foreach (var thing in layer.Objects)
        {
            if (thing is PrintedText { Text.Length: 0 } or PrintedPath { Shape.Steps.Count: 0 }) continue;
            var own = ++id;
            if (thing.Tag is { } tag) Tags.Add((tag, page, own));
            switch (thing)
            {
                case PrintedText text: Text(text, own, width, height); break;
                case PrintedPath path: Path(path, own); break;
                case PrintedImage image: Image(image, own); break;
                case PrintedQr qr: Qr(qr, own); break;
            }
        }
    }

    void Text(PrintedText text, int id, double pageWidth, double pageHeight)
    {
        // Some viewers clip to the boundary: it is taller than any glyph.
        var (left, top) = text.Angle == 0 ? (text.X, text.Y - text.Size * 1.1) : (0, 0);
        xml.Add("<ofd:TextObject ID=\""u8).Add(id).Add("\" Boundary=\""u8);
        if (text.Angle == 0) Box(new(left, top, text.Width + text.Size * 0.1, text.Size * 1.5));
        else
        {
            Box(new(0, 0, pageWidth, pageHeight));
            var (sin, cos) = Math.SinCos(text.Angle * Math.PI / 180);
            xml.Add("\" CTM=\""u8).Add(cos).Space().Add(-sin).Space().Add(sin).Space().Add(cos).Space().Add(text.X).Space().Add(text.Y);
        }
        xml.Add("\" Font=\""u8).Add(firstFont + resources.Font(text.Face).Index).Add("\" Size=\""u8).Add(text.Size).Add("\">"u8);
        Colour("FillColor"u8, text.Ink, text.Alpha);
        Codes(text, 0, text.Angle == 0 ? text.Y - top : 0);
        xml.Add("</ofd:TextObject>"u8);
    }

    /// <summary>Characters beyond the basic plane stand alone: readers disagree whether they are one step of DeltaX or two.</summary>
    void Codes(PrintedText text, double x, double y)
    {
        var (start, glyph) = (0, 0);
        for (var at = 0; at < text.Text.Length; start = at)
        {
            var from = glyph;
            if (char.IsHighSurrogate(text.Text[at])) { at += 2; glyph++; }
            else while (at < text.Text.Length && !char.IsHighSurrogate(text.Text[at])) { at++; glyph++; }
            Code(text.Text.AsSpan(start, at - start), x, y, text.Advances.AsSpan(from, glyph - from));
            foreach (var advance in text.Advances.AsSpan(from, glyph - from)) x += advance;
        }
    }

    void Code(ReadOnlySpan<char> characters, double x, double y, ReadOnlySpan<double> advances)
    {
        xml.Add("<ofd:TextCode X=\""u8).Add(x).Add("\" Y=\""u8).Add(y);
        if (advances.Length > 1)
        {
            xml.Add("\" DeltaX=\""u8);
            // Differences of rounded places: rounding errors do not add up over a line.
            var (place, last) = (x, (long)Math.Round(x * 1000));
            var (value, count, first) = (0L, 0, true);
            for (var i = 0; i + 1 < advances.Length; i++)
            {
                place += advances[i];
                var here = (long)Math.Round(place * 1000);
                var delta = here - last;
                last = here;
                if (count > 0 && delta == value) { count++; continue; }
                Repeated(value, count, ref first);
                (value, count) = (delta, 1);
            }
            Repeated(value, count, ref first);
        }
        xml.Add("\">"u8).Escaped(characters).Add("</ofd:TextCode>"u8);
    }

    void Repeated(long value, int count, ref bool first)
    {
        if (count == 0) return;
        if (!first) xml.Space();
        first = false;
        if (count > 2) xml.Add("g "u8).Add(count).Space().Thousandths(value);
        else for (var i = 0; i < count; i++) { if (i > 0) xml.Space(); xml.Thousandths(value); }
    }

    void Path(PrintedPath path, int id)
    {
        var bounds = path.Shape.Bounds();
        var half = path.Stroke is null ? 0 : path.LineWidth / 2 + 0.1;
        // From a whole millimetre: equal ornaments then have equal texts, and the file stays small.
        var (x, y) = (Math.Floor(bounds.X - half), Math.Floor(bounds.Y - half));
        var box = new Area(x, y, Math.Max(bounds.Right + half - x, 0.01), Math.Max(bounds.Bottom + half - y, 0.01));
        xml.Add("<ofd:PathObject ID=\""u8).Add(id).Add("\" Boundary=\""u8);
        Box(box);
        if (path.Stroke is not null) xml.Add("\" LineWidth=\""u8).Add(path.LineWidth);
        if (path.RoundEnds) xml.Add("\" Cap=\"Round\" Join=\"Round"u8);
        if (path.Dash.Length > 0)
        {
            xml.Add("\" DashPattern=\""u8);
            for (var i = 0; i < path.Dash.Length; i++) (i > 0 ? xml.Space() : xml).Add(path.Dash[i]);
        }
        if (path.Stroke is null) xml.Add("\" Stroke=\"false"u8);
        if (path.Fill is not null) xml.Add("\" Fill=\"true"u8);
        xml.Add("\">"u8);
        if (path.Stroke is { } stroke) Colour("StrokeColor"u8, stroke, 255);
        if (path.Fill is { } fill) Colour("FillColor"u8, fill, 255);
        xml.Add("<ofd:AbbreviatedData>"u8);
        var first = true;
        foreach (var s in path.Shape.Steps)
        {
            if (!first) xml.Space();
            first = false;
            switch (s.Verb)
            {
                case 'M': xml.Add("M "u8); break;
                case 'L': xml.Add("L "u8); break;
                case 'Q': xml.Add("Q "u8).Fine(s.X1 - box.X).Space().Fine(s.Y1 - box.Y).Space(); break;
                case 'B': xml.Add("B "u8).Fine(s.X1 - box.X).Space().Fine(s.Y1 - box.Y).Space().Fine(s.X2 - box.X).Space().Fine(s.Y2 - box.Y).Space(); break;
                default: xml.Add("C"u8); continue;
            }
            xml.Fine(s.X - box.X).Space().Fine(s.Y - box.Y);
        }
        xml.Add("</ofd:AbbreviatedData></ofd:PathObject>"u8);
    }

    void Image(PrintedImage image, int id)
    {
        xml.Add("<ofd:ImageObject ID=\""u8).Add(id).Add("\" Boundary=\""u8);
        Box(image.Area);
        xml.Add("\" CTM=\""u8).Add(image.Area.Width).Add(" 0 0 "u8).Add(image.Area.Height).Add(" 0 0\" ResourceID=\""u8).Add(firstPicture + resources.Picture(image.Content)).Add("\"/>"u8);
    }

    void Qr(PrintedQr qr, int id)
    {
        var (side, bars) = qr.Modules;
        xml.Add("<ofd:PathObject ID=\""u8).Add(id).Add("\" Boundary=\""u8);
        Box(qr.Area);
        xml.Add("\" CTM=\""u8).Add(Scale(qr.Area.Width / side)).Add(" 0 0 "u8).Add(Scale(qr.Area.Height / side)).Add(" 0 0\" Stroke=\"false\" Fill=\"true\">"u8);
        Colour("FillColor"u8, qr.Ink, 255);
        xml.Add("<ofd:AbbreviatedData>"u8);
        var first = true;
        foreach (var (x, y, length) in bars)
        {
            xml.Add(first ? "M "u8 : " M "u8).Add(x).Space().Add(y).Add(" L "u8).Add(x + length).Space().Add(y).Add(" L "u8).Add(x + length).Space().Add(y + 1).Add(" L "u8).Add(x).Space().Add(y + 1).Add(" C"u8);
            first = false;
        }
        xml.Add("</ofd:AbbreviatedData></ofd:PathObject>"u8);
    }

    // Three decimals are too coarse for a factor that is multiplied by the number of modules.
    static string Scale(double factor) => factor.ToString("0.######", System.Globalization.CultureInfo.InvariantCulture);

    void Box(Area a) => xml.Add(a.X).Space().Add(a.Y).Space().Add(a.Width).Space().Add(a.Height);

    void Colour(ReadOnlySpan<byte> element, Ink ink, byte alpha)
    {
        xml.Add("<ofd:"u8).Add(element).Add(" Value=\""u8).Add((int)ink.R).Space().Add((int)ink.G).Space().Add((int)ink.B);
        if (alpha < 255) xml.Add("\" Alpha=\""u8).Add((int)alpha);
        xml.Add("\"/>"u8);
    }
}
