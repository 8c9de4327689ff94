using System.Collections.Immutable;
using System.Text.Json;
using Dapper;
using Kapok.Cases.Deciding;
using Kapok.Cases.Definitions;
using Kapok.Cases.Forms;
using Kapok.Cases.Model;
using Kapok.Catalogue;
using Kapok.Documents.Licences;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Expressions;
using Kapok.Foundation.Files;
using Kapok.Identity;

namespace Kapok.Cases.Applying;

/// <summary>An application in the making.</summary>
public sealed record DraftRow(Guid Id, Guid Owner, Guid Party, int Definition, string Eligibility, string Answers, int Version, DateTime CreatedAt, DateTime UpdatedAt, DateTime ExpiresAt,
    string Visited = "", string? Moved = null);

/// <summary>Who saves: a page of the form, and which showing of it.</summary>
/// <param name="Page">Id of the form page; it counts as visited.</param>
/// <param name="Writer">Made anew whenever the page is shown. A page may save again over what it saved itself.</param>
public sealed record DraftWriter(string Page, string Writer);

/// <summary>A material of the item as it stands for these answers.</summary>
/// <param name="Needed">Asked for with these answers.</param>
/// <param name="Source">upload, licence, data or earlier-file: where it comes from.</param>
public sealed record MaterialState(Material Material, bool Needed, bool Optional, string Source, ImmutableArray<CaseMaterial> Files)
{
    /// <summary>The licence that stands for it, found on the register and in force.</summary>
    public LicenceRow? Licence { get; init; }
    /// <summary>Its licence type is kept on the register, and the applicant has none in force there: a file may be given instead.</summary>
    public bool NotHeld { get; init; }

    public bool Missing => Needed && !Optional && Source == "upload" && Files.IsEmpty;
}

/// <summary>A draft with everything its pages show.</summary>
public sealed record DraftView(DraftRow Row, CaseDefinition Definition, Party Party, FormState Form, ImmutableArray<MaterialState> Materials)
{
    /// <summary>Files given as answers to questions of the form.</summary>
    public ImmutableArray<CaseMaterial> AnswerFiles { get; init; } = [];

    /// <summary>A file of the draft, whatever it was given for.</summary>
    public CaseMaterial? File(Guid id) => Materials.SelectMany(m => m.Files).Concat(AnswerFiles).FirstOrDefault(f => f.Id == id);

    /// <summary>What still keeps the application from being submitted.</summary>
    public IReadOnlyList<Fault> Faults => [.. Form.Faults.Select(f => new Fault(f.Path, f.Sentence)), .. Form.Files.Where(f => !AnswerFiles.Any(a => a.Id == f.File.Id)).Select(f => new Fault(f.Path, $"请重新上传“{f.File.Name}”")), .. Materials.Where(m => m.Missing).Select(m => new Fault($"materials.{m.Material.Id}", $"请上传“{m.Material.Name}”"))];
}

/// <summary>Drafts live on the server and open on every device of the person; they are kept for 90 days after the last change.</summary>
public sealed class Drafts(Database database, DefinitionStore definitions, Items items, People people, FileStore files, CaseDesk desk, LicencesAtHand licences, TimeProvider time)
{
    public static readonly TimeSpan Kept = TimeSpan.FromDays(90);
    const int LargestAnswers = 1 << 20;

    /// <summary>Begins an application for the person himself or the company he acts for.</summary>
    public async Task<Outcome<Guid>> Begin(string implementation, Actor actor, JsonElement? eligibility = null, Guid? id = null)
    {
        if (await items.Find(implementation) is not { ImplementationCode: not null, Organisation: not null } item) return Outcome<Guid>.No(Refusal.NotFound, "没有这个事项，或者它已经停办");
        var definition = await definitions.Current(item);
        if (!definition.Ok) return definition.As<Guid>();
        return await Insert(definition.Value!, actor, actor.OnBehalfOf ?? actor.Person!.Value, eligibility, id);
    }

