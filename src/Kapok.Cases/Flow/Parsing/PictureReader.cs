using System.Globalization;
using System.Xml.Linq;

namespace Kapok.Cases.Flow.Parsing;

/// <summary>Reads the diagram part (BPMN DI). Incomplete or senseless coordinates count as none: then the picture is laid out anew.</summary>
internal static class PictureReader
{
    public static FlowPicture? Read(XElement root, Draft draft)
    {
        var plane = root.Elements(Xml.Di + "BPMNDiagram").Elements(Xml.Di + "BPMNPlane").FirstOrDefault();
        if (plane is null) return null;
        var nodes = new Dictionary<int, Box>();
        var lanes = new Dictionary<int, Box>();
        var labels = new Dictionary<int, Box>();
        var edges = new Dictionary<int, Dot[]>();
        var laneIds = draft.Lanes.Select((lane, index) => (lane.Id, index)).ToDictionary(l => l.Id, l => l.index);
        var edgeIds = draft.Edges.DistinctBy(e => e.Id).ToDictionary(e => e.Id, e => e.Index);

        foreach (var shape in plane.Elements(Xml.Di + "BPMNShape"))
        {
            if (shape.Get("bpmnElement") is not { } id || ReadBox(shape) is not { } box) continue;
            if (draft.Ids.TryGetValue(id, out var node))
            {
                nodes[node] = box;
                if (shape.Element(Xml.Di + "BPMNLabel") is { } label && ReadBox(label) is { } at) labels[node] = at;
            }
            else if (laneIds.TryGetValue(id, out var lane)) lanes[lane] = box;
        }
        foreach (var line in plane.Elements(Xml.Di + "BPMNEdge"))
        {
            if (line.Get("bpmnElement") is not { } id || !edgeIds.TryGetValue(id, out var edge)) continue;
            var dots = line.Elements(Xml.Dd + "waypoint").Select(ReadDot).OfType<Dot>().ToArray();
            if (dots.Length >= 2) edges[edge] = dots;
            if (line.Element(Xml.Di + "BPMNLabel") is { } label && ReadBox(label) is { } at) labels[-1 - edge] = at;
        }
        var complete = draft.Nodes.All(n => nodes.ContainsKey(n.Index)) && draft.Edges.All(e => edges.ContainsKey(e.Index))
            && lanes.Count == draft.Lanes.Count;
        return complete ? new(nodes, edges, lanes, labels) : null;
    }

    private static Box? ReadBox(XElement owner)
    {
        if (owner.Element(Xml.Dc + "Bounds") is not { } bounds) return null;
        return Number(bounds, "x") is { } x && Number(bounds, "y") is { } y && Number(bounds, "width") is > 0 and { } width
            && Number(bounds, "height") is > 0 and { } height ? new Box(x, y, width, height) : null;
    }

    private static Dot? ReadDot(XElement point) => Number(point, "x") is { } x && Number(point, "y") is { } y ? new Dot(x, y) : null;

    private static double? Number(XElement element, string attribute) =>
        double.TryParse(element.Get(attribute), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) < 100_000
            ? number : null;
}
