using System.Text.Json;
using Dapper;
using Kapok.Foundation.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kapok.Foundation.Jobs;

/// <summary>
/// Works off due jobs. Any number of processes may run it over one database: a job is claimed with a lease by
/// <c>for update skip locked</c>, so each runs once at a time, and again when its process died and the lease ran out.
/// Whoever lost the lease (a database away for longer, a process that stood still) stops: every write of a run names
/// its attempt, and only the last attempt counts.
/// </summary>
public sealed class JobWorker(Database database, IServiceProvider services, IEnumerable<IJob> jobs, NodeOptions options, ILogger<JobWorker> log) : BackgroundService
{
    const int AtOnce = 4;
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    readonly Dictionary<string, IJob> byKind = jobs.ToDictionary(j => j.Kind);

    sealed record Claimed(Guid Id, string Kind, string Payload, string? Progress, Guid? Owner, int Attempts);

    protected override Task ExecuteAsync(CancellationToken stop) =>
        options.RunsJobs && byKind.Count > 0 ? Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Loop(stop))) : Task.CompletedTask;

    async Task Loop(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var worked = false;
            try { worked = await RunOne(stop); }
            catch (OperationCanceledException) when (stop.IsCancellationRequested) { return; }
            catch (Exception e) { log.LogWarning("Jobs wait for the database: {Message}", e.Message); }
            if (worked) continue;
            try { await Task.Delay(Pause, stop); } catch (OperationCanceledException) { return; }
        }
    }

    /// <summary>Claims and runs one due job; false when none is due.</summary>
    public async Task<bool> RunOne(CancellationToken stop)
    {
        var claimed = await database.Read(c => c.QuerySingleOrDefaultAsync<Claimed>("""
            update kapok.job set state = 'running', attempts = attempts + 1, lease_until = now() + @Lease
            where id = (select id from kapok.job
                        where state in ('waiting', 'running') and due <= now() and (lease_until is null or lease_until < now()) and kind = any(@kinds)
                        order by due for update skip locked limit 1)
            returning id, kind, payload::text, progress::text, owner, attempts
            """, new { Jobs.Lease, kinds = byKind.Keys.ToArray() }));
        if (claimed is null) return false;
        var job = byKind[claimed.Kind];
        try
        {
            using var payload = JsonDocument.Parse(claimed.Payload);
            using var progress = claimed.Progress is null ? null : JsonDocument.Parse(claimed.Progress);
            using var renewing = new CancellationTokenSource();
            using var held = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var renewal = Renew(claimed, held, renewing.Token);
            try
            {
                await using var scope = services.CreateAsyncScope();
                await job.Run(new JobRun(database, claimed.Id, claimed.Kind, payload.RootElement, progress?.RootElement, claimed.Owner, claimed.Attempts), held.Token);
            }
            finally
            {
                await renewing.CancelAsync();
                await renewal;
            }
            await database.Read(c => c.ExecuteAsync("update kapok.job set state = 'done', lease_until = null, last_error = null, finished_at = now() where id = @Id and attempts = @Attempts", claimed));
        }
        catch (JobWaits e)
        {
            await database.Read(c => c.ExecuteAsync("""
                update kapok.job set state = 'waiting', lease_until = null, last_error = @error, due = now() + @wait, attempts = attempts - 1 where id = @Id and attempts = @Attempts
                """, new { claimed.Id, claimed.Attempts, error = e.Message, wait = e.Wait }));
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            var last = claimed.Attempts >= job.MaxAttempts;
            log.LogError(e, "Job {Kind} {Id} failed, attempt {Attempt}", claimed.Kind, claimed.Id, claimed.Attempts);
            await database.Read(c => c.ExecuteAsync("""
                update kapok.job set state = @state, lease_until = null, last_error = @error, due = now() + @wait, finished_at = case when @last then now() end where id = @Id and attempts = @Attempts
                """, new { claimed.Id, claimed.Attempts, state = last ? "failed" : "waiting", error = e.Message, wait = TimeSpan.FromSeconds(Math.Min(300, 1 << Math.Min(claimed.Attempts, 8))), last }));
        }
        return true;
    }

    /// <summary>Keeps the lease while the job runs. A database away is asked again; a lease that somebody else has taken ends the run.</summary>
    async Task Renew(Claimed claimed, CancellationTokenSource held, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Jobs.Lease / 4, stop);
                try
                {
                    var kept = await database.Read(c => c.ExecuteAsync("update kapok.job set lease_until = now() + @Lease where id = @Id and state = 'running' and attempts = @Attempts", new { claimed.Id, claimed.Attempts, Jobs.Lease }), stop);
                    if (kept == 0) { await held.CancelAsync(); return; }
                }
                catch (Exception e) when (e is not OperationCanceledException) { log.LogWarning("Could not renew the lease of job {Id}: {Message}", claimed.Id, e.Message); }
            }
        }
        catch (OperationCanceledException) { }
    }
}
