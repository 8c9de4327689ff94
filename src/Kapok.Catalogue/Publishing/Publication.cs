using Dapper;
using Kapok.Catalogue.Inheritance;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Npgsql;

namespace Kapok.Catalogue.Publishing;

/// <summary>Who publishes, when and why.</summary>
/// <param name="Cause"><c>published</c>, <c>rolled-back</c> or <c>package</c>.</param>
sealed record PublicationAct(Actor Actor, DateTimeOffset At, string Cause, string Note = "", IReadOnlyList<Guid>? Authors = null);

/// <summary>What a publication did.</summary>
/// <param name="Changed">False when the content already stood so and nothing was written.</param>
/// <param name="Below">Implementations that got a new version with it.</param>
/// <param name="ConflictsBelow">Of these, how many now have a conflict.</param>
public sealed record Published(Guid Item, Guid Version, int Number, bool Changed, IReadOnlyList<Conflict> Conflicts, int Below, int ConflictsBelow);

/// <summary>
/// Publishes a new version and lets it flow down: in the caller's transaction every descendant gets its new effective
/// content, keeps what it validly narrowed, and a conflict for what no longer fits. All writes are one statement a
/// table, however many descendants there are.
/// </summary>
static class Publication
{
    /// <summary>Publishes an item of the basic list. The caller holds <see cref="Entry.Lock"/>.</summary>
    public static Task<Published> Publish(NpgsqlConnection connection, PublicationAct act, Entry entry, ItemContent content) =>
        Write(connection, act, entry, null, new(content, []));

    /// <summary>Publishes an implementation with its own values. The caller holds <see cref="Entry.Lock"/>.</summary>
    public static async Task<Published> Publish(NpgsqlConnection connection, PublicationAct act, Entry entry, Overrides own)
    {
        var upper = await Entry.Load(connection, entry.Parent!.Value) ?? throw new InvalidOperationException($"item {entry.Id} has no parent");
        if (upper.Content is null) throw new InvalidOperationException($"parent {upper.Id} of item {entry.Id} was never published");
        var effective = Merge.Down(await Entry.ReadContent(connection, upper.Content), own, upperIsBody: !upper.IsBase);
        return await Write(connection, act, entry, own, effective, upper.Version);
    }

    static async Task<Published> Write(NpgsqlConnection connection, PublicationAct act, Entry entry, Overrides? own, Effective effective, Guid? upper = null)
    {
        var ownText = own is null ? null : StoredContent.Of(own);
        var first = NewVersion.Of(entry, ownText, effective, upper, act.At);
        if (entry.State == "published" && first.SameAs(entry))
            return new(entry.Id, entry.Version!.Value, entry.Number, false, effective.Conflicts, 0, 0);

        List<NewVersion> versions = [first, .. FlowDown(first, await Entry.Below(connection, entry.Id), act.At)];
        await Store(connection, act, versions);
        await Search.SearchRows.Update(connection, versions);
        await Signals.Send(connection, Items.Topic, entry.Id.ToString());
        return new(entry.Id, first.Id, first.Number, true, effective.Conflicts, versions.Count - 1, versions.Skip(1).Count(v => v.Conflicts.Count > 0));
    }

    /// <summary>New versions of those below, upper ones first; entries whose content stays as it was get none.</summary>
    static List<NewVersion> FlowDown(NewVersion first, List<Entry> below, DateTimeOffset at)
    {
        var now = new Dictionary<Guid, NewVersion> { [first.Entry.Id] = first };
        var merged = new Dictionary<(Guid Upper, string Own), Effective>();
        var result = new List<NewVersion>();
        foreach (var entry in below)
        {
            if (entry.State != "published" || !now.TryGetValue(entry.Parent!.Value, out var upper)) continue;
            var own = StoredContent.Canonical(entry.Own) ?? "{}";
            if (!merged.TryGetValue((upper.Id, own), out var effective))
                merged[(upper.Id, own)] = effective = Merge.Down(upper.Content, Json.Read<Overrides>(own), upperIsBody: !upper.Entry.IsBase);
            var version = NewVersion.Of(entry, own, effective, upper.Id, at);
            if (version.SameAs(entry)) continue;
            now[entry.Id] = version;
            result.Add(version);
        }
        return result;
    }

