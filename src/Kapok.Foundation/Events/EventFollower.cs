using Dapper;
using Kapok.Foundation.Data;
using Npgsql;

namespace Kapok.Foundation.Events;

/// <summary>Position in the log: transaction, then event. Opaque to callers, ordered by commit safety.</summary>
public readonly record struct EventCursor(long Xid, long Id)
{
    public override string ToString() => $"{Xid}-{Id}";

    public static bool TryParse(string? text, out EventCursor cursor)
    {
        cursor = default;
        if (string.IsNullOrEmpty(text)) return true;
        var dash = text.IndexOf('-');
        if (dash < 1 || !long.TryParse(text[..dash], out var xid) || !long.TryParse(text[(dash + 1)..], out var id) || xid < 0 || id < 0) return false;
        cursor = new(xid, id);
        return true;
    }
}

/// <summary>
/// Reads the log in an order in which nothing can appear behind the reader: an event is visible only when every
/// transaction that began before its own has ended.
/// </summary>
public static class EventFollower
{
    public static async Task<(IReadOnlyList<(EventCursor Cursor, LoggedEvent Event)> Events, EventCursor Next)> After(
        NpgsqlConnection connection, EventCursor cursor, int limit, string[]? types = null)
    {
        var rows = (await connection.QueryAsync<Row>("""
            select xid::text::bigint as xid, id, stream, seq, type, at, actor, actor_name, on_behalf, origin, ground, data::text as data, digest
            from kapok.event
            where (xid, id) > (@Xid::text::xid8, @Id)
              and xid < pg_snapshot_xmin(pg_current_snapshot())
              and (@types::text[] is null or type = any(@types))
            order by xid, id limit @limit
            """, new { cursor.Xid, cursor.Id, limit, types })).AsList();
        var events = rows.Select(r => (new EventCursor(r.Xid, r.Id),
            new LoggedEvent(r.Stream, r.Seq, r.Type, new DateTimeOffset(r.At), r.Actor, r.ActorName, r.OnBehalf, r.Origin, r.Ground, r.Data, r.Digest))).ToList();
        return (events, events.Count == 0 ? cursor : events[^1].Item1);
    }

    sealed record Row(long Xid, long Id, Guid Stream, int Seq, string Type, DateTime At, Guid? Actor, string ActorName, Guid? OnBehalf, string Origin, string Ground, string Data, byte[] Digest);
}
