using System.Collections.Immutable;
using Kapok.Cases.Model;
using Kapok.Foundation;

namespace Kapok.Cases.Deciding;

/// <summary>Words inside a case: with the applicant, among colleagues, with other units.</summary>
static class Talking
{
    const int Longest = 2_000, MostUnits = 20;

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
        act.Note(command.Mentions.IsEmpty ? text : $"{string.Concat(command.Mentions.Select(m => $"@{m.Name} "))}{text}");
        act.Log("note-added", new { length = text.Length, mentions = command.Mentions });
        return null;
    }

    public static No? OtherNumber(CaseAct act, AddOtherNumber command)
    {
        if (act.MayHandle() is { Allowed: false } decision) return No.Forbidden(decision);
        var (number, source) = (command.Number.Trim(), command.Source.Trim());
        if (number.Length is 0 or > 60) return No.Invalid("其他系统的编号为 1 至 60 个字符", "number");
        if (source.Length is 0 or > 60) return No.Invalid("请写明是哪个系统的编号，最多 60 个字", "source");
        act.OtherNumbers.Add(new(act.Row.Id, number, source));
        act.Log("other-number-added", new { number, source });
        return null;
    }

    public static No? Ask(CaseAct act, AskUnit command)
    {
        if (act.MayHandle() is { Allowed: false } decision) return No.Forbidden(decision);
        if (command.Organisations.IsDefaultOrEmpty) return No.Invalid("请选择要征求意见的单位", "organisation");
        if (command.Organisations.Length > MostUnits) return No.Invalid($"一次最多征求 {MostUnits} 个单位的意见", "organisation");
        if (command.Question.Trim().Length < 4) return No.Invalid("请写明要问的问题", "question");
        if (command.Due is { } due && due < act.World.Today) return No.Invalid("答复期限不能早于今天", "due");
        foreach (var organisation in command.Organisations.Distinct())
        {
            if (act.World.Directory.Organisation(organisation) is not { } unit) return No.Invalid("没有这个单位", "organisation");
            if (unit.Id == act.Actor.Organisation) return No.Invalid("不能向本单位征求意见", "organisation");
            var id = Guid.CreateVersion7();
            act.Ask(new(id, act.Row.Id, act.Actor.Person ?? Guid.Empty, act.Actor.Name, act.Actor.Organisation ?? act.Row.Organisation, unit.Id, command.Question.Trim(), command.Due, command.Confidential));
            act.Attach("question", id, command.Files);
            act.Log("unit-asked", new { id, unit = unit.Name, organisation = unit.Id, question = command.Confidential ? null : command.Question, command.Due, command.Confidential, files = Names(command.Files, command.Confidential) });
            // A day before the answer is due the unit is reminded by the clock.
            if (command.Due is { } end && act.World.Calendar.Close(end) is var close && close.AddDays(-1) > act.World.Now) act.Arm($"question:{id}:{unit.Id}", close.AddDays(-1));
        }
        return null;
    }

    public static No? Answer(CaseAct act, AnswerUnit command)
    {
        if (act.Actor.Organisation != command.Organisation) return No.Forbidden(new(false, "只有被征求意见的单位可以答复"));
        if (command.Answer.Trim().Length < 2) return No.Invalid("请写明意见", "answer");
        act.Answer(new(command.Consultation, act.Actor.Person ?? Guid.Empty, act.Actor.Name, command.Answer.Trim()));
        act.Attach("answer", command.Consultation, command.Files);
        act.Disarm($"question:{command.Consultation}:{command.Organisation}");
        act.Log("unit-answered", new { id = command.Consultation, unit = act.World.Directory.Organisation(command.Organisation)?.Name, answer = command.Confidential ? null : command.Answer, command.Confidential, files = Names(command.Files, command.Confidential) });
        return null;
    }

    /// <summary>Whoever handles the case reminds; so does the clock.</summary>
    public static No? Remind(CaseAct act, RemindUnit command)
    {
        if (act.Actor.Kind != ActorKind.System && act.MayHandle() is { Allowed: false } decision) return No.Forbidden(decision);
        Reminded(act, command.Consultation, command.Organisation);
        return null;
    }

    /// <summary>The timer of a question: <c>question:id:unit</c>.</summary>
    public static void RemindByClock(CaseAct act, string key)
    {
        if (key.Split(':') is [_, var id, var unit] && Guid.TryParse(id, out var question) && Guid.TryParse(unit, out var organisation)) Reminded(act, question, organisation);
    }

    static void Reminded(CaseAct act, Guid question, Guid organisation)
    {
        act.Remind(question);
        act.Log("unit-reminded", new { id = question, organisation, unit = act.World.Directory.Organisation(organisation)?.Name });
    }

    /// <summary>Files as an event names them; of confidential ones only the digest.</summary>
    public static object[] Names(ImmutableArray<AttachedFile> files, bool confidential) => [.. files.Select(f => confidential ? (object)new { f.Digest } : new { f.Name, f.Digest })];
}
