using System.Globalization;
using System.Security;
using System.Text;
using System.Text.Json;
using Kapok.Documents.Layout;
using Kapok.Foundation.Calendar;

namespace Kapok.Documents.Pdf;

/// <summary>
/// PDF/A-2b (ISO 19005-2) of a printed document: all fonts embedded as subsets with the way back to characters, colours in sRGB by an
/// output intent, metadata in XMP with the custom data as JSON. The same document gives the same bytes; the file ends in a plain
/// cross-reference table, behind which a signature is added as an incremental update.
/// </summary>
public static class PdfWriter
{
    const double Points = 72 / 25.4;
    /// <summary>XMP namespace of the custom data (property <c>data</c>: a JSON object of texts).</summary>
    public const string DataNamespace = "https://kapok.gov.cn/xmp/items/1.0/";

    static readonly byte[] Profile = PdfObjects.Deflate(ColourProfile.Srgb);

    sealed record Part(byte[] Stream, IReadOnlyList<PdfFont> Fonts, IReadOnlyList<PdfImage> Images);

    public static byte[] Write(PrintedDocument document)
    {
        var objects = new PdfObjects();
        var (catalog, pages) = (objects.Reserve(), objects.Reserve());
        var own = Resources.Of([.. document.Pages.Select(p => p.Content), .. document.Pages.Select(p => p.Watermark).OfType<PrintedLayer>()]);
        var images = own.Pictures.Select(PdfImage.Of).ToList();
        var shared = Named(objects, "C", [.. own.Fonts.Select(PdfFont.Of)], images);
        var forms = new Dictionary<PrintedLayer, (int Stream, string Fonts, string Images, bool Masks)>(ReferenceEqualityComparer.Instance);
        var numbers = new List<int>();
        foreach (var page in document.Pages)
        {
            var form = page.Form is { } layer ? Form(objects, layer, page.Height, forms) : default;
            var content = new ByteText(16 << 10);
            Begin(content, page.Height);
            var stream = new PageStream(content, own, "C");
            if (page.Watermark is { } mark) stream.Write(mark, pale: true);
            stream.Write(page.Content);
            var number = objects.AddStream("/Filter/FlateDecode", PdfObjects.Deflate(content.Add("Q\n"u8).Written));
            var body = new ByteText(512).Add("<</Type/Page/Parent "u8).Add(pages).Add(" 0 R/MediaBox[0 0 "u8).Add(page.Width * Points).Space().Add(page.Height * Points).Add("]/Contents["u8);
            if (form.Stream > 0) body.Add(form.Stream).Add(" 0 R "u8);
            body.Add(number).Add(" 0 R]/Resources<</Font<<"u8).Add(form.Fonts ?? "").Add(shared.Fonts).Add(">>/XObject<<"u8).Add(form.Images ?? "").Add(shared.Images).Add(">>>>"u8);
            if (form.Masks || images.Any(i => i.Mask is not null)) body.Add("/Group<</Type/Group/S/Transparency/CS/DeviceRGB>>"u8);
            numbers.Add(objects.Add(body.Add(">>"u8)));
        }
        var kids = new ByteText(64).Add("<</Type/Pages/Count "u8).Add(numbers.Count).Add("/Kids["u8);
        foreach (var number in numbers) kids.Add(number).Add(" 0 R "u8);
        objects.Set(pages, kids.Add("]>>"u8));
        var profile = objects.AddStream("/N 3/Filter/FlateDecode", Profile);
        var metadata = objects.AddStream("/Type/Metadata/Subtype/XML", Encoding.UTF8.GetBytes(Xmp(document)));
        objects.Set(catalog, new ByteText(512).Add("<</Type/Catalog/Pages "u8).Add(pages).Add(" 0 R/Metadata "u8).Add(metadata).Add(" 0 R/Lang(zh-CN)/ViewerPreferences<</DisplayDocTitle true>>/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB IEC61966-2.1)/Info(sRGB IEC61966-2.1)/DestOutputProfile "u8).Add(profile).Add(" 0 R>>]>>"u8));
        return objects.Write(catalog, objects.Add(Info(document)));
    }

    static void Begin(ByteText content, double height) => content.Add("q 2.83464567 0 0 -2.83464567 0 "u8).Add(height * Points).Add(" cm\n"u8);

