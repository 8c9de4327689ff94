using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kapok.Catalogue;
using Kapok.Catalogue.Publishing;
using Kapok.Foundation.Events;
using Kapok.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Catalogue;

/// <summary>Drafts, review, publication and withdrawal through the interface, as different officials.</summary>
public sealed class LifecycleTests(App app) : IClassFixture<App>
{
    const string Province = "guangdong-market-item-admin", ProvinceReviewer = "guangdong-services-data-item-admin";
    const string Tianhe = "tianhe-market-item-admin", TianheReviewer = "tianhe-services-data-item-admin";

    Items Items => app.Services.GetRequiredService<Items>();
    Organisation Body(string key) => app.Services.GetRequiredService<OrganisationDirectory>().OrganisationByKey(key)!;

    async Task<(Guid Base, Guid Tianhe)> Given(string code, params (string, string)[] changes)
    {
        await app.Install(GivenPackage.Of("p" + code, "1.0.0", ("items/a.yaml", GivenPackage.Item(code, extra: """
            implementations:
              - body: market@440100
              - body: market@440106
                promisedDays: 6
                phone: 020-1
                complaintPhone: "12345"
                windows: [{ name: 天河中心, address: 软件路13号 }]
            """, changes: changes))));
        return ((await Items.Find(code))!.ItemId, (await Items.Find(code, Body("market@440106").Id))!.ItemId);
    }

    [Fact]
    public async Task A_change_goes_from_draft_over_review_to_publication_by_other_people_and_flows_down_at_once()
    {
        var (item, below) = await Given("440131711000");
        var (author, reviewer) = (await app.Api(Province), await app.Api(ProvinceReviewer));
        var revision = await author.Draft(item);
        revision = await author.Change(item, revision, new { promisedDays = 5, summary = "想认养路灯的人来登记。" });
        (await Items.Find("440131711000"))!.Content.PromisedDays.ShouldBe(10, "a draft shows nowhere");

        revision = await author.Step(item, "submit", revision, new { note = "压缩时限" });
        (await author.Post(item, "approve", revision)).StatusCode.ShouldBe(HttpStatusCode.Forbidden, "nobody reviews what he wrote");
        revision = await reviewer.Step(item, "approve", revision);
        (await author.Post(item, "publish", revision, new { })).StatusCode.ShouldBe(HttpStatusCode.Forbidden, "nobody publishes what he wrote");
        (await reviewer.Post(item, "publish", revision, new { })).StatusCode.ShouldBe(HttpStatusCode.OK);

        var now = (await Items.Find("440131711000"))!;
        (now.Content.PromisedDays, now.Content.Summary, now.Version).ShouldBe((5, "想认养路灯的人来登记。", 2));
        var county = (await Items.Find("440131711000", Body("market@440106").Id))!;
        (county.Content.Summary, county.Version, county.Content.Phone).ShouldBe(("想认养路灯的人来登记。", 2, "020-1"), "kept what it validly narrowed");
        county.Content.PromisedDays.ShouldBe(5, "6 days are longer than the new 5: the upper value rules");

        var shown = await (await app.Api(Tianhe)).GetFromJsonAsync<JsonObject>($"/api/v1/items/{below}");
        shown!["conflicts"]!.AsArray().Single()!["message"]!.ToString().ShouldContain("6 个工作日");
        var above = await author.GetFromJsonAsync<JsonObject>($"/api/v1/items/{item}");
        above!["below"]!.AsArray().Single()!["organisation"]!.ToString().ShouldBe("广州市天河区市场监督管理局", "both sides see the conflict");

        var events = await app.Database.Read(c => EventLog.Read(c, item));
        events.Select(e => e.Type).ShouldBe([CatalogueEvents.Created, CatalogueEvents.Published, CatalogueEvents.DraftOpened, CatalogueEvents.DraftChanged, CatalogueEvents.Submitted, CatalogueEvents.Approved, CatalogueEvents.Published]);
        EventLog.FirstBreak(item, events).ShouldBeNull();
        var flowed = await app.Database.Read(c => EventLog.Read(c, below));
        flowed[^1].Type.ShouldBe(CatalogueEvents.Inherited);
        flowed[^1].Data.ShouldContain("conflictsArisen");
        EventLog.FirstBreak(below, flowed).ShouldBeNull();
    }

