using System.Collections.Immutable;
using System.IO.Compression;
using System.Xml.Linq;
using Kapok.Foundation;

namespace Kapok.Documents.Ofd;

/// <summary>
/// The files of an OFD (GB/T 33190-2016 clause 6): a path without leading slash → bytes. Immutable; the same files always give the
/// same ZIP, byte for byte, and a file taken from a ZIP goes back into the next one unchanged, so that digests of it stay true.
/// </summary>
public sealed class OfdPackage
{
    /// <summary>What an OFD from outside may cost.</summary>
    public static readonly ZipLimits Limits = new(Entries: 5_000, EntryBytes: 32 << 20, TotalBytes: 128 << 20, Ratio: 200);
    public const string Entrance = "OFD.xml";
    public static readonly OfdPackage Empty = new(ImmutableSortedDictionary.Create<string, File>(StringComparer.Ordinal));

    // Packing is done when a ZIP is asked for and kept: sealing a document packs only what the seal adds.
    internal sealed class File(byte[] content)
    {
        SafeZip.PackedFile? packed;
        public byte[] Content => content;
        public SafeZip.PackedFile Pack(string path) => packed ??= SafeZip.PackedFile.Of(content, Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".png" or ".jpg" or ".jpeg" => CompressionLevel.NoCompression,
            _ => CompressionLevel.Optimal,
        });
    }

    readonly ImmutableSortedDictionary<string, File> files;

    OfdPackage(ImmutableSortedDictionary<string, File> files) => this.files = files;

    /// <summary>Paths in order, without leading slash.</summary>
    public IEnumerable<string> Paths => files.Keys;

    /// <summary>Path and content, in order of path.</summary>
    public IEnumerable<KeyValuePair<string, byte[]>> Files => files.Select(f => KeyValuePair.Create(f.Key, f.Value.Content));

    /// <summary>The content at a path, with or without leading slash; null when there is none.</summary>
    public byte[]? this[string path] => files.GetValueOrDefault(path.TrimStart('/'))?.Content;

    /// <summary>Opens a ZIP from anywhere; refused with the reason when it is unsafe or not an OFD.</summary>
    public static Outcome<OfdPackage> Open(ReadOnlySpan<byte> zip, ZipLimits? limits = null)
    {
        var read = SafeZip.Read(zip, limits ?? Limits);
        if (!read.Ok) return read.As<OfdPackage>();
        if (!read.Value!.ContainsKey(Entrance)) return Outcome<OfdPackage>.No(Refusal.Invalid, "不是 OFD 文件：缺少 OFD.xml");
        return Of(read.Value);
    }

    internal static OfdPackage Of(IEnumerable<KeyValuePair<string, File>> files) => new(files.ToImmutableSortedDictionary(StringComparer.Ordinal));

    public static OfdPackage Of(IEnumerable<KeyValuePair<string, byte[]>> files) =>
        new(files.ToImmutableSortedDictionary(f => f.Key.TrimStart('/'), f => new File(f.Value), StringComparer.Ordinal));

    /// <summary>The same package with one file put in or replaced.</summary>
    /// <exception cref="ArgumentException">The path leaves the package.</exception>
    public OfdPackage With(string path, byte[] content) =>
        SafeZip.PathFault(path.TrimStart('/')) is { } fault ? throw new ArgumentException(fault, nameof(path)) : new(files.SetItem(path.TrimStart('/'), new File(content)));

    public OfdPackage Without(string path) => new(files.Remove(path.TrimStart('/')));

    /// <summary>A file read as XML, bounded and without entities.</summary>
    public Outcome<XElement> Xml(string path) => this[path] is { } bytes ? OfdXml.Read(path.TrimStart('/'), bytes) : Outcome<XElement>.No(Refusal.NotFound, "包内没有这个文件", path);

    /// <summary>Where <paramref name="location"/>, written in the file at <paramref name="file"/>, leads: absolute with a leading slash, else from the folder of that file. Null when it leaves the package.</summary>
    public static string? Resolve(string file, string location)
    {
        location = location.Trim().Replace('\\', '/');
        var parts = new List<string>();
        if (!location.StartsWith('/')) parts.AddRange(file.TrimStart('/').Split('/')[..^1]);
        foreach (var part in location.Split('/'))
            if (part == "..") { if (parts.Count == 0) return null; parts.RemoveAt(parts.Count - 1); }
            else if (part is not ("" or ".")) parts.Add(part);
        return parts.Count == 0 ? null : string.Join('/', parts);
    }

    /// <summary>The ZIP: OFD.xml first, then by path; fixed times.</summary>
    public byte[] ToZip()
    {
        var ordered = new List<KeyValuePair<string, SafeZip.PackedFile>>(files.Count);
        if (files.TryGetValue(Entrance, out var entrance)) ordered.Add(new(Entrance, entrance.Pack(Entrance)));
        foreach (var (path, file) in files)
            if (path != Entrance) ordered.Add(new(path, file.Pack(path)));
        return SafeZip.Write(ordered);
    }
}
