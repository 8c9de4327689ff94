using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace Kapok.Trust.Auditing;

/// <summary>
/// An event line of an export, read without making strings, with its digest computed anew (docs/audit.md): SHA-256 over the
/// previous digest, stream, number, time in microseconds, actor, on behalf, then each text with its length in UTF-8.
/// </summary>
struct ExportedEvent
{
    const int Fixed = 32 + 16 + 4 + 8 + 16 + 16;

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
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var text = reader.ValueTextEquals("type"u8) ? 0 : reader.ValueTextEquals("actorName"u8) ? 1 : reader.ValueTextEquals("origin"u8) ? 2 : reader.ValueTextEquals("ground"u8) ? 3 : reader.ValueTextEquals("data"u8) ? 4 : -1;
                if (text >= 0)
                {
                    reader.Read();
                    var length = reader.CopyString(buffer.AsSpan(at));
                    texts[text] = (at, length);
                    at += length;
                }
                else if (reader.ValueTextEquals("stream"u8)) result.Stream = Id(ref reader);
                else if (reader.ValueTextEquals("actor"u8)) actor = Id(ref reader);
                else if (reader.ValueTextEquals("onBehalf"u8)) onBehalf = Id(ref reader);
                else if (reader.ValueTextEquals("previous"u8)) result.HasPrevious = HashOf(ref reader, out result.Previous);
                else if (reader.ValueTextEquals("digest"u8)) HashOf(ref reader, out result.Digest);
                else if (reader.ValueTextEquals("seq"u8)) { reader.Read(); result.Seq = reader.GetInt32(); }
                else if (reader.ValueTextEquals("micros"u8)) { reader.Read(); micros = reader.GetInt64(); }
                else { reader.Read(); reader.Skip(); }
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
        SHA256.HashData(message[..at], digest);
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
        SHA256.HashData(message, leaf);
        return From(leaf);
    }

    public byte[] ToArray()
    {
        var bytes = new byte[MerkleTree.Size];
        CopyTo(bytes);
        return bytes;
    }
}
