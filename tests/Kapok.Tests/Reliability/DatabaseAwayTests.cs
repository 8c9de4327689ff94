using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Kapok.Foundation.Data;
using Kapok.Foundation.Jobs;

namespace Kapok.Tests.Reliability;

public sealed class DatabaseAwayTests
{
    [Fact]
    public async Task While_the_database_is_stopped_for_half_a_minute_people_get_a_clear_503_and_afterwards_everything_goes_on_by_itself()
    {
        using var postgres = new OwnPostgres();
        await postgres.Furnish();
        await using var database = new Database(postgres.Connection);
        await using var node = new ServedNode(postgres.Connection);
        await node.Start();
        var (citizen, other) = (await node.Api("zhangsan"), await node.Api("zhangsan"));
        var (sent, waiting) = (await Applications.Ready(citizen), await Applications.Ready(citizen));
        var (status, number) = await Applications.Send(citizen, sent);
        status.ShouldBe(201);
        // A long piece of work is under way when the database goes.
        var job = await database.Read(c => Jobs.Add(c, "recompute-clocks", new { }, DateTimeOffset.UtcNow.AddSeconds(2)));

        postgres.Stop();
        var (away, tries) = (Stopwatch.StartNew(), 0);
        do
        {
            var refused = await citizen.PostAsJsonAsync($"/api/v1/drafts/{waiting}/submission", new { });
            ((int)refused.StatusCode).ShouldBe(503);
            refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(5));
            (await refused.Content.ReadAsStringAsync()).ShouldContain("不会丢失");
            ((int)(await citizen.GetAsync("/health/ready")).StatusCode).ShouldBe(503);
            (await citizen.GetAsync("/health/live")).EnsureSuccessStatusCode();
            tries++;
            await Task.Delay(1_500);
        }
        while (away.Elapsed < TimeSpan.FromSeconds(30));
        tries.ShouldBeGreaterThan(5, "a refusal is quick");
        postgres.Start();

        var again = (Status: 0, Number: (string?)null);
        for (var i = 0; i < 100 && again.Status != 201; i++)
        {
            await Task.Delay(200);
            again = await Applications.Send(citizen, waiting);
        }
        again.Status.ShouldBe(201);
        again.Number.ShouldNotBe(number);
        (await citizen.GetFromJsonAsync<JsonElement>($"/api/v1/my/cases/{sent}")).GetProperty("number").GetString().ShouldBe(number);
        await using var fresh = new Database(postgres.Connection);
        var state = "";
        for (var i = 0; i < 300 && state != "done"; i++)
        {
            await Task.Delay(100);
            state = await fresh.Read(c => c.ExecuteScalarAsync<string>("select state from kapok.job where id = @job", new { job }));
        }
        state.ShouldBe("done", "jobs go on by themselves");
        // The wire of the signals is mended too: a session that ends is over for the other client.
        (await citizen.DeleteAsync("/api/v1/sessions")).EnsureSuccessStatusCode();
        ((int)(await other.GetAsync("/api/v1/my/account")).StatusCode).ShouldBe(401);
        await Applications.ShouldBeWhole(postgres.Connection);
    }
}
