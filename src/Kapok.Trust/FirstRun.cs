using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Trust.Auditing;
using Kapok.Trust.Authority;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kapok.Trust;

/// <summary>Sees to it, a minute after the start and then every hour, that the node has its first keys and that a sealing of the log is planned.</summary>
sealed class FirstRun(Database database, NodeAuthority authority, NodeOptions options, TimeProvider time, ILogger<FirstRun> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        if (!options.RunsJobs) return;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(TimeSpan.FromMinutes(1), stop);
                await authority.First(stop);
                await database.Write(async (c, _) =>
                {
                    if (!await c.ExecuteScalarAsync<bool>("select exists (select 1 from kapok.job where kind = @KindName and state in ('waiting', 'running'))", new { AuditRootJob.KindName })) await AuditRootJob.Plan(c, time.GetUtcNow());
                }, stop);
                await Task.Delay(TimeSpan.FromHours(1), stop);
            }
            catch (OperationCanceledException) { return; }
            catch (Exception e) { log.LogWarning("Keys and audit roots wait: {Message}", e.Message); }
        }
    }
}
