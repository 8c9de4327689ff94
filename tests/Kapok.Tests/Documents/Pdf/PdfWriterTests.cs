using System.Text;
using Kapok.Documents.Pdf;
using Kapok.Tests.Documents.Layout;

namespace Kapok.Tests.Documents.Pdf;

public sealed class PdfWriterTests
{
    static byte[] Pdf => PdfWriter.Write(Printed.Document());

    [Fact]
    public void Qpdf_finds_nothing_wrong_with_it()
    {
        var (code, output) = Outside.Run("qpdf", "--check a.pdf", ("a.pdf", Pdf));
        code.ShouldBe(0, output);
        output.ShouldNotContain("WARNING");
    }

    [Fact]
    public void Every_font_is_an_embedded_subset_with_unicode()
    {
        var fonts = Outside.Run("pdffonts", "a.pdf", ("a.pdf", Pdf)).Output.Split('\n')[2..].Where(l => l.Length > 0).ToList();
        fonts.Count.ShouldBe(5);
        foreach (var font in fonts) font.ShouldMatch(@"^[A-Z]{6}\+\S+ +CID .*Identity-H +yes yes yes");
    }

    [Fact]
    public void Its_text_is_found_also_rare_characters_and_those_of_the_form()
    {
        var text = Outside.Run("pdftotext", "-layout a.pdf -", ("a.pdf", Pdf)).Output;
        foreach (var words in (string[])["食品经营许可证", "经营者名称：", "广州市天河区木棉餐饮店", "𠮷田 <&> “引号”", "JY14401060000001", "第二页"]) text.ShouldContain(words);
    }

    [Fact]
    public void It_says_that_it_is_pdf_a_2b_and_carries_its_data()
    {
        var text = Encoding.UTF8.GetString(Pdf);
        text.ShouldContain("<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>");
        text.ShouldContain("&quot;ZZBH&quot;:&quot;JY14401060000001&quot;");
        text.ShouldContain("/S/GTS_PDFA1");
        Outside.Run("pdfinfo", "a.pdf", ("a.pdf", Pdf)).Output.ShouldContain("595.276 x 396.85 pts");
    }

    [Fact]
    public void The_same_document_gives_the_same_bytes() => PdfWriter.Write(Printed.Document()).ShouldBe(Pdf);

    [Fact]
    public void Another_name_gives_another_file_with_another_id()
    {
        var other = PdfWriter.Write(Printed.Document("另一家店"));
        static string Id(byte[] pdf) => Encoding.Latin1.GetString(pdf) is var t ? t[t.LastIndexOf("/ID[", StringComparison.Ordinal)..] : "";
        Id(other).ShouldNotBe(Id(Pdf));
    }
}
