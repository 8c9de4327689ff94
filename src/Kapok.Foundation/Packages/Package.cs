using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Kapok.Foundation.Packages;

/// <summary>Head of a package, from <c>package.yaml</c>.</summary>
public sealed record PackageHead
{
    public string Id { get; init; } = "";
    public string Version { get; init; } = "";
    public string Title { get; init; } = "";
    public string Summary { get; init; } = "";
    public List<string> Needs { get; init; } = [];
    public List<string> Illustrative { get; init; } = [];
}

/// <summary>A package as files: an application as data (docs/packages.md).</summary>
public sealed class Package
{
    public const int MaxFiles = 2_000, MaxBytes = 64 << 20;

    Package(PackageHead head, SortedDictionary<string, byte[]> files) => (Head, Files) = (head, files);

    public PackageHead Head { get; }

    /// <summary>Relative path with forward slashes → content.</summary>
    public IReadOnlyDictionary<string, byte[]> Files { get; }

    public string Digest
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var (path, content) in Files)
            {
                hash.AppendData(Encoding.UTF8.GetBytes($"{path}\n{content.Length}\n"));
                hash.AppendData(content);
            }
            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
    }

    /// <summary>Files below a folder with one of the endings, in order of name.</summary>
    public IEnumerable<(string Path, string Text)> In(string folder, params string[] endings) => Files
        .Where(f => f.Key.StartsWith(folder + "/", StringComparison.Ordinal) && endings.Any(e => f.Key.EndsWith(e, StringComparison.Ordinal)))
        .Select(f => (f.Key, Encoding.UTF8.GetString(f.Value)));

    public string? Text(string path) => Files.TryGetValue(path, out var bytes) ? Encoding.UTF8.GetString(bytes) : null;

    public static Outcome<Package> FromFolder(string folder)
    {
        if (!Directory.Exists(folder)) return Outcome<Package>.No(Refusal.NotFound, $"找不到文件夹 {folder}");
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        long size = 0;
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            var path = Path.GetRelativePath(folder, file).Replace('\\', '/');
            if (path.Split('/').Any(p => p.StartsWith('.'))) continue;
            size += new FileInfo(file).Length;
            if (files.Count >= MaxFiles || size > MaxBytes) return Outcome<Package>.No(Refusal.TooLarge, $"应用包最多 {MaxFiles} 个文件、{MaxBytes >> 20} MB");
            files[path] = File.ReadAllBytes(file);
        }
        return FromFiles(files);
    }

    public static Outcome<Package> FromZip(byte[] zip)
    {
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        try
        {
            using var archive = new ZipArchive(new MemoryStream(zip), ZipArchiveMode.Read);
            long size = 0;
            foreach (var entry in archive.Entries.Where(e => !e.FullName.EndsWith('/')))
            {
                if (entry.FullName.Contains("..", StringComparison.Ordinal) || entry.FullName.StartsWith('/') || entry.FullName.Contains('\\'))
                    return Outcome<Package>.No(Refusal.Invalid, "路径不合法", entry.FullName);
                size += entry.Length;
                if (files.Count >= MaxFiles || size > MaxBytes) return Outcome<Package>.No(Refusal.TooLarge, $"应用包最多 {MaxFiles} 个文件、{MaxBytes >> 20} MB");
                using var stream = entry.Open();
                var content = new MemoryStream();
                stream.CopyTo(content);
                files[entry.FullName] = content.ToArray();
            }
        }
        catch (InvalidDataException) { return Outcome<Package>.No(Refusal.Invalid, "不是有效的 ZIP 文件"); }
        return FromFiles(files);
    }

    /// <summary>A package from its files.</summary>
    public static Outcome<Package> FromFiles(SortedDictionary<string, byte[]> files)
    {
        if (!files.TryGetValue("package.yaml", out var bytes)) return Outcome<Package>.No(Refusal.Invalid, "缺少 package.yaml", "package.yaml");
        var head = Yaml.Read<PackageHead>("package.yaml", Encoding.UTF8.GetString(bytes));
        if (!head.Ok) return head.As<Package>();
        var faults = new List<Fault>();
        if (!System.Text.RegularExpressions.Regex.IsMatch(head.Value!.Id, "^[a-z][a-z0-9-]{1,62}$")) faults.Add(new("package.yaml", "id 应为小写字母、数字和连字符"));
        if (!Version.TryParse(head.Value.Version, out _)) faults.Add(new("package.yaml", "version 应为 1.0.0 这样的版本号"));
        if (head.Value.Title.Length == 0) faults.Add(new("package.yaml", "缺少 title"));
        return faults.Count > 0 ? Outcome<Package>.Invalid(faults) : new Package(head.Value, files);
    }

    /// <summary>
    /// The same package with files put in place of its own, under the next version number: what was changed on one node, to
    /// be installed on another. The same when nothing differs.
    /// </summary>
    public Package With(IEnumerable<KeyValuePair<string, byte[]>> changed)
    {
        var files = new SortedDictionary<string, byte[]>(Files.ToDictionary(), StringComparer.Ordinal);
        foreach (var (path, content) in changed) files[path] = content;
        if (files.All(f => Files.TryGetValue(f.Key, out var own) && own.AsSpan().SequenceEqual(f.Value))) return this;
        var standing = System.Version.Parse(Head.Version);
        var next = $"{standing.Major}.{standing.Minor}.{Math.Max(0, standing.Build) + 1}";
        files["package.yaml"] = Encoding.UTF8.GetBytes(System.Text.RegularExpressions.Regex.Replace(Text("package.yaml")!, @"(?m)^version:.*$", $"version: {next}"));
        return new(Head with { Version = next }, files);
    }

    /// <summary>The package as a ZIP with fixed times, so that equal content gives equal bytes.</summary>
    public byte[] ToZip()
    {
        var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (path, content) in Files)
            {
                var entry = archive.CreateEntry(path, CompressionLevel.Optimal);
                entry.LastWriteTime = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using var target = entry.Open();
                target.Write(content);
            }
        return stream.ToArray();
    }
}

/// <summary>YAML in, with the file and line in every fault.</summary>
public static class Yaml
{
    static readonly IDeserializer Strict = new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).WithAttemptingUnquotedStringTypeDeserialization().Build();

    /// <summary>Reads strictly: unknown fields are faults, so a misspelt name is never silently ignored.</summary>
    public static Outcome<T> Read<T>(string file, string text)
    {
        try
        {
            return Strict.Deserialize<T>(text) is { } value ? value : Outcome<T>.No(Refusal.Invalid, "文件是空的", file);
        }
        catch (YamlDotNet.Core.YamlException e)
        {
            return Outcome<T>.No(Refusal.Invalid, e.InnerException?.Message ?? e.Message, $"{file}:{e.Start.Line}");
        }
    }
}
