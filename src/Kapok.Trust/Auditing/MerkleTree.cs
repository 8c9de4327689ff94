using System.Numerics;
using System.Security.Cryptography;
using Kapok.Trust.Algorithms;

namespace Kapok.Trust.Auditing;

/// <summary>
/// The hash tree of RFC 6962 clause 2.1 with SHA-256: a leaf is SHA-256(00 ‖ data), a node SHA-256(01 ‖ left ‖ right). A root
/// over n leaves fixes them all; a path of at most log2 n + 1 hashes proves one of them.
/// </summary>
public static class MerkleTree
{
    public const int Size = 32;

    /// <summary>Leaves of a tile of the lowest level, and tiles under a tile of a higher one.</summary>
    public const int TileWidth = 256;

    public static byte[] Leaf(ReadOnlySpan<byte> data)
    {
        Span<byte> buffer = data.Length < 256 ? stackalloc byte[1 + data.Length] : new byte[1 + data.Length];
        buffer[0] = 0;
        data.CopyTo(buffer[1..]);
        var hash = new byte[Size];
        FastDigest.Sha256(buffer, hash);
        return hash;
    }

    public static byte[] Node(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var hash = new byte[Size];
        Node(left, right, hash);
        return hash;
    }

    static void Node(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> result)
    {
        Span<byte> buffer = stackalloc byte[1 + 2 * Size];
        buffer[0] = 1;
        left.CopyTo(buffer[1..]);
        right.CopyTo(buffer[(1 + Size)..]);
        FastDigest.Sha256(buffer, result);
    }

    /// <summary>Root over a power of two of hashes that lie one after the other.</summary>
    public static byte[] Full(ReadOnlySpan<byte> hashes)
    {
        var count = hashes.Length / Size;
        if (count < 1 || !BitOperations.IsPow2(count)) throw new ArgumentException("A full subtree has a power of two of leaves.", nameof(hashes));
        var level = hashes.ToArray();
        for (; count > 1; count /= 2)
            for (var i = 0; i < count / 2; i++) Node(level.AsSpan(2 * i * Size, Size), level.AsSpan((2 * i + 1) * Size, Size), level.AsSpan(i * Size, Size));
        return level[..Size];
    }

    /// <summary>Leaves of the left part of a tree of n &gt; 1 leaves: the largest power of two below n.</summary>
    public static long Split(long n) => (long)BitOperations.RoundUpToPowerOf2((ulong)n) / 2;

    /// <summary>Root that a leaf and its path lead to (RFC 9162 clause 2.1.3.2); null when the path does not fit the place.</summary>
    public static byte[]? RootOf(byte[] leaf, long index, long size, IReadOnlyList<byte[]> path)
    {
        if (index < 0 || index >= size) return null;
        var (place, last, hash) = (index, size - 1, leaf);
        foreach (var sibling in path)
        {
            if (last == 0 || sibling.Length != Size) return null;
            if ((place & 1) == 1 || place == last)
            {
                hash = Node(sibling, hash);
                while ((place & 1) == 0 && place != 0) (place, last) = (place >> 1, last >> 1);
            }
            else hash = Node(hash, sibling);
            (place, last) = (place >> 1, last >> 1);
        }
        return last == 0 ? hash : null;
    }
}

/// <summary>A tree that only knows the roots of its full subtrees: enough to grow and to give its root.</summary>
public sealed class GrowingTree
{
    readonly List<(int Height, byte[] Hash)> peaks = [];

    public long Size { get; private set; }

    /// <summary>Roots of the full subtrees from left to right; with <see cref="Size"/> they are the whole state.</summary>
    public IReadOnlyList<byte[]> Peaks => [.. peaks.Select(p => p.Hash)];

    public GrowingTree() { }

