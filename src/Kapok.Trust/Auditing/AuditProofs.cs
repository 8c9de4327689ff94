using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Trust.Authority;
using Npgsql;

namespace Kapok.Trust.Auditing;

/// <summary>
/// Proof that one record stands in the sealed log: its digest, its place, the path to a signed root. The record's content
/// stays with whoever may see it; its digest is computed from it (docs/audit.md).
/// </summary>
public sealed record AuditProof(Guid Stream, int Seq, byte[] Digest, long Leaf, IReadOnlyList<byte[]> Path, SignedRoot Root, IReadOnlyList<byte[]> Certificates)
{
    /// <summary>The proof as one line of JSON, a few kilobytes.</summary>
    public byte[] ToJson()
    {
        using var output = new MemoryStream();
        var lines = new LineWriter(output);
        lines.Write(w =>
        {
            w.WriteString("kind", "audit-proof");
            w.WriteNumber("version", 1);
            w.WriteString("stream", Stream);
            w.WriteNumber("seq", Seq);
            w.WriteString("digest", Convert.ToHexStringLower(Digest));
            w.WriteNumber("leaf", Leaf);
            AuditExport.Hashes(w, "path", Path);
            w.WriteStartObject("root");
            AuditExport.Root(w, Root.Read(), Root);
            w.WriteEndObject();
            w.WriteStartArray("certificates");
            foreach (var certificate in Certificates) w.WriteBase64StringValue(certificate);
            w.WriteEndArray();
        });
        lines.Flush(default).AsTask().Wait();
        return output.ToArray();
    }
}

/// <summary>Finds proofs: a handful of reads, however long the log is.</summary>
public sealed class AuditProofs(Database database, NodeAuthority authority)
{
    /// <summary>The proof of an event under the newest root that covers it.</summary>
    public async Task<Outcome<AuditProof>> Of(Guid stream, int seq, CancellationToken stop = default)
    {
        var first = await authority.First(stop);
        return await database.Read(async c =>
        {
            if (await c.QuerySingleOrDefaultAsync<(byte[] Digest, long Xid, long Id)?>("select digest, xid::text::bigint, id from kapok.event where stream = @stream and seq = @seq", new { stream, seq }) is not { } e) return Outcome<AuditProof>.No(Refusal.NotFound, "没有这条记录");
            var root = await c.QuerySingleOrDefaultAsync<(long Size, string Statement, byte[] Signature, byte[] Certificate, byte[] Timestamp)?>("select size, statement, signature, certificate, timestamp from trust.audit_root order by number desc limit 1");
            var tiles = AuditSealing.Tiles(c);
            if (root is not { } r || await Place(c, e, tiles) is not { } leaf || leaf >= r.Size) return Outcome<AuditProof>.No(Refusal.Conflict, "这条记录还没有封存，或与封存时不同；新记录请等下一次封存");
            return new AuditProof(stream, seq, e.Digest, leaf, await tiles.Path(leaf, r.Size), new(r.Statement, r.Signature, r.Certificate, r.Timestamp), [first.Root.Certificate!.Raw]);
        }, stop);
    }

    /// <summary>Number of an event among the leaves: its tile by its place in the log, then its hash in the tile.</summary>
    static async Task<long?> Place(NpgsqlConnection c, (byte[] Digest, long Xid, long Id) e, TileReader tiles)
    {
        var index = await c.QuerySingleOrDefaultAsync<long?>("""
            select index from trust.audit_tile where level = 0 and (first_xid, first_id) <= (@xid::text::xid8, @Id) order by first_xid desc, first_id desc limit 1
            """, new { xid = e.Xid.ToString(System.Globalization.CultureInfo.InvariantCulture), e.Id });
        if (index is not { } tile) return null;
        var (hashes, wanted) = (await tiles.Tile(0, tile), MerkleTree.Leaf(e.Digest));
        for (var i = 0; i < hashes.Length / MerkleTree.Size; i++)
            if (hashes.AsSpan(i * MerkleTree.Size, MerkleTree.Size).SequenceEqual(wanted)) return tile * MerkleTree.TileWidth + i;
        return null;
    }
}
