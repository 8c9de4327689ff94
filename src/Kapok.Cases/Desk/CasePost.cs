using System.Collections.Immutable;
using System.Globalization;
using Kapok.Cases.Model;
using Kapok.Foundation;
using Kapok.Foundation.Pages;
using Kapok.Identity;
using Microsoft.AspNetCore.Http;

namespace Kapok.Cases.Desk;

/// <summary>What a form of the case page asks for, as a command. The rules are those of the commands; nothing is decided here.</summary>
static class CasePost
{
    public static async Task<Outcome<CaseCommand>> Command(Dossier dossier, string verb, Actor actor, IFormCollection form, People people)
    {
        var id = dossier.Row.Id;
        string Text(string name) => form[name].ToString().Trim();
        static Outcome<CaseCommand> No(string message, string where) => Outcome<CaseCommand>.No(Refusal.Invalid, message, where);
        CaseCommand? command = verb switch
        {
            "complete" => new CompleteTask(id, actor, Text("task"), Text("outcome"), Text("note")),
            "return" => new ReturnTask(id, actor, Text("task"), Text("to"), Text("returnReason")),
            "claim" => new Claim(id, actor, Text("task")),
            "release" => new Release(id, actor, Text("task")),
            "suspend" => new Suspend(id, actor, Text("procedure"), Text("ground")),
            "resume" => new Resume(id, actor, Text("finding")),
            "extension" => new AskExtension(id, actor, int.TryParse(Text("days"), NumberStyles.None, CultureInfo.InvariantCulture, out var days) ? days : 0, Text("extensionGround")),
            "extension-decision" => new DecideExtension(id, actor, Text("granted") == "true", Text("decisionNote")),
            "message" => new SendMessage(id, actor, Text("messageText")),
            "note" => new AddNote(id, actor, Text("noteText")),
            _ => null,
        };
        if (command is not null) return command;
        switch (verb)
        {
            case "correction": return Correction(id, actor, form);
            case "ask":
                if (!Guid.TryParse(Text("organisation"), out var unit)) return No("请选择要征求意见的单位", "organisation");
                var due = DateInput.Read(form, "due");
                if (due is null) return new AskUnit(id, actor, unit, Text("question"), null);
                return DateInput.TryRead(due, out var day) ? new AskUnit(id, actor, unit, Text("question"), day) : No("没有这一天，请改为真实的日期", "due");
            case "assign":
                // Only a colleague of the same post can do the work, so only he can be given it.
                if (dossier.View.Case.Task(Text("task")) is not { } task) return Outcome<CaseCommand>.No(Refusal.Conflict, "这项工作已经有人办完了，请看最新情况");
                if (!Guid.TryParse(Text("person"), out var to) || (await people.OfficialsAt(task.Organisation, task.Post)).FirstOrDefault(p => p.Person == to) is not { } colleague) return No("请选择同岗位的同事", "person");
                return new Assign(id, actor, task.Key, colleague.Person, colleague.Name, Text("assignReason"));
            default: return Outcome<CaseCommand>.No(Refusal.NotFound, "没有这个操作");
        }
    }

    /// <summary>With script a form sends itself and only the middle of the page changes; without, the page is shown anew.</summary>
    public static IReadOnlyDictionary<string, object> InPlace(string action) => new Dictionary<string, object>
    {
        ["hx-post"] = action, ["hx-target"] = "#main", ["hx-select"] = "#main", ["hx-swap"] = "outerHTML",
    };

    /// <summary>The verdicts of a page as one notice: what is wrong, each with its reason. A reason alone counts as wrong; ok with a reason does not.</summary>
    static Outcome<CaseCommand> Correction(Guid id, Actor actor, IFormCollection form)
    {
        var (fields, materials) = (new Dictionary<string, string>(), new Dictionary<string, string>());
        foreach (var name in form.Keys.Where(k => k.StartsWith("r-", StringComparison.Ordinal)))
        {
            var (verdict, reason) = (form["v-" + name[2..]].ToString(), form[name].ToString().Trim());
            if (verdict == "ok" || verdict != "wrong" && reason.Length == 0) continue;
            if (name.StartsWith("r-f:", StringComparison.Ordinal)) fields[name[4..]] = reason;
            else if (name.StartsWith("r-m:", StringComparison.Ordinal)) materials[name[4..]] = reason;
        }
        return new AskCorrection(id, actor, fields.ToImmutableDictionary(), materials.ToImmutableDictionary(), form["correctionNote"].ToString().Trim(), form["repeatReason"].ToString().Trim());
    }

    /// <summary>The field of the page that a fault of a command belongs to; empty = the whole form.</summary>
    public static string FieldOf(string verb, string where) => (verb, where) switch
    {
        (_, "") => "",
        ("complete", "note" or "reason") => "note",
        ("return", "reason") => "returnReason",
        ("extension", "ground") => "extensionGround",
        ("extension", "days") => "days",
        ("suspend", "procedure" or "ground") => where,
        ("message", "text") => "messageText",
        ("note", "text") => "noteText",
        ("ask", "organisation" or "question" or "due") => where,
        ("assign", "person") => where,
        _ => "",
    };
}
