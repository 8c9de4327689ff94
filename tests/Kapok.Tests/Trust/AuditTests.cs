using System.Text;
using System.Text.Json.Nodes;
using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Trust.Auditing;
using Kapok.Trust.Authority;
using Kapok.Foundation.Jobs;
using Kapok.Trust.Certificates;
using Kapok.Trust.Timestamps;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Trust;

/// <summary>Writes, seals, exports and verifies on one node.</summary>
public abstract class AuditBase(BareApp app)
{
    protected BareApp Node => app;
    protected static readonly Actor Clerk = Actor.System with { Name = "林窗口", Origin = "counter" };

    protected AuditSealing Sealing => app.Services.GetRequiredService<AuditSealing>();
    protected AuditExport Exports => app.Services.GetRequiredService<AuditExport>();

    protected async Task<List<Guid>> Write(int streams, int each)
    {
        var ids = Enumerable.Range(0, streams).Select(_ => Guid.CreateVersion7()).ToList();
        await app.Database.Write(async (c, _) =>
        {
            for (var n = 1; n <= each; n++)
                foreach (var id in ids) await EventLog.Append(c, id, Clerk, app.Time.GetUtcNow(), new NewEvent($"step-{n}", $$"""{"名称":"红棉 \"{{n}}\" 😀","n":{{n}}}""", "依据"));
        });
        // Followers see an event once every older transaction of the whole database server has ended.
        for (var i = 0; await app.Database.Read(c => c.ExecuteScalarAsync<bool>("select exists (select 1 from kapok.event where xid >= pg_snapshot_xmin(pg_current_snapshot()))")); i++)
        {
            i.ShouldBeLessThan(400, "an old transaction does not end");
            await Task.Delay(25);
        }
        return ids;
    }

    protected async Task<byte[]> Export(long from = 0, long? to = null)
    {
        var range = await Exports.Range(from, to);
        range.Ok.ShouldBeTrue(range.Message);
        using var output = new MemoryStream();
        await Exports.Write(output, range.Value.From, range.Value.To, default);
        return output.ToArray();
    }

    protected async Task<AuditVerdict> Verify(byte[] export) => new AuditVerifier([(await app.Services.GetRequiredService<NodeAuthority>().First()).Root.Certificate!]).Verify(new MemoryStream(export));

    protected static byte[] Change(byte[] export, Func<List<string>, IEnumerable<string>> change) =>
        Encoding.UTF8.GetBytes(string.Join('\n', change([.. Encoding.UTF8.GetString(export).Split('\n', StringSplitOptions.RemoveEmptyEntries)])) + "\n");

    protected static bool Is(string line, Guid stream, int seq) => line.StartsWith("{\"kind\":\"event\"", StringComparison.Ordinal) && line.Contains(stream.ToString(), StringComparison.Ordinal) && line.Contains($"\"seq\":{seq},", StringComparison.Ordinal);

    protected static string Set(string line, string name, JsonNode value)
    {
        var node = JsonNode.Parse(line)!.AsObject();
        node[name] = value;
        return node.ToJsonString(Json.Options);
    }
}

