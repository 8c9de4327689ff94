using System.Text.Json;
using System.Text.RegularExpressions;

namespace Kapok.Tests.Portal;

public sealed class EnglishTests
{
    [Theory]
    [InlineData(200, "Kapok.Portal/Home", "Kapok.Portal/Help", "Kapok.Portal/Problems", "Kapok.Portal/Browsing", "Kapok.Cases/Applying", "Kapok.Cases/Tracking")]
    [InlineData(500, "Kapok.Cases/Desk", "Kapok.Catalogue/Desk", "Kapok.Identity/Administration", "Kapok.Identity/Operations", "Kapok.Identity/MyAccount")]
    [InlineData(250, "Kapok.Cases/Designing", "Kapok.Cases/Designing/Pages")]
    [InlineData(80, "Kapok.Documents/Verifying", "Kapok.Documents/Seals/Ledger")]
    public void Every_sentence_of_the_pages_has_its_english(int least, params string[] folders)
    {
        var src = Path.Combine(TestDatabase.Root, "src");
        var english = Directory.GetFiles(src, "en.json", SearchOption.AllDirectories).Where(f => f.Contains("/Texts/") && !f.Contains("/obj/"))
            .SelectMany(f => JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(f))!.Keys).ToHashSet();
        var said = folders.SelectMany(f => Directory.GetFiles(Path.Combine(src, f))).SelectMany(f => Regex.Matches(File.ReadAllText(f), """(?:\bL|texts)\["((?:[^"\\]|\\.)+)""").Select(m => Regex.Unescape(m.Groups[1].Value))).Distinct().ToList();
        said.Count.ShouldBeGreaterThan(least);
        said.Where(s => !english.Contains(s)).ShouldBeEmpty();
    }

    /// <summary>The designer also shows texts of lists in its code: kinds of fields, properties of flow elements, its tabs, what was done.</summary>
    [Fact]
    public void Every_word_of_the_designers_lists_has_its_english()
    {
        var src = Path.Combine(TestDatabase.Root, "src");
        var english = Directory.GetFiles(src, "en.json", SearchOption.AllDirectories).Where(f => f.Contains("/Texts/") && !f.Contains("/obj/"))
            .SelectMany(f => JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(f))!.Keys).ToHashSet();
        string[] Quoted(string file, string pattern) => [.. Regex.Matches(File.ReadAllText(Path.Combine(src, "Kapok.Cases/Designing", file)), pattern).Select(m => Regex.Unescape(m.Groups[1].Value))];
        const string chinese = """(?<!\\)"((?:[^"\\\n]|\\.)*?\p{IsCJKUnifiedIdeographs}(?:[^"\\\n]|\\.)*?)(?<!\\)"(?=[,)\]])""";
        string[] said =
        [
            .. Kapok.Cases.Designing.Forms.FieldKind.All.SelectMany(k => new[] { k.Title, k.Group }),
            .. Quoted("Pages/FlowProperties.razor", chinese), .. Quoted("Pages/FieldEditor.razor", """\("[a-zA-Z.]+", "([^"]+)"\)"""), .. Quoted("Pages/DesignHead.razor", """\bAt\("([^"]+)"""),
            .. Quoted("DesignRoutes.cs", """\bAct\("[a-z-]+", CatalogueDesk\.\w+, "([^"]+)"""), .. Quoted("DesignRoutes.cs", """\bDone\([^;]*?, "([^"]+)"\)"""), .. Quoted("FormRoutes.cs", """\bDone\([^;]*?, "([^"]+)"\)"""),
        ];
        said.Length.ShouldBeGreaterThan(110);
        said.Where(s => !english.Contains(s)).Distinct().ShouldBeEmpty();
    }
}
