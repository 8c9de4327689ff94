using System.Reflection;
using System.Text.RegularExpressions;
using Kapok.Foundation.Pages;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Kapok.Tests.Foundation.Pages;

public sealed class LanguageTests
{
    private static Texts In(string language) => new(new TextTable(Options.Create(new PageOptions())), new PageContext(null!) { Language = language });

    [Theory]
    [InlineData("<p>湖南省发展和改革委员会</p>", "<p>湖南省發展和改革委員會</p>")]
    [InlineData("<p>干部头发干燥，皇后在后面</p>", "<p>幹部頭髮乾燥，皇后在後面</p>")]
    [InlineData("<p>里面的办件</p>", "<p>裏面的辦件</p>")]
    [InlineData("<p>他说“可以”</p>", "<p>他説「可以」</p>")]
    [InlineData("<input placeholder=\"请输入\" value=\"请输入\" name=\"头\">", "<input placeholder=\"請輸入\" value=\"请输入\" name=\"头\">")]
    [InlineData("<a href=\"/办件\" aria-label=\"办件\">办件</a>", "<a href=\"/办件\" aria-label=\"辦件\">辦件</a>")]
    [InlineData("<textarea>说明</textarea><p>说明</p>", "<textarea>说明</textarea><p>説明</p>")]
    [InlineData("<p><span translate=\"no\">刘<b>云</b></span>的办件</p>", "<p><span translate=\"no\">刘<b>云</b></span>的辦件</p>")]
    [InlineData("<button lang=\"zh-Hans\">简</button>简", "<button lang=\"zh-Hans\">简</button>簡")]
    [InlineData("<!-- 办件 --><br>办件", "<!-- 办件 --><br>辦件")]
    [InlineData("<p title='a > 办'>办</p>", "<p title='a > 辦'>辦</p>")]
    public void A_page_in_traditional_characters_keeps_what_people_typed(string simplified, string traditional)
    {
        Assert.SkipUnless(TraditionalChinese.Available, "built without the tables");
        LanguagePass.Apply(simplified, "zh-Hant").ShouldBe(traditional);
    }

    [Theory]
    [InlineData("<p>Applicant: 刘云</p>", "<p>Applicant: <span lang=\"zh-Hans\">刘云</span></p>")]
    [InlineData("<p>食品经营许可（新办）</p>", "<p><span lang=\"zh-Hans\">食品经营许可（新办）</span></p>")]
    [InlineData("<p>《食品安全法》第 35 条 applies</p>", "<p><span lang=\"zh-Hans\">《食品安全法》第 35 条</span> applies</p>")]
    [InlineData("<title>办件</title>", "<title>办件</title>")]
    [InlineData("<option>办件</option>", "<option>办件</option>")]
    [InlineData("<span lang=\"zh-Hans\">办件</span>", "<span lang=\"zh-Hans\">办件</span>")]
    [InlineData("<p>Plain</p>", "<p>Plain</p>")]
    public void What_stays_Chinese_on_an_English_page_says_so(string before, string after) => LanguagePass.Apply(before, "en").ShouldBe(after);

    [Fact]
    public void The_source_language_passes_untouched()
    {
        const string html = "<p>发展</p>";
        LanguagePass.Apply(html, "zh-Hans").ShouldBeSameAs(html);
    }

