namespace Kapok.Cases.Flow.Parsing;

/// <summary>
/// Checks that need the whole graph: every node is reached and leads to an end, gateways make sense, boundary events have something to wait for.
/// </summary>
internal static class Soundness
{
    public static void Check(Draft draft, Findings findings)
    {
        foreach (var scope in Scopes(draft)) CheckScope(draft, scope, findings);
        foreach (var node in draft.Nodes)
        {
            CheckArrows(draft, node, findings);
            CheckConditions(draft, node, findings);
            if (node.Kind == NodeKind.EventBased) CheckEventGateway(draft, node, findings);
            if (node.Boundaries.Length > 0) CheckBoundaries(draft, node, findings);
            if (node.Kind == NodeKind.Inclusive && node.Incoming.Length > 64)
                findings.Add(node, $"包容网关“{node.Title}”有 {node.Incoming.Length} 条入线，超过上限 64。", "先用排他网关汇合一部分。");
        }
    }

    private static IEnumerable<int> Scopes(Draft draft) =>
        draft.Nodes.Where(n => n.Kind == NodeKind.SubProcess).Select(n => n.Index).Prepend(-1);

    private static void CheckScope(Draft draft, int scope, Findings findings)
    {
        var inside = draft.Nodes.Where(n => n.Parent == scope).ToList();
        var starts = inside.Where(n => n.Kind == NodeKind.StartEvent).ToList();
        var ends = inside.Where(n => n.Kind == NodeKind.EndEvent).ToList();
        var (id, line, what) = scope < 0 ? (draft.ProcessId, draft.XmlLine, "流程") : (draft.Nodes[scope].LocalId, draft.Nodes[scope].XmlLine, $"子流程“{draft.Nodes[scope].Title}”");
        if (starts.Count == 0) findings.Add(id, line, $"{what}没有开始事件。", "加一个 startEvent。");
        if (ends.Count == 0) findings.Add(id, line, $"{what}没有结束事件。", "加一个 endEvent。");
        if (scope >= 0)
        {
            foreach (var extra in starts.Skip(1)) findings.Add(extra, $"{what}有几个开始事件。", "只留一个。");
            foreach (var start in starts.Where(s => s.Event != EventKind.None)) findings.Add(start, "子流程的开始事件不能等消息或定时。", "改为空的开始事件。");
        }
        else
            foreach (var extra in starts.Where(s => s.Event == EventKind.None).Skip(1)) findings.Add(extra, "流程有几个空的开始事件，不知道从哪一个开始。", "只留一个；其余改为消息或定时开始事件。");
        if (starts.Count == 0 || ends.Count == 0) return;

        var reached = Closure(starts, n => Next(draft, n));
        var ending = Closure(ends, n => Previous(draft, n));
        foreach (var node in inside)
        {
            if (!reached.Contains(node.Index))
                findings.Add(node, $"节点“{node.Title}”从开始事件走不到。", node.Incoming.Length == 0 ? "给它连上入线，或删去它。" : "它所在的这一段与开始事件断开了，连上或删去。");
            else if (!ending.Contains(node.Index))
                findings.Add(node, $"从节点“{node.Title}”走不到任何结束事件。", "给它连上出线，最后通到结束事件。");
        }
    }

    private static HashSet<int> Closure(IEnumerable<FlowNode> from, Func<FlowNode, IEnumerable<FlowNode>> step)
    {
        var seen = new HashSet<int>();
        var open = new Stack<FlowNode>(from);
        while (open.TryPop(out var node))
            if (seen.Add(node.Index))
                foreach (var next in step(node)) open.Push(next);
        return seen;
    }

    private static IEnumerable<FlowNode> Next(Draft draft, FlowNode node) =>
        node.Outgoing.Select(e => draft.Nodes[draft.Edges[e].To]).Concat(node.Boundaries.Select(b => draft.Nodes[b]));

    private static IEnumerable<FlowNode> Previous(Draft draft, FlowNode node) =>
        node.AttachedTo >= 0 ? [draft.Nodes[node.AttachedTo]] : node.Incoming.Select(e => draft.Nodes[draft.Edges[e].From]);

    private static void CheckArrows(Draft draft, FlowNode node, Findings findings)
    {
        if (node.Kind is NodeKind.StartEvent or NodeKind.Boundary && node.Incoming.Length > 0)
            findings.Add(node, $"“{node.Title}”不能有入线。", "把连线接到它后面的节点。");
        if (node.Kind == NodeKind.EndEvent && node.Outgoing.Length > 0)
            findings.Add(node, $"结束事件“{node.Title}”不能有出线。", "删去出线，或把它换成中间事件。");
        foreach (var twin in node.Outgoing.Select(e => draft.Edges[e]).GroupBy(e => e.To).Where(g => g.Count() > 1 && node.Kind == NodeKind.Parallel))
            findings.Add(twin.Last(), $"并行网关“{node.Title}”有两条线通到同一个节点。", "只留一条。");
    }

