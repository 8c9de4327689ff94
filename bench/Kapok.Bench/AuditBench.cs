using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Events;
using Kapok.Trust.Auditing;
using Kapok.Trust.Authority;
using Kapok.Trust.Keys;
using Kapok.Trust.Timestamps;
using EventLog = Kapok.Foundation.Events.EventLog;
using Npgsql;
using NpgsqlTypes;

namespace Kapok.Bench;

/// <summary>The audit chain: a proof out of a tree of ten million leaves, and the speed of checking an export.</summary>
public static class AuditBench
{
    const int Leaves = 10_000_000, Samples = 500, Events = 400_000;

    public static async Task<IReadOnlyList<Figure>> Run(BenchNode node, TimeSpan time) => [await Proofs(node, time), await Verification(node)];

    static byte[] DigestOf(long i) => SHA256.HashData(BitConverter.GetBytes(i));

    static async Task<Figure> Proofs(BenchNode node, TimeSpan time)
    {
        var random = new Random(7);
        var samples = Enumerable.Range(0, Samples).Select(_ => random.NextInt64(Leaves)).Distinct().ToList();
        var streams = samples.ToDictionary(i => i, _ => Guid.CreateVersion7());
        await using (var c = await node.Database.Open())
        {
            var writer = new TileWriter();
            await c.ExecuteAsync("delete from trust.audit_tile");
            await using (var copy = await c.BeginBinaryImportAsync("copy trust.audit_tile (level, index, first_xid, first_id, hashes) from stdin (format binary)"))
            {
                for (long i = 0; i < Leaves; i++)
                {
                    writer.Add(MerkleTree.Leaf(DigestOf(i)), 1, i);
                    if (i % 100_000 == 0) await Store(copy, writer.TakeFull());
                }
                await Store(copy, writer.Take());
                await copy.CompleteAsync();
            }
            await c.ExecuteAsync("update trust.audit_head set size = @Leaves, xid = '2', id = 0; analyze trust.audit_tile", new { Leaves });
            await c.ExecuteAsync("""
                insert into kapok.event (id, xid, stream, seq, type, at, actor_name, data, digest) overriding system value values (@id, '1', @stream, 1, 'sample', now(), '', '{}', @digest)
                """, samples.Select(i => new { id = i, stream = streams[i], digest = DigestOf(i) }));
        }
        await node.Get<AuditSealing>().Seal(Actor.System);
        var proofs = node.Get<AuditProofs>();
        var figure = await Load.Run("audit-proof", "proofs/s", 1, time, async _ =>
        {
            if (!(await proofs.Of(streams[samples[random.Next(samples.Count)]], 1)).Ok) throw new InvalidOperationException("A proof is missing.");
        }, warmUp: 50);
        return figure;
    }

    static async Task Store(NpgsqlBinaryImporter copy, IReadOnlyList<Tile> tiles)
    {
        foreach (var tile in tiles)
        {
            await copy.StartRowAsync();
            await copy.WriteAsync((short)tile.Level, NpgsqlDbType.Smallint);
            await copy.WriteAsync(tile.Index, NpgsqlDbType.Bigint);
            if (tile.FirstXid is { } xid) await copy.WriteAsync((ulong)xid, NpgsqlDbType.Xid8);
            else await copy.WriteNullAsync();
            if (tile.FirstId is { } id) await copy.WriteAsync(id, NpgsqlDbType.Bigint);
            else await copy.WriteNullAsync();
            await copy.WriteAsync(tile.Hashes, NpgsqlDbType.Bytea);
        }
    }

