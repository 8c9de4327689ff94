using Kapok.Cases.Flow.Parsing;

namespace Kapok.Cases.Flow.Drawing;

/// <summary>Says in words what the picture shows.</summary>
internal static class Outline
{
    public static string Sentence(FlowDefinition flow, FlowState state)
    {
        switch (state.Status)
        {
            case FlowStatus.NotStarted: return "还没有开始" + After(flow, flow.Starts.Select(s => flow.Nodes[s]), "，第一步是");
            case FlowStatus.Cancelled: return "已经撤回";
            case FlowStatus.Faulted: return "因出错中止";
            case FlowStatus.Ended:
                return state.Result switch
                {
                    "approved" => "已经办结，结果是准予", "refused" => "已经办结，结果是不予", "not-accepted" => "已经办结，结果是不予受理", _ => "已经办结",
                };
        }
        var places = state.Places.Where(p => !p.Node.IsScope).DistinctBy(p => p.Node.Index).Select(p => p.Node).ToList();
        var users = places.Where(n => n.Task is not null).OrderBy(n => n.Index).ToList();
        var parts = users.GroupBy(n => PostName(flow, n, n.Task!)).Select(g => g.Count() == 1 ? $"由{g.Key}{g.First().Title}" : $"由{g.Key}办理{string.Join("、", g.Select(n => n.Title))}").ToList();
        if (parts.Count == 0) parts.AddRange(places.Select(Waiting).OfType<string>().Distinct());
        var now = parts.Count == 0 ? "正在办理" : "现在" + string.Join("，同时", parts);
        return now + After(flow, users.Count > 0 ? users : places, "，之后是");
    }

    /// <summary>The flow and, as far as marked, where a case stands, for those who cannot see the picture.</summary>
    public static string Of(FlowDefinition flow, FlowMarks marks)
    {
        var tasks = flow.Nodes.Where(n => n.Parent < 0 && n.IsActivity).Select(n => n.Title).Distinct().ToList();
        var text = tasks.Count == 0 ? "这个流程没有办理环节。" : $"办理环节：{string.Join("、", tasks)}。";
        var done = flow.Nodes.Where(n => n.IsActivity && marks.Done.Contains(n.Id)).Select(n => n.Title).Distinct().ToList();
        var active = flow.Nodes.Where(n => n.IsActivity && !n.IsScope && marks.Active.Contains(n.Id)).Select(n => n.Title).Distinct().ToList();
        if (done.Count > 0) text += $"已经完成：{string.Join("、", done)}。";
        if (active.Count > 0) text += $"现在正在：{string.Join("、", active)}。";
        return text;
    }

    /// <summary>Name of the lane, else of the post.</summary>
    public static string PostName(FlowDefinition flow, FlowNode node, FlowTask task)
    {
        for (var at = node; ; at = flow.Nodes[at.Parent])
        {
            if (at.Lane >= 0 && flow.Lanes[at.Lane] is { Name.Length: > 0 } lane && lane.Post == task.Post) return lane.Name;
            if (at.Parent < 0) break;
        }
        return LaneReader.Posts.GetValueOrDefault(task.Post, task.Post);
    }

    private static string? Waiting(FlowNode node) => node switch
    {
        { Kind: NodeKind.ServiceTask } => $"由系统办理{node.Title}",
        { Kind: NodeKind.ReceiveTask } => $"等待{node.Title}",
        { Kind: NodeKind.CatchEvent, Event: EventKind.Timer } => node.Name.Length > 0 ? $"等到{node.Name}" : "等待到期",
        { Kind: NodeKind.CatchEvent } => $"等待{node.Title}",
        { Kind: NodeKind.EventBased } => node.Name.Length > 0 ? $"等待{node.Name}" : "等待消息或到期",
        _ => null,
    };

    /// <summary>The next user tasks; those that lead back to where the case stands are told only when there are no others.</summary>
    private static string After(FlowDefinition flow, IEnumerable<FlowNode> places, string words)
    {
        var from = places.ToList();
        var next = from.SelectMany(n => Next(flow, n)).Distinct().Where(n => !from.Contains(n)).ToList();
        var onward = next.Where(n => !from.Any(f => Reaches(flow, n, f))).ToList();
        if (onward.Count > 0) next = onward;
        // Of tasks that follow one another only the first is next.
        var tasks = next.Where(n => n.Kind != NodeKind.EndEvent).ToList();
        tasks = [.. tasks.Where(n => !tasks.Any(o => o != n && Reaches(flow, o, n) && !Reaches(flow, n, o)))];
        if (tasks.Count == 0) return next.Count > 0 ? "，之后办结" : "";
        var together = tasks.Count > 1 && from.Count == 1 && AllTogether(flow, from[0]);
        var titles = tasks.Select(n => n.Title).Distinct().ToList();
        return words + (titles.Count == 1 ? titles[0] : string.Join("、", titles.SkipLast(1)) + (together ? "和" : "或") + titles[^1]);
    }

    /// <summary>User tasks and ends reached over anything but user tasks; a way out of a sub-process goes on behind it.</summary>
    private static List<FlowNode> Next(FlowDefinition flow, FlowNode from)
    {
        var found = new List<FlowNode>();
        var seen = new HashSet<int>();
        var open = new Queue<FlowNode>(Step(flow, from, true));
        while (open.TryDequeue(out var node))
        {
            if (!seen.Add(node.Index)) continue;
            if (node.Task is not null || node is { Kind: NodeKind.EndEvent, Parent: < 0 }) found.Add(node);
            else
                foreach (var next in Step(flow, node, false)) open.Enqueue(next);
        }
        return found;
    }

    private static IEnumerable<FlowNode> Step(FlowDefinition flow, FlowNode node, bool leaving)
    {
        if (!leaving && node is { IsScope: true, Start: >= 0 }) return [flow.Nodes[node.Start]];
        if (node is { Kind: NodeKind.EndEvent, Parent: >= 0, Event: not EventKind.Error }) return Step(flow, flow.Nodes[node.Parent], true);
        return node.Outgoing.Select(e => flow.Nodes[flow.Edges[e].To]);
    }

    private static bool Reaches(FlowDefinition flow, FlowNode from, FlowNode to)
    {
        var seen = new HashSet<int>();
        var open = new Stack<FlowNode>([from]);
        while (open.TryPop(out var node))
        {
            if (node == to) return true;
            if (!seen.Add(node.Index)) continue;
            foreach (var next in Step(flow, node, node.Task is not null).Concat(node.Boundaries.Select(b => flow.Nodes[b]))) open.Push(next);
        }
        return false;
    }

    private static bool AllTogether(FlowDefinition flow, FlowNode from)
    {
        for (var node = from; ;)
        {
            if (node.Kind == NodeKind.Parallel && node.Outgoing.Length > 1) return true;
            var ways = node.Outgoing.Select(e => flow.Nodes[flow.Edges[e].To]).Where(n => n.Kind != NodeKind.EndEvent).ToList();
            if (ways.Count != 1 || ways[0].Task is not null || ways[0].IsScope) return false;
            node = ways[0];
        }
    }
}
