using Dapper;
using Kapok.Cases;
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
        var id = await Accepted();
        var before = await Due(id);
        before.Timer.ShouldBe(before.Yellow);
        // Before everything below comes due: otherwise the program's own worker would ring it while the test looks.
        var today = app.Time.GetUtcNow();
        app.Time.Set(new(2026, 9, 10, 2, 0, 0, TimeSpan.Zero));
        try { await Recomputed(id, before.Due); }
        finally { app.Time.Set(today); }
    }

    async Task Recomputed(Guid id, DateTime due)
    {
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
        after.Due.ShouldBeLessThan(due.AddDays(-3), "by the earlier beginning");
        after.Timer.ShouldBe(after.Yellow, "the timer rings when the lamp turns");
        // Read again with nothing in the way, it says the same.
        await app.Services.GetRequiredService<ClockRecompute>().Continue(new(Guid.Empty, 0, 0), _ => Task.CompletedTask);
        (await Due(id)).ShouldBe(after);
    }

    [Fact]
    public async Task What_a_clock_missed_while_the_program_was_away_comes_in_order_from_its_one_timer()
    {
        var id = await Accepted();
        var today = app.Time.GetUtcNow();
        try
        {
            app.Time.Set((await Due(id)).Due.AddDays(120));
            await app.Services.GetRequiredService<TimerWorker>().FireDue();
            (await Events(id)).Where(e => e is "turned-yellow" or "time-ran-out" or "legal-time-ran-out").ShouldBe(["turned-yellow", "time-ran-out", "legal-time-ran-out"]);
            (await Timers(id)).ShouldBeEmpty("nothing more is to come");
            await app.Services.GetRequiredService<TimerWorker>().FireDue();
            (await Events(id)).Count(e => e == "time-ran-out").ShouldBe(1);
        }
        finally { app.Time.Set(today); }
    }

    [Fact]
    public async Task A_due_time_that_a_new_calendar_moves_into_the_past_rings_at_once()
    {
        var id = await Accepted();
        var today = app.Time.GetUtcNow();
        try
        {
            // The last stretch before the due time was free and becomes working time: the promised day lies a week back now.
            var (due, yellow, _) = await Due(id);
            app.Time.Set(new DateTimeOffset(yellow).AddHours(1));
            await app.Services.GetRequiredService<TimerWorker>().FireDue();
            (await Timers(id)).ShouldBe([due]);
            app.Time.Set(new DateTimeOffset(due).AddHours(-1));
            await app.Database.Read(c => c.ExecuteAsync("""update cases."case" set clock = replace(clock::text, '2026-09-21', '2026-09-14')::json where id = @id""", new { id }));
            await app.Services.GetRequiredService<ClockRecompute>().Continue(new(Guid.Empty, 0, 0), _ => Task.CompletedTask);
            await app.Services.GetRequiredService<TimerWorker>().FireDue();
            (await Events(id)).ShouldContain("time-ran-out");
        }
        finally { app.Time.Set(today); }
    }

    async Task<Guid> Accepted()
    {
        var id = await Applications.Ready(await app.Api("zhangsan"));
        (await Applications.Send(await app.Api("zhangsan"), id)).Status.ShouldBe(201);
        (await (await app.Api("tianhe-market-acceptor")).PostAsync($"/api/v1/cases/{id}/acceptance", null)).EnsureSuccessStatusCode();
        return id;
    }

    async Task<List<string>> Events(Guid id) => (await app.Database.Read(c => c.QueryAsync<string>("select type from kapok.event where stream = @id order by seq", new { id }))).AsList();

    async Task<List<DateTime>> Timers(Guid id) => (await app.Database.Read(c => c.QueryAsync<DateTime>("select due_at from cases.timer where case_id = @id and key = 'clock'", new { id }))).AsList();

    Task<(DateTime Due, DateTime Yellow, DateTime Timer)> Due(Guid id) => app.Database.Read(c => c.QuerySingleAsync<(DateTime, DateTime, DateTime)>(
        """select due_at, yellow_at, (select due_at from cases.timer t where t.case_id = k.id and t.key = 'clock') from cases."case" k where id = @id""", new { id }));
}
