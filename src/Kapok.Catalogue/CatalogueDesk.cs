using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Kapok.Catalogue.Content;
using Kapok.Catalogue.Linting;
using Kapok.Catalogue.Publishing;
using Kapok.Foundation;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Identity;
using Npgsql;

namespace Kapok.Catalogue;

/// <summary>A draft after an act.</summary>
/// <param name="Revision">Optimistic version; the next act must name it.</param>
public sealed record DraftHead(Guid Item, int Revision, DraftState State, DateTimeOffset? PublishAt);

/// <summary>
/// What officials do with the lists: make, take over, edit, submit, review, publish at a date, withdraw, roll back.
/// Every act is decided on the entry's own division, organisation and line, names the revision it was made on, and is an
/// event in the same transaction. Who wrote in a draft neither approves nor publishes it.
/// </summary>
public sealed partial class CatalogueDesk(Database database, Items items, OrganisationDirectory directory, IEnumerable<IDependentWork> dependents, IEnumerable<ICoveringLicences> covering, TimeProvider time)
{
    public const string Edit = "catalogue.edit", Review = "catalogue.review", Release = "catalogue.publish";

    /// <summary>Makes a new item of the basic list, with a draft that holds what is given.</summary>
    /// <param name="organisation">Who will own it; the actor must be allowed to edit there.</param>
    public async Task<Outcome<DraftHead>> NewItem(Actor actor, Guid organisation, ItemContent content)
    {
        if (directory.Organisation(organisation) is not { } owner) return No(Refusal.NotFound, "没有这个机构", "organisation");
        if (Access.Decide(actor, Edit, owner.AsTarget()) is { Allowed: false } no) return No(Refusal.Forbidden, no.Reason);
        var code = BasicItemCode.Check(content.Code);
        if (!code.IsValid) return No(Refusal.Invalid, code.Problem!, "code");
        if (string.IsNullOrWhiteSpace(content.Name)) return No(Refusal.Invalid, "请填写事项名称", "name");
        return await database.Write(async (c, _) =>
        {
            if (await Entry.LoadBase(c, code.Value!) is { } standing) return No(Refusal.Conflict, $"基本编码 {code.Value} 已有事项“{standing.Name}”", "code");
            var id = await NewEntry.Base(c, actor, Now, code.Value!, content.Name, owner.Line, owner.DivisionPath, owner.Id, Level(owner), null);
            var entry = (await Entry.Load(c, id))!;
            return await InsertDraft(c, actor, entry, Json.Write(content with { Code = code.Value!, Line = content.Line.Length == 0 ? owner.Line : content.Line }));
        });
    }

    /// <summary>An organisation takes an item over: a new implementation that narrows nothing yet, with an empty draft.</summary>
    /// <param name="upper">The item of the basic list, or the implementation of a division above.</param>
    public async Task<Outcome<DraftHead>> TakeOver(Actor actor, Guid upper, Guid organisation)
    {
        if (directory.Organisation(organisation) is not { } body) return No(Refusal.NotFound, "没有这个机构", "organisation");
        if (Access.Decide(actor, Edit, body.AsTarget()) is { Allowed: false } no) return No(Refusal.Forbidden, no.Reason);
        return await database.Write(async (c, _) =>
        {
            if (await Entry.Load(c, upper) is not { State: "published" } parent) return No(Refusal.NotFound, "上级事项没有发布或已经取消");
            await Entry.Lock(c, parent.Root);
            if (await Entry.LoadOfBody(c, parent.BasicCode, organisation) is not null) return No(Refusal.Conflict, $"{body.Name}已经承接了这个事项");
            var content = await Entry.ReadContent(c, parent.Content!);
            var level = Level(body);
            if (!content.Levels.Contains(level)) return No(Refusal.Invalid, $"行使层级不含{CodeTables.Level.Find($"{level}")}，{body.Name}不能承接");
            if (!parent.IsBase && !body.DivisionPath.StartsWith(parent.Division + ".", StringComparison.Ordinal)) return No(Refusal.Invalid, "只能承接上级区划的实施清单，不能循环继承");
            if (parent.IsBase && parent.Division != body.DivisionPath && !body.DivisionPath.StartsWith(parent.Division + ".", StringComparison.Ordinal)) return No(Refusal.Invalid, $"{body.Name}不在该事项的区划之内");
            var id = await NewEntry.Implementation(c, actor, Now, parent, body, level, null);
            return await InsertDraft(c, actor, (await Entry.Load(c, id))!, StoredContent.Of(Overrides.None));
        });
    }

