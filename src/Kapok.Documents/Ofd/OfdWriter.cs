using System.Globalization;
using System.Security.Cryptography;
using System.Xml;
using Kapok.Documents.Layout;
using Kapok.Foundation.Calendar;

namespace Kapok.Documents.Ofd;

/// <summary>
/// OFD (GB/T 33190-2016) of a printed document: embedded subsets of its fonts, one template page for each form, custom data, tags that
/// lead from data items to the objects that show them, watermarks as annotations. The same document gives the same bytes.
/// </summary>
public static class OfdWriter
{
    const string Root = "Doc_0", Declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", Namespace = " xmlns:ofd=\"http://www.ofdspec.org/2016\"";
    /// <summary>Namespace of the tags that lead from data items to page objects (GB/T 36905 数据索引).</summary>
    public const string TagNamespace = "https://kapok.gov.cn/ofd/items";

    /// <summary>What a form became: its page, and the resources that come with it.</summary>
    sealed record FormPart(int FirstFont, int FirstPicture, int TemplateId, int LastId, Resources Resources, OfdPackage.File Page, IReadOnlyList<OfdPackage.File> Fonts, IReadOnlyList<OfdPackage.File> Pictures);

    public static OfdPackage Write(PrintedDocument document)
    {
        var files = new List<KeyValuePair<string, OfdPackage.File>>();
        var id = 0;
        var forms = Forms(document, ref id, files);
        var (fonts, media) = (new ByteText(1024), new ByteText(256));
        foreach (var form in forms.Values) Describe(form.Resources, form.FirstFont, form.FirstPicture, form.Fonts, form.Pictures, fonts, media, files);
        var own = Resources.Of([.. document.Pages.Select(p => p.Content), .. document.Pages.Select(p => p.Watermark).OfType<PrintedLayer>()]);
        var (firstFont, firstPicture) = (id + 1, id + 1 + own.Fonts.Count);
        id += own.Fonts.Count + own.Pictures.Count;
        Describe(own, firstFont, firstPicture, [.. own.Fonts.Select(f => new OfdPackage.File(f.Subset.Bytes))], [.. own.Pictures.Select(p => new OfdPackage.File(p))], fonts, media, files);
        if (fonts.Length > 0) Put(files, "PublicRes.xml", new ByteText().Add(Declaration).Add("<ofd:Res"u8).Add(Namespace).Add(" BaseLoc=\"Res\"><ofd:Fonts>"u8).Add(fonts.Written).Add("</ofd:Fonts></ofd:Res>"u8));
        if (media.Length > 0) Put(files, "DocumentRes.xml", new ByteText().Add(Declaration).Add("<ofd:Res"u8).Add(Namespace).Add(" BaseLoc=\"Res\"><ofd:MultiMedias>"u8).Add(media.Written).Add("</ofd:MultiMedias></ofd:Res>"u8));

        var tags = new List<(string, int, int)>();
        var pages = new ByteText(256);
        var pageIds = new List<int>();
        for (var i = 0; i < document.Pages.Count; i++)
        {
            var page = document.Pages[i];
            var pageId = ++id;
            pageIds.Add(pageId);
            pages.Add("<ofd:Page ID=\""u8).Add(pageId).Add("\" BaseLoc=\"Pages/Page_"u8).Add(i).Add("/Content.xml\"/>"u8);
            var xml = new ByteText(16 << 10).Add(Declaration).Add("<ofd:Page"u8).Add(Namespace).Add(">"u8);
            if (page.Form is { } form) xml.Add("<ofd:Template TemplateID=\""u8).Add(forms[form].TemplateId).Add("\" ZOrder=\"Background\"/>"u8);
            xml.Add("<ofd:Area><ofd:PhysicalBox>0 0 "u8).Add(page.Width).Space().Add(page.Height).Add("</ofd:PhysicalBox></ofd:Area><ofd:Content><ofd:Layer ID=\""u8).Add(++id).Add("\" Type=\"Body\">"u8);
            var layer = new LayerXml(xml, own, firstFont, firstPicture);
            layer.Write(page.Content, pageId, page.Width, page.Height, ref id);
            tags.AddRange(layer.Tags);
            Put(files, $"Pages/Page_{i}/Content.xml", xml.Add("</ofd:Layer></ofd:Content></ofd:Page>"u8));
        }
        Watermarks(document, pageIds, own, firstFont, firstPicture, ref id, files);
        Tags(tags, files);
        Attachments(document, files);
        Put(files, "Document.xml", Document(document, forms, fonts.Length > 0, media.Length > 0, pages, tags.Count > 0, id));
        files.Add(new(OfdPackage.Entrance, new(Entrance(document, files).ToArray())));
        return OfdPackage.Of(files);
    }

