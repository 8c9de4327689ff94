using System.Net;
using Dapper;
using Kapok.Cases.Desk;

namespace Kapok.Tests.Cases.Desk;

public sealed class CaseListTests(App app) : IClassFixture<App>
{
    [Fact]
    public async Task The_list_filters_sorts_and_exports_what_the_official_may_see()
    {
        var id = await app.Submit();
        var browser = await app.As(Sample.Acceptor);
        foreach (var url in (string[])["/desk/cases", "/desk/cases?closed=1", "/desk/cases?q=小满&lamp=green&sort=submitted", "/desk/cases?lamp=red", "/desk?show=pool", "/desk?show=others", "/desk?show=messages", "/desk?show=red"])
            HtmlCheck.Verify(await browser.GetStringAsync(url));
        (await browser.GetStringAsync("/desk/cases?q=小满")).ShouldContain(id.ToString());
        (await browser.GetStringAsync("/desk/cases?q=没有这家店")).ShouldNotContain(id.ToString());
        (await browser.GetStringAsync("/desk/cases?lamp=red")).ShouldNotContain(id.ToString());
        (await browser.GetStringAsync("/desk/cases?lamp=green")).ShouldContain(id.ToString());
        var csv = await browser.GetAsync("/desk/cases.csv?q=小满");
        csv.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        (await csv.Content.ReadAsStringAsync()).ShouldContain("食品经营许可");
        (await (await app.As(Sample.Stranger)).GetStringAsync("/desk/cases.csv")).ShouldNotContain("小满");
        (await app.As("tech")).GetAsync("/desk").Result.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task An_export_longer_than_one_page_has_every_case_once()
    {
        var id = await app.Submit();
        await Copies(id, 1_203);
        var lines = (await (await app.As(Sample.Acceptor)).GetStringAsync("/desk/cases.csv?q=复制店")).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(1 + 1_203);
        lines.Skip(1).Select(l => l.Split(',')[0]).Distinct().Count().ShouldBe(1_203);
    }

    Task<int> Copies(Guid id, int count) => app.Database.Read(c => c.ExecuteAsync("""
        insert into cases."case" select gen_random_uuid(), c.number || 'x' || n, c.query_code || n, c.definition, c.item_code, c.implementation, c.item_name, c.organisation, c.division, c.line, c.party, '复制店' || n,
          c.submitter, c.channel, c.state, c.result, c.due_on, c.due_at + (n % 7) * interval '1 day', c.yellow_at, c.provisional, c.submitted_at, c.accepted_at, c.closed_at, c.version, c.digest, c.flow, c.variables, c.clock, c.correction
        from cases."case" c cross join generate_series(1, @count) n where c.id = @id;
        insert into cases.open select id, organisation, due_at from cases."case" where state <> 'closed' on conflict do nothing
        """, new { id, count }));

    [Theory]
    [InlineData("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\"")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData(" =1", "' =1")]
    [InlineData("＝1", "'＝1")]
    [InlineData("a,\"b\"", "\"a,\"\"b\"\"\"")]
    [InlineData("小满餐饮店", "小满餐饮店")]
    public void A_cell_is_never_a_formula(string text, string cell) => CaseCsv.Cell(text).ShouldBe(cell);

    [Fact]
    public async Task A_view_is_its_owners_until_it_is_shared_and_then_only_of_the_same_office()
    {
        var (owner, colleague, stranger) = (await app.As(Sample.Acceptor), await app.As(Sample.Reviewer), await app.As(Sample.Stranger));
        (await owner.PostForm("/desk/cases?lamp=yellow", "/desk/views", ("name", "我的急件"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await owner.PostForm("/desk/cases?lamp=red", "/desk/views", ("name", "全局超期"), ("shared", "true"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var mine = await owner.GetStringAsync("/desk/cases?lamp=red");
        mine.ShouldContain("我的急件");
        mine.ShouldContain("删除视图");
        HtmlCheck.Verify(mine);
        var theirs = await colleague.GetStringAsync("/desk/cases?lamp=red");
        theirs.ShouldContain("全局超期");
        theirs.ShouldNotContain("我的急件");
        theirs.ShouldNotContain("删除视图");
        (await stranger.GetStringAsync("/desk/cases")).ShouldNotContain("全局超期");

        var nameless = await owner.PostForm("/desk/cases?lamp=red", "/desk/views", ("name", " "));
        nameless.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        HtmlCheck.Verify(await nameless.Content.ReadAsStringAsync());
        var view = await app.Database.Read(c => c.ExecuteScalarAsync<Guid>("select id from cases.saved_view where name = '全局超期'"));
        var token = await colleague.Token("/desk/cases");
        (await colleague.PostAsync($"/desk/views/{view}/removal", new FormUrlEncodedContent([new(token.Name, token.Value)]))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await owner.PostForm("/desk/cases?lamp=red", $"/desk/views/{view}/removal")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
    }
}
