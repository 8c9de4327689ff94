using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Kapok.Foundation;

namespace Kapok.Documents.Ofd;

/// <summary>What a ZIP from outside may cost. Sizes are bytes after unpacking.</summary>
/// <param name="Entries">Number of files.</param>
/// <param name="EntryBytes">Size of one file.</param>
/// <param name="TotalBytes">Size of all files together.</param>
/// <param name="Ratio">Unpacked to packed size of one file; files up to 1 MB are not measured.</param>
public sealed record ZipLimits(int Entries, int EntryBytes, long TotalBytes, int Ratio);

/// <summary>
/// ZIP files (APPNOTE 4.5 without encryption, spanning and ZIP64) read so that nothing in them can cost more than the limits
/// or mean two things: central directory and local headers must agree, no two entries share bytes or a name, no name leaves
/// the package.
/// </summary>
public static class SafeZip
{
    const uint LocalHeader = 0x04034B50, CentralHeader = 0x02014B50, EndOfDirectory = 0x06054B50;
    const int MaxName = 512, FreeRatio = 1 << 20;
    static readonly UTF8Encoding StrictUtf8 = new(false, true);

    readonly record struct Entry(string Name, ushort Method, uint Crc, int Packed, int Size, int Offset);

    /// <summary>The files by name, in order of name. Refused as a whole, with the name and the reason, when anything is wrong.</summary>
    public static Outcome<SortedDictionary<string, byte[]>> Read(ReadOnlySpan<byte> zip, ZipLimits limits)
    {
        var directory = Directory(zip, limits);
        if (!directory.Ok) return directory.As<SortedDictionary<string, byte[]>>();
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        var end = 0;
        foreach (var entry in directory.Value!.OrderBy(e => e.Offset))
        {
            if (entry.Offset < end) return No("文件内容互相重叠", entry.Name);
            if (!LocalAgrees(zip, entry, out var start)) return No("目录与文件头不一致", entry.Name);
            if (start + (long)entry.Packed > zip.Length) return No("文件内容不完整", entry.Name);
            end = start + entry.Packed;
            if (Unpack(zip.Slice(start, entry.Packed), entry) is not { } content) return No("文件内容已损坏", entry.Name);
            if (!entry.Name.EndsWith('/')) files[entry.Name] = content;
        }
        return files;
    }

