using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Scenarios;

namespace Kapok.Tests.Reliability;

/// <summary>Complete applications for a food permit in Tianhe, ready to be sent.</summary>
static class Applications
{
    static readonly Scenario Story = Read("food-business-permit/tests/new-corrected.yaml");

    static Scenario Read(string file) => Scenario.Read(file, File.ReadAllText(Path.Combine(TestDatabase.Root, "packages", file))).Value!;

    /// <summary>A draft that is ready to be sent.</summary>
    public static async Task<Guid> Ready(HttpClient citizen)
    {
        var answer = await citizen.PostAsJsonAsync("/api/v1/drafts", new { item = Story.Item, body = Story.Body, eligibility = ScenarioPlayer.Typed(Story.Eligibility) });
        answer.EnsureSuccessStatusCode();
        var id = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        (await citizen.PutAsJsonAsync($"/api/v1/drafts/{id}/answers", ScenarioPlayer.Typed(Story.Answers))).EnsureSuccessStatusCode();
        foreach (var (material, _) in Story.Materials)
            (await citizen.PutAsync($"/api/v1/drafts/{id}/materials/{material}?name=a.pdf", new ByteArrayContent("%PDF-1.4 sample"u8.ToArray()))).EnsureSuccessStatusCode();
        return id;
    }

    /// <summary>Many of them, a few at a time: making them is not what is tested.</summary>
    public static async Task<IReadOnlyList<Guid>> Ready(HttpClient citizen, int count)
    {
        var drafts = new List<Guid>(count);
        foreach (var some in Enumerable.Range(0, count).Chunk(6)) drafts.AddRange(await Task.WhenAll(some.Select(_ => Ready(citizen))));
        return drafts;
    }

    public static async Task<(int Status, string? Number)> Send(HttpClient citizen, Guid draft)
    {
        var answer = await citizen.PostAsJsonAsync($"/api/v1/drafts/{draft}/submission", new { });
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, answer.IsSuccessStatusCode ? JsonDocument.Parse(text).RootElement.GetProperty("number").GetString() : null);
    }

    /// <summary>Every chain whole, every number once, every case with exactly one submission.</summary>
    public static async Task ShouldBeWhole(string connection)
    {
        await using var database = new Database(connection);
        await using var c = await database.Open();
        (await c.ExecuteScalarAsync<int>("""select count(*) - count(distinct number) from cases."case" """)).ShouldBe(0, "a number was given twice");
        (await c.ExecuteScalarAsync<int>("""
            select count(*) from (select id, organisation, due_at from cases."case" where state <> 'closed') k full join cases.open o on o.case_id = k.id
            where o.case_id is null or k.id is null or o.organisation <> k.organisation or o.due_at is distinct from k.due_at
            """)).ShouldBe(0, "the list of open cases is another than the cases that are open");
        foreach (var id in await c.QueryAsync<Guid>("""select id from cases."case" """))
        {
            var events = await EventLog.Read(c, id);
            EventLog.FirstBreak(id, events).ShouldBeNull();
            events.Count(e => e.Type == "submitted").ShouldBe(1);
            (await c.ExecuteScalarAsync<int>("""select version from cases."case" where id = @id""", new { id })).ShouldBe(events.Count, "state and events belong to one transaction");
            (await c.ExecuteScalarAsync<bool>("select exists (select 1 from cases.draft where id = @id)", new { id })).ShouldBeFalse();
        }
    }
}