    private static void CheckConditions(Draft draft, FlowNode node, Findings findings)
    {
        var outgoing = node.Outgoing.Select(e => draft.Edges[e]).ToList();
        var chooses = node.Kind is NodeKind.Exclusive or NodeKind.Inclusive || node.IsActivity;
        foreach (var edge in outgoing.Where(e => e.Condition is not null))
        {
            if (!chooses) findings.Add(edge, $"从“{node.Title}”出来的线不看条件。", "删去条件，或在中间加一个排他网关。");
            else if (outgoing.Count == 1) findings.Add(edge, $"“{node.Title}”只有这一条出线，条件不成立时就走不下去。", "删去条件，或再画一条出线。");
            else if (edge.Index == node.Default) findings.Add(edge, "默认出线不能有条件。", "删去条件，或另选一条默认出线。");
        }
        if (node.Kind is NodeKind.Exclusive or NodeKind.Inclusive && outgoing.Count > 1)
            foreach (var edge in outgoing.Where(e => e.Condition is null && e.Index != node.Default))
                findings.Add(edge, $"网关“{node.Title}”的这条出线没有条件。", "写上条件，或把它设为默认出线。");
        if (node.Default >= 0 && outgoing.Count == 1)
            findings.Add(outgoing[0], $"“{node.Title}”只有一条出线，不需要默认。", "删去 default。");
    }

    private static void CheckEventGateway(Draft draft, FlowNode gateway, Findings findings)
    {
        var targets = gateway.Outgoing.Select(e => draft.Nodes[draft.Edges[e].To]).ToList();
        if (targets.Count < 2) findings.Add(gateway, $"事件网关“{gateway.Title}”要等两件以上的事。", "再连一个事件，或删去网关。");
        foreach (var target in targets)
        {
            if (target.Kind is not (NodeKind.CatchEvent or NodeKind.ReceiveTask))
                findings.Add(target, $"事件网关后面不能是“{target.Title}”。", "只能接中间捕获事件（定时、消息）或 receiveTask。");
            else if (target.Incoming.Length > 1 || target.Boundaries.Length > 0 || target.Multi is not null)
                findings.Add(target, $"事件网关后面的“{target.Title}”不能有别的入线、边界事件或多实例。", "给其他来路另画一个节点。");
        }
        foreach (var twin in targets.Where(t => t.Message is not null).GroupBy(t => t.Message).Where(g => g.Count() > 1))
            findings.Add(twin.Last(), $"事件网关两次等待同一个消息“{twin.Key}”。", "消息各不相同。");
    }

    private static void CheckBoundaries(Draft draft, FlowNode host, Findings findings)
    {
        var attached = host.Boundaries.Select(b => draft.Nodes[b]).ToList();
        foreach (var boundary in attached)
        {
            if (!host.IsActivity)
                findings.Add(boundary, $"边界事件不能附着在“{host.Title}”上。", "只能附着在任务、子流程或调用活动上。");
            else if (host.Kind is NodeKind.PassTask or NodeKind.SendTask)
                findings.Add(boundary, $"“{host.Title}”一到就过，不会等到边界事件。", "删去边界事件，或改用 userTask、serviceTask。");
            else if (boundary.Event == EventKind.Error && host.Kind == NodeKind.ReceiveTask)
                findings.Add(boundary, $"接收任务“{host.Title}”不会出错。", "删去错误边界事件。");
        }
        foreach (var boundary in attached.Where(b => !b.Interrupting && (b.Event == EventKind.Message || b.Timer is { Times: > 1 })))
            foreach (var join in Closure([boundary], n => Next(draft, n)).Select(i => draft.Nodes[i]).Where(n => n.Kind == NodeKind.Inclusive && n.Incoming.Length > 1))
                findings.Add(boundary, $"“{boundary.Title}”可以发生几次，同时走到包容网关“{join.Title}”的几路会混在一起。", "把这条支线连同包容网关放进一个子流程。");
        Twice(attached.Where(b => b.Event == EventKind.Error), b => b.ErrorCode ?? "", "捕获同一个错误");
        Twice(attached.Where(b => b is { Event: EventKind.Message, Message: not null }), b => b.Message!, "等待同一个消息");

        void Twice(IEnumerable<FlowNode> events, Func<FlowNode, string> key, string what)
        {
            foreach (var group in events.GroupBy(key).Where(g => g.Count() > 1))
                findings.Add(group.Last(), $"“{host.Title}”上有两个边界事件{what}。", "只留一个。");
        }
    }
}
