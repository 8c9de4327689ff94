using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Kapok.Foundation.Data;
using Kapok.Foundation.Jobs;

namespace Kapok.Tests.Reliability;

public sealed class KillTests(TestDatabase databases)
{
    [Fact]
    public async Task Killed_under_load_the_program_loses_no_accepted_submission_and_makes_none_twice()
    {
        var database = await databases.Furnished();
        await using var node = new ServedNode(database);
        await node.Start();
        var citizen = await node.Api("zhangsan");
        var drafts = new List<Guid>();
        for (var i = 0; i < 60; i++) drafts.Add(await Applications.Ready(citizen));

        var accepted = new ConcurrentDictionary<Guid, string>();
        var killed = false;
        var senders = drafts.Chunk(10).Select(async mine =>
        {
            foreach (var draft in mine)
            {
                try { if (await Applications.Send(citizen, draft) is { Number: { } number }) accepted[draft] = number; }
                catch (Exception e) when (e is HttpRequestException or TaskCanceledException && killed) { return; }
            }
        }).ToList();
        while (accepted.Count < 15) await Task.Delay(5);
        killed = true;
        node.Kill();
        await Task.WhenAll(senders);
        accepted.Count.ShouldBeLessThan(60, "the program was to be killed while it was being sent applications");

        await node.Start();
        citizen = await node.Api("zhangsan");
        foreach (var (draft, number) in accepted)
            (await citizen.GetFromJsonAsync<JsonElement>($"/api/v1/my/cases/{draft}")).GetProperty("number").GetString().ShouldBe(number);
        foreach (var draft in drafts)
        {
            var (status, number) = await Applications.Send(citizen, draft);
            status.ShouldBe(201);
            if (accepted.TryGetValue(draft, out var before)) number.ShouldBe(before);
        }
        await Applications.ShouldBeWhole(database);
        await using var check = new Database(database);
        (await check.Read(c => c.ExecuteScalarAsync<int>("""select count(*) from cases."case" """))).ShouldBe(60);
    }

    [Fact]
    public async Task A_job_that_was_running_when_the_program_was_killed_runs_again_and_ends_once()
    {
        var connection = await databases.Furnished();
        await using var node = new ServedNode(connection);
        await using var database = new Database(connection);
        var job = await database.Read(c => Jobs.Add(c, "recompute-clocks", new { calendar = "test" }, DateTimeOffset.UtcNow.AddMinutes(-1)));
        // As a killed process leaves it: claimed, its lease about to run out.
        await database.Read(c => c.ExecuteAsync("update kapok.job set state = 'running', attempts = 1, lease_until = now() + interval '1 second' where id = @job", new { job }));
        await node.Start();
        var state = "";
        for (var i = 0; i < 100 && state != "done"; i++)
        {
            await Task.Delay(200);
            state = await database.Read(c => c.ExecuteScalarAsync<string>("select state from kapok.job where id = @job", new { job }));
        }
        state.ShouldBe("done");
        (await database.Read(c => c.ExecuteScalarAsync<int>("select attempts from kapok.job where id = @job", new { job }))).ShouldBe(2);
        (await database.Read(c => c.ExecuteScalarAsync<int>("select count(*) from kapok.event where stream = @job", new { job }))).ShouldBe(1);
    }
}
