using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Kapok.Foundation.Data;
using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Events;
using Kapok.Trust.Authority;
using Npgsql;

namespace Kapok.Trust.Auditing;

/// <summary>
/// Writes the log between two signed roots as lines of JSON (docs/audit.md): a head with the certificates, the roots, then for
/// every tile the sealed leaf hashes and the events as they stand in the log today.
/// </summary>
public sealed class AuditExport(Database database, NodeAuthority authority, NodeOptions options)
{
    /// <summary>Signed roots, newest first.</summary>
    public Task<IReadOnlyList<(RootStatement Statement, SignedRoot Root)>> Roots(int limit = 100) => database.Read(c => Roots(c, 0, long.MaxValue, limit));

    static async Task<IReadOnlyList<(RootStatement, SignedRoot)>> Roots(NpgsqlConnection c, long from, long to, int limit) =>
        [.. (await c.QueryAsync<(string Statement, byte[] Signature, byte[] Certificate, byte[] Timestamp)>("select statement, signature, certificate, timestamp from trust.audit_root where size between @from and @to order by number desc limit @limit", new { from, to, limit }))
            .Select(r => new SignedRoot(r.Statement, r.Signature, r.Certificate, r.Timestamp)).Select(r => (r.Read(), r))];

    /// <summary>Whether the log can be exported from one size to another: both must be sizes of signed roots, the first may be 0.</summary>
    public async Task<Outcome<(long From, long To)>> Range(long? from, long? to)
    {
        var roots = await Roots(1);
        if (roots.Count == 0) return Outcome<(long, long)>.No(Refusal.Conflict, "还没有封存过审计链，请先封存");
        var (first, last) = (from ?? 0, to ?? roots[0].Statement.Size);
        var known = await database.Read(c => c.ExecuteScalarAsync<int>("select count(distinct size)::int from trust.audit_root where size in (@first, @last)", new { first, last }));
        if (first < 0 || first > last || known < (first == 0 || first == last ? 1 : 2)) return Outcome<(long, long)>.No(Refusal.Invalid, "起止位置应是某次封存时的记录数，起点也可以是 0", "from");
        return (first, last);
    }

    public async Task Write(Stream output, long from, long to, CancellationToken stop)
    {
        var first = await authority.First(stop);
        var list = await authority.List(stop);
        await using var connection = await database.Open(stop);
        var roots = await Roots(connection, from, to, int.MaxValue);
        var peaks = await AuditSealing.Tiles(connection).Peaks(from);
        var lines = new LineWriter(output);
        lines.Write(w =>
        {
            w.WriteString("kind", "audit-export");
            w.WriteNumber("version", 1);
            w.WriteString("node", options.Division);
            w.WriteNumber("from", from);
            w.WriteNumber("to", to);
            Hashes(w, "peaks", peaks);
            w.WriteStartArray("certificates");
            foreach (var certificate in (byte[][])[first.Root.Certificate!.Raw, first.Timestamp.Certificate!.Raw]) w.WriteBase64StringValue(certificate);
            w.WriteEndArray();
            w.WriteBase64String("revocations", list.Raw);
        });
        foreach (var (statement, root) in roots.Reverse()) lines.Write(w => Root(w, statement, root));
        await lines.Flush(stop);
        await Events(connection, lines, from, to, stop);
        await lines.Flush(stop);
    }

    /// <summary>Blocks of at most one tile: the sealed leaves, then what the log holds at their place.</summary>
    async Task Events(NpgsqlConnection connection, LineWriter lines, long from, long to, CancellationToken stop)
    {
        var start = from;
        while (start < to)
        {
            var index = start / MerkleTree.TileWidth;
            var end = Math.Min(to, (index + 1) * MerkleTree.TileWidth);
            var tile = await connection.QuerySingleAsync<(byte[] Hashes, long Xid, long Id)>("select hashes, first_xid::text::bigint, first_id from trust.audit_tile where level = 0 and index = @index", new { index });
            var next = await connection.QuerySingleOrDefaultAsync<(long Xid, long Id)?>("select first_xid::text::bigint, first_id from trust.audit_tile where level = 0 and index = @next", new { next = index + 1 });
            var head = await connection.QuerySingleAsync<(long Xid, long Id)>("select xid::text::bigint, id from trust.audit_head");
            var skip = (int)(start % MerkleTree.TileWidth);
            var hashes = tile.Hashes.AsMemory(skip * MerkleTree.Size, (int)(end - start) * MerkleTree.Size);
            lines.Write(w =>
            {
                w.WriteString("kind", "leaves");
                w.WriteNumber("first", start);
                w.WriteBase64String("hashes", hashes.Span);
            });
            var whole = skip == 0 && end == (index + 1) * MerkleTree.TileWidth;
            await Block(connection, lines, (tile.Xid, tile.Id), next ?? (head.Xid, head.Id + 1), hashes, whole, stop);
            start = end;
        }
    }

