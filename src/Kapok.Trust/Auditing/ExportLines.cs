using System.Text.Json;

namespace Kapok.Trust.Auditing;

/// <summary>
/// Reads an export in pieces and its lines side by side: an event's digest depends on nothing but its line, which names the
/// digest before it.
/// </summary>
static class ExportLines
{
    const int LongestLine = 64 << 20, Piece = 1 << 20;

    /// <summary>The file in pieces of whole lines; a piece without lines says that a line is too long.</summary>
    public static IEnumerable<(byte[] Buffer, List<(int Start, int Length)> Lines)> Pieces(Stream input)
    {
        // Two buffers by turns: while the lines of one are read into digests, the other is filled.
        var (buffer, spare, end) = (new byte[Piece], new byte[Piece], 0);
        while (true)
        {
            var read = input.Read(buffer, end, buffer.Length - end);
            end += read;
            if (read > 0 && end < buffer.Length) continue;
            var lines = new List<(int, int)>();
            var start = 0;
            for (int cut; (cut = buffer.AsSpan(start, end - start).IndexOf((byte)'\n')) >= 0; start += cut + 1) lines.Add((start, cut));
            if (read == 0)
            {
                if (start < end) lines.Add((start, end - start));
                if (lines.Count > 0) yield return (buffer, lines);
                yield break;
            }
            if (start > 0) yield return (buffer, lines);
            else if (buffer.Length >= LongestLine)
            {
                yield return (buffer, []);
                yield break;
            }
            var rest = buffer.AsSpan(start, end - start);
            var other = rest.Length < spare.Length ? spare : new byte[rest.Length * 2];
            rest.CopyTo(other);
            (buffer, spare, end) = (other, buffer, rest.Length);
        }
    }

    /// <summary>Sealed leaf hashes; the root over them when they are a whole tile.</summary>
    public sealed class Sealed
    {
        public long First;
        public Hash[] Hashes = [];
        public byte[]? Root;
    }

    /// <summary>A line as it was read: an event, sealed leaves, something else, or nothing readable.</summary>
    public readonly record struct Line(ExportedEvent? Event, Sealed? Leaves, JsonDocument? Other, string? Fault);

    public static Line[] Read(byte[] buffer, List<(int Start, int Length)> lines, int from)
    {
        var parsed = new Line[lines.Count - from];
        Parallel.For(0, parsed.Length, i => parsed[i] = Parse(buffer.AsMemory(lines[from + i].Start, lines[from + i].Length)));
        return parsed;
    }

    static Line Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            if (line.Span.StartsWith("{\"kind\":\"event\""u8)) return new(ExportedEvent.Read(line.Span), null, null, null);
            var other = JsonDocument.Parse(line);
            if (other.RootElement.ValueKind != JsonValueKind.Object || other.RootElement.GetProperty("kind").GetString() != "leaves") return new(null, null, other, null);
            using (other) return new(null, ReadLeaves(other.RootElement), null, null);
        }
        catch (Exception e) when (e is JsonException or FormatException or KeyNotFoundException or InvalidOperationException) { return new(null, null, null, e.Message); }
    }

    static Sealed ReadLeaves(JsonElement line)
    {
        var bytes = line.GetProperty("hashes").GetBytesFromBase64();
        if (bytes.Length is 0 or > MerkleTree.TileWidth * MerkleTree.Size || bytes.Length % MerkleTree.Size != 0) throw new FormatException("封存的摘要长度不对");
        var hashes = new Hash[bytes.Length / MerkleTree.Size];
        for (var i = 0; i < hashes.Length; i++) hashes[i] = Hash.From(bytes.AsSpan(i * MerkleTree.Size));
        return new() { First = line.GetProperty("first").GetInt64(), Hashes = hashes, Root = hashes.Length == MerkleTree.TileWidth ? MerkleTree.Full(bytes) : null };
    }
}