public sealed class AuditTests(BareApp app) : AuditBase(app), IClassFixture<BareApp>
{
    [Fact]
    public async Task An_export_between_any_two_roots_verifies_and_every_tampering_is_found_at_its_place()
    {
        var ids = await Write(40, 9);
        await Sealing.Seal(Actor.System);
        var middle = (await Exports.Roots())[0].Statement.Size;
        var later = await Write(30, 10);
        await Sealing.Seal(Actor.System);
        var whole = await Export();
        (await Verify(whole)).ShouldSatisfyAllConditions(v => v.Findings.ShouldBeEmpty(), v => v.Events.ShouldBe(v.Size), v => v.Size.ShouldBeGreaterThan(middle), v => v.Roots.ShouldBeGreaterThan(1));
        var last = (await Exports.Roots())[0].Statement.Number;
        (await Verify(await Export(middle))).ShouldSatisfyAllConditions(v => v.Findings.ShouldBeEmpty(), v => v.Events.ShouldBe(v.Size - middle));
        (await Verify(await Export(0, middle))).Findings.ShouldBeEmpty();
        var sizes = (await Exports.Roots()).Select(r => r.Statement.Size).ToHashSet();
        var between = Enumerable.Range(1, (int)middle).First(n => !sizes.Contains(n)); // the program's own job may have sealed meanwhile
        (await Exports.Range(between, middle)).Refused.ShouldBe(Refusal.Invalid);

        async Task Found(byte[] bad, string kind, string words, int most = 4)
        {
            var verdict = await Verify(bad);
            verdict.Findings.ShouldContain(f => f.Kind == kind && f.Words.Contains(words), string.Join('\n', verdict.Findings));
            verdict.Findings.Count.ShouldBeLessThanOrEqualTo(most, string.Join('\n', verdict.Findings));
        }

        var (victim, name) = (ids[7], $"链 {ids[7]} 的第 4 条");
        await Found(Change(whole, l => l.Select(x => Is(x, victim, 4) ? Set(x, "actorName", "别人") : x)), "event-changed", name);
        await Found(Change(whole, l => l.Where(x => !Is(x, victim, 4))), "event-dropped", "第 ");
        await Found(Change(whole, l => l.SelectMany(x => Is(x, victim, 4) ? [x, Set(Set(x, "digest", new string('a', 64)), "seq", 40)] : (string[])[x])), "event-inserted", "第 40 条");
        // Content, digest and leaves rewritten together: the signed root does not agree.
        await Found(Change(whole, l => l.Select(x => x.StartsWith("{\"kind\":\"leaves\",\"first\":256", StringComparison.Ordinal) ? Rehash(x) : x)), "tree", "个签名的根不同", 12);
        await Found(Change(whole, l => l.Where(x => !x.Contains("\"number\":1,"))), "root-chain", "前面的根被抽走了");
        await Found(Change(whole, l => l.Select(x => x.Contains($"\"number\":{last},") ? Set(x, "statement", JsonNode.Parse(x)!["statement"]!.GetValue<string>().Replace("\nsize ", "\nsize 1")) : x)), "root-signature", $"第 {last} 个根的签名不对");
        await Found(Change(whole, l => l.SkipLast(300)), "format", "文件不完整", 1_000);

        static string Rehash(string line)
        {
            var hashes = JsonNode.Parse(line)!["hashes"]!.GetValue<string>();
            var bytes = Convert.FromBase64String(hashes);
            return Set(line, "hashes", Convert.ToBase64String([.. bytes[32..64], .. bytes[..32], .. bytes[64..]]));
        }
    }

    [Fact]
    public async Task The_proof_of_a_record_is_small_and_proves_that_record_alone()
    {
        var ids = await Write(60, 6);
        await Sealing.Seal(Actor.System);
        var proofs = Node.Services.GetRequiredService<AuditProofs>();
        foreach (var id in ids.Take(20))
        {
            var proof = (await proofs.Of(id, 3)).Value!;
            var json = proof.ToJson();
            json.Length.ShouldBeLessThan(8 << 10);
            (await Verify(json)).Findings.ShouldBeEmpty();
            var other = (await Node.Database.Read(c => EventLog.Read(c, id)))[3].Digest;
            (await Verify(Encoding.UTF8.GetBytes(Set(Encoding.UTF8.GetString(json), "digest", Convert.ToHexStringLower(other))))).Findings.Single().Kind.ShouldBe("proof");
            (await Verify(Encoding.UTF8.GetBytes(Set(Encoding.UTF8.GetString(json), "leaf", proof.Leaf + 1)))).Findings.Single().Kind.ShouldBe("proof");
        }
        (await proofs.Of(ids[0], 70)).Refused.ShouldBe(Refusal.NotFound);
        var unsealed = (await Write(1, 1))[0];
        (await proofs.Of(unsealed, 1)).Refused.ShouldBe(Refusal.Conflict);
    }

    [Fact]
    public async Task The_daily_job_seals_and_plans_the_next_day()
    {
        var job = Node.Services.GetServices<IJob>().Single(j => j.Kind == AuditRootJob.KindName);
        await Write(2, 2);
        var before = (await Exports.Roots()).Count;
        await job.Run(new(Node.Database, Guid.CreateVersion7(), job.Kind, default, null, null, 1), default);
        (await Exports.Roots()).Count.ShouldBe(before + 1);
        (await Node.Database.Read(c => c.QuerySingleAsync<DateTime>("select due from kapok.job where kind = 'audit-root' and state = 'waiting'"))).ShouldBe(Node.Time.GetUtcNow().AddDays(1).UtcDateTime);
    }

