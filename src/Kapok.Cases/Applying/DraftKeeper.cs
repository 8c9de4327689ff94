using Dapper;
using Kapok.Cases.Definitions;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Chinese;
using Kapok.Foundation.Data;
using Kapok.Foundation.Messages;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kapok.Cases.Applying;

/// <summary>
/// Looks after drafts that nobody touches: a week before the end their owners get a short message. They go, with their
/// files, in the daily sweep (<see cref="DraftSweep"/>). Any number of processes may do it at once.
/// </summary>
public sealed class DraftKeeper(Database database, DefinitionStore definitions, ShortMessages messages, NodeOptions options, TimeProvider time, ILogger<DraftKeeper> log) : BackgroundService
{
    /// <summary>How long before the end the owner is told.</summary>
    public static readonly TimeSpan Warning = TimeSpan.FromDays(7);

    static readonly TimeSpan Pause = TimeSpan.FromMinutes(30);
    const int AtOnce = 500;

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        while (options.RunsJobs && !stop.IsCancellationRequested)
        {
            try { await Warn(); }
            catch (Exception e) when (!stop.IsCancellationRequested) { log.LogWarning("Drafts wait for the database: {Message}", e.Message); }
            try { await Task.Delay(Pause, stop); } catch (OperationCanceledException) { }
        }
    }

    /// <summary>Tells owners whose drafts end within a week; each once.</summary>
    /// <returns>How many were told.</returns>
    public async Task<int> Warn()
    {
        if (!messages.Ready) return 0;
        var now = time.GetUtcNow();
        return await database.Write(async (c, _) =>
        {
            var ending = (await c.QueryAsync<(Guid Id, int Definition, Guid Owner, DateTime Expires)>("""
                update cases.draft set warned_at = @now where id in (
                  select id from cases.draft where expires_at > @now and expires_at <= @soon and (warned_at is null or warned_at < updated_at) order by expires_at limit @AtOnce for update skip locked)
                returning id, definition, owner, expires_at
                """, new { now = now.UtcDateTime, soon = (now + Warning).UtcDateTime, AtOnce })).AsList();
            var phones = (await Identity.People.Find(c, [.. ending.Select(d => d.Owner).Distinct()])).ToDictionary(p => p.Id, p => p.Phone);
            foreach (var (_, definition, owner, expires) in ending)
                if (phones.GetValueOrDefault(owner) is { Length: > 0 } phone)
                    await messages.Send(c, phone, $"您没填完的“{(await definitions.Get(definition)).Item.Content.Name}”申请保留到{DateText.Short(ChinaTime.DateOf(new(expires)))}，之后会自动删除。还要办的，请登录“我的办件”接着填。");
            return ending.Count;
        });
    }
}
