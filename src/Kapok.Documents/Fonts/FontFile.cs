using System.Buffers.Binary;
using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;

namespace Kapok.Documents.Fonts;

/// <summary>
/// The bytes of a font file. A file on disk stays open and is read piece by piece, so that a collection of 20 MB costs a few hundred
/// kilobytes and a shortened file is a <see cref="FontFault"/>, not a broken process. All faces and threads share one.
/// </summary>
sealed class FontFile
{
    /// <summary>Larger files are refused; the largest fonts of Chinese have some 60 MB.</summary>
    const long Largest = 256 << 20;

    static readonly ConcurrentDictionary<string, FontFile> Opened = new(StringComparer.Ordinal);

    readonly byte[]? bytes;
    readonly SafeFileHandle? handle;
    readonly long length;
    readonly DateTime written;
    readonly ConcurrentDictionary<int, FontFace> faces = new();
    readonly ConcurrentDictionary<(long, long), CffFont> outlines = new();
    readonly long[] starts;

    FontFile(byte[]? bytes, SafeFileHandle? handle, long length, DateTime written)
    {
        (this.bytes, this.handle, this.length, this.written) = (bytes, handle, length, written);
        if (length is < 12 or > Largest) throw new FontFault(FontFault.File, length < 12 ? "文件太短" : "文件超过 256 MB");
        starts = Starts();
    }

    public static FontFile Of(byte[] bytes) => new(bytes, null, bytes.Length, default);

    /// <exception cref="IOException">The file cannot be read.</exception>
    public static FontFile Of(string path)
    {
        path = Path.GetFullPath(path);
        var info = new FileInfo(path);
        if (Opened.TryGetValue(path, out var open) && info.Exists && open.length == info.Length && open.written == info.LastWriteTimeUtc) return open;
        var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.RandomAccess);
        try
        {
            return Opened[path] = new FontFile(null, handle, RandomAccess.GetLength(handle), info.LastWriteTimeUtc);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>How many faces the file holds: more than one in a collection.</summary>
    public int Count => starts.Length;

    public FontFace Face(int index, string? path) => index >= 0 && index < Count
        ? faces.GetOrAdd(index, i => new FontFace(this, path, i))
        : throw new FontFault(FontFault.File, $"没有第 {index + 1} 个字体，文件中只有 {Count} 个");

    /// <summary>The outlines at one place of the file, shared by the faces of a collection.</summary>
    public CffFont Outlines(long offset, int size) => outlines.GetOrAdd((offset, size), _ => new CffFont(new Piece(this, CffFont.Tag, offset, size)));

    /// <summary>Where the table directory of each face begins.</summary>
    long[] Starts()
    {
        var head = Read(FontFault.File, 0, 12);
        if (head.Tag(0) != "ttcf") return [0];
        var count = head.U32(8);
        if (count is 0 or > 256) throw new FontFault("ttcf", $"字体数 {count} 不合理");
        var offsets = Read("ttcf", 12, (int)count * 4);
        return [.. Enumerable.Range(0, (int)count).Select(i => (long)offsets.U32(i * 4))];
    }

    /// <summary>The tables of one face: tag to place. A tag that stands twice counts once.</summary>
    public Dictionary<string, Piece> Directory(int index)
    {
        var head = Read(FontFault.File, starts[index], 12);
        if (head.Tag(0) is not ("\0\u0001\0\0" or "OTTO" or "true")) throw new FontFault(FontFault.File, "不是 TrueType 或 OpenType 字体");
        var count = head.U16(4);
        var records = Read(FontFault.File, starts[index] + 12, count * 16);
        var tables = new Dictionary<string, Piece>(count, StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var tag = records.Tag(i * 16);
            var (offset, size) = (records.U32(i * 16 + 8), records.U32(i * 16 + 12));
            tables.TryAdd(tag, new Piece(this, tag, offset, size > int.MaxValue ? int.MaxValue : (int)size));
        }
        return tables;
    }

    /// <exception cref="FontFault">The place lies outside the file.</exception>
    public Table Read(string tag, long offset, int size)
    {
        if (offset < 0 || size < 0 || offset + size > length) throw new FontFault(tag, "数据超出文件");
        if (bytes is not null) return new Table(tag, bytes, (int)offset, size);
        var read = new byte[size];
        for (var done = 0; done < size;)
        {
            var n = RandomAccess.Read(handle!, read.AsSpan(done), offset + done);
            if (n == 0) throw new FontFault(tag, "文件被截短");
            done += n;
        }
        return new Table(tag, read, 0, size);
    }
}

/// <summary>A place in a font file that has not been read.</summary>
readonly record struct Piece(FontFile File, string Tag, long Offset, int Size)
{
    public Table Read() => File.Read(Tag, Offset, Size);

    /// <exception cref="FontFault">The part lies outside the piece.</exception>
    public Table Read(long offset, int size)
    {
        if (offset < 0 || size < 0 || offset + size > Size) throw new FontFault(Tag, "数据超出本表");
        return File.Read(Tag, Offset + offset, size);
    }
}

/// <summary>Bytes of one table with checked big-endian reading.</summary>
readonly struct Table(string tag, byte[] bytes, int start, int length)
{
    public int Length => length;
    public string Name => tag;
    public ReadOnlySpan<byte> Span => bytes.AsSpan(start, length);

    public byte U8(int at) => bytes[Check(at, 1)];
    public ushort U16(int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(Check(at, 2), 2));
    public short I16(int at) => (short)U16(at);
    public uint U32(int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(Check(at, 4), 4));
    public int I32(int at) => (int)U32(at);
    public string Tag(int at) => System.Text.Encoding.Latin1.GetString(Slice(at, 4).Span);

    /// <summary>An unsigned number of one to four bytes.</summary>
    public uint U(int at, int size)
    {
        var value = 0u;
        for (var (i, from) = (0, Check(at, size)); i < size; i++) value = value << 8 | bytes[from + i];
        return value;
    }

    public Table Slice(int at, int size) => new(tag, bytes, Check(at, size), size);
    public Table From(int at) => Slice(at, Math.Max(0, length - at));

    public FontFault Fault(string words) => new(tag, words);

    int Check(int at, int size) => at >= 0 && size >= 0 && at <= length - size ? start + at : throw new FontFault(tag, "数据不完整");
}
