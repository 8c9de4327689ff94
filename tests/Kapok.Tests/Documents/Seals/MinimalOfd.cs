using System.Text;
using Kapok.Documents.Ofd;

namespace Kapok.Tests.Documents.Seals;

/// <summary>An OFD by hand, from the tables of GB/T 33190-2016 alone: pages with a rectangle and a line of text.</summary>
static class MinimalOfd
{
    const string Space = "xmlns:ofd=\"http://www.ofdspec.org/2016\"";

    public static OfdPackage Of(int pages = 1, string text = "食品经营许可证")
    {
        var list = new StringBuilder();
        var files = new Dictionary<string, byte[]>();
        for (var i = 0; i < pages; i++)
        {
            list.Append($"<ofd:Page ID=\"{10 + i * 10}\" BaseLoc=\"Pages/Page_{i}/Content.xml\"/>");
            files[$"Doc_0/Pages/Page_{i}/Content.xml"] = Xml($"""
                <ofd:Page {Space}><ofd:Content><ofd:Layer ID="{11 + i * 10}" Type="Body">
                <ofd:PathObject ID="{12 + i * 10}" Boundary="20 20 170 40" LineWidth="0.5"><ofd:AbbreviatedData>M 0 0 L 170 0 L 170 40 L 0 40 C</ofd:AbbreviatedData></ofd:PathObject>
                <ofd:TextObject ID="{13 + i * 10}" Boundary="25 30 160 12" Font="2" Size="8"><ofd:TextCode X="0" Y="9" DeltaX="g {text.Length - 1} 8">{text}</ofd:TextCode></ofd:TextObject>
                </ofd:Layer></ofd:Content></ofd:Page>
                """);
        }
        files["OFD.xml"] = Xml($"""
            <ofd:OFD {Space} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo><ofd:DocID>0123456789abcdef0123456789abcdef</ofd:DocID><ofd:Title>{text}</ofd:Title><ofd:CreationDate>2026-09-21</ofd:CreationDate></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>
            """);
        files["Doc_0/Document.xml"] = Xml($"""
            <ofd:Document {Space}><ofd:CommonData><ofd:MaxUnitID>{10 + pages * 10}</ofd:MaxUnitID><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea><ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData><ofd:Pages>{list}</ofd:Pages></ofd:Document>
            """);
        files["Doc_0/PublicRes.xml"] = Xml($"""<ofd:Res {Space} BaseLoc="Res"><ofd:Fonts><ofd:Font ID="2" FontName="SimSun" FamilyName="SimSun"/></ofd:Fonts></ofd:Res>""");
        return OfdPackage.Of(files);
    }

    static byte[] Xml(string body) => Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + body.Trim());
}
