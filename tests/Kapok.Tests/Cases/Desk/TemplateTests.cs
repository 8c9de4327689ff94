using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Kapok.Cases.Wording;

namespace Kapok.Tests.Cases.Desk;

/// <summary>Texts of a desk with variables: kept, tried on a case, put in with one press, measured for plain language.</summary>
public sealed class TemplateTests(App app) : IClassFixture<App>
{
    [Fact]
    public async Task A_text_is_tried_on_a_case_kept_and_put_into_the_field_it_is_for()
    {
        var id = await app.Submit();
        var number = (await (await app.Api(Sample.Acceptor)).GetFromJsonAsync<JsonElement>($"/api/v1/cases/{id}")).GetProperty("case").GetProperty("number").GetString()!;
        var browser = await app.As(Sample.Acceptor);
        var tried = await browser.PostForm("/desk/templates/new", "/desk/templates", ("name", "齐全"), ("purpose", "opinion"), ("text", "{申请人}的“{事项}”材料齐全，{编号}"), ("number", number), ("do", "try"));
        var html = await tried.Content.ReadAsStringAsync();
        HtmlCheck.Verify(html);
        html.ShouldContain($"的“食品经营许可（新办）”材料齐全，{number}".Replace("食品经营许可（新办）", (await app.Database.Read(c => Dapper.SqlMapper.ExecuteScalarAsync<string>(c, "select item_name from cases.\"case\" where id = @id", new { id })))!, StringComparison.Ordinal));
        (await (await browser.PostForm("/desk/templates/new", "/desk/templates", ("name", "x"), ("purpose", "opinion"), ("text", "{申请}"), ("do", "keep"))).Content.ReadAsStringAsync()).ShouldContain("没有“申请”这个变量");
        (await browser.PostForm("/desk/templates/new", "/desk/templates", ("name", "齐全"), ("purpose", "opinion"), ("text", "{申请人}材料齐全，同意。"), ("shared", "true"), ("do", "keep"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);

        var link = (await browser.Page($"/desk/cases/{id}")).QuerySelector("#actions [data-fill]")!;
        link.TextContent.ShouldBe("齐全");
        var filled = await browser.Page(link.GetAttribute("href")!);
        filled.QuerySelector("#note")!.TextContent.ShouldContain("材料齐全，同意。", customMessage: "works without script");

        // Shared with the office, not beyond it, and only its owner changes it.
        (await (await app.As(Sample.Reviewer)).GetStringAsync("/desk/templates")).ShouldContain("齐全");
        (await (await app.As(Sample.Stranger)).GetStringAsync("/desk/templates")).ShouldNotContain("材料齐全，同意");
        var template = (await (await app.Api(Sample.Acceptor)).GetFromJsonAsync<JsonElement>("/api/v1/templates")).GetProperty("items")[0].GetProperty("id").GetGuid();
        (await (await app.Api(Sample.Reviewer)).PutAsJsonAsync($"/api/v1/templates/{template}", new { purpose = "opinion", name = "改", text = "改了", version = 1 })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await (await app.Api(Sample.Reviewer)).DeleteAsync($"/api/v1/templates/{template}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await (await app.Api(Sample.Acceptor)).PutAsJsonAsync($"/api/v1/templates/{template}", new { purpose = "opinion", name = "改", text = "改了", version = 7 })).StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task A_case_beyond_the_readers_scope_fills_no_text()
    {
        var id = await app.Submit();
        var number = await app.Database.Read(c => Dapper.SqlMapper.ExecuteScalarAsync<string>(c, "select number from cases.\"case\" where id = @id", new { id }));
        var answer = await (await app.Api(Sample.Stranger)).PostAsJsonAsync("/api/v1/templates/trial", new { text = "{申请人}您好", number });
        (await answer.Content.ReadAsStringAsync()).ShouldNotContain("小满");
    }

    [Theory]
    [InlineData("您的材料齐全，我们今天受理。", 100)]
    [InlineData("请您在9月30日前补交平面图。图上要看得清各个房间。", 100)]
    public void Plain_sentences_lose_nothing(string text, int points) => PlainWords.Of(text).Points.ShouldBe(points);

    [Theory]
    [InlineData("兹对你单位予以告知", "予以")]
    [InlineData("我们将对材料进行审核。", "审核")]
    [InlineData("您不得不提交。", "双重否定")]
    [InlineData("请您提交公司的负责人的身份证的复印件。", "的")]
    public void What_makes_a_text_hard_is_named(string text, string named)
    {
        var score = PlainWords.Of(text);
        score.Points.ShouldBeLessThan(100);
        score.Advice.ShouldContain(a => a.Contains(named));
    }

    [Fact]
    public void A_sentence_that_runs_on_costs_more_the_longer_it_is()
    {
        var (a, b) = (PlainWords.Of("您" + new string('字', 50) + "。"), PlainWords.Of("您" + new string('字', 90) + "。"));
        b.Points.ShouldBeLessThan(a.Points);
        a.Points.ShouldBeLessThan(100);
    }
}
