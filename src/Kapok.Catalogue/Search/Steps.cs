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

    /// <summary>What is asked beside words and place, to be put behind a tsquery: the same scan of the index decides it.</summary>
    public static string Narrowed(ItemQuery query)
    {
        var asked = new List<string>();
        if (query.Audience is { } audience) asked.Add(SearchRows.ForAudience(Math.Clamp(audience, 0, 99)));
        if (query.Line is { Length: > 0 } line) asked.Add(SearchRows.OfLine(line));
        if (query.Type is { Length: > 0 } type) asked.Add(SearchRows.OfType(type));
        if (query.LifeEvent is { Length: > 0 } lifeEvent) asked.Add(SearchRows.InLifeEvent(lifeEvent));
        if (query.Online) asked.Add(SearchRows.IsOnline);
        return string.Concat(asked.Select(a => $" & {Quoted(a)}"));
    }

    /// <summary>A lexeme as a tsquery takes it, whatever somebody put into an address.</summary>
    static string Quoted(string lexeme) => $"'{(lexeme.Length > 100 ? lexeme[..100] : lexeme).Replace("\0", "").Replace("\\", "\\\\").Replace("'", "''")}'";

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
