using System.Collections.Frozen;
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

    private sealed class Table
    {
        private readonly FrozenDictionary<string, string> entries;
        private readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> lookup;
        private readonly FrozenDictionary<char, int> longest;

        private Table(Dictionary<string, string> entries)
        {
            this.entries = entries.ToFrozenDictionary(StringComparer.Ordinal);
            lookup = this.entries.GetAlternateLookup<ReadOnlySpan<char>>();
            longest = entries.Keys.GroupBy(key => key[0]).ToFrozenDictionary(group => group.Key, group => group.Max(key => key.Length));
        }

        public bool IsEmpty => entries.Count == 0;

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
                var step = 0;
                if (longest.TryGetValue(text[at], out var most))
                {
                    for (var length = Math.Min(most, text.Length - at); length > 0; length--)
                    {
                        if (!lookup.TryGetValue(text.Slice(at, length), out var other)) continue;
                        result.Append(other);
                        step = length;
                        break;
                    }
                }
                if (step == 0)
                {
                    result.Append(text[at]);
                    step = 1;
                }
                at += step;
            }
            return result.ToString();
        }
    }
}
