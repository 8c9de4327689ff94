using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Kapok.Cases.Handling;
using Kapok.Foundation.Calendar;

namespace Kapok.Cases.Archiving;

/// <summary>
/// <c>metadata.xml</c>: the record as an archive catalogues it, and each of its documents with the elements of GB/T 33480
/// that apply to it, by their names and in the order of the standard. An element without a value is left out.
/// </summary>
public static class ArchiveMetadata
{
    public static readonly XNamespace Namespace = "urn:kapok:archive:1";

    /// <summary>Elements of the record that must have a value.</summary>
    public static readonly IReadOnlyList<string> Required = ["档号", "全宗号", "年度", "保管期限", "题名", "责任者", "办件编号", "办结日期", "归档日期"];

    public static byte[] Write(CaseView view, ArchiveRow record, DateTimeOffset archivedAt)
    {
        var row = view.Row;
        var root = new XElement(Namespace + "档案",
            Element("档号", record.Number), Element("全宗号", record.Fonds), Element("年度", record.Year.ToString(CultureInfo.InvariantCulture)), Element("保管期限", Retention.Words(record.Retention)),
            Element("题名", $"{row.PartyName}申请“{row.ItemName}”的办件"), Element("责任者", view.Body.Name), Element("办件编号", row.Number), Element("事项编码", row.ItemCode), Element("实施编码", row.Implementation),
            Element("办理结果", row.Result), Element("申请日期", Day(row.SubmittedAt)), Element("办结日期", row.ClosedAt is { } closed ? Day(closed) : null), Element("归档日期", Day(archivedAt)),
            Element("材料数", view.Materials.Length.ToString(CultureInfo.InvariantCulture)), Element("文书数", view.Documents.Length.ToString(CultureInfo.InvariantCulture)),
            view.Documents.Select(d => Document(view, d)));
        using var bytes = new MemoryStream();
        using (var writer = System.Xml.XmlWriter.Create(bytes, new() { Encoding = new UTF8Encoding(false), Indent = true, NewLineChars = "\n" })) new XDocument(root).Save(writer);
        return bytes.ToArray();
    }

    static XElement Document(CaseView view, DocumentRow d) => new(Namespace + "公文", new XAttribute("标准", "GB/T 33480"), new XAttribute("sha256", d.Digest),
        Element("公文标识", d.Id.ToString()), Element("文种", d.Kind is "approve" or "refuse" ? "决定" : "通知"), Element("发文机关标志", view.Body.Name), Element("发文字号", d.Number), Element("签发人", d.MadeBy),
        Element("标题", d.Title), Element("主送机关", view.Row.PartyName), Element("发文机关或签发人署名", view.Body.Name), Element("成文日期", Day(new DateTimeOffset(d.MadeAt, TimeSpan.Zero))));

    static string Day(DateTimeOffset at) => ChinaTime.DateOf(at).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    static XElement? Element(string name, string? value) => string.IsNullOrEmpty(value) ? null : new(Namespace + name, new string([.. value.Where(System.Xml.XmlConvert.IsXmlChar)]));
}
