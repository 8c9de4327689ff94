using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Kapok.Documents.Fonts;

namespace Kapok.Tests.Documents.Fonts;

public sealed class LineBreakerTests
{
    /// <summary>Full-width characters are 2 wide, Latin ones 1, invisible ones 0.</summary>
    static double Wide(Rune rune) => FontChain.IsInvisible(rune) ? 0 : rune.Value < 0x2000 ? 1 : 2;

    static string[] Lines(string text, double width, bool trim = false, double? first = null) =>
        [.. LineBreaker.Break(text, width, Wide, first, trim).Select(l => text[l.Start..l.End])];

    [Theory]
    [InlineData("食品经营许可证", 8, "食品经营|许可证")]
    [InlineData("食品经营，许可", 8, "食品经|营，许可")]
    [InlineData("食品经（许可）证", 8, "食品经|（许可）|证")]
    [InlineData("他说：“不行。”好", 10, "他说：“不|行。”好")]
    [InlineData("名称 Kapok 红棉", 8, "名称|Kapok 红|棉")]
    [InlineData("名称Kapok红棉", 8, "名称|Kapok红|棉")]
    [InlineData("注册资本12,345.67万元整", 14, "注册资本|12,345.67万元|整")]
    [InlineData("共计 100平方米地", 9, "共计|100平方米|地")]
    [InlineData("面积约100平方米", 10, "面积约|100平方米")]
    [InlineData("增长了5.5%以上", 8, "增长了|5.5%以上")]
    [InlineData("气温零下-12℃左右", 8, "气温零|下-12℃|左右")]
    [InlineData("价格是￥120起", 8, "价格是|￥120起")]
    [InlineData("二〇二六年——至今", 12, "二〇二六年|——至今")]
    [InlineData("等等……其他", 6, "等|等……|其他")]
    [InlineData("阿卜杜·买买提", 6, "阿卜|杜·买|买提")]
    [InlineData("don’t stop", 6, "don’t|stop")]
    [InlineData("AAAAAAAAAAAAAAAAAAAA", 8, "AAAAAAAA|AAAAAAAA|AAAA")]
    [InlineData("号440106202600012345678", 10, "号|4401062026|0001234567|8")]
    [InlineData("一。。。。。。", 6, "一。。|。。。|。")]
    [InlineData("甲\n\n乙\r\n丙", 6, "甲||乙|丙")]
    [InlineData("　　首行缩进两格", 10, "　　首行缩|进两格")]
    [InlineData("甲乙    丙", 4, "甲乙|丙")]
    [InlineData("重3 kg", 4, "重3|kg")]
    [InlineData("重3\u00A0kg", 4, "重|3\u00A0kg")]
    [InlineData("f(x)与g(x)", 6, "f(x)与|g(x)")]
    [InlineData("", 6, null)]
    [InlineData("𠮷野家𬭚", 4, "𠮷野|家𬭚")]
    public void Lines_break_as_a_Chinese_reader_expects(string text, double width, string? lines) =>
        string.Join('|', Lines(text, width).DefaultIfEmpty("(none)")).ShouldBe(lines ?? "(none)");

    [Fact]
    public void A_closing_mark_may_stand_half_outside()
    {
        Lines("食品经营，许可证", 9).ShouldBe(["食品经", "营，许可", "证"]);
        Lines("食品经营，许可证", 9, trim: true).ShouldBe(["食品经营，", "许可证"]);
        LineBreaker.Break("食品经营，许可证", 9, Wide, trimEnds: true)[0].Width.ShouldBe(9);
        Lines("食品经营，”许可证", 9, trim: true).ShouldBe(["食品经", "营，”许", "可证"]);
    }

    [Fact]
    public void A_label_takes_room_of_the_first_line_only() => Lines("食品经营许可证书", 8, first: 4).ShouldBe(["食品", "经营许可", "证书"]);

    const string Forbidden = "，。、：；！？）》」】”’·々〉』〕％!?)]}";

    static readonly string[] Parts = ["食", "品", "经", "营", "，", "。", "（", "）", "《", "》", "“", "”", "、", "：", "·", "……", "——", " ", "  ", "　", "\n", "Kapok", "a", "12", "3.5", "%", "万元", "年", "￥", "-", "/", "(", ")", "é", "e\u0301", "𬭚", "👩‍👩‍👧", "\u200B", "\u00A0", "www.gd.gov.cn", "！", "\"", "１２"];

