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
/// A case that somebody changes meanwhile is read again afterwards.
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
        // This process may not have heard yet of the calendar that the job is about.
        calendars.Forget();
        var progress = run.Progress<Progress>() ?? new(Guid.Empty, 0, 0);
        await Continue(progress, async next => { progress = next; await run.Keep(next); }, stop);
        await database.Write((c, _) => EventLog.Append(c, run.Id, Actor.System, time.GetUtcNow(), new NewEvent("clocks-recomputed", Json.Write(new { calendar = calendars.Current.Id, progress.Read, progress.Changed }))));
    }

    /// <summary>Stretch after stretch to the end; the next is read while one is computed and written.</summary>
    public async Task Continue(Progress progress, Func<Progress, Task> keep, CancellationToken stop = default)
    {
        var reading = Read(progress.After);
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            var clocks = await reading;
            if (clocks.Count == 0) return;
            reading = Read(clocks[^1].Id);
            try { progress = new(clocks[^1].Id, progress.Read + clocks.Count, progress.Changed + await Settle(clocks)); }
            catch
            {
                await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw;
            }
            await keep(progress);
        }
    }

    const string Columns = """id, definition, state, due_on, due_at, yellow_at, provisional, version, clock::text as entries, submitted_at from cases."case" """;

    async Task<List<Clock>> Read(Guid after) => (await database.Read(c => c.QueryAsync<Clock>(
        $"select {Columns} where state <> 'closed' and id > @after order by id limit @AtOnce", new { after, AtOnce }))).AsList();

    async Task<List<Clock>> Read(Guid[] ids) => (await database.Read(c => c.QueryAsync<Clock>(
        $"select {Columns} where state <> 'closed' and id = any(@ids) order by id", new { ids }))).AsList();

    /// <summary>Writes what has moved. Whoever changes a case meanwhile wins; his version is then read again, because he may not have heard of the new calendar.</summary>
    async Task<int> Settle(List<Clock> clocks)
    {
        var moved = 0;
        for (var round = 0; clocks.Count > 0 && round < 10; round++)
        {
            var changes = await Changes(clocks);
            if (changes.Count == 0) break;
            var written = await database.Write((c, _) => Write(c, changes));
            moved += written.Count;
            if (written.Count == changes.Count) break;
            clocks = await Read([.. changes.Where(c => !written.Contains(c.Id)).Select(c => c.Id)]);
        }
        return moved;
    }

    async Task<List<Change>> Changes(List<Clock> clocks)
    {
        var (calendar, now) = (calendars.Current, time.GetUtcNow());
        var kept = new Dictionary<int, CaseDefinition>();
        foreach (var id in clocks.Select(c => c.Definition).Distinct()) kept[id] = await definitions.Get(id);
        var changes = new List<Change>();
        foreach (var clock in clocks)
        {
            var reading = CaseClock.Reading(clock.Entries, kept[clock.Definition], calendar, now);
            if (reading.Due?.UtcDateTime != clock.DueAt || reading.Yellow?.UtcDateTime != clock.YellowAt || reading.IsProvisional != clock.Provisional) changes.Add(new(clock.Id, clock.Version, reading));
        }
        return changes;
    }

    /// <returns>The cases that were written: those whose version still stood. Only their timers move.</returns>
    static async Task<HashSet<Guid>> Write(NpgsqlConnection connection, List<Change> changes)
    {
        var timers = changes.SelectMany(c => CaseClock.Timers(c.Id, c.Reading)).ToList();
        var written = new HashSet<Guid>(changes.Count);
        await using var batch = new NpgsqlBatch(connection);
        // Locked in order of id, as the desk locks them.
        batch.BatchCommands.Add(Storage.Columns.Of("""select 1 from cases."case" where id = any($1) order by id for no key update""", changes, Storage.Columns.Uuid<Change>(c => c.Id)));
        var update = Storage.Columns.Of("""
            with moved as (
              update cases."case" c set due_on = u.due_on, due_at = u.due_at, yellow_at = u.yellow_at, provisional = u.provisional
              from unnest($1, $2, $3, $4, $5, $6) as u(id, version, due_on, due_at, yellow_at, provisional) where c.id = u.id and c.version = u.version returning c.id),
            wanted as (select n.* from unnest($7, $8, $9) as n(case_id, key, due_at) join moved on moved.id = n.case_id),
            gone as (delete from cases.timer t using moved where t.case_id = moved.id and t.key like 'clock:%' and not exists (select 1 from wanted w where w.case_id = t.case_id and w.key = t.key)),
            armed as (insert into cases.timer (case_id, key, due_at) select * from wanted
              on conflict (case_id, key) do update set due_at = excluded.due_at where cases.timer.due_at <> excluded.due_at)
            select id from moved
            """, changes,
            Storage.Columns.Uuid<Change>(c => c.Id), Storage.Columns.Int<Change>(c => c.Version), Storage.Columns.Date<Change>(c => c.Reading.DueDate),
            Storage.Columns.Time<Change>(c => c.Reading.Due), Storage.Columns.Time<Change>(c => c.Reading.Yellow), Storage.Columns.Flag<Change>(c => c.Reading.IsProvisional));
        foreach (var column in (Storage.Column<CaseTimer>[])[Storage.Columns.Uuid<CaseTimer>(t => t.CaseId), Storage.Columns.Text<CaseTimer>(t => t.Key), Storage.Columns.Time<CaseTimer>(t => t.DueAt)])
            update.Parameters.Add(column.From(timers));
        batch.BatchCommands.Add(update);
        await using var reader = await batch.ExecuteReaderAsync();
        await reader.NextResultAsync();
        while (await reader.ReadAsync()) written.Add(reader.GetGuid(0));
        return written;
    }
}
