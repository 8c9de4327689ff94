using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AngleSharp.Html.Dom;
using Kapok.Cases.Designing;
using Kapok.Cases.Designing.Forms;
using Kapok.Tests.Journeys;

namespace Kapok.Tests.Cases.Designing;

/// <summary>The preview is the citizen's page; sample people, cost, editing the tree, versions in words.</summary>
public sealed class PreviewTests(App app) : IClassFixture<App>
{
    static readonly string Try = $"/desk/designer/forms/{Author.Permit}/try";

    /// <summary>Names, labels, hints, errors, order and kinds of all controls of the form of a page.</summary>
    static string Asked(IHtmlDocument page) => string.Join('\n', page.QuerySelector("main form[data-autosave], main .reading form.form")!.QuerySelectorAll("label, legend, .field-hint, .field-error, input, select, option, textarea, button")
        .Where(e => e.GetAttribute("type") != "hidden" && e.Closest(".autosave") is null)
        .Select(e => $"{e.TagName} {e.GetAttribute("name")} {e.GetAttribute("type")} {e.GetAttribute("value")} {(e.ChildElementCount == 0 ? e.TextContent.Trim() : "")}"));

    [Fact]
    public async Task The_preview_is_the_page_the_citizen_gets_with_the_same_errors_and_conditions()
    {
        var (citizen, author) = (new Visitor(await app.SignIn("zhangsan")), new Visitor(await app.SignIn(Author.Reviewer)));
        var draft = await citizen.Begin(app);
        foreach (var page in (string[])["premises", "business", "people", "delivery"])
        {
            await citizen.Open($"/my/drafts/{draft}/pages/{page}");
            await author.Open($"{Try}/pages/{page}");
            Asked(author.Page).ShouldBe(Asked(citizen.Page), page);
        }
        await citizen.Open($"/my/drafts/{draft}/pages/business");
        await author.Open($"{Try}/pages/business");
        foreach (var visitor in new[] { citizen, author }) await visitor.Press("保存并继续", ("category", "canteen"));
        author.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        Asked(author.Page).ShouldBe(Asked(citizen.Page), "the same messages, and what the answer brought up");
        author.Page.QuerySelectorAll(".field-error").ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Scenarios_and_saved_samples_are_run_against_the_working_copy()
    {
        var writer = await app.Api(Author.Writer);
        var (name, revision) = await app.MakeForm("samples");
        (await writer.PostAsJsonAsync(Author.Api("form", name, "/samples"), new { title = "陈小满", answers = new { name = "陈小满" } })).StatusCode.ShouldBe(HttpStatusCode.Created);
        async Task<JsonObject> Sample() => (await writer.GetFromJsonAsync<JsonObject>(Author.Api("form", name, "/samples")))!["items"]!.AsArray().Single()!.AsObject();
        (await Sample())["passes"]!.GetValue<bool>().ShouldBeTrue();
        revision = await writer.Did(name, revision, "add-field", ("page", "basic"), ("kind", "integer"), ("title", "人数"), ("name", "count"), ("required", "true"));
        var failing = await Sample();
        (failing["passes"]!.GetValue<bool>(), failing["faults"]![0]!["path"]!.ToString()).ShouldBe((false, "count"));
        await writer.Did(name, revision, "field", ("field", "name"), ("name", "who"));
        (await Sample())["unknown"]!.AsArray().Single()!.ToString().ShouldBe("name");

        var scenarios = (await writer.GetFromJsonAsync<JsonObject>(Author.Api("form", Author.Permit, "/samples")))!["items"]!.AsArray();
        scenarios.Count.ShouldBeGreaterThan(2, "those of the package");
        scenarios.ShouldAllBe(s => s!["passes"]!.GetValue<bool>());
        scenarios.SelectMany(s => s!["materials"]!.AsArray()).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_program_tries_answers_and_hears_what_the_pages_would_show()
    {
        var writer = await app.Api(Author.Writer);
        async Task<JsonObject> Try(object body) => (await (await writer.PostAsJsonAsync(Author.Api("form", Author.Permit, "/try"), body)).Content.ReadFromJsonAsync<JsonObject>())!;
        JsonNode Page(JsonObject tried, string id) => tried["pages"]!.AsArray().Single(p => p!["id"]!.ToString() == id)!;
        string[] Asked(JsonObject tried) => [.. Page(tried, "business")["asked"]!.AsArray().Select(a => a!.ToString())];

        var empty = await Try(new { });
        (empty["complete"]!.GetValue<bool>(), Page(empty, "business")["progress"]!.ToString()).ShouldBe((false, "not-started"));
        empty["answers"]!["operatorName"].ShouldNotBeNull("facts of the example person are filled in, as in the preview");
        var canteen = await Try(new { answers = new { category = "canteen", nonsense = 1 } });
        Asked(canteen).Except(Asked(empty)).ShouldNotBeEmpty("an answer brings up questions");
        Page(canteen, "business")["faults"]!.AsArray().Select(f => f!["path"]!.ToString()).ShouldBeSubsetOf(Asked(canteen));
        canteen["unknown"]!.AsArray().Single()!.ToString().ShouldBe("nonsense");

        var scenario = (await writer.GetFromJsonAsync<JsonObject>(Author.Api("form", Author.Permit, "/samples")))!["items"]!.AsArray()[0]!["key"]!.ToString();
        var whole = await Try(new { sample = scenario });
        whole["complete"]!.GetValue<bool>().ShouldBeTrue();
        whole["materials"]!.AsArray().ShouldNotBeEmpty();
        (await writer.PostAsJsonAsync(Author.Api("form", Author.Permit, "/try"), new { sample = "nobody" })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await (await app.Api(Author.County)).PostAsJsonAsync(Author.Api("form", Author.Permit, "/try"), new { })).StatusCode.ShouldBe(HttpStatusCode.Forbidden, "the item belongs to the province");
    }

    [Fact]
    public async Task Cost_counts_the_rules_and_measures_them_on_the_server()
    {
        var cost = (await (await app.Api(Author.Writer)).GetFromJsonAsync<JsonObject>(Author.Api("form", Author.Permit, "/cost")))!["cost"]!;
        cost["rules"]!.GetValue<int>().ShouldBe(6);
        cost["conditions"]!.GetValue<int>().ShouldBeGreaterThan(3);
        cost["runs"]!.GetValue<int>().ShouldBeGreaterThan(1);
        cost["microseconds"]!.GetValue<double>().ShouldBeGreaterThan(0);
        cost["heaviest"]!.AsArray().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_form_is_made_by_plain_posts_without_script()
    {
        var (name, _) = await app.MakeForm("by-posts");
        var author = await new Visitor(await app.SignIn(Author.Writer)).Open($"/desk/designer/forms/{name}?page=basic&add=field");
        await author.Press("加上", ("title", "营业时间"), ("kind", "select"), ("name", "hours"));
        author.Text.ShouldContain("加了字段“营业时间”");
        await author.Open($"/desk/designer/forms/{name}?field=hours");
        await author.Press("保存", ("options", "day=白天\nnight=晚上"), ("when", "name = \"甲\""), ("hint", "可以以后再改"));
        await author.Open($"/desk/designer/forms/{name}?add=page");
        await author.Press("加上", ("title", "其他"));
        await author.Open($"/desk/designer/forms/{name}?field=hours");
        await author.PressNamed("move", "field:hours:up");
        await author.Press("撤销");
        var form = JsonNode.Parse(await (await app.Api(Author.Writer)).Text("form", name))!;
        form["properties"]!["hours"]!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })
            .ShouldBe("""{"title":"营业时间","type":"string","enum":["day","night"],"ui":{"widget":"select","options":{"day":"白天","night":"晚上"},"hint":"可以以后再改","when":"name = \"甲\""}}""");
        form["ui"]!["pages"]!.AsArray().Select(p => string.Join(',', p!["fields"]!.AsArray())).ShouldBe(["name,hours", "field"], "moved up, and back by undo");
        form["required"]!.AsArray().Select(r => r!.ToString()).ShouldBe(["name", "hours"]);
    }

    [Fact]
    public void A_new_name_is_taken_over_by_everything_that_says_the_old_one()
    {
        var form = JsonNode.Parse("""
            {"type":"object","required":["staff","area"],
             "properties":{"area":{"title":"面积","type":"number"},"kind":{"title":"种类","type":"string","ui":{"when":"area > 10 and kind2 = \"area\""}},"kind2":{"title":"二","type":"string"},
               "staff":{"title":"人员","type":"array","items":{"type":"object","required":["age"],"properties":{"age":{"title":"年龄","type":"integer"},"area":{"title":"片区","type":"string","ui":{"when":"area = null and age > 1"}}}}}},
             "ui":{"pages":[{"id":"p","title":"页","fields":["area","kind","kind2","staff"],"when":"sum(staff.age) > area"}],
               "rules":[{"id":"r","assert":"every p in staff satisfies p.age > area","message":"不对","fields":["area","staff"]},{"id":"s","assert":"age > 3","message":"不对","fields":["staff[].age"]}],
               "computed":{"staff[].area":"age * 2"}}}
            """)!.AsObject();
        var root = FormEdit.Apply(form, new("field", new Dictionary<string, string> { ["field"] = "area", ["name"] = "size" })).Value!.Form;
        var both = FormEdit.Apply(root, new("field", new Dictionary<string, string> { ["field"] = "staff[].age", ["name"] = "older" })).Value!;
        both.Renamed.ShouldBe(("staff[].age", "staff[].older"));
        var now = both.Form;
        now["properties"]!["kind"]!["ui"]!["when"]!.ToString().ShouldBe("size > 10 and kind2 = \"area\"");
        now["properties"]!["staff"]!["items"]!["properties"]!["area"]!["ui"]!["when"]!.ToString().ShouldBe("area = null and older > 1", "inside a row its own area is meant");
        now["ui"]!["pages"]![0]!["when"]!.ToString().ShouldBe("sum(staff.older) > size");
        now["ui"]!["rules"]![0]!["assert"]!.ToString().ShouldBe("every p in staff satisfies p.older > size");
        (now["ui"]!["rules"]![1]!["assert"]!.ToString(), now["ui"]!["rules"]![1]!["fields"]![0]!.ToString()).ShouldBe(("older > 3", "staff[].older"));
        now["ui"]!["computed"]!["staff[].area"]!.ToString().ShouldBe("older * 2");
        (now["required"]!.ToJsonString(), now["properties"]!["staff"]!["items"]!["required"]!.ToJsonString()).ShouldBe(("[\"staff\",\"size\"]", "[\"older\"]"));
    }

    [Fact]
    public void Every_kind_makes_a_field_the_reader_takes()
    {
        foreach (var kind in FieldKind.All)
        {
            var form = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["f"] = kind.Make("问题") }, ["ui"] = new JsonObject { ["pages"] = new JsonArray(new JsonObject { ["id"] = "p", ["title"] = "页", ["fields"] = new JsonArray("f") }) } };
            Kapok.Cases.Forms.FormDefinition.Parse(FormText.Write(form), "f").Faults.ShouldBeEmpty(kind.Key);
            FieldKind.Of(form["properties"]!["f"]!.AsObject()).ShouldBe(kind);
        }
    }

    [Fact]
    public async Task A_flow_is_played_in_memory_and_its_changes_are_named_and_coloured()
    {
        var writer = await app.Api(Author.Writer);
        var (name, revision) = await app.MakeFlow("played", "promised");
        async Task<JsonObject> Play(params string[] choices) => (await (await writer.PostAsJsonAsync(Author.Api("flow", name, "/dry-run"), new { choices })).Content.ReadFromJsonAsync<JsonObject>())!;
        var way = new List<string>();
        for (var i = 0; i < 3; i++) way.Add((await Play([.. way]))["choices"]!.AsArray().Select(c => c!["do"]!.ToString()).First(c => c.StartsWith("task|") && !c.EndsWith("|refuse") && !c.EndsWith("|return")));
        var end = await Play([.. way]);
        (end["status"]!.ToString(), end["result"]!.ToString()).ShouldBe(("ended", "approved"));
        (await Play("task|nothing.9|pass"))["stop"]!.ToString().ShouldNotBeEmpty();

        await app.Publish("flow", name, revision);
        revision = await writer.Open("flow", name);
        var text = await writer.Text("flow", name);
        revision = await Author.Revision(await writer.Put("flow", name, revision, text.Replace("name=\"决定\"", "name=\"审定\"").Replace("<sequenceFlow id=\"to_approved\"", "<sequenceFlow id=\"to_yes\"")));
        var changes = (await writer.GetFromJsonAsync<JsonObject>(Author.Api("flow", name, "/changes")))!["changes"]!.AsArray().Select(c => (c!["element"]!.ToString(), c["kind"]!.ToString())).Distinct().ToList();
        changes.ShouldBe([("decide", "changed"), ("to_approved", "removed"), ("to_yes", "added")], ignoreOrder: true);
        var page = await new Visitor(await app.As(Author.Writer)).Open($"/desk/designer/flows/{name}/changes");
        page.Page.QuerySelectorAll("svg .flow-changed, svg .flow-removed, svg .flow-added").Length.ShouldBe(4, "the task on both sides, each arrow on its own");
    }
}
