using Dapper;
using Kapok.Catalogue.Inheritance;
using Kapok.Catalogue.Linting;
using Kapok.Catalogue.Publishing;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Foundation.Jobs;
using Npgsql;

namespace Kapok.Catalogue;

/// <summary>The way of a draft to publication, and of a published entry to its end.</summary>
public sealed partial class CatalogueDesk
{
    /// <summary>Hands a draft over for review. The linter's errors block; its warnings need a word in <paramref name="note"/>.</summary>
    public Task<Outcome<DraftHead>> Submit(Actor actor, Guid item, int revision, string note = "") => Act(actor, item, Edit, revision, async (c, entry, draft) =>
    {
        if (draft is null) return No(Refusal.NotFound, "没有草稿");
        if (draft.Stage != DraftState.Editing) return No(Refusal.Conflict, "草稿已经送审");
        var view = await View(c, entry, draft);
        if (view.Blocking(note) is { Count: > 0 } faults) return Outcome<DraftHead>.Invalid(faults);
        return await Step(c, entry, draft, actor, DraftState.Review, CatalogueEvents.Submitted, note);
    });

    /// <summary>The reviewer sends a draft back with a reason.</summary>
    public Task<Outcome<DraftHead>> Return(Actor actor, Guid item, int revision, string reason) => Act(actor, item, Review, revision, async (c, entry, draft) =>
    {
        if (draft is null) return No(Refusal.NotFound, "没有草稿");
        if (draft.Stage is DraftState.Editing) return No(Refusal.Conflict, "草稿还在编辑");
        if (string.IsNullOrWhiteSpace(reason)) return No(Refusal.Invalid, "请写明退回的原因", "reason");
        return await Step(c, entry, draft, actor, DraftState.Editing, CatalogueEvents.Returned, reason);
    });

    /// <summary>The reviewer approves. Nobody reviews what he wrote himself.</summary>
    public Task<Outcome<DraftHead>> Approve(Actor actor, Guid item, int revision) => Act(actor, item, Review, revision, async (c, entry, draft) =>
    {
        if (draft is null) return No(Refusal.NotFound, "没有草稿");
        if (draft.Stage != DraftState.Review) return No(Refusal.Conflict, "草稿不在待审状态");
        if (draft.Authors.Contains(actor.Person ?? Guid.Empty)) return No(Refusal.Forbidden, "编制人不能审核自己写的草稿");
        return await Step(c, entry, draft, actor, DraftState.Approved, CatalogueEvents.Approved, draft.Note);
    });

    /// <summary>Publishes an approved draft now, or at a date. Nobody publishes what he wrote himself.</summary>
    /// <returns>Null when it is now scheduled.</returns>
    public Task<Outcome<Published?>> Publish(Actor actor, Guid item, int revision, DateTimeOffset? at = null) => Act<Published?>(actor, item, Release, revision, async (c, entry, draft) =>
    {
        if (draft is null) return Outcome<Published?>.No(Refusal.NotFound, "没有草稿");
        if (draft.Stage is not (DraftState.Approved or DraftState.Scheduled)) return Outcome<Published?>.No(Refusal.Conflict, "草稿还没有审核通过");
        if (draft.Authors.Contains(actor.Person ?? Guid.Empty)) return Outcome<Published?>.No(Refusal.Forbidden, "编制人不能发布自己写的草稿");
        if (at is not { } date || date <= Now) return await Release_(c, entry, draft, actor);
        if (date > Now.AddYears(5)) return Outcome<Published?>.No(Refusal.Invalid, "发布日期最多定在五年之内", "at");
        await c.ExecuteAsync("update catalogue.draft set revision = revision + 1, state = 'scheduled', publish_at = @at, scheduled_by = @Person, scheduled_name = @Name where item = @item",
            new { at = date.UtcDateTime, actor.Person, actor.Name, item });
        await Jobs.Add(c, DuePublications.Name, new DuePublications.Due(item), date, key: $"{item} {date.UtcTicks}");
        await EntryLog.Append(c, entry, actor, Now, new NewEvent(CatalogueEvents.Scheduled, Json.Write(new { draft.Revision, at = date })));
        return (Published?)null;
    });

