using Kapok.Cases.Clock;
using Kapok.Cases.Model;
using Kapok.Foundation;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Deciding;

/// <summary>特别程序 stops the clock, 延期 lengthens it; both with ground, both told to the applicant.</summary>
static class Pausing
{
    public static No? Suspend(CaseAct act, Suspend command)
    {
        if (act.MayHandle() is { Allowed: false } decision) return No.Forbidden(decision);
        if (act.Row.State != CaseState.Accepted) return No.Conflict("受理之后、没有暂停的办件才能启动特别程序");
        var procedure = act.Definition.Item.Content.SpecialProcedures.FirstOrDefault(p => p.Code == command.Procedure);
        if (procedure is null) return No.Invalid("这个事项没有这种特别程序", "procedure");
        if (command.Ground.Trim().Length < 4) return No.Invalid("请写明启动特别程序的依据和原因", "ground");
        if (command.Evidence.IsDefaultOrEmpty) return No.Invalid("请附上证据：听证申请、专家评审通知、公示截图等", "evidence");
        act.Row = act.Row with { State = CaseState.Suspended };
        act.Attach("evidence", null, command.Evidence);
        CaseClock.Add(act, new ClockEntry.Suspended(act.World.Now, procedure.Name, procedure.MaxDays));
        act.Fact("procedure", procedure.Name);
        act.Fact("ground", $"{command.Ground.Trim()}（{procedure.Basis}）");
        act.Fact("days", procedure.MaxDays is { } days ? Value.Of(days) : Value.Null);
        act.Log("suspended", new { procedure = procedure.Code, procedure.Name, command.Ground, procedure.Basis, procedure.MaxDays, evidence = command.Evidence.Select(f => new { f.Name, f.Digest }) }, procedure.Basis);
        act.Document("specialProcedure");
        act.Tell("suspended", $"办件进入{procedure.Name}", $"依据{procedure.Basis}需要进行{procedure.Name}，这段时间不计入办理时限：{command.Ground.Trim()}");
        return null;
    }

    public static No? Resume(CaseAct act, Resume command)
    {
        if (act.MayHandle() is { Allowed: false } decision) return No.Forbidden(decision);
        if (act.Row.State != CaseState.Suspended) return No.Conflict("办件没有暂停");
        act.Row = act.Row with { State = CaseState.Accepted };
        CaseClock.Add(act, new ClockEntry.Resumed(act.World.Now));
        act.Log("resumed", new { command.Finding, due = act.Row.DueOn });
        act.Tell("resumed", "特别程序已结束", act.Row.DueOn is { } due ? $"办理时限继续计算，应当在{due.Year}年{due.Month}月{due.Day}日前办结。" : "办理时限继续计算。");
        return null;
    }

    public static No? AskExtension(CaseAct act, AskExtension command)
    {
        if (act.MayHandle() is { Allowed: false } decision) return No.Forbidden(decision);
        if (act.Row.State is not (CaseState.Accepted or CaseState.Suspended)) return No.Conflict("受理之后才能延期");
        var most = CaseClock.LongestExtension(act.Definition.Item.Content);
        if (command.Days < 1 || command.Days > most) return No.Invalid($"可以延长 1 至 {most} 个工作日", "days");
        if (command.Ground.Trim().Length < 4) return No.Invalid("请写明延期的理由", "ground");
        if (CaseClock.Extended(act.Row)) return No.Conflict("已经延期过一次，不能再延");
        CaseClock.Remember(act, new(command.Days, command.Ground.Trim(), act.Actor.Person ?? Guid.Empty));
        act.Log("extension-asked", new { command.Days, command.Ground }, command.Ground);
        return null;
    }

    public static No? DecideExtension(CaseAct act, DecideExtension command)
    {
        if (CaseClock.Request(act.Row) is not { } request) return No.Conflict("没有待批的延期申请");
        if (Access.Decide(act.Actor, "cases.decide", act.Before.Target) is { Allowed: false } decision) return No.Forbidden(decision);
        if (request.By == act.Actor.Person) return No.Forbidden(new(false, "自己提出的延期不能自己批准"));
        CaseClock.Remember(act, null);
        if (!command.Granted)
        {
            act.Log("extension-refused", new { request.Days, command.Note });
            return null;
        }
        CaseClock.Add(act, new ClockEntry.Extended(act.World.Now, Period.WorkingDays(request.Days), request.Ground));
        act.Fact("days", request.Days);
        act.Fact("ground", request.Ground);
        act.Log("extended", new { request.Days, request.Ground, due = act.Row.DueOn }, request.Ground);
        act.Document("extension");
        act.Tell("extended", "办理时限延长了", $"经批准延长 {request.Days} 个工作日，原因：{request.Ground}。" + (act.Row.DueOn is { } due ? $"应当在{due.Year}年{due.Month}月{due.Day}日前办结。" : ""));
        return null;
    }
}
