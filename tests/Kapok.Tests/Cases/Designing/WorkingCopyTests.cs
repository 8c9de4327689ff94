using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Kapok.Cases.Designing;
using Kapok.Foundation.Events;
using Kapok.Tests.Journeys;

namespace Kapok.Tests.Cases.Designing;

/// <summary>Working copies: who may, two authors at once, undo, what is wrong named by line, publication by two people.</summary>
public sealed class WorkingCopyTests(App app) : IClassFixture<App>
{
    [Fact]
    public async Task Only_who_answers_for_the_items_of_a_definition_may_look_at_it_and_change_it()
    {
        var county = await app.Api(Author.County);
        (await county.GetAsync(Author.Api("form", Author.Permit))).StatusCode.ShouldBe(HttpStatusCode.Forbidden, "the item belongs to the province");
        (await county.PostAsync(Author.Api("form", Author.Permit, "/draft"), null)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await county.GetFromJsonAsync<JsonObject>("/api/v1/designer"))!["items"]!.AsArray().Select(i => i!["design"]!["name"]!.ToString()).ShouldNotContain(Author.Permit);
        foreach (var other in (string[])["tianhe-market-acceptor", "auditor", "tech", "wangjianguo"])
            (await (await app.Api(other)).GetAsync("/api/v1/designer")).StatusCode.ShouldBe(HttpStatusCode.Forbidden, other);
        var civil = await (await app.Api("guangdong-civil-affairs-item-admin")).GetAsync(Author.Api("form", Author.Permit));
        (await civil.Content.ReadAsStringAsync()).ShouldContain("食品经营许可", Case.Insensitive, "the refusal says because of which item");

        var list = (await (await app.Api(Author.Writer)).GetFromJsonAsync<JsonObject>("/api/v1/designer"))!["items"]!.AsArray();
        var permit = list.Single(i => i!["design"]!["name"]!.ToString() == Author.Permit)!;
        (permit["title"]!.ToString(), permit["design"]!["released"]!.GetValue<int>()).ShouldBe(("食品经营许可申请表（新办）", 1));
        permit["uses"]!.AsArray().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Two_authors_do_not_overwrite_each_other()
    {
        var (writer, colleague) = (await app.Api(Author.Writer), await app.Api(Author.Reviewer));
        var (name, revision) = await app.MakeForm("two-authors");
        var mine = await writer.Did(name, revision, "field", ("field", "name"), ("hint", "与身份证一致"));
        var stale = await colleague.Do(name, revision, "field", ("field", "name"), ("hint", "别的话"));
        stale.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await stale.Content.ReadAsStringAsync()).ShouldContain("改了字段“姓名”");
        (await Author.Revision(await colleague.Do(name, mine, "field", ("field", "name"), ("hint", "别的话")))).ShouldBe(mine + 1);
        (await writer.Put("form", name, mine, "{}")).StatusCode.ShouldBe(HttpStatusCode.Conflict, "a whole text does not overwrite either");
        (await writer.PutAsync(Author.Api("form", name, "/draft"), new StringContent("{}"))).StatusCode.ShouldBe(HttpStatusCode.PreconditionRequired);

        // By page: what was typed stays, and the other's act is named.
        var page = new Visitor(await app.As(Author.Writer));
        await page.Open($"/desk/designer/forms/{name}?field=name");
        await colleague.Did(name, mine + 1, "field", ("field", "name"), ("hint", "又改了"));
        await page.Press("保存", ("hint", "我写的"));
        page.Status.ShouldBe(HttpStatusCode.Conflict);
        page.Text.ShouldContain("别人改过工作稿");
        page.Page.QuerySelector("#hint")!.GetAttribute("value").ShouldBe("我写的");
        await page.Press("保存");
        page.Status.ShouldBe(HttpStatusCode.OK);
        (await writer.Text("form", name)).ShouldContain("我写的");
    }

