using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Kapok.Foundation.Pages;

/// <summary>
/// English of sentences that pure code composes in Chinese: events, faults, clock readings. They come to a page as finished
/// text, so the finished page is asked: a text that is a known sentence, or fits a pattern of
/// <c>Texts/composed.json</c> (<c>加了字段“{0}”</c>), leaves in English; what fits none stays Chinese and is marked.
/// </summary>
public sealed partial class ComposedTexts
{
    /// <summary>Longer texts are no sentences of ours; parts inside parts go no deeper.</summary>
    const int Longest = 400, Deepest = 3;

    readonly FrozenDictionary<string, string> whole;
    readonly FrozenDictionary<char, Pattern[]> byFirst;
    readonly Pattern[] open;

    /// <param name="Parts">Literal pieces around the arguments; the first and the last may be empty.</param>
    sealed record Pattern(string[] Parts, int[] Arguments, string English)
    {
        public int Literal { get; } = Parts.Sum(p => p.Length);
    }

    /// <param name="sentences">Whole sentences.</param>
    /// <param name="patterns">Patterns with <c>{0}</c>, <c>{1}</c> …, and English with the same; two forms as in texts of pages.</param>
    public ComposedTexts(IReadOnlyDictionary<string, string> sentences, IEnumerable<KeyValuePair<string, string>> patterns)
    {
        var known = new Dictionary<string, string>(sentences.Where(s => !s.Key.Contains('{', StringComparison.Ordinal) && !s.Value.Contains('|', StringComparison.Ordinal)), StringComparer.Ordinal);
        var made = new List<Pattern>();
        foreach (var (chinese, english) in patterns)
        {
            if (chinese.Contains('{', StringComparison.Ordinal)) made.Add(Of(chinese, english));
            else known.TryAdd(chinese, english);
        }
        whole = known.ToFrozenDictionary(StringComparer.Ordinal);
        // The pattern that says most goes first.
        byFirst = made.Where(p => p.Parts[0].Length > 0).GroupBy(p => p.Parts[0][0]).ToFrozenDictionary(g => g.Key, g => g.OrderByDescending(p => p.Literal).ToArray());
        open = [.. made.Where(p => p.Parts[0].Length == 0).OrderByDescending(p => p.Literal)];
    }

    static Pattern Of(string chinese, string english)
    {
        var (parts, arguments, at) = (new List<string>(), new List<int>(), 0);
        foreach (Match hole in Hole().Matches(chinese))
        {
            parts.Add(chinese[at..hole.Index]);
            arguments.Add(int.Parse(hole.Groups[1].Value, CultureInfo.InvariantCulture));
            at = hole.Index + hole.Length;
        }
        parts.Add(chinese[at..]);
        return new([.. parts], [.. arguments], english);
    }

    /// <summary>The English of a Chinese text, spaces around it kept; null when it is none we know.</summary>
    public string? Find(string text)
    {
        var (start, end) = (0, text.Length);
        while (start < end && char.IsWhiteSpace(text[start])) start++;
        while (end > start && char.IsWhiteSpace(text[end - 1])) end--;
        if (end - start is 0 or > Longest) return null;
        return Find(text[start..end], 0) is { } english ? text[..start] + english + text[end..] : null;
    }

    string? Find(string text, int depth)
    {
        if (whole.TryGetValue(text, out var known)) return known;
        if (Date(text) is { } date) return date;
        if (depth == Deepest) return null;
        if (byFirst.TryGetValue(text[0], out var some) && Fit(some, text, depth) is { } english) return english;
        return Fit(open, text, depth) ?? Listed(text, '；', "; ", depth) ?? Listed(text, '、', ", ", depth);
    }

    string? Fit(Pattern[] patterns, string text, int depth)
    {
        foreach (var pattern in patterns)
            if (Arguments(pattern, text) is { } found) return Fill(pattern, found, depth);
        return null;
    }

    /// <summary>What stands in the holes, each as short as it can be; null when the text does not fit.</summary>
    static string[]? Arguments(Pattern pattern, string text)
    {
        if (text.Length < pattern.Literal || !text.StartsWith(pattern.Parts[0], StringComparison.Ordinal) || !text.EndsWith(pattern.Parts[^1], StringComparison.Ordinal)) return null;
        var found = new string[pattern.Arguments.Length];
        var (at, end) = (pattern.Parts[0].Length, text.Length - pattern.Parts[^1].Length);
        for (var i = 0; i < found.Length; i++)
        {
            var next = i == found.Length - 1 ? end : text.IndexOf(pattern.Parts[i + 1], at, StringComparison.Ordinal);
            if (next <= at || next > end) return null;
            found[i] = text[at..next];
            at = next + pattern.Parts[i + 1].Length;
        }
        return found;
    }

    string Fill(Pattern pattern, string[] found, int depth)
    {
        var english = pattern.English;
        if (english.IndexOf('|') is var bar and >= 0) english = found[0] == "1" ? english[..bar] : english[(bar + 1)..];
        var made = new StringBuilder(english.Length + 32);
        var at = 0;
        foreach (Match hole in Hole().Matches(english))
        {
            made.Append(english, at, hole.Index - at);
            var argument = found[Array.IndexOf(pattern.Arguments, int.Parse(hole.Groups[1].Value, CultureInfo.InvariantCulture))];
            made.Append(Find(argument, depth + 1) ?? argument);
            at = hole.Index + hole.Length;
        }
        return made.Append(english, at, english.Length - at).ToString();
    }

    /// <summary>A list of sentences, when there is English for each of them.</summary>
    string? Listed(string text, char by, string with, int depth)
    {
        if (!text.Contains(by, StringComparison.Ordinal)) return null;
        var parts = text.Split(by);
        var english = new string[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i].Length == 0 || Find(parts[i], depth + 1) is not { } part) return null;
            english[i] = part;
        }
        return string.Join(with, english);
    }

    static string? Date(string text)
    {
        if (text.Length > 12 || text[^1] != '日' || ChineseDate().Match(text) is not { Success: true } m) return null;
        var (month, day) = (int.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture), m.Groups[3].Value);
        return month is < 1 or > 12 ? null : $"{day} {CultureInfo.InvariantCulture.DateTimeFormat.GetAbbreviatedMonthName(month)}{(m.Groups[1].Success ? " " + m.Groups[1].Value : "")}";
    }

    [GeneratedRegex("""\{(\d)\}""")]
    private static partial Regex Hole();

    [GeneratedRegex("""^(?:(\d{4}) ?年 ?)?(\d{1,2}) ?月 ?(\d{1,2}) ?日$""")]
    private static partial Regex ChineseDate();
}
