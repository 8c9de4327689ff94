using System.Text;
using System.Xml.Linq;
using Kapok.Documents.Ofd;
using Kapok.Tests.Documents.Layout;

namespace Kapok.Tests.Documents.Ofd;

public sealed class OfdWriterTests
{
    static OfdPackage Ofd => OfdWriter.Write(Printed.Document());

    // GB/T 33190-2016: the schema is a sequence; the children of each element come in this order.
    static readonly Dictionary<string, string[]> Order = new()
    {
        ["OFD"] = ["DocBody"], ["DocBody"] = ["DocInfo", "DocRoot", "Versions", "Signatures"],
        ["DocInfo"] = ["DocID", "Title", "Author", "Subject", "Abstract", "CreationDate", "ModDate", "DocUsage", "Cover", "Keywords", "Creator", "CreatorVersion", "CustomDatas"],
        ["Document"] = ["CommonData", "Pages", "Outlines", "Permissions", "Actions", "VPreferences", "Bookmarks", "Annotations", "CustomTags", "Attachments", "Extensions"],
        ["CommonData"] = ["MaxUnitID", "PageArea", "PublicRes", "DocumentRes", "TemplatePage", "DefaultCS"],
        ["Page"] = ["Template", "PageRes", "Area", "Content", "Actions", "FileLoc"], ["TextObject"] = ["FillColor", "StrokeColor", "CGTransform", "TextCode"],
        ["PathObject"] = ["StrokeColor", "FillColor", "AbbreviatedData"], ["Annot"] = ["Remark", "Parameters", "Appearance"], ["CustomTag"] = ["SchemaLoc", "FileLoc"], ["Font"] = ["FontFile"],
    };

    [Fact]
    public void Elements_stand_in_the_order_of_the_schema_and_ids_are_unique()
    {
        var ids = new List<int>();
        foreach (var (path, content) in Ofd.Files.Where(f => f.Key.EndsWith(".xml")))
        {
            var root = XElement.Load(new MemoryStream(content));
            foreach (var element in root.DescendantsAndSelf().Where(e => e.Name.Namespace == OfdXml.Ofd))
                if (Order.TryGetValue(element.Name.LocalName, out var order))
                {
                    var places = element.Elements().Select(e => Array.IndexOf(order, e.Name.LocalName)).ToList();
                    places.ShouldAllBe(p => p >= 0, $"{path} {element.Name.LocalName}");
                    places.SequenceEqual(places.Order()).ShouldBeTrue($"{path} {element.Name.LocalName}");
                }
            if (!path.Contains("/Attachs/")) ids.AddRange(root.DescendantsAndSelf().Attributes("ID").Select(a => int.Parse(a.Value)));
        }
        ids.ShouldBeUnique();
        int.Parse(Ofd.Xml("Doc_0/Document.xml").Value.Child("CommonData").Child("MaxUnitID")!.Value).ShouldBeGreaterThanOrEqualTo(ids.Max());
    }

    [Fact]
    public void Every_file_it_names_is_there_and_every_resource_it_uses_is_described()
    {
        var described = new HashSet<string>();
        foreach (var file in (string[])["Doc_0/PublicRes.xml"])
            foreach (var font in Ofd.Xml(file).Value!.Descendants(OfdXml.Ofd + "Font"))
            {
                described.Add(font.Text("ID")!);
                Ofd[$"Doc_0/Res/{font.Child("FontFile")!.Value}"].ShouldNotBeNull();
            }
        foreach (var path in Ofd.Paths.Where(p => p.EndsWith("Content.xml") || p.EndsWith("Annotation.xml")))
            foreach (var text in Ofd.Xml(path).Value!.Descendants(OfdXml.Ofd + "TextObject")) described.ShouldContain(text.Text("Font")!);
        Ofd.Paths.ShouldContain("Doc_0/Attachs/file_0.json");
    }

    [Fact]
    public void A_form_shared_by_two_pages_stands_in_it_once()
    {
        Ofd.Paths.Count(p => p.Contains("/Tpls/")).ShouldBe(1);
        Ofd.Xml("Doc_0/Pages/Page_1/Content.xml").Value.Child("Template").Text("TemplateID").ShouldBe(Ofd.Xml("Doc_0/Document.xml").Value.Child("CommonData").Child("TemplatePage").Text("ID"));
    }

    [Fact]
    public void Tags_lead_from_an_item_to_the_text_that_shows_it()
    {
        var reference = Ofd.Xml("Doc_0/Tags/CustomTag.xml").Value.Child("ZZBH").Child("ObjectRef")!;
        var page = Ofd.Xml("Doc_0/Document.xml").Value.Child("Pages").Children("Page").Single(p => p.Text("ID") == reference.Text("PageRef"));
        var thing = Ofd.Xml(OfdPackage.Resolve("Doc_0/Document.xml", page.Text("BaseLoc")!)!).Value!.Descendants(OfdXml.Ofd + "TextObject").Single(t => t.Text("ID") == reference.Value);
        thing.Child("TextCode")!.Value.ShouldBe("JY14401060000001");
        Ofd.Xml("OFD.xml").Value!.Descendants(OfdXml.Ofd + "CustomData").Single(d => d.Text("Name") == "ZZBH").Value.ShouldBe("JY14401060000001");
    }

    [Fact]
    public void As_many_steps_as_characters_and_a_rare_character_stands_alone()
    {
        foreach (var code in Ofd.Xml("Doc_0/Pages/Page_0/Content.xml").Value!.Descendants(OfdXml.Ofd + "TextCode"))
        {
            var (steps, text) = (0, code.Value);
            var parts = (code.Text("DeltaX") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
            for (var i = 0; i < parts.Length; i++)
                if (parts[i] == "g") { steps += int.Parse(parts[i + 1]); i += 2; } else steps++;
            if (text == "𠮷") steps.ShouldBe(0);
            else { text.ShouldNotContain('\ud842'); steps.ShouldBe(text.Length - 1, text); }
        }
    }

    [Fact]
    public void The_same_document_gives_the_same_bytes_also_when_its_form_was_used_before()
    {
        OfdWriter.Write(Printed.Document()).ToZip().ShouldBe(Ofd.ToZip());
        var document = Printed.Document();
        OfdWriter.Write(document).ToZip().ShouldBe(OfdWriter.Write(document).ToZip());
    }

    [Fact]
    public void It_stays_small() => Ofd.ToZip().Length.ShouldBeLessThan(60 << 10);

    [Fact]
    public void A_broken_xml_character_in_a_value_does_not_break_the_file() =>
        OfdWriter.Write(Printed.Document() with { Title = "a\u0001<b>&\"" }).Xml("OFD.xml").Value!.Descendants(OfdXml.Ofd + "Title").Single().Value.ShouldBe("a<b>&\"");

    [Fact]
    public void Embedded_fonts_are_fonts_with_a_character_map()
    {
        foreach (var (path, font) in Ofd.Files.Where(f => f.Key.Contains("/Res/font_")))
            Encoding.ASCII.GetString(font).ShouldContain("cmap", customMessage: path);
    }
}
