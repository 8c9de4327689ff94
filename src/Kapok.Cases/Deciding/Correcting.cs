using System.Collections.Immutable;
using System.Text.Json;
using Kapok.Cases.Clock;
using Kapok.Cases.Forms;
using Kapok.Cases.Model;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Deciding;

/// <summary>One single notice of everything missing, and its answer (一次性告知、补正).</summary>
static class Correcting
{
    /// <summary>Working days an applicant has to correct, unless the item says otherwise.</summary>
    const int AnswerWorkdays = 15;

    public static No? Ask(CaseAct act, AskCorrection command)
    {
        if (Accepting.Door(act, out _) is { } no) return no;
        if (command.Fields.IsEmpty && command.Materials.IsEmpty) return No.Invalid("请至少指出一处需要补正的内容");
        var form = act.Definition.Form;
        foreach (var field in command.Fields.Keys.Where(f => form.Find(f) is null)) return No.Invalid($"表单里没有“{field}”这一项", field);
        var item = act.Definition.Item.Content;
        foreach (var material in command.Materials.Keys.Where(m => item.Materials.All(x => x.Id != m))) return No.Invalid($"事项里没有“{material}”这份材料", material);
        foreach (var (where, problem) in command.Fields.Concat(command.Materials))
            if (problem.Trim().Length < 2) return No.Invalid("请写明要怎么改", where);

        var earlier = act.Row.Correction is null ? null : Json.Read<Correction>(act.Row.Correction);
        var again = earlier is null ? [] : command.Fields.Keys.Intersect(earlier.Fields.Keys).Concat(command.Materials.Keys.Intersect(earlier.Materials.Keys)).ToArray();
        if (earlier is not null && command.RepeatReason.Trim().Length < 4)
            return No.Conflict(again.Length > 0 ? "同一内容已经告知过一次；再次要求补正必须写明原因" : "补正应当一次告知全部内容；再次告知必须写明原因");

        var until = act.World.Calendar.AddWorkdays(act.World.Today, AnswerWorkdays);
        var correction = new Correction(command.Fields, command.Materials, command.Note, act.World.Now, until, (earlier?.Round ?? 0) + 1);
        act.Row = act.Row with { State = CaseState.Correcting, Correction = Json.Write(correction) };
        CaseClock.Add(act, new ClockEntry.CorrectionAsked(act.World.Now, until));
        act.Log("correction-asked", new { command.Fields, command.Materials, command.Note, until, correction.Round, command.RepeatReason });
        var lines = command.Fields.Select(f => (Name: form.Find(f.Key)!.Label, Reason: f.Value))
            .Concat(command.Materials.Select(m => (Name: item.Materials.First(x => x.Id == m.Key).Name, Reason: m.Value))).ToList();
        act.Fact("corrections", Value.Of([.. lines.Select(l => Value.Of(new Dictionary<string, Value> { ["name"] = l.Name, ["reason"] = l.Reason }))]));
        act.Fact("correctionDeadline", $"{until.Year}年{until.Month}月{until.Day}日");
        act.Document("correction");
        act.Tell("correction", "请补正您的申请", $"需要补正 {lines.Count} 处：{string.Join("；", lines.Select(l => $"{l.Name}——{l.Reason}"))}。请在{until.Year}年{until.Month}月{until.Day}日前提交，只需要改这些内容。", needsAct: true);
        return null;
    }

    public static No? Answer(CaseAct act, Supplement command)
    {
        if (!act.IsApplicant) return No.Forbidden(new(false, "只有申请人可以补正"));
        if (act.Row.State != CaseState.Correcting) return No.Conflict("现在没有需要补正的内容");
        var correction = Json.Read<Correction>(act.Row.Correction!);
        using var before = JsonDocument.Parse(act.Answers);
        var form = act.Definition.Form;
        var changes = FormDiff.Between(form, before.RootElement, command.Answers);
        if (FormDiff.Outside(form, correction.Fields.Keys.ToHashSet(), changes) is [var outside, ..])
            return No.Invalid($"“{outside.Label}”不在补正范围内，不能修改", outside.Path);
        foreach (var material in command.ChangedMaterials.Where(m => !correction.Materials.ContainsKey(m)))
            return No.Invalid("这份材料不在补正范围内，不能更换", material);
        foreach (var material in correction.Materials.Keys.Where(m => !command.ChangedMaterials.Contains(m)))
            return No.Invalid($"请重新上传“{act.Definition.Item.Content.Materials.First(x => x.Id == material).Name}”", material);
        if (correction.Fields.Count > 0 && changes.IsEmpty && command.ChangedMaterials.IsEmpty)
            return No.Invalid("内容还没有修改", correction.Fields.Keys.First());

        act.SetAnswers(command.Answers.GetRawText());
        act.Row = act.Row with { State = CaseState.Submitted };
        CaseClock.Add(act, new ClockEntry.Supplemented(act.World.Now));
        act.Log("supplemented", new
        {
            correction.Round,
            fields = changes.Select(c => new { c.Path, c.Label, c.Before, c.After }),
            materials = command.ChangedMaterials,
        });
        return null;
    }

    /// <summary>Nobody answered in time: the application is closed as not completed; a new one may be made at any time.</summary>
    public static void Lapse(CaseAct act)
    {
        act.Log("correction-lapsed", new { act.Row.Correction });
        act.Fact("reason", "在规定期限内没有补正");
        act.Move(new Flow.Trigger.Cancel("补正逾期"), "在规定期限内没有补正，申请终止。您可以随时重新申请。");
    }
}
