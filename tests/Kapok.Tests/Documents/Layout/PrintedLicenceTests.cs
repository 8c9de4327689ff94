using Kapok.Documents.Ofd;
using Kapok.Documents.Pdf;

namespace Kapok.Tests.Documents.Layout;

/// <summary>Whole licences, checked by programs of others.</summary>
public sealed class PrintedLicenceTests
{
    [Theory]
    [InlineData("food-business-permit", "广州木棉餐饮管理有限公司"), InlineData("business-licence", "壹佰万元整"), InlineData("residence-card", "欧阳小棉")]
    public void Qpdf_and_poppler_accept_a_licence_and_its_text_is_found(string name, string words)
    {
        var pdf = PdfWriter.Write(Templates.Sample(name));
        var (code, output) = Outside.Run("qpdf", "--check a.pdf", ("a.pdf", pdf));
        (code, output.Contains("WARNING")).ShouldBe((0, false), output);
        Outside.Run("pdftotext", "a.pdf -", ("a.pdf", pdf)).Output.ReplaceLineEndings("").ShouldContain(words);
        Outside.Run("pdffonts", "a.pdf", ("a.pdf", pdf)).Output.Split('\n')[2..].Where(l => l.Length > 0).ShouldAllBe(l => l.Contains("yes yes yes"));
    }

    [Theory]
    [InlineData("food-business-permit"), InlineData("residence-card")]
    public void A_camera_reads_the_code_from_the_printed_page(string name)
    {
        var pdf = PdfWriter.Write(Templates.Sample(name));
        Outside.Run("pdftoppm", "-r 200 -png a.pdf p && zbarimg -q --raw p-1.png 2>/dev/null", ("a.pdf", pdf)).Output.Trim().ShouldBe("https://kapok.example.gov.cn/v/8F3KQ7TN2M");
    }

    [Fact]
    public void The_reader_finds_every_item_of_a_licence_by_its_tag()
    {
        var read = OfdReader.Read(OfdWriter.Write(Templates.Sample("food-business-permit")).ToZip()).Value!;
        read.Faults.ShouldBeEmpty();
        (read.Title, read.Pages.Count, read.Pages[0].Width).ShouldBe(("食品经营许可证", 1, 297));
        read.Shown("ZZBH").ShouldBe("JY24401060012345");
        read.Shown("KZ_operator").ShouldBe("广州木棉餐饮管理有限公司");
        read.Shown("KZ_scope")!.ShouldMatch("^热食类食品制售，.*（含冷藏冷冻食品）$");
        read.Pages[0].Text.ShouldContain("食品经营许可证");
    }
}