    static Outcome<List<Entry>> Directory(ReadOnlySpan<byte> zip, ZipLimits limits)
    {
        var at = FindEnd(zip);
        if (at < 0) return Outcome<List<Entry>>.No(Refusal.Invalid, "不是有效的 ZIP 文件");
        var tail = zip[at..];
        var (count, size, offset) = (U16(tail[10..]), U32(tail[12..]), U32(tail[16..]));
        if (U16(tail[4..]) != 0 || U16(tail[6..]) != 0 || U16(tail[8..]) != count) return Outcome<List<Entry>>.No(Refusal.Invalid, "不支持分卷的 ZIP 文件");
        if (count == 0xFFFF || size == uint.MaxValue || offset == uint.MaxValue) return Outcome<List<Entry>>.No(Refusal.Invalid, "不支持 ZIP64 格式");
        if (count > limits.Entries) return Outcome<List<Entry>>.No(Refusal.TooLarge, $"包内文件超过 {limits.Entries} 个");
        if ((long)offset + size > at) return Outcome<List<Entry>>.No(Refusal.Invalid, "ZIP 目录不完整");
        var rest = zip.Slice((int)offset, (int)size);
        var entries = new List<Entry>(count);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var total = 0L;
        for (var i = 0; i < count; i++)
        {
            if (rest.Length < 46 || U32(rest) != CentralHeader) return Outcome<List<Entry>>.No(Refusal.Invalid, "ZIP 目录已损坏");
            var (flags, method, nameLength) = (U16(rest[8..]), U16(rest[10..]), U16(rest[28..]));
            var length = 46 + nameLength + U16(rest[30..]) + U16(rest[32..]);
            if (rest.Length < length) return Outcome<List<Entry>>.No(Refusal.Invalid, "ZIP 目录已损坏");
            var name = Name(rest.Slice(46, nameLength));
            var (crc, packed, unpacked, start) = (U32(rest[16..]), U32(rest[20..]), U32(rest[24..]), U32(rest[42..]));
            rest = rest[length..];
            if (PathFault(name) is { } fault) return Outcome<List<Entry>>.No(Refusal.Invalid, fault, Shown(name));
            if (!names.Add(name)) return Outcome<List<Entry>>.No(Refusal.Invalid, "同名文件出现两次", name);
            if ((flags & 0x2041) != 0) return Outcome<List<Entry>>.No(Refusal.Invalid, "文件被加密，不能读取", name);
            if (method is not (0 or 8)) return Outcome<List<Entry>>.No(Refusal.Invalid, $"不支持的压缩方法 {method}", name);
            if (packed > int.MaxValue || start > int.MaxValue) return Outcome<List<Entry>>.No(Refusal.Invalid, "ZIP 目录已损坏", name);
            if (unpacked > limits.EntryBytes) return Outcome<List<Entry>>.No(Refusal.TooLarge, $"解压后超过 {limits.EntryBytes >> 20} MB", name);
            if (unpacked > FreeRatio && unpacked / Math.Max(1, packed) > limits.Ratio) return Outcome<List<Entry>>.No(Refusal.TooLarge, $"压缩比超过 {limits.Ratio} 倍", name);
            if (method == 0 && packed != unpacked) return Outcome<List<Entry>>.No(Refusal.Invalid, "ZIP 目录已损坏", name);
            if ((total += unpacked) > limits.TotalBytes) return Outcome<List<Entry>>.No(Refusal.TooLarge, $"解压后总共超过 {limits.TotalBytes >> 20} MB");
            entries.Add(new(name, method, crc, (int)packed, (int)unpacked, (int)start));
        }
        return entries;
    }

    // The record stands at the very end, or before a comment of the length it names; anything else could be read in two ways.
    static int FindEnd(ReadOnlySpan<byte> zip)
    {
        for (var at = zip.Length - 22; at >= Math.Max(0, zip.Length - 22 - 0xFFFF); at--)
            if (U32(zip[at..]) == EndOfDirectory && at + 22 + U16(zip[(at + 20)..]) == zip.Length) return at;
        return -1;
    }

    static bool LocalAgrees(ReadOnlySpan<byte> zip, Entry entry, out int start)
    {
        start = 0;
        if (entry.Offset + 30L > zip.Length) return false;
        var header = zip[entry.Offset..];
        var nameLength = U16(header[26..]);
        if (U32(header) != LocalHeader || U16(header[8..]) != entry.Method || header.Length < 30 + nameLength || Name(header.Slice(30, nameLength)) != entry.Name) return false;
        start = entry.Offset + 30 + nameLength + U16(header[28..]);
        return start <= zip.Length;
    }

    static unsafe byte[]? Unpack(ReadOnlySpan<byte> packed, Entry entry)
    {
        byte[] content;
        if (entry.Method == 0) content = packed.ToArray();
        else
            try
            {
                fixed (byte* bytes = packed)
                {
                    using var source = new DeflateStream(new UnmanagedMemoryStream(bytes, packed.Length), CompressionMode.Decompress);
                    content = new byte[entry.Size];
                    if (source.ReadAtLeast(content, content.Length, false) != content.Length || source.ReadByte() >= 0) return null;
                }
            }
            catch (InvalidDataException) { return null; }
        return Crc32.Of(content) == entry.Crc ? content : null;
    }

    static string Name(ReadOnlySpan<byte> bytes)
    {
        try { return StrictUtf8.GetString(bytes); }
        catch (DecoderFallbackException) { return Encoding.Latin1.GetString(bytes); }
    }

    /// <summary>Why a name may not stand in a package; null when it may: relative, forward slashes, no way up, no empty part.</summary>
    public static string? PathFault(string name) =>
        name.Length is 0 or > MaxName || name.Any(c => c < ' ' || c is '\\' or ':' or '\u007F') || name.TrimEnd('/').Split('/').Any(p => p is "" or "." or "..") ? "文件名不合法" : null;

