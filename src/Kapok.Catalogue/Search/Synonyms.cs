using Dapper;
using Kapok.Foundation.Data;

namespace Kapok.Catalogue.Search;

/// <summary>What else people call a thing. Loaded from the packages' synonyms, again after they change in any process.</summary>
sealed class Synonyms
{
    /// <summary>Key of the signal of the catalogue by which synonyms are read again.</summary>
    public const string Key = "synonyms";
    const int MaxVariants = 6;

    readonly Database database;
    volatile Task<Dictionary<string, string[]>>? words;

    public Synonyms(Database database, Signals signals)
    {
        this.database = database;
        signals.Listen(Items.Topic, key => { if (key is Key or Signals.Everything) words = null; });
    }

    /// <summary>The text with one word after another replaced by its synonyms; the text itself is not among them.</summary>
    public async ValueTask<IReadOnlyList<string>> Variants(string text)
    {
        var loading = words ??= Load();
        Dictionary<string, string[]> known;
        try { known = await loading; }
        catch { words = null; throw; }
        var variants = new List<string>();
        for (var i = 0; i < text.Length && variants.Count < MaxVariants; i++)
            for (var length = Math.Min(12, text.Length - i); length >= 2; length--)
            {
                if (!known.TryGetValue(text.Substring(i, length), out var others)) continue;
                foreach (var other in others.Take(MaxVariants - variants.Count)) variants.Add(text[..i] + other + text[(i + length)..]);
                i += length - 1;
                break;
            }
        return variants;
    }

    async Task<Dictionary<string, string[]>> Load()
    {
        var groups = await database.Read(c => c.QueryAsync<string[]>("select words from catalogue.synonym"));
        return groups.SelectMany(g => g.Select(word => (Word: word.ToLowerInvariant(), Others: g.Where(o => o != word))))
            .GroupBy(w => w.Word).ToDictionary(g => g.Key, g => g.SelectMany(w => w.Others).Distinct().ToArray());
    }
}