    /// <summary>Opens a draft on what is in force; an open draft is returned as it is.</summary>
    public Task<Outcome<DraftHead>> Open(Actor actor, Guid item) => Act<DraftHead>(actor, item, Edit, null, async (c, entry, draft) =>
        draft is not null ? Head(draft) : await InsertDraft(c, actor, entry, await Standing(c, entry)));

    /// <summary>Sets fields of a draft. Unknown fields and values of the wrong kind are faults; whether the whole makes sense is for the linter.</summary>
    /// <param name="fields">Field → value; JSON null empties a field. Fields that are not named stay.</param>
    public Task<Outcome<DraftHead>> Save(Actor actor, Guid item, int revision, JsonObject fields) => Act(actor, item, Edit, revision, async (c, entry, draft) =>
    {
        if (draft is null) return No(Refusal.NotFound, "没有草稿，请先打开草稿");
        if (draft.Stage != DraftState.Editing) return No(Refusal.Conflict, "草稿已经送审，退回后才能修改");
        var body = JsonNode.Parse(draft.Body)!.AsObject();
        foreach (var (field, value) in fields)
            if (value is null) body.Remove(field);
            else body[field] = value.DeepClone();
        var faults = new List<Fault>();
        var written = WrittenText.Json(body.ToJsonString(Json.Options));
        if (!written.Ok) return written.As<DraftHead>();
        var (text, changes) = entry.IsBase
            ? Read(StrictReader.Read<ItemContent>(written.Value!, faults), draft.Content())
            : Read(StrictReader.Read<Overrides>(written.Value!, faults), draft.Overrides());
        if (entry.IsBase && fields["code"] is { } code && code.ToString() != entry.BasicCode) faults.Add(new("code", "基本编码不能修改；编码变了就是另一个事项"));
        if (faults.Count > 0) return Outcome<DraftHead>.Invalid(faults);
        if (changes.Count == 0) return Head(draft);
        var now = draft with { Revision = draft.Revision + 1, Body = text!, Authors = [.. draft.Authors.Append(actor.Person ?? Guid.Empty).Distinct()] };
        await c.ExecuteAsync("update catalogue.draft set revision = @Revision, body = @Body::jsonb, authors = @Authors, changed_by = @Name, changed_at = @at where item = @Item",
            new { now.Revision, now.Body, now.Authors, actor.Name, at = Now.UtcDateTime, now.Item });
        if (entry.Version is null && entry.IsBase) await c.ExecuteAsync("update catalogue.item set name = @Name where id = @Item", new { now.Content().Name, now.Item });
        await EntryLog.Append(c, entry, actor, Now, new NewEvent(CatalogueEvents.DraftChanged, Json.Write(new { revision = now.Revision, changes })));
        return Head(now);
    });

    /// <summary>Gives a draft up. What is in force stays.</summary>
    public Task<Outcome<DraftHead>> Drop(Actor actor, Guid item, int revision) => Act(actor, item, Edit, revision, async (c, entry, draft) =>
    {
        if (draft is null) return No(Refusal.NotFound, "没有草稿");
        await c.ExecuteAsync("delete from catalogue.draft where item = @item", new { item });
        await EntryLog.Append(c, entry, actor, Now, new NewEvent(CatalogueEvents.DraftDropped, Json.Write(new { draft.Revision, draft.Body })));
        return new DraftHead(item, draft.Revision, draft.Stage, null);
    });