    static string Shown(string name) => new([.. name.Where(c => c >= ' ').Take(80)]);
    static Outcome<SortedDictionary<string, byte[]>> No(string message, string where) => Outcome<SortedDictionary<string, byte[]>>.No(Refusal.Invalid, message, where);
    static ushort U16(ReadOnlySpan<byte> at) => BinaryPrimitives.ReadUInt16LittleEndian(at);
    static uint U32(ReadOnlySpan<byte> at) => BinaryPrimitives.ReadUInt32LittleEndian(at);

    /// <summary>One file ready for a ZIP.</summary>
    /// <param name="Packed">Raw deflate data, or <paramref name="Content"/> itself when it is stored.</param>
    public sealed record PackedFile(byte[] Content, byte[] Packed, uint Crc)
    {
        /// <summary>Packs what becomes smaller; stores the rest.</summary>
        public static PackedFile Of(byte[] content, CompressionLevel level = CompressionLevel.Optimal)
        {
            var crc = Crc32.Of(content);
            if (content.Length < 64 || level == CompressionLevel.NoCompression) return new(content, content, crc);
            var target = new MemoryStream(content.Length / 2 + 64);
            using (var deflate = new DeflateStream(target, level, leaveOpen: true)) deflate.Write(content);
            return target.Length < content.Length - content.Length / 32 ? new(content, target.ToArray(), crc) : new(content, content, crc);
        }
    }

    /// <summary>Writes the files in the given order with a fixed time: the same files give the same bytes.</summary>
    public static byte[] Write(IReadOnlyCollection<KeyValuePair<string, PackedFile>> files)
    {
        var names = files.Select(f => Encoding.UTF8.GetBytes(f.Key)).ToArray();
        var zip = new byte[22 + files.Zip(names, (f, n) => 30 + 46 + 2 * n.Length + f.Value.Packed.Length).Sum()];
        var (at, index) = (0, 0);
        var offsets = new int[files.Count];
        foreach (var (_, file) in files)
        {
            offsets[index] = at;
            U32(zip, ref at, LocalHeader);
            Common(zip, ref at, file, names[index]);
            names[index].CopyTo(zip, at); at += names[index].Length;
            file.Packed.CopyTo(zip, at); at += file.Packed.Length;
            index++;
        }
        var (directory, i) = (at, 0);
        foreach (var (_, file) in files)
        {
            U32(zip, ref at, CentralHeader);
            U16(zip, ref at, 20);
            Common(zip, ref at, file, names[i]);
            at += 10;
            U32(zip, ref at, (uint)offsets[i]);
            names[i].CopyTo(zip, at); at += names[i].Length;
            i++;
        }
        var size = at - directory;
        U32(zip, ref at, EndOfDirectory);
        at += 4;
        U16(zip, ref at, (ushort)files.Count);
        U16(zip, ref at, (ushort)files.Count);
        U32(zip, ref at, (uint)size);
        U32(zip, ref at, (uint)directory);
        return zip;
    }

    // 1 January 2000, 00:00: bits year-1980, month, day.
    const ushort FixedDate = 20 << 9 | 1 << 5 | 1;

    static void Common(byte[] zip, ref int at, PackedFile file, byte[] name)
    {
        U16(zip, ref at, 20);
        U16(zip, ref at, 0x0800);
        U16(zip, ref at, (ushort)(ReferenceEquals(file.Packed, file.Content) ? 0 : 8));
        U16(zip, ref at, 0);
        U16(zip, ref at, FixedDate);
        U32(zip, ref at, file.Crc);
        U32(zip, ref at, (uint)file.Packed.Length);
        U32(zip, ref at, (uint)file.Content.Length);
        U16(zip, ref at, (ushort)name.Length);
        U16(zip, ref at, 0);
    }

    static void U16(byte[] zip, ref int at, ushort value) { BinaryPrimitives.WriteUInt16LittleEndian(zip.AsSpan(at), value); at += 2; }
    static void U32(byte[] zip, ref int at, uint value) { BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(at), value); at += 4; }
}
