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
using Kapok.Foundation.Files;

namespace Kapok.Cases.Tracking;

/// <summary>A correction in the making: the answers as they would be, the files that would replace others.</summary>
/// <param name="Id">Id its files are kept under until it is sent.</param>
public sealed record PendingCorrection(Guid Id, CaseView View, Correction Correction, FormState Form, ImmutableArray<CaseMaterial> Files)
{
    /// <summary>The named fields, and those that appear or disappear with them, as one page.</summary>
    public QuestionPage Page { get; } = new("correct", "补正", null, [.. Open(View.Definition.Form, Correction)], null);

    public IEnumerable<CaseMaterial> FilesOf(string material) => Files.Where(f => f.Material == material);

    /// <summary>Named materials without a new file.</summary>
    public IReadOnlyList<string> MissingMaterials => [.. Correction.Materials.Keys.Where(m => !Files.Any(f => f.Material == m))];

    public ImmutableArray<FormChange> Changes(Func<string, string?> divisions) => FormDiff.Between(View.Definition.Form, View.Answers, Form.Submission, divisions);

    static IEnumerable<FormField> Open(FormDefinition form, Correction correction)
    {
        var named = correction.Fields.Keys.Select(k => k.Split('.', '[')[0]).ToHashSet();
        foreach (var name in named.ToList()) named.UnionWith(form.DependentsOf(name));
        return form.Fields.Where(f => named.Contains(f.Name) && f.Computed is null);
    }
}

/// <summary>Keeps corrections in the making, apart from the case until they are sent.</summary>
public sealed class PendingCorrections(Database database, CaseViews views, Corrections corrections, Drafts drafts, TimeProvider time)
{
    const int MostFiles = 20;

    /// <summary>The correction of a case that waits for one and is the actor's; else null.</summary>
    public async Task<PendingCorrection?> Find(Guid caseId, Actor actor)
    {
        if (await views.ForApplicant(caseId, actor) is not { Correction: { } correction } view) return null;
        var id = Guid.CreateVersion7();
        await using var c = await database.Open();
        var row = await c.QuerySingleOrDefaultAsync<(Guid Id, string Answers)?>("select id, answers::text from cases.correction_draft where case_id = @caseId and round = @Round", new { caseId, correction.Round });
        using var answers = row is { } kept ? JsonDocument.Parse(kept.Answers) : null;
        var files = row is { } there ? (await c.QueryAsync<CaseMaterial>("select * from cases.material where owner = @Id and removed_at is null order by added_at", new { there.Id })).ToImmutableArray() : [];
        return new(row?.Id ?? id, view, correction, Evaluate(view, correction, answers?.RootElement.Clone() ?? view.Answers), files);
    }

    FormState Evaluate(CaseView view, Correction correction, JsonElement answers) =>
        FormEngine.Evaluate(view.Definition.Form, answers, new FormContext(ChinaTime.DateOf(time.GetUtcNow())) { OpenFields = correction.Fields.Keys.ToHashSet() });

    /// <summary>Takes what the page posted; only open fields change.</summary>
    /// <returns>The correction as it now is, and whether a button asked to stay on the page.</returns>
    public async Task<(PendingCorrection Pending, bool Stay)> Take(PendingCorrection pending, IEnumerable<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>> posted)
    {
        var (form, answers, stay) = (pending.View.Definition.Form, pending.Form.Answers, false);
        var values = posted.ToList();
        foreach (var page in form.Pages.Where(p => p.Fields.Any(f => pending.Page.Fields.Contains(f))))
        {
            var post = FormEngine.ApplyPage(form, answers, page.Id, values, pending.Form.Context);
            (answers, stay) = (post.Answers, stay || post.Stay);
        }
        return (await Keep(pending, answers), stay);
    }

    async Task<PendingCorrection> Keep(PendingCorrection pending, JsonElement answers)
    {
        var id = await database.Read(c => c.ExecuteScalarAsync<Guid>("""
            insert into cases.correction_draft (id, case_id, round, answers, updated_at) values (@Id, @caseId, @Round, @text::jsonb, @now)
            on conflict (case_id) do update set id = case when cases.correction_draft.round = excluded.round then cases.correction_draft.id else excluded.id end,
              round = excluded.round, answers = excluded.answers, updated_at = excluded.updated_at
            returning id
            """, new { pending.Id, caseId = pending.View.Row.Id, pending.Correction.Round, text = answers.GetRawText(), now = time.GetUtcNow().UtcDateTime }));
        return pending with { Id = id, Form = Evaluate(pending.View, pending.Correction, answers) };
    }

