using System.Globalization;
using System.Text.Json;
using Kapok.Foundation.Events;

namespace Kapok.Cases.Desk;

/// <summary>What was done and what happened, in the words of an office.</summary>
public static class CaseWords
{
    /// <summary>The sentence after an act; null for an unknown one.</summary>
    public static string? Done(string? verb) => verb switch
    {
        "complete" => "已办理，办件进入下一环节", "correction" => "已一次性告知，等申请人补正", "return" => "已退回", "claim" => "已领取", "release" => "已放回，同岗位的人可以领取",
        "assign" => "已交给同事", "suspend" => "已启动特别程序，计时暂停", "resume" => "特别程序已结束，继续计时", "extension" => "延期申请已提交，等审批岗决定",
        "extension-decision" => "延期申请已处理", "message" => "留言已发给申请人", "note" => "备注已保存", "ask" => "已发出征求意见", "ask-expert" => "已请专家提意见", "remind" => "已催办", "verdicts" => "结论已保存", "follow" => "已关注，办件有进展会提醒您", "unfollow" => "不再关注", "answer" => "答复已送达",
        "delivery" => "送达情况已登记", "counter" => "窗口收件完成，申请已提交", _ => null,
    };

    /// <summary>A verdict as it is spoken.</summary>
    public static string Verdict(string value) => value switch { "ok" => "相符", "wrong" => "有误", "missing" => "缺少", _ => value };

    /// <summary>An event as one line and what it says; unknown types keep their name.</summary>
    public static (string Title, string Text) Say(LoggedEvent e)
    {
        using var data = JsonDocument.Parse(e.Data);
        var root = data.RootElement;
        string Read(string name) => root.TryGetProperty(name, out var v) ? v.ValueKind == JsonValueKind.String ? v.GetString()! : v.ValueKind == JsonValueKind.Null ? "" : v.ToString() : "";
        string Day(string name) => DateOnly.TryParse(Read(name), CultureInfo.InvariantCulture, out var d) ? $"{d.Year}年{d.Month}月{d.Day}日" : "";
        string Names(string name) => root.TryGetProperty(name, out var v) && v.ValueKind == JsonValueKind.Object ? string.Join("；", v.EnumerateObject().Select(p => $"{p.Name}：{p.Value.GetString()}")) : "";
        return e.Type switch
        {
            "submitted" => ("提交申请", $"{Read("item")}，版本 {Read("version")}，材料 {Read("materials")} 份"),
            "accepted-by-silence" => ("逾期未告知，依法视为受理", ""),
            "accepted" => ("受理", Day("due") is { Length: > 0 } due ? $"应当在{due}前办结" : ""),
            "acceptance-refused" => ("不予受理", Read("reason")),
            "correction-asked" => ($"一次性告知补正（第 {Read("round")} 次）", string.Join("；", new[] { Names("fields"), Names("materials"), Read("repeatReason") is { Length: > 0 } again ? "再次告知的原因：" + again : "" }.Where(t => t.Length > 0))),
            "supplemented" => ("申请人补正", root.TryGetProperty("fields", out var f) && f.ValueKind == JsonValueKind.Array ? string.Join("；", f.EnumerateArray().Select(c => c.GetProperty("label").GetString())) : ""),
            Handling.VerdictStore.Given => ($"核对“{Read("label")}”：{Verdict(Read("verdict"))}", Read("reason")),
            Handling.VerdictStore.TakenBack => ($"收回对“{Read("label")}”的结论", ""),
            "correction-lapsed" => ("补正逾期，申请终止", ""),
            "task-opened" => ($"进入“{Read("name")}”", ""),
            "task-completed" => ($"{Read("name")}：{Read("label")}", Read("note")),
            "task-returned" => ($"从“{Read("name")}”退回", Read("reason")),
            "task-claimed" => ($"领取“{Read("name")}”", ""),
            "task-released" => ($"放回“{Read("name")}”", ""),
            "task-assigned" => ($"“{Read("name")}”交给 {Read("toName")}", Read("reason")),
            "suspended" => ($"启动特别程序：{Read("name")}", Read("ground")),
            "resumed" => ("特别程序结束", Read("finding")),
            "extension-asked" => ($"申请延期 {Read("days")} 个工作日", Read("ground")),
            "extended" => ($"批准延期 {Read("days")} 个工作日", Day("due") is { Length: > 0 } until ? $"新的到期日 {until}" : ""),
            "extension-refused" => ("不同意延期", Read("note")),
            "message-to-applicant" => ("给申请人留言", Read("text")),
            "message-from-applicant" => ("申请人留言", Read("text")),
            "note-added" => ("写了内部备注", ""),
            "other-number-added" => ("登记了其他系统的编号", $"{Read("source")}：{Read("number")}"),
            Model.Delivery.Chosen or Model.Delivery.Moved => Tracking.DeliveryWords.Noted(e),
            "licence-used" => ($"用电子证照代替材料：{Read("materialName")}", $"{Read("name")} {Read("number")}（可信等级 {Read("grade")}）"),
            "licence-ordered" => ($"签发电子证照：{Read("name")}", Read("number")),
            "licence-cancelled" => ($"注销电子证照：{Read("name")}", Read("number")),
            "licence-not-issued" => ($"没有签发电子证照：{Read("name")}", Read("reason")),
            "licence-not-on-register" => ("登记里没有原证照", Read("number")),
            "unit-asked" => ($"征求{Read("unit")}意见", Read("question")),
            "unit-reminded" => ($"催{Read("unit")}答复", ""),
            "flow-message-sent" => ($"通知办件 {Read("to")}", Read("name")),
            "flow-message-received" => ($"收到办件 {Read("from")} 的通知", Read("name")),
            "flow-message-unaddressed" => ("流程要通知的办件没有写明编号", Read("name")),
            "unit-answered" => ($"收到{Read("unit")}的答复", Read("answer")),
            "expert-asked" => ($"请{Read("name")}提意见", string.Join(" ", new[] { Read("unit"), Read("question") }.Where(t => t.Length > 0))),
            "expert-reminded" => ($"催{Read("name")}答复", ""),
            "expert-answered" => ($"收到{Read("name")}的专家意见", Read("answer")),
            "document-made" => ($"生成文书：{Read("title")}", Read("number")),
            "turned-yellow" => ("临近到期，转黄灯", ""),
            "time-ran-out" => ("超过承诺时限", ""),
            "legal-time-ran-out" => ("超过法定时限", ""),
            "escalated" => ("报审批岗督办", ""),
            "reminded" => ("到时提醒", ""),
            "timer-fired" => ("流程定时器到时", ""),
            "service-called" => ("系统自动处理", Read("operation")),
            "flow-faulted" => ("流程出错", Read("code")),
            "withdrawn" => ("申请人撤回", Read("reason")),
            "closed" => ($"办结：{DeskWords.Result(Read("result"))}", Read("reason")),
            _ => (e.Type, ""),
        };
    }
}