    static async Task Store(NpgsqlConnection connection, PublicationAct act, List<NewVersion> versions)
    {
        var first = versions[0];
        foreach (var part in versions.DistinctBy(v => Convert.ToHexString(v.Stored.Digest)).Chunk(500))
            await connection.ExecuteAsync("insert into catalogue.content (digest, body) select * from unnest(@digests, @bodies) on conflict do nothing",
                new { digests = part.Select(v => v.Stored.Digest).ToArray(), bodies = part.Select(v => v.Stored.Body).ToArray() });
        var events = versions.Select(v => EventLog.Seal(v.Entry.Id, v.Entry.Head, act.Actor, act.At, [v.Event(act, first)])).ToList();
        var conflicts = versions.Select(v => v.Conflicts.Count == 0 ? null : Json.Write(v.Conflicts)).ToArray();
        await connection.ExecuteAsync("""
            insert into catalogue.version (id, item, number, own, content, upper, cause, conflicts, note, authors, published_by, published_name, published_at,
                                           type, handling, visits, online, materials, legal_days, promised_days)
            select n.id, n.item, n.number, n.own::jsonb, n.content, n.upper, case when n.id = @first then @cause else 'inherited' end, n.conflicts::jsonb,
                   case when n.id = @first then @note else '' end, case when n.id = @first then @authors else '{}' end, @by, @name, @at,
                   n.type, n.handling, n.visits, n.online, n.materials, n.legal_days, n.promised_days
            from unnest(@ids, @items, @numbers, @owns, @contents, @uppers, @conflicts, @types, @handlings, @visits, @onlines, @materials, @legals, @promiseds)
              as n (id, item, number, own, content, upper, conflicts, type, handling, visits, online, materials, legal_days, promised_days)
            """, new
        {
            first = first.Id, cause = act.Cause, note = act.Note, authors = (act.Authors ?? []).ToArray(),
            by = act.Actor.Person, name = act.Actor.Name, at = act.At.UtcDateTime,
            ids = versions.Select(v => v.Id).ToArray(), items = versions.Select(v => v.Entry.Id).ToArray(), numbers = versions.Select(v => v.Number).ToArray(),
            owns = versions.Select(v => v.Own).ToArray(), contents = versions.Select(v => v.Stored.Digest).ToArray(), uppers = versions.Select(v => v.Upper).ToArray(),
            conflicts,
            types = versions.Select(v => v.Content.Type).ToArray(), handlings = versions.Select(v => (short)v.Content.Handling).ToArray(),
            visits = versions.Select(v => (short)v.Content.Visits).ToArray(), onlines = versions.Select(v => v.Content.OnlineDoable()).ToArray(),
            materials = versions.Select(v => (short)v.Content.MaterialsToSubmit().Count()).ToArray(),
            legals = versions.Select(v => v.LegalDays).ToArray(), promiseds = versions.Select(v => v.PromisedDays).ToArray(),
        });
        await connection.ExecuteAsync("""
            update catalogue.item i set state = 'published', withdrawn_at = null, name = n.name, version = n.version, number = n.number, conflicts = n.conflicts,
                                        basis_until = n.basis, changed_at = @at, event_seq = n.seq, event_digest = n.digest
            from unnest(@items, @names, @versions, @numbers, @conflicts, @bases::date[], @seqs, @digests) as n (item, name, version, number, conflicts, basis, seq, digest)
            where i.id = n.item
            """, new
        {
            at = act.At.UtcDateTime,
            items = versions.Select(v => v.Entry.Id).ToArray(), names = versions.Select(v => v.Content.Name).ToArray(), versions = versions.Select(v => v.Id).ToArray(),
            numbers = versions.Select(v => v.Number).ToArray(), conflicts = versions.Select(v => v.Conflicts.Count).ToArray(),
            bases = versions.Select(v => v.Content.Basis.Min(b => b.ValidTo)?.ToDateTime(TimeOnly.MinValue)).ToArray(),
            seqs = events.Select(e => e.Head.Seq).ToArray(), digests = events.Select(e => e.Head.Digest).ToArray(),
        });
        await EventLog.Insert(connection, [.. events.SelectMany(e => e.Events)]);
    }
}
