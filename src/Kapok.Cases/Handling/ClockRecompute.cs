using Dapper;
using Kapok.Cases.Clock;
using Kapok.Cases.Deciding;
using Kapok.Cases.Definitions;
using Kapok.Cases.Model;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Foundation.Jobs;
using Npgsql;
using NpgsqlTypes;

namespace Kapok.Cases.Handling;

/// <summary>
/// After a new calendar: reads every open clock again from its entries, in order of id, and writes only what changed.
/// A case that somebody changes meanwhile is left to that change, which already sees the new calendar.
/// </summary>
public sealed class ClockRecompute(Database database, DefinitionStore definitions, CalendarStore calendars, TimeProvider time) : IJob
{
    public const string KindName = "recompute-clocks";
    const int AtOnce = 5_000;

    public string Kind => KindName;

    public sealed record Progress(Guid After, int Read, int Changed);

    sealed record Clock(Guid Id, int Definition, string State, DateOnly? DueOn, DateTime? DueAt, DateTime? YellowAt, bool Provisional, int Version, string Entries, DateTime SubmittedAt);

    sealed record Change(Guid Id, int Version, ClockReading Reading);

    public async Task Run(JobRun run, CancellationToken stop)
    {
        var progress = run.Progress<Progress>() ?? new(Guid.Empty, 0, 0);
        while (!stop.IsCancellationRequested)
        {
            var next = await Step(progress);
            if (next is null) break;
            progress = next;
            await run.Keep(progress);
        }
        await database.Write((c, _) => EventLog.Append(c, run.Id, Actor.System, time.GetUtcNow(), new NewEvent("clocks-recomputed", Json.Write(new { calendar = calendars.Current.Id, progress.Read, progress.Changed }))));
    }

    /// <summary>One stretch of cases; null when there are no more.</summary>
    public async Task<Progress?> Step(Progress progress)
    {
        var (calendar, now) = (calendars.Current, time.GetUtcNow());
        var clocks = (await database.Read(c => c.QueryAsync<Clock>("""
            select id, definition, state, due_on, due_at, yellow_at, provisional, version, clock::text as entries, submitted_at
            from cases."case" where state <> 'closed' and id > @After order by id limit @AtOnce
            """, new { progress.After, AtOnce }))).AsList();
        if (clocks.Count == 0) return null;
        var changes = new List<Change>();
        foreach (var clock in clocks)
        {
            var definition = await definitions.Get(clock.Definition);
            var reading = CaseClock.Reading(clock.Entries, definition, calendar, now);
            if (reading.Due?.UtcDateTime != clock.DueAt || reading.Yellow?.UtcDateTime != clock.YellowAt || reading.IsProvisional != clock.Provisional) changes.Add(new(clock.Id, clock.Version, reading));
        }
        if (changes.Count > 0) await database.Write((c, _) => Write(c, changes));
        return new(clocks[^1].Id, progress.Read + clocks.Count, progress.Changed + changes.Count);
    }

    static async Task Write(NpgsqlConnection connection, List<Change> changes)
    {
        var timers = changes.SelectMany(c => CaseClock.Timers(c.Id, c.Reading)).ToList();
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(Storage.Columns.Of("""
            update cases."case" c set due_on = u.due_on, due_at = u.due_at, yellow_at = u.yellow_at, provisional = u.provisional
            from unnest($1, $2, $3, $4, $5, $6) as u(id, version, due_on, due_at, yellow_at, provisional) where c.id = u.id and c.version = u.version
            """, changes,
            Storage.Columns.Uuid<Change>(c => c.Id), Storage.Columns.Int<Change>(c => c.Version), Storage.Columns.Date<Change>(c => c.Reading.DueDate),
            Storage.Columns.Time<Change>(c => c.Reading.Due), Storage.Columns.Time<Change>(c => c.Reading.Yellow), Storage.Columns.Flag<Change>(c => c.Reading.IsProvisional)));
        batch.BatchCommands.Add(Storage.Columns.Of("delete from cases.timer where case_id = any($1) and key like 'clock:%'", changes, Storage.Columns.Uuid<Change>(c => c.Id)));
        if (timers.Count > 0)
            batch.BatchCommands.Add(Storage.Columns.Of("insert into cases.timer (case_id, key, due_at) select * from unnest($1, $2, $3)", timers,
                Storage.Columns.Uuid<CaseTimer>(t => t.CaseId), Storage.Columns.Text<CaseTimer>(t => t.Key), Storage.Columns.Time<CaseTimer>(t => t.DueAt)));
        await batch.ExecuteNonQueryAsync();
    }
}