    /// <summary>At the counter: whoever accepts for the body (<c>cases.accept</c>) begins for the person or company before him, and keeps the draft until it is submitted.</summary>
    public async Task<Outcome<Guid>> BeginAtCounter(string implementation, Party party, Actor clerk)
    {
        if (await items.Find(implementation) is not { ImplementationCode: not null, Organisation: { } body } item) return Outcome<Guid>.No(Refusal.NotFound, "没有这个事项，或者它已经停办", "item");
        if (clerk.Kind != ActorKind.Official) return Outcome<Guid>.No(Refusal.Forbidden, "窗口收件仅限工作人员");
        if (Access.Decide(clerk, "cases.accept", body.AsTarget()) is { Allowed: false } decision) return Outcome<Guid>.No(Refusal.Forbidden, decision.Reason);
        if (party.Id == clerk.Person) return Outcome<Guid>.No(Refusal.Forbidden, "自己的申请请自己在网上提交，不能自己收件");
        var definition = await definitions.Current(item);
        return definition.Ok ? await Insert(definition.Value!, clerk, party.Id, null, null) : definition.As<Guid>();
    }

    /// <summary>An official's draft for somebody else is one taken at the counter.</summary>
    static bool AtCounter(Actor actor, Party party) => actor.Kind == ActorKind.Official && party.Id != actor.Person && party.Id != actor.OnBehalfOf;

    /// <summary>Whose facts fill the form: the applicant's, never those of the clerk.</summary>
    static Actor Applicant(Actor actor, Party party) => actor with
    {
        Person = party.Kind == PartyKind.Person || AtCounter(actor, party) ? party.Id : actor.Person,
        OnBehalfOf = party.Kind == PartyKind.Company ? party.Id : null,
    };

