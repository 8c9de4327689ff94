using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Kapok.Trust.Algorithms;
using Kapok.Trust.Certificates;
using Kapok.Trust.Timestamps;

namespace Kapok.Trust.Auditing;

/// <summary>Something found by checking an export or a proof.</summary>
/// <param name="Kind">Kebab-case name for programs.</param>
/// <param name="Words">A Chinese sentence that says what is wrong and where.</param>
public sealed record AuditFinding(string Kind, string Words);

/// <summary>The outcome of a check.</summary>
/// <param name="Events">Events read.</param>
/// <param name="Roots">Signed roots whose statement, signature and timestamp hold.</param>
/// <param name="TrustedRoot">SM3 of the root certificate everything leads to; null when none was found.</param>
public sealed record AuditVerdict(long Events, long Size, int Roots, string? TrustedRoot, IReadOnlyList<AuditFinding> Findings)
{
    public bool Whole => Findings.Count == 0;
}

/// <summary>
/// Checks an export or a proof offline, with nothing but its lines and trusted root certificates. Memory grows with the
/// number of streams (some hundred bytes each), not with the number of events.
/// </summary>
public sealed class AuditVerifier
{
    const int MostFindings = 200;

    readonly IReadOnlyList<Certificate> trusted;
    readonly List<AuditFinding> findings = [];
    readonly Dictionary<Guid, (int Seq, Hash Digest, bool Sealed)> streams = [];
    readonly List<(RootStatement Statement, int Line)> roots = [];
    Hash[] leaves = [];
    byte[]? leavesRoot;
    readonly List<ExportedEvent> block = [];
    GrowingTree tree = new();
    TrustStore store = TrustStore.Empty;
    string? anchor, node;
    long from, to, events;
    int nextRoot, goodRoots;
    string? previousStatement;

    /// <param name="trusted">Root certificates from a source other than the export; when empty, those inside the export are believed.</param>
    public AuditVerifier(IReadOnlyList<Certificate> trusted) => this.trusted = trusted;

    /// <summary>Reads and checks a whole file: an export (lines of JSON) or a single proof.</summary>
    public AuditVerdict Verify(Stream input)
    {
        var number = 0;
        var next = Task.FromResult<ExportLines.Line[]>([]);
        var waiting = 0;
        foreach (var (buffer, lines) in ExportLines.Pieces(input))
        {
            if (lines.Count == 0)
            {
                Find("format", "有一行太长，不像导出文件");
                break;
            }
            var from = 0;
            if (number == 0 && lines.Count > 0)
            {
                number = from = 1;
                if (!Begin(buffer.AsMemory(lines[0].Start, lines[0].Length))) return Verdict();
            }
            // The next lines are read into digests while those before are compared.
            var (ready, first) = (next, waiting);
            (next, waiting) = (Task.Run(() => ExportLines.Read(buffer, lines, from)), number + 1);
            number += lines.Count - from;
            Take(ready.Result, first);
        }
        Take(next.Result, waiting);
        if (number == 0) Find("format", "文件是空的");
        else if (node is not null)
        {
            CloseBlock();
            if (tree.Size != to) Find("format", $"文件不完整：应到第 {to} 条，只到第 {tree.Size} 条");
            if (nextRoot < roots.Count) Find("format", $"文件不完整：还有 {roots.Count - nextRoot} 个根没有核对到");
            if (roots.Count == 0 || roots[^1].Statement.Size != to) Find("root-missing", "文件最后没有签名的根，末尾的记录没有证明");
        }
        return Verdict();
    }

    AuditVerdict Verdict() => new(events, tree.Size, goodRoots, anchor, findings);

    void Find(string kind, string words)
    {
        if (findings.Count < MostFindings) findings.Add(new(kind, words));
        else if (findings.Count == MostFindings) findings.Add(new("more", "问题太多，后面的不再列出"));
    }

