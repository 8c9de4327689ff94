using System.Collections.Immutable;

namespace Kapok.Cases.Flow.Running;

/// <summary>
/// For each inclusive gateway and each node: over which incoming edges of the gateway a token at that node could still arrive
/// without passing the gateway itself. Computed once; the join is then two bit operations a token.
/// </summary>
/// <remarks>BPMN 2.0.2, 13.4.3 (inclusive gateway).</remarks>
internal sealed class JoinPaths
{
    private readonly ulong[]?[] arrivals;

    public JoinPaths(ImmutableArray<FlowNode> nodes, ImmutableArray<FlowEdge> edges)
    {
        arrivals = new ulong[]?[nodes.Length];
        foreach (var join in nodes)
        {
            if (join.Kind != NodeKind.Inclusive || join.Incoming.Length < 2) continue;
            var reach = arrivals[join.Index] = new ulong[nodes.Length];
            for (var bit = 0; bit < join.Incoming.Length; bit++) Mark(reach, 1ul << bit, edges[join.Incoming[bit]].From, join.Index, nodes, edges);
        }
    }

    /// <summary>Bit i = incoming edge i of the gateway can still be reached from the node.</summary>
    public ulong Arrivals(int join, int node) => arrivals[join]![node];

    private static void Mark(ulong[] reach, ulong bit, int last, int join, ImmutableArray<FlowNode> nodes, ImmutableArray<FlowEdge> edges)
    {
        var open = new Stack<int>();
        open.Push(last);
        while (open.TryPop(out var at))
        {
            if (at == join || (reach[at] & bit) != 0) continue;
            reach[at] |= bit;
            if (nodes[at].AttachedTo >= 0) open.Push(nodes[at].AttachedTo);
            foreach (var edge in nodes[at].Incoming) open.Push(edges[edge].From);
        }
    }
}
