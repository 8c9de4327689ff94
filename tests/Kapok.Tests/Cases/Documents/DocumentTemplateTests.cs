using System.Text.Json;
using Kapok.Cases.Documents;
using Kapok.Foundation.Expressions;

namespace Kapok.Tests.Cases.Documents;

/// <summary>Templates of decisions and notices: read as Markdown once for a shape, filled with values that are only text.</summary>
public sealed class DocumentTemplateTests
{
    sealed class Facts(Value values) : IScope
    {
        public DateOnly? Today => null;
        public Value Get(string name) => values[name];
    }

    static Kapok.Foundation.Outcome<DocumentTemplate> Parse(string body) =>
        DocumentTemplate.Parse("t.yaml", "id: t\ntitle: 决定\nbody: |\n" + string.Join('\n', body.Split('\n').Select(l => "  " + l)));

    static string Render(DocumentTemplate template, string json) => template.Render(new Facts(Value.FromJson(JsonDocument.Parse(json).RootElement)));

    [Fact]
    public void Neither_html_nor_markdown_in_a_value_has_effect()
    {
        var html = Render(Parse("{{name}}：\n\n**{{name}}**").Value!, """{ "name": "<b>*甲*</b> & \"乙\" # - 1. [x](y)" }""");
        const string shown = "&lt;b&gt;*甲*&lt;/b&gt; &amp; &quot;乙&quot; # - 1. [x](y)";
        html.ShouldContain($"<p>{shown}：</p>");
        html.ShouldContain($"<strong>{shown}</strong>");
    }

    [Fact]
    public void A_value_that_looks_like_a_list_stays_a_line()
    {
        Render(Parse("{{name}}").Value!, """{ "name": "- 甲" }""").ShouldBe("<p>- 甲</p>\n");
        Render(Parse("{{name}}").Value!, """{ "name": "第一行\n第二行" }""").ShouldBe("<p>第一行 第二行</p>\n");
    }

    [Fact]
    public void The_same_template_takes_every_shape_in_any_order()
    {
        var template = Parse("| 项目 | 数 |\n|---|---|\n{{#each rows}}\n| {{kind}} | {{index}} |\n{{/each}}\n\n{{#if late}}\n逾期：{{reason}}\n{{/if}}\n完").Value!;
        string Of(int rows, bool late, string reason) => Render(template, JsonSerializer.Serialize(new { rows = Enumerable.Range(1, rows).Select(n => new { kind = "类" + n }), late, reason }));

        foreach (var (rows, late, reason) in ((int, bool, string)[])[(2, true, "雨"), (0, false, ""), (12, true, ""), (2, true, "雪"), (2, false, "雪"), (0, false, "")])
        {
            var html = Of(rows, late, reason);
            html.Split("<tr>").Length.ShouldBe(rows + 2);
            for (var n = 1; n <= rows; n++) html.ShouldContain($"<td>类{n}</td>\n<td>{n}</td>");
            html.Contains("逾期").ShouldBe(late);
            if (late) html.ShouldContain($"逾期：{reason}");
            html.ShouldNotContain("\uFDD0");
        }
    }

    [Fact]
    public void A_blank_value_leaves_no_paragraph_behind() => Render(Parse("甲\n\n{{note}}\n\n乙").Value!, """{ "note": " " }""").ShouldBe("<p>甲</p>\n<p>乙</p>\n");

    [Fact]
    public void A_value_in_the_address_of_a_link_is_refused() => Parse("[查](https://example.org/{{number}})").Faults.ShouldHaveSingleItem().Message.ShouldContain("显示不出来");
}
