using Dapper;
using Kapok.Cases.Handling;
using Kapok.Tests.Reliability;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Cases.Clock;

/// <summary>Reading all open clocks again after a new calendar, while officers go on working.</summary>
public sealed class RecomputeTests(App app) : IClassFixture<App>
{
    [Fact]
    public async Task A_case_changed_during_the_recomputing_is_read_again_and_keeps_the_timers_of_its_change()
    {
        var citizen = await app.Api("zhangsan");
        var id = await Applications.Ready(citizen);
        (await Applications.Send(citizen, id)).Status.ShouldBe(201);
        (await (await app.Api("tianhe-market-acceptor")).PostAsync($"/api/v1/cases/{id}/acceptance", null)).EnsureSuccessStatusCode();
        var before = await Due(id);
        before.Timer.ShouldBe(before.Due);
        // Every Wednesday of the autumn becomes free; this process has not heard of it.
        await app.Database.Read(c => c.ExecuteAsync("""
            insert into cases.calendar (id, content) select 'wednesdays', content || (select string_agg(format(E'      - { name: 试, off: %s }\n', to_char(d, 'MM-DD')), '') from generate_series('2026-09-23'::date, '2026-12-30', '7 days') d where d <> '2026-10-07')
            from cases.calendar order by seq desc limit 1
            """));

        // An officer's act is under way: it holds the case, and gives its clock another beginning.
        await using var officer = await app.Database.Open();
        await using var act = await officer.BeginTransactionAsync();
        await officer.ExecuteAsync("""update cases."case" set version = version + 1, clock = replace(clock::text, '2026-09-21', '2026-09-14')::json where id = @id""", new { id });
        var job = app.Database.Write((c, _) => Kapok.Foundation.Jobs.Jobs.Add(c, ClockRecompute.KindName, new { }, DateTimeOffset.UtcNow.AddDays(-1)));
        await job;
        for (var i = 0; i < 300 && !await app.Database.Read(c => c.ExecuteScalarAsync<bool>("select exists (select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')")); i++) await Task.Delay(20);
        await act.CommitAsync();
        for (var i = 0; i < 300 && await app.Database.Read(c => c.ExecuteScalarAsync<string>("select state from kapok.job where id = @job", new { job = job.Result })) != "done"; i++) await Task.Delay(20);

        var after = await Due(id);
        after.Due.ShouldBeLessThan(before.Due.AddDays(-3), "by the earlier beginning");
        after.Timer.ShouldBe(after.Due, "the timer rings when the page says so");
        // Read again with nothing in the way, it says the same.
        await app.Services.GetRequiredService<ClockRecompute>().Continue(new(Guid.Empty, 0, 0), _ => Task.CompletedTask);
        (await Due(id)).ShouldBe(after);
    }

    Task<(DateTime Due, DateTime Timer)> Due(Guid id) => app.Database.Read(c => c.QuerySingleAsync<(DateTime, DateTime)>(
        """select due_at, (select due_at from cases.timer t where t.case_id = k.id and t.key = 'clock:due') from cases."case" k where id = @id""", new { id }));
}