    static readonly Arbitrary<string> Texts = Gen.Elements(Parts).ListOf().Select(parts => string.Concat(parts)).ToArbitrary();

    static readonly Arbitrary<int> Widths = Gen.Choose(1, 24).ToArbitrary();

    static double WidthOf(string text) => text.EnumerateRunes().Sum(Wide);

    [Fact]
    public void Nothing_is_lost_but_spaces_and_no_line_is_too_wide() =>
        Prop.ForAll(Texts, Widths, (text, width) =>
        {
            var at = 0;
            foreach (var line in LineBreaker.Break(text, width, Wide))
            {
                var (seen, skipped) = (text[line.Start..line.End], text[at..line.Start]);
                if (line.Start < at || skipped.Any(c => !" \u3000\n\u200B".Contains(c)) || Math.Abs(WidthOf(seen) - line.Width) > 1e-6) return false;
                if (line.Width > width && StringInfo.ParseCombiningCharacters(seen).Length > 1) return false;
                at = line.End;
            }
            return text[at..].All(c => " \u3000\n\u200B".Contains(c));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));

    [Fact]
    public void A_line_begins_with_no_closing_mark_and_ends_with_no_opening_one_where_there_is_room() =>
        Prop.ForAll(Texts, Gen.Choose(20, 40).ToArbitrary(), (text, width) =>
        {
            // Runs of marks that are longer than a line leave no choice.
            if (text.Contains('\u200B') || !Fits(text, width)) return true;
            var lines = LineBreaker.Break(text, width, Wide);
            return lines.Zip(lines.Skip(1)).All(pair => pair.First.EndsParagraph || pair.First.End == pair.First.Start
                || !Forbidden.Contains(text[pair.Second.Start]) && !"（《“(".Contains(text[pair.First.End - 1])
                && (pair.First.End < pair.Second.Start || text[pair.Second.Start] != '%' && text[pair.First.End - 1] != '￥'));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));

    /// <summary>Whether all between two Chinese characters has room on a line: longer runs of marks leave no choice.</summary>
    static bool Fits(string text, int width) => text.Split([.. Parts[..4], "\n"], StringSplitOptions.None).All(run => WidthOf(run) + 4 <= width);

    [Fact]
    public void Lines_are_filled_and_a_line_by_itself_is_one_line() =>
        Prop.ForAll(Texts, Gen.Choose(16, 40).ToArbitrary(), (text, width) =>
        {
            if (!Fits(text, width)) return true;
            var lines = LineBreaker.Break(text, width, Wide);
            for (var i = 0; i + 1 < lines.Count; i++)
            {
                if (lines[i].EndsParagraph) continue;
                // What stood on the next line up to its first possible break did not fit: the two together break again.
                if (LineBreaker.Break(text[lines[i].Start..lines[i + 1].End], width, Wide).Count < 2) return false;
            }
            return lines.All(l => LineBreaker.Break(text[l.Start..l.End], width, Wide).Count <= 1);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));

    [Fact]
    public void Words_and_numbers_that_fit_on_a_line_stay_whole() =>
        Prop.ForAll(Texts, Gen.Choose(26, 40).ToArbitrary(), (text, width) =>
        {
            var lines = LineBreaker.Break(text, width, Wide);
            return lines.Zip(lines.Skip(1)).All(pair => pair.First.EndsParagraph || pair.First.End != pair.Second.Start || !(IsPart(text[pair.First.End - 1]) && IsPart(text[pair.Second.Start])) || WordAt(text, pair.First.End) > width / 2);

            static bool IsPart(char c) => char.IsAsciiLetterOrDigit(c);
            static double WordAt(string text, int at)
            {
                var (from, to) = (at, at);
                while (from > 0 && text[from - 1] is not ('食' or '品' or '经' or '营' or ' ' or '　' or '\n' or '\u200B')) from--;
                while (to < text.Length && text[to] is not ('食' or '品' or '经' or '营' or ' ' or '　' or '\n' or '\u200B')) to++;
                return WidthOf(text[from..to]);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));

    [Fact]
    public void A_very_long_text_takes_time_in_proportion()
    {
        // A million marks with no place to break, and a million characters: quadratic work would not end within the test run.
        foreach (var text in new[] { new string('，', 1_000_000), new string('国', 1_000_000), new string('a', 1_000_000) + new string(' ', 1_000_000) })
            LineBreaker.Break(text, 40, Wide).Count.ShouldBeGreaterThan(1_000);
    }
}