    static async Task<Figure> Verification(BenchNode node)
    {
        var first = await node.Get<NodeAuthority>().First();
        using var export = new MemoryStream();
        var bytes = await Write(node, first, export);
        var (best, cpu) = (double.MaxValue, double.MaxValue);
        for (var i = 0; i < 5; i++)
        {
            export.Position = 0;
            var used = Process.GetCurrentProcess().TotalProcessorTime;
            var watch = Stopwatch.StartNew();
            var verdict = new AuditVerifier([first.Root.Certificate!]).Verify(export);
            best = Math.Min(best, watch.Elapsed.TotalSeconds);
            cpu = Math.Min(cpu, (Process.GetCurrentProcess().TotalProcessorTime - used).TotalMicroseconds / Events);
            if (!verdict.Whole || verdict.Events != Events) throw new InvalidOperationException(string.Join('\n', verdict.Findings));
        }
        // The floor: nothing but the two digests an event costs, on one thread.
        var message = new byte[bytes];
        var floor = Stopwatch.StartNew();
        for (var i = 0; i < Events; i++) MerkleTree.Leaf(SHA256.HashData(message));
        return new("audit-verify", Events / best, "events/s", Events / floor.Elapsed.TotalSeconds, 0, 0, 0, cpu);
    }

    /// <summary>An export of ordinary case events: forty thousand streams of ten, mixed.</summary>
    static async Task<int> Write(BenchNode node, FirstKeys first, Stream output)
    {
        var data = """{"task":"review","outcome":"pass","opinion":"材料齐全，符合法定形式，同意。","by":"0198f7a2-1b2c-7d3e-8f40-5a6b7c8d9e0f","office":"天河区市场监督管理局","days":3,"due":"2026-10-09T09:00:00Z"}""";
        var heads = Enumerable.Range(0, Events / 10).Select(_ => Guid.CreateVersion7()).Select(id => (Id: id, Head: ChainHead.Start(id))).ToArray();
        var (tree, events, previous) = (new GrowingTree(), new LoggedEvent[Events], new byte[Events][]);
        for (var i = 0; i < Events; i++)
        {
            ref var stream = ref heads[i % heads.Length];
            previous[i] = stream.Head.Digest;
            var (made, head) = EventLog.Seal(stream.Id, stream.Head, Actor.System with { Name = "林受理", Origin = "portal 10.1.2.3" }, DateTimeOffset.UtcNow, [new("task-completed", data, "食品经营许可管理办法第十五条")]);
            (events[i], stream.Head) = (made[0], head);
            tree.Add(MerkleTree.Leaf(made[0].Digest));
        }
        var statement = new RootStatement(node.Options.Division, 1, Events, tree.Root(), RootStatement.NoPrevious, DateTimeOffset.UtcNow);
        var signature = await node.Get<Kapok.Trust.Keys.Keys>().Sign(first.Audit.Id, Encoding.UTF8.GetBytes(statement.Text));
        var root = new SignedRoot(statement.Text, signature, first.Audit.Certificate!.Raw, await node.Get<TimestampAuthority>().StampData(signature));
        var lines = new LineWriter(output);
        lines.Write(w =>
        {
            w.WriteString("kind", "audit-export");
            w.WriteNumber("version", 1);
            w.WriteString("node", node.Options.Division);
            w.WriteNumber("from", 0);
            w.WriteNumber("to", Events);
            w.WriteStartArray("peaks");
            w.WriteEndArray();
            w.WriteStartArray("certificates");
            w.WriteBase64StringValue(first.Root.Certificate!.Raw);
            w.WriteEndArray();
        });
        lines.Write(w => AuditExport.Root(w, statement, root));
        for (var start = 0; start < Events; start += MerkleTree.TileWidth)
        {
            var end = Math.Min(Events, start + MerkleTree.TileWidth);
            var at = start;
            lines.Write(w =>
            {
                w.WriteString("kind", "leaves");
                w.WriteNumber("first", at);
                w.WriteBase64String("hashes", events[at..end].SelectMany(e => MerkleTree.Leaf(e.Digest)).ToArray());
            });
            for (var i = start; i < end; i++)
            {
                var (e, before) = (events[i], previous[i]);
                lines.Write(w => AuditExport.Event(w, e, before));
            }
            await lines.FlushIfLarge(default);
        }
        await lines.Flush(default);
        return 32 + 60 + 5 * 4 + Encoding.UTF8.GetByteCount(data) + 80;
    }
}
