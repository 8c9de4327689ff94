using System.Collections.Frozen;
using System.Numerics;
using System.Text;

namespace Kapok.Foundation.Pages;

/// <summary>
/// Simplified to traditional Chinese with the variants of Hong Kong, by the tables of Open Chinese Convert: the
/// longest phrase that fits, else the character, then the regional variant. The tables come with the build;
/// without them the text stays as it is.
/// </summary>
public static class TraditionalChinese
{
    private static readonly Lazy<(Table Script, Table Region)> Tables = new(() => (
        Table.Load("STPhrases", "STPhrases_GeneratedFromRegionalPhrases", "STCharacters"),
        Table.Load("HKVariantsPhrases", "HKVariants")));

    /// <summary>False when the build had no tables.</summary>
    public static bool Available => !Tables.Value.Script.IsEmpty;

    /// <summary>The text in traditional characters.</summary>
    public static string Convert(string text) => Convert(text.AsSpan());

    /// <summary>The text in traditional characters, with the corner brackets that go with them.</summary>
    public static string Convert(ReadOnlySpan<char> text)
    {
        var (script, region) = Tables.Value;
        return region.Convert(script.Convert(text)).Replace('“', '「').Replace('”', '」').Replace('‘', '『').Replace('’', '』');
    }

    /// <summary>Single characters by code, phrases by their first two characters, which few places in a text share.</summary>
    private sealed class Table
    {
        private readonly string?[] characters = new string?[char.MaxValue + 1];
        private readonly FrozenDictionary<string, string> phrases;
        private readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> lookup;
        private readonly FrozenDictionary<int, uint> lengths;

        private Table(Dictionary<string, string> entries)
        {
            foreach (var (key, value) in entries) if (key.Length == 1) characters[key[0]] = value;
            phrases = entries.Where(entry => entry.Key.Length is > 1 and < 32).ToFrozenDictionary(StringComparer.Ordinal);
            lookup = phrases.GetAlternateLookup<ReadOnlySpan<char>>();
            var byStart = new Dictionary<int, uint>();
            foreach (var key in phrases.Keys)
            {
                var start = Start(key);
                byStart[start] = byStart.GetValueOrDefault(start) | 1u << key.Length;
            }
            lengths = byStart.ToFrozenDictionary();
        }

        public bool IsEmpty => phrases.Count == 0;

        public static Table Load(params string[] files)
        {
            var entries = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var file in files)
            {
                using var stream = typeof(TraditionalChinese).Assembly.GetManifestResourceStream($"Chinese/{file}.txt");
                if (stream is null) continue;
                using var reader = new StreamReader(stream, Encoding.UTF8);
                while (reader.ReadLine() is { } line)
                {
                    var tab = line.IndexOf('\t');
                    if (tab <= 0 || line[0] == '#') continue;
                    var first = line.AsSpan(tab + 1);
                    var space = first.IndexOf(' ');
                    entries.TryAdd(line[..tab], (space < 0 ? first : first[..space]).Trim().ToString());
                }
            }
            return new(entries);
        }

        public string Convert(ReadOnlySpan<char> text)
        {
            var result = new StringBuilder(text.Length);
            for (var at = 0; at < text.Length;)
            {
                var rest = text[at..];
                if (Phrase(rest, out var length) is { } phrase)
                {
                    result.Append(phrase);
                    at += length;
                    continue;
                }
                if (characters[rest[0]] is { } other) result.Append(other); else result.Append(rest[0]);
                at++;
            }
            return result.ToString();
        }

        private string? Phrase(ReadOnlySpan<char> rest, out int length)
        {
            length = 0;
            if (rest.Length < 2 || !lengths.TryGetValue(Start(rest), out var possible)) return null;
            while (possible != 0)
            {
                length = BitOperations.Log2(possible);
                possible ^= 1u << length;
                if (length <= rest.Length && lookup.TryGetValue(rest[..length], out var found)) return found;
            }
            return null;
        }

        private static int Start(ReadOnlySpan<char> text) => text[0] << 16 | text[1];
    }
}