    /// <summary>What others changed in a draft after a revision: shown to whoever saves on an older one.</summary>
    public async Task<IReadOnlyList<DraftChange>> ChangesSince(Guid item, int revision)
    {
        var events = await database.Read(c => EventLog.Read(c, item));
        return [.. from e in events
                   where e.Type == CatalogueEvents.DraftChanged
                   let data = Json.Read<ChangedData>(e.Data)
                   where data.Revision > revision && e.Seq > events.Where(o => o.Type == CatalogueEvents.DraftOpened).Select(o => o.Seq).DefaultIfEmpty(0).Max()
                   select new DraftChange(data.Revision, e.ActorName, e.At, data.Changes)];
    }

    sealed record ChangedData(int Revision, List<Change> Changes);

    static (string?, IReadOnlyList<Change>) Read<T>(T? now, T before) where T : class => now is null ? (null, []) : (Json.Write(now), Difference.Between(before, now));

    DateTimeOffset Now => time.GetUtcNow();
    int Level(Organisation organisation) => (int)directory.Division(organisation.DivisionCode)!.Level;
    static Outcome<DraftHead> No(Refusal refusal, string message, string where = "") => Outcome<DraftHead>.No(refusal, message, where);
    static DraftHead Head(Draft draft) => new(draft.Item, draft.Revision, draft.Stage, draft.PublishAt is { } at ? new DateTimeOffset(at) : null);

    /// <summary>JSON of what an entry says of its own: the content, or the overrides.</summary>
    static async Task<string> Standing(NpgsqlConnection c, Entry entry) => entry.IsBase
        ? entry.Content is { } content ? Json.Write(await Entry.ReadContent(c, content)) : Json.Write(new ItemContent { Code = entry.BasicCode, Name = entry.Name, Line = entry.Line })
        : StoredContent.Of(entry.Overrides());

    async Task<DraftHead> InsertDraft(NpgsqlConnection c, Actor actor, Entry entry, string body, string cause = "published", DraftState state = DraftState.Editing, string note = "")
    {
        var draft = new Draft
        {
            Item = entry.Id, Revision = 1, Body = body, Base = entry.Version, Cause = cause, State = state.ToString().ToLowerInvariant(),
            Authors = [actor.Person ?? Guid.Empty], ChangedBy = actor.Name, ChangedAt = Now.UtcDateTime, Note = note,
        };
        await c.ExecuteAsync("""
            insert into catalogue.draft (item, revision, body, base, cause, state, authors, changed_by, changed_at, note)
            values (@Item, @Revision, @Body::jsonb, @Base, @Cause, @State, @Authors, @ChangedBy, @ChangedAt, @Note)
            """, draft);
        await EntryLog.Append(c, entry, actor, Now, new NewEvent(CatalogueEvents.DraftOpened, Json.Write(new { @base = entry.Version, cause }), note));
        return Head(draft);
    }

    /// <summary>Locks the family, loads the entry and its draft, decides on rights and revision, then acts.</summary>
    async Task<Outcome<T>> Act<T>(Actor actor, Guid item, string permission, int? revision, Func<NpgsqlConnection, Entry, Draft?, Task<Outcome<T>>> act)
    {
        await using var connection = await database.Open();
        await using var transaction = await connection.BeginTransactionAsync();
        if (await connection.ExecuteScalarAsync<Guid?>("select root from catalogue.item where id = @item", new { item }) is not { } root) return Outcome<T>.No(Refusal.NotFound, "没有这个事项");
        await Entry.Lock(connection, root);
        var entry = (await Entry.Load(connection, item))!;
        if (Access.Decide(actor, permission, entry.AsTarget()) is { Allowed: false } no) return Outcome<T>.No(Refusal.Forbidden, no.Reason);
        var draft = await Draft.Load(connection, item);
        if (revision is { } expected && draft is not null && draft.Revision != expected)
            return Outcome<T>.No(Refusal.Conflict, $"{draft.ChangedBy}在您之后改过这份草稿（第 {draft.Revision} 稿），请看过变化再保存");
        var result = await act(connection, entry, draft);
        if (!result.Ok) return result;
        await transaction.CommitAsync();
        items.Forget();
        return result;
    }
}
