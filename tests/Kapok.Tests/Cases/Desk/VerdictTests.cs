using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;

namespace Kapok.Tests.Cases.Desk;

/// <summary>Verdicts are kept when they are given, seen by colleagues, and become the one notice; two officers see each other.</summary>
public sealed class VerdictTests(App app) : IClassFixture<App>
{
    static string At(Guid id) => $"/desk/cases/{id}";

    /// <summary>A second acceptor in Tianhe.</summary>
    async Task<HttpClient> Colleague()
    {
        var person = Kapok.Identity.Installing.DemonstrationPeople.IdOf("market@440106/reviewer");
        await app.Database.Read(c => c.ExecuteAsync("""
            insert into identity.appointment (id, person, organisation, post, from_date, created_at)
            select gen_random_uuid(), @person, @office, 'acceptor', '2026-01-01', now() where not exists (select 1 from identity.appointment where person = @person and post = 'acceptor')
            """, new { person, office = app.Organisation("market@440106") }));
        return await app.SignIn(Sample.Reviewer);
    }

    static async Task<HttpResponseMessage> Give(HttpClient browser, Guid id, string key, string value, string reason = "", string seen = "")
    {
        var token = await browser.Token(At(id));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{At(id)}/verdicts") { Content = new FormUrlEncodedContent([new(token.Name, token.Value), new("key", key), new("value", value), new("reason", reason), new("seen", seen)]) };
        request.Headers.Accept.ParseAdd("application/json");
        return await browser.SendAsync(request);
    }

    [Fact]
    public async Task A_verdict_is_kept_at_once_and_a_colleague_sees_it_and_cannot_overwrite_it_unseen()
    {
        var id = await app.Submit();
        var (first, second) = (await app.As(Sample.Acceptor), await Colleague());
        (await Give(first, id, "f:operatorName", "wrong", "应当和营业执照一致")).StatusCode.ShouldBe(HttpStatusCode.OK);

        var page = await second.Page(At(id));
        HtmlCheck.Verify(page.DocumentElement.OuterHtml.Insert(0, "<!doctype html>"));
        page.QuerySelector("#wrong-f\\:operatorName")!.HasAttribute("checked").ShouldBeTrue();
        page.QuerySelector("#r-f\\:operatorName")!.GetAttribute("value").ShouldBe("应当和营业执照一致");
        page.QuerySelector("#notice ol")!.TextContent.ShouldContain("应当和营业执照一致", customMessage: "what the notice will say stands there already");
        var seen = page.QuerySelector("input[name='s-f:operatorName']")!.GetAttribute("value")!;

        var blind = await Give(second, id, "f:operatorName", "ok");
        blind.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await blind.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("title").GetString()!.ShouldContain("刚刚对这一项给出了结论");
        (await Give(second, id, "f:operatorName", "ok", seen: seen)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var here = await first.GetFromJsonAsync<JsonElement>($"{At(id)}/here");
        here.GetProperty("verdicts").EnumerateArray().Single().GetProperty("value").GetString().ShouldBe("ok");
        here.GetProperty("others").EnumerateArray().Count().ShouldBe(1, "the colleague has the page open");
    }

    [Fact]
    public async Task The_notice_takes_in_what_a_colleague_found_and_missing_needs_no_reason()
    {
        var id = await app.Submit();
        var (first, second) = (await app.As(Sample.Acceptor), await Colleague());
        var (early, looked) = (await second.Token(At(id)), (await second.Page(At(id))).QuerySelector("input[name=version]")!.GetAttribute("value")!);
        (await Give(first, id, "m:floor-plan", "missing")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Give(first, id, "f:area", "wrong", "面积与图纸不符")).StatusCode.ShouldBe(HttpStatusCode.OK);

        // What the second had open says otherwise about the area: it stops, and he sees why.
        Task<HttpResponseMessage> Send(string area) => second.PostAsync($"{At(id)}/correction", new FormUrlEncodedContent([new(early.Name, early.Value), new("version", looked), new("v-f:operatorName", "wrong"), new("r-f:operatorName", "名称不对"), new("v-f:area", area), new("r-f:area", ""), new("s-f:area", "")]));
        var stopped = await Send("ok");
        stopped.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await stopped.Content.ReadAsStringAsync()).ShouldContain("请看过再发");
        (await app.State(id)).ShouldBe("submitted");

        (await Send("")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var correction = (await (await app.Api(Sample.Acceptor)).GetFromJsonAsync<JsonElement>($"/api/v1/cases/{id}")).GetProperty("correction");
        correction.GetProperty("fields").EnumerateObject().Select(p => $"{p.Name}={p.Value}").ShouldBe(["area=面积与图纸不符", "operatorName=名称不对"], ignoreOrder: true);
        correction.GetProperty("materials").EnumerateObject().Single().Value.GetString().ShouldBe("没有提交，请补充提交");
        (await app.Api(Sample.Acceptor)).GetFromJsonAsync<JsonElement>($"/api/v1/cases/{id}/verdicts").Result.GetArrayLength().ShouldBe(0, "the notice has closed the round");
    }

    [Theory]
    [InlineData(Sample.Stranger, HttpStatusCode.NotFound)]
    [InlineData(Sample.Approver, HttpStatusCode.Forbidden)]
    public async Task Only_whoever_examines_the_case_gives_verdicts(string account, HttpStatusCode status)
    {
        var id = await app.Submit();
        (await (await app.Api(account)).PutAsJsonAsync($"/api/v1/cases/{id}/verdicts", new { key = "f:area", value = "wrong", reason = "不对" })).StatusCode.ShouldBe(status);
        (await (await app.Api(Sample.Acceptor)).PutAsJsonAsync($"/api/v1/cases/{id}/verdicts", new { key = "f:nothing", value = "wrong" })).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await app.Database.Read(c => c.ExecuteScalarAsync<int>("select count(*)::int from cases.verdict where case_id = @id", new { id }))).ShouldBe(0);
    }