    [Fact]
    public void Every_sentence_of_the_design_system_has_English()
    {
        var english = TextTable.Read(typeof(Texts).Assembly);
        var folder = Path.Combine(Root(), "src/Kapok.Foundation/Pages");
        var used = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => file.EndsWith(".razor") || file.EndsWith(".cs"))
            .SelectMany(file => Regex.Matches(File.ReadAllText(file), "\\b(?:L|this)\\[\"([^\"]*\\p{IsCJKUnifiedIdeographs}[^\"]*)\"").Select(match => match.Groups[1].Value))
            .Distinct().ToList();
        used.Count.ShouldBeGreaterThan(100);
        used.Where(sentence => !english.ContainsKey(sentence)).ShouldBeEmpty();
        foreach (var (chinese, translation) in english)
        {
            foreach (var form in translation.Split('|'))
                Holes(form).ShouldBe(Holes(chinese), $"{chinese} → {translation}");
        }
        foreach (var state in Enum.GetValues<LampState>()) english.ContainsKey(Lamp.Word(state)).ShouldBeTrue();
    }

    private static string[] Holes(string text) => [.. Regex.Matches(text, @"\{\d\}|#").Select(match => match.Value).Distinct().Order()];

    [Fact]
    public void A_sentence_without_English_stays_Chinese()
    {
        In("en")["没有译文的一句话"].ShouldBe("没有译文的一句话");
        In("en")["提交申请"].ShouldBe("Submit application");
        In("zh-Hans")["提交申请"].ShouldBe("提交申请");
        In("zh-Hant")["提交申请"].ShouldBe("提交申请", "the finished page is converted");
    }

    [Fact]
    public void English_counts_one_and_many()
    {
        In("en")["还剩 {0} 个工作日", 1].ShouldBe("1 working day left");
        In("en")["还剩 {0} 个工作日", 3].ShouldBe("3 working days left");
        In("zh-Hans")["还剩 {0} 个工作日", 3].ShouldBe("还剩 3 个工作日");
    }

    [Fact]
    public void Dates_money_days_and_sizes_read_as_the_house_style_says()
    {
        var chinese = In("zh-Hans");
        chinese.Date(new(2026, 11, 20)).ShouldBe("2026年11月20日 周五");
        chinese.Money(128000).ShouldBe("¥1,280.00");
        chinese.Money(-5).ShouldBe("−¥0.05");
        chinese.Money(long.MinValue).ShouldBe("−¥92,233,720,368,547,758.08");
        chinese.WorkingDaysLeft(3, new(2026, 11, 25)).ShouldBe("还剩 3 个工作日（11月25日前）");
        chinese.WorkingDaysLeft(0).ShouldBe("今天到期");
        chinese.WorkingDaysLeft(-2).ShouldBe("已超期 2 个工作日");
        chinese.Moment(new(2026, 11, 19, 18, 5, 0, TimeSpan.Zero)).ShouldBe("2026年11月20日 02:05");
        chinese.Size(839_680).ShouldBe("820 KB");
        chinese.Size(3_565_158).ShouldBe("3.4 MB");
        In("en").Date(new(2026, 11, 20)).ShouldBe("Fri 20 November 2026");
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Kapok.slnx"))) folder = folder.Parent;
        return folder.FullName;
    }

    static readonly ComposedTexts Composed = new(new Dictionary<string, string> { ["受理"] = "Accepted", ["相符"] = "right" }, new Dictionary<string, string>
    {
        ["核对“{0}”：{1}"] = "Examined “{0}”: {1}", ["从“{0}”退回"] = "Returned from “{0}”", ["应当在{0}前办结"] = "To be decided by {0}", ["还剩 {0} 天"] = "{0} day left|{0} days left", ["{1}把“{0}”交给您"] = "{1} handed you “{0}”",
    });

    [Theory]
    [InlineData("受理", "Accepted")]
    [InlineData("  受理 ", "  Accepted ")]
    [InlineData("核对“面积”：相符", "Examined “面积”: right")]
    [InlineData("应当在2026年12月8日前办结", "To be decided by 8 Dec 2026")]
    [InlineData("还剩 1 天", "1 day left")]
    [InlineData("还剩 12 天", "12 days left")]
    [InlineData("张三把“审核”交给您", "张三 handed you “审核”")]
    [InlineData("受理；从“决定”退回", "Accepted; Returned from “决定”")]
    [InlineData("核对“”：相符", null)]
    [InlineData("受理了吗", null)]
    [InlineData("受理；别的", null)]
    public void A_sentence_composed_in_Chinese_leaves_in_English_when_it_fits_a_pattern(string chinese, string? english) => Composed.Find(chinese).ShouldBe(english);

    [Theory]
    [InlineData("<p>核对“面积”：相符</p>", "<p>Examined <span lang=\"zh-Hans\">“面积”</span>: right</p>")]
    [InlineData("<p translate=\"no\">受理</p>", "<p translate=\"no\"><span lang=\"zh-Hans\">受理</span></p>")]
    [InlineData("<p aria-label=\"从“决定”退回\">&lt;b&gt;</p>", "<p aria-label=\"Returned from “决定”\">&lt;b&gt;</p>")]
    [InlineData("<p>从“&lt;script&gt;”退回</p>", "<p>Returned from “&lt;script&gt;”</p>")]
    public void What_people_typed_stays_and_what_is_in_the_holes_stays_escaped(string before, string after) => LanguagePass.Apply(before, "en", Composed).ShouldBe(after);

    /// <summary>No pattern of a module stands in the way of another, and none loses what is in its holes.</summary>
    [Fact]
    public void Every_pattern_of_the_modules_finds_itself()
    {
        var assemblies = new[] { typeof(Kapok.Cases.CasesModule).Assembly };
        var patterns = assemblies.SelectMany(a => TextTable.Read(a, "Texts/composed.json")).ToList();
        patterns.Count.ShouldBeGreaterThan(300);
        var composed = new ComposedTexts(TextTable.Read(assemblies[0]), patterns);
        string[] holes = ["甲甲", "乙乙", "丙丙", "丁丁"];
        foreach (var (chinese, english) in patterns)
        {
            string Filled(string text) => holes.Select((word, i) => (word, i)).Aggregate(text, (t, h) => t.Replace($"{{{h.i}}}", h.word, StringComparison.Ordinal));
            var expected = Filled(english.Contains('|', StringComparison.Ordinal) ? english[(english.IndexOf('|', StringComparison.Ordinal) + 1)..] : english);
            if (chinese.Contains('{', StringComparison.Ordinal)) composed.Find(Filled(chinese)).ShouldBe(expected, chinese);
            else composed.Find(chinese).ShouldNotBeNull(chinese);
        }
    }
}
