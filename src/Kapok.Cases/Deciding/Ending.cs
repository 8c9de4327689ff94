using Kapok.Cases.Clock;
using Kapok.Cases.Flow;
using Kapok.Cases.Model;
using Kapok.Foundation;

namespace Kapok.Cases.Deciding;

/// <summary>How a case ends, and what happens when a timer runs out.</summary>
static class Ending
{
    /// <summary>Closes the case with a result: document, news, clock.</summary>
    public static void Close(CaseAct act, string result, string? reason)
    {
        if (!act.Row.Open) return;
        act.Row = act.Row with { State = CaseState.Closed, Result = result, ClosedAt = act.World.Now, Flow = null };
        foreach (var task in act.Tasks) act.Close(task.Key);
        CaseClock.Add(act, new ClockEntry.Stopped(act.World.Now));
        var licences = result == "approved" ? Licensing.Issue(act) : [];
        act.Document(result switch { "approved" => "approve", "refused" => "refuse", "not-accepted" => "notAccepted", _ => "withdrawn" });
        act.Log("closed", new { result, reason }, reason ?? "");
        var (title, body) = result switch
        {
            "approved" => ("您的申请已经办好", $"办件 {act.Row.Number}（{act.Row.ItemName}）已经批准，可以在办件页查看决定文书。{(licences.Count == 0 ? "" : $"电子证照“{string.Join("”“", licences)}”在“我的证照”里。")}"),
            "refused" => ("您的申请没有通过", $"办件 {act.Row.Number}（{act.Row.ItemName}）没有通过。{reason} 您可以查看决定文书，了解理由和救济途径。"),
            "not-accepted" => ("您的申请没有受理", $"办件 {act.Row.Number}（{act.Row.ItemName}）没有受理。理由：{reason}"),
            _ => ("办件已经终止", $"办件 {act.Row.Number}（{act.Row.ItemName}）已经终止。{reason}"),
        };
        act.Tell(result, title, body);
    }

    public static No? Withdraw(CaseAct act, Withdraw command)
    {
        if (!act.IsApplicant) return No.Forbidden(new(false, "只有申请人可以撤回"));
        act.Log("withdrawn", new { command.Reason });
        return act.Move(new Trigger.Cancel(command.Reason), command.Reason) is { } message ? No.Conflict(message) : null;
    }

    /// <summary>A timer has come due. A timer that no longer fits the case is simply forgotten.</summary>
    public static No? TimerDue(CaseAct act, TimerDue command)
    {
        if (act.Actor.Kind != ActorKind.System) return No.Forbidden(new(false, "系统任务"));
        act.Disarm(command.Key);
        if (!act.Row.Open) return null;
        if (command.Key.StartsWith("flow:", StringComparison.Ordinal))
        {
            act.Log("timer-fired", new { command.Key });
            act.Move(new Trigger.TimerFired(command.Key[5..]));
            return null;
        }
        if (command.Key.StartsWith("question:", StringComparison.Ordinal))
        {
            Talking.RemindByClock(act, command.Key);
            return null;
        }
        if (command.Key.StartsWith("expert:", StringComparison.Ordinal))
        {
            Advising.RemindByClock(act, command.Key);
            return null;
        }
        return command.Key == CaseClock.Timer ? ClockDue(act, command.At ?? act.World.Now) : null;
    }

    /// <summary>
    /// Everything of the clock that has come due since the timer stood, in order: the program may have been away. What one
    /// moment changes (silence accepts) may bring others.
    /// </summary>
    static No? ClockDue(CaseAct act, DateTimeOffset at)
    {
        var since = at.AddTicks(-1);
        while (act.Row.Open)
        {
            var coming = CaseClock.After(act, since);
            CaseClock.Arm(act, coming);
            if (coming.Count == 0 || coming[0].At > act.World.Now) return null;
            var clock = act.Row.Clock;
            foreach (var moment in coming.TakeWhile(m => m.At == coming[0].At))
            {
                if (Come(act, moment.Kind) is { } no) return no;
                if (act.Row.Clock != clock) break;
            }
            since = coming[0].At;
        }
        return null;
    }

    static No? Come(CaseAct act, MomentKind kind)
    {
        switch (kind)
        {
            case MomentKind.NoticeDue when act.Row.State == CaseState.Submitted: return Accepting.BySilence(act);
            case MomentKind.CorrectionLapses when act.Row.State == CaseState.Correcting: Correcting.Lapse(act); return null;
            case MomentKind.Yellow when act.Row.State == CaseState.Accepted: act.Log("turned-yellow", new { due = act.Row.DueOn }); return null;
            case MomentKind.PromisedDue when act.Row.State == CaseState.Accepted:
                act.Log("time-ran-out", new { due = act.Row.DueOn, limit = "promised" });
                act.Note("办件已经超过承诺时限。");
                return null;
            case MomentKind.LegalDue when act.Row.State == CaseState.Accepted: return RunOut(act);
            case MomentKind.SuspensionDue when act.Row.State == CaseState.Suspended: act.Note("特别程序已经到了规定的时间，请恢复办理或说明情况。"); return null;
            default: return null;
        }
    }

    /// <summary>The legal time is up: what the item says silence means.</summary>
    static No? RunOut(CaseAct act)
    {
        var item = act.Definition.Item.Content;
        act.Log("legal-time-ran-out", new { due = act.Row.DueOn, consequence = item.Expiry }, item.ExpiryBasis ?? "");
        switch (item.Expiry)
        {
            case "grant": Silence(act, "approved", $"逾期未作决定，依法视为准予（{item.ExpiryBasis}）"); break;
            case "refuse": Silence(act, "refused", $"逾期未作决定，依法视为不予（{item.ExpiryBasis}）"); break;
            case "escalate": act.Log("escalated", new { to = "cases.decide" }); act.Note("办件已经超过法定时限，请审批岗督办。"); break;
            default: act.Note("办件已经超过法定时限。"); break;
        }
        return null;
    }

    static void Silence(CaseAct act, string result, string reason)
    {
        act.Fact("opinion", reason);
        act.Fact("reason", reason);
        Close(act, result, reason);
    }
}
