namespace Kapok.Trust.Auditing;

/// <summary>A tile as it is stored. Level 0 knows the place in the log of its first event.</summary>
public sealed record Tile(int Level, long Index, byte[] Hashes, long? FirstXid, long? FirstId);

/// <summary>Grows a tree by leaves and tells which tiles became new or longer.</summary>
public sealed class TileWriter
{
    sealed class Open
    {
        public long Index;
        public int Count;
        public readonly byte[] Hashes = new byte[MerkleTree.TileWidth * MerkleTree.Size];
        public long? FirstXid, FirstId;
        public bool Changed;
    }

    readonly List<Open> levels = [];
    readonly List<Tile> full = [];

    public long Size { get; private set; }

    /// <summary>Goes on from a size with the unfinished tiles of every level.</summary>
    public TileWriter(long size = 0, IEnumerable<Tile>? unfinished = null)
    {
        Size = size;
        for (var (level, count) = (0, size); count > 0; level++, count /= MerkleTree.TileWidth)
        {
            var open = new Open { Index = count / MerkleTree.TileWidth, Count = (int)(count % MerkleTree.TileWidth) };
            if (open.Count > 0)
            {
                var tile = unfinished?.SingleOrDefault(t => t.Level == level && t.Index == open.Index) ?? throw new InvalidDataException($"审计树缺少第 {level} 层第 {open.Index} 块");
                if (tile.Hashes.Length < open.Count * MerkleTree.Size) throw new InvalidDataException($"审计树第 {level} 层第 {open.Index} 块不完整");
                tile.Hashes.AsSpan(0, open.Count * MerkleTree.Size).CopyTo(open.Hashes);
                (open.FirstXid, open.FirstId) = (tile.FirstXid, tile.FirstId);
            }
            levels.Add(open);
        }
    }

    /// <summary>Level and index of the unfinished tiles of a tree of a size.</summary>
    public static IEnumerable<(int Level, long Index)> Unfinished(long size)
    {
        for (var (level, count) = (0, size); count > 0; level++, count /= MerkleTree.TileWidth)
            if (count % MerkleTree.TileWidth > 0) yield return (level, count / MerkleTree.TileWidth);
    }

    public void Add(byte[] leaf, long xid, long id)
    {
        Size++;
        Add(0, leaf, xid, id);
    }

    void Add(int level, byte[] hash, long? xid, long? id)
    {
        if (levels.Count == level) levels.Add(new());
        var open = levels[level];
        if (open.Count == 0 && level == 0) (open.FirstXid, open.FirstId) = (xid, id);
        hash.CopyTo(open.Hashes, open.Count++ * MerkleTree.Size);
        open.Changed = true;
        if (open.Count < MerkleTree.TileWidth) return;
        full.Add(new(level, open.Index, [.. open.Hashes], open.FirstXid, open.FirstId));
        Add(level + 1, MerkleTree.Full(open.Hashes), null, null);
        (open.Count, open.Changed, open.FirstXid, open.FirstId) = (0, false, null, null);
        open.Index++;
    }

    /// <summary>Tiles filled since the last call; bounded memory for whoever writes them as they come.</summary>
    public IReadOnlyList<Tile> TakeFull()
    {
        Tile[] taken = [.. full];
        full.Clear();
        return taken;
    }

    /// <summary>All tiles that became new or longer since the last call.</summary>
    public IReadOnlyList<Tile> Take()
    {
        var changed = TakeFull().ToList();
        for (var level = 0; level < levels.Count; level++)
            if (levels[level] is { Changed: true, Count: > 0 } open)
            {
                changed.Add(new(level, open.Index, open.Hashes[..(open.Count * MerkleTree.Size)], open.FirstXid, open.FirstId));
                open.Changed = false;
            }
        return changed;
    }
}
