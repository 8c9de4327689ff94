using Dapper;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kapok.Foundation.Jobs;

/// <summary>What a module clears away once a day: things begun and left lying. Safe to repeat.</summary>
public interface ISwept
{
    /// <returns>What was cleared away, by name, for the record.</returns>
    Task<IReadOnlyDictionary<string, int>> Sweep(CancellationToken stop);
}

/// <summary>Sweeps every module once a day and keeps a record of it; then asks for the next day.</summary>
public sealed class SweepJob(Database database, IEnumerable<ISwept> modules, TimeProvider time) : IJob
{
    public const string KindName = "sweep";

    public string Kind => KindName;

    public async Task Run(JobRun run, CancellationToken stop)
    {
        var swept = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var module in modules)
            foreach (var (what, count) in await module.Sweep(stop)) swept[what] = count;
        await database.Write(async (c, _) =>
        {
            if (swept.Values.Any(n => n > 0)) await EventLog.Append(c, run.Id, Actor.System, time.GetUtcNow(), new NewEvent("swept", Json.Write(swept)));
            await Plan(c, time.GetUtcNow().AddDays(1));
        }, stop);
    }

    /// <summary>One sweep a day, however many processes ask for it.</summary>
    public static Task<Guid> Plan(Npgsql.NpgsqlConnection connection, DateTimeOffset due) => Jobs.Add(connection, KindName, new { }, due, key: $"{due:yyyy-MM-dd}");
}

/// <summary>Sees to it that a sweep is planned: at the start of a node, with patience for its database.</summary>
sealed class SweepPlanner(Database database, NodeOptions options, TimeProvider time, ILogger<SweepPlanner> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        if (!options.RunsJobs) return;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(TimeSpan.FromMinutes(1), stop);
                await database.Write(async (c, _) =>
                {
                    var planned = await c.ExecuteScalarAsync<bool>("select exists (select 1 from kapok.job where kind = @KindName and state in ('waiting', 'running'))", new { SweepJob.KindName });
                    if (!planned) await SweepJob.Plan(c, time.GetUtcNow());
                }, stop);
                await Task.Delay(TimeSpan.FromHours(1), stop);
            }
            catch (OperationCanceledException) { return; }
            catch (Exception e) { log.LogWarning("The daily sweep waits for the database: {Message}", e.Message); }
        }
    }
}
