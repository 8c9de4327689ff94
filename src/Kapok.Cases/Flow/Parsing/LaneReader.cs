using System.Collections.Immutable;
using System.Xml.Linq;

namespace Kapok.Cases.Flow.Parsing;

/// <summary>Reads lanes and hands their post and line of business to the user tasks in them; the innermost lane counts.</summary>
internal sealed class LaneReader(Draft draft, Findings findings)
{
    /// <summary>Posts of an organisation that a lane or task may name, with their Chinese names.</summary>
    public static readonly ImmutableDictionary<string, string> Posts = new Dictionary<string, string>
    {
        ["acceptor"] = "受理岗", ["reviewer"] = "审核岗", ["approver"] = "审批岗", ["issuer"] = "送达岗",
        ["expert"] = "专家", ["village"] = "村居专干", ["town"] = "镇街经办",
    }.ToImmutableDictionary();

    public void Read(XElement scope, int scopeIndex)
    {
        var sets = scope.Children("laneSet").ToList();
        foreach (var set in sets)
            foreach (var lane in set.Children("lane")) ReadLane(lane, scopeIndex, null, null);
        for (var i = 0; i < draft.Nodes.Count; i++)
            if (draft.Nodes[i] is { Parent: var parent, Kind: NodeKind.UserTask } task && parent == scopeIndex) Settle(task);
    }

    private void ReadLane(XElement lane, int scope, string? post, string? line)
    {
        post = PostOf(lane) ?? post;
        line = lane.Ours("line") ?? line;
        var nested = lane.Children("childLaneSet").SelectMany(s => s.Children("lane")).ToList();
        var nodes = ImmutableArray.CreateBuilder<int>();
        var index = draft.Lanes.Count;
        foreach (var reference in nested.Count > 0 ? [] : lane.Children("flowNodeRef"))
        {
            var id = reference.Value.Trim();
            if (!draft.Ids.TryGetValue(id, out var node)) findings.Add(reference, $"泳道“{lane.Get("name")}”里的节点“{id}”不存在。", "删去这个引用。");
            // Some editors also list what stands inside a sub-process; the sub-process itself decides there.
            else if (draft.Nodes[node].Parent != scope) continue;
            else if (draft.Nodes[node].Lane >= 0) findings.Add(reference, $"节点“{id}”同时在两个泳道里。", "只放在一个泳道里。");
            else
            {
                draft.Nodes[node] = draft.Nodes[node] with { Lane = index };
                nodes.Add(node);
            }
        }
        if (nested.Count == 0)
            draft.Lanes.Add(new(lane.Get("id") ?? $"lane{index}", (lane.Get("name") ?? "").Trim(), post, line, scope, nodes.ToImmutable()));
        foreach (var child in nested) ReadLane(child, scope, post, line);
    }

    private string? PostOf(XElement element)
    {
        if (element.Ours("post") is not { } post || Posts.ContainsKey(post)) return element.Ours("post");
        findings.Add(element, $"岗位“{post}”不存在。", "岗位只能是：" + string.Join("、", Posts.OrderBy(p => p.Key).Select(p => $"{p.Key}（{p.Value}）")) + "。");
        return post;
    }

    /// <summary>A task takes its own post, else its lane's, else that of the sub-process around it.</summary>
    private void Settle(FlowNode node)
    {
        var task = node.Task!;
        var (post, line) = (task.Post, task.Line);
        for (var at = node; ; at = draft.Nodes[at.Parent])
        {
            if (at.Lane >= 0)
            {
                var lane = draft.Lanes[at.Lane];
                if (post.Length == 0 && lane.Post is not null) post = lane.Post;
                if (line is null && lane.Line is not null) line = findings.Text(new XElement("lane", new XAttribute("id", lane.Id)), "泳道的条线", lane.Line);
            }
            if (at.Parent < 0) break;
        }
        if (post.Length == 0) findings.Add(node, $"任务“{node.Title}”没有岗位，不知道由谁办理。", "放进带 kapok:post 的泳道，或在任务上写 kapok:post。");
        else if (!Posts.ContainsKey(post) && post == task.Post)
            findings.Add(node, $"岗位“{post}”不存在。", "岗位只能是：" + string.Join("、", Posts.OrderBy(p => p.Key).Select(p => $"{p.Key}（{p.Value}）")) + "。");
        draft.Nodes[node.Index] = node with { Task = task with { Post = post, Line = line } };
    }
}
