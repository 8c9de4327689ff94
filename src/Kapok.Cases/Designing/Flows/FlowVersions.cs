using System.Collections.Frozen;
using Kapok.Cases.Flow;
using Kapok.Cases.Flow.Parsing;
using Kapok.Cases.Forms;

namespace Kapok.Cases.Designing.Flows;

/// <summary>Compares two versions of a flow: nodes, arrows and lanes by their ids.</summary>
public static class FlowVersions
{
    public static IReadOnlyList<DesignChange> Between(FlowDefinition before, FlowDefinition after)
    {
        var changes = new List<DesignChange>();
        if (before.Title != after.Title) changes.Add(new("流程名称", "", ChangeKind.Changed, before.Title, after.Title));
        Compare(before.Nodes, after.Nodes, n => n.Id, n => $"{KindOf(n)}“{n.Title}”", n => n.Id, n => Facts(n, Within(before.Nodes, n, n.Index) ? before : after));
        Compare(before.Edges, after.Edges, e => e.Id, e => $"箭头{(e.Name.Length > 0 ? $"“{e.Name}”" : $" {e.Id}")}", e => e.Id, e => Facts(e, Within(before.Edges, e, e.Index) ? before : after));
        Compare(before.Lanes, after.Lanes, l => l.Id, l => $"泳道“{l.Name}”", l => l.Name, l => [("名称", l.Name), ("岗位", PostOf(l.Post)), ("条线", l.Line ?? "")]);
        return changes;

        void Compare<T>(IReadOnlyList<T> olds, IReadOnlyList<T> news, Func<T, string> key, Func<T, string> what, Func<T, string> text, Func<T, IEnumerable<(string, string)>> facts)
        {
            var now = news.ToDictionary(key);
            foreach (var old in olds)
            {
                if (!now.TryGetValue(key(old), out var item)) { changes.Add(new(what(old), key(old), ChangeKind.Removed, text(old), null)); continue; }
                foreach (var ((name, was), (_, @is)) in facts(old).Zip(facts(item)))
                    if (was != @is) changes.Add(new($"{what(item)}：{name}", key(item), ChangeKind.Changed, was.Length == 0 ? "无" : was, @is.Length == 0 ? "无" : @is));
            }
            var known = olds.Select(key).ToHashSet();
            foreach (var item in news.Where(n => !known.Contains(key(n)))) changes.Add(new(what(item), key(item), ChangeKind.Added, null, text(item)));
        }
    }

    /// <summary>What to colour in the picture of one side.</summary>
    public static FlowMarks Marks(IReadOnlyList<DesignChange> changes, bool after) => FlowMarks.None with
    {
        Changes = changes.Where(c => c.Element.Length > 0 && c.Kind != (after ? ChangeKind.Removed : ChangeKind.Added)).GroupBy(c => c.Element)
            .ToFrozenDictionary(g => g.Key, g => g.First().Kind switch { ChangeKind.Added => "added", ChangeKind.Removed => "removed", _ => "changed" }),
    };

    /// <summary>What an element is called on the desk.</summary>
    public static string KindOf(FlowNode node) => node.Kind switch
    {
        NodeKind.StartEvent => "开始", NodeKind.EndEvent => "结束", NodeKind.UserTask => "环节", NodeKind.ServiceTask => "系统办理", NodeKind.PassTask => "经过", NodeKind.SendTask or NodeKind.ThrowEvent => "发送",
        NodeKind.ReceiveTask or NodeKind.CatchEvent => "等待", NodeKind.Exclusive => "判断", NodeKind.Parallel => "并行", NodeKind.Inclusive => "多选分支", NodeKind.EventBased => "等待事件", NodeKind.SubProcess => "子流程",
        NodeKind.CallActivity => "调用", _ => "边界事件",
    };

    static bool Within<T>(IReadOnlyList<T> all, T item, int index) where T : class => index < all.Count && ReferenceEquals(all[index], item);

    static string PostOf(string? post) => post is null ? "" : LaneReader.Posts.GetValueOrDefault(post, post);

    static string Text(FlowText? text) => text is null ? "" : text.Literal ?? "=" + text.Computed;

    static IEnumerable<(string, string)> Facts(FlowNode node, FlowDefinition of) =>
    [
        ("名称", node.Name), ("种类", KindOf(node)), ("泳道", node.Lane >= 0 ? of.Lanes[node.Lane].Name : ""), ("岗位", PostOf(node.Task?.Post)), ("条线", Text(node.Task?.Line)),
        ("办理内容", node.Task?.Kind.ToString() ?? ""), ("结果", node.Task is { } task ? string.Join('、', task.Outcomes.Select(o => $"{o.Label}（{o.Id}）")) : ""), ("期限（工作日）", Text(node.Task?.WorkingDays)),
        ("表单", node.Task?.Form ?? ""), ("由谁领取", node.Task?.Candidates?.Text ?? ""), ("操作", node.Operation ?? ""), ("参数", string.Join('；', node.Parameters.Select(p => $"{p.Name} = {p.Value.Text}"))),
        ("办结结果", node.Result ?? ""), ("计时", node.Timer is { } timer ? $"{timer.Kind} {Text(timer.Text)}" : ""), ("消息", node.Message ?? ""), ("错误", node.ErrorCode ?? ""), ("调用的流程", node.Calls ?? ""),
        ("多份", node.Multi is { } multi ? $"{(multi.Sequential ? "依次" : "同时")} {multi.Cardinality?.Text ?? multi.Collection?.Text}" : ""), ("默认去向", node.Default >= 0 ? of.Edges[node.Default].Id : ""),
        ("打断", node.Kind == NodeKind.Boundary ? node.Interrupting ? "是" : "否" : ""),
    ];

    static IEnumerable<(string, string)> Facts(FlowEdge edge, FlowDefinition of) => [("名称", edge.Name), ("从", of.Nodes[edge.From].Id), ("到", of.Nodes[edge.To].Id), ("条件", edge.Condition?.Text ?? "")];
}
