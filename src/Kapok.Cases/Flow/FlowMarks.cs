using System.Collections.Frozen;
using Kapok.Cases.Flow.Running;

namespace Kapok.Cases.Flow;

/// <summary>What the picture of one case shows beside the flow itself; all by node id.</summary>
/// <param name="Active">Where the case stands now.</param>
/// <param name="Done">What is finished.</param>
/// <param name="Timers">Timers that are running.</param>
/// <param name="Counts">How many instances of a multi-instance activity are done, e.g. <c>1/3</c>.</param>
public sealed record FlowMarks(FrozenSet<string> Active, FrozenSet<string> Done, FrozenSet<string> Timers, FrozenDictionary<string, string> Counts)
{
    /// <summary>When two versions are compared: <c>added</c>, <c>changed</c> or <c>removed</c> by the id of the node or arrow.</summary>
    public FrozenDictionary<string, string> Changes { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>The bare flow.</summary>
    public static FlowMarks None { get; } = new(FrozenSet<string>.Empty, FrozenSet<string>.Empty, FrozenSet<string>.Empty, FrozenDictionary<string, string>.Empty);

    /// <summary>The same text for the same marks.</summary>
    internal string Key => string.Join('\n', ((IEnumerable<string>[])[Active, Done, Timers, Counts.Select(c => $"{c.Key}={c.Value}")]).Select(s => string.Join(' ', s.Order(StringComparer.Ordinal))));

    /// <summary>Marks of a case.</summary>
    /// <param name="done">Node ids of finished tasks, from the event log; the state does not keep them.</param>
    public static FlowMarks Of(FlowState state, IEnumerable<string> done)
    {
        var flow = state.Definition;
        var active = new HashSet<string>(StringComparer.Ordinal);
        var timers = new HashSet<string>(StringComparer.Ordinal);
        var counts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var token in state.Tokens)
        {
            var node = flow.Nodes[token.Node];
            if (token.Edge < 0) active.Add(node.Id);
            if (token.Extra?.Progress is { } progress) counts[node.Id] = $"{progress.Done}/{progress.Total}";
            if (node.Event == EventKind.Timer) timers.Add(node.Id);
            if (token.Extra is not { Instance: >= 0 })
                foreach (var index in node.Boundaries)
                    if (flow.Nodes[index].Timer is { } timer && Waits.Fired(token, node, index) < timer.Times) timers.Add(flow.Nodes[index].Id);
        }
        var finished = done.ToHashSet(StringComparer.Ordinal);
        if (state.Status != FlowStatus.NotStarted)
            foreach (var start in flow.Starts.Where(s => flow.Starts.Length == 1 || flow.Nodes[s].Event == EventKind.None)) finished.Add(flow.Nodes[start].Id);
        if (state is { Status: FlowStatus.Ended, End: >= 0 }) finished.Add(flow.Nodes[state.End].Id);
        return new(active.ToFrozenSet(StringComparer.Ordinal), finished.ToFrozenSet(StringComparer.Ordinal), timers.ToFrozenSet(StringComparer.Ordinal), counts.ToFrozenDictionary(StringComparer.Ordinal));
    }

    /// <summary>
    /// Edges and the gateways, events between that the case has passed: those on a way from one finished or active activity to another
    /// over nothing but gateways and events. An edge that goes back counts only when the case stands where it leads.
    /// </summary>
    internal (HashSet<int> Edges, HashSet<int> Nodes) Passed(FlowDefinition flow)
    {
        var (edges, nodes) = (new HashSet<int>(), new HashSet<int>());
        if (Done.Count == 0) return (edges, nodes);
        var back = BackEdges(flow);
        foreach (var node in flow.Nodes.Where(n => Done.Contains(n.Id)))
            foreach (var edge in node.Outgoing) Follow(flow, edge, back, [], edges, nodes);
        return (edges, nodes);
    }

    private bool Follow(FlowDefinition flow, int edge, HashSet<int> back, HashSet<int> seen, HashSet<int> edges, HashSet<int> nodes)
    {
        var node = flow.Nodes[flow.Edges[edge].To];
        var reached = Active.Contains(node.Id) || Done.Contains(node.Id) && !back.Contains(edge);
        if (!reached && !node.IsActivity && node.Kind != NodeKind.CatchEvent && seen.Add(node.Index))
            foreach (var next in node.Outgoing) reached |= Follow(flow, next, back, seen, edges, nodes);
        if (!reached) return false;
        edges.Add(edge);
        if (!node.IsActivity) nodes.Add(node.Index);
        return true;
    }

    /// <summary>Edges that lead from the end of a stretch of road to where it began, except out of a task that stands on the way back.</summary>
    private static HashSet<int> BackEdges(FlowDefinition flow)
    {
        var back = new HashSet<int>();
        var state = new int[flow.Nodes.Length];
        foreach (var root in flow.Nodes.Where(n => n.Kind == NodeKind.StartEvent))
        {
            var stack = new Stack<(int Node, int Next)>([(root.Index, 0)]);
            state[root.Index] = 1;
            while (stack.TryPop(out var top))
            {
                var node = flow.Nodes[top.Node];
                if (top.Next == node.Outgoing.Length + node.Boundaries.Length)
                {
                    state[top.Node] = 2;
                    continue;
                }
                var edge = top.Next < node.Outgoing.Length ? node.Outgoing[top.Next] : -1;
                var to = edge >= 0 ? flow.Edges[edge].To : node.Boundaries[top.Next - node.Outgoing.Length];
                stack.Push((top.Node, top.Next + 1));
                if (state[to] == 1 && node.IsGateway) back.Add(edge);
                if (state[to] != 0) continue;
                state[to] = 1;
                stack.Push((to, 0));
            }
        }
        return back;
    }
}