    /// <summary>Goes on from a state; the number of peaks must be that of ones in the size.</summary>
    public GrowingTree(long size, IReadOnlyList<byte[]> state)
    {
        if (size < 0 || BitOperations.PopCount((ulong)size) != state.Count || state.Any(h => h.Length != MerkleTree.Size)) throw new FormatException("树的状态与大小不符");
        Size = size;
        for (var (bit, i) = (62, 0); bit >= 0; bit--)
            if ((size >> bit & 1) == 1) peaks.Add((bit, state[i++]));
    }

    public void Add(byte[] leaf) => Add(leaf, 0);

    /// <summary>Adds the root of a full subtree of 2^height leaves; the size must be a multiple of that.</summary>
    public void Add(byte[] hash, int height)
    {
        if ((Size & ((1L << height) - 1)) != 0) throw new InvalidOperationException("A full subtree stands only at a multiple of its size.");
        Size += 1L << height;
        while (peaks.Count > 0 && peaks[^1].Height == height)
        {
            hash = MerkleTree.Node(peaks[^1].Hash, hash);
            peaks.RemoveAt(peaks.Count - 1);
            height++;
        }
        peaks.Add((height, hash));
    }

    public byte[] Root()
    {
        if (peaks.Count == 0) return SHA256.HashData([]);
        var hash = peaks[^1].Hash;
        for (var i = peaks.Count - 2; i >= 0; i--) hash = MerkleTree.Node(peaks[i].Hash, hash);
        return hash;
    }
}

/// <summary>Reads roots and paths out of tiles; every tile is fetched once.</summary>
/// <param name="fetch">Hashes of tile (level, index).</param>
public sealed class TileReader(Func<int, long, Task<byte[]>> fetch)
{
    readonly Dictionary<(int, long), byte[]> known = [];

    /// <summary>Tiles fetched so far.</summary>
    public int Fetched => known.Count;

    public async Task<byte[]> Tile(int level, long index)
    {
        if (!known.TryGetValue((level, index), out var tile)) known[(level, index)] = tile = await fetch(level, index);
        return tile;
    }

    public Task<byte[]> Root(long size) => Range(0, size);

    /// <summary>The siblings of a leaf from the bottom up, in the tree of a size.</summary>
    public async Task<IReadOnlyList<byte[]>> Path(long leaf, long size)
    {
        if (leaf < 0 || leaf >= size) throw new ArgumentOutOfRangeException(nameof(leaf));
        var path = new List<byte[]>();
        var (start, count) = (0L, size);
        while (count > 1)
        {
            var left = MerkleTree.Split(count);
            if (leaf < start + left)
            {
                path.Add(await Range(start + left, count - left));
                count = left;
            }
            else
            {
                path.Add(await Range(start, left));
                (start, count) = (start + left, count - left);
            }
        }
        path.Reverse();
        return path;
    }

    /// <summary>Roots of the full subtrees of the first leaves: the state of <see cref="GrowingTree"/>.</summary>
    public async Task<IReadOnlyList<byte[]>> Peaks(long size)
    {
        var peaks = new List<byte[]>();
        for (var (bit, start) = (62, 0L); bit >= 0; bit--)
            if ((size >> bit & 1) == 1)
            {
                peaks.Add(await Full(bit, start >> bit));
                start += 1L << bit;
            }
        return peaks;
    }

    async Task<byte[]> Range(long start, long count)
    {
        if (count == 0) return SHA256.HashData([]);
        if (BitOperations.IsPow2(count)) return await Full(BitOperations.TrailingZeroCount(count), start / count);
        var left = MerkleTree.Split(count);
        var (before, after) = (await Range(start, left), await Range(start + left, count - left));
        return MerkleTree.Node(before, after);
    }

    /// <summary>Root of the full subtree of 2^height leaves with a number.</summary>
    async Task<byte[]> Full(int height, long number)
    {
        var (level, within) = (height / 8, height % 8);
        var first = number << within;
        var tile = await Tile(level, first / MerkleTree.TileWidth);
        return MerkleTree.Full(tile.AsSpan((int)(first % MerkleTree.TileWidth) * MerkleTree.Size, (1 << within) * MerkleTree.Size));
    }
}
