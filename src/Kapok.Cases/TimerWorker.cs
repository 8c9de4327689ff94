using Dapper;
using Kapok.Cases.Model;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kapok.Cases;

/// <summary>
/// Fires due timers of flows and clocks. Several processes may look at once: the case row is locked while a timer is
/// taken, and a timer that is gone by then is left alone.
/// </summary>
public sealed class TimerWorker(Database database, CaseDesk desk, NodeOptions options, TimeProvider time, ILogger<TimerWorker> log) : BackgroundService
{
    const int AtOnce = 200;

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        if (!options.RunsJobs) return;
        while (!stop.IsCancellationRequested)
        {
            var fired = 0;
            try { fired = await FireDue(stop); }
            catch (OperationCanceledException) when (stop.IsCancellationRequested) { return; }
            catch (Exception e) { log.LogWarning("Timers wait: {Message}", e.Message); }
            if (fired >= AtOnce) continue;
            try { await Task.Delay(TimeSpan.FromSeconds(1), stop); } catch (OperationCanceledException) { return; }
        }
    }

    /// <summary>Fires what is due now, at most a few hundred; returns how many.</summary>
    public async Task<int> FireDue(CancellationToken stop = default)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var due = (await database.Read(c => c.QueryAsync<(Guid Case, string Key)>(
            "select case_id, key from cases.timer where due_at <= @now order by due_at limit @AtOnce", new { now, AtOnce }), stop)).AsList();
        await Task.WhenAll(due.Select(async t =>
        {
            var result = await desk.Do(new TimerDue(t.Case, Actor.System, t.Key), stop);
            if (!result.Ok) log.LogError("Timer {Key} of case {Case}: {Message}", t.Key, t.Case, result.Message);
        }));
        return due.Count;
    }
}
