using Kapok.Cases.Model;
using Kapok.Foundation;

namespace Kapok.Cases.Deciding;

/// <summary>Words inside a case: with the applicant, among colleagues, with other units.</summary>
static class Talking
{
    const int Longest = 2_000;

    public static No? Send(CaseAct act, SendMessage command)
    {
        var text = command.Text.Trim();
        if (text.Length is 0 or > Longest) return No.Invalid(text.Length == 0 ? "请写下要说的话" : $"最多 {Longest} 个字", "text");
        if (act.IsApplicant)
        {
            act.FromApplicant(text);
            act.Log("message-from-applicant", new { text });
            return null;
        }
        if (act.MayHandle() is { Allowed: false } decision) return No.Forbidden(decision);
        act.Tell("message", $"{act.Body.Name}给您留言", text);
        act.Log("message-to-applicant", new { text });
        return null;
    }

    public static No? Note(CaseAct act, AddNote command)
    {
        if (act.MayHandle() is { Allowed: false } decision) return No.Forbidden(decision);
        var text = command.Text.Trim();
        if (text.Length is 0 or > Longest) return No.Invalid($"内部备注为 1 至 {Longest} 个字", "text");
        act.Note(text);
        act.Log("note-added", new { length = text.Length });
        return null;
    }

    public static No? Ask(CaseAct act, AskUnit command)
    {
        if (act.MayHandle() is { Allowed: false } decision) return No.Forbidden(decision);
        if (act.World.Directory.Organisation(command.Organisation) is not { } unit) return No.Invalid("没有这个单位", "organisation");
        if (unit.Id == act.Actor.Organisation) return No.Invalid("不能向本单位征求意见", "organisation");
        if (command.Question.Trim().Length < 4) return No.Invalid("请写明要问的问题", "question");
        if (command.Due is { } due && due < act.World.Today) return No.Invalid("答复期限不能早于今天", "due");
        var id = Guid.CreateVersion7();
        act.Ask(new(id, act.Row.Id, act.Actor.Person ?? Guid.Empty, act.Actor.Name, act.Actor.Organisation ?? act.Row.Organisation, unit.Id, command.Question.Trim(), command.Due));
        act.Log("unit-asked", new { id, unit = unit.Name, command.Question, command.Due });
        return null;
    }

    public static No? Answer(CaseAct act, AnswerUnit command)
    {
        if (act.Actor.Organisation != command.Organisation) return No.Forbidden(new(false, "只有被征求意见的单位可以答复"));
        if (command.Answer.Trim().Length < 2) return No.Invalid("请写明意见", "answer");
        act.Answer(new(command.Consultation, act.Actor.Person ?? Guid.Empty, act.Actor.Name, command.Answer.Trim()));
        act.Log("unit-answered", new { id = command.Consultation, unit = act.World.Directory.Organisation(command.Organisation)?.Name, command.Answer });
        return null;
    }
}
