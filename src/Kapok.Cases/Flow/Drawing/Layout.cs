namespace Kapok.Cases.Flow.Drawing;

/// <summary>
/// Lays a flow out that carries no coordinates of its own: columns from left to right, lanes as bands, right-angled lines.
/// Sub-processes are laid out by themselves first and then stand in the picture as large nodes.
/// </summary>
internal sealed class Layout
{
    public const double TaskWidth = 124, TaskHeight = 64, GatewaySize = 44, EventSize = 36, BoundarySize = 28;
    public const double LaneHeader = 40, Gap = 58, Margin = 16, Header = 28;

    private readonly FlowDefinition flow;
    private readonly Dictionary<int, Box> nodes = [];
    private readonly Dictionary<int, Dot[]> edges = [];
    private readonly Dictionary<int, Box> lanes = [];

    private Layout(FlowDefinition flow) => this.flow = flow;

    public static FlowPicture Of(FlowDefinition flow)
    {
        var layout = new Layout(flow);
        layout.Scope(-1);
        return new(layout.nodes, layout.edges, layout.lanes, new Dictionary<int, Box>());
    }

    /// <summary>Lays one scope out with its top left corner at 0, 0 and gives its size.</summary>
    private (double Width, double Height) Scope(int scope)
    {
        var inside = new Dictionary<int, (double Width, double Height)>();
        foreach (var node in flow.Nodes.Where(n => n.Parent == scope && n.Kind == NodeKind.SubProcess)) inside[node.Index] = Scope(node.Index);
        var graph = Graph.Of(flow, scope, n => Size(n, inside));
        Ranks.Assign(graph);
        Rows.Assign(graph);
        var laneIndices = Enumerable.Range(0, flow.Lanes.Length).Where(i => flow.Lanes[i].Scope == scope).ToList();
        var left = laneIndices.Count > 0 ? LaneHeader + 8 : 0;
        var columns = Columns(graph, left);
        var bands = Bands(graph, laneIndices);

        foreach (var vertex in graph.Vertices)
        {
            var column = columns[vertex.Rank];
            var box = new Box(column.X + (column.Width - vertex.Width) / 2, bands[vertex.Band].Zero + vertex.Y - vertex.Height / 2, vertex.Width, vertex.Height);
            if (vertex.Node.Kind == NodeKind.SubProcess) MoveInside(vertex.Node.Index, box.X + Margin, box.Y + Header);
            nodes[vertex.Node.Index] = box;
            for (var i = 0; i < vertex.Node.Boundaries.Length; i++)
                nodes[vertex.Node.Boundaries[i]] = new(Math.Max(box.X + 4, box.Right - 16 - BoundarySize - i * (BoundarySize + 12)), box.Bottom - BoundarySize / 2, BoundarySize, BoundarySize);
        }
        var width = columns[^1].X + columns[^1].Width + 40;
        var height = bands[^1].Top + bands[^1].Height;
        for (var i = 0; i < laneIndices.Count; i++) lanes[laneIndices[i]] = new(0, bands[i].Top, width, bands[i].Height);
        foreach (var (edge, path) in Routes.Draw(graph, nodes, new(left - 4, 4, width - left, height - 8))) edges[edge] = path;
        return (width, height);
    }

    private static (double, double) Size(FlowNode node, Dictionary<int, (double Width, double Height)> inside)
    {
        if (node.Kind == NodeKind.SubProcess) return (inside[node.Index].Width + 2 * Margin, inside[node.Index].Height + Header + Margin);
        return node.IsActivity ? (TaskWidth, TaskHeight) : node.IsGateway ? (GatewaySize, GatewaySize) : (EventSize, EventSize);
    }

    private static List<(double X, double Width)> Columns(Graph graph, double left)
    {
        var columns = new List<(double X, double Width)>();
        var x = left + 28;
        var count = graph.Vertices.Max(v => v.Rank) + 1;
        for (var rank = 0; rank < count; rank++)
        {
            var here = graph.Vertices.Where(v => v.Rank == rank).ToList();
            var width = here.Max(v => v.Width);
            columns.Add((x, width));
            // Names of arrows stand at their beginning; events and gateways have theirs below, wider than themselves.
            var label = here.SelectMany(v => v.Out).Select(a => Words.Width(a.Edge.Name) * 12 + 26).DefaultIfEmpty(0).Max();
            var narrow = here.Where(v => !v.Node.IsActivity).Select(v => (Math.Min(Words.Width(v.Node.Name), 7) * 12 - width) / 2 + 24).DefaultIfEmpty(0).Max();
            x += width + Math.Max(Gap, Math.Max(label, narrow));
        }
        return columns;
    }

    private List<(double Top, double Zero, double Height)> Bands(Graph graph, List<int> laneIndices)
    {
        var bands = new List<(double, double, double)>();
        var top = 0.0;
        for (var band = 0; band < Math.Max(1, laneIndices.Count); band++)
        {
            var here = graph.Vertices.Where(v => v.Band == band).ToList();
            var up = here.Count == 0 ? 40 : here.Max(v => v.Above - v.Y);
            var down = here.Count == 0 ? 40 : here.Max(v => v.Y + v.Below);
            var name = laneIndices.Count == 0 ? 0 : Words.Width(flow.Lanes[laneIndices[band]].Name) * 17 + 28;
            var height = Math.Max(up + down + 8, name);
            var spare = (height - up - down) / 2;
            bands.Add((top, top + spare + up, height));
            top += height;
        }
        return bands;
    }

    private void MoveInside(int scope, double dx, double dy)
    {
        foreach (var node in flow.Nodes)
        {
            if (!IsInside(node, scope) || !nodes.TryGetValue(node.Index, out var box)) continue;
            nodes[node.Index] = box.Move(dx, dy);
            foreach (var edge in node.Outgoing)
                if (edges.TryGetValue(edge, out var path)) edges[edge] = [.. path.Select(d => new Dot(d.X + dx, d.Y + dy))];
        }
        for (var i = 0; i < flow.Lanes.Length; i++)
            if (lanes.TryGetValue(i, out var lane) && (flow.Lanes[i].Scope == scope || flow.Lanes[i].Scope >= 0 && IsInside(flow.Nodes[flow.Lanes[i].Scope], scope)))
                lanes[i] = lane.Move(dx, dy);
    }

    private bool IsInside(FlowNode node, int scope)
    {
        for (var at = node.Parent; at >= 0; at = flow.Nodes[at].Parent)
            if (at == scope) return true;
        return false;
    }
}
