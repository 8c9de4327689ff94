using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Kapok.Cases.Model;
using Kapok.Foundation;

namespace Kapok.Cases.Deciding;

/// <summary>Opinions of single persons: an official of any unit, or an expert from outside (专家评审 行政许可法 第四十五条).</summary>
static partial class Advising
{
    const int LongestName = 50, LongestUnit = 100, LongestText = 2_000;

    /// <summary>Mobile numbers of the mainland, eleven digits (YD/T 1200 numbering).</summary>
    [GeneratedRegex("^1[3-9][0-9]{9}$")]
    private static partial Regex Mobile();

    public static No? Ask(CaseAct act, AskExpert command)
    {
        if (act.MayHandle() is { Allowed: false } decision) return No.Forbidden(decision);
        var expert = command.Expert;
        if (expert.Name.Length is < 2 or > LongestName) return No.Invalid("请填写专家的姓名", "name");
        if (expert.Person is null)
        {
            if (expert.Unit.Length is < 2 or > LongestUnit) return No.Invalid("请填写专家所在的单位", "unit");
            if (!Mobile().IsMatch(expert.Phone)) return No.Invalid("请填写专家的手机号，11 位数字", "phone");
        }
        else if (expert.Person == act.Actor.Person) return No.Invalid("不能请自己提意见", "name");
        var question = command.Question.Trim();
        if (question.Length is < 4 or > LongestText) return No.Invalid(question.Length < 4 ? "请写明要问的问题" : $"最多 {LongestText} 个字", "question");
        if (command.Due is { } due && due < act.World.Today) return No.Invalid("答复期限不能早于今天", "due");
        var id = Guid.CreateVersion7();
        act.Ask(new(id, act.Row.Id, act.Actor.Person ?? Guid.Empty, act.Actor.Name, act.Actor.Organisation ?? act.Row.Organisation, expert.Organisation, question, command.Due, command.Confidential) { Expert = expert });
        act.Attach("question", id, command.Files);
        act.Log("expert-asked", new { id, expert.Person, expert.Name, expert.Unit, question = command.Confidential ? null : question, command.Due, command.Confidential, files = Talking.Names(command.Files, command.Confidential) });
        if (command.Due is { } end && act.World.Calendar.Close(end) is var close && close.AddDays(-1) > act.World.Now) act.Arm(Timer(id, expert.Name), close.AddDays(-1));
        return null;
    }

    /// <summary>Who answers has been checked against the invitation by the caller.</summary>
    public static No? Answer(CaseAct act, AnswerExpert command)
    {
        var answer = command.Answer.Trim();
        if (answer.Length is < 2 or > LongestText) return No.Invalid(answer.Length < 2 ? "请写明意见" : $"最多 {LongestText} 个字", "answer");
        act.Answer(new(command.Consultation, act.Actor.Person ?? Guid.Empty, act.Actor.Name, answer));
        act.Attach("answer", command.Consultation, command.Files);
        act.Disarm(Timer(command.Consultation, act.Actor.Name));
        act.Log("expert-answered", new { id = command.Consultation, act.Actor.Name, command.Unit, answer = command.Confidential ? null : answer, command.Confidential, files = Talking.Names(command.Files, command.Confidential) });
        return null;
    }

    public static No? Remind(CaseAct act, RemindExpert command)
    {
        if (act.MayHandle() is { Allowed: false } decision) return No.Forbidden(decision);
        Reminded(act, command.Consultation, command.Person, command.Name);
        return null;
    }

    /// <summary>The timer of a question: <c>expert:id:name</c>.</summary>
    public static void RemindByClock(CaseAct act, string key)
    {
        if (key.Split(':', 3) is [_, var id, var name] && Guid.TryParse(id, out var question)) Reminded(act, question, null, name);
    }

    static string Timer(Guid question, string name) => $"expert:{question}:{name}";

    static void Reminded(CaseAct act, Guid question, Guid? person, string name)
    {
        act.Remind(question);
        act.Log("expert-reminded", new { id = question, person, name });
    }
}