    /// <summary>
    /// Events of a tile. Where the range ends inside the tile, events of its other part are left out by their sealed hash,
    /// so that what stands in the log without a seal still shows.
    /// </summary>
    static async Task Block(NpgsqlConnection connection, LineWriter lines, (long Xid, long Id) from, (long Xid, long Id) before, ReadOnlyMemory<byte> wanted, bool whole, CancellationToken stop)
    {
        HashSet<string>? others = null;
        if (!whole)
        {
            var all = await connection.QuerySingleAsync<byte[]>("select hashes from trust.audit_tile where level = 0 and (first_xid, first_id) = (@Xid::text::xid8, @Id)", new { Xid = Text(from.Xid), from.Id });
            others = [.. all.Chunk(MerkleTree.Size).Select(Convert.ToHexString)];
            foreach (var mine in wanted.ToArray().Chunk(MerkleTree.Size)) others.Remove(Convert.ToHexString(mine));
        }
        await using var command = new NpgsqlCommand("""
            select e.stream, e.seq, e.type, e.at, e.actor, e.actor_name, e.on_behalf, e.origin, e.ground, e.data::text, e.digest, p.digest
            from kapok.event e left join kapok.event p on p.stream = e.stream and p.seq = e.seq - 1
            where (e.xid, e.id) >= ($1::text::xid8, $2) and (e.xid, e.id) < ($3::text::xid8, $4) order by e.xid, e.id
            """, connection) { Parameters = { new() { Value = Text(from.Xid) }, new() { Value = from.Id }, new() { Value = Text(before.Xid) }, new() { Value = before.Id } } };
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            var e = new LoggedEvent(reader.GetGuid(0), reader.GetInt32(1), reader.GetString(2), new DateTimeOffset(reader.GetDateTime(3)), reader.IsDBNull(4) ? null : reader.GetGuid(4), reader.GetString(5),
                reader.IsDBNull(6) ? null : reader.GetGuid(6), reader.GetString(7), reader.GetString(8), reader.GetString(9), (byte[])reader[10]);
            if (others?.Contains(Convert.ToHexString(MerkleTree.Leaf(e.Digest))) == true) continue;
            var previous = reader.IsDBNull(11) ? e.Seq == 1 ? ChainHead.Start(e.Stream).Digest : [] : (byte[])reader[11];
            lines.Write(w => Event(w, e, previous));
            await lines.FlushIfLarge(stop);
        }
    }

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>One event as a line of the export.</summary>
    public static void Event(Utf8JsonWriter w, LoggedEvent e, byte[] previous)
    {
        w.WriteString("kind", "event");
        w.WriteString("stream", e.Stream);
        w.WriteNumber("seq", e.Seq);
        w.WriteString("previous", Convert.ToHexStringLower(previous));
        w.WriteString("digest", Convert.ToHexStringLower(e.Digest));
        w.WriteNumber("micros", (e.At.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / 10);
        w.WriteString("actor", e.Actor ?? Guid.Empty);
        w.WriteString("onBehalf", e.OnBehalf ?? Guid.Empty);
        w.WriteString("type", e.Type);
        w.WriteString("actorName", e.ActorName);
        w.WriteString("origin", e.Origin);
        w.WriteString("ground", e.Ground);
        w.WriteString("data", e.Data);
    }

    /// <summary>One signed root as a line of the export.</summary>
    public static void Root(Utf8JsonWriter w, RootStatement statement, SignedRoot root)
    {
        w.WriteString("kind", "root");
        w.WriteNumber("number", statement.Number);
        w.WriteString("statement", root.Statement);
        w.WriteBase64String("signature", root.Signature);
        w.WriteBase64String("certificate", root.Certificate);
        w.WriteBase64String("timestamp", root.Timestamp);
    }

    internal static void Hashes(Utf8JsonWriter w, string name, IReadOnlyList<byte[]> hashes)
    {
        w.WriteStartArray(name);
        foreach (var hash in hashes) w.WriteStringValue(Convert.ToHexStringLower(hash));
        w.WriteEndArray();
    }
}

/// <summary>Lines of JSON into a stream, gathered into larger pieces.</summary>
public sealed class LineWriter(Stream output)
{
    const int Large = 1 << 18;
    static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    readonly ArrayBufferWriter<byte> buffer = new(Large);
    Utf8JsonWriter? writer;

    public void Write(Action<Utf8JsonWriter> content)
    {
        if (writer is null) writer = new(buffer, Plain);
        else writer.Reset(buffer);
        writer.WriteStartObject();
        content(writer);
        writer.WriteEndObject();
        writer.Flush();
        buffer.Write("\n"u8);
    }

    public ValueTask FlushIfLarge(CancellationToken stop) => buffer.WrittenCount < Large ? ValueTask.CompletedTask : Flush(stop);

    public async ValueTask Flush(CancellationToken stop)
    {
        await output.WriteAsync(buffer.WrittenMemory, stop);
        buffer.ResetWrittenCount();
    }
}
