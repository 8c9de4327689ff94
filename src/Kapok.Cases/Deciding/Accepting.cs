using Kapok.Cases.Clock;
using Kapok.Cases.Flow;
using Kapok.Cases.Model;
using Kapok.Foundation;

namespace Kapok.Cases.Deciding;

/// <summary>受理 and 不予受理 (行政许可法 第三十二条).</summary>
static class Accepting
{
    public static No? Accept(CaseAct act, Accept command)
    {
        if (Door(act, out var task) is { } no) return no;
        return Take(act, task, act.World.Now, "");
    }

    /// <summary>Silence of the office beyond the time for a notice counts as acceptance on the day of receipt.</summary>
    public static No? BySilence(CaseAct act)
    {
        if (act.Tasks.FirstOrDefault(t => t.Kind == "accept") is not { } task) return null;
        act.Log("accepted-by-silence", new { since = act.Row.SubmittedAt }, "《行政许可法》第三十二条：逾期不告知的，自收到申请材料之日起即为受理");
        return Take(act, task, act.Row.SubmittedAt, "逾期未告知，自收到申请之日起即为受理");
    }

    static No? Take(CaseAct act, CaseTask task, DateTimeOffset at, string remark)
    {
        act.Row = act.Row with { State = CaseState.Accepted, AcceptedAt = at };
        CaseClock.Add(act, new ClockEntry.Accepted(at));
        act.Log("accepted", new { at, due = act.Row.DueOn, act.Row.Provisional, remark });
        act.Document("accept");
        if (Working.Advance(act, task, "accept", "") is { } no) return no;
        if (act.Row.Open)
            act.Tell("accepted", "您的申请已受理", act.Row.DueOn is { } due
                ? $"办件 {act.Row.Number} 已经受理，应当在{due.Year}年{due.Month}月{due.Day}日前办结。" : $"办件 {act.Row.Number} 已经受理。");
        return null;
    }

    public static No? Refuse(CaseAct act, RefuseAcceptance command)
    {
        if (Door(act, out var task) is { } no) return no;
        if (command.Reason.Trim().Length < 4) return No.Invalid("请写明不予受理的理由", "reason");
        return Reject(act, task, command.Reason.Trim());
    }

    static No? Reject(CaseAct act, CaseTask task, string reason)
    {
        act.Fact("reason", reason);
        act.Log("acceptance-refused", new { reason }, reason);
        var outcome = task.Outcomes.FirstOrDefault(o => o.Id is "refuse" or "not-accept" or "reject");
        if (outcome is null)
        {
            act.Move(new Trigger.Cancel(reason), reason);
            return null;
        }
        return Working.Advance(act, task, outcome.Id, reason);
    }

    /// <summary>The open acceptance task, if this actor may work it now.</summary>
    public static No? Door(CaseAct act, out CaseTask task)
    {
        task = act.Tasks.FirstOrDefault(t => t.Kind == "accept")!;
        if (task is null) return No.Conflict("这个办件已经过了收件受理环节");
        if (act.MayWork(task) is { Allowed: false } decision) return No.Forbidden(decision);
        return act.Row.State == CaseState.Correcting ? No.Conflict("正在等申请人补正，补正提交后才能处理") : null;
    }
}
