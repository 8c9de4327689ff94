using System.Globalization;
using System.Xml.Linq;

namespace Kapok.Cases.Flow.Parsing;

/// <summary>Reads what is particular to events: what they wait for, send or raise.</summary>
internal sealed class EventReader(XElement root, Findings findings)
{
    private static readonly HashSet<string> Results = ["approved", "refused", "not-accepted", "withdrawn"];

    private readonly Dictionary<string, XElement> messages = ById(root, "message");
    private readonly Dictionary<string, XElement> errors = ById(root, "error");

    public FlowNode Read(XElement element, FlowNode node)
    {
        if (node.Kind is NodeKind.SendTask or NodeKind.ReceiveTask)
            return node with { Event = EventKind.Message, Message = MessageOf(element) };
        if (node.Kind is not (NodeKind.StartEvent or NodeKind.EndEvent or NodeKind.CatchEvent or NodeKind.ThrowEvent or NodeKind.Boundary)) return node;
        var definitions = element.Elements().Where(e => e.Name.LocalName.EndsWith("EventDefinition", StringComparison.Ordinal)).ToList();
        if (definitions.Count > 1) findings.Add(element, $"事件“{node.Title}”带了 {definitions.Count} 个事件定义。", "一个事件只能有一个；要等几件事，用事件网关。");
        var definition = definitions.FirstOrDefault();
        node = node with
        {
            Event = KindOf(definition),
            Interrupting = element.Get("cancelActivity")?.Trim() is not ("false" or "0"),
            Result = element.Ours("result"),
        };
        if (node.Result is { } result && !Results.Contains(result))
            findings.Add(element, $"办理结果“{result}”不存在。", "kapok:result 只能是 approved（准予）、refused（不予）、not-accepted（不予受理）、withdrawn（撤回）。");
        if (element.Ours("workingDays") is not null && node.Event != EventKind.Timer)
            findings.Add(element, "只有定时事件可以写 kapok:workingDays。", "加上 timerEventDefinition，或删去它。");
        CheckPlace(element, node, definition);
        return node.Event switch
        {
            EventKind.Timer => node with { Timer = ReadTimer(element, definition!, node) },
            EventKind.Message => node with { Message = MessageOf(definition!), Parameters = TaskReader.ReadParameters(element, findings) },
            EventKind.Error => node with { ErrorCode = ErrorOf(definition!, node) },
            _ => node,
        };
    }

    private static EventKind KindOf(XElement? definition) => definition?.Name.LocalName switch
    {
        "timerEventDefinition" => EventKind.Timer,
        "messageEventDefinition" => EventKind.Message,
        "errorEventDefinition" => EventKind.Error,
        "terminateEventDefinition" => EventKind.Terminate,
        _ => EventKind.None,
    };

    private void CheckPlace(XElement element, FlowNode node, XElement? definition)
    {
        var fits = (node.Kind, node.Event) switch
        {
            (NodeKind.StartEvent, EventKind.None or EventKind.Timer or EventKind.Message) => true,
            (NodeKind.EndEvent, EventKind.None or EventKind.Message or EventKind.Error or EventKind.Terminate) => true,
            (NodeKind.CatchEvent, EventKind.Timer or EventKind.Message) => true,
            (NodeKind.ThrowEvent, EventKind.None or EventKind.Message) => true,
            (NodeKind.Boundary, EventKind.Timer or EventKind.Message or EventKind.Error) => true,
            _ => false,
        };
        // An unknown definition was already refused by the grammar, with better advice.
        if (!fits && (definition is null || node.Event != EventKind.None))
            findings.Add(element, $"“{element.Name.LocalName}”不能{(definition is null ? "没有事件定义" : $"带“{definition.Name.LocalName}”")}。", "可用的组合见 docs/flows.md。");
        if (node is { Kind: NodeKind.Boundary, Event: EventKind.Error, Interrupting: false })
            findings.Add(element, "错误边界事件总是中断它所附着的活动。", "删去 cancelActivity=\"false\"。");
        if (element.Ours("workingDays") is not null && definition?.Ours("workingDays") is not null)
            findings.Add(element, "kapok:workingDays 写了两处。", "只写在一处。");
    }

    private string? MessageOf(XElement element)
    {
        var id = element.Get("messageRef");
        if (id is not null && messages.TryGetValue(id, out var message))
            return message.Get("name") is { Length: > 0 } name ? name.Trim() : id;
        findings.Add(element, id is null ? "没有说明是哪个消息。" : $"消息“{id}”不存在。", "在文件开头写 <message id=\"…\" name=\"…\"/>，再用 messageRef 引用。");
        return null;
    }

