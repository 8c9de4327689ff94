using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Dapper;
using Kapok.Cases.Designing;
using Kapok.Foundation.Events;
using Kapok.Tests.Journeys;

namespace Kapok.Tests.Cases.Designing;

/// <summary>A migration whose process stops in the middle: another goes on behind what is done, and every draft is touched once.</summary>
public sealed class BrokenMoveTests(App app) : IClassFixture<App>
{
    const int Drafts = 8;

    /// <summary>Open drafts of a form that has since lost a question they had answered; in the order in which a move works.</summary>
    async Task<List<Guid>> Given()
    {
        var writer = await app.Api(Author.Writer);
        var citizen = new Visitor(await app.SignIn("zhangsan"));
        var first = await citizen.Begin(app);
        await citizen.FillIn(first);
        await app.Database.Read(c => c.ExecuteAsync("""
            insert into cases.draft (id, owner, party, definition, eligibility, answers, version, created_at, updated_at, expires_at)
            select gen_random_uuid(), owner, party, definition, eligibility, answers, version, created_at, updated_at, expires_at from cases.draft, generate_series(2, @Drafts) where id = @first
            """, new { first, Drafts }));
        var revision = await writer.Open("form", Author.Permit);
        revision = await writer.Did(Author.Permit, revision, "field", ("field", "delivery"), ("options", "window=到窗口领取"));
        await app.Publish("form", Author.Permit, revision);
        return [.. await app.Database.Read(c => c.QueryAsync<Guid>("select id from cases.draft order by id"))];
    }

    Task<T> Of<T>(string sql, Guid id) => app.Database.Read(c => c.QuerySingleAsync<T>(sql, new { id }));

    [Fact]
    public async Task A_run_that_takes_over_goes_on_behind_what_is_done_and_each_draft_is_touched_once()
    {
        var drafts = await Given();
        var before = await Versions();
        var writer = await app.Api(Author.Writer);

        // Somebody holds the fourth draft: the run stands before it, three are done and committed.
        await using var held = await app.Database.Open();
        await using var hold = await held.BeginTransactionAsync();
        await held.ExecuteAsync("select 1 from cases.draft where id = @id for update", new { id = drafts[3] }, hold);
        var job = Guid.Parse((await (await writer.PostAsync(Author.Api("form", Author.Permit, "/moves"), null)).Content.ReadFromJsonAsync<JsonObject>())!["job"]!.ToString());
        await Until("select count(*) from cases.draft_move where job = @id and outcome = 'moved'", job, 3);
        var standing = await Versions();
        drafts.Select(d => standing[d] - before[d]).ShouldBe([1, 1, 1, 0, 0, 0, 0, 0]);

        // Its process says nothing more: the lease runs out, another takes the job over and comes to the same draft.
        await app.Database.Read(c => c.ExecuteAsync("update kapok.job set lease_until = now() - interval '1 second' where id = @job", new { job }));
        await Until("select attempts from kapok.job where id = @id", job, 2);
        await Until("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database() and @id is not null", job, 2);
        await hold.RollbackAsync();
        await Until("select case state when 'done' then 1 else 0 end from kapok.job where id = @id", job, 1);

        var after = await Versions();
        drafts.Select(d => after[d] - before[d]).ShouldAllBe(n => n == 1);
        var report = (await writer.GetFromJsonAsync<JsonObject>(Author.Api("form", Author.Permit, $"/moves/{job}")))!;
        report["items"]!.AsArray().Select(r => (r!["outcome"]!.ToString(), r["report"]!["dropped"]!.AsArray().Count)).ShouldAllBe(r => r.Item1 == "moved" && r.Item2 == 1, "the first word on a draft stays");
        report["state"]!["changed"]!.GetValue<int>().ShouldBe(Drafts);
        (await app.Database.Read(c => c.QueryAsync<int>("select jsonb_array_length(moved->'dropped') from cases.draft"))).ShouldAllBe(n => n == 1, "the applicant is told once of each answer");
        var design = Guid.Parse((await writer.Shown("form", Author.Permit))["design"]!["id"]!.ToString());
        (await app.Database.Read(c => EventLog.Read(c, design))).Count(e => e.Type == DesignEvents.Moved).ShouldBe(1);
    }

    async Task<Dictionary<Guid, int>> Versions() => (await app.Database.Read(c => c.QueryAsync<(Guid Id, int Version)>("select id, version from cases.draft"))).ToDictionary(d => d.Id, d => d.Version);

    /// <summary>Waits for the database to say so, not for the clock.</summary>
    async Task Until(string sql, Guid id, long wanted)
    {
        while (await Of<long>(sql, id) < wanted) await Task.Delay(50, TestContext.Current.CancellationToken);
    }
}
