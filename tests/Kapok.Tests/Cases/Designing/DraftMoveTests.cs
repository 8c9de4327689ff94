using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Kapok.Cases.Designing;
using Kapok.Cases.Designing.Forms;
using Kapok.Cases.Forms;
using Kapok.Foundation.Jobs;
using Kapok.Tests.Journeys;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Kapok.Tests.Cases.Designing;

/// <summary>Open drafts move to a new release; what stands is kept, the rest is reported and told to the applicant.</summary>
public sealed class DraftMoveTests(App app) : IClassFixture<App>
{
    /// <summary>A form of one required field and others; written with single quotation marks.</summary>
    static FormDefinition Form(string properties, string fields, string required = "'must'")
    {
        var json = ("{'type':'object','required':[" + required + "],'properties':{'must':{'title':'必答','type':'string'}," + properties + "},'ui':{'pages':[{'id':'a','title':'甲','fields':['must'," + fields + "]}]}}").Replace('\'', '"');
        var parse = FormDefinition.Parse(json, "f");
        parse.Faults.ShouldBeEmpty(json);
        return parse.Definition!;
    }

    static MovedAnswers Move(FormDefinition from, FormDefinition to, string answers, params (string From, string To)[] renames) =>
        DraftMove.Of(from, to, renames.ToDictionary(r => r.From, r => r.To), JsonDocument.Parse(answers.Replace('\'', '"')).RootElement, new FormContext(new(2026, 9, 21)));

    static void Holds(MovedAnswers moved, string answers) => JsonNode.DeepEquals(JsonNode.Parse(moved.Answers.GetRawText()), JsonNode.Parse(answers.Replace('\'', '"'))).ShouldBeTrue(moved.Answers.GetRawText());

    const string A = "'a':{'title':'甲项','type':'string'}", B = "'b':{'title':'乙项','type':'string'}";

    [Fact]
    public void An_answer_stays_where_its_field_stands()
    {
        var moved = Move(Form(A, "'a'"), Form($"{A},{B}", "'b','a'"), "{'must':'x','a':'一'}");
        Holds(moved, "{'must':'x','a':'一'}");
        moved.Kept.ShouldBe(["必答", "甲项"], ignoreOrder: true);
        moved.IsQuiet.ShouldBeTrue("an optional new question troubles nobody");
    }

    [Fact]
    public void A_question_that_is_gone_takes_its_answer_along_and_says_which_it_was() =>
        Move(Form(A, "'a'"), Form(B, "'b'"), "{'must':'x','a':'一'}").Dropped.ShouldBe([new LostAnswer("甲项", "一", "gone")]);

    [Fact]
    public void A_renamed_field_keeps_its_answer_also_inside_rows()
    {
        const string rows = "'ROWS':{'title':'成员','type':'array','items':{'type':'object','properties':{'N':{'title':'姓名','type':'string'}}}}";
        var moved = Move(Form($"{A},{rows.Replace("ROWS", "rows").Replace("N", "n")}", "'a','rows'"), Form($"{A.Replace("'a'", "'c'")},{rows.Replace("ROWS", "people").Replace("N", "name")}", "'c','people'"),
            "{'must':'x','a':'1','rows':[{'n':'2'},{'n':'3'}]}", ("a", "c"), ("rows", "people"), ("rows[].n", "people[].name"));
        Holds(moved, "{'must':'x','c':'1','people':[{'name':'2'},{'name':'3'}]}");
        moved.Dropped.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("{'title':'甲项','type':'string','ui':{'widget':'textarea'}}", "'12'", true)]
    [InlineData("{'title':'甲项','type':'integer'}", "'12'", true)]
    [InlineData("{'title':'甲项','type':'integer'}", "'十二'", false)]
    [InlineData("{'title':'甲项','type':'string','format':'date'}", "'12'", false)]
    [InlineData("{'title':'甲项','type':'string','enum':['12','13']}", "'12'", true)]
    [InlineData("{'title':'甲项','type':'string','enum':['14','13']}", "'12'", false)]
    [InlineData("{'title':'甲项','type':'object','properties':{'x':{'title':'里面','type':'string'}}}", "'12'", false)]
    public void An_answer_follows_a_change_of_kind_only_when_it_fits(string now, string answer, bool kept)
    {
        var moved = Move(Form(A, "'a'"), Form($"'a':{now}", "'a'"), $"{{'must':'x','a':{answer}}}");
        (moved.Kept.Contains("甲项"), moved.Dropped.Count == 0).ShouldBe((kept, kept));
    }

