using Kapok.Identity;
using Kapok.Identity.Divisions;

namespace Kapok.Catalogue.Search;

/// <summary>Finds a place in what somebody typed: 天河区居住证, 韶关 结婚登记.</summary>
sealed class PlaceWords(OrganisationDirectory directory)
{
    static readonly string[] Endings = ["市", "区", "县", "镇", "街道", "乡"];
    (DirectorySnapshot Of, Dictionary<string, string> Names)? built;

    /// <summary>Code of the place and the words without it; null when no place is named. The longest name wins, among equals the higher level.</summary>
    public (string Place, string Remainder)? In(string words)
    {
        var names = Names();
        for (var length = Math.Min(8, words.Length); length >= 2; length--)
            for (var i = 0; i + length <= words.Length; i++)
                if (names.TryGetValue(words.Substring(i, length), out var code) && (words[..i] + " " + words[(i + length)..]).Trim() is { Length: > 0 } rest)
                    return (code, rest);
        return null;
    }

    Dictionary<string, string> Names()
    {
        var now = directory.Current;
        if (built is { } standing && ReferenceEquals(standing.Of, now)) return standing.Names;
        var names = new Dictionary<string, string>();
        foreach (var division in now.Divisions.Where(d => d.Parent is not null).OrderBy(d => d.Level).ThenBy(d => d.Code, StringComparer.Ordinal))
        {
            names.TryAdd(division.Name, division.Code);
            foreach (var ending in Endings)
                if (division.Name.EndsWith(ending, StringComparison.Ordinal) && division.Name.Length - ending.Length >= 2) names.TryAdd(division.Name[..^ending.Length], division.Code);
        }
        built = (now, names);
        return names;
    }
}
