using System.Text;
using Kapok.Documents.Ofd;
using Kapok.Tests.Documents.Layout;

namespace Kapok.Tests.Documents.Ofd;

public sealed class OfdReaderTests
{
    static OfdPackage Package(params (string Path, string Text)[] files) => OfdPackage.Of(files.Select(f => KeyValuePair.Create(f.Path, Encoding.UTF8.GetBytes(f.Text))));

    [Fact]
    public void It_reads_back_what_the_writer_wrote()
    {
        var read = OfdReader.Read(OfdWriter.Write(Printed.Document()).ToZip()).Value!;
        read.Title.ShouldBe("食品经营许可证");
        read.Author.ShouldBe("广州市天河区市场监督管理局");
        read.CreationDate.ShouldBe("2026-11-30");
        read.DocumentId.Length.ShouldBe(32);
        read.Value("CZZT").ShouldBe("广州市天河区木棉餐饮店");
        read.Shown("KZ_rare").ShouldBe("𠮷田 <&> “引号”");
        read.Pages.Select(p => p.Texts.Count).ShouldBe([5, 3]);
        read.Attachments.Single().Path.ShouldBe("Doc_0/Attachs/file_0.json");
        read.Signatures.ShouldBeNull();
        read.Faults.ShouldBeEmpty();
    }

    [Fact]
    public void A_stranger_may_use_other_prefixes_no_namespace_and_other_ways_of_writing_paths()
    {
        var read = OfdReader.Read(Package(
            ("OFD.xml", "<x:OFD xmlns:x='http://www.ofdspec.org'><x:DocBody><x:DocInfo><x:Title> 票 </x:Title><x:CustomDatas><x:CustomData Name='发票号码'>001</x:CustomData></x:CustomDatas></x:DocInfo><x:DocRoot>/Doc_0\\Document.xml</x:DocRoot><x:Signatures>/Doc_0/Signs/Signatures.xml</x:Signatures></x:DocBody></x:OFD>"),
            ("Doc_0/Document.xml", "<Document><CommonData><PageArea><PhysicalBox>0 0 210 140</PhysicalBox></PageArea><TemplatePage ID='2' BaseLoc='./Tpls/T.xml'/></CommonData><Pages><Page ID='1' BaseLoc='/Doc_0/Pages/Page_0/Content.xml'/><Page ID='9' BaseLoc='../../away.xml'/></Pages></Document>"),
            ("Doc_0/Tpls/T.xml", "<Page><Content><Layer><TextObject ID='3' Boundary='1 2 30 4' Size='3'><TextCode X='0' Y='3'>标签</TextCode></TextObject></Layer></Content></Page>"),
            ("Doc_0/Pages/Page_0/Content.xml", "<Page><Template TemplateID='2'/><Content><Layer><PageBlock><TextObject ID='4' Boundary='10 20\n30 4'><TextCode>甲</TextCode><TextCode>乙</TextCode></TextObject></PageBlock></Layer></Content></Page>"))).Value!;
        read.Title.ShouldBe("票");
        read.Value("发票号码").ShouldBe("001");
        read.Signatures.ShouldBe("Doc_0/Signs/Signatures.xml");
        read.Pages.Single().Texts.Select(t => t.Text).ShouldBe(["甲乙", "标签"]);
        read.Pages[0].Texts[0].Area.Y.ShouldBe(20);
        read.Pages[0].Text.ShouldBe("标签\n甲乙");
        read.Faults.Single().Message.ShouldContain("BaseLoc");
    }

    [Theory]
    [InlineData("<OFD/>", "DocBody")]
    [InlineData("<OFD><DocBody/></OFD>", "DocRoot")]
    [InlineData("<OFD><DocBody><DocRoot>../../x</DocRoot></DocBody></OFD>", "DocRoot")]
    [InlineData("<OFD><DocBody><DocRoot>D.xml</DocRoot></DocBody></OFD>", "没有页面")]
    [InlineData("<OFD><DocBody>", "XML 不正确")]
    [InlineData("", "XML 不正确")]
    public void What_is_not_an_ofd_is_refused_with_the_reason(string entrance, string reason) =>
        OfdReader.Read(Package(("OFD.xml", entrance), ("D.xml", "<Document/>"))).Message.ShouldContain(reason);

    [Fact]
    public void Too_much_text_is_read_only_in_part_and_said_so()
    {
        var page = new StringBuilder("<Page><Content><Layer>");
        for (var i = 0; i < OfdReader.MaxTexts + 10; i++) page.Append("<TextObject ID='1' Boundary='0 0 1 1'><TextCode>a</TextCode></TextObject>");
        var read = OfdReader.Read(Package(("OFD.xml", "<OFD><DocBody><DocRoot>D.xml</DocRoot></DocBody></OFD>"), ("D.xml", "<Document><Pages><Page ID='1' BaseLoc='P.xml'/><Page ID='2' BaseLoc='P.xml'/></Pages></Document>"),
            ("P.xml", page.Append("</Layer></Content></Page>").ToString()))).Value!;
        read.Pages.Sum(p => p.Texts.Count).ShouldBeLessThanOrEqualTo(OfdReader.MaxTexts);
        read.Faults.Single().Message.ShouldContain("一部分");
    }

    [Fact]
    public void A_page_as_large_as_a_country_is_no_page_size()
    {
        var read = OfdReader.Read(Package(("OFD.xml", "<OFD><DocBody><DocRoot>D.xml</DocRoot></DocBody></OFD>"), ("D.xml", "<Document><Pages><Page ID='1' BaseLoc='P.xml'/></Pages></Document>"),
            ("P.xml", "<Page><Area><PhysicalBox>0 0 1e300 NaN</PhysicalBox></Area></Page>"))).Value!;
        (read.Pages[0].Width, read.Pages[0].Height).ShouldBe((210, 297));
    }

    [Fact]
    public void Three_thousand_damaged_documents_are_read_or_refused_and_never_break()
    {
        var random = new Random(20161);
        var good = OfdWriter.Write(Printed.Document());
        var xml = good.Paths.Where(p => p.EndsWith(".xml")).ToArray();
        string[] tokens = ["<", ">", "/", "\"", "&", "&amp;", "<ofd:Page>", "</ofd:Page>", "<!DOCTYPE x>", "../", "/Doc_0/", "1e999", "-1", "\0", "𠮷", "ID=\"1\"", "<![CDATA[", "BaseLoc=\"OFD.xml\""];
        var read = 0;
        for (var i = 0; i < 3_000; i++)
        {
            var path = xml[random.Next(xml.Length)];
            var text = Encoding.UTF8.GetString(good[path]!);
            for (var n = random.Next(1, 4); n > 0; n--)
            {
                var at = random.Next(text.Length);
                text = random.Next(3) switch { 0 => text.Remove(at, Math.Min(random.Next(1, 40), text.Length - at)), 1 => text.Insert(at, tokens[random.Next(tokens.Length)]), _ => text[..at] + (char)random.Next(1, 0x3000) + text[(at + 1)..] };
            }
            var result = OfdReader.Read(good.With(path, Encoding.UTF8.GetBytes(text)));
            if (result.Ok) { read++; _ = result.Value!.Pages[0].Text; _ = result.Value.Shown("ZZBH"); } else result.Message.ShouldNotBeEmpty();
        }
        read.ShouldBeInRange(300, 2_700);
    }
}
