using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Kapok.Cases.Applying;
using Kapok.Cases.Forms;
using Kapok.Cases.Handling;
using Kapok.Cases.Model;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;

namespace Kapok.Cases.Tracking;

public sealed record Corrected(CaseState State, int Version);

/// <summary>The applicant's answer to a correction notice: only what was named is open, and the whole form must hold again.</summary>
public sealed class Corrections(Database database, CaseViews views, CaseDesk desk, Drafts drafts, TimeProvider time)
{
    /// <summary>The form with only the named fields open.</summary>
    public FormState Form(CaseView view, JsonElement answers) =>
        FormEngine.Evaluate(view.Definition.Form, answers, new FormContext(ChinaTime.DateOf(time.GetUtcNow())) { OpenFields = view.Correction?.Fields.Keys.ToHashSet() ?? [] });

    /// <summary>What must be mended before the answer can be sent. What time alone has made wrong at a closed field (a date that has passed) does not stand in the way.</summary>
    public IReadOnlyList<AnswerFault> Faults(CaseView view, FormState form)
    {
        if (form.Faults.IsEmpty) return [];
        var standing = Form(view, view.Answers).Faults.Select(f => (f.Path, f.Message)).ToHashSet();
        return [.. form.Faults.Where(f => form.Field(f.Path) is { Open: true } || !standing.Contains((f.Path, f.Message)))];
    }

    /// <param name="changes">Answers that change, merged into what stands; null when only materials change.</param>
    /// <param name="files">Uploaded files by material.</param>
    /// <param name="joined">Ids of materials that have joined the case for this answer already.</param>
    public async Task<Outcome<Corrected>> Answer(Guid id, Actor actor, JsonElement? changes, IReadOnlyDictionary<string, Guid> files, IReadOnlyCollection<Guid>? joined = null)
    {
        if (await views.ForApplicant(id, actor) is not { } view) return Outcome<Corrected>.No(Refusal.NotFound, "没有这个办件");
        if (view.Correction is not { } correction) return Outcome<Corrected>.No(Refusal.Conflict, "现在没有需要补正的内容");
        var merged = Merge(view.Answers, changes);
        var form = Form(view, merged);
        var faults = Faults(view, form).Select(f => new Fault(f.Path, f.Sentence)).ToList();
        faults.AddRange(FormDiff.Outside(view.Definition.Form, correction.Fields.Keys.ToHashSet(), FormDiff.Between(view.Definition.Form, view.Answers, form.Submission))
            .Select(c => new Fault(c.Path, $"“{c.Label}”不在补正范围内，不能修改")));
        if (faults.Count > 0) return Outcome<Corrected>.Invalid(faults);

        var fresh = new HashSet<Guid>(joined ?? []);
        var changed = new HashSet<string>(view.Materials.Where(m => m.RemovedAt is null && (fresh.Contains(m.Id) || m.AddedAt > correction.AskedAt.UtcDateTime)).Select(m => m.Material).Where(m => FileAnswer.PathOf(m) is null));
        foreach (var (material, file) in files)
        {
            if (!correction.Materials.ContainsKey(material)) return Outcome<Corrected>.No(Refusal.Invalid, "这份材料不在补正范围内，不能更换", material);
            var added = await drafts.AddMaterial(id, view.Definition.Item.Content, actor, material, file);
            if (!added.Ok) return added.As<Corrected>();
            changed.Add(material);
            fresh.Add(added.Value!.Id);
        }
        var result = await desk.Do(new Supplement(id, actor, form.Submission, [.. changed]));
        if (!result.Ok) return result.As<Corrected>();
        // What was replaced stays for the record, marked as replaced.
        await database.Read(c => c.ExecuteAsync("update cases.material set removed_at = @now where owner = @id and material = any(@changed) and added_at <= @asked and id <> all(@fresh) and removed_at is null",
            new { id, changed = changed.ToArray(), fresh = fresh.ToArray(), asked = correction.AskedAt.UtcDateTime, now = time.GetUtcNow().UtcDateTime }));
        await drafts.Discard(id, form.Files);
        return new Corrected(result.Value!.Row.State, result.Value.Row.Version);
    }

    static JsonElement Merge(JsonElement standing, JsonElement? changes)
    {
        if (changes is not { ValueKind: JsonValueKind.Object } given) return standing;
        var merged = JsonObject.Create(standing)!;
        foreach (var property in given.EnumerateObject()) merged[property.Name] = JsonNode.Parse(property.Value.GetRawText());
        return JsonSerializer.SerializeToElement(merged);
    }
}
