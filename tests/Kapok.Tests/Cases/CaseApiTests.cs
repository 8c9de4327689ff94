using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Kapok.Foundation.Events;
using Kapok.Tests.Reliability;

namespace Kapok.Tests.Cases;

/// <summary>The life of a case over the API: what may happen, what may not, and who is told.</summary>
public sealed class CaseApiTests(App app) : IClassFixture<App>
{
    async Task<Guid> Submitted()
    {
        var citizen = await app.Api("zhangsan");
        var id = await Applications.Ready(citizen);
        (await Applications.Send(citizen, id)).Status.ShouldBe(201);
        return id;
    }

    static async Task<string> Why(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("title").GetString()!;

    async Task<string> OpenTask(Guid id, string account)
    {
        var view = await (await app.Api(account)).GetFromJsonAsync<JsonElement>($"/api/v1/cases/{id}");
        return view.GetProperty("case").GetProperty("tasks")[0].GetProperty("key").GetString()!;
    }

    [Fact]
    public async Task Two_officers_at_once_one_wins_and_the_other_learns_that_it_is_done()
    {
        var id = await Submitted();
        var clerk = await app.Api("tianhe-market-acceptor");
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => clerk.PostAsJsonAsync($"/api/v1/cases/{id}/acceptance", new { })));
        answers.Count(a => a.IsSuccessStatusCode).ShouldBe(1);
        answers.Count(a => a.StatusCode == HttpStatusCode.Conflict).ShouldBe(5);
        var events = await app.Database.Read(c => EventLog.Read(c, id));
        events.Count(e => e.Type == "accepted").ShouldBe(1);
        EventLog.FirstBreak(id, events).ShouldBeNull();
    }

    [Fact]
    public async Task Deciding_on_a_version_that_has_changed_meanwhile_is_a_conflict()
    {
        var id = await Submitted();
        var clerk = await app.Api("tianhe-market-acceptor");
        var seen = (await clerk.GetAsync($"/api/v1/cases/{id}")).Headers.ETag!.Tag;
        (await clerk.PostAsJsonAsync($"/api/v1/cases/{id}/notes", new { text = "同事先写了一条备注" })).EnsureSuccessStatusCode();
        using var late = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/cases/{id}/acceptance") { Content = JsonContent.Create(new { }) };
        late.Headers.TryAddWithoutValidation("If-Match", seen);
        var answer = await clerk.SendAsync(late);
        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await Why(answer)).ShouldContain("别人处理过");
    }

    [Theory]
    [InlineData("haizhu-market-acceptor")]
    [InlineData("tianhe-market-reviewer")]
    public async Task A_clerk_of_another_division_or_post_cannot_accept(string account)
    {
        var id = await Submitted();
        var answer = await (await app.Api(account)).PostAsJsonAsync($"/api/v1/cases/{id}/acceptance", new { });
        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await app.Database.Read(c => c.ExecuteScalarAsync<string>("""select state from cases."case" where id = @id""", new { id }))).ShouldBe("submitted");
    }

    [Fact]
    public async Task A_stranger_finds_neither_the_draft_nor_the_case()
    {
        var id = await Submitted();
        var other = await app.Api("lixiulan");
        (await other.GetAsync($"/api/v1/my/cases/{id}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await other.PostAsJsonAsync($"/api/v1/my/cases/{id}/withdrawal", new { reason = "不是我的" })).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        var draft = await Applications.Ready(await app.Api("zhangsan"));
        (await other.GetAsync($"/api/v1/drafts/{draft}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await other.PutAsJsonAsync($"/api/v1/drafts/{draft}/answers", new { })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await Applications.Send(other, draft)).Status.ShouldBe(404);
    }

    [Fact]
    public async Task An_application_with_faults_is_refused_whole_and_every_field_is_named()
    {
        var citizen = await app.Api("zhangsan");
        var draft = await Applications.Ready(citizen);
        (await citizen.PutAsJsonAsync($"/api/v1/drafts/{draft}/answers", new { operatorName = new string('长', 500), creditCode = "91440106MA9XXX011X" })).EnsureSuccessStatusCode();
        var answer = await citizen.PostAsJsonAsync($"/api/v1/drafts/{draft}/submission", new { });
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var places = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("faults").EnumerateArray().Select(f => f.GetProperty("where").GetString()).ToList();
        places.ShouldContain("operatorName");
        places.ShouldContain("creditCode");
        (await app.Database.Read(c => c.ExecuteScalarAsync<bool>("""select exists (select 1 from cases."case" where id = @draft)""", new { draft }))).ShouldBeFalse();
    }

    [Fact]
    public async Task Sending_the_same_application_again_gives_the_same_number()
    {
        var citizen = await app.Api("zhangsan");
        var draft = await Applications.Ready(citizen);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Applications.Send(citizen, draft)));
        answers.ShouldAllBe(a => a.Status == 201);
        answers.Select(a => a.Number).Distinct().Count().ShouldBe(1);
        await using var c = await app.Database.Open();
        (await c.ExecuteScalarAsync<int>("select count(*) from kapok.event where stream = @draft and type = 'submitted'", new { draft })).ShouldBe(1);
    }

    [Fact]
    public async Task Only_what_the_notice_names_opens_again()
    {
        var id = await Submitted();
        var clerk = await app.Api("tianhe-market-acceptor");
        (await clerk.PostAsJsonAsync($"/api/v1/cases/{id}/correction", new { fields = new { operatorName = "名称应与营业执照一致" } })).EnsureSuccessStatusCode();
        var citizen = await app.Api("zhangsan");
        var closed = await citizen.PostAsJsonAsync($"/api/v1/my/cases/{id}/supplement", new { answers = new { operatorName = "广州市天河区小满餐饮店", premisesAddress = "换了一个地址 88 号" } });
        closed.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await Why(closed)).ShouldContain("不在补正范围内");
        (await citizen.PostAsJsonAsync($"/api/v1/my/cases/{id}/supplement", new { answers = new { operatorName = "广州市天河区小满餐饮店" } })).EnsureSuccessStatusCode();
        var again = await clerk.PostAsJsonAsync($"/api/v1/cases/{id}/correction", new { fields = new { operatorName = "还是不对" } });
        again.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await Why(again)).ShouldContain("必须写明原因");
    }

    [Fact]
    public async Task Silence_of_the_office_counts_as_acceptance_on_the_day_of_receipt()
    {
        await using var own = new OwnClock(app);
        var id = await Submitted();
        app.Time.Advance(TimeSpan.FromDays(10));
        await own.FireTimers();
        var row = await app.Database.Read(c => c.QuerySingleAsync<(string State, DateTime SubmittedAt, DateTime AcceptedAt)>("""select state, submitted_at, accepted_at from cases."case" where id = @id""", new { id }));
        row.State.ShouldBe("accepted");
        row.AcceptedAt.ShouldBe(row.SubmittedAt);
    }

    [Fact]
    public async Task A_request_with_an_idempotency_key_is_carried_out_once()
    {
        var id = await Submitted();
        var clerk = await app.Api("tianhe-market-acceptor");
        async Task<HttpResponseMessage> Post(string text)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/cases/{id}/notes") { Content = JsonContent.Create(new { text }) };
            request.Headers.Add("Idempotency-Key", "note-1");
            return await clerk.SendAsync(request);
        }
        (await Post("看过了")).EnsureSuccessStatusCode();
        var second = await Post("看过了");
        second.EnsureSuccessStatusCode();
        second.Headers.Contains("Idempotency-Replayed").ShouldBeTrue();
        (await Post("另一条备注")).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await app.Database.Read(c => c.ExecuteScalarAsync<int>("select count(*) from cases.note where case_id = @id", new { id }))).ShouldBe(1);
    }

    [Fact]
    public async Task Bulk_work_of_any_size_keeps_a_result_for_each_row()
    {
        var ids = new List<Guid>();
        for (var i = 0; i < 12; i++) ids.Add(await Submitted());
        (await (await app.Api("tianhe-market-acceptor")).PostAsJsonAsync($"/api/v1/cases/{ids[0]}/acceptance", new { })).EnsureSuccessStatusCode();
        var boss = await app.Api("tianhe-market-approver");
        var started = await boss.PostAsJsonAsync("/api/v1/bulk", new { query = new { state = "submitted" }, act = new { @do = "accept" } });
        started.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var job = (await started.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("job").GetGuid();
        JsonElement rows = default;
        for (var i = 0; i < 100; i++)
        {
            rows = await boss.GetFromJsonAsync<JsonElement>($"/api/v1/bulk/{job}/rows");
            if (rows.EnumerateArray().All(r => r.TryGetProperty("outcome", out _))) break;
            await Task.Delay(100);
        }
        rows.GetArrayLength().ShouldBeGreaterThanOrEqualTo(11);
        // The approver holds no acceptance post: each row says so, and nothing was accepted in his name.
        rows.EnumerateArray().ShouldAllBe(r => r.GetProperty("outcome").GetString()!.Contains("受理岗"));
    }

    [Theory]
    [InlineData("tianhe-market-acceptor", "another post")]
    [InlineData("haizhu-market-reviewer", "another division")]
    [InlineData("zhangsan", "no official at all")]
    public async Task Work_is_given_only_to_somebody_who_holds_the_post(string to, string why)
    {
        var id = await Submitted();
        (await (await app.Api("tianhe-market-acceptor")).PostAsync($"/api/v1/cases/{id}/acceptance", null)).EnsureSuccessStatusCode();
        var key = await OpenTask(id, "tianhe-market-reviewer");
        var reviewer = await app.Api("tianhe-market-reviewer");
        (await reviewer.PostAsync($"/api/v1/cases/{id}/tasks/{key}/claim", null)).EnsureSuccessStatusCode();
        Task<Guid> Person(string account) => app.Database.Read(c => c.ExecuteScalarAsync<Guid>("select person from identity.account where name = @account", new { account }));
        var refused = await reviewer.PostAsJsonAsync($"/api/v1/cases/{id}/tasks/{key}/assignment", new { person = await Person(to) });
        refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, why);
        (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("faults")[0].GetProperty("where").GetString().ShouldBe("person");
        (await app.Database.Read(c => c.ExecuteScalarAsync<Guid>("select assignee from cases.task where case_id = @id and key = @key", new { id, key }))).ShouldBe(await Person("tianhe-market-reviewer"));

        (await reviewer.PostAsJsonAsync($"/api/v1/cases/{id}/tasks/{key}/assignment", new { person = await Person("tianhe-market-reviewer") })).EnsureSuccessStatusCode();
    }

    [Fact]
    public async Task Every_api_path_is_described_in_openapi_3_1()
    {
        var document = await (await app.Api("zhangsan")).GetFromJsonAsync<JsonElement>("/api/v1/openapi.json");
        document.GetProperty("openapi").GetString()!.ShouldStartWith("3.1");
        var paths = document.GetProperty("paths").EnumerateObject().Select(p => p.Name).ToList();
        paths.ShouldContain("/api/v1/drafts/{id}/submission");
        paths.ShouldContain("/api/v1/cases/{id}/acceptance");
        paths.ShouldAllBe(p => p.StartsWith("/api/"));
    }

    /// <summary>Moves the shared clock and puts it back, so that the other tests keep their day.</summary>
    sealed class OwnClock(App app) : IAsyncDisposable
    {
        readonly DateTimeOffset before = app.Time.GetUtcNow();
        public Task<int> FireTimers() => ((Kapok.Cases.TimerWorker)app.Services.GetService(typeof(Kapok.Cases.TimerWorker))!).FireDue();
        public ValueTask DisposeAsync() { app.Time.Set(before); return ValueTask.CompletedTask; }
    }
}
