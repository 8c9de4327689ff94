using Kapok.Cases.Handling;
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
    public static async Task<Outcome<CaseCommand>> Command(Dossier dossier, string verb, Actor actor, IFormCollection form, People people, CaseFiles files, Colleagues colleagues, Experts experts)
    {
        var id = dossier.Row.Id;
        string Text(string name) => form[name].ToString().Trim();
        static Outcome<CaseCommand> No(string message, string where) => Outcome<CaseCommand>.No(Refusal.Invalid, message, where);
        CaseCommand? command = verb switch
        {
            "complete" => new CompleteTask(id, actor, Text("task"), Text("outcome"), Text("note")) { WithoutLicence = Text("withoutLicence") },
            "return" => new ReturnTask(id, actor, Text("task"), Text("to"), Text("returnReason")),
            "claim" => new Claim(id, actor, Text("task")),
            "release" => new Release(id, actor, Text("task")),
            "resume" => new Resume(id, actor, Text("finding")),
            "extension" => new AskExtension(id, actor, int.TryParse(Text("days"), NumberStyles.None, CultureInfo.InvariantCulture, out var days) ? days : 0, Text("extensionGround")),
            "extension-decision" => new DecideExtension(id, actor, Text("granted") == "true", Text("decisionNote")),
            "message" => new SendMessage(id, actor, Text("messageText")),
            "delivery" => new MoveDelivery(id, actor, dossier.View.Delivery, Enum.TryParse<DeliveryStage>(Text("stage"), true, out var stage) && Enum.IsDefined(stage) ? stage : DeliveryStage.Chosen, Text("carrier"), Text("number"), Text("deliveryNote")),
            _ => null,
        };
        if (command is not null) return command;
        switch (verb)
        {
            case "correction": return Correction(dossier, actor, form);
            case "suspend":
                var evidence = await files.Posted(form, "evidence", actor);
                return evidence.Ok ? new Suspend(id, actor, Text("procedure"), Text("ground"), evidence.Value) : evidence.As<CaseCommand>();
            case "note":
                var named = form["mentions"].Select(m => Guid.TryParse(m, out var person) ? person : Guid.Empty).Where(p => p != Guid.Empty).ToArray();
                return new AddNote(id, actor, Text("noteText")) { Mentions = await colleagues.Named(id, named) };
            case "ask":
                var units = form["organisation"].Select(o => Guid.TryParse(o, out var unit) ? unit : Guid.Empty).Where(u => u != Guid.Empty).ToImmutableArray();
                if (units.IsEmpty) return No("请选择要征求意见的单位", "organisation");
                DateOnly? until = null;
                if (DateInput.Read(form, "due") is { } due)
                {
                    if (!DateInput.TryRead(due, out var day)) return No("没有这一天，请改为真实的日期", "due");
                    until = day;
                }
                var with = await files.Posted(form, "questionFiles", actor);
                return with.Ok ? new AskUnit(id, actor, units, Text("question"), until) { Confidential = Text("confidential") == "true", Files = with.Value } : with.As<CaseCommand>();
            case "ask-expert": return await Expert(dossier, actor, form, experts, files);
            case "assign":
                // Only a colleague of the same post can do the work, so only he can be given it.
                if (dossier.View.Case.Task(Text("task")) is not { } task) return Outcome<CaseCommand>.No(Refusal.Conflict, "这项工作已经有人办完了，请看最新情况");
                if (!Guid.TryParse(Text("person"), out var to) || (await people.OfficialsAt(task.Organisation, task.Post)).FirstOrDefault(p => p.Person == to) is not { } colleague) return No("请选择同岗位的同事", "person");
                return new Assign(id, actor, task.Key, colleague.Person, colleague.Name, Text("assignReason"));
            default: return Outcome<CaseCommand>.No(Refusal.NotFound, "没有这个操作");
        }
    }

    /// <summary>A question to one person, with the materials that were ticked and files of the official's own.</summary>
    static async Task<Outcome<CaseCommand>> Expert(Dossier dossier, Actor actor, IFormCollection form, Experts experts, CaseFiles files)
    {
        string Text(string name) => form[name].ToString().Trim();
        DateOnly? until = null;
        if (DateInput.Read(form, "expertDue") is { } due)
        {
            if (!DateInput.TryRead(due, out var day)) return Outcome<CaseCommand>.No(Refusal.Invalid, "没有这一天，请改为真实的日期", "due");
            until = day;
        }
        var expert = await experts.Named(Text("expertKind") == "outside", Text("expertName"), Text("expertUnit"), Text("expertPhone"));
        if (!expert.Ok) return expert.As<CaseCommand>();
        var own = await files.Posted(form, "expertFiles", actor);
        if (!own.Ok) return own.As<CaseCommand>();
        return new AskExpert(dossier.Row.Id, actor, expert.Value!, Text("expertQuestion"), until)
        {
            Confidential = Text("expertConfidential") == "true", Files = [.. Experts.Papers(dossier.View, form["expertMaterials"]), .. own.Value],
        };
    }

    /// <summary>With script a form sends itself and only the middle of the page changes; without, the page is shown anew.</summary>
    public static IReadOnlyDictionary<string, object> InPlace(string action) => new Dictionary<string, object>
    {
        ["hx-post"] = action, ["hx-target"] = "#main", ["hx-select"] = "#main", ["hx-swap"] = "outerHTML",
    };

    /// <summary>What stands in a notice for something missing, when nothing else was written.</summary>
    public const string MissingField = "没有填写，请补充填写", MissingMaterial = "没有提交，请补充提交";

    /// <summary>
    /// The verdicts of a page as one notice: what is wrong or missing, each with its reason. A reason alone counts as
    /// wrong; ok with a reason does not. What a colleague found and this page does not speak of goes into the notice too;
    /// what he changed since this page was opened stops it.
    /// </summary>
    static Outcome<CaseCommand> Correction(Dossier dossier, Actor actor, IFormCollection form)
    {
        var id = dossier.Row.Id;
        var (fields, materials) = (new Dictionary<string, string>(), new Dictionary<string, string>());
        foreach (var key in form.Keys.Where(k => k.StartsWith("r-", StringComparison.Ordinal)).Select(k => k[2..]).Union(dossier.Findings.Keys))
        {
            var (verdict, reason) = (form["v-" + key].ToString(), form["r-" + key].ToString().Trim());
            if (dossier.Findings.TryGetValue(key, out var kept))
            {
                if (verdict.Length == 0 && reason.Length == 0) (verdict, reason) = (kept.Value, kept.Reason);
                else if (kept.By != actor.Person && form["s-" + key] != VerdictRoutes.Seen(kept) && (kept.Value != verdict || kept.Reason != reason))
                    return Outcome<CaseCommand>.No(Refusal.Conflict, $"{kept.ByName}刚刚对这一项给出了结论，请看过再发", "r-" + key);
            }
            if (verdict == "ok" || verdict is not ("wrong" or "missing") && reason.Length == 0) continue;
            if (verdict == "missing" && reason.Length == 0) reason = key.StartsWith("m:", StringComparison.Ordinal) ? MissingMaterial : MissingField;
            if (key.StartsWith("f:", StringComparison.Ordinal)) fields[key[2..]] = reason;
            else if (key.StartsWith("m:", StringComparison.Ordinal)) materials[key[2..]] = reason;
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
        ("suspend", "procedure" or "ground" or "evidence") => where,
        ("correction", _) when where.StartsWith("r-", StringComparison.Ordinal) => where,
        ("message", "text") => "messageText",
        ("delivery", "note") => "deliveryNote",
        ("delivery", _) => where,
        ("note", "text") => "noteText",
        ("ask", "organisation" or "question" or "due" or "questionFiles") => where,
        ("ask-expert", "expertFiles") => where,
        ("ask-expert", "name" or "unit" or "phone" or "question" or "due") => "expert" + char.ToUpperInvariant(where[0]) + where[1..],
        ("assign", "person") => where,
        _ => "",
    };
}