    static Dictionary<PrintedLayer, FormPart> Forms(PrintedDocument document, ref int id, List<KeyValuePair<string, OfdPackage.File>> files)
    {
        var forms = new Dictionary<PrintedLayer, FormPart>(ReferenceEqualityComparer.Instance);
        foreach (var page in document.Pages)
        {
            if (page.Form is not { } form || forms.ContainsKey(form)) continue;
            var start = id;
            var part = form.Kept(string.Create(CultureInfo.InvariantCulture, $"ofd {start} {page.Width} {page.Height}"), f => Form(f, page.Width, page.Height, start));
            files.Add(new($"{Root}/Tpls/Tpl_{forms.Count}/Content.xml", part.Page));
            forms[form] = part;
            id = part.LastId;
        }
        return forms;
    }

    static FormPart Form(PrintedLayer form, double width, double height, int id)
    {
        var resources = Resources.Of(form);
        var (firstFont, firstPicture) = (id + 1, id + 1 + resources.Fonts.Count);
        id += resources.Fonts.Count + resources.Pictures.Count;
        var template = ++id;
        var xml = new ByteText(16 << 10).Add(Declaration).Add("<ofd:Page"u8).Add(Namespace).Add("><ofd:Area><ofd:PhysicalBox>0 0 "u8).Add(width).Space().Add(height)
            .Add("</ofd:PhysicalBox></ofd:Area><ofd:Content><ofd:Layer ID=\""u8).Add(++id).Add("\" Type=\"Background\">"u8);
        new LayerXml(xml, resources, firstFont, firstPicture).Write(form, 0, width, height, ref id);
        xml.Add("</ofd:Layer></ofd:Content></ofd:Page>"u8);
        return new(firstFont, firstPicture, template, id, resources, new(xml.ToArray()), [.. resources.Fonts.Select(f => new OfdPackage.File(f.Subset.Bytes))], [.. resources.Pictures.Select(p => new OfdPackage.File(p))]);
    }

    static void Describe(Resources resources, int firstFont, int firstPicture, IReadOnlyList<OfdPackage.File> fontFiles, IReadOnlyList<OfdPackage.File> pictureFiles, ByteText fonts, ByteText media, List<KeyValuePair<string, OfdPackage.File>> files)
    {
        for (var i = 0; i < resources.Fonts.Count; i++)
        {
            var (face, id) = (resources.Fonts[i].Face, firstFont + i);
            var name = $"font_{id}.{(face.IsCff ? "otf" : "ttf")}";
            fonts.Add("<ofd:Font ID=\""u8).Add(id).Add("\" FontName=\""u8).Escaped(face.PostScriptName).Add("\" FamilyName=\""u8).Escaped(face.FamilyName).Add("\" Charset=\"unicode"u8);
            if (face.IsBold) fonts.Add("\" Bold=\"true"u8);
            fonts.Add("\"><ofd:FontFile>"u8).Add(name).Add("</ofd:FontFile></ofd:Font>"u8);
            files.Add(new($"{Root}/Res/{name}", fontFiles[i]));
        }
        for (var i = 0; i < resources.Pictures.Count; i++)
        {
            var (jpeg, id) = (resources.Pictures[i][0] == 0xFF, firstPicture + i);
            var name = $"image_{id}.{(jpeg ? "jpg" : "png")}";
            media.Add("<ofd:MultiMedia ID=\""u8).Add(id).Add("\" Type=\"Image\" Format=\""u8).Add(jpeg ? "JPEG"u8 : "PNG"u8).Add("\"><ofd:MediaFile>"u8).Add(name).Add("</ofd:MediaFile></ofd:MultiMedia>"u8);
            files.Add(new($"{Root}/Res/{name}", pictureFiles[i]));
        }
    }