    [Fact]
    public void An_option_that_is_gone_is_dropped_and_a_shorter_limit_asks_to_check_again()
    {
        var moved = Move(Form("'a':{'title':'甲项','type':'string','enum':['x','y']},'b':{'title':'乙项','type':'string','maxLength':10}", "'a','b'"),
            Form("'a':{'title':'甲项','type':'string','enum':['x','z']},'b':{'title':'乙项','type':'string','maxLength':2}", "'a','b'"), "{'must':'x','a':'y','b':'abc'}");
        (moved.Dropped.Single().Label, moved.Recheck.Single(), moved.Answers.GetProperty("b").GetString()).ShouldBe(("甲项", "乙项", "abc"));
    }

    [Fact]
    public void Only_questions_that_were_not_waiting_before_are_newly_missing() =>
        Move(Form(A, "'a'"), Form($"{A},{B}", "'a','b'", "'must','b'"), "{'a':'一'}").Missing.ShouldBe(["乙项"]);

    [Fact]
    public async Task A_publication_leaves_drafts_alone_until_they_are_moved_and_the_applicant_is_told()
    {
        var writer = await app.Api(Author.Writer);
        const string name = Author.Permit;
        var (citizen, submitted) = (new Visitor(await app.SignIn("zhangsan")), new Visitor(await app.SignIn("zhangsan")));
        var caseId = await submitted.Apply(app);
        var draft = await citizen.Begin(app);
        await citizen.FillIn(draft);

        var revision = await writer.Open("form", name);
        revision = await writer.Did(name, revision, "field", ("field", "area"), ("name", "floorArea"), ("title", "经营面积（平方米）"));
        revision = await writer.Did(name, revision, "add-field", ("page", "premises"), ("kind", "yes-no"), ("title", "是否临街"), ("name", "street"), ("required", "true"));
        revision = await writer.Did(name, revision, "field", ("field", "delivery"), ("options", "window=到窗口领取"));
        await app.Publish("form", name, revision);

        await citizen.Open($"/my/drafts/{draft}/pages/premises");
        citizen.Page.QuerySelector("[name=area]").ShouldNotBeNull("the draft still has its own form");
        var before = await writer.GetFromJsonAsync<JsonObject>(Author.Api("form", name, "/moves/preview"));
        before!["items"]!.AsArray().Select(r => r!["draft"]!.ToString()).ShouldContain(draft.ToString());
        (await (await app.Api(Author.County)).PostAsync(Author.Api("form", name, "/moves"), null)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        var started = await writer.PostAsync(Author.Api("form", name, "/moves"), null);
        started.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var job = (await started.Content.ReadFromJsonAsync<JsonObject>())!["job"]!.ToString();
        await Finish(job);
        var report = await writer.GetFromJsonAsync<JsonObject>(Author.Api("form", name, $"/moves/{job}"));
        var row = report!["items"]!.AsArray().Single(r => r!["draft"]!.ToString() == draft.ToString())!;
        row["outcome"]!.ToString().ShouldBe("moved");
        row["report"]!["missing"]!.AsArray().Select(m => m!.ToString()).ShouldContain("是否临街");
        row["report"]!["dropped"]!.AsArray().Select(m => m!.ToString()).ShouldBe(["怎样领证"]);
        report.ToJsonString().ShouldNotContain("小满", Case.Sensitive, "the desk sees labels, never answers");

        await citizen.Open($"/my/drafts/{draft}");
        citizen.Text.ShouldContain("这份申请表更新了");
        citizen.Text.ShouldContain("是否临街");
        citizen.Text.ShouldContain("怎样领证");
        await citizen.Open($"/my/drafts/{draft}/pages/premises");
        citizen.Page.QuerySelector("[name=floorArea]")!.GetAttribute("value").ShouldBe("86.5", "the answer went along with the name");
        await citizen.Open($"/my/drafts/{draft}");
        await citizen.Press("知道了");
        citizen.Text.ShouldNotContain("这份申请表更新了");

        var definitions = await app.Database.Read(c => c.QuerySingleAsync<string>("""select d.content->>'form' from cases."case" k join cases.definition d on d.id = k.definition where k.id = @caseId""", new { caseId }));
        definitions.ShouldBe(await app.Database.Read(c => c.QuerySingleAsync<string>("select r.digest from cases.release r join cases.design d on d.id = r.design where d.name = @name and r.number = 1", new { name })), "what was sent keeps its release");

        // A second run finds nothing to do and changes nothing.
        var again = (await (await writer.PostAsync(Author.Api("form", name, "/moves"), null)).Content.ReadFromJsonAsync<JsonObject>())!["job"]!.ToString();
        await Finish(again);
        (await writer.GetFromJsonAsync<JsonObject>(Author.Api("form", name, $"/moves/{again}")))!["items"]!.AsArray().ShouldBeEmpty();
    }

    /// <summary>The workers of the program work it off; the test waits for the row, not for the clock.</summary>
    async Task Finish(string job)
    {
        while (await app.Database.Read(c => c.ExecuteScalarAsync<string>("select state from kapok.job where id = @id", new { id = Guid.Parse(job) })) is "waiting" or "running") await Task.Delay(100);
    }
}
