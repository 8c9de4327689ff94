namespace Kapok.Cases.Flow.Drawing;

/// <summary>Places the names of gateways, events and arrows where they cover least.</summary>
internal static class Labels
{
    public static IEnumerable<(int Of, List<string> Lines, Dot At, string Anchor, string Css)> Place(FlowDefinition flow, FlowPicture picture)
    {
        foreach (var node in flow.Nodes)
        {
            if (node.IsActivity || node.Name.Length == 0 || !picture.Nodes.TryGetValue(node.Index, out var box)) continue;
            var lines = Words.Wrap(node.Name, 7, 2);
            if (picture.Labels.TryGetValue(node.Index, out var given)) yield return (node.Index, lines, new(given.CenterX, given.Y + 11), "middle", "flow-node-label");
            else if (node.Kind == NodeKind.Boundary) yield return (node.Index, lines, new(box.X - 3, box.Bottom + 3), "end", "flow-node-label");
            else if (!Uses(flow, picture, node, box, down: true)) yield return (node.Index, lines, new(box.CenterX, box.Bottom + 15), "middle", "flow-node-label");
            else if (!Uses(flow, picture, node, box, down: false)) yield return (node.Index, lines, new(box.CenterX, box.Y - 7 - (lines.Count - 1) * 15), "middle", "flow-node-label");
            else yield return (node.Index, lines, new(box.CenterX - box.Width * 0.36, box.Y + 1 - (lines.Count - 1) * 15), "end", "flow-node-label");
        }
        foreach (var edge in flow.Edges)
        {
            if (edge.Name.Length == 0 || !picture.Edges.TryGetValue(edge.Index, out var path)) continue;
            var lines = Words.Wrap(edge.Name, 9, 2);
            if (picture.Labels.TryGetValue(-1 - edge.Index, out var given)) yield return (-1 - edge.Index, lines, new(given.CenterX, given.Y + 11), "middle", "flow-edge-label");
            else
            {
                var (at, anchor) = OnPath(path, lines.Max(Words.Width) * 12);
                yield return (-1 - edge.Index, lines, at with { Y = at.Y - (lines.Count - 1) * 15 }, anchor, "flow-edge-label");
            }
        }
    }

    /// <summary>The space each name takes, by node index or -1 - edge index.</summary>
    public static IReadOnlyDictionary<int, Box> Boxes(FlowDefinition flow, FlowPicture picture) => Place(flow, picture).ToDictionary(l => l.Of, l => Space(l.Lines, l.At, l.Anchor));

    public static Box Space(List<string> lines, Dot at, string anchor)
    {
        var width = lines.Max(Words.Width) * 12;
        return new(at.X - (anchor == "end" ? width : anchor == "middle" ? width / 2 : 0), at.Y - 12, width, lines.Count * 15 + 2);
    }

    /// <summary>On the first horizontal part long enough, just above it; else beside the first vertical part.</summary>
    private static (Dot At, string Anchor) OnPath(Dot[] path, double width)
    {
        for (var i = 0; i + 1 < path.Length; i++)
        {
            var (a, b) = (path[i], path[i + 1]);
            if (Math.Abs(a.Y - b.Y) > 0.5 || Math.Abs(a.X - b.X) < width + 12) continue;
            var right = b.X > a.X;
            return (new(a.X + (right ? 8 : -8), a.Y - 6), right ? "start" : "end");
        }
        for (var i = 0; i + 1 < path.Length; i++)
        {
            var (a, b) = (path[i], path[i + 1]);
            if (Math.Abs(a.X - b.X) > 0.5 || Math.Abs(a.Y - b.Y) < 18) continue;
            return (new(a.X + 6, a.Y < b.Y ? Math.Min(a.Y + 22, (a.Y + b.Y) / 2) : Math.Max(a.Y - 14, (a.Y + b.Y) / 2)), "start");
        }
        return (new((path[0].X + path[^1].X) / 2, (path[0].Y + path[^1].Y) / 2 - 6), "middle");
    }

    /// <summary>Whether an arrow begins or ends at the lower (upper) point of a node.</summary>
    private static bool Uses(FlowDefinition flow, FlowPicture picture, FlowNode node, Box box, bool down)
    {
        foreach (var (edge, first) in node.Outgoing.Select(e => (e, true)).Concat(node.Incoming.Select(e => (e, false))))
        {
            if (!picture.Edges.TryGetValue(edge, out var path)) continue;
            var (at, next) = first ? (path[0], path[1]) : (path[^1], path[^2]);
            if (Math.Abs(at.X - next.X) < 0.5 && (down ? next.Y > box.CenterY : next.Y < box.CenterY)) return true;
        }
        return false;
    }
}