    [Fact]
    public async Task Without_a_timestamp_no_root_is_signed_and_the_next_sealing_takes_everything_in()
    {
        T Get<T>() where T : notnull => Node.Services.GetRequiredService<T>();
        await Write(2, 2);
        var before = (await Exports.Roots()).Count;
        var away = new TimestampAuthority(Get<NodeAuthority>(), Get<Kapok.Trust.Keys.Keys>(), Get<Kapok.Trust.TrustSettings>() with { TimestampService = "http://localhost:1/tsa" }, Node.Time);
        await Should.ThrowAsync<TimestampUnavailable>(() => new AuditSealing(Node.Database, Get<NodeAuthority>(), Get<Kapok.Trust.Keys.Keys>(), away, Node.Options, Node.Time).Seal(Actor.System));
        (await Exports.Roots()).Count.ShouldBe(before);
        await Sealing.Seal(Actor.System);
        (await Verify(await Export())).Findings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Roots_of_a_stranger_are_not_believed()
    {
        await Write(1, 1);
        await Sealing.Seal(Actor.System);
        using var stranger = new SmallAuthority(Kapok.Trust.Algorithms.SignatureSuite.Sm2Sm3);
        var verdict = new AuditVerifier([stranger.Root]).Verify(new MemoryStream(await Export()));
        verdict.Findings.ShouldContain(f => f.Kind == "root-certificate" && f.Words.Contains("不在本系统信任的名单里"));
    }

    [Fact]
    public async Task Nonsense_instead_of_an_export_is_answered_in_bounded_time()
    {
        await Write(3, 3);
        await Sealing.Seal(Actor.System);
        var good = await Export();
        var random = new Random(6962);
        for (var i = 0; i < 400; i++)
        {
            var bad = good.ToArray();
            for (var n = random.Next(1, 6); n > 0; n--) bad[random.Next(bad.Length)] = (byte)random.Next(256);
            if (random.Next(3) == 0) bad = bad[..random.Next(bad.Length)];
            var verdict = new AuditVerifier([]).Verify(new MemoryStream(bad));
            if (verdict.Whole) JsonNode.Parse(Encoding.UTF8.GetString(bad).Split('\n')[0])!["to"]!.GetValue<long>().ShouldBe(verdict.Size);
        }
        foreach (var nonsense in (string[])["", "{}", "null", "[]", "\n\n\n", "{\"kind\":\"audit-export\",\"version\":1}", "{\"kind\":\"audit-proof\",\"version\":1}"])
            new AuditVerifier([]).Verify(new MemoryStream(Encoding.UTF8.GetBytes(nonsense))).Findings.ShouldNotBeEmpty(nonsense);
    }
}

public sealed class AuditTamperTests(BareApp app) : AuditBase(app), IClassFixture<BareApp>
{
    [Fact]
    public async Task Somebody_with_the_database_in_his_hands_is_found_out_and_where()
    {
        var ids = await Write(20, 5);
        await Sealing.Seal(Actor.System);
        async Task Tamper(string sql, object values) => await Node.Database.Write(async (c, _) =>
        {
            await c.ExecuteAsync("alter table kapok.event disable trigger user");
            (await c.ExecuteAsync(sql, values)).ShouldBe(1);
            await c.ExecuteAsync("alter table kapok.event enable trigger user");
        });
        await Tamper("update kapok.event set actor_name = '别人' where stream = @id and seq = 2", new { id = ids[0] });
        await Tamper("delete from kapok.event where stream = @id and seq = 3", new { id = ids[1] });
        await Tamper("insert into kapok.event (xid, stream, seq, type, at, actor_name, data, digest) select xid, gen_random_uuid(), 1, 'forged', at, 'x', '{}', '\\x00' || substr(digest, 2) from kapok.event where stream = @id and seq = 4", new { id = ids[2] });
        // A clever one: rewrites the rest of a chain so that every digest fits again.
        var chain = (await Node.Database.Read(c => EventLog.Read(c, ids[3]))).ToList();
        var (forged, _) = EventLog.Seal(ids[3], new(2, chain[1].Digest), Clerk with { Name = "换人" }, chain[2].At, [.. chain.Skip(2).Select(e => new NewEvent(e.Type, e.Data, e.Ground))]);
        EventLog.FirstBreak(ids[3], [.. chain.Take(2), .. forged]).ShouldBeNull();
        foreach (var e in forged) await Tamper("update kapok.event set actor_name = @ActorName, digest = @Digest where stream = @Stream and seq = @Seq", new { e.ActorName, e.Digest, e.Stream, e.Seq });

        var export = await Export();
        var words = (await Verify(export)).Findings.Select(f => $"{f.Kind} {f.Words}").ToList();
        words.ShouldContain(w => w.StartsWith("event-changed") && w.Contains($"{ids[0]} 的第 2 条"));
        words.ShouldContain(w => w.StartsWith("event-dropped"));
        words.ShouldContain(w => w.StartsWith("chain-broken") && w.Contains($"{ids[1]} 的第 4 条"));
        words.ShouldContain(w => w.StartsWith("event-inserted") && w.Contains("forged"));
        for (var seq = 3; seq <= 5; seq++) words.ShouldContain(w => w.StartsWith("event-changed") && w.Contains($"{ids[3]} 的第 {seq} 条"));
        words.Count.ShouldBe(7, string.Join('\n', words));

        using var openssl = new OpenSsl();
        openssl.Pem("root.pem", "CERTIFICATE", (await Node.Services.GetRequiredService<NodeAuthority>().First()).Root.Certificate!.Raw);
        openssl.File("export", export);
        openssl.Run("python3", [Path.Combine(TestDatabase.Root, "docs", "examples", "verify-audit.py"), "export", "root.pem"]).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(1), r => r.Output.ShouldContain($"{ids[0]} 2 (step-2) was changed"));
    }
}

