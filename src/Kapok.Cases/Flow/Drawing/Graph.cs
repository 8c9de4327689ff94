namespace Kapok.Cases.Flow.Drawing;

/// <summary>A node of a scope while it is laid out. Boundary events are drawn on their host and are no vertices.</summary>
internal sealed class Vertex(FlowNode node, double width, double height, int band)
{
    public FlowNode Node { get; } = node;
    public double Width { get; } = width;
    public double Height { get; } = height;

    /// <summary>Lane, counted from the top of the scope; 0 when there are none.</summary>
    public int Band { get; set; } = band;

    /// <summary>Column from the left.</summary>
    public int Rank { get; set; }

    /// <summary>Middle of the node below the top line of its lane, in pixels; may be negative until lanes get their heights.</summary>
    public double Y { get; set; }

    /// <summary>Stands on a way back and is read from right to left.</summary>
    public bool Returns { get; set; }

    public List<Arc> Out { get; } = [];
    public List<Arc> In { get; } = [];

    /// <summary>Space it needs above and below its middle, with names and the room for lines.</summary>
    public double Above => Height / 2 + (Node.Kind == NodeKind.EndEvent ? 12 : 20);
    public double Below => Height / 2 + (Node.Boundaries.Length > 0 ? 34 : Node.IsActivity ? 20 : Node.Name.Length > 0 ? 34 : 20);
}

/// <summary>A sequence flow between two vertices.</summary>
/// <param name="Boundary">Boundary event on the source it leaves from; null = the source itself.</param>
internal sealed record Arc(FlowEdge Edge, Vertex From, Vertex To, FlowNode? Boundary)
{
    /// <summary>Against the reading direction; takes no part in ranking.</summary>
    public bool Back { get; set; }
}

/// <summary>The nodes and arrows of one scope: the flow itself or a sub-process.</summary>
internal sealed class Graph
{
    public List<Vertex> Vertices { get; } = [];
    public List<Arc> Arcs { get; } = [];

    public static Graph Of(FlowDefinition flow, int scope, Func<FlowNode, (double, double)> size)
    {
        var graph = new Graph();
        var byNode = new Dictionary<int, Vertex>();
        var lanes = flow.Lanes.Select((lane, index) => (lane, index)).Where(l => l.lane.Scope == scope).Select((l, band) => (l.index, band)).ToDictionary(l => l.index, l => l.band);
        foreach (var node in flow.Nodes.Where(n => n.Parent == scope && n.Kind != NodeKind.Boundary))
        {
            var (width, height) = size(node);
            var vertex = new Vertex(node, width, height, lanes.GetValueOrDefault(node.Lane, -1));
            byNode[node.Index] = vertex;
            graph.Vertices.Add(vertex);
        }
        foreach (var edge in flow.Edges)
        {
            var source = flow.Nodes[edge.From];
            if (source.Parent != scope) continue;
            var boundary = source.Kind == NodeKind.Boundary ? source : null;
            var arc = new Arc(edge, byNode[boundary?.AttachedTo ?? source.Index], byNode[edge.To], boundary);
            arc.From.Out.Add(arc);
            arc.To.In.Add(arc);
            graph.Arcs.Add(arc);
        }
        // What boundary events lead to comes after what the activity itself leads to.
        foreach (var vertex in graph.Vertices) vertex.Out.Sort((a, b) => (a.Boundary is null ? 0 : 1).CompareTo(b.Boundary is null ? 0 : 1));
        graph.FillBands();
        return graph;
    }

    /// <summary>A node outside every lane is drawn in the lane of its neighbour.</summary>
    private void FillBands()
    {
        for (var changed = true; changed;)
        {
            changed = false;
            foreach (var vertex in Vertices.Where(v => v.Band < 0))
                if (vertex.In.Select(a => a.From.Band).Concat(vertex.Out.Select(a => a.To.Band)).FirstOrDefault(b => b >= 0, -1) is >= 0 and var band)
                    (vertex.Band, changed) = (band, true);
        }
        foreach (var vertex in Vertices.Where(v => v.Band < 0)) vertex.Band = 0;
    }
}
