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

    /// <summary>
    /// Goes on where a named follower stopped: hands over the events of its types among the next <paramref name="span"/>,
    /// in one transaction with what it writes. Events of other types cost an index entry each, no more.
    /// </summary>
    /// <returns>How many events were passed; 0 when there are none, or when another process is at it.</returns>
    public static Task<int> Follow(Database database, string follower, string[] types, int span, Func<NpgsqlConnection, IReadOnlyList<LoggedEvent>, Task> work, CancellationToken stop = default) => database.Write(async (c, _) =>
    {
        await c.ExecuteAsync("insert into kapok.cursor (follower) values (@follower) on conflict do nothing", new { follower });
        if (await c.QuerySingleOrDefaultAsync<Place?>("select xid::text::bigint as xid, id from kapok.cursor where follower = @follower for update skip locked", new { follower }) is not { } from) return 0;
        var end = await c.QuerySingleOrDefaultAsync<Reach?>("""
            select (array_agg(xid order by xid desc, id desc))[1]::text::bigint as xid, (array_agg(id order by xid desc, id desc))[1] as id, count(*)::int as passed
            from (select xid, id from kapok.event where (xid, id) > (@Xid::text::xid8, @Id) and xid < pg_snapshot_xmin(pg_current_snapshot()) order by xid, id limit @span) e
            having count(*) > 0
            """, new { from.Xid, from.Id, span });
        if (end is null) return 0;
        var rows = await c.QueryAsync<Row>("""
            select xid::text::bigint as xid, id, stream, seq, type, at, actor, actor_name, on_behalf, origin, ground, data::text as data, digest from kapok.event
            where (xid, id) > (@FromXid::text::xid8, @FromId) and (xid, id) <= (@ToXid::text::xid8, @ToId) and type = any(@types) order by xid, id
            """, new { FromXid = from.Xid, FromId = from.Id, ToXid = end.Xid, ToId = end.Id, types });
        IReadOnlyList<LoggedEvent> events = [.. rows.Select(r => new LoggedEvent(r.Stream, r.Seq, r.Type, new DateTimeOffset(r.At), r.Actor, r.ActorName, r.OnBehalf, r.Origin, r.Ground, r.Data, r.Digest))];
        if (events.Count > 0) await work(c, events);
        await c.ExecuteAsync("update kapok.cursor set xid = @Xid::text::xid8, id = @Id where follower = @follower", new { follower, end.Xid, end.Id });
        return end.Passed;
    }, stop);

    sealed record Place(long Xid, long Id);
    sealed record Reach(long Xid, long Id, int Passed);
    sealed record Row(long Xid, long Id, Guid Stream, int Seq, string Type, DateTime At, Guid? Actor, string ActorName, Guid? OnBehalf, string Origin, string Ground, string Data, byte[] Digest);
}