    /// <summary>The first line: head of an export, or a proof, which is all there is.</summary>
    bool Begin(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var head = JsonDocument.Parse(line);
            var kind = head.RootElement.GetProperty("kind").GetString();
            if (head.RootElement.GetProperty("version").GetInt32() != 1 || kind is not ("audit-export" or "audit-proof")) throw new FormatException("不是审计导出文件，也不是单条证明");
            Trust(head.RootElement);
            if (kind == "audit-proof")
            {
                Proof(head.RootElement);
                return false;
            }
            (from, to, node) = (head.RootElement.GetProperty("from").GetInt64(), head.RootElement.GetProperty("to").GetInt64(), head.RootElement.GetProperty("node").GetString()!);
            tree = new(from, [.. head.RootElement.GetProperty("peaks").EnumerateArray().Select(h => Convert.FromHexString(h.GetString()!))]);
            return true;
        }
        catch (Exception e) when (e is JsonException or FormatException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            Find("format", "第 1 行看不懂：" + e.Message);
            return false;
        }
    }

    void Trust(JsonElement head)
    {
        var certificates = head.GetProperty("certificates").EnumerateArray().Select(c => Certificate.Parse(c.GetBytesFromBase64())).ToList();
        var lists = head.TryGetProperty("revocations", out var list) ? (RevocationList[])[RevocationList.Parse(list.GetBytesFromBase64())] : [];
        IReadOnlyList<Certificate> believed = trusted.Count > 0 ? trusted : [.. certificates.Where(c => c.SelfIssued && c.SignedBy(c))];
        store = new(believed, certificates, lists);
    }

    void Take(ExportLines.Line[] parsed, int first)
    {
        for (var i = 0; i < parsed.Length; i++)
        {
            var (e, held, other, fault) = parsed[i];
            if (e is { } read) block.Add(read);
            else if (fault is not null) Find("format", $"第 {first + i} 行看不懂：{fault}");
            else if (held is not null)
            {
                CloseBlock();
                if (held.First != tree.Size) Find("format", $"第 {first + i} 行封存的摘要从第 {held.First + 1} 条开始，接不上第 {tree.Size} 条");
                (leaves, leavesRoot) = (held.Hashes, held.Root);
            }
            else
                using (other)
                    try { Other(other!.RootElement, first + i); }
                    catch (Exception x) when (x is FormatException or KeyNotFoundException or InvalidOperationException) { Find("format", $"第 {first + i} 行看不懂：{x.Message}"); }
        }
    }

    void Other(JsonElement line, int number)
    {
        switch (line.GetProperty("kind").GetString())
        {
            case "root": TakeRoot(line, number); break;
            default: throw new FormatException("不认识的行");
        }
    }

    void TakeRoot(JsonElement line, int number)
    {
        var signed = new SignedRoot(line.GetProperty("statement").GetString()!, line.GetProperty("signature").GetBytesFromBase64(), line.GetProperty("certificate").GetBytesFromBase64(), line.GetProperty("timestamp").GetBytesFromBase64());
        var statement = signed.Read();
        if (statement.Node != node) Find("root-node", $"第 {statement.Number} 个根是节点 {statement.Node} 的，不是 {node} 的");
        if (roots.Count > 0 && (statement.Number != roots[^1].Statement.Number + 1 || statement.Previous != previousStatement || statement.Size < roots[^1].Statement.Size))
            Find("root-chain", $"第 {statement.Number} 个根与前一个根接不上，中间的根被改动或抽走了");
        if (roots.Count == 0 && from == 0 && (statement.Number != 1 || statement.Previous != RootStatement.NoPrevious)) Find("root-chain", $"文件从第 {statement.Number} 个根开始，前面的根被抽走了");
        previousStatement = RootStatement.DigestOf(signed.Statement);
        roots.Add((statement, number));
        if (CheckSigned(signed, statement)) goodRoots++;
        CheckRoots();
    }

    bool CheckSigned(SignedRoot signed, RootStatement statement)
    {
        var before = findings.Count;
        var certificate = Certificate.Parse(signed.Certificate);
        if (certificate.Suite?.Verify(certificate.PublicKeyInfo, Encoding.UTF8.GetBytes(signed.Statement), signed.Signature) != true) Find("root-signature", $"第 {statement.Number} 个根的签名不对");
        foreach (var check in ChainCheck.Check(certificate, [], store, statement.At, CertificatePurpose.Signing).Where(Bad)) Find("root-certificate", $"第 {statement.Number} 个根：{check.Words}");
        anchor ??= ChainCheck.PathOf(certificate, [], store)?[^1].Fingerprint;
        var token = TimestampToken.Parse(signed.Timestamp);
        foreach (var check in token.Check(signed.Signature, store).Where(Bad)) Find("root-timestamp", $"第 {statement.Number} 个根：{check.Words}");
        if ((token.Time - statement.At).Duration() > TimeSpan.FromHours(1)) Find("root-timestamp", $"第 {statement.Number} 个根写的时间与时间戳相差超过一小时");
        return findings.Count == before;
    }

    /// <summary>Offline a revocation list may be missing; everything else must be certain.</summary>
    static bool Bad(Check check) => check.State == CheckState.Failed || check.State == CheckState.Unknown && !check.Key.EndsWith("revocation", StringComparison.Ordinal);

    void CheckRoot()
    {
        var (statement, _) = roots[nextRoot++];
        if (statement.Size != tree.Size) Find("root-size", $"第 {statement.Number} 个根是 {statement.Size} 条时的，文件从第 {tree.Size} 条开始，核对不了");
        else if (!statement.Root.AsSpan().SequenceEqual(tree.Root())) Find("tree", $"到第 {statement.Size} 条为止的树根与第 {statement.Number} 个签名的根不同：封存的摘要被改动过{(nextRoot > 1 ? $"，范围在第 {roots[nextRoot - 2].Statement.Size + 1} 条之后" : "")}");
    }

    /// <summary>Compares what the log holds with what was sealed at the same place, and tells changed, dropped and inserted apart.</summary>
    void CloseBlock()
    {
        var (i, j) = (0, 0);
        var start = tree.Size;
        while (i < leaves.Length || j < block.Count)
        {
            if (i < leaves.Length && j < block.Count && leaves[i] == block[j].Leaf) { Follow(block[j++], true); i++; }
            else if (i < leaves.Length && j < block.Count)
            {
                var wanted = leaves[i];
                var actual = block[j].Leaf;
                if (block.FindIndex(j, e => e.Leaf == wanted) > j) Inserted(block[j++]);
                else if (Array.IndexOf(leaves, actual, i) > i) Dropped(start + i++);
                else Changed(block[j++], start + i++);
            }
            else if (j < block.Count) Inserted(block[j++]);
            else Dropped(start + i++);
        }
        Grow();
        (leaves, leavesRoot) = ([], null);
        block.Clear();
    }

    /// <summary>Takes the leaves into the tree, a whole tile at once where no root was signed inside it.</summary>
    void Grow()
    {
        if (leavesRoot is not null && tree.Size % MerkleTree.TileWidth == 0 && (nextRoot == roots.Count || roots[nextRoot].Statement.Size >= tree.Size + MerkleTree.TileWidth))
        {
            tree.Add(leavesRoot, 8);
            CheckRoots();
            return;
        }
        foreach (var leaf in leaves)
        {
            tree.Add(leaf.ToArray());
            CheckRoots();
        }
    }

    void CheckRoots()
    {
        while (nextRoot < roots.Count && roots[nextRoot].Statement.Size <= tree.Size) CheckRoot();
    }

    void Inserted(ExportedEvent e)
    {
        Find("event-inserted", $"{Name(e)}没有封存过，是后来插入的");
        events++;
    }

    void Dropped(long place) => Find("event-dropped", $"封存过的第 {place + 1} 条记录不见了，被删除了");

    void Changed(ExportedEvent e, long place)
    {
        Find("event-changed", $"{Name(e)}，总第 {place + 1} 条，与封存时不同，被改动过");
        Follow(e, false);
    }

    /// <summary>The chain of the stream: each event names the digest of the one before, and its own covers its content.</summary>
    void Follow(ExportedEvent e, bool isSealed)
    {
        events++;
        var known = streams.TryGetValue(e.Stream, out var last);
        streams[e.Stream] = (e.Seq, e.Digest, isSealed);
        if (!isSealed) return;
        if (known && e.Seq != last.Seq + 1) Find("chain-broken", $"{Name(e)}前面缺了记录：上一条是第 {last.Seq} 条");
        else if (known && !last.Sealed) Find("chain-broken", $"{Name(e)}与上一条接不上，上一条被改动过");
        else if (known ? e.Previous != last.Digest : e.Seq == 1 ? e.Previous != Hash.From(SHA256.HashData(e.Stream.ToByteArray(bigEndian: true))) : from == 0) Find("chain-broken", $"{Name(e)}与上一条接不上");
        else if (!e.Consistent) Find("event-changed", $"{Name(e)}的内容与封存的摘要不符，被改动过");
    }

    static string Name(ExportedEvent e) => $"链 {e.Stream} 的第 {e.Seq} 条（{e.Type}）";

    void Proof(JsonElement proof)
    {
        var line = proof.GetProperty("root");
        var signed = new SignedRoot(line.GetProperty("statement").GetString()!, line.GetProperty("signature").GetBytesFromBase64(), line.GetProperty("certificate").GetBytesFromBase64(), line.GetProperty("timestamp").GetBytesFromBase64());
        var statement = signed.Read();
        if (CheckSigned(signed, statement)) goodRoots = 1;
        var digest = Convert.FromHexString(proof.GetProperty("digest").GetString()!);
        if (digest.Length != MerkleTree.Size) throw new FormatException("摘要应为 32 字节");
        if (proof.TryGetProperty("event", out var content))
        {
            var e = ExportedEvent.Read(Encoding.UTF8.GetBytes(content.GetRawText()));
            if (!e.HasPrevious || e.Computed != Hash.From(digest) || e.Stream != proof.GetProperty("stream").GetGuid() || e.Seq != proof.GetProperty("seq").GetInt32()) Find("event-changed", $"{Name(e)}的内容与证明的摘要不符");
        }
        var path = proof.GetProperty("path").EnumerateArray().Select(h => Convert.FromHexString(h.GetString()!)).Take(65).ToList();
        var reached = MerkleTree.RootOf(MerkleTree.Leaf(digest), proof.GetProperty("leaf").GetInt64(), statement.Size, path);
        if (reached is null || !reached.AsSpan().SequenceEqual(statement.Root)) Find("proof", "证明的路径到不了签名的根：这条记录不在封存的树里");
        events = 1;
    }
}
