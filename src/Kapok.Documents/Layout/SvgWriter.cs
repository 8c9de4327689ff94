using System.Globalization;
using Kapok.Documents.Fonts;

namespace Kapok.Documents.Layout;

/// <summary>
/// Pages as SVG, to be seen where no OFD program is, on a phone for example. Text stays text in fonts of the device, set to the width it has
/// on paper; no script, no style, nothing loaded from elsewhere.
/// </summary>
public static class SvgWriter
{
    const string Serif = "'Noto Serif CJK SC','Source Han Serif SC','Songti SC','SimSun',serif", Sans = "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',sans-serif", Kai = "'LXGW WenKai','Kaiti SC','KaiTi',serif";

    /// <summary>One page as an svg element that fills the width it is given; may be put into any HTML page.</summary>
    /// <param name="page">From 0.</param>
    public static string Page(PrintedDocument document, int page)
    {
        var p = document.Pages[page];
        var svg = new ByteText(32 << 10).Add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 "u8).Add(p.Width).Space().Add(p.Height).Add("\" width=\"100%\" fill=\"none\"><title>"u8)
            .Escaped(document.Pages.Count == 1 ? document.Title : string.Create(CultureInfo.InvariantCulture, $"{document.Title}（{page + 1}/{document.Pages.Count}）")).Add("</title><rect width=\""u8).Add(p.Width).Add("\" height=\""u8).Add(p.Height).Add("\" fill=\"#fff\"/>"u8);
        if (p.Form is { } form) svg.Add(form.Kept("svg", l => new Fragment(Layer(l))).Svg);
        svg.Add(Layer(p.Content));
        if (p.Watermark is { } mark) svg.Add(Layer(mark));
        return svg.Add("</svg>"u8).ToString();
    }

    /// <summary>All pages as one HTML file.</summary>
    public static string Html(PrintedDocument document)
    {
        var html = new ByteText(64 << 10).Add("<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>"u8).Escaped(document.Title).Add("</title></head><body>\n"u8);
        for (var i = 0; i < document.Pages.Count; i++) html.Add(Page(document, i)).Add("\n"u8);
        return html.Add("</body></html>\n"u8).ToString();
    }

    sealed record Fragment(byte[] Svg);

    static byte[] Layer(PrintedLayer layer)
    {
        var svg = new ByteText(16 << 10);
        foreach (var thing in layer.Objects)
            switch (thing)
            {
                case PrintedText { Text.Length: > 0 } text: Text(svg, text); break;
                case PrintedPath { Shape.Steps.Count: > 0 } path: Path(svg, path); break;
                case PrintedImage image:
                    svg.Add("<image"u8);
                    Box(svg, image.Area).Add(" preserveAspectRatio=\"none\" href=\"data:image/"u8).Add(image.Content[0] == 0xFF ? "jpeg"u8 : "png"u8).Add(";base64,"u8).Add(Convert.ToBase64String(image.Content)).Add("\"/>"u8);
                    break;
                case PrintedQr qr: Qr(svg, qr); break;
            }
        return svg.ToArray();
    }

    static void Text(ByteText svg, PrintedText text)
    {
        svg.Add("<text x=\""u8).Add(text.X).Add("\" y=\""u8).Add(text.Y).Add("\" font-size=\""u8).Add(text.Size).Add("\" font-family=\""u8).Add(Family(text.Face)).Add("\" fill=\""u8).Add(text.Ink.ToString());
        if (text.Face.IsBold) svg.Add("\" font-weight=\"700"u8);
        if (text.Alpha < 255) svg.Add("\" fill-opacity=\""u8).Add(text.Alpha / 255.0);
        if (text.Angle != 0) svg.Add("\" transform=\"rotate("u8).Add(-text.Angle).Space().Add(text.X).Space().Add(text.Y).Add(")"u8);
        // The gap behind the last character is not part of what is seen.
        if (text.Glyphs.Length > 1) svg.Add("\" textLength=\""u8).Add(text.Width - text.Advances[^1] + text.Face.AdvanceOf(text.Glyphs[^1]) * text.Size / text.Face.UnitsPerEm);
        svg.Add("\" xml:space=\"preserve\">"u8).Escaped(text.Text).Add("</text>"u8);
    }

    static string Family(FontFace face) =>
        face.FamilyName.Contains("Kai", StringComparison.OrdinalIgnoreCase) ? Kai : face.FamilyClass is >= 1 and <= 7 || face.FamilyName.Contains("Serif", StringComparison.OrdinalIgnoreCase) || face.FamilyName.Contains("Song", StringComparison.OrdinalIgnoreCase) || face.FamilyName.Contains("Ming", StringComparison.OrdinalIgnoreCase) ? Serif : Sans;

    static void Path(ByteText svg, PrintedPath path)
    {
        svg.Add("<path d=\""u8);
        foreach (var s in path.Shape.Steps)
            switch (s.Verb)
            {
                case 'M': svg.Add("M"u8).Fine(s.X).Space().Fine(s.Y); break;
                case 'L': svg.Add("L"u8).Fine(s.X).Space().Fine(s.Y); break;
                case 'Q': svg.Add("Q"u8).Fine(s.X1).Space().Fine(s.Y1).Space().Fine(s.X).Space().Fine(s.Y); break;
                case 'B': svg.Add("C"u8).Fine(s.X1).Space().Fine(s.Y1).Space().Fine(s.X2).Space().Fine(s.Y2).Space().Fine(s.X).Space().Fine(s.Y); break;
                default: svg.Add("Z"u8); break;
            }
        if (path.Fill is { } fill) svg.Add("\" fill=\""u8).Add(fill.ToString());
        if (path.Stroke is { } stroke)
        {
            svg.Add("\" stroke=\""u8).Add(stroke.ToString()).Add("\" stroke-width=\""u8).Add(path.LineWidth);
            if (path.RoundEnds) svg.Add("\" stroke-linecap=\"round\" stroke-linejoin=\"round"u8);
            if (path.Dash.Length > 0) svg.Add("\" stroke-dasharray=\""u8).Add(string.Join(' ', path.Dash.Select(d => d.ToString("0.###", CultureInfo.InvariantCulture))));
        }
        svg.Add("\"/>"u8);
    }

    static void Qr(ByteText svg, PrintedQr qr)
    {
        var (side, bars) = qr.Modules;
        // Its own svg element keeps the grid in whole numbers.
        svg.Add("<svg aria-hidden=\"true\""u8);
        Box(svg, qr.Area).Add(" viewBox=\"0 0 "u8).Add(side).Space().Add(side).Add("\"><path shape-rendering=\"crispEdges\" fill=\""u8).Add(qr.Ink.ToString()).Add("\" d=\""u8);
        foreach (var (x, y, length) in bars) svg.Add("M"u8).Add(x).Space().Add(y).Add("h"u8).Add(length).Add("v1h-"u8).Add(length).Add("z"u8);
        svg.Add("\"/></svg>"u8);
    }

    static ByteText Box(ByteText svg, Area a) => svg.Add(" x=\""u8).Add(a.X).Add("\" y=\""u8).Add(a.Y).Add("\" width=\""u8).Add(a.Width).Add("\" height=\""u8).Add(a.Height).Add("\""u8);
}
