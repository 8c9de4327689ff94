using System.Collections.Immutable;

namespace Kapok.Cases.Flow.Parsing;

/// <summary>
/// Copies called flows into the caller. A linked call behaves like a sub-process, so the engine knows only one kind of nesting,
/// and a running case is pinned to the versions that were installed when it started.
/// </summary>
internal static class Linker
{
    public static FlowParse Link(FlowDefinition definition, Func<string, FlowDefinition?> resolve)
    {
        if (definition.UnlinkedCalls.IsEmpty) return new(definition, []);
        var findings = new Findings();
        var copy = new Copy([], [], findings, resolve);
        copy.Add(definition, "", -1, [definition.Name]);
        if (findings.Any) return new(null, findings.All());
        return new(new FlowDefinition(definition.Name, definition.ProcessId, definition.Title, [.. copy.Nodes], [.. copy.Edges],
            definition.Lanes, definition.Picture), []);
    }

    private sealed record Copy(List<FlowNode> Nodes, List<FlowEdge> Edges, Findings Findings, Func<string, FlowDefinition?> Resolve)
    {
        /// <summary>Appends a flow below a call (-1 = as the flow itself) and then, in turn, what it calls.</summary>
        public void Add(FlowDefinition flow, string prefix, int call, ImmutableList<string> chain)
        {
            var (nodes, edges) = (Nodes.Count, Edges.Count);
            foreach (var edge in flow.Edges)
                Edges.Add(edge with { Index = edge.Index + edges, Id = prefix + edge.Id, From = edge.From + nodes, To = edge.To + nodes });
            foreach (var node in flow.Nodes)
                Nodes.Add(node with
                {
                    Index = node.Index + nodes,
                    Id = prefix + node.Id,
                    Parent = node.Parent < 0 ? call : node.Parent + nodes,
                    Incoming = Shift(node.Incoming, edges),
                    Outgoing = Shift(node.Outgoing, edges),
                    Default = node.Default < 0 ? -1 : node.Default + edges,
                    Boundaries = Shift(node.Boundaries, nodes),
                    AttachedTo = node.AttachedTo < 0 ? -1 : node.AttachedTo + nodes,
                    Start = node.Start < 0 ? -1 : node.Start + nodes,
                    Lane = call < 0 ? node.Lane : -1,
                });
            foreach (var caller in flow.Nodes.Where(n => n is { Kind: NodeKind.CallActivity, Start: < 0 })) Add(caller, caller.Index + nodes, chain);
        }

        private void Add(FlowNode caller, int index, ImmutableList<string> chain)
        {
            var name = caller.Calls!;
            if (chain.Contains(name))
            {
                Findings.Add(caller, $"调用成环：{string.Join(" → ", chain.Add(name))}。", "一个流程不能直接或间接调用自己。");
                return;
            }
            if (Resolve(name) is not { } called)
            {
                Findings.Add(caller, $"被调用的流程“{name}”不存在。", "检查 calledElement，或先安装这个流程。");
                return;
            }
            var starts = called.Starts.Where(s => called.Nodes[s].Event == EventKind.None).ToList();
            if (starts.Count != 1)
            {
                Findings.Add(caller, $"被调用的流程“{name}”没有空的开始事件。", "给它加一个不等消息、不定时的开始事件。");
                return;
            }
            if (Nodes.Count + called.Nodes.Length > FlowDefinition.MaxNodes)
            {
                Findings.Add(caller, $"连同被调用的流程，节点超过上限 {FlowDefinition.MaxNodes}。", "减少调用的层数或流程的大小。");
                return;
            }
            Nodes[index] = Nodes[index] with { Start = starts[0] + Nodes.Count };
            Add(called, Nodes[index].Id + "/", index, chain.Add(name));
        }

        private static ImmutableArray<int> Shift(ImmutableArray<int> indices, int by) =>
            by == 0 || indices.IsEmpty ? indices : [.. indices.Select(i => i + by)];
    }
}