    /// <summary>Adds a file that would replace those of a named material.</summary>
    public async Task<Outcome<Guid>> Add(PendingCorrection pending, Actor actor, string material, StoredFile file)
    {
        if (!pending.Correction.Materials.ContainsKey(material)) return Outcome<Guid>.No(Refusal.Invalid, "这份材料不在补正范围内，不能更换", material);
        pending = await Keep(pending, pending.Form.Answers);
        if (pending.FilesOf(material).FirstOrDefault(f => f.Digest == file.Digest && f.Name == file.Name) is { } same) return same.Id;
        if (pending.FilesOf(material).Count() >= MostFiles) return Outcome<Guid>.No(Refusal.Invalid, $"每样材料最多 {MostFiles} 个文件，请合并后再上传", material);
        var added = await drafts.AddMaterial(pending.Id, pending.View.Definition.Item.Content, actor, material, file.Id);
        return added.Ok ? added.Value!.Id : added.As<Guid>();
    }

    /// <summary>Keeps a file for an open question of the form; it becomes the answer with the next <see cref="Take"/>.</summary>
    public async Task<Outcome<CaseMaterial>> AddAnswer(PendingCorrection pending, Actor actor, FormField field, string path, StoredFile file)
    {
        if (pending.Form.Field(path) is not { Open: true }) return Outcome<CaseMaterial>.No(Refusal.Invalid, "这一项不在补正范围内，不能修改", path);
        pending = await Keep(pending, pending.Form.Answers);
        return await drafts.AddAnswer(pending.Id, field, path, actor, file.Id);
    }

    public Task Remove(PendingCorrection pending, Guid file) => database.Read(c => c.ExecuteAsync(
        "update cases.material set removed_at = @now where id = @file and owner = @Id", new { file, pending.Id, now = time.GetUtcNow().UtcDateTime }));

    /// <summary>Everything that keeps it from being sent.</summary>
    public IReadOnlyList<Fault> Faults(PendingCorrection pending) =>
        [.. corrections.Faults(pending.View, pending.Form).Select(f => new Fault(f.Path, f.Sentence)), .. pending.MissingMaterials.Select(m => new Fault(m, $"请重新上传“{NameOf(pending.View, m)}”"))];

    public static string NameOf(CaseView view, string material) => view.Definition.NameOf(material);

    /// <summary>Sends it. The files join the case first: should the program stop here, they are there and nothing is lost.</summary>
    public async Task<Outcome<Corrected>> Send(PendingCorrection pending, Actor actor)
    {
        var faults = Faults(pending);
        if (faults.Count > 0) return Outcome<Corrected>.Invalid(faults);
        var caseId = pending.View.Row.Id;
        var files = pending.Files.Select(f => f.Id).ToArray();
        await Move(caseId, files);
        var sent = await corrections.Answer(caseId, actor, Changes(pending), ImmutableDictionary<string, Guid>.Empty, files);
        if (sent.Ok) await database.Read(c => c.ExecuteAsync("delete from cases.correction_draft where case_id = @caseId", new { caseId }));
        else await Move(pending.Id, files);
        return sent;
    }

    Task Move(Guid owner, Guid[] files) => database.Read(c => c.ExecuteAsync("update cases.material set owner = @owner, added_at = @now where id = any(@files)", new { owner, files, now = time.GetUtcNow().UtcDateTime }));

    /// <summary>The open answers; null for one that was emptied.</summary>
    static JsonElement Changes(PendingCorrection pending)
    {
        var changes = new JsonObject();
        foreach (var field in pending.Page.Fields)
            changes[field.Name] = pending.Form.Answers.TryGetProperty(field.Name, out var value) ? JsonNode.Parse(value.GetRawText()) : null;
        return JsonSerializer.SerializeToElement(changes);
    }
}