    [Fact]
    public async Task Two_officers_see_each_other_and_not_after_they_have_left()
    {
        var id = await app.Submit();
        var (first, second) = (await app.As(Sample.Acceptor), await app.As(Sample.Approver));
        await second.GetAsync(At(id));
        (await first.Page(At(id))).QuerySelector("[data-others]")!.TextContent.ShouldContain("也打开了这个办件");
        app.Time.Advance(TimeSpan.FromMinutes(3));
        (await first.Page(At(id))).QuerySelector("[data-others]")!.TextContent.Trim().ShouldBeEmpty();
    }

    [Fact]
    public async Task Every_verdict_stands_in_the_log_of_the_case_also_what_was_changed_or_taken_back_and_stops_nobody()
    {
        var id = await app.Submit();
        var acceptor = await app.As(Sample.Acceptor);
        var (token, looked) = (await acceptor.Token(At(id)), await acceptor.Page(At(id)));
        var (task, version) = (looked.QuerySelector("input[name=task]")!.GetAttribute("value")!, looked.QuerySelector("input[name=version]")!.GetAttribute("value")!);
        (await Give(acceptor, id, "f:area", "wrong", "面积与图纸不符")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Give(acceptor, id, "f:area", "wrong", "面积与图纸不符")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Give(acceptor, id, "f:area", "ok")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Give(acceptor, id, "m:floor-plan", "missing")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Give(acceptor, id, "m:floor-plan", "")).StatusCode.ShouldBe(HttpStatusCode.OK);

        var logged = (await app.Database.Read(c => c.QueryAsync<string>("select type || ' ' || coalesce(data->>'label', '') || ' ' || coalesce(data->>'verdict', '') from kapok.event where stream = @id and type like 'verdict-%' order by seq", new { id }))).ToList();
        logged.Count.ShouldBe(4, "the same verdict again is nothing new: " + string.Join("; ", logged));
        logged[0].ShouldEndWith(" wrong");
        logged[1].ShouldEndWith(" ok");
        logged[3].ShouldStartWith("verdict-taken-back");

        var page = await acceptor.Page(At(id));
        HtmlCheck.Verify(page.DocumentElement.OuterHtml.Insert(0, "<!doctype html>"));
        page.QuerySelector("#trail")!.TextContent.ShouldContain("事件链完整");
        page.QuerySelector("#trail")!.TextContent.ShouldContain("面积与图纸不符");
        var citizen = await app.Company();
        (await citizen.GetStringAsync($"/api/v1/my/cases/{id}")).ShouldNotContain("面积与图纸不符", customMessage: "the applicant hears of it by the notice, not by each step of the examination");

        // The page was opened before all of these verdicts, and still the act goes through.
        var done = await acceptor.PostAsync($"{At(id)}/complete", new FormUrlEncodedContent([new(token.Name, token.Value), new("task", task), new("version", version), new("outcome", "accept"), new("note", "材料齐全")]));
        done.StatusCode.ShouldBe(HttpStatusCode.Redirect, await done.Content.ReadAsStringAsync());
        (await app.State(id)).ShouldBe("accepted");
    }
}
