using System.Text.Json;
using Kapok.Cases.Flow;
using Kapok.Cases.Model;
using Kapok.Foundation;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Deciding;

/// <summary>Finishing, returning, claiming and handing over work.</summary>
static class Working
{
    public static No? Complete(CaseAct act, CompleteTask command)
    {
        if (Door(act, command.Task, out var task) is { } no) return no;
        if (task.Outcomes.All(o => o.Id != command.Outcome))
            return No.Invalid($"“{task.Name}”可以选：{string.Join("、", task.Outcomes.Select(o => o.Label))}", "outcome");
        if (act.Row.State == CaseState.Suspended && task.Kind is "decide") return No.Conflict("特别程序还没有结束，不能作出决定");
        if (task.Kind == "accept")
            return command.Outcome is "accept" ? Accepting.Accept(act, new Accept(act.Row.Id, act.Actor)) : Accepting.Refuse(act, new RefuseAcceptance(act.Row.Id, act.Actor, command.Note));
        if (command.WithoutLicence is { } reason)
        {
            if (reason.Trim().Length is > 0 and < 4) return No.Invalid("请写明不签发电子证照的理由", "withoutLicence");
            act.WithoutLicence = reason.Trim() is { Length: > 0 } why ? why : null;
        }
        if (command.Outcome is "refuse" or "return" or "refuse-proposal" && command.Note.Trim().Length < 2) return No.Invalid("请写明理由", "note");
        if (command.Variables is { ValueKind: JsonValueKind.Object } variables)
            foreach (var variable in variables.EnumerateObject())
            {
                if (Taken(variable.Name)) return No.Invalid("变量名已被系统使用", variable.Name);
                act.Fact(variable.Name, Value.FromJson(variable.Value));
            }
        return Advance(act, task, command.Outcome, command.Note);
    }

    /// <summary>Logs the finished work and moves the flow on.</summary>
    public static No? Advance(CaseAct act, CaseTask task, string outcome, string note)
    {
        var label = task.Outcomes.FirstOrDefault(o => o.Id == outcome)?.Label ?? outcome;
        act.Close(task.Key);
        act.Fact("opinion", note.Length > 0 ? note : Value.Null);
        if (note.Length > 0 && outcome == "refuse") act.Fact("reason", note);
        act.Log("task-completed", new { task.Key, task.Node, task.Name, task.Post, outcome, label, note, openedAt = task.OpenedAt }, note);
        return act.Move(new Trigger.TaskCompleted(task.Key, outcome), note) is { } message ? No.Conflict(message) : null;
    }

    public static No? Return(CaseAct act, ReturnTask command)
    {
        if (Door(act, command.Task, out var task) is { } no) return no;
        if (command.Reason.Trim().Length < 2) return No.Invalid("请写明退回的原因", "reason");
        act.Log("task-returned", new { task.Key, task.Name, to = command.ToNode, command.Reason }, command.Reason);
        return act.Move(new Trigger.Rewind(task.Key, command.ToNode), command.Reason) is { } message ? No.Conflict(message) : null;
    }

    public static No? Claim(CaseAct act, Claim command)
    {
        if (Door(act, command.Task, out var task) is { } no) return no;
        if (task.Assignee == act.Actor.Person) return null;
        act.Write(task with { Assignee = act.Actor.Person, AssigneeName = act.Actor.Name, AssignedAt = act.World.Now });
        act.Log("task-claimed", new { task.Key, task.Name });
        return null;
    }

    public static No? Release(CaseAct act, Release command)
    {
        if (Door(act, command.Task, out var task) is { } no) return no;
        act.Write(task with { Assignee = null, AssigneeName = null, AssignedAt = null });
        act.Log("task-released", new { task.Key, task.Name });
        return null;
    }

    /// <summary>Whoever may assign in the organisation, or who holds the task himself, gives it to a colleague of the same post.</summary>
    public static No? Assign(CaseAct act, Assign command)
    {
        if (act.Tasks.FirstOrDefault(t => t.Key == command.Task) is not { } task) return Gone();
        var organisation = act.World.Directory.Organisation(task.Organisation);
        var may = Access.Decide(act.Actor, "cases.assign", new Target(organisation?.DivisionPath, task.Organisation, organisation?.Line));
        if (!may && task.Assignee != act.Actor.Person) return No.Forbidden(may);
        act.Write(task with { Assignee = command.To, AssigneeName = command.ToName, AssignedAt = act.World.Now });
        act.Log("task-assigned", new { task.Key, task.Name, to = command.To, command.ToName, from = task.AssigneeName, command.Reason });
        return null;
    }

    /// <summary>A message that no place waits for yet changes nothing and stays on its way.</summary>
    public static No? Receive(CaseAct act, ReceiveMessage command)
    {
        if (act.Actor.Kind != ActorKind.System) return No.Forbidden(new(false, "系统任务"));
        if (command.Content is { ValueKind: JsonValueKind.Object } content)
            foreach (var variable in content.EnumerateObject().Where(v => !Taken(v.Name))) act.Fact(variable.Name, Value.FromJson(variable.Value));
        act.Log("flow-message-received", new { command.Name, command.From });
        act.Took(command.Message);
        return act.Move(new Trigger.MessageReceived(command.Name)) is { } message ? No.Conflict(message) : null;
    }

    static bool Taken(string name) => name is "outcome" or "outcomes" or "error" or "answers" or "case";

    static No? Door(CaseAct act, string key, out CaseTask task)
    {
        task = act.Tasks.FirstOrDefault(t => t.Key == key)!;
        if (task is null) return Gone();
        return act.MayWork(task) is { Allowed: false } decision ? No.Forbidden(decision) : null;
    }

    static No Gone() => No.Conflict("这项工作已经有人办完了，请看最新情况");
}
