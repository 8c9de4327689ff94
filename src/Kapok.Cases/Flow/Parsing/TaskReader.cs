using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Kapok.Cases.Flow.Parsing;

/// <summary>Reads what is particular to activities.</summary>
internal sealed partial class TaskReader(Findings findings)
{
    private static readonly ImmutableDictionary<string, string> Labels = new Dictionary<string, string>
    {
        ["accept"] = "受理", ["refuse"] = "不予", ["pass"] = "通过", ["return"] = "退回", ["approve"] = "准予", ["done"] = "完成",
        ["agree"] = "同意", ["disagree"] = "不同意", ["refuse-proposal"] = "建议不予",
    }.ToImmutableDictionary();

    public FlowNode Read(XElement element, FlowNode node)
    {
        if (!node.IsActivity) return node;
        node = node with { Multi = ReadMulti(element) };
        switch (node.Kind)
        {
            case NodeKind.UserTask:
                return node with { Task = ReadUserTask(element) };
            case NodeKind.ServiceTask:
                if (string.IsNullOrEmpty(element.Ours("operation")))
                    findings.Add(element, $"服务任务“{node.Title}”没有说明调用什么。", "写上 kapok:operation=\"操作名\"。");
                return node with { Operation = element.Ours("operation"), Parameters = ReadParameters(element) };
            case NodeKind.PassTask:
                if (element.Ours("passThrough") != "true")
                    findings.Add(element, $"“{node.Title}”没有说明由谁办理，流程引擎不会执行它。", "有人办理用 userTask；只是示意、一到就过，写上 kapok:passThrough=\"true\"。");
                return node;
            case NodeKind.CallActivity:
                if (string.IsNullOrWhiteSpace(element.Get("calledElement")))
                    findings.Add(element, $"调用活动“{node.Title}”没有说明调用哪个流程。", "写上 calledElement=\"流程名\"。");
                return node with { Calls = element.Get("calledElement")?.Trim() };
            case NodeKind.SendTask:
                return node with { Parameters = ReadParameters(element) };
            default:
                return node;
        }
    }

    private FlowTask ReadUserTask(XElement element)
    {
        var kind = FlowTaskKind.Work;
        if (element.Ours("kind") is { } text && (!Enum.TryParse(text, true, out kind) || !Enum.IsDefined(kind) || char.IsAsciiDigit(text[0])))
            findings.Add(element, $"任务类别“{text}”不存在。", "kapok:kind 只能是 accept、work、review、decide、deliver。");
        var days = element.Ours("workingDays");
        if (days is not null && !days.StartsWith('=') && !IsDays(days))
            findings.Add(element, $"办理期限“{days}”不是工作日数。", "kapok:workingDays 写 1 到 3650 的整数，或以 = 开头的表达式。");
        return new(kind, element.Ours("post") ?? "", findings.Text(element, "条线", element.Ours("line")), ReadOutcomes(element, kind),
            element.Ours("form"), findings.Text(element, "办理期限", days), findings.Expression(element, "候选人", element.Ours("candidates")));
    }

    private ImmutableArray<FlowOutcome> ReadOutcomes(XElement element, FlowTaskKind kind)
    {
        var labels = element.Ours("labels") is { } given ? Split(given) : null;
        if (element.Ours("outcomes") is not { } text)
        {
            if (labels is not null) findings.Add(element, "写了 kapok:labels 却没有 kapok:outcomes。", "补上 kapok:outcomes，个数与名称相同。");
            return kind switch
            {
                FlowTaskKind.Accept => [new("accept", "受理"), new("refuse", "不予受理")],
                FlowTaskKind.Review => [new("pass", "通过"), new("return", "退回")],
                FlowTaskKind.Decide => [new("approve", "准予"), new("refuse", "不予")],
                FlowTaskKind.Deliver => [new("done", "已送达")],
                _ => [new("done", "完成")],
            };
        }
        var ids = Split(text);
        if (ids.Length == 0 || ids.Distinct().Count() != ids.Length)
            findings.Add(element, $"kapok:outcomes=\"{text}\" 是空的或有重复。", "写成 kapok:outcomes=\"pass,return\"。");
        if (labels is not null && labels.Length != ids.Length)
            findings.Add(element, $"kapok:labels 有 {labels.Length} 个名称，kapok:outcomes 有 {ids.Length} 个结果。", "两者个数相同、次序相同。");
        return [.. ids.Select((id, i) => new FlowOutcome(id, LabelOf(element, id, labels?.ElementAtOrDefault(i))))];
    }

    private string LabelOf(XElement element, string id, string? label)
    {
        if (!OutcomeShape().IsMatch(id)) findings.Add(element, $"结果“{id}”不合规。", "结果用小写字母、数字和连字符，如 pass、refuse-proposal；给人看的名称写在 kapok:labels。");
        if (!string.IsNullOrEmpty(label)) return label;
        if (Labels.TryGetValue(id, out var known)) return known;
        findings.Add(element, $"结果“{id}”没有给人看的名称。", "写上 kapok:labels，如 kapok:labels=\"通过,退回\"。");
        return id;
    }

    private ImmutableArray<FlowParameter> ReadParameters(XElement element) => ReadParameters(element, findings);

    public static ImmutableArray<FlowParameter> ReadParameters(XElement element, Findings findings)
    {
        var result = ImmutableArray.CreateBuilder<FlowParameter>();
        foreach (var parameter in element.Children("extensionElements").Elements(Xml.Kapok + "parameter"))
        {
            var name = parameter.Get("name");
            if (string.IsNullOrWhiteSpace(name) || result.Any(p => p.Name == name))
                findings.Add(parameter, $"kapok:parameter 的 name“{name}”是空的或有重复。", "每个参数一个名称。");
            else if (findings.Expression(parameter, $"参数“{name}”的值", parameter.Get("value") ?? "") is { } value)
                result.Add(new(name, value));
        }
        return result.ToImmutable();
    }

    private FlowMulti? ReadMulti(XElement element)
    {
        if (element.Child("multiInstanceLoopCharacteristics") is not { } multi) return null;
        var sequential = multi.Get("isSequential")?.Trim() is "true" or "1";
        var cardinality = multi.Child("loopCardinality") is { } count ? findings.Expression(count, "实例个数", count.Value) : null;
        var collection = findings.Expression(multi, "集合", multi.Ours("collection"));
        var completion = multi.Child("completionCondition") is { } done ? findings.Expression(done, "完成条件", done.Value) : null;
        var item = multi.Ours("item") ?? "item";
        if ((multi.Child("loopCardinality") is null) == (multi.Ours("collection") is null))
            findings.Add(multi, "多实例要说明有几个实例。", "loopCardinality（个数）和 kapok:collection（集合）写一个，只写一个。");
        if (!ItemShape().IsMatch(item)) findings.Add(multi, $"kapok:item=\"{item}\" 不能作变量名。", "用字母开头的名称，如 unit。");
        return new(sequential, cardinality, collection, item, completion);
    }

    internal static bool IsDays(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is >= 1 and <= 3650;

    private static string[] Split(string text) => text.Split([',', '，'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex("^[a-z][a-z0-9-]{0,39}$", RegexOptions.CultureInvariant)]
    private static partial Regex OutcomeShape();

    [GeneratedRegex(@"^[\p{L}_][\p{L}\p{Nd}_]{0,39}$", RegexOptions.CultureInvariant)]
    private static partial Regex ItemShape();
}
