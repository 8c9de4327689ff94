using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Kapok.Identity.Installing;

namespace Kapok.Tests.Cases.Desk;

public sealed class DeskWorkTests(App app) : IClassFixture<App>
{
    const string ZhangSan = "440106198806159910";

    static string At(Guid id) => $"/desk/cases/{id}";

    static async Task<string> Checked(HttpClient browser, string url)
    {
        var html = await browser.GetStringAsync(url);
        HtmlCheck.Verify(html);
        return html;
    }

    [Fact]
    public async Task A_unit_that_is_asked_sees_that_case_and_answers_once()
    {
        var (id, other) = (await app.Submit(), await app.Submit());
        var asking = await app.As(Sample.Acceptor);
        var fire = app.Organisation("health@440106");
        (await asking.PostForm(At(id), $"{At(id)}/ask", ("organisation", fire.ToString()), ("question", "短"))).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await asking.PostForm(At(id), $"{At(id)}/ask", ("organisation", fire.ToString()), ("question", "餐饮场所的排水是否符合要求？"), ("due.year", "2026"), ("due.month", "2"), ("due.day", "30"))).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await asking.PostForm(At(id), $"{At(id)}/ask", ("organisation", fire.ToString()), ("question", "餐饮场所的排水是否符合要求？"), ("due.year", "2026"), ("due.month", "9"), ("due.day", "30"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);

        var asked = await app.As("tianhe-health-reviewer");
        (await Checked(asked, "/desk/questions")).ShouldContain("排水是否符合要求");
        await Checked(asked, At(id));
        (await asked.GetAsync(At(other))).StatusCode.ShouldBe(HttpStatusCode.NotFound, "only the case that was asked about");
        var question = await app.Database.Read(c => c.ExecuteScalarAsync<Guid>("select id from cases.consultation where case_id = @id", new { id }));

        // Nobody else answers in their name: not by page, not by API.
        var stranger = await app.As(Sample.Stranger);
        (await stranger.GetAsync($"/desk/questions/{question}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await (await app.Api(Sample.Stranger)).PostAsJsonAsync($"/api/v1/cases/{id}/questions/{question}/answer", new { organisation = app.Organisation("market@440105"), answer = "冒名的答复" })).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        (await asked.PostForm($"/desk/questions/{question}", $"/desk/questions/{question}", ("answer", ""))).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await asked.PostForm($"/desk/questions/{question}", $"/desk/questions/{question}", ("answer", "符合要求，已现场看过"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await Checked(asked, $"/desk/questions/{question}")).ShouldContain("符合要求，已现场看过");
        (await Checked(asking, At(id))).ShouldContain("符合要求，已现场看过");
        var again = await (await app.Api("tianhe-health-reviewer")).PostAsJsonAsync($"/api/v1/cases/{id}/questions/{question}/answer", new { organisation = fire, answer = "改口" });
        again.StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task The_counter_applies_for_the_person_whose_certificate_it_saw_and_the_case_is_the_persons()
    {
        var clerk = await app.As(Sample.Acceptor);
        await Checked(clerk, "/desk/counter");
        var none = await clerk.PostForm("/desk/counter", "/desk/counter", ("type", "111"), ("number", "440106198806159999"));
        none.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        HtmlCheck.Verify(await none.Content.ReadAsStringAsync());

        var found = await clerk.PostForm("/desk/counter", "/desk/counter", ("type", "001"), ("number", "91440106MA9XXX011N"));
        var html = await found.Content.ReadAsStringAsync();
        HtmlCheck.Verify(html);
        html.ShouldContain("小满");
        var document = new AngleSharp.Html.Parser.HtmlParser().ParseDocument(html);
        var item = document.QuerySelectorAll("select[name=item] option").First(o => o.TextContent.Contains("食品经营许可", StringComparison.Ordinal)).GetAttribute("value")!;
        var token = await clerk.Token("/desk/counter");
        Task<HttpResponseMessage> Begin(HttpClient by, (string Name, string Value) with, string what) => by.PostAsync("/desk/counter/application", new FormUrlEncodedContent([new(with.Name, with.Value), new("type", "001"), new("number", "91440106MA9XXX011N"), new("item", what)]));
        var begun = await Begin(clerk, token, item);
        begun.StatusCode.ShouldBe(HttpStatusCode.Redirect, await begun.Content.ReadAsStringAsync());
        var draft = Guid.Parse(begun.Headers.Location!.OriginalString.Split('/')[^1]);

        // A clerk of another body cannot begin for this one, and reviewers take nothing in.
        var stranger = await app.As(Sample.Stranger);
        (await Begin(stranger, await stranger.Token("/desk/counter"), item)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await (await app.As(Sample.Reviewer)).GetAsync("/desk/counter")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        var api = await app.Api(Sample.Acceptor);
        (await api.PutAsJsonAsync($"/api/v1/drafts/{draft}/answers", JsonDocument.Parse(Sample.Answers).RootElement)).StatusCode.ShouldBe(HttpStatusCode.OK);
        foreach (var material in (string[])["floor-plan", "rules"])
            (await api.PutAsync($"/api/v1/drafts/{draft}/materials/{material}?name=a.pdf", new ByteArrayContent("%PDF-1.4\n"u8.ToArray()))).StatusCode.ShouldBe(HttpStatusCode.Created);
        var check = await clerk.Token($"/my/drafts/{draft}/check");
        var submitted = await clerk.PostAsync($"/my/drafts/{draft}/check", new FormUrlEncodedContent([new(check.Name, check.Value), new("declaration", "true")]));
        submitted.StatusCode.ShouldBe(HttpStatusCode.Redirect, await submitted.Content.ReadAsStringAsync());
        submitted.Headers.Location!.OriginalString.ShouldBe($"/desk/cases/{draft}?done=counter");
        (await Checked(clerk, submitted.Headers.Location.OriginalString)).ShouldContain("窗口收件完成");

        var row = await app.Database.Read(c => c.QuerySingleAsync<(short Channel, Guid Party, Guid Submitter)>("""select channel, party, submitter from cases."case" where id = @draft""", new { draft }));
        row.ShouldBe(((short)1, DemonstrationPeople.IdOf("xiaoman-catering"), DemonstrationPeople.IdOf("xiaoman-catering")));
        var (actor, onBehalf, origin) = await app.Database.Read(c => c.QuerySingleAsync<(Guid, Guid, string)>("select actor, on_behalf, origin from kapok.event where stream = @draft and type = 'submitted'", new { draft }));
        (actor, onBehalf, origin).ShouldBe((DemonstrationPeople.IdOf("market@440106/acceptor"), DemonstrationPeople.IdOf("xiaoman-catering"), "counter"));
        (await (await app.Company()).GetAsync($"/api/v1/my/cases/{draft}")).StatusCode.ShouldBe(HttpStatusCode.OK, "the applicant sees it as his own");
        (await api.GetAsync($"/api/v1/my/cases/{draft}")).StatusCode.ShouldBe(HttpStatusCode.NotFound, "the clerk does not");
    }

    [Fact]
    public async Task The_form_at_the_counter_is_filled_with_the_persons_facts_not_the_clerks()
    {
        var clerk = await app.As(Sample.Acceptor);
        var token = await clerk.Token("/desk/counter");
        var api = await app.Api(Sample.Acceptor);
        var page = new AngleSharp.Html.Parser.HtmlParser().ParseDocument(await (await clerk.PostForm("/desk/counter", "/desk/counter", ("type", "111"), ("number", ZhangSan))).Content.ReadAsStringAsync());
        page.Body!.TextContent.ShouldNotContain(ZhangSan, customMessage: "the number is shown masked");
        foreach (var item in page.QuerySelectorAll("select[name=item] option").Select(o => o.GetAttribute("value")).Where(v => v is { Length: > 0 }))
        {
            var begun = await clerk.PostAsync("/desk/counter/application", new FormUrlEncodedContent([new(token.Name, token.Value), new("type", "111"), new("number", ZhangSan), new("item", item!)]));
            var answers = await api.GetStringAsync($"/api/v1/drafts/{begun.Headers.Location!.OriginalString.Split('/')[^1]}");
            answers.ShouldNotContain("卢国杰");
        }
    }

    [Fact]
    public async Task Three_hundred_cases_are_accepted_in_bulk_with_a_result_for_each()
    {
        var first = await app.Submit("批量店一");
        await Copies(first, 299);
        var approver = await app.As(Sample.Approver);
        // An approver has no acceptance post: every row says why it failed, failures first.
        var page = await Checked(approver, "/desk/bulk?q=批量店");
        page.ShouldContain("共 300 件");
        (await approver.PostForm("/desk/bulk?q=批量店", "/desk/bulk", ("act", ""))).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await approver.PostForm("/desk/bulk?q=批量店", "/desk/bulk", ("act", "accept|refuse"), ("note", ""))).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        await Until(await approver.PostForm("/desk/bulk?q=批量店", "/desk/bulk", ("act", "accept|accept")), approver, "没办成 300");

        // With both posts the same run does them all.
        var person = DemonstrationPeople.IdOf("market@440106/approver");
        await app.Database.Read(c => c.ExecuteAsync("insert into identity.appointment (id, person, organisation, post, from_date, created_at) values (gen_random_uuid(), @person, @office, 'acceptor', '2026-01-01', now())", new { person, office = app.Organisation("market@440106") }));
        var both = await app.SignIn(Sample.Approver);
        var job = await Until(await both.PostForm("/desk/bulk?q=批量店", "/desk/bulk", ("act", "accept|accept")), both, "办成 300");
        (await app.Database.Read(c => c.ExecuteScalarAsync<int>("select count(*)::int from cases.bulk_row where job = @job and outcome = 'ok'", new { job }))).ShouldBe(300);
        (await app.Database.Read(c => c.ExecuteScalarAsync<int>("""select count(*)::int from cases."case" where party_name like '批量店%' and state = 'accepted'"""))).ShouldBe(300);
        (await Checked(both, $"/desk/bulk/{job}")).Split("class=\"row-link\"").Length.ShouldBe(201, "a page of results");
        (await (await app.As(Sample.Acceptor)).GetAsync($"/desk/bulk/{job}")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await (await app.As("haizhu-market-approver")).GetAsync($"/desk/bulk/{job}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Work_is_handed_out_in_bulk_and_only_to_whoever_holds_the_post()
    {
        var ids = new[] { await app.Submit("分派店一"), await app.Submit("分派店二") };
        await app.Database.Read(c => c.ExecuteAsync("""update cases."case" set party_name = '分派店' where id = any(@ids)""", new { ids }));
        var approver = await app.As("tianhe-market-approver");
        var (acceptor, reviewer) = (DemonstrationPeople.IdOf("market@440106/acceptor"), DemonstrationPeople.IdOf("market@440106/reviewer"));
        (await Checked(approver, "/desk/bulk?q=分派店")).ShouldContain($"value=\"assign|{acceptor}\"");
        var refused = await Until(await approver.PostForm("/desk/bulk?q=分派店", "/desk/bulk", ("act", $"assign|{reviewer}"), ("note", "")), approver, "没办成 2");
        (await app.Database.Read(c => c.QueryAsync<string>("select outcome from cases.bulk_row where job = @refused", new { refused }))).ShouldAllBe(o => o == "他没有这个环节的岗位");
        await Until(await approver.PostForm("/desk/bulk?q=分派店", "/desk/bulk", ("act", $"assign|{acceptor}"), ("note", "请今天办")), approver, "办成 2");
        (await app.Database.Read(c => c.QueryAsync<Guid?>("select assignee from cases.task where case_id = any(@ids)", new { ids }))).ShouldBe([acceptor, acceptor]);
    }

    async Task<Guid> Until(HttpResponseMessage started, HttpClient browser, string said)
    {
        started.StatusCode.ShouldBe(HttpStatusCode.Redirect, await started.Content.ReadAsStringAsync());
        var address = started.Headers.Location!.OriginalString;
        for (var i = 0; i < 600; i++)
        {
            var answer = await browser.GetAsync(address);
            var html = await answer.Content.ReadAsStringAsync();
            HtmlCheck.Verify(html);
            if (!answer.Headers.Contains("Refresh")) { html.ShouldContain(said); return Guid.Parse(address.Split('/')[^1]); }
            await Task.Delay(100);
        }
        throw new TimeoutException("the bulk run did not end");
    }

    /// <summary>Copies of a submitted case that can be worked like it: row, content, work and events of their own.</summary>
    async Task Copies(Guid id, int count)
    {
        await app.Database.Write(async (c, _) =>
        {
            await c.ExecuteAsync("""update cases."case" set party_name = '批量店一' where id = @id""", new { id });
            await c.ExecuteAsync("""
                create temp table copies on commit drop as select gen_random_uuid() as id, n from generate_series(1, @count) n;
                insert into cases."case" select k.id, c.number || 'b' || n, c.query_code || 'b' || n, c.definition, c.item_code, c.implementation, c.item_name, c.organisation, c.division, c.line, c.party, '批量店' || n,
                  c.submitter, c.channel, c.state, c.result, c.due_on, c.due_at, c.yellow_at, c.provisional, c.submitted_at, c.accepted_at, c.closed_at, c.version, c.digest, c.flow, c.variables, c.clock, c.correction
                from cases."case" c cross join copies k where c.id = @id;
                insert into cases.open select id, organisation, due_at from cases."case" where state <> 'closed' on conflict do nothing;
                insert into cases.content select k.id, t.answers, t.eligibility from cases.content t cross join copies k where t.case_id = @id;
                insert into cases.task select k.id, t.key, t.node, t.name, t.kind, t.post, t.organisation, t.outcomes, t.opened_at, t.due_at, t.assignee, t.assignee_name, t.assigned_at from cases.task t cross join copies k where t.case_id = @id;
                """, new { id, count });
        });
    }

    [Fact]
    public async Task An_auditor_reads_the_trail_of_a_case_within_reach_and_nothing_else()
    {
        var id = await app.Submit();
        var number = await app.Database.Read(c => c.ExecuteScalarAsync<string>("""select number from cases."case" where id = @id""", new { id }));
        var auditor = await app.As("auditor");
        await Checked(auditor, "/desk/audit");
        var trail = await Checked(auditor, $"/desk/audit?number={number}");
        trail.ShouldContain("事件链完整");
        trail.ShouldContain("提交申请");
        var export = await auditor.GetFromJsonAsync<JsonElement>($"/desk/audit/{id}/events.json");
        export.GetProperty("whole").GetBoolean().ShouldBeTrue();
        export.GetProperty("events").GetArrayLength().ShouldBeGreaterThan(1);
        (await auditor.GetAsync($"/desk/audit/{id}/events/1")).StatusCode.ShouldBe(HttpStatusCode.OK);
        var missing = await auditor.GetAsync("/desk/audit?number=440106000000");
        missing.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        HtmlCheck.Verify(await missing.Content.ReadAsStringAsync());
        foreach (var account in (string[])[Sample.Acceptor, "tech"])
            (await (await app.As(account)).GetAsync($"/desk/audit/{id}/events.json")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }
}