    [Fact]
    public async Task Every_act_is_an_event_and_can_be_undone()
    {
        var writer = await app.Api(Author.Writer);
        var (name, revision) = await app.MakeForm("undo");
        var before = await writer.Text("form", name);
        revision = await writer.Did(name, revision, "add-field", ("page", "basic"), ("kind", "rows"), ("title", "从业人员"), ("name", "staff"), ("required", "true"));
        var between = await writer.Text("form", name);
        revision = await writer.Did(name, revision, "remove-field", ("field", "name"));
        revision = await Author.Revision(await writer.Step("form", name, "undo", revision));
        (await writer.Text("form", name)).ShouldBe(between);
        revision = await Author.Revision(await writer.Step("form", name, "undo", revision));
        (await writer.Text("form", name)).ShouldBe(before);
        (await writer.Step("form", name, "undo", revision)).StatusCode.ShouldBe(HttpStatusCode.Conflict, "there is nothing left to undo");

        var id = Guid.Parse((await writer.Shown("form", name))["design"]!["id"]!.ToString());
        var events = await app.Database.Read(c => EventLog.Read(c, id));
        events.Select(e => e.Type).ShouldBe([DesignEvents.Made, DesignEvents.Opened, DesignEvents.Changed, DesignEvents.Changed, DesignEvents.Undone, DesignEvents.Undone]);
        EventLog.FirstBreak(id, events).ShouldBeNull();
    }

    [Fact]
    public async Task Broken_JSON_and_FEEL_are_kept_and_named_by_line_but_cannot_be_submitted()
    {
        var writer = await app.Api(Author.Writer);
        var (name, revision) = await app.MakeForm("broken");
        var good = await writer.Text("form", name);
        var lines = good.Split('\n');
        var at = Array.FindIndex(lines, l => l.Contains("\"name\": {")) + 1;

        revision = await Author.Revision(await writer.Put("form", name, revision, good.Replace("\"prefill\": \"person.name\"", "\"when\": \"name = = 1\"")));
        var fault = (await writer.Shown("form", name))["faults"]!.AsArray().Single()!;
        (fault["line"]!.GetValue<int>(), fault["element"]!.ToString()).ShouldBe((at, "/properties/name/ui/when"));
        (await writer.Step("form", name, "submit", revision, new { note = "" })).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);

