using System.Text;
using Kapok.Foundation.Codes;

namespace Kapok.Foundation.Chinese;

/// <summary>A text to be searched.</summary>
/// <param name="Weight">A (heaviest) to D.</param>
/// <param name="ByPinyin">Also found by its readings and their initials; for names, not for long texts.</param>
public sealed record SearchField(string? Text, char Weight = 'D', bool ByPinyin = false);

/// <summary>What a person typed into a search box.</summary>
/// <param name="All">A PostgreSQL tsquery that asks for everything typed; null when nothing searchable was typed.</param>
/// <param name="Any">The same asking for any part of it, for when <paramref name="All"/> finds nothing.</param>
/// <param name="Code">The canonical form when the whole input is a valid code: item, implementation, case, query or credit code.</param>
public sealed record SearchQuery(string? All, string? Any, string? Code);

/// <summary>
/// Full-text search of Chinese without a dictionary: texts are indexed by single characters and pairs of neighbours, names also by pinyin, all inside
/// an ordinary <c>tsvector</c>. Lexemes of pinyin begin with ~, and stand for every point in a name from which it can be typed on.
/// </summary>
public static class SearchText
{
    private const int MaxLexemes = 20_000, MaxWord = 60, MaxReading = 40, MaxQuery = 100, MaxTerms = 12;

    // What people type around what they look for. Longer ones first.
    private static readonly string[] Fillers = ["需要什么材料", "需要哪些材料", "在哪里", "怎么样", "为什么", "请问", "我要", "我想", "想要", "怎么", "如何", "怎样", "哪里", "哪儿", "什么", "需要", "可以", "一下", "吗", "呢", "的"];

    /// <summary>The text form of a <c>tsvector</c>, with positions and weights: cast it with <c>@vector::tsvector</c>.</summary>
    public static string Vector(params IEnumerable<SearchField> fields)
    {
        var places = new Dictionary<string, List<(int Position, char Weight)>>(StringComparer.Ordinal);
        var (position, count) = (0, 0);
        foreach (var field in fields)
        {
            if (field.Weight is < 'A' or > 'D') throw new ArgumentException($"no such weight: {field.Weight}", nameof(fields));
            foreach (var (lexeme, advances) in Lexemes(field.Text ?? "", field.ByPinyin))
            {
                if (++count > MaxLexemes) break;
                if (advances) position++;
                if (!places.TryGetValue(lexeme, out var list)) places[lexeme] = list = [];
                // PostgreSQL keeps no position above 16383 and no more than 255 of a lexeme.
                if (list.Count < 255) list.Add((Math.Min(Math.Max(position, 1), 16_383), field.Weight));
            }
            position += 5;
        }
        var vector = new StringBuilder();
        foreach (var (lexeme, list) in places)
        {
            vector.Append(vector.Length == 0 ? "'" : " '").Append(lexeme).Append('\'');
            for (var i = 0; i < list.Count; i++) vector.Append(i == 0 ? ':' : ',').Append(list[i].Position).Append(list[i].Weight);
        }
        return vector.ToString();
    }

    /// <summary>The lexemes of one text, each once.</summary>
    public static IReadOnlyList<string> Tokens(string? text, bool byPinyin = false) => [.. Lexemes(text ?? "", byPinyin).Select(l => l.Lexeme).Distinct()];

    /// <summary>
    /// Understands Chinese words, initials (spjyxk), full pinyin (shipin), Latin words and codes, in any mixture. Anything may be typed: what
    /// cannot be searched is left out.
    /// </summary>
    public static SearchQuery Parse(string? typed)
    {
        var text = typed ?? "";
        if (text.Length > MaxQuery) text = text[..MaxQuery];
        var runs = Runs(WithoutFillers(text));
        if (runs.Count == 0) runs = Runs(text);
        var (all, any) = (new List<string>(), new List<string>());
        foreach (var run in runs.Take(MaxTerms))
        {
            var parts = run.IsChinese ? Pairs(run.Text).Select(p => $"'{p}'").ToList() : [Typed(run.Text)];
            all.AddRange(parts);
            any.AddRange(parts);
        }
        return new(all.Count == 0 ? null : string.Join(" & ", all.Distinct()), any.Count == 0 ? null : string.Join(" | ", any.Distinct()), CodeIn(text));
    }