    private string? ErrorOf(XElement definition, FlowNode node)
    {
        var id = definition.Get("errorRef");
        if (id is null && node.Kind == NodeKind.Boundary) return null;
        if (id is not null && errors.TryGetValue(id, out var error))
            return error.Get("errorCode") is { Length: > 0 } code ? code.Trim() : id;
        findings.Add(definition, id is null ? "错误结束事件没有说明是哪个错误。" : $"错误“{id}”不存在。", "在文件开头写 <error id=\"…\" errorCode=\"…\"/>，再用 errorRef 引用。");
        return null;
    }

    private FlowTimer? ReadTimer(XElement element, XElement definition, FlowNode node)
    {
        var ways = definition.Elements().Where(e => e.Name.LocalName.StartsWith("time", StringComparison.Ordinal)).ToList();
        var days = element.Ours("workingDays") ?? definition.Ours("workingDays");
        if (ways.Count + (days is null ? 0 : 1) != 1)
        {
            findings.Add(definition, "定时事件要说明时间，只说一次。", "写 timeDuration（P2D）、timeDate、timeCycle（R3/P1D）或 kapok:workingDays=\"5\" 之一。");
            return null;
        }
        if (days is not null)
        {
            if (!days.StartsWith('=') && !TaskReader.IsDays(days)) return Bad(element, $"“{days}”不是工作日数。", "写 1 到 3650 的整数，或以 = 开头的表达式。");
            if (node.Kind == NodeKind.StartEvent) return Bad(element, "定时开始事件不能用工作日。", "写 timeDate 或 timeCycle。");
            return findings.Text(element, "工作日数", days) is { } text ? new(FlowTimerKind.WorkingDays, text, 1) : null;
        }
        var value = ways[0].Value.Trim();
        return ways[0].Name.LocalName switch
        {
            "timeDuration" when node.Kind == NodeKind.StartEvent => Bad(ways[0], "定时开始事件没有起算点，不能用 timeDuration。", "写 timeDate 或 timeCycle。"),
            "timeDuration" => Duration(ways[0], value, 1),
            "timeDate" => Date(ways[0], value),
            _ => Cycle(ways[0], value, node),
        };
    }

    private FlowTimer? Duration(XElement at, string value, int times)
    {
        if (!value.StartsWith('=') && !FlowDuration.TryParse(value, out _)) return Bad(at, $"“{value}”不是时长。", "写成 P2D（两天）、PT4H（四小时），或以 = 开头的表达式。");
        return findings.Text(at, "时长", value) is { } text ? new(FlowTimerKind.Duration, text, times) : null;
    }

    private FlowTimer? Date(XElement at, string value)
    {
        if (!value.StartsWith('=') && !IsDate(value)) return Bad(at, $"“{value}”不是日期。", "写成 2026-11-20 或 2026-11-20T09:00:00+08:00，或以 = 开头的表达式。");
        return findings.Text(at, "日期", value) is { } text ? new(FlowTimerKind.Date, text, 1) : null;
    }

    private FlowTimer? Cycle(XElement at, string value, FlowNode node)
    {
        if (node.Kind == NodeKind.CatchEvent || node is { Kind: NodeKind.Boundary, Interrupting: true })
            return Bad(at, "只发生一次的定时事件不能重复。", "改用 timeDuration，或把边界事件设为不中断。");
        var slash = value.IndexOf('/');
        var times = slash == 1 ? FlowTimer.Endless : 0;
        if (slash > 1 && !int.TryParse(value.AsSpan(1, slash - 1), NumberStyles.None, CultureInfo.InvariantCulture, out times)) times = 0;
        if (slash < 1 || value[0] != 'R' || times < 1) return Bad(at, $"“{value}”不是重复的时间。", "写成 R3/P1D（每天一次，三次）或 R/P1D（每天一次，直到活动结束）。");
        return Duration(at, value[(slash + 1)..], times);
    }

    private FlowTimer? Bad(XElement at, string message, string hint)
    {
        findings.Add(at, message, hint);
        return null;
    }

    /// <summary>A calendar day, or a moment with its offset; a moment without one would depend on the machine.</summary>
    internal static bool IsDate(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
        || DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmzzz"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _)
            && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > 10);

    private static Dictionary<string, XElement> ById(XElement root, string tag) =>
        root.Children(tag).Where(e => e.Get("id") is not null).DistinctBy(e => e.Get("id")).ToDictionary(e => e.Get("id")!, StringComparer.Ordinal);
}