    [Fact]
    public async Task A_conflict_ends_when_the_lower_level_mends_it_or_the_upper_level_gives_way()
    {
        var (item, below) = await Given("440131712000");
        await Publish(item, Province, ProvinceReviewer, new { promisedDays = 5 });
        (await Conflicts(below)).ShouldBe(1);

        await Publish(item, Province, ProvinceReviewer, new { promisedDays = 8 });
        (await Conflicts(below)).ShouldBe(0);
        (await Items.Find("440131712000", Body("market@440106").Id))!.Content.PromisedDays.ShouldBe(6, "its own 6 days were kept and count again");

        await Publish(item, Province, ProvinceReviewer, new { promisedDays = 4 });
        (await Conflicts(below)).ShouldBe(1);
        await Publish(below, Tianhe, TianheReviewer, new { promisedDays = 3 });
        (await Conflicts(below)).ShouldBe(0);
        (await Items.Find("440131712000", Body("market@440106").Id))!.Content.PromisedDays.ShouldBe(3);
    }

    [Fact]
    public async Task A_lower_level_cannot_publish_what_is_wider_or_not_open()
    {
        var (_, below) = await Given("440131713000");
        var author = await app.Api(Tianhe);
        var revision = await author.Change(below, await author.Draft(below), new { promisedDays = 11, fees = new[] { new { name = "工本费", amountFen = 2000 } } });
        var answer = await author.Post(below, "submit", revision, new { note = "x" });
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var body = await answer.Content.ReadAsStringAsync();
        body.ShouldContain("长于上级的 10 个工作日");
        body.ShouldContain("工本费");
    }