    private readonly record struct Run(string Text, bool IsChinese);

    private static IEnumerable<(string Lexeme, bool Advances)> Lexemes(string text, bool byPinyin)
    {
        foreach (var run in Runs(text))
        {
            if (!run.IsChinese)
            {
                yield return (run.Text.Length > MaxWord ? run.Text[..MaxWord] : run.Text, true);
                continue;
            }
            var runes = run.Text.EnumerateRunes().ToArray();
            for (int i = 0, from = 0; i < runes.Length; from += runes[i++].Utf16SequenceLength)
            {
                yield return (run.Text.Substring(from, runes[i].Utf16SequenceLength), true);
                if (i + 1 < runes.Length) yield return (run.Text.Substring(from, runes[i].Utf16SequenceLength + runes[i + 1].Utf16SequenceLength), false);
            }
            if (!byPinyin) continue;
            foreach (var reading in Readings(run.Text)) yield return ("~" + reading, false);
        }
    }

    // From every character on: its initials and its full readings, so that a prefix search finds any part of a name.
    private static IEnumerable<string> Readings(string run)
    {
        string[] syllables = [.. Pinyin.Of(run).OfType<string>()];
        var initials = string.Concat(syllables.Select(s => s[0]));
        var full = string.Concat(syllables);
        for (int i = 0, from = 0; i < syllables.Length; from += syllables[i++].Length)
        {
            yield return initials.Substring(i, Math.Min(MaxReading, initials.Length - i));
            yield return full.Substring(from, Math.Min(MaxReading, full.Length - from));
        }
    }

    private static IEnumerable<string> Pairs(string run)
    {
        var runes = run.EnumerateRunes().ToArray();
        if (runes.Length == 1) yield return run;
        for (var i = 0; i + 1 < runes.Length; i++) yield return string.Concat(runes[i], runes[i + 1]);
    }

    private static string Typed(string word)
    {
        if (word.Length > MaxReading) word = word[..MaxReading];
        return word.Length > 1 && word.All(char.IsAsciiLetter) ? $"('{word}':* | '~{word}':*)" : $"'{word}':*";
    }

    private static string WithoutFillers(string text)
    {
        foreach (var filler in Fillers) text = text.Replace(filler, " ", StringComparison.Ordinal);
        return text;
    }

    // Runs of Chinese characters, and runs of other letters and digits in lower case. Nothing else gets through, so no lexeme needs escaping.
    private static List<Run> Runs(string text)
    {
        var runs = new List<Run>();
        var current = new StringBuilder();
        var chinese = false;
        foreach (var raw in text.EnumerateRunes())
        {
            var rune = raw.Value == 'ü' ? new Rune('v') : raw.IsBmp ? new Rune(CodeText.HalfWidth((char)raw.Value)) : raw;
            var isChinese = IsChinese(rune);
            if (!isChinese && !Rune.IsLetterOrDigit(rune)) { End(); continue; }
            if (isChinese != chinese) End();
            chinese = isChinese;
            current.Append(Rune.ToLowerInvariant(rune));
        }
        End();
        return runs;

        void End()
        {
            if (current.Length > 0) runs.Add(new(current.ToString(), chinese));
            current.Clear();
        }
    }

    private static bool IsChinese(Rune rune) => rune.Value is >= 0x3400 and <= 0x9fff or 0x3007 or >= 0xf900 and <= 0xfaff or >= 0x20000 and <= 0x3ffff;

    private static string? CodeIn(string text) =>
        BasicItemCode.Check(text).Value ?? ImplementationCode.Check(text).Value ?? HandlingItemCode.Check(text).Value ?? CaseNumber.Check(text).Value
        ?? CreditCode.Check(text).Value ?? QueryCode.Check(text).Value;
}