/// <summary>The tree against the definition of RFC 6962 written down naively.</summary>
public sealed class MerkleTreeTests
{
    static byte[] Naive(IReadOnlyList<byte[]> leaves) => leaves.Count switch
    {
        0 => System.Security.Cryptography.SHA256.HashData([]),
        1 => leaves[0],
        _ => (int)MerkleTree.Split(leaves.Count) is var k ? MerkleTree.Node(Naive([.. leaves.Take(k)]), Naive([.. leaves.Skip(k)])) : [],
    };

    [Fact]
    public async Task Tiles_peaks_and_paths_agree_with_the_definition_at_every_size()
    {
        var leaves = Enumerable.Range(0, 1_100).Select(i => MerkleTree.Leaf(BitConverter.GetBytes(i))).ToList();
        var stored = new Dictionary<(int, long), byte[]>();
        var grown = new GrowingTree();
        long done = 0;
        foreach (var size in (int[])[1, 2, 3, 7, 8, 200, 255, 256, 257, 300, 511, 512, 513, 700, 1_024, 1_025, 1_100])
        {
            var writer = new TileWriter(done, TileWriter.Unfinished(done).Select(t => new Tile(t.Level, t.Index, stored[t], 1, 1)));
            for (; done < size; done++)
            {
                writer.Add(leaves[(int)done], 1, done);
                grown.Add(leaves[(int)done]);
            }
            foreach (var tile in writer.Take()) stored[(tile.Level, tile.Index)] = tile.Hashes;
            var reader = new TileReader((level, index) => Task.FromResult(stored[(level, index)]));
            var root = Naive([.. leaves.Take(size)]);
            (await reader.Root(size)).ShouldBe(root, $"{size}");
            grown.Root().ShouldBe(root, $"{size}");
            new GrowingTree(size, await reader.Peaks(size)).Root().ShouldBe(root, $"{size}");
            for (var leaf = 0; leaf < size; leaf += Math.Max(1, size / 40))
            {
                var path = await reader.Path(leaf, size);
                path.Count.ShouldBeLessThanOrEqualTo(11);
                MerkleTree.RootOf(leaves[leaf], leaf, size, path).ShouldBe(root);
                if (size > 1) MerkleTree.RootOf(leaves[leaf], (leaf + 1) % size, size, path).ShouldNotBe(root);
                MerkleTree.RootOf(leaves[leaf], leaf, size, [.. path, root]).ShouldNotBe(root);
            }
            // Older roots stay provable in the grown tree.
            var older = Math.Max(1, size / 3);
            (await reader.Root(older)).ShouldBe(Naive([.. leaves.Take(older)]));
            MerkleTree.RootOf(leaves[0], 0, older, await reader.Path(0, older)).ShouldBe(Naive([.. leaves.Take(older)]));
        }
    }
}
