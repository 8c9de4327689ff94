using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using Kapok.Foundation;

namespace Kapok.Documents.Ofd;

/// <summary>XML from outside: no document type, no entities, bounded depth and number of nodes.</summary>
public static class OfdXml
{
    public const int MaxDepth = 64, MaxNodes = 2_000_000;
    /// <summary>Namespace of GB/T 33190-2016.</summary>
    public static readonly XNamespace Ofd = "http://www.ofdspec.org/2016";

    static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, IgnoreProcessingInstructions = true, IgnoreWhitespace = true, MaxCharactersInDocument = 64 << 20 };

    /// <summary>Reads a document; the fault names <paramref name="path"/> and the line.</summary>
    public static Outcome<XElement> Read(string path, byte[] xml)
    {
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(xml), Settings);
            XElement? root = null, open = null;
            var nodes = 0;
            while (reader.Read())
            {
                if (reader.Depth > MaxDepth) return Outcome<XElement>.No(Refusal.TooLarge, $"XML 嵌套超过 {MaxDepth} 层", path);
                if (++nodes > MaxNodes) return Outcome<XElement>.No(Refusal.TooLarge, $"XML 节点超过 {MaxNodes} 个", path);
                switch (reader.NodeType)
                {
                    case XmlNodeType.Element:
                        var element = new XElement(XName.Get(reader.LocalName, reader.NamespaceURI));
                        var empty = reader.IsEmptyElement;
                        while (reader.MoveToNextAttribute())
                        {
                            if (++nodes > MaxNodes) return Outcome<XElement>.No(Refusal.TooLarge, $"XML 节点超过 {MaxNodes} 个", path);
                            if (reader.Prefix == "xmlns" || reader.Name == "xmlns") continue;
                            element.Add(new XAttribute(XName.Get(reader.LocalName, reader.NamespaceURI), reader.Value));
                        }
                        if (open is null) root = element; else open.Add(element);
                        if (!empty) open = element;
                        break;
                    case XmlNodeType.EndElement: open = open?.Parent; break;
                    case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace: open?.Add(reader.Value); break;
                }
            }
            return root is null ? Outcome<XElement>.No(Refusal.Invalid, "XML 没有内容", path) : root;
        }
        catch (XmlException e) { return Outcome<XElement>.No(Refusal.Invalid, "XML 不正确，或者含有不允许的实体、文档类型声明", e.LineNumber > 0 ? $"{path}:{e.LineNumber.ToString(CultureInfo.InvariantCulture)}" : path); }
        catch (ArgumentException) { return Outcome<XElement>.No(Refusal.Invalid, "XML 的编码不认识", path); }
    }

    /// <summary>The first child of this local name, whatever its namespace: foreign programs differ in prefix and namespace.</summary>
    public static XElement? Child(this XElement? element, string name) => element?.Elements().FirstOrDefault(e => e.Name.LocalName == name);

    /// <summary>All children of this local name.</summary>
    public static IEnumerable<XElement> Children(this XElement? element, string name) => element?.Elements().Where(e => e.Name.LocalName == name) ?? [];

    /// <summary>The text of an attribute of this local name, trimmed; null when it is missing.</summary>
    public static string? Text(this XElement? element, string attribute) => element?.Attributes().FirstOrDefault(a => a.Name.LocalName == attribute)?.Value.Trim();
}
