namespace Kapok.Cases.Flow.Drawing;

/// <summary>Draws the arrows of a scope one after the other: straight ones first, ways back last, each where the ones before leave room.</summary>
internal static class Routes
{
    private const double Stub = 14;

    public static Dictionary<int, Dot[]> Draw(Graph graph, IReadOnlyDictionary<int, Box> boxes, Box frame)
    {
        var field = new RouteField(Lines(graph, boxes, frame, true), Lines(graph, boxes, frame, false),
            [.. graph.Vertices.Select(v => boxes[v.Node.Index]), .. graph.Vertices.SelectMany(v => v.Node.Boundaries).Select(b => boxes[b])],
            [.. graph.Vertices.Where(v => !v.Node.IsActivity && !v.Node.IsGateway && v.Node.Name.Length > 0).Select(v => LabelSpace(v, boxes[v.Node.Index]))]);
        var result = new Dictionary<int, Dot[]>();
        var used = new Dictionary<(int Node, Side Side), bool>();
        foreach (var arc in graph.Arcs.OrderBy(a => Order(a, boxes)))
        {
            var from = boxes[arc.Boundary?.Index ?? arc.From.Node.Index];
            var to = boxes[arc.To.Node.Index];
            var starts = Leaving(arc).Select(p => (p.Side, Cost: p.Cost + Taken(used, arc.Boundary?.Index ?? arc.From.Node.Index, p.Side, false))).ToList();
            var ends = Entering(arc).Select(p => (p.Side, Cost: p.Cost + Taken(used, arc.To.Node.Index, p.Side, true))).ToList();
            var (path, leave, enter) = field.Find(arc, starts.Select(s => (Port(from, s.Side), s.Side, s.Cost)).ToList(), ends.Select(e => (Port(to, e.Side), e.Side, e.Cost)).ToList());
            used[(arc.Boundary?.Index ?? arc.From.Node.Index, leave)] = false;
            used[(arc.To.Node.Index, enter)] = true;
            result[arc.Edge.Index] = Simplify([Border(from, leave), .. path, Border(to, enter)]);
        }
        return result;
    }

    /// <summary>The lines of the grid: through the middle of each node, just outside its borders, and tracks in the gaps.</summary>
    private static double[] Lines(Graph graph, IReadOnlyDictionary<int, Box> boxes, Box frame, bool vertical)
    {
        var lines = new SortedSet<double>();
        var tracks = new SortedSet<double>();
        foreach (var box in graph.Vertices.SelectMany(v => v.Node.Boundaries.Select(b => boxes[b]).Append(boxes[v.Node.Index])))
        {
            var (start, size) = vertical ? (box.X, box.Width) : (box.Y, box.Height);
            foreach (var line in new[] { start - Stub, start + size / 2, start + size + Stub }) lines.Add(Math.Round(line, 1));
        }
        if (vertical)
            foreach (var column in graph.Vertices.GroupBy(v => v.Rank))
            {
                var right = column.Max(v => boxes[v.Node.Index].Right);
                var left = column.Min(v => boxes[v.Node.Index].X);
                foreach (var track in new[] { right + 28, right + 42, left - 28, left - 42 }) tracks.Add(Math.Round(track, 1));
            }
        else
            foreach (var vertex in graph.Vertices)
            {
                var box = boxes[vertex.Node.Index];
                foreach (var track in new[] { box.Y - 26, box.Bottom + 26, box.Bottom + 38 }) tracks.Add(Math.Round(track, 1));
            }
        var (low, high) = vertical ? (frame.X, frame.Right) : (frame.Y, frame.Bottom);
        lines.Add(low);
        lines.Add(high);
        // Tracks closer together than two lines can be told apart would only make the search longer.
        foreach (var track in tracks)
            if (lines.GetViewBetween(track - 9, track + 9).Count == 0) lines.Add(track);
        return [.. lines.Where(l => l >= low - 0.1 && l <= high + 0.1)];
    }

    private static Box LabelSpace(Vertex vertex, Box box)
    {
        var width = Math.Min(Words.Width(vertex.Node.Name), 7) * 12;
        return new(box.CenterX - width / 2, box.Bottom + 4, width, 16);
    }

