namespace Kapok.Cases.Flow.Drawing;

/// <summary>Puts every node into a column so that arrows point to the right, except those that go back.</summary>
internal static class Ranks
{
    public static void Assign(Graph graph)
    {
        MarkBack(graph);
        var chains = ReturnChains(graph);
        Longest(graph);
        var placed = true;
        foreach (var chain in chains)
        {
            var (gate, target) = (chain[0].In[0].From, chain[^1].Out[0].To);
            if (chain.Count > gate.Rank - target.Rank) placed = false;
        }
        // A way back with more nodes than there are columns to go back over is drawn forward instead.
        if (!placed)
        {
            foreach (var vertex in chains.SelectMany(c => c)) vertex.Returns = false;
            chains.Clear();
            Longest(graph);
        }
        foreach (var chain in chains)
            for (var i = 0; i < chain.Count; i++) chain[i].Rank = chain[0].In[0].From.Rank - 1 - i;
        Compact(graph);
    }

    private static void MarkBack(Graph graph)
    {
        var state = new Dictionary<Vertex, int>();
        // Starts first; what no start reaches (there is nothing, but a picture must never fail) after them.
        foreach (var root in graph.Vertices.OrderBy(v => v.Node.Kind == NodeKind.StartEvent ? 0 : 1))
        {
            if (state.ContainsKey(root)) continue;
            var stack = new Stack<(Vertex Vertex, int Next)>();
            stack.Push((root, 0));
            state[root] = 1;
            while (stack.TryPop(out var top))
            {
                if (top.Next == top.Vertex.Out.Count)
                {
                    state[top.Vertex] = 2;
                    continue;
                }
                stack.Push((top.Vertex, top.Next + 1));
                var arc = top.Vertex.Out[top.Next];
                var seen = state.GetValueOrDefault(arc.To);
                arc.Back = seen == 1;
                if (seen != 0) continue;
                state[arc.To] = 1;
                stack.Push((arc.To, 0));
            }
        }
    }

    /// <summary>Nodes that stand on a way back (退回 → 核对 → 审核): drawn against the reading direction, above or below what they lead back to.</summary>
    private static List<List<Vertex>> ReturnChains(Graph graph)
    {
        var chains = new List<List<Vertex>>();
        foreach (var last in graph.Vertices.Where(v => Single(v) && v.Out[0].Back))
        {
            var chain = new List<Vertex> { last };
            while (Single(chain[0].In[0].From) && !chain.Contains(chain[0].In[0].From)) chain.Insert(0, chain[0].In[0].From);
            var target = last.Out[0].To;
            if (chain[0].In[0].From == target || chain.Contains(target)) continue;
            foreach (var vertex in chain) vertex.Returns = true;
            chains.Add(chain);
        }
        return chains;

        static bool Single(Vertex v) => v is { In.Count: 1, Out.Count: 1 } && !v.In[0].Back && v.Node.Boundaries.IsEmpty && v.In[0].Boundary is null && v.In[0].From.Out.Count > 0;
    }

    private static void Longest(Graph graph)
    {
        var waiting = graph.Vertices.ToDictionary(v => v, v => v.In.Count(Counts));
        var open = new Queue<Vertex>(graph.Vertices.Where(v => waiting[v] == 0));
        foreach (var vertex in graph.Vertices) vertex.Rank = 0;
        while (open.TryDequeue(out var vertex))
            foreach (var arc in vertex.Out.Where(Counts))
            {
                arc.To.Rank = Math.Max(arc.To.Rank, vertex.Rank + 1);
                if (--waiting[arc.To] == 0) open.Enqueue(arc.To);
            }
    }

    private static bool Counts(Arc arc) => !arc.Back && !arc.To.Returns && !arc.From.Returns;

    /// <summary>Closes columns that ended up empty.</summary>
    private static void Compact(Graph graph)
    {
        var used = graph.Vertices.Select(v => v.Rank).Distinct().Order().ToList();
        foreach (var vertex in graph.Vertices) vertex.Rank = used.IndexOf(vertex.Rank);
    }
}