    static (int Stream, string Fonts, string Images, bool Masks) Form(PdfObjects objects, PrintedLayer layer, double height, Dictionary<PrintedLayer, (int, string, string, bool)> known)
    {
        if (known.TryGetValue(layer, out var form)) return form;
        var part = layer.Kept(string.Create(CultureInfo.InvariantCulture, $"pdf {height}"), l =>
        {
            var used = Resources.Of(l);
            var content = new ByteText(16 << 10);
            Begin(content, height);
            new PageStream(content, used, "T").Write(l);
            return new Part(PdfObjects.Deflate(content.Add("Q\n"u8).Written), [.. used.Fonts.Select(PdfFont.Of)], [.. used.Pictures.Select(PdfImage.Of)]);
        });
        var (fonts, images) = Named(objects, "T", part.Fonts, part.Images);
        return known[layer] = (objects.AddStream("/Filter/FlateDecode", part.Stream), fonts, images, part.Images.Any(i => i.Mask is not null));
    }

    static (string Fonts, string Images) Named(PdfObjects objects, string prefix, IReadOnlyList<PdfFont> fonts, IReadOnlyList<PdfImage> images) =>
        (string.Concat(fonts.Select((f, i) => $"/{prefix}F{i} {f.Add(objects)} 0 R")), string.Concat(images.Select((p, i) => $"/{prefix}P{i} {p.Add(objects)} 0 R")));

    // What stands here and in XMP must be the same (ISO 19005-2, 6.6.3).
    static ByteText Info(PrintedDocument document)
    {
        var info = new ByteText(256).Add("<</Title"u8).Add(PdfObjects.Text(document.Title)).Add("/Creator(Kapok)/Producer(Kapok)/CreationDate(D:"u8).Add(ChinaTime.Local(document.Created).ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture)).Add("+08'00')"u8);
        if (document.Author.Length > 0) info.Add("/Author"u8).Add(PdfObjects.Text(document.Author));
        if (document.Subject.Length > 0) info.Add("/Subject"u8).Add(PdfObjects.Text(document.Subject));
        return info.Add(">>"u8);
    }

    static string Xmp(PrintedDocument document)
    {
        static string X(string text) => SecurityElement.Escape(new string([.. text.Where(c => !char.IsControl(c))]));
        var author = document.Author.Length > 0 ? $"<dc:creator><rdf:Seq><rdf:li>{X(document.Author)}</rdf:li></rdf:Seq></dc:creator>" : "";
        var subject = document.Subject.Length > 0 ? $"<dc:description><rdf:Alt><rdf:li xml:lang=\"x-default\">{X(document.Subject)}</rdf:li></rdf:Alt></dc:description>" : "";
        var data = document.Data.Count == 0 ? "" : $"""
            <rdf:Description rdf:about="" xmlns:items="{DataNamespace}"><items:data>{X(JsonSerializer.Serialize(Members(document), Readable))}</items:data></rdf:Description>
            <rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#"><pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource"><pdfaSchema:schema>Items of a licence</pdfaSchema:schema><pdfaSchema:namespaceURI>{DataNamespace}</pdfaSchema:namespaceURI><pdfaSchema:prefix>items</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:name>data</pdfaProperty:name><pdfaProperty:valueType>Text</pdfaProperty:valueType><pdfaProperty:category>external</pdfaProperty:category><pdfaProperty:description>JSON object of item names and values</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>

            """;
        return $"""
            <?xpacket begin="{'\uFEFF'}" id="W5M0MpCehiHzreSzNTczkc9d"?>
            <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
            <rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance></rdf:Description>
            <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt><rdf:li xml:lang="x-default">{X(document.Title)}</rdf:li></rdf:Alt></dc:title>{author}{subject}</rdf:Description>
            <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"><xmp:CreatorTool>Kapok</xmp:CreatorTool><xmp:CreateDate>{ChinaTime.Local(document.Created).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture)}+08:00</xmp:CreateDate><pdf:Producer>Kapok</pdf:Producer></rdf:Description>
            {data}</rdf:RDF></x:xmpmeta>
            <?xpacket end="r"?>
            """.ReplaceLineEndings("\n");
    }

    static readonly JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    static System.Text.Json.Nodes.JsonObject Members(PrintedDocument document)
    {
        var members = new System.Text.Json.Nodes.JsonObject();
        foreach (var (name, value) in document.Data) members[name] = value;
        return members;
    }
}