    private static double Order(Arc arc, IReadOnlyDictionary<int, Box> boxes)
    {
        var (from, to) = (boxes[arc.From.Node.Index], boxes[arc.To.Node.Index]);
        var straight = Math.Abs(from.CenterY - to.CenterY) < 1 && !arc.Back && arc.Boundary is null;
        var length = Math.Abs(from.CenterX - to.CenterX) + Math.Abs(from.CenterY - to.CenterY);
        return (arc.Back || arc.To.Returns ? 1e6 : straight ? 0 : 1e5) + length;
    }

    private static (Side Side, double Cost)[] Leaving(Arc arc)
    {
        if (arc.Boundary is not null) return [(Side.Bottom, 0)];
        if (arc.From.Returns) return [(Side.Left, 0), (Side.Bottom, 4), (Side.Top, 4)];
        if (arc.Back || arc.To.Returns)
            return arc.From.Node.IsGateway ? [(Side.Top, 0), (Side.Bottom, 0), (Side.Right, 80)] : [(Side.Top, 30), (Side.Bottom, 30), (Side.Right, 60)];
        return arc.From.Node.IsGateway ? [(Side.Right, 0), (Side.Top, arc.From.Out.Count > 1 ? 8 : 50), (Side.Bottom, arc.From.Out.Count > 1 ? 8 : 50)] : [(Side.Right, 0), (Side.Top, 110), (Side.Bottom, 100)];
    }

    private static (Side Side, double Cost)[] Entering(Arc arc)
    {
        if (arc.To.Returns) return [(Side.Right, 0), (Side.Bottom, 60), (Side.Top, 60)];
        if (arc.Back) return arc.From.Returns ? [(Side.Top, 0), (Side.Bottom, 0), (Side.Left, 90)] : [(Side.Top, 0), (Side.Bottom, 4), (Side.Left, 100)];
        return arc.To.Node.IsGateway ? [(Side.Left, 0), (Side.Top, arc.To.In.Count > 1 ? 8 : 50), (Side.Bottom, arc.To.In.Count > 1 ? 8 : 50)]
            : arc.To.Node.IsActivity ? [(Side.Left, 0), (Side.Top, 60), (Side.Bottom, 70)] : [(Side.Left, 0), (Side.Top, 30), (Side.Bottom, 60)];
    }

    /// <summary>In and out at the same point would look like one line.</summary>
    private static double Taken(Dictionary<(int, Side), bool> used, int node, Side side, bool entering) =>
        used.TryGetValue((node, side), out var was) && was != entering ? 120 : 0;

    private static Dot Port(Box box, Side side) => side switch
    {
        Side.Right => new(Math.Round(box.Right + Stub, 1), Math.Round(box.CenterY, 1)),
        Side.Left => new(Math.Round(box.X - Stub, 1), Math.Round(box.CenterY, 1)),
        Side.Top => new(Math.Round(box.CenterX, 1), Math.Round(box.Y - Stub, 1)),
        _ => new(Math.Round(box.CenterX, 1), Math.Round(box.Bottom + Stub, 1)),
    };

    private static Dot Border(Box box, Side side) => side switch
    {
        Side.Right => new(box.Right, box.CenterY),
        Side.Left => new(box.X, box.CenterY),
        Side.Top => new(box.CenterX, box.Y),
        _ => new(box.CenterX, box.Bottom),
    };

    private static Dot[] Simplify(List<Dot> dots)
    {
        var result = new List<Dot>();
        foreach (var dot in dots)
        {
            if (result.Count > 0 && Near(result[^1], dot)) continue;
            if (result.Count > 1 && (Math.Abs(result[^2].X - dot.X) < 0.2 && Math.Abs(result[^1].X - dot.X) < 0.2 || Math.Abs(result[^2].Y - dot.Y) < 0.2 && Math.Abs(result[^1].Y - dot.Y) < 0.2))
                result.RemoveAt(result.Count - 1);
            result.Add(dot);
        }
        return [.. result];

        static bool Near(Dot a, Dot b) => Math.Abs(a.X - b.X) < 0.2 && Math.Abs(a.Y - b.Y) < 0.2;
    }
}

internal enum Side { Right, Bottom, Left, Top }
