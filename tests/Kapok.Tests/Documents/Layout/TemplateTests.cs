using Kapok.Documents.Layout;
using Kapok.Foundation.Expressions;

namespace Kapok.Tests.Documents.Layout;

public sealed class TemplateTests
{
    [Fact]
    public void Everything_wrong_with_a_template_is_found_at_once_with_its_line()
    {
        var faults = Template.Parse("bad.yaml", """
            id: Bad Id
            title: "{{licence.name"
            page: A9
            size: gross
            blocks:
              - text: 甲
                at: [20]
              - text: 乙
                at: [500, 20]
                colour: red
              - qr: "{{verify.url | shout}}"
                at: [20, 20]
              - image: nobody.png
                at: [20, 20]
                width: 20
                height: 20
              - text: 丙
                paragraph: 丁
              - table:
                  - { title: 名, width: 300 }
              - seal: a
                at: [10, 10]
              - seal: a
                at: [10, 60]
              - fields: []
                at: [10, 10]
                ink: blue
            """).Faults.Select(f => f.ToString()).ToList();
        foreach (var (line, words) in new[]
        {
            (1, "id 应为"), (2, "没有配对"), (3, "A4 landscape"), (4, "2 到 300"), (7, "2 个数"), (9, "超出页面"), (10, "colour"), (11, "shout"), (13, "没有图片 nobody.png"), (17, "写一种"), (19, "300"), (23, "写了两次"), (27, "#8a1c1c"),
        })
            faults.ShouldContain(f => f.StartsWith($"bad.yaml:{line}：") && f.Contains(words), $"line {line} {words}\n{string.Join('\n', faults)}");
    }

    [Fact]
    public void A_field_that_no_licence_type_supplies_is_named_with_its_line_and_what_there_is()
    {
        var template = Templates.Named("food-business-permit");
        string[] supplied = ["licence", "issuer.name", "holder.code", "verify.url", "fields.operator", "fields.head", "fields.address", "fields.premises", "fields.kind", "fields.scope"];
        var fault = template.Unsupplied(supplied).Single();
        fault.ToString().ShouldMatch(@"^food-business-permit\.yaml:\d+：没有提供 fields\.supervisor；.*fields\.operator");
        template.Unsupplied([.. supplied, "fields"]).ShouldBeEmpty();
        template.Seals.ShouldBe(["issuer"]);
    }

    [Theory]
    [InlineData("food-business-permit"), InlineData("business-licence"), InlineData("residence-card")]
    public void The_same_values_give_the_same_document_and_the_form_is_shared(string name)
    {
        var printer = new TemplatePrinter(Templates.Named(name), Templates.Book);
        var (one, two) = (printer.PrintSample(Templates.Morning).Value!, printer.PrintSample(Templates.Morning).Value!);
        one.Pages[0].Form.ShouldBeSameAs(two.Pages[0].Form);
        Kapok.Documents.Ofd.OfdWriter.Write(one).ToZip().ShouldBe(Kapok.Documents.Ofd.OfdWriter.Write(Templates.Sample(name)).ToZip());
        Kapok.Documents.Ofd.OfdWriter.Write(one).ToZip().Length.ShouldBeLessThan(60 << 10);
    }

    [Fact]
    public void Each_item_on_the_page_carries_its_tag_also_inside_a_sentence()
    {
        var texts = Templates.Print("  - text: 编号{{licence.number}}，有效期至{{licence.validTo | date}}\n    at: [20, 20]\n    width: 170", "",
            ("licence", Value.Of(new Dictionary<string, Value> { ["number"] = "粤0001", ["validTo"] = new DateOnly(2031, 11, 29) }))).Value!.Pages[0].Content.Objects.OfType<PrintedText>().ToList();
        texts.Where(t => t.Tag == "ZZBH").Select(t => t.Text).ShouldBe(["粤0001"]);
        texts.Where(t => t.Tag == "ZZYXQJZRQ").Select(t => t.Text).ShouldBe(["2031年11月29日"]);
        texts.Where(t => t.Tag is null).Select(t => t.Text).ShouldBe(["编号", "，有效期至"]);
    }

    [Theory]
    [InlineData("{{d | chineseDate}}", "二〇二六年十一月三十日"), InlineData("{{d | year}}年{{d | month}}月", "2026年11月"), InlineData("{{none | long}}", "长期"), InlineData("{{fen | money}}", "¥1,234.50"),
        InlineData("{{fen | capitalMoney}}", "壹仟贰佰叁拾肆元伍角整"), InlineData("{{list}}", "甲、乙"), InlineData("{{none}}空", "空"), InlineData("{{if fen > 1 then \"多\" else \"少\"}}", "多")]
    public void Values_are_written_as_the_template_says(string words, string expected) =>
        Templates.TextOf(Templates.Print($"  - text: '{words}'\n    at: [20, 20]", "", ("d", new DateOnly(2026, 11, 30)), ("fen", 123450), ("list", Value.Of([Value.Of("甲"), Value.Of("乙")]))).Value!.Pages[0]).ShouldBe(expected);

    [Fact]
    public void A_long_name_shrinks_and_one_that_cannot_is_refused_with_its_line()
    {
        const string block = "  - text: '{{name}}'\n    at: [20, 20]\n    width: 60\n    height: 7\n    size: 14";
        var shown = Templates.Print(block, "", ("name", "广州木棉餐饮管理有限公司")).Value!.Pages[0].Content.Objects.OfType<PrintedText>().Single();
        shown.Size.ShouldBeInRange(14 * 0.6 * 25.4 / 72 - 0.01, 14 * 25.4 / 72);
        shown.Width.ShouldBeLessThanOrEqualTo(60.01);
        Templates.Print(block, "", ("name", new string('长', 60))).Message.ShouldStartWith("t.yaml:4：");
    }

    [Fact]
    public void A_character_that_no_font_has_is_refused_by_name() =>
        Templates.Print("  - text: '{{name}}'\n    at: [20, 20]", "", ("name", "张\U0010FFFD")).Message.ShouldContain("U+10FFFD");

    [Fact]
    public void A_block_whose_condition_does_not_hold_is_not_there() =>
        Templates.TextOf(Templates.Print("  - text: 正本\n    at: [20, 20]\n    when: copy = false\n  - text: 副本\n    at: [20, 20]\n    when: copy", "", ("copy", true)).Value!.Pages[0]).ShouldBe("副本");

    [Fact]
    public void An_annotated_copy_carries_its_purpose_across_every_page()
    {
        var template = Templates.Named("food-business-permit");
        var printer = new TemplatePrinter(template, Templates.Book);
        var copy = printer.Print(new(Sample(template), Templates.Morning) { Watermark = "仅用于办理银行开户" }).Value!;
        copy.Pages[0].Watermark!.Objects.OfType<PrintedText>().Select(t => t.Text).Distinct().ShouldBe(["仅用于办理银行开户"]);
        copy.Pages[0].Watermark!.Objects.OfType<PrintedText>().ShouldAllBe(t => t.Angle > 20 && t.Alpha < 60 && t.Size > 9);
        printer.Print(new(Sample(template), Templates.Morning)).Value!.Pages[0].Watermark.ShouldBeNull();
    }

    static IScope Sample(Template template) => new DictionaryScope(new Dictionary<string, Value>
    {
        ["licence"] = Value.Of(new Dictionary<string, Value> { ["name"] = "食品经营许可证", ["number"] = "JY1", ["issuedOn"] = new DateOnly(2026, 11, 30) }), ["verify"] = Value.Of(new Dictionary<string, Value> { ["url"] = "https://a.cn/v/1" }),
    });
}