    /// <summary>Takes a date of publication back; the draft stays approved.</summary>
    public Task<Outcome<DraftHead>> Unschedule(Actor actor, Guid item, int revision, string reason = "") => Act(actor, item, Release, revision, async (c, entry, draft) =>
        draft?.Stage is not DraftState.Scheduled ? No(Refusal.Conflict, "没有定时发布") : await Step(c, entry, draft, actor, DraftState.Approved, CatalogueEvents.Unscheduled, reason));

    /// <summary>A new version with an old content: a draft that goes through review and publication by another person.</summary>
    /// <param name="number">Number of the version to go back to.</param>
    public Task<Outcome<DraftHead>> RollBack(Actor actor, Guid item, int number, string reason) => Act(actor, item, Edit, null, async (c, entry, draft) =>
    {
        if (draft is not null) return No(Refusal.Conflict, "已有一份草稿，请先发布或放弃");
        if (string.IsNullOrWhiteSpace(reason)) return No(Refusal.Invalid, "请写明恢复旧版本的原因", "reason");
        var old = await c.QuerySingleOrDefaultAsync<(string? Own, byte[]? Content)>("select own::text, content from catalogue.version where item = @item and number = @number", new { item, number });
        if (old.Content is null) return No(Refusal.NotFound, $"没有第 {number} 版");
        var body = entry.IsBase ? Json.Write(await Entry.ReadContent(c, old.Content)) : StoredContent.Canonical(old.Own)!;
        return await InsertDraft(c, actor, entry, body, "rolled-back", DraftState.Review, $"恢复到第 {number} 版：{reason}");
    });

    /// <summary>Puts a draft on the version now in force: its own text stays, what stands below it is now the present version.</summary>
    public Task<Outcome<DraftHead>> Rebase(Actor actor, Guid item, int revision) => Act(actor, item, Edit, revision, async (c, entry, draft) =>
    {
        if (draft is null) return No(Refusal.NotFound, "没有草稿");
        await c.ExecuteAsync("update catalogue.draft set base = @Version where item = @item", new { entry.Version, item });
        return await Step(c, entry, draft, actor, DraftState.Editing, CatalogueEvents.DraftChanged, "");
    });

    /// <summary>Ends an entry; with an item of the basic list end all its implementations. Versions stay readable for cases that began with them.</summary>
    public Task<Outcome<int>> Withdraw(Actor actor, Guid item, string ground) => Act(actor, item, Release, null, async (c, entry, draft) =>
    {
        if (entry.State != "published") return Outcome<int>.No(Refusal.Conflict, "事项没有发布或已经取消");
        if (string.IsNullOrWhiteSpace(ground)) return Outcome<int>.No(Refusal.Invalid, "请写明取消的依据", "ground");
        List<Entry> all = [entry, .. (await Entry.Below(c, item)).Where(e => e.State == "published")];
        foreach (var one in all) await EntryLog.Append(c, one, actor, Now, new NewEvent(CatalogueEvents.Withdrawn, Json.Write(new { version = one.Version, from = one.Id == item ? null : (Guid?)item }), ground));
        await c.ExecuteAsync("update catalogue.item set state = 'withdrawn', withdrawn_at = @at, conflicts = 0 where id = any(@ids)", new { at = Now.UtcDateTime, ids = all.Select(e => e.Id).ToArray() });
        await c.ExecuteAsync("insert into catalogue.withdrawal (item, at) select id, @at from unnest(@ids) as t (id)", new { at = Now.UtcDateTime, ids = all.Select(e => e.Id).ToArray() });
        await Search.SearchRows.Remove(c, all);
        await Signals.Send(c, Items.Topic, item.ToString());
        return all.Count;
    });

