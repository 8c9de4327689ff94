using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Foundation.Jobs;

namespace Kapok.Tests.Reliability;

/// <summary>Two processes of one node over one database, as <c>./kapok up --processes 2</c> starts them.</summary>
public sealed class TwoProcessTests(TestDatabase databases)
{
    /// <summary>Sends until there is an answer to live with, always with the same idempotency key, as a careful program does.</summary>
    static async Task<(HttpStatusCode Status, string Body)> Insist(HttpClient http, string url, object body, string key)
    {
        for (var i = 0; i < 600; i++)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = JsonContent.Create(body) };
                request.Headers.Add("Idempotency-Key", key);
                using var answer = await http.SendAsync(request);
                var text = await answer.Content.ReadAsStringAsync();
                if (answer.StatusCode != HttpStatusCode.ServiceUnavailable && !(answer.StatusCode == HttpStatusCode.Conflict && answer.Headers.RetryAfter is not null)) return (answer.StatusCode, text);
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException) { }
            await Task.Delay(100);
        }
        throw new TimeoutException(url);
    }

    static string Number(string body) => JsonDocument.Parse(body).RootElement.GetProperty("number").GetString()!;

    [Fact]
    public async Task One_of_two_processes_is_killed_under_load_and_nothing_is_lost_or_done_twice()
    {
        var connection = await databases.Furnished();
        await using var database = new Database(connection);
        await using var node = new ServedNode(connection);
        await node.Up(2);
        var (citizen, clerk, reviewer, approver) = (await node.Api("zhangsan"), await node.Api("tianhe-market-acceptor"), await node.Api("tianhe-market-reviewer"), await node.Api("tianhe-market-approver"));
        var drafts = (await Applications.Ready(citizen, 48)).ToArray();
        var deciding = await Task.WhenAll(drafts[..12].Select(d => ReadyToDecide(database, citizen, clerk, reviewer, d)));

        // A bulk decision that stands still in the middle: the test holds one of its cases.
        await using var holder = await database.Open();
        await using var held = await holder.BeginTransactionAsync();
        await holder.ExecuteAsync("""select 1 from cases."case" where id = @id for update""", new { id = deciding[5] });
        var started = await approver.PostAsJsonAsync("/api/v1/bulk", new { query = new { }, act = new { @do = "complete", kind = "decide", outcome = "approve", note = "同意" } });
        started.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var job = (await started.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("job").GetGuid();
        var victim = await WaitFor(async () => await database.Read(c => c.ExecuteScalarAsync<string>("""
            select application_name from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and application_name like 'kapok %' limit 1
            """)) is { } name ? int.Parse(name.Split(' ')[1]) : 0);
        node.Processes.ShouldContain(victim);

        var done = 0;
        var dying = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var load = drafts[12..].Chunk(6).Select(async mine =>
        {
            var answers = new List<(Guid Draft, string Number)>();
            foreach (var (i, draft) in mine.Index())
            {
                // From the third on they are sent while the process dies.
                if (i == 2) { Interlocked.Increment(ref done); await dying.Task; }
                // Sent twice at the same moment, as by an impatient finger: with two keys, perhaps to both processes.
                var twice = await Task.WhenAll(((string[])["first", "second"]).Select(k => Insist(citizen, $"/api/v1/drafts/{draft}/submission", new { }, $"{k}-{draft}")));
                twice.ShouldAllBe(t => t.Status == HttpStatusCode.Created);
                Number(twice[0].Body).ShouldBe(Number(twice[1].Body));
                answers.Add((draft, Number(twice[0].Body)));
                // Accepting twice must not be possible: after an answer that was lost, the second try is told that it is done.
                (await Insist(clerk, $"/api/v1/cases/{draft}/acceptance", new { }, $"accept-{draft}")).Status.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.Conflict);
            }
            return answers;
        }).ToList();
        while (done < 6) { load.ShouldAllBe(l => !l.IsFaulted); await Task.Delay(5); }
        dying.SetResult();
        await Task.Delay(20);
        load.ShouldAllBe(l => !l.IsCompletedSuccessfully, "one is to be killed while both are busy");
        node.Kill(victim);
        await held.RollbackAsync();
        var accepted = (await Task.WhenAll(load)).SelectMany(a => a).ToList();

        accepted.Count.ShouldBe(36);
        foreach (var (draft, number) in accepted)
            (await citizen.GetFromJsonAsync<JsonElement>($"/api/v1/my/cases/{draft}")).GetProperty("number").GetString().ShouldBe(number);
        await Applications.ShouldBeWhole(connection);
        (await database.Read(c => c.QueryAsync<(Guid, int)>("select stream, count(*)::int from kapok.event where type = 'accepted' and stream = any(@drafts) group by stream", new { drafts }))).Select(r => r.Item2).ShouldAllBe(n => n == 1);
        (await database.Read(c => c.ExecuteScalarAsync<int>("""select count(*) from cases."case" where id = any(@drafts) and state <> 'submitted'""", new { drafts }))).ShouldBe(48);

        // The bulk job was running in the dead process: it runs once more in the other, when its lease has run out.
        var (state, attempts) = await WaitFor(async () => await database.Read(c => c.QuerySingleAsync<(string State, int Attempts)>("select state, attempts from kapok.job where id = @job", new { job })) is { State: "done" } ended ? ended : default);
        (state, attempts).ShouldBe(("done", 2));
        (await database.Read(c => c.QueryAsync<string>("select outcome from cases.bulk_row where job = @job and case_id = any(@deciding)", new { job, deciding }))).ShouldAllBe(o => o == "ok");
        foreach (var id in deciding)
        {
            var events = await database.Read(c => EventLog.Read(c, id));
            EventLog.FirstBreak(id, events).ShouldBeNull();
            events.Count(e => e.Origin == $"bulk {job:N}" && e.Type == "task-completed").ShouldBe(1, "decided once");
            events.Count(e => e.Type == "closed").ShouldBe(1);
        }

        await node.Up(2);
        node.Processes.ShouldNotContain(victim);
    }

    static async Task<Guid> ReadyToDecide(Database database, HttpClient citizen, HttpClient clerk, HttpClient reviewer, Guid draft)
    {
        (await Applications.Send(citizen, draft)).Status.ShouldBe(201);
        (await clerk.PostAsync($"/api/v1/cases/{draft}/acceptance", null)).EnsureSuccessStatusCode();
        var task = await database.Read(c => c.ExecuteScalarAsync<string>("select key from cases.task where case_id = @draft", new { draft }));
        (await reviewer.PostAsJsonAsync($"/api/v1/cases/{draft}/tasks/{task}/completion", new { outcome = "pass", note = "材料齐全" })).EnsureSuccessStatusCode();
        return draft;
    }

    static async Task<T> WaitFor<T>(Func<Task<T>> look)
    {
        for (var i = 0; i < 600; i++)
        {
            if (await look() is { } found && !EqualityComparer<T>.Default.Equals(found, default)) return found;
            await Task.Delay(100);
        }
        throw new TimeoutException("a minute has passed");
    }

    [Fact]
    public async Task Two_processes_claim_each_job_once()
    {
        var connection = await databases.Furnished();
        await using var database = new Database(connection);
        await using var node = new ServedNode(connection);
        await node.Up(2);
        var jobs = new List<Guid>();
        await database.Write(async (c, _) => { for (var i = 0; i < 60; i++) jobs.Add(await Jobs.Add(c, "recompute-clocks", new { }, DateTimeOffset.UtcNow)); });
        await WaitFor(async () => await database.Read(c => c.ExecuteScalarAsync<bool>("select not exists (select 1 from kapok.job where id = any(@ids) and state <> 'done')", new { ids = jobs.ToArray() })));
        var rows = (await database.Read(c => c.QueryAsync<(Guid Id, int Attempts, int Events)>(
            "select id, attempts, (select count(*)::int from kapok.event where stream = j.id) from kapok.job j where id = any(@ids)", new { ids = jobs.ToArray() }))).ToList();
        rows.Count.ShouldBe(60);
        rows.ShouldAllBe(r => r.Attempts == 1 && r.Events == 1);
    }
}
