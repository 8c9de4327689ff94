using Kapok.Documents.Layout;
using Kapok.Foundation.Expressions;

namespace Kapok.Tests.Documents.Layout;

public sealed class FlowTests
{
    static Value Rows(int count, Func<int, string>? name = null) => Value.Of([.. Enumerable.Range(1, count).Select(i => Value.Of(new Dictionary<string, Value> { ["name"] = name?.Invoke(i) ?? $"第{i}项", ["amount"] = i * 100 }))]);

    const string List = """
          - paragraph: 下列设备符合规定。
          - table:
              - { title: 序号, value: "{{index}}", width: 15, align: centre }
              - { title: 名称, value: "{{name}}" }
              - { title: 金额, value: "{{amount | money}}", width: 40, align: right }
            each: rows
          - paragraph: 以上共{{count(rows)}}项。
        """;
    const string Footer = "footer:\n  - text: 第 {{page}} 页 共 {{pages}} 页\n    at: [20, 280]\n    align: centre\n";

    [Fact]
    public void A_long_table_goes_over_pages_repeats_its_head_and_the_pages_are_counted()
    {
        var pages = Templates.Print(List, Footer, ("rows", Rows(100))).Value!.Pages;
        pages.Count.ShouldBeInRange(3, 6);
        foreach (var (page, number) in pages.Select((p, i) => (p, i + 1)))
        {
            Templates.TextOf(page).ShouldContain($"第 {number} 页 共 {pages.Count} 页");
            page.Content.Objects.OfType<PrintedText>().ShouldAllBe(t => t.Y < 285 && t.X >= 19.9 && t.X + t.Width < 190.5);
        }
        pages.Count(p => Templates.TextOf(p).Contains("序号")).ShouldBeGreaterThanOrEqualTo(pages.Count - 1);
        var all = string.Join('\n', pages.Select(Templates.TextOf));
        for (var i = 1; i <= 100; i++) all.ShouldContain($"{i}第{i}项¥{i}.00");
        all.ShouldContain("以上共100项。");
    }

    [Fact]
    public void A_row_with_much_text_grows_and_one_higher_than_a_page_is_refused()
    {
        Templates.Print(List, "", ("rows", Rows(2, _ => new string('字', 200)))).Value!.Pages.Count.ShouldBe(1);
        Templates.Print(List, "", ("rows", Rows(1, _ => new string('字', 6000)))).Message.ShouldContain("比一页还高");
    }

    [Fact]
    public void Text_is_broken_by_the_rules_and_no_line_stands_alone_at_the_foot_of_a_page()
    {
        var words = string.Concat(Enumerable.Range(1, 400).Select(i => $"第{i}条规定，应当办理（见附件）。"));
        var pages = Templates.Print("  - paragraph: '{{words}}'", "", ("words", words)).Value!.Pages;
        pages.Count.ShouldBeGreaterThan(2);
        var lines = pages.Select(p => Templates.TextOf(p).Split('\n')).ToList();
        string.Concat(lines.SelectMany(l => l)).ShouldBe(words);
        foreach (var line in lines.SelectMany(l => l)) "，。）".ShouldNotContain(line[0]);
        lines.ShouldAllBe(l => l.Length > 1);
        // Two characters of indent before the first line only.
        pages[0].Content.Objects.OfType<PrintedText>().OrderBy(t => t.Y).First().X.ShouldBe(20 + 2 * 12 * 25.4 / 72, 0.01);
        pages[1].Content.Objects.OfType<PrintedText>().OrderBy(t => t.Y).First().X.ShouldBe(20, 0.01);
    }

    [Fact]
    public void A_seal_finds_its_word_on_the_last_page()
    {
        var document = Templates.Print(List + "\n  - seal: issuer\n    keyword: 以上共", "", ("rows", Rows(60))).Value!;
        var seal = document.SealPlaces.Single();
        seal.Page.ShouldBe(document.Pages.Count - 1);
        var word = document.Pages[^1].Content.Objects.OfType<PrintedText>().First(t => t.Text.StartsWith("以上共"));
        (seal.Area.X + seal.Area.Width / 2).ShouldBe(word.X + word.Advances.Take(3).Sum() / 2, 0.01);
        Templates.Print("  - paragraph: 甲\n  - seal: issuer\n    keyword: 盖章处").Message.ShouldContain("盖章处");
    }

    [Fact]
    public void A_document_without_end_is_refused() =>
        Templates.Print(List, "", ("rows", Rows(5_001))).Message.ShouldContain("5000 行");

    [Fact]
    public void A_new_page_is_begun_where_the_template_says()
    {
        var pages = Templates.Print("  - paragraph: 甲\n  - space: page\n  - paragraph: 乙\n  - text: 末页\n    at: [20, 200]\n    on: last").Value!.Pages;
        pages.Select(Templates.TextOf).ShouldBe(["甲", "乙\n末页"]);
    }

    [Fact]
    public void Text_of_several_paragraphs_keeps_them() =>
        Templates.TextOf(Templates.Print("  - paragraph: '{{words}}'\n    indent: 0", "", ("words", "第一段\n第二段\r\n\n第三段")).Value!.Pages[0]).ShouldBe("第一段\n第二段\n第三段");
}
