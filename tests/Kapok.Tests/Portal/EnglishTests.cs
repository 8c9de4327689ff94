using System.Text.Json;
using System.Text.RegularExpressions;

namespace Kapok.Tests.Portal;

public sealed class EnglishTests
{
    [Theory]
    [InlineData(200, "Kapok.Portal/Home", "Kapok.Portal/Help", "Kapok.Portal/Problems", "Kapok.Portal/Browsing", "Kapok.Cases/Applying", "Kapok.Cases/Tracking")]
    [InlineData(500, "Kapok.Cases/Desk", "Kapok.Catalogue/Desk", "Kapok.Identity/Administration", "Kapok.Identity/Operations", "Kapok.Identity/MyAccount")]
    public void Every_sentence_of_the_pages_has_its_english(int least, params string[] folders)
    {
        var src = Path.Combine(TestDatabase.Root, "src");
        var english = Directory.GetFiles(src, "en.json", SearchOption.AllDirectories).Where(f => f.Contains("/Texts/") && !f.Contains("/obj/"))
            .SelectMany(f => JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(f))!.Keys).ToHashSet();
        var said = folders.SelectMany(f => Directory.GetFiles(Path.Combine(src, f))).SelectMany(f => Regex.Matches(File.ReadAllText(f), """(?:\bL|texts)\["([^"]+)""").Select(m => m.Groups[1].Value)).Distinct().ToList();
        said.Count.ShouldBeGreaterThan(least);
        said.Where(s => !english.Contains(s)).ShouldBeEmpty();
    }
}