    [Fact]
    public async Task Two_editors_at_once_one_wins_and_the_other_sees_what_changed()
    {
        var (item, _) = await Given("440131714000");
        var (first, second) = (await app.Api(Province), await app.Api(ProvinceReviewer));
        var revision = await first.Draft(item);
        await first.Change(item, revision, new { promisedDays = 7 });
        var late = await second.Patch(item, revision, new { visits = 0 });
        late.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var problem = await late.Content.ReadFromJsonAsync<JsonObject>();
        problem!["faults"]!.AsArray().ShouldContain(f => f!["message"]!.ToString().Contains("：承诺办结时限，“10” → “7”"));
        (await second.Patch(item, revision + 1, new { visits = 0 })).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await second.SendAsync(new(HttpMethod.Patch, $"/api/v1/items/{item}/draft") { Content = JsonContent.Create(new { visits = 0 }) })).StatusCode.ShouldBe(HttpStatusCode.PreconditionRequired);
    }

    [Fact]
    public async Task A_misspelt_field_or_a_value_of_the_wrong_kind_is_refused_by_name()
    {
        var (item, _) = await Given("440131715000");
        var author = await app.Api(Province);
        var revision = await author.Draft(item);
        var answer = await author.Patch(item, revision, new { promissedDays = 3, visits = "两次", materials = new[] { new { id = "a", copys = 1 } } });
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var faults = (await answer.Content.ReadFromJsonAsync<JsonObject>())!["faults"]!.AsArray().Select(f => f!["where"]!.ToString()).ToList();
        faults.ShouldBe(["promissedDays", "visits", "materials[0].copys"], ignoreOrder: true);
    }

    [Fact]
    public async Task Errors_of_the_linter_block_and_warnings_need_a_word()
    {
        var (item, _) = await Given("440131716000");
        var author = await app.Api(Province);
        var revision = await author.Change(item, await author.Draft(item), new { promisedDays = 30 });
        (await (await author.Post(item, "submit", revision, new { note = "请看" })).Content.ReadAsStringAsync()).ShouldContain("长于法定");
        revision = await author.Change(item, revision, new { promisedDays = 9, summary = "兹有路灯。" });
        (await (await author.Post(item, "submit", revision, new { })).Content.ReadAsStringAsync()).ShouldContain("请写一句说明");
        (await author.Post(item, "submit", revision, new { note = "沿用法规用语" })).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_publication_at_a_date_comes_at_that_date_and_not_before()
    {
        var (item, _) = await Given("440131717000");
        var (author, reviewer) = (await app.Api(Province), await app.Api(ProvinceReviewer));
        var revision = await author.Change(item, await author.Draft(item), new { promisedDays = 4 });
        revision = await author.Step(item, "submit", revision, new { note = "定时" });
        revision = await reviewer.Step(item, "approve", revision);
        var date = app.Time.GetUtcNow().AddMinutes(10); // sessions outlast it
        (await reviewer.Post(item, "publish", revision, new { at = date })).StatusCode.ShouldBe(HttpStatusCode.OK);

        var due = app.Services.GetServices<Kapok.Foundation.Jobs.IJob>().Single(j => j.Kind == "catalogue-publish");
        await Run(due, item);
        (await Items.Find("440131717000"))!.Content.PromisedDays.ShouldBe(10);
        app.Time.Set(date.AddSeconds(1));
        await Run(due, item);
        var now = (await Items.Find("440131717000"))!;
        (now.Content.PromisedDays, now.PublishedAt).ShouldBe((4, date.AddSeconds(1)));
        (await Items.Version(now.VersionId))!.Version.ShouldBe(2);
        var events = await app.Database.Read(c => EventLog.Read(c, item));
        (events[^1].Type, events[^1].Actor).ShouldBe((CatalogueEvents.Published, Kapok.Identity.Installing.DemonstrationPeople.IdOf("services-data@440000/item-admin")), "it is published by who set the date");
    }

    [Fact]
    public async Task Rolling_back_is_a_new_version_with_the_old_content()
    {
        var (item, _) = await Given("440131718000");
        var old = (await Items.Find("440131718000"))!;
        await Publish(item, Province, ProvinceReviewer, new { promisedDays = 5, name = "路灯领养登记" });
        var author = await app.Api(Province);
        (await author.PostAsJsonAsync($"/api/v1/items/{item}/roll-back", new { number = 1, note = "" })).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, "it needs a reason");
        var answer = await author.PostAsJsonAsync($"/api/v1/items/{item}/roll-back", new { number = 1, note = "时限压缩过头" });
        var revision = (await answer.Content.ReadFromJsonAsync<JsonObject>())!["revision"]!.GetValue<int>();
        var reviewer = await app.Api(ProvinceReviewer);
        revision = await reviewer.Step(item, "approve", revision);
        (await reviewer.Post(item, "publish", revision, new { })).StatusCode.ShouldBe(HttpStatusCode.OK);
        var now = (await Items.Find("440131718000"))!;
        (now.Version, now.Digest).ShouldBe((3, old.Digest));
        now.VersionId.ShouldNotBe(old.VersionId);
        (await Items.Version(old.VersionId))!.Content.Name.ShouldBe("路灯认养登记", "old versions stay");
        var diff = await app.Browser().GetFromJsonAsync<JsonObject>("/api/v1/items/440131718000/diff?from=1&to=2");
        diff!["changes"]!.AsArray().Select(c => c!["title"]!.ToString()).ShouldBe(["事项名称", "承诺办结时限"]);
    }

    [Fact]
    public async Task Withdrawing_an_item_ends_its_implementations_and_keeps_their_versions_readable()
    {
        var (item, below) = await Given("440131719000");
        var county = (await Items.Find("440131719000", Body("market@440106").Id))!;
        var publisher = await app.Api(Province);
        (await publisher.PostAsJsonAsync($"/api/v1/items/{item}/withdraw", new { note = "" })).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await (await publisher.PostAsJsonAsync($"/api/v1/items/{item}/withdraw", new { note = "条例已废止" })).Content.ReadAsStringAsync()).ShouldBe("3");
        (await Items.Find("440131719000")).ShouldBeNull();
        (await Items.Find(county.Code)).ShouldBeNull();
        (await Items.Version(county.VersionId)).ShouldNotBeNull();
        (await app.Browser().GetAsync($"/api/v1/items/{county.Code}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await app.Database.Read(c => EventLog.Read(c, below)))[^1].Ground.ShouldBe("条例已废止");
    }

    [Fact]
    public async Task Nobody_touches_an_item_outside_his_scope_and_a_stranger_does_not_find_it()
    {
        var (item, below) = await Given("440131721000");
        var county = await app.Api(Tianhe);
        (await county.PostAsync($"/api/v1/items/{item}/draft", null)).StatusCode.ShouldBe(HttpStatusCode.Forbidden, "the county does not edit the province's item");
        (await county.GetAsync($"/api/v1/items/{item}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var otherLine = await app.Api("tianhe-civil-affairs-item-admin");
        (await otherLine.PostAsync($"/api/v1/items/{below}/draft", null)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        var acceptor = await app.Api("tianhe-market-acceptor");
        (await acceptor.PostAsync($"/api/v1/items/{below}/draft", null)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await (await app.Api("zhangsan")).GetAsync($"/api/v1/items/{below}")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await app.Browser().GetAsync($"/api/v1/items/{below}")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await (await app.Api(Province)).PostAsync($"/api/v1/items/{below}/draft", null)).StatusCode.ShouldBe(HttpStatusCode.OK, "the line reaches down");

        var list = await county.GetFromJsonAsync<JsonObject>("/api/v1/items/desk?limit=200");
        list!["items"]!.AsArray().ShouldAllBe(r => r!["division"]!.ToString().StartsWith("440000.440100.440106"));
    }

    [Fact]
    public async Task An_organisation_takes_an_item_over_and_stores_only_what_it_narrows()
    {
        await Given("440131722000");
        var item = (await Items.Find("440131722000"))!.ItemId;
        var (author, reviewer) = (await app.Api("guangzhou-market-item-admin"), await app.Api("guangzhou-services-data-item-admin"));
        (await author.PostAsJsonAsync($"/api/v1/items/{item}/take-over", new { organisation = Body("market@440300").Id })).StatusCode.ShouldBe(HttpStatusCode.Forbidden, "another city");
        (await author.PostAsJsonAsync($"/api/v1/items/{item}/take-over", new { organisation = Body("market@440106").Id })).StatusCode.ShouldBe(HttpStatusCode.Conflict, "it has it already");
        var answer = await author.PostAsJsonAsync($"/api/v1/items/{item}/take-over", new { organisation = Body("market@440105").Id });
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        var head = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
        var id = head["item"]!.GetValue<Guid>();
        await Publish(id, "guangzhou-market-item-admin", "guangzhou-services-data-item-admin", new { visits = 0, channels = new[] { 1, 2, 3 }, phone = "020-2", complaintPhone = "12345", windows = new[] { new { name = "海珠中心", address = "宝岗大道" } } });
        var haizhu = (await Items.Find("440131722000", Body("market@440105").Id))!;
        haizhu.Content.Visits.ShouldBe(0);
        var shown = (await author.GetFromJsonAsync<JsonObject>($"/api/v1/items/{id}"))!;
        shown["own"]!.AsObject().Select(p => p.Key).ShouldNotContain("promisedDays", "what is as above is not copied");
        (await author.PostAsJsonAsync($"/api/v1/items/{haizhu.ItemId}/take-over", new { organisation = Body("market@440100").Id })).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        _ = reviewer;
    }

    [Fact]
    public async Task Another_process_of_the_node_shows_the_change_within_a_second()
    {
        var (item, _) = await Given("440131723000");
        await using var sibling = await app.Another();
        var there = sibling.Services.GetRequiredService<Items>();
        // The first round may be helped by the connection itself, which forgets everything when it begins to listen.
        foreach (var days in (int[])[4, 3, 2])
        {
            (await there.Find("440131723000"))!.Content.PromisedDays.ShouldBeGreaterThan(days);
            await Publish(item, Province, ProvinceReviewer, new { promisedDays = days });
            for (var i = 0; i < 100 && (await there.Find("440131723000"))!.Content.PromisedDays != days; i++) await Task.Delay(10);
            (await there.Find("440131723000"))!.Content.PromisedDays.ShouldBe(days);
        }
    }

    [Fact]
    public async Task An_answer_names_its_version_and_is_not_sent_twice()
    {
        await Given("440131724000");
        var browser = app.Browser();
        var answer = await browser.GetAsync("/api/v1/items/440131724000");
        var body = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
        (body["version"]!.GetValue<int>(), body["content"]!["promisedDays"]!.GetValue<int>()).ShouldBe((1, 10));
        var again = new HttpRequestMessage(HttpMethod.Get, "/api/v1/items/440131724000") { Headers = { IfNoneMatch = { answer.Headers.ETag! } } };
        (await browser.SendAsync(again)).StatusCode.ShouldBe(HttpStatusCode.NotModified);
        (await browser.GetFromJsonAsync<JsonObject>("/api/v1/items/440131724000?place=440106001"))!["level"]!.GetValue<int>().ShouldBe(4, "nearest to the place");
    }

    async Task<int> Conflicts(Guid item) => (await (await app.Api(Province)).GetFromJsonAsync<JsonObject>($"/api/v1/items/{item}"))!["conflicts"]!.AsArray().Count;

    async Task Publish(Guid item, string author, string publisher, object fields)
    {
        var (a, p) = (await app.Api(author), await app.Api(publisher));
        var revision = await a.Change(item, await a.Draft(item), fields);
        revision = await a.Step(item, "submit", revision, new { note = "测试" });
        revision = await p.Step(item, "approve", revision);
        var answer = await p.Post(item, "publish", revision, new { });
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
    }

    Task Run(Kapok.Foundation.Jobs.IJob job, Guid item) =>
        job.Run(new(app.Database, Guid.NewGuid(), job.Kind, JsonSerializer.SerializeToElement(new { item }), null, null, 1), CancellationToken.None);
}

static class DeskCalls
{
    public static async Task<int> Draft(this HttpClient http, Guid item) => await Revision(await http.PostAsync($"/api/v1/items/{item}/draft", null));
    public static async Task<int> Change(this HttpClient http, Guid item, int revision, object fields) => await Revision(await http.Patch(item, revision, fields));
    public static async Task<int> Step(this HttpClient http, Guid item, string step, int revision, object? body = null) => await Revision(await http.Post(item, step, revision, body));

    public static Task<HttpResponseMessage> Patch(this HttpClient http, Guid item, int revision, object fields) =>
        http.SendAsync(new(HttpMethod.Patch, $"/api/v1/items/{item}/draft") { Content = JsonContent.Create(fields), Headers = { { "If-Match", $"\"{revision}\"" } } });

    public static Task<HttpResponseMessage> Post(this HttpClient http, Guid item, string step, int revision, object? body = null) =>
        http.SendAsync(new(HttpMethod.Post, $"/api/v1/items/{item}/draft/{step}") { Content = body is null ? null : JsonContent.Create(body), Headers = { { "If-Match", $"\"{revision}\"" } } });

    static async Task<int> Revision(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue(text);
        return JsonNode.Parse(text)!["revision"]!.GetValue<int>();
    }
}