    static void Watermarks(PrintedDocument document, List<int> pageIds, Resources resources, int firstFont, int firstPicture, ref int id, List<KeyValuePair<string, OfdPackage.File>> files)
    {
        if (document.Pages.All(p => p.Watermark is null)) return;
        var list = new ByteText(256).Add(Declaration).Add("<ofd:Annotations"u8).Add(Namespace).Add(">"u8);
        for (var i = 0; i < document.Pages.Count; i++)
        {
            if (document.Pages[i] is not { Watermark: { } mark } page) continue;
            list.Add("<ofd:Page PageID=\""u8).Add(pageIds[i]).Add("\"><ofd:FileLoc>Page_"u8).Add(i).Add("/Annotation.xml</ofd:FileLoc></ofd:Page>"u8);
            var xml = new ByteText().Add(Declaration).Add("<ofd:PageAnnot"u8).Add(Namespace).Add("><ofd:Annot ID=\""u8).Add(++id).Add("\" Type=\"Watermark\" Creator=\"Kapok\" LastModDate=\""u8).Add(Day(document.Created))
                .Add("\" Print=\"true\"><ofd:Appearance Boundary=\"0 0 "u8).Add(page.Width).Space().Add(page.Height).Add("\">"u8);
            new LayerXml(xml, resources, firstFont, firstPicture).Write(mark, pageIds[i], page.Width, page.Height, ref id);
            Put(files, $"Annots/Page_{i}/Annotation.xml", xml.Add("</ofd:Appearance></ofd:Annot></ofd:PageAnnot>"u8));
        }
        Put(files, "Annots/Annotations.xml", list.Add("</ofd:Annotations>"u8));
    }

    static void Tags(List<(string Name, int Page, int Object)> tags, List<KeyValuePair<string, OfdPackage.File>> files)
    {
        if (tags.Count == 0) return;
        Put(files, "Tags/CustomTags.xml", new ByteText().Add(Declaration).Add("<ofd:CustomTags"u8).Add(Namespace).Add("><ofd:CustomTag NameSpace=\""u8).Add(TagNamespace).Add("\"><ofd:FileLoc>CustomTag.xml</ofd:FileLoc></ofd:CustomTag></ofd:CustomTags>"u8));
        var xml = new ByteText().Add(Declaration).Add("<items xmlns=\""u8).Add(TagNamespace).Add("\""u8).Add(Namespace).Add(">"u8);
        foreach (var item in tags.GroupBy(t => t.Name))
        {
            var name = XmlConvert.EncodeLocalName(item.Key);
            xml.Add("<"u8).Add(name).Add(">"u8);
            foreach (var (_, page, thing) in item) xml.Add("<ofd:ObjectRef PageRef=\""u8).Add(page).Add("\">"u8).Add(thing).Add("</ofd:ObjectRef>"u8);
            xml.Add("</"u8).Add(name).Add(">"u8);
        }
        Put(files, "Tags/CustomTag.xml", xml.Add("</items>"u8));
    }

    static void Attachments(PrintedDocument document, List<KeyValuePair<string, OfdPackage.File>> files)
    {
        if (document.Attachments.Count == 0) return;
        var list = new ByteText().Add(Declaration).Add("<ofd:Attachments"u8).Add(Namespace).Add(">"u8);
        for (var i = 0; i < document.Attachments.Count; i++)
        {
            var (name, format, content) = document.Attachments[i];
            list.Add("<ofd:Attachment ID=\"a"u8).Add(i).Add("\" Name=\""u8).Escaped(name).Add("\" Format=\""u8).Escaped(format).Add("\" CreationDate=\""u8).Add(Day(document.Created)).Add("\" Size=\""u8).Add(content.Length / 1024.0)
                .Add("\" Visible=\"true\"><ofd:FileLoc>file_"u8).Add(i).Add("."u8).Escaped(format).Add("</ofd:FileLoc></ofd:Attachment>"u8);
            files.Add(new($"{Root}/Attachs/file_{i}.{format}", new(content)));
        }
        Put(files, "Attachs/Attachments.xml", list.Add("</ofd:Attachments>"u8));
    }

