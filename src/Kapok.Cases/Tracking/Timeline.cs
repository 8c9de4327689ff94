using System.Text.Json;
using Kapok.Cases.Handling;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;

namespace Kapok.Cases.Tracking;

/// <summary>What happened, in plain words for the applicant. Inner matters (notes, claims, questions to units) stay inside.</summary>
public sealed record TimelineEntry(DateTimeOffset At, string Title, string Text);

public static class Timeline
{
    public static IReadOnlyList<TimelineEntry> Of(CaseView view)
    {
        var entries = new List<TimelineEntry>();
        foreach (var e in view.Events)
            if (Say(view, e) is { } said) entries.Add(new(e.At, said.Title, said.Text));
        return entries;
    }

    static (string Title, string Text)? Say(CaseView view, LoggedEvent e)
    {
        using var data = JsonDocument.Parse(e.Data);
        var root = data.RootElement;
        string Read(string name) => root.TryGetProperty(name, out var v) ? v.ValueKind == JsonValueKind.String ? v.GetString()! : v.ToString() : "";
        string Day(string name) => DateOnly.TryParse(Read(name), out var d) ? $"{d.Year}年{d.Month}月{d.Day}日" : "";
        return e.Type switch
        {
            "submitted" => ("您提交了申请", $"办件编号 {view.Row.Number}"),
            "accepted-by-silence" => ("申请自动受理", "办理机关没有在规定时间内告知，依法视为收到之日受理"),
            "accepted" => ("申请已受理", Day("due") is { Length: > 0 } due ? $"应当在{due}前办结" : ""),
            "acceptance-refused" => ("申请没有受理", $"理由：{Read("reason")}"),
            "correction-asked" => ("请您补正", $"{Count(root, "fields") + Count(root, "materials")} 处需要修改，请在{Day("until")}前提交"),
            "supplemented" => ("您提交了补正", ""),
            "correction-lapsed" => ("补正逾期，申请终止", "您可以随时重新申请"),
            "task-completed" when root.TryGetProperty("post", out var post) && post.GetString() != "acceptor" => ($"{Read("name")}完成", view.Body.Name),
            "task-returned" => ("正在重新核对", ""),
            "suspended" => ($"进行{Read("name")}", "这段时间不计入办理时限"),
            "resumed" => ("特别程序结束", Day("due") is { Length: > 0 } due ? $"应当在{due}前办结" : ""),
            "extended" => ($"办理时限延长 {Read("days")} 个工作日", $"原因：{Read("ground")}"),
            Model.Delivery.Moved => (DeliveryWords.Stage(view.Delivery.Choice.Method, Json.Read<Model.Delivery.Move>(e.Data)!.Stage), string.Join(" ", new[] { Read("carrier"), Read("number"), Read("note") }.Where(t => t.Length > 0))),
            "message-to-applicant" => ($"{view.Body.Name}给您留言", Read("text")),
            "message-from-applicant" => ("您留言", Read("text")),
            "time-ran-out" => ("超过了承诺的时间", "系统已经提醒办理机关"),
            "withdrawn" => ("您撤回了申请", Read("reason")),
            "closed" => (Read("result") switch { "approved" => "办好了", "refused" => "没有通过", "not-accepted" => "没有受理", _ => "办件终止" }, Read("reason")),
            _ => null,
        };
    }

    static int Count(JsonElement root, string name) => root.TryGetProperty(name, out var v) && v.ValueKind == JsonValueKind.Object ? v.EnumerateObject().Count() : 0;
}
