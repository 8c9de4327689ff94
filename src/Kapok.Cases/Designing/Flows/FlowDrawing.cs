using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Kapok.Cases.Flow;
using Kapok.Cases.Flow.Drawing;
using BpmnXml = Kapok.Cases.Flow.Parsing.Xml;

namespace Kapok.Cases.Designing.Flows;

/// <summary>The file of a flow as a drawing program needs it: every element with its place, lanes in a pool.</summary>
public static partial class FlowDrawing
{
    static readonly XNamespace Bpmn = BpmnXml.Bpmn, Di = BpmnXml.Di, Dc = BpmnXml.Dc, Dd = BpmnXml.Dd;
    const double PoolHead = 30;

    /// <summary>The text with a diagram part; as its author drew it, else laid out from left to right. Null when the text cannot be drawn.</summary>
    public static string? Complete(string xml, FlowDefinition? flow)
    {
        XDocument document;
        try { document = XDocument.Parse(xml); }
        catch (XmlException) { return null; }
        var root = document.Root!;
        var drawn = root.Elements(Di + "BPMNDiagram").Descendants(Di + "BPMNShape").Any();
        var pooled = root.Elements(Bpmn + "collaboration").Any() || !root.Elements(Bpmn + "process").Elements(Bpmn + "laneSet").Any();
        if (drawn && pooled) return xml;
        // A faulty flow cannot be laid out; what has a drawing of its own is shown as it is.
        if (flow is null) return drawn ? xml : null;
        if (root.Elements(Bpmn + "process").FirstOrDefault() is not { } process) return null;

        root.Elements(Di + "BPMNDiagram").Remove();
        root.SetAttributeValue(XNamespace.Xmlns + "bpmndi", Di.NamespaceName);
        root.SetAttributeValue(XNamespace.Xmlns + "dc", Dc.NamespaceName);
        root.SetAttributeValue(XNamespace.Xmlns + "di", Dd.NamespaceName);
        var picture = flow.Drawn;
        var plane = new XElement(Di + "BPMNPlane", new XAttribute("id", "plane"), new XAttribute("bpmnElement", flow.ProcessId));
        if (picture.Lanes.Count > 0)
        {
            if (root.Element(Bpmn + "collaboration") is null)
                process.AddBeforeSelf(new XElement(Bpmn + "collaboration", new XAttribute("id", "pool-of-flow"),
                    new XElement(Bpmn + "participant", new XAttribute("id", "pool"), new XAttribute("name", flow.Title), new XAttribute("processRef", flow.ProcessId))));
            plane.SetAttributeValue("bpmnElement", root.Element(Bpmn + "collaboration")!.Attribute("id")!.Value);
            var (left, top) = (picture.Lanes.Values.Min(l => l.X), picture.Lanes.Values.Min(l => l.Y));
            var pool = root.Element(Bpmn + "collaboration")!.Element(Bpmn + "participant")!.Attribute("id")!.Value;
            plane.Add(Shape(pool, new(left - PoolHead, top, picture.Lanes.Values.Max(l => l.Right) - left + PoolHead, picture.Lanes.Values.Max(l => l.Bottom) - top), ("isHorizontal", "true")));
        }
        foreach (var (lane, box) in picture.Lanes) plane.Add(Shape(flow.Lanes[lane].Id, box, ("isHorizontal", "true")));
        // Names stand where our own picture puts them: a drawing program would lay them over the arrows.
        var names = Labels.Boxes(flow, picture);
        foreach (var node in flow.Nodes)
            if (picture.Nodes.TryGetValue(node.Index, out var box))
                plane.Add(Named(Shape(node.LocalId, box, node.Kind == NodeKind.SubProcess ? ("isExpanded", "true") : default), node.Index));
        foreach (var edge in flow.Edges)
            if (picture.Edges.TryGetValue(edge.Index, out var path))
                plane.Add(Named(new(Di + "BPMNEdge", new XAttribute("id", $"{edge.Id}_di"), new XAttribute("bpmnElement", edge.Id), path.Select(d => new XElement(Dd + "waypoint", Number("x", d.X), Number("y", d.Y)))), -1 - edge.Index));
        root.Add(new XElement(Di + "BPMNDiagram", new XAttribute("id", "diagram"), plane));
        return document.Declaration + "\n" + document;

        XElement Named(XElement of, int index)
        {
            if (names.TryGetValue(index, out var space)) of.Add(new XElement(Di + "BPMNLabel", Bounds(space)));
            return of;
        }
    }

    static XElement Bounds(Box box) => new(Dc + "Bounds", Number("x", box.X), Number("y", box.Y), Number("width", box.Width), Number("height", box.Height));

    static XElement Shape(string id, Box box, (string Name, string Value) more)
    {
        var shape = new XElement(Di + "BPMNShape", new XAttribute("id", $"{id}_di"), new XAttribute("bpmnElement", id));
        if (more.Name is not null) shape.SetAttributeValue(more.Name, more.Value);
        shape.Add(Bounds(box));
        return shape;
    }

    static XAttribute Number(string name, double value) => new(name, Math.Round(value, 1).ToString(CultureInfo.InvariantCulture));

    /// <summary>A copy under another name.</summary>
    public static string Titled(string xml, string title, string id)
    {
        try
        {
            var document = XDocument.Parse(xml, LoadOptions.PreserveWhitespace);
            var process = document.Root!.Element(Bpmn + "process")!;
            var old = process.Attribute("id")?.Value;
            process.SetAttributeValue("id", id);
            process.SetAttributeValue("name", title);
            foreach (var reference in document.Descendants().Attributes().Where(a => a.Name.LocalName is "processRef" or "bpmnElement" && a.Value == old)) reference.Value = id;
            foreach (var pool in document.Descendants(Bpmn + "participant")) pool.SetAttributeValue("name", title);
            return document.Declaration + "\n" + document;
        }
        catch (XmlException) { return xml; }
    }

    /// <summary>Fields of the form that the text of a flow reads: <c>answers.x</c>.</summary>
    public static IEnumerable<string> AnswersRead(string xml) => Answers().Matches(xml).Select(m => m.Groups[1].Value).Distinct();

    [GeneratedRegex(@"\banswers\.([A-Za-z][A-Za-z0-9_]*)")] private static partial Regex Answers();
}
