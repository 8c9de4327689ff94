using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using Kapok.Trust.Algorithms;

namespace Kapok.Trust.Auditing;

/// <summary>
/// An event line of an export, read without making strings, with its digest computed anew (docs/audit.md): SHA-256 over the
/// previous digest, stream, number, time in microseconds, actor, on behalf, then each text with its length in UTF-8.
/// </summary>
struct ExportedEvent
{
    const int Fixed = 32 + 16 + 4 + 8 + 16 + 16, FirstText = 8;

    static readonly byte[][] Names =
    [
        "kind"u8.ToArray(), "stream"u8.ToArray(), "seq"u8.ToArray(), "previous"u8.ToArray(), "digest"u8.ToArray(), "micros"u8.ToArray(), "actor"u8.ToArray(), "onBehalf"u8.ToArray(),
        "type"u8.ToArray(), "actorName"u8.ToArray(), "origin"u8.ToArray(), "ground"u8.ToArray(), "data"u8.ToArray(),
    ];

    public Guid Stream;
    public int Seq;
    public bool HasPrevious;
    public Hash Previous, Digest, Computed;

    /// <summary>The leaf of the line's digest.</summary>
    public Hash Leaf;
    public string Type;

    /// <summary>Whether the line's own digest is the one of its content.</summary>
    public readonly bool Consistent => HasPrevious && Digest == Computed;

    /// <summary>Reads a line; throws <see cref="FormatException"/> or <see cref="JsonException"/> when it is not an event.</summary>
    public static ExportedEvent Read(ReadOnlySpan<byte> line)
    {
        var result = new ExportedEvent { Type = "" };
        Span<(int Start, int Length)> texts = stackalloc (int, int)[5];
        texts.Fill((-1, 0));
        Guid actor = default, onBehalf = default;
        long micros = 0;
        var buffer = ArrayPool<byte>.Shared.Rent(Fixed + 5 * 4 + 2 * line.Length);
        try
        {
            var at = Fixed + 5 * 4 + line.Length; // the texts are gathered behind, then moved to their places
            var reader = new Utf8JsonReader(line);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new FormatException("不是一条记录");
            for (var expected = 0; reader.Read() && reader.TokenType == JsonTokenType.PropertyName; expected++)
            {
                // Names come in the order of the writer, so that the first comparison nearly always hits; any order is read.
                var name = -1;
                for (var tried = 0; tried < Names.Length && name < 0; tried++, expected++)
                    if (reader.ValueTextEquals(Names[expected % Names.Length])) name = expected-- % Names.Length;
                switch (name)
                {
                    case 1: result.Stream = Id(ref reader); break;
                    case 2: reader.Read(); result.Seq = reader.GetInt32(); break;
                    case 3: result.HasPrevious = HashOf(ref reader, out result.Previous); break;
                    case 4: HashOf(ref reader, out result.Digest); break;
                    case 5: reader.Read(); micros = reader.GetInt64(); break;
                    case 6: actor = Id(ref reader); break;
                    case 7: onBehalf = Id(ref reader); break;
                    case >= FirstText:
                        reader.Read();
                        var length = reader.CopyString(buffer.AsSpan(at));
                        texts[name - FirstText] = (at, length);
                        at += length;
                        break;
                    default: reader.Read(); reader.Skip(); break;
                }
            }
            foreach (var (start, _) in texts)
                if (start < 0) throw new FormatException("记录缺少字段");
            result.Type = System.Text.Encoding.UTF8.GetString(buffer, texts[0].Start, texts[0].Length);
            result.Computed = Compute(buffer, texts, ref result, micros, actor, onBehalf);
            result.Leaf = result.Digest.AsLeaf();
            return result;
        }
        catch (InvalidOperationException e) { throw new FormatException("记录的字段类型不对", e); }
        finally { ArrayPool<byte>.Shared.Return(buffer); }
    }

    static Hash Compute(byte[] buffer, ReadOnlySpan<(int Start, int Length)> texts, ref ExportedEvent e, long micros, Guid actor, Guid onBehalf)
    {
        var message = buffer.AsSpan();
        e.Previous.CopyTo(message);
        var at = MerkleTree.Size;
        e.Stream.TryWriteBytes(message[at..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(message[(at + 16)..], e.Seq);
        BinaryPrimitives.WriteInt64BigEndian(message[(at + 20)..], micros);
        actor.TryWriteBytes(message[(at + 28)..], bigEndian: true, out _);
        onBehalf.TryWriteBytes(message[(at + 44)..], bigEndian: true, out _);
        at += 60;
        foreach (var (start, length) in texts)
        {
            BinaryPrimitives.WriteInt32BigEndian(message[at..], length);
            buffer.AsSpan(start, length).CopyTo(message[(at + 4)..]);
            at += 4 + length;
        }
        Span<byte> digest = stackalloc byte[MerkleTree.Size];
        FastDigest.Sha256(message[..at], digest);
        return Hash.From(digest);
    }

    static Guid Id(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetGuid();
    }

    /// <summary>Reads 64 hexadecimal digits, or nothing: then the answer is false.</summary>
    static bool HashOf(ref Utf8JsonReader reader, out Hash hash)
    {
        reader.Read();
        hash = default;
        if (reader.ValueSpan.Length == 0) return false;
        Span<byte> bytes = stackalloc byte[MerkleTree.Size];
        if (reader.HasValueSequence || reader.ValueSpan.Length != 64 || Convert.FromHexString(reader.ValueSpan, bytes, out _, out _) != OperationStatus.Done) throw new FormatException("摘要应为 64 个十六进制字符");
        hash = Hash.From(bytes);
        return true;
    }
}

/// <summary>Thirty-two bytes that can lie in an array without an object of their own.</summary>
readonly record struct Hash(ulong A, ulong B, ulong C, ulong D)
{
    public static Hash From(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<Hash>(bytes[..MerkleTree.Size]);

    public void CopyTo(Span<byte> bytes) => MemoryMarshal.Write(bytes, in this);

    public Hash AsLeaf()
    {
        Span<byte> message = stackalloc byte[1 + MerkleTree.Size], leaf = stackalloc byte[MerkleTree.Size];
        message[0] = 0;
        CopyTo(message[1..]);
        FastDigest.Sha256(message, leaf);
        return From(leaf);
    }

    public byte[] ToArray()
    {
        var bytes = new byte[MerkleTree.Size];
        CopyTo(bytes);
        return bytes;
    }
}
