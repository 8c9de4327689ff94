namespace Kapok.Cases.Flow.Drawing;

/// <summary>
/// Gives every node its height in its lane. The tree of dominators shows which nodes are branches of a split and which one goes on
/// after the join: what goes on stays on the line of the split, branches spread around it.
/// </summary>
internal sealed class Rows
{
    private readonly Dictionary<Vertex, List<Vertex>> children = [];
    private readonly Dictionary<Vertex, Vertex?> dominator = [];
    private readonly Dictionary<Vertex, (double Up, double Down)> spans = [];
    private readonly Dictionary<(int Band, int Rank), List<Vertex>> placed = [];

    public static void Assign(Graph graph)
    {
        var rows = new Rows();
        rows.Dominators(graph);
        foreach (var root in graph.Vertices.Where(v => !v.Returns && rows.dominator.GetValueOrDefault(v) is null)) rows.Place(root, 0);
        foreach (var back in graph.Vertices.Where(v => v.Returns).OrderByDescending(v => v.Rank)) rows.PlaceReturn(back);
    }

    private void Dominators(Graph graph)
    {
        var order = graph.Vertices.Where(v => !v.Returns).OrderBy(v => v.Rank).ToList();
        // In the order of columns all predecessors are known, so one pass is enough.
        foreach (var vertex in order)
        {
            children[vertex] = [];
            Vertex? common = null;
            var first = true;
            foreach (var arc in vertex.In.Where(a => !a.Back && !a.From.Returns))
            {
                common = first ? arc.From : Common(common, arc.From);
                first = false;
            }
            dominator[vertex] = common;
            if (common is not null) children[common].Add(vertex);
        }
    }

    private Vertex? Common(Vertex? a, Vertex? b)
    {
        while (a is not null && b is not null && a != b)
            if (a.Rank >= b.Rank) a = dominator[a];
            else b = dominator[b];
        return a == b ? a : null;
    }

    private void Place(Vertex vertex, double wished)
    {
        Put(vertex, wished);
        var here = children[vertex].Where(c => c.Band == vertex.Band).ToList();
        foreach (var (child, offset) in Spread(vertex, here)) Place(child, vertex.Y + offset);
        // A child in another lane goes on at the height that lane was last left at.
        foreach (var child in children[vertex].Where(c => c.Band != vertex.Band)) Place(child, Home(child));
    }

    private double Home(Vertex child)
    {
        for (var at = dominator[child]; at is not null; at = dominator[at])
            if (at.Band == child.Band) return at.Y;
        return 0;
    }

    /// <summary>Offsets of the children in the same lane from the line of their parent.</summary>
    private List<(Vertex Child, double Offset)> Spread(Vertex vertex, List<Vertex> here)
    {
        var result = new List<(Vertex, double)>();
        if (here.Count == 0) return result;
        var next = here.Where(c => c.In.Count(a => !a.Back && !a.From.Returns) > 1).OrderByDescending(Depth).FirstOrDefault();
        var branches = here.Where(c => c != next).ToList();
        if (next is not null) result.Add((next, 0));
        var beside = branches.Where(b => b.In.Any(a => a.From == vertex && a.Boundary is not null)).ToList();
        var main = branches.Except(beside).ToList();
        var equal = vertex.Node.Kind is NodeKind.Parallel or NodeKind.Inclusive or NodeKind.EventBased || next is not null;
        double down;
        if (equal && main.Count > 1)
        {
            var lines = new double[main.Count];
            var at = 0.0;
            for (var i = 0; i < lines.Length; i++)
            {
                lines[i] = at + Span(main[i]).Up;
                at += Span(main[i]).Up + Span(main[i]).Down;
            }
            // The line of the split runs on through the branch in the middle, or between the two in the middle.
            var middle = (lines[(lines.Length - 1) / 2] + lines[lines.Length / 2]) / 2;
            for (var i = 0; i < lines.Length; i++) result.Add((main[i], lines[i] - middle));
            down = at - middle;
        }
        else
        {
            // The longest branch goes straight on, the others below it in the order they are drawn.
            var straight = main.OrderByDescending(Depth).FirstOrDefault();
            if (straight is not null) result.Add((straight, 0));
            down = straight is null ? vertex.Below : Math.Max(vertex.Below, Span(straight).Down);
            foreach (var other in main.Where(b => b != straight))
            {
                result.Add((other, down + Span(other).Up));
                down += Span(other).Up + Span(other).Down;
            }
        }
        down = Math.Max(down, vertex.Below);
        foreach (var other in beside)
        {
            result.Add((other, down + Span(other).Up));
            down += Span(other).Up + Span(other).Down;
        }
        return result;
    }

    /// <summary>Room a node needs in its lane together with all that hangs on it.</summary>
    private (double Up, double Down) Span(Vertex vertex)
    {
        if (spans.TryGetValue(vertex, out var known)) return known;
        spans[vertex] = (vertex.Above, vertex.Below);
        var (up, down) = (vertex.Above, vertex.Below);
        foreach (var (child, offset) in Spread(vertex, [.. children[vertex].Where(c => c.Band == vertex.Band)]))
        {
            up = Math.Max(up, Span(child).Up - offset);
            down = Math.Max(down, Span(child).Down + offset);
        }
        return spans[vertex] = (up, down);
    }

    private int Depth(Vertex vertex) => 1 + children[vertex].Select(Depth).DefaultIfEmpty(0).Max();

    private void PlaceReturn(Vertex vertex)
    {
        var target = vertex.Out[0].To;
        while (target.Returns) target = target.Out[0].To;
        var before = vertex.In[0].From;
        var wished = before.Returns && before.Band == vertex.Band ? before.Y
            : target.Band == vertex.Band ? target.Y - target.Above - vertex.Below
            // In another lane it stands at the edge nearest to what it leads back to, so that nothing comes between.
            : Edge(vertex, target.Band > vertex.Band);
        Put(vertex, wished);
    }

    private double Edge(Vertex vertex, bool low)
    {
        var lane = placed.Where(p => p.Key.Band == vertex.Band).SelectMany(p => p.Value).ToList();
        if (lane.Count == 0) return 0;
        var column = lane.Where(v => v.Rank == vertex.Rank).ToList();
        if (column.Count == 0) return low ? lane.Max(v => v.Y) : lane.Min(v => v.Y);
        return low ? column.Max(v => v.Y + v.Below) + vertex.Above : column.Min(v => v.Y - v.Above) - vertex.Below;
    }

    /// <summary>Takes the free place of the column nearest to the one wished for, below rather than above.</summary>
    private void Put(Vertex vertex, double wished)
    {
        if (!placed.TryGetValue((vertex.Band, vertex.Rank), out var column)) placed[(vertex.Band, vertex.Rank)] = column = [];
        vertex.Y = Free(wished) ? wished
            : column.SelectMany(o => new[] { o.Y + o.Below + vertex.Above, o.Y - o.Above - vertex.Below }).OrderBy(y => Math.Abs(y - wished) - (y > wished ? 1 : 0)).First(Free);
        column.Add(vertex);

        bool Free(double y) => column.TrueForAll(o => y - vertex.Above >= o.Y + o.Below - 0.5 || y + vertex.Below <= o.Y - o.Above + 0.5);
    }
}
