using System.Text.RegularExpressions;

namespace Kapok.Catalogue.Search;

/// <summary>
/// The steps of a search, best first, as tsqueries that exclude what an earlier step has shown: the whole name or alias,
/// every word in the name, in an alias or a synonym, anywhere; and inside each the nearest place first.
/// </summary>
static partial class Steps
{
    /// <param name="key">Everything typed as one key.</param>
    /// <param name="all">tsquery of the words typed.</param>
    /// <param name="variants">tsqueries of the words with synonyms put in.</param>
    /// <param name="path">Codes from the place up to the province; empty without a place.</param>
    public static IReadOnlyList<string?> For(string key, string all, IReadOnlyList<string> variants, string[] path)
    {
        var whole = $"'={key}'";
        var name = $"({In('n', all)})";
        var other = Or([In('a', all), .. variants.SelectMany(v => (string[])[In('n', v), In('a', v)])]);
        var anywhere = Or([all, .. variants]);
        return [.. AtPlaces(whole, path), .. AtPlaces($"{name} & !{whole}", path), .. AtPlaces($"{other} & !{name} & !{whole}", path), .. AtPlaces($"{anywhere} & !{other} & !{name} & !{whole}", path)];
    }

    /// <summary>Steps of a list without words. Null stands for everything.</summary>
    public static IReadOnlyList<string?> Everything(string[] path) => path.Length == 0 ? [null] : [.. AtPlaces(null, path)];

    /// <summary>The same query asked of one field: every lexeme gets the field's letter in front.</summary>
    public static string In(char field, string query) => Lexeme().Replace(query, $"'{field}$1'");

    /// <summary>The alternatives of a query that asks for any of its parts; a part in brackets stays whole.</summary>
    public static IEnumerable<string> Parts(string any) => Alternative().Matches(any).Select(m => m.Value);

    static IEnumerable<string?> AtPlaces(string? query, string[] path)
    {
        if (path.Length == 0) { yield return query; yield break; }
        for (var i = 0; i < path.Length; i++)
        {
            var nearer = string.Concat(path[..i].Select(p => $" & !'@{p}'"));
            yield return $"{(query is null ? "" : $"{query} & ")}'@{path[i]}'{nearer}";
        }
    }

    static string Or(IEnumerable<string> queries) => $"({string.Join(" | ", queries.Distinct().Select(q => $"({q})"))})";

    [GeneratedRegex("'([^']+)'")] private static partial Regex Lexeme();
    [GeneratedRegex(@"\([^)]*\)|'[^']+'(?::\*)?")] private static partial Regex Alternative();
}
