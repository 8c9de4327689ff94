using System.Text.Json;
using Dapper;
using Kapok.Cases.Model;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kapok.Cases;

/// <summary>
/// Brings messages from the flow of one case to that of another, found by its number. A message that nobody waits for
/// yet stays and is tried again when its case has moved; it is taken away in the transaction that takes it in.
/// </summary>
public sealed class FlowMessages(Database database, CaseDesk desk, NodeOptions options, TimeProvider time, ILogger<FlowMessages> log) : BackgroundService
{
    const int AtOnce = 100;
    const long Lock = 0x6B61706F6B_01; // one process at a time: the order of messages is kept
    static readonly TimeSpan Kept = TimeSpan.FromDays(180);

    sealed record Waiting(Guid Id, string Name, string Content, Guid CaseId, int Version, string From);

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        if (!options.RunsJobs) return;
        while (!stop.IsCancellationRequested)
        {
            try { await Bring(stop); }
            catch (OperationCanceledException) when (stop.IsCancellationRequested) { return; }
            catch (Exception e) { log.LogWarning("Messages between flows wait: {Message}", e.Message); }
            try { await Task.Delay(TimeSpan.FromSeconds(1), stop); } catch (OperationCanceledException) { return; }
        }
    }

    /// <summary>Tries every message whose case has moved since the last attempt; returns how many were taken in.</summary>
    public async Task<int> Bring(CancellationToken stop = default)
    {
        await using var c = await database.Open(stop);
        if (!await c.ExecuteScalarAsync<bool>("select exists (select 1 from cases.flow_message)") || !await c.ExecuteScalarAsync<bool>("select pg_try_advisory_lock(@Lock)", new { Lock })) return 0;
        try
        {
            var taken = 0;
            foreach (var m in (await c.QueryAsync<Waiting>("""
                select m.id, m.name, m.content::text as content, t.id as case_id, t.version, f.number as "from"
                from cases.flow_message m join cases."case" t on t.number = m.correlation join cases."case" f on f.id = m.from_case
                where m.tried is distinct from t.version order by m.sent_at, m.id limit @AtOnce
                """, new { AtOnce })).AsList())
            {
                using var content = JsonDocument.Parse(m.Content);
                var result = await desk.Do(new ReceiveMessage(m.CaseId, Actor.System, m.Id, m.Name, content.RootElement.Clone(), m.From), stop);
                if (result.Ok) taken++;
                else await c.ExecuteAsync("update cases.flow_message set tried = @Version where id = @Id", new { m.Id, m.Version });
            }
            await c.ExecuteAsync("delete from cases.flow_message where sent_at < @before", new { before = (time.GetUtcNow() - Kept).UtcDateTime });
            return taken;
        }
        finally { await c.ExecuteScalarAsync<bool>("select pg_advisory_unlock(@Lock)", new { Lock }); }
    }
}
