using System.Xml.Linq;

namespace Kapok.Cases.Flow.Parsing;

/// <summary>Names of the BPMN 2.0 interchange format.</summary>
internal static class Xml
{
    public static readonly XNamespace Bpmn = "http://www.omg.org/spec/BPMN/20100524/MODEL";
    public static readonly XNamespace Kapok = "https://kapok.gov.cn/bpmn";
    public static readonly XNamespace Di = "http://www.omg.org/spec/BPMN/20100524/DI";
    public static readonly XNamespace Dc = "http://www.omg.org/spec/DD/20100524/DC";
    public static readonly XNamespace Dd = "http://www.omg.org/spec/DD/20100524/DI";

    /// <summary>Attributes that only tell an editor how to show an element.</summary>
    public static readonly HashSet<XNamespace> Presentation =
    [
        "http://www.w3.org/2001/XMLSchema-instance", "http://bpmn.io/schema/bpmn/biocolor/1.0",
        "http://www.omg.org/spec/BPMN/non-normative/color/1.0", "http://camunda.org/schema/modeler/1.0",
        XNamespace.Xml, XNamespace.Xmlns,
    ];

    public static string? Get(this XElement element, string attribute) => (string?)element.Attribute(attribute);

    /// <summary>Our attribute, trimmed; null when absent.</summary>
    public static string? Ours(this XElement element, string attribute) => ((string?)element.Attribute(Kapok + attribute))?.Trim();

    public static XElement? Child(this XElement element, string name) => element.Element(Bpmn + name);

    public static IEnumerable<XElement> Children(this XElement element, string name) => element.Elements(Bpmn + name);

    public static bool Is(this XElement element, string name) => element.Name == Bpmn + name;

    public static int Line(this XObject item) => item is System.Xml.IXmlLineInfo info && info.HasLineInfo() ? info.LineNumber : 0;

    /// <summary>Id of the nearest element that has one, else its tag.</summary>
    public static string IdOf(XElement element) =>
        element.AncestorsAndSelf().Select(e => e.Get("id")).FirstOrDefault(id => !string.IsNullOrEmpty(id)) ?? element.Name.LocalName;

    public static string Prefixed(this XName name) =>
        name.Namespace == Kapok ? "kapok:" + name.LocalName
        : name.Namespace == Bpmn || name.NamespaceName.Length == 0 ? name.LocalName
        : $"{{{name.NamespaceName}}}{name.LocalName}";
}