    async Task<Outcome<Guid>> Insert(CaseDefinition definition, Actor owner, Guid party, JsonElement? eligibility, Guid? id)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var draft = id ?? Guid.CreateVersion7();
        await database.Read(c => c.ExecuteAsync("""
            insert into cases.draft (id, owner, party, definition, eligibility, created_at, updated_at, expires_at)
            values (@draft, @owner, @party, @definition, @eligibility::jsonb, @now, @now, @expires) on conflict (id) do nothing
            """, new { draft, owner = owner.Person, party, definition = definition.Id, eligibility = eligibility?.GetRawText() ?? "{}", now, expires = now + Kept }));
        return draft;
    }

    /// <summary>The draft, if it is the actor's.</summary>
    public async Task<DraftView?> Find(Guid id, Actor actor)
    {
        await using var c = await database.Open();
        var row = await c.QuerySingleOrDefaultAsync<DraftRow>("select id, owner, party, definition, eligibility, answers, version, created_at, updated_at, expires_at, visited, moved::text as moved from cases.draft where id = @id", new { id });
        if (row is null || row.Owner != actor.Person) return null;
        var materials = (await c.QueryAsync<CaseMaterial>("select * from cases.material where owner = @id and removed_at is null order by added_at", new { id })).ToImmutableArray();
        var party = await People.Find(c, row.Party);
        if (party is null) return null;
        var definition = await definitions.Get(row.Definition);
        return await View(row, definition, party, materials, actor);
    }

    async Task<DraftView> View(DraftRow row, CaseDefinition definition, Party party, ImmutableArray<CaseMaterial> files, Actor actor)
    {
        using var answers = JsonDocument.Parse(row.Answers);
        var held = await licences.Of(party, definition);
        var facts = await Facts(Applicant(actor, party));
        foreach (var (key, fact) in held.Facts) facts.TryAdd(key, fact);
        var form = FormEngine.Evaluate(definition.Form, answers.RootElement, new FormContext(Today()) { Facts = facts, Visited = row.Visited.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet() });
        return new(row, definition, party, form, held.Into(MaterialsOf(definition.Item.Content, form.Scope, files))) { AnswerFiles = [.. files.Where(f => FileAnswer.PathOf(f.Material) is not null)] };
    }

    DateOnly Today() => Foundation.Calendar.ChinaTime.DateOf(time.GetUtcNow());

    async Task<Dictionary<string, PrefillFact>> Facts(Actor actor) =>
        (await people.PrefillFor(actor)).ToDictionary(f => f.Key, f => PrefillFact.Of(f.Value.Value, f.Value.Source));

    /// <summary>Which materials these answers call for, and where each comes from.</summary>
    public static ImmutableArray<MaterialState> MaterialsOf(ItemContent item, IScope answers, IEnumerable<CaseMaterial> files) =>
    [.. item.Materials.Select(m => new MaterialState(m,
        m.When is null || Expression.Parse(m.When).IsTrue(answers),
        m.Necessity != 1,
        m.ReplacedBy?.Kind ?? "upload",
        [.. files.Where(f => f.Material == m.Id && f.RemovedAt is null)]))];

    /// <summary>Keeps answers as they are, complete or not. Another version than expected is a conflict: two devices at once.</summary>
    /// <param name="exactly">The version must fit even where the same showing of a page wrote last.</param>
    public async Task<Outcome<int>> Save(Guid id, Actor actor, JsonElement answers, int? expected, DraftWriter? writer = null, bool exactly = false)
    {
        var text = answers.GetRawText();
        if (text.Length > LargestAnswers) return Outcome<int>.No(Refusal.TooLarge, "填写的内容太长");
        if (answers.ValueKind != JsonValueKind.Object) return Outcome<int>.No(Refusal.Invalid, "答案应为 JSON 对象");
        var now = time.GetUtcNow().UtcDateTime;
        var version = await database.Read(c => c.ExecuteScalarAsync<int?>("""
            update cases.draft set answers = @text::jsonb, version = version + 1, updated_at = @now, expires_at = @expires, warned_for = null, writer = @by,
              visited = case when @page = '' or @page = any(string_to_array(visited, ' ')) then visited else trim(visited || ' ' || @page) end
            where id = @id and owner = @owner and (@expected::int is null or version = @expected or not @exactly and @by <> '' and writer = @by) returning version
            """, new { id, owner = actor.Person, text, now, expires = now + Kept, expected, exactly, by = writer?.Writer ?? "", page = writer?.Page ?? "" }));
        if (version is { } saved) return saved;
        return await database.Read(c => c.ExecuteScalarAsync<bool>("select exists (select 1 from cases.draft where id = @id and owner = @owner)", new { id, owner = actor.Person }))
            ? Outcome<int>.No(Refusal.Conflict, "这份申请在别的设备上改过，请先看最新内容") : Outcome<int>.No(Refusal.NotFound, "没有这份草稿，可能已经提交或删除");
    }

    public async Task<Outcome<CaseMaterial>> AddMaterial(Guid id, Actor actor, string material, Guid file)
    {
        if (await Find(id, actor) is not { } draft) return Outcome<CaseMaterial>.No(Refusal.NotFound, "没有这份草稿");
        return await AddMaterial(id, draft.Definition.Item.Content, actor, material, file);
    }

    /// <summary>Puts an uploaded file to a material of a draft or case, after checking what it is.</summary>
    public async Task<Outcome<CaseMaterial>> AddMaterial(Guid owner, ItemContent item, Actor actor, string material, Guid file)
    {
        if (item.Materials.FirstOrDefault(m => m.Id == material) is not { } wanted) return Outcome<CaseMaterial>.No(Refusal.Invalid, "事项没有这份材料", material);
        return await Keep(owner, actor, material, file, wanted.Name, wanted.Accept, wanted.MaxMegabytes);
    }

    /// <summary>Puts an uploaded file to a question of the form.</summary>
    public Task<Outcome<CaseMaterial>> AddAnswer(Guid owner, FormField field, string path, Actor actor, Guid file) => Keep(owner, actor, FileAnswer.Key(path), file, field.Label, field.Accept, field.MaxMegabytes);

    async Task<Outcome<CaseMaterial>> Keep(Guid owner, Actor actor, string material, Guid file, string label, IReadOnlyList<string> kinds, int megabytes)
    {
        if (await files.Find(file) is not { } stored || stored.Owner != actor.Person) return Outcome<CaseMaterial>.No(Refusal.NotFound, "没有这个文件", material);
        var type = TypeOf(stored.Type);
        if (type is null || !type.IsOneOf(kinds)) return Outcome<CaseMaterial>.No(Refusal.Invalid, $"“{label}”只收 {string.Join("、", kinds)}，“{stored.Name}”是{type?.Label ?? "其他类型"}", material);
        if (stored.Size > (long)megabytes << 20) return Outcome<CaseMaterial>.No(Refusal.TooLarge, $"“{label}”每个文件最大 {megabytes} MB", material);
        var row = new CaseMaterial
        {
            Id = Guid.CreateVersion7(), Owner = owner, Material = material, Name = stored.Name, File = stored.Id, Size = stored.Size, Type = stored.Type, Digest = stored.Digest,
            AddedAt = time.GetUtcNow().UtcDateTime, AddedBy = actor.Person!.Value,
        };
        await database.Read(c => c.ExecuteAsync("""
            insert into cases.material (id, owner, material, name, file, size, type, digest, added_at, added_by)
            values (@Id, @Owner, @Material, @Name, @File, @Size, @Type, @Digest, @AddedAt, @AddedBy)
            """, row));
        return row;
    }

    static FileType? TypeOf(string media) => new[] { FileType.Pdf, FileType.Jpeg, FileType.Png, FileType.Heic, FileType.Ofd, FileType.Docx, FileType.Xlsx, FileType.Zip }.FirstOrDefault(t => t.Media == media);

    public Task<int> RemoveMaterial(Guid id, Actor actor, Guid material) => database.Read(c => c.ExecuteAsync("""
        update cases.material set removed_at = @now where id = @material and owner = @id and added_by = @by and exists (select 1 from cases.draft d where d.id = @id)
        """, new { id, material, by = actor.Person, now = time.GetUtcNow().UtcDateTime }));

    /// <summary>Submits: every rule is checked again on the server. A retry after success gives the same receipt.</summary>
    public async Task<Outcome<Receipt>> Submit(Guid id, Actor actor, short channel, CancellationToken stop = default)
    {
        if (await Find(id, actor) is not { } draft) return await Standing(id, actor) is { } known ? known : Outcome<Receipt>.No(Refusal.NotFound, "没有这份草稿");
        if (!draft.Party.Verified) return Outcome<Receipt>.No(Refusal.Forbidden, "提交以前要核验身份：请带身份证到就近的政务服务中心。填的内容都留着");
        if (draft.Faults.Count > 0) return Outcome<Receipt>.Invalid(draft.Faults);
        var counter = AtCounter(actor, draft.Party);
        if (counter && Access.Decide(actor, "cases.accept", draft.Definition.Body.AsTarget()) is { Allowed: false } decision) return Outcome<Receipt>.No(Refusal.Forbidden, decision.Reason);
        var who = counter ? actor with { OnBehalfOf = draft.Party.Id, Origin = "counter" } : actor with { OnBehalfOf = draft.Party.Kind == PartyKind.Company ? draft.Party.Id : null };
        var application = new Application(id, who, draft.Definition, draft.Party.Id, draft.Party.Name, counter ? (short)1 : channel,
            draft.Form.Submission.GetRawText(), draft.Row.Eligibility, draft.Materials.Sum(m => m.Files.Length)) 
        {
            Submitter = counter ? draft.Party.Id : null,
            Licences = [.. draft.Materials.Where(m => m is { Needed: true, Licence: not null }).Select(m => new LicenceAtHand(m.Material.Id, m.Material.Name, m.Licence!.Id, m.Licence.Name, m.Licence.Number, m.Licence.Identifier, m.Licence.Grade.ToString()))],
        };
        await Discard(id, draft.Form.Files);
        var receipt = await desk.Submit(application, stop);
        if (receipt is { Ok: true, Value: { Repeated: false, Number: var number } }) await licences.Used(draft.Materials, actor, draft.Definition.Item.Content.Name, number);
        return receipt;
    }

    /// <summary>Files that were given for a question and have been replaced or are not asked for any more do not go along.</summary>
    internal Task<int> Discard(Guid owner, IEnumerable<(string Path, FileAnswer File)> kept) => database.Read(c => c.ExecuteAsync(
        "update cases.material set removed_at = @now where owner = @owner and material like 'field:%' and id <> all(@ids) and removed_at is null",
        new { owner, ids = kept.Select(k => k.File.Id).ToArray(), now = time.GetUtcNow().UtcDateTime }));

    async Task<Receipt?> Standing(Guid id, Actor actor)
    {
        var row = await database.Read(c => c.QuerySingleOrDefaultAsync<(Guid Id, string Number, string QueryCode, DateTime At, string Item)?>(
            """select id, number, query_code, submitted_at, item_name from cases."case" where id = @id and submitter = @person""", new { id, person = actor.Person }));
        return row is { } r ? new Receipt(r.Id, r.Number, r.QueryCode, new(r.At), r.Item, true) : null;
    }

    /// <summary>The applicant has read what changed in the form.</summary>
    public Task<int> SeenChange(Guid id, Actor actor) => database.Read(c => c.ExecuteAsync("update cases.draft set moved = null where id = @id and owner = @owner", new { id, owner = actor.Person }));

    public Task<int> Delete(Guid id, Actor actor) => database.Read(c => c.ExecuteAsync("delete from cases.draft where id = @id and owner = @owner", new { id, owner = actor.Person }));

    public Task<IReadOnlyList<DraftRow>> Of(Actor actor) => database.Read<IReadOnlyList<DraftRow>>(async c => (await c.QueryAsync<DraftRow>("""
        select id, owner, party, definition, eligibility, answers, version, created_at, updated_at, expires_at, visited, moved::text as moved from cases.draft where owner = @owner order by updated_at desc limit 100
        """, new { owner = actor.Person })).AsList());
}