    static ByteText Document(PrintedDocument document, Dictionary<PrintedLayer, FormPart> forms, bool fonts, bool media, ByteText pages, bool tags, int lastId)
    {
        var first = document.Pages[0];
        var xml = new ByteText().Add(Declaration).Add("<ofd:Document"u8).Add(Namespace).Add("><ofd:CommonData><ofd:MaxUnitID>"u8).Add(lastId).Add("</ofd:MaxUnitID><ofd:PageArea><ofd:PhysicalBox>0 0 "u8)
            .Add(first.Width).Space().Add(first.Height).Add("</ofd:PhysicalBox></ofd:PageArea>"u8);
        if (fonts) xml.Add("<ofd:PublicRes>PublicRes.xml</ofd:PublicRes>"u8);
        if (media) xml.Add("<ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>"u8);
        var number = 0;
        foreach (var form in forms.Values) xml.Add("<ofd:TemplatePage ID=\""u8).Add(form.TemplateId).Add("\" BaseLoc=\"Tpls/Tpl_"u8).Add(number++).Add("/Content.xml\" ZOrder=\"Background\"/>"u8);
        xml.Add("</ofd:CommonData><ofd:Pages>"u8).Add(pages.Written).Add("</ofd:Pages>"u8);
        if (document.Pages.Any(p => p.Watermark is not null)) xml.Add("<ofd:Annotations>Annots/Annotations.xml</ofd:Annotations>"u8);
        if (tags) xml.Add("<ofd:CustomTags>Tags/CustomTags.xml</ofd:CustomTags>"u8);
        if (document.Attachments.Count > 0) xml.Add("<ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments>"u8);
        return xml.Add("</ofd:Document>"u8);
    }

    static ByteText Entrance(PrintedDocument document, List<KeyValuePair<string, OfdPackage.File>> files)
    {
        var xml = new ByteText().Add(Declaration).Add("<ofd:OFD"u8).Add(Namespace).Add(" Version=\"1.0\" DocType=\"OFD\"><ofd:DocBody><ofd:DocInfo><ofd:DocID>"u8).Add(DocumentId(document, files))
            .Add("</ofd:DocID><ofd:Title>"u8).Escaped(document.Title).Add("</ofd:Title>"u8);
        if (document.Author.Length > 0) xml.Add("<ofd:Author>"u8).Escaped(document.Author).Add("</ofd:Author>"u8);
        if (document.Subject.Length > 0) xml.Add("<ofd:Subject>"u8).Escaped(document.Subject).Add("</ofd:Subject>"u8);
        xml.Add("<ofd:CreationDate>"u8).Add(Day(document.Created)).Add("</ofd:CreationDate><ofd:Creator>Kapok</ofd:Creator>"u8);
        if (document.Data.Count > 0)
        {
            xml.Add("<ofd:CustomDatas>"u8);
            foreach (var (name, value) in document.Data) xml.Add("<ofd:CustomData Name=\""u8).Escaped(name).Add("\">"u8).Escaped(value).Add("</ofd:CustomData>"u8);
            xml.Add("</ofd:CustomDatas>"u8);
        }
        return xml.Add("</ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"u8);
    }

    /// <summary>32 hexadecimal digits that depend on all that the document says.</summary>
    static string DocumentId(PrintedDocument document, List<KeyValuePair<string, OfdPackage.File>> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (path, file) in files)
            if (path.EndsWith(".xml", StringComparison.Ordinal)) hash.AppendData(file.Content);
        foreach (var (name, value) in document.Data) hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{name}\n{value}\n"));
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{document.Title}\n{document.Created.UtcTicks}"));
        return Convert.ToHexStringLower(hash.GetHashAndReset()[..16]);
    }

    static string Day(DateTimeOffset moment) => ChinaTime.DateOf(moment).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    static void Put(List<KeyValuePair<string, OfdPackage.File>> files, string path, ByteText xml) => files.Add(new($"{Root}/{path}", new(xml.ToArray())));
}
