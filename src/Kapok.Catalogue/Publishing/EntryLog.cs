using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Events;
using Npgsql;

namespace Kapok.Catalogue.Publishing;

/// <summary>Appends to the chain of an entry, whose head stands in its own row. The caller holds <see cref="Entry.Lock"/> and has loaded the entry under it.</summary>
static class EntryLog
{
    /// <returns>The entry with its new head, for the next append in the same transaction.</returns>
    public static async Task<Entry> Append(NpgsqlConnection connection, Entry entry, Actor actor, DateTimeOffset at, params IReadOnlyList<NewEvent> events)
    {
        var (sealedEvents, head) = EventLog.Seal(entry.Id, entry.Head, actor, at, events);
        await EventLog.Insert(connection, sealedEvents);
        await connection.ExecuteAsync("update catalogue.item set event_seq = @Seq, event_digest = @Digest, changed_at = @at where id = @Id", new { head.Seq, head.Digest, entry.Id, at = at.UtcDateTime });
        return entry with { EventSeq = head.Seq, EventDigest = head.Digest };
    }
}
