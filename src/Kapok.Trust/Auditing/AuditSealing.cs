using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Foundation.Jobs;
using Kapok.Trust.Authority;
using Kapok.Trust.Timestamps;
using Npgsql;

namespace Kapok.Trust.Auditing;

/// <summary>
/// Seals the log: takes every event that has become visible into the tree, then signs and timestamps the root. Daily
/// as a job, and whenever an auditor asks.
/// </summary>
public sealed class AuditSealing(Database database, NodeAuthority authority, Keys.Keys keys, TimestampAuthority timestamps, NodeOptions options, TimeProvider time)
{
    /// <summary>Stream of the events about sealing itself.</summary>
    public static readonly Guid Stream = new("6b61706f-6b61-8561-8001-617564697400");

    const int Batch = 20_000;

    /// <summary>Takes in what is new and signs a root. Throws <see cref="TimestampUnavailable"/> or <see cref="Keys.KeyUnavailable"/> when that must wait.</summary>
    public async Task<SignedRoot> Seal(Actor actor, CancellationToken stop = default)
    {
        await database.Write((c, _) => EventLog.Append(c, Stream, actor, time.GetUtcNow(), new NewEvent("audit-sealing-asked", "{}")), stop);
        while (await Grow(stop) == Batch) { }
        var first = await authority.First(stop);
        return await database.Write(async (c, _) =>
        {
            var size = await c.QuerySingleAsync<long>("select size from trust.audit_head for update");
            var previous = await c.QuerySingleOrDefaultAsync<(long Number, string Statement)?>("select number, statement from trust.audit_root order by number desc limit 1");
            var root = await Tiles(c).Root(size);
            var statement = new RootStatement(options.Division, (previous?.Number ?? 0) + 1, size, root, previous is null ? RootStatement.NoPrevious : RootStatement.DigestOf(previous.Value.Statement), time.GetUtcNow());
            var signature = await keys.Sign(first.Audit.Id, System.Text.Encoding.UTF8.GetBytes(statement.Text), stop);
            var signed = new SignedRoot(statement.Text, signature, first.Audit.Certificate!.Raw, await timestamps.StampData(signature, stop));
            await c.ExecuteAsync("insert into trust.audit_root (number, size, at, statement, signature, certificate, timestamp) values (@Number, @Size, @at, @Statement, @Signature, @Certificate, @Timestamp)",
                new { statement.Number, statement.Size, at = statement.At.UtcDateTime, signed.Statement, signed.Signature, signed.Certificate, signed.Timestamp });
            return signed;
        }, stop);
    }

    /// <summary>Takes the next events into the tree, in one transaction.</summary>
    /// <returns>How many there were.</returns>
    Task<int> Grow(CancellationToken stop) => database.Write(async (c, _) =>
    {
        var (size, xid, id) = await c.QuerySingleAsync<(long, long, long)>("select size, xid::text::bigint, id from trust.audit_head for update");
        var writer = new TileWriter(size, await Unfinished(c, size));
        var count = 0;
        await using (var command = new NpgsqlCommand("""
            select xid::text::bigint, id, digest from kapok.event
            where (xid, id) > ($1::text::xid8, $2) and xid < pg_snapshot_xmin(pg_current_snapshot()) order by xid, id limit $3
            """, c) { Parameters = { new() { Value = xid.ToString(System.Globalization.CultureInfo.InvariantCulture) }, new() { Value = id }, new() { Value = Batch } } })
        await using (var reader = await command.ExecuteReaderAsync(stop))
            for (; await reader.ReadAsync(stop); count++)
            {
                (xid, id) = (reader.GetInt64(0), reader.GetInt64(1));
                writer.Add(MerkleTree.Leaf((byte[])reader[2]), xid, id);
            }
        if (count == 0) return 0;
        await Store(c, writer.Take());
        await c.ExecuteAsync("update trust.audit_head set size = @Size, xid = @xid::text::xid8, id = @id", new { writer.Size, xid, id });
        return count;
    }, stop);

    internal static async Task<IReadOnlyList<Tile>> Unfinished(NpgsqlConnection c, long size)
    {
        var tiles = new List<Tile>();
        foreach (var (level, index) in TileWriter.Unfinished(size))
            if (await c.QuerySingleOrDefaultAsync<(byte[] Hashes, long? Xid, long? Id)?>("select hashes, first_xid::text::bigint, first_id from trust.audit_tile where level = @level and index = @index", new { level, index }) is { } t) tiles.Add(new(level, index, t.Hashes, t.Xid, t.Id));
        return tiles;
    }

    static Task Store(NpgsqlConnection c, IReadOnlyList<Tile> tiles) => c.ExecuteAsync("""
        insert into trust.audit_tile (level, index, first_xid, first_id, hashes) values (@Level, @Index, @Xid::text::xid8, @FirstId, @Hashes)
        on conflict (level, index) do update set hashes = excluded.hashes
        """, tiles.Select(t => new { t.Level, t.Index, Xid = t.FirstXid?.ToString(System.Globalization.CultureInfo.InvariantCulture), t.FirstId, t.Hashes }));

    /// <summary>Reads tiles of the stored tree.</summary>
    internal static TileReader Tiles(NpgsqlConnection c) => new(async (level, index) =>
        await c.QuerySingleOrDefaultAsync<byte[]?>("select hashes from trust.audit_tile where level = @level and index = @index", new { level, index }) ?? throw new InvalidDataException($"审计树缺少第 {level} 层第 {index} 块"));
}

/// <summary>Seals once a day and plans the next time.</summary>
sealed class AuditRootJob(AuditSealing sealing, Database database, TimeProvider time) : IJob
{
    public const string KindName = "audit-root";

    public string Kind => KindName;

    public async Task Run(JobRun run, CancellationToken stop)
    {
        await sealing.Seal(Actor.System, stop);
        await database.Write((c, _) => Plan(c, time.GetUtcNow().AddDays(1)), stop);
    }

    public static Task<Guid> Plan(NpgsqlConnection connection, DateTimeOffset due) => Jobs.Add(connection, KindName, new { }, due, key: $"{due:yyyy-MM-dd}");
}
