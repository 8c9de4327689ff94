using System.Text;
using Kapok.Documents.Layout;

namespace Kapok.Documents.Pdf;

/// <summary>A subset as composite font with Identity-H: the two bytes of a character code are the glyph number in the subset (ISO 32000-1, 9.7).</summary>
sealed record PdfFont(string Name, bool IsCff, byte[] File, int FileLength, byte[] ToUnicode, string Widths, string Measures)
{
    public static PdfFont Of(Resources.UsedFont used)
    {
        var (face, subset) = (used.Face, used.Subset);
        var file = subset.IsCff ? subset.CffTable.Span : subset.Bytes;
        string Em(double units) => Math.Round(units * 1000 / face.UnitsPerEm).ToString("0", System.Globalization.CultureInfo.InvariantCulture);
        var box = face.BoundingBox;
        return new(subset.Name, subset.IsCff, PdfObjects.Deflate(file), file.Length, PdfObjects.Deflate(Map(used)), WidthsOf(used),
            $"/Flags 4/FontBBox[{Em(box.XMin)} {Em(box.YMin)} {Em(box.XMax)} {Em(box.YMax)}]/ItalicAngle 0/Ascent {Em(face.Ascent)}/Descent {Em(face.Descent)}/CapHeight {Em(face.CapHeight)}/StemV {(face.IsBold ? 120 : 70)}");
    }

    /// <summary>Writes the objects; the number of the font.</summary>
    public int Add(PdfObjects objects)
    {
        var file = objects.AddStream((IsCff ? "/Subtype/CIDFontType0C" : $"/Length1 {FileLength}") + "/Filter/FlateDecode", File);
        var descriptor = objects.Add(new ByteText(256).Add("<</Type/FontDescriptor/FontName/"u8).Add(Name).Add(Measures).Add(IsCff ? "/FontFile3 "u8 : "/FontFile2 "u8).Add(file).Add(" 0 R>>"u8));
        var descendant = objects.Add(new ByteText(512).Add("<</Type/Font/Subtype/"u8).Add(IsCff ? "CIDFontType0"u8 : "CIDFontType2/CIDToGIDMap/Identity"u8).Add("/BaseFont/"u8).Add(Name)
            .Add("/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor "u8).Add(descriptor).Add(" 0 R/DW 1000/W["u8).Add(Widths).Add("]>>"u8));
        var unicode = objects.AddStream("/Filter/FlateDecode", ToUnicode);
        return objects.Add(new ByteText(256).Add("<</Type/Font/Subtype/Type0/BaseFont/"u8).Add(Name).Add(IsCff ? "-Identity-H"u8 : ""u8).Add("/Encoding/Identity-H/DescendantFonts["u8).Add(descendant).Add(" 0 R]/ToUnicode "u8).Add(unicode).Add(" 0 R>>"u8));
    }

    static string WidthsOf(Resources.UsedFont used)
    {
        var (face, subset) = (used.Face, used.Subset);
        var text = new ByteText(256);
        for (var i = 0; i < subset.Glyphs.Count; i++)
        {
            var width = face.AdvanceOf(subset.Glyphs[i]) * 1000.0 / face.UnitsPerEm;
            if (Math.Abs(width - 1000) > 0.0005) text.Add(i).Add("["u8).Add(width).Add("]"u8);
        }
        return text.ToString();
    }

    /// <summary>The map from glyph numbers back to characters, so that text is found and copied.</summary>
    static byte[] Map(Resources.UsedFont used)
    {
        var pairs = used.Characters.Select(c => (Glyph: used.Subset.NewGlyph(c.Key), c.Value)).Where(p => p.Glyph != 0).OrderBy(p => p.Glyph).ToList();
        var text = new StringBuilder("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n");
        foreach (var part in pairs.Chunk(100))
        {
            text.Append(part.Length).Append(" beginbfchar\n");
            foreach (var (glyph, character) in part) text.Append($"<{glyph:X4}> <{Convert.ToHexString(Encoding.BigEndianUnicode.GetBytes(new Rune(character).ToString()))}>\n");
            text.Append("endbfchar\n");
        }
        return Encoding.ASCII.GetBytes(text.Append("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n").ToString());
    }
}
