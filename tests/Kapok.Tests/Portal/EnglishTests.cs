using System.Text.Json;
using System.Text.RegularExpressions;

namespace Kapok.Tests.Portal;

public sealed class EnglishTests
{
    [Fact]
    public void Every_sentence_of_the_citizens_pages_has_its_english()
    {
        var src = Path.Combine(TestDatabase.Root, "src");
        var english = Directory.GetFiles(src, "en.json", SearchOption.AllDirectories).Where(f => f.Contains("/Texts/") && !f.Contains("/obj/"))
            .SelectMany(f => JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(f))!.Keys).ToHashSet();
        string[] folders = ["Kapok.Portal/Home", "Kapok.Portal/Help", "Kapok.Portal/Problems", "Kapok.Identity/SignIn", "Kapok.Identity/MyAccount", "Kapok.Foundation/Pages/Layout", "Kapok.Foundation/Pages/Fields", "Kapok.Cases/Applying", "Kapok.Cases/Tracking"];
        var said = folders.SelectMany(f => Directory.GetFiles(Path.Combine(src, f))).SelectMany(f => Regex.Matches(File.ReadAllText(f), """(?:\bL|texts)\["([^"]+)""").Select(m => m.Groups[1].Value)).Distinct().ToList();
        said.Count.ShouldBeGreaterThan(200);
        said.Where(s => !english.Contains(s)).ShouldBeEmpty();
    }
}
