using System.Collections.Concurrent;

namespace Kapok.Documents.Fonts;

/// <summary>
/// The fonts of this machine. Nothing is installed by the program: it takes what lies in the folders, open Chinese fonts first, and says
/// what is missing. The folders are looked through once, when a font is first asked for.
/// </summary>
/// <param name="folders">Searched with their folders; those that do not exist are passed over.</param>
public sealed class FontBook(params IEnumerable<string> folders)
{
    const int MostFiles = 4_096;
    static readonly string[] Endings = [".ttf", ".otf", ".ttc", ".otc"];

    readonly Lazy<Found> found = new(() => Search([.. folders]));
    readonly ConcurrentDictionary<(string, bool), FontChain> chains = new();

    sealed record Found(IReadOnlyList<FontFace> Faces, IReadOnlyList<(string Path, string Reason)> Refused);

    /// <summary>Where operating systems keep fonts, after the folder <c>fonts</c> of the node's own data.</summary>
    public static IEnumerable<string> UsualFolders(string data)
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return [Path.Combine(data, "fonts"), "/usr/share/fonts", "/usr/local/share/fonts", Path.Combine(home, ".fonts"), Path.Combine(home, ".local/share/fonts"),
            "/System/Library/Fonts", "/Library/Fonts", .. Environment.GetFolderPath(Environment.SpecialFolder.Fonts) is { Length: > 0 } system ? [system] : Array.Empty<string>()];
    }

    /// <summary>All faces that may be embedded in documents, in the order of their files.</summary>
    public IReadOnlyList<FontFace> Faces => found.Value.Faces;

    /// <summary>Files and faces that are not used, each with the reason in Chinese.</summary>
    public IReadOnlyList<(string Path, string Reason)> Refused => found.Value.Refused;

    /// <summary>Null when Chinese can be printed; otherwise what to do about it, in Chinese.</summary>
    public string? Lack => Faces.Any(f => f.HasChinese) ? null
        : "本机没有可用的中文字体，不能生成证照文件。请安装开源中文字体（Debian：apt install fonts-noto-cjk），或把字体文件放入数据目录的 fonts 文件夹，然后重新启动。";

    /// <summary>The fonts for a style, best first, with all others behind it for the characters it lacks.</summary>
    public FontChain Of(FontStyle style, bool bold = false) => chains.GetOrAdd((style.ToString(), bold), _ => Chain(style, bold, null));

    /// <summary>The fonts for a family named in a template; where it is not installed, for the style its name speaks of (宋体 when it speaks of none).</summary>
    public FontChain Of(string family, bool bold = false)
    {
        var known = Faces.Any(f => f.Names.Contains(family));
        var style = FontStyles.Of(family) ?? FontStyle.Song;
        return known ? chains.GetOrAdd(("=" + family, bold), _ => Chain(style, bold, family)) : Of(style, bold);
    }

    /// <summary>One face of a file: the faces of a collection have the same characters.</summary>
    FontChain Chain(FontStyle style, bool bold, string? family)
    {
        var best = Faces.Select((face, order) => (face, order, rank: Rank(face))).OrderBy(f => f.rank).ThenBy(f => f.order).DistinctBy(f => f.face.Path);
        return new FontChain([.. best.Select(f => f.face)], Lack);

        int Rank(FontFace face) => (family is not null && face.Names.Contains(family) ? 0 : 1 + FontStyles.Distance(style, face)) * 100_000
            + (face.ItalicAngle != 0 ? 50_000 : 0) + (face.IsBold != bold ? 10_000 : 0) + Math.Abs(face.Weight - (bold ? 700 : 400));
    }

    static Found Search(string[] folders)
    {
        var (faces, refused) = (new List<FontFace>(), new List<(string, string)>());
        var options = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 8, IgnoreInaccessible = true };
        var files = folders.Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFiles(folder, "*", options)
            .Where(f => Endings.Contains(Path.GetExtension(f), StringComparer.OrdinalIgnoreCase)).Take(MostFiles).Order(StringComparer.Ordinal));
        foreach (var file in files.Distinct(StringComparer.Ordinal).Take(MostFiles))
            try
            {
                for (int i = 0, count = FontFace.CountIn(file); i < count; i++)
                {
                    var face = FontFace.Load(file, i);
                    if (face.MayEmbed) faces.Add(face);
                    else refused.Add((file, "字体的许可不允许嵌入文件"));
                }
            }
            catch (Exception e) when (e is FontFault or IOException or UnauthorizedAccessException)
            {
                refused.Add((file, e.Message));
            }
        return new(faces, refused);
    }
}
