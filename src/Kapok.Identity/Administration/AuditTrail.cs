using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;

namespace Kapok.Identity.Administration;

/// <summary>One line of what an official did or what was done to his account.</summary>
public sealed record AuditRow(long Id, DateTime At, string ActorName, string Type, string Origin, string Ground);

/// <summary>A look at somebody's data.</summary>
public sealed record ReadRow(long Id, DateTime At, string Person, string Reader, string What, string Purpose);

/// <summary>What officials did and looked at; who looked at a person. Reads only; the caller decides whether he may.</summary>
public sealed class AuditTrail(Database database)
{
    public const int PageSize = 50;

    /// <summary>Events by the person and of his accounts, the newest first.</summary>
    public async Task<Listing<AuditRow>> Events(Guid person, string? after)
    {
        var (xid, id) = Key(after);
        var rows = await database.Read(async c => (await c.QueryAsync<Row>("""
            select xid::text::bigint as xid, id, at, actor_name, type, origin, ground from (
              select xid, id, at, actor_name, type, origin, ground from kapok.event where actor = @person
              union
              select xid, id, at, actor_name, type, origin, ground from kapok.event
              where stream = @person or stream in (select id from identity.account where person = @person)) e
            where (e.xid, e.id) < (@xid::text::xid8, @id) order by e.xid desc, e.id desc limit @limit
            """,
            new { person, xid, id, limit = PageSize + 1 })).AsList());
        var more = rows.Count > PageSize;
        if (more) rows.RemoveAt(PageSize);
        return new([.. rows.Select(r => new AuditRow(r.Id, r.At, r.ActorName, r.Type, r.Origin, r.Ground))], more ? $"{rows[^1].Xid}-{rows[^1].Id}" : null);
    }

    /// <summary>Personal data the official looked at, the newest first.</summary>
    public Task<Listing<ReadRow>> Reads(Guid reader, string? after) => ReadsWhere("r.reader = @who", reader, after);

    /// <summary>Who looked at the data of a person, the newest first.</summary>
    public Task<Listing<ReadRow>> ReadsOf(Guid person, string? after) => ReadsWhere("r.person = @who", person, after);

    async Task<Listing<ReadRow>> ReadsWhere(string condition, Guid who, string? after)
    {
        var (at, id) = ReadKey(after);
        var rows = await database.Read(async c => (await c.QueryAsync<ReadRow>($"""
            select r.id, r.at, coalesce(p.name, f.name, '') as person, r.reader_name as reader, r.what, r.purpose from kapok.data_read r
            left join identity.person p on p.id = r.person left join identity.company f on f.id = r.person
            where {condition} and (r.at, r.id) < (@at, @id) order by r.at desc, r.id desc limit @limit
            """, new { who, at, id, limit = PageSize + 1 })).AsList());
        var more = rows.Count > PageSize;
        if (more) rows.RemoveAt(PageSize);
        return new(rows, more ? $"{rows[^1].At.Ticks}-{rows[^1].Id}" : null);
    }

    static (DateTime At, long Id) ReadKey(string? after)
    {
        if (string.IsNullOrEmpty(after)) return (DateTime.SpecifyKind(DateTime.MaxValue.AddYears(-1), DateTimeKind.Utc), 0);
        return after.Split('-') is [var t, var i] && long.TryParse(t, out var ticks) && ticks is > 0 and < 3_000_000_000_000_000_000 && long.TryParse(i, out var id)
            ? (new(ticks, DateTimeKind.Utc), id) : throw new InvalidDataException("翻页位置不正确，请回到第一页");
    }

    static (long Xid, long Id) Key(string? after)
    {
        if (string.IsNullOrEmpty(after)) return (long.MaxValue, 0);
        return after.Split('-') is [var x, var i] && long.TryParse(x, out var xid) && long.TryParse(i, out var id) && xid >= 0 ? (xid, id) : throw new InvalidDataException("翻页位置不正确，请回到第一页");
    }

    sealed record Row(long Xid, long Id, DateTime At, string ActorName, string Type, string Origin, string Ground);
}