    async Task<Outcome<Published?>> Release_(NpgsqlConnection c, Entry entry, Draft draft, Actor actor)
    {
        if (draft.Base != entry.Version && await OwnChanged(c, entry, draft))
            return Outcome<Published?>.No(Refusal.Conflict, "草稿打开之后，现行版本变过（应用包升级或他人发布）。请对照现行版本确认后再发布");
        if (!entry.IsBase && (await Entry.Load(c, entry.Parent!.Value))!.State != "published") return Outcome<Published?>.No(Refusal.Conflict, "上级事项没有发布或已经取消");
        var view = await View(c, entry, draft);
        if (view.Blocking(draft.Note) is { Count: > 0 } faults) return Outcome<Published?>.Invalid(faults);
        var act = new PublicationAct(actor, Now, draft.Cause, draft.Note, draft.Authors);
        var published = entry.IsBase ? await Publication.Publish(c, act, entry, draft.Content()) : await Publication.Publish(c, act, entry, draft.Overrides());
        await c.ExecuteAsync("delete from catalogue.draft where item = @Id", new { entry.Id });
        return published.Changed ? published : Outcome<Published?>.No(Refusal.Conflict, "草稿与现行版本没有不同，无需发布");
    }

    async Task<DraftView> View(NpgsqlConnection c, Entry entry, Draft draft) => await DraftView.Of(c, entry, draft, await LintContext(c));

    /// <summary>What the linter knows of this node today.</summary>
    async Task<LintContext> LintContext(NpgsqlConnection c)
    {
        var events = (await c.QueryAsync<string>("select key from catalogue.life_event")).ToHashSet();
        var codes = (await c.QueryAsync<string>("select basic_code from catalogue.item where parent is null and state = 'published'")).ToHashSet();
        var forms = await Installing.KnownForms.Read(c);
        return new(ChinaTime.DateOf(Now)) { LifeEvents = events, ItemExists = codes.Contains, Lines = directory.Current.Lines.Select(l => l.Key).ToHashSet(), FormFields = forms.GetValueOrDefault, Licences = [.. covering.SelectMany(l => l.Words)] };
    }

    /// <summary>Whether the entry's own words changed since the draft was opened; new words from above alone do not matter to it.</summary>
    static async Task<bool> OwnChanged(NpgsqlConnection c, Entry entry, Draft draft)
    {
        if (entry.IsBase || draft.Base is null) return true;
        var own = await c.QuerySingleAsync<string?>("select own::text from catalogue.version where id = @Base", new { draft.Base });
        return StoredContent.Canonical(own) != StoredContent.Canonical(entry.Own);
    }

    async Task<DraftHead> Step(NpgsqlConnection c, Entry entry, Draft draft, Actor actor, DraftState to, string type, string note)
    {
        await c.ExecuteAsync("""
            update catalogue.draft set revision = revision + 1, state = @state, note = @note, reviewer = case when @approved then @Person else reviewer end,
                                       publish_at = null, scheduled_by = null, scheduled_name = null where item = @Item
            """, new { state = to.ToString().ToLowerInvariant(), note, approved = to == DraftState.Approved, actor.Person, draft.Item });
        await EntryLog.Append(c, entry, actor, Now, new NewEvent(type, Json.Write(type == CatalogueEvents.DraftChanged
            ? (object)new { revision = draft.Revision + 1, changes = Array.Empty<object>(), rebased = entry.Version } : new { revision = draft.Revision + 1 }), note));
        return new(draft.Item, draft.Revision + 1, to, null);
    }

    /// <summary>Publishes a scheduled draft whose time has come; what can no longer be published goes back to "approved" with the reason in the log.</summary>
    internal async Task PublishDue(Guid item)
    {
        var done = await Act<bool>(Actor.System, item, Release, null, async (c, entry, draft) =>
        {
            if (draft?.Stage is not DraftState.Scheduled) return true;
            if (draft.PublishAt is { } at && at > Now.UtcDateTime)
            {
                // The queue goes by the clock of the database; where that is ahead, or the date was moved, come again.
                var soon = TimeProvider.System.GetUtcNow().AddSeconds(5);
                await Jobs.Add(c, DuePublications.Name, new DuePublications.Due(item), at > soon.UtcDateTime ? new(at) : soon);
                return true;
            }
            var scheduler = Actor.System with { Person = draft.ScheduledBy, Name = draft.ScheduledName ?? Actor.System.Name };
            var result = await Release_(c, entry, draft, scheduler);
            if (result.Ok) return true;
            await Step(c, (await Entry.Load(c, item))!, draft, Actor.System, DraftState.Approved, CatalogueEvents.Unscheduled, $"到了发布日期没有发布：{result.Message}");
            return true;
        });
        if (!done.Ok && done.Refused != Refusal.NotFound) throw new InvalidOperationException(done.Message);
    }
}