        revision = await Author.Revision(await writer.Put("form", name, revision, string.Join('\n', lines.Take(at)) + "\n!!\n"));
        var page = await new Visitor(await app.As(Author.Writer)).Open($"/desk/designer/forms/{name}");
        page.Url.ShouldEndWith("/text", Case.Sensitive, "a text that is no JSON has no tree");
        page.Page.QuerySelector("#faults tbody td")!.TextContent.Trim().ShouldBe($"{at + 1}");
        page.Page.QuerySelector("#faults tbody")!.TextContent.ShouldContain("!!", Case.Sensitive, "the line itself is shown");
    }

    [Fact]
    public async Task Broken_BPMN_is_named_by_line_and_element()
    {
        var writer = await app.Api(Author.Writer);
        var (name, revision) = await app.MakeFlow("broken-flow", "instant");
        var good = await writer.Text("flow", name);
        revision = await Author.Revision(await writer.Put("flow", name, revision, good.Replace("outcome = \"accept\"", "outcome = = 1").Replace("kapok:kind=\"decide\"", "kapok:kind=\"dream\"")));
        var faults = (await writer.Shown("flow", name))["faults"]!.AsArray().DistinctBy(f => f!["element"]!.ToString()).ToDictionary(f => f!["element"]!.ToString(), f => f!["line"]!.GetValue<int>());
        var lines = good.Split('\n');
        faults["decide"].ShouldBe(Array.FindIndex(lines, l => l.Contains("id=\"decide\"")) + 1);
        faults["to_decide"].ShouldBe(Array.FindIndex(lines, l => l.Contains("id=\"to_decide\"")) + 1);
        revision = await Author.Revision(await writer.Put("flow", name, revision, good.Replace("</process>", "")));
        (await writer.Shown("flow", name))["faults"]!.AsArray().Count.ShouldBe(1, "not well-formed");
        await new Visitor(await app.As(Author.Writer)).Open($"/desk/designer/flows/{name}");
    }

    [Fact]
    public async Task Publishing_needs_a_second_person_and_new_applications_get_the_release()
    {
        var (writer, reviewer) = (await app.Api(Author.Writer), await app.Api(Author.Reviewer));
        const string name = "food-business-permit/cancel";
        var revision = await writer.Open("form", name);
        revision = await writer.Did(name, revision, "add-field", ("page", (await Pages(writer, name))[0]), ("kind", "textarea"), ("title", "还想说的"), ("name", "remark"));
        (await reviewer.Step("form", name, "publish", revision)).StatusCode.ShouldBe(HttpStatusCode.Conflict, "not submitted yet");
        await writer.Step("form", name, "submit", revision, new { note = "多一句话" });
        (await writer.Do(name, revision, "remove-field", ("field", "remark"))).StatusCode.ShouldBe(HttpStatusCode.Conflict, "what is under review stands still");
        (await writer.Step("form", name, "publish", revision)).StatusCode.ShouldBe(HttpStatusCode.Forbidden, "nobody publishes what he wrote");
        (await reviewer.Step("form", name, "publish", revision)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var shown = await writer.Shown("form", name);
        (shown["design"]!["released"]!.GetValue<int>(), shown["copy"]).ShouldBe((2, null));
        (await writer.GetFromJsonAsync<JsonObject>(Author.Api("form", name, "/changes?from=1&to=2")))!["changes"]!.AsArray().Select(c => c!["what"]!.ToString()).ShouldBe(["字段“还想说的”（remark）"]);

        // Back again: also by two people.
        var back = await Author.Revision(await writer.PostAsJsonAsync(Author.Api("form", name, "/roll-back"), new { number = 1, note = "不需要了" }));
        (await writer.Step("form", name, "publish", back)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await reviewer.Step("form", name, "publish", back)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await writer.Shown("form", name))["design"]!["released"]!.GetValue<int>().ShouldBe(3);
        (await writer.Text("form", name)).ShouldNotContain("remark");
    }

    [Fact]
    public async Task A_question_that_materials_or_documents_read_cannot_be_taken_away()
    {
        var writer = await app.Api(Author.Writer);
        const string name = "food-business-permit/renew";
        var revision = await writer.Open("form", name);
        foreach (var gone in (string[])["operatorName", "permitNumber"]) revision = await writer.Did(name, revision, "remove-field", ("field", gone));
        var refused = await writer.Step("form", name, "submit", revision, new { note = "" });
        refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("但表单没有这一项");
        await writer.Send(HttpMethod.Delete, Author.Api("form", name, "/draft"), revision);
    }

    [Fact]
    public async Task The_export_is_a_package_of_the_next_version_with_what_is_in_force_here()
    {
        var writer = await app.Api(Author.Writer);
        var (name, revision) = await app.MakeForm("exported");
        revision = await writer.Did(name, revision, "form", ("title", "出口表单"), ("declaration", "属实。"));
        (await writer.GetAsync(Author.Api("form", name, "/export"))).StatusCode.ShouldBe(HttpStatusCode.Conflict, "nothing is released yet");
        await app.Publish("form", name, revision);
        var package = Kapok.Foundation.Packages.Package.FromZip(await writer.GetByteArrayAsync(Author.Api("form", name, "/export"))).Value!;
        (package.Head.Id, package.Text("forms/exported.json")).ShouldBe(("market-440000", await writer.Text("form", name)));
        var standing = Kapok.Foundation.Packages.Package.FromZip(await writer.GetByteArrayAsync(Author.Api("form", "individual-business/register", "/export"))).Value;
        standing!.Head.Id.ShouldBe("individual-business");
    }

    static async Task<List<string>> Pages(HttpClient http, string name) =>
        [.. JsonNode.Parse(await http.Text("form", name))!["ui"]!["pages"]!.AsArray().Select(p => p!["id"]!.ToString())];
}
