using System.Text.Json;
using Kapok.Foundation.Events;

namespace Kapok.Cases.News;

/// <summary>An event as news for an official: one sentence. Confidential words never appear in it.</summary>
static class NoticeWords
{
    public static string Title(LoggedEvent e)
    {
        using var data = JsonDocument.Parse(e.Data);
        string Read(string name) => data.RootElement.TryGetProperty(name, out var v) && v.ValueKind == JsonValueKind.String ? v.GetString()! : "";
        return e.Type switch
        {
            "note-added" => $"{e.ActorName}在备注里提到您",
            "task-assigned" => $"{e.ActorName}把“{Read("name")}”交给您",
            "message-from-applicant" => "申请人留言",
            "unit-asked" => "其他单位征求我们的意见",
            "unit-reminded" => "请尽快答复征求的意见",
            "expert-asked" => $"{e.ActorName}请您提意见",
            "expert-reminded" => "请尽快答复请您提的意见",
            "expert-answered" => $"{Read("name")}已提出意见",
            "unit-answered" => $"{Read("unit")}已答复",
            "supplemented" => "申请人已补正",
            "turned-yellow" => "办件临近到期",
            "time-ran-out" => "办件超过承诺时限",
            "legal-time-ran-out" => "办件超过法定时限",
            "escalated" => "办件超时，请督办",
            "extension-asked" => $"{e.ActorName}申请延期，等您决定",
            "suspended" => $"启动特别程序：{Read("name")}",
            "resumed" => "特别程序已结束",
            "extended" => "办理时限已延长",
            "accepted" => "已受理",
            "task-returned" => "办件被退回前面的环节",
            "withdrawn" => "申请人撤回申请",
            "correction-lapsed" => "补正逾期，申请终止",
            "closed" => $"已办结：{Desk.DeskWords.Result(Read("result"))}",
            _ => e.Type,
        };
    }
}
