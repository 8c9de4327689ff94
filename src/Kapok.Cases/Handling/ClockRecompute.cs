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
using Kapok.Cases.Storage;
using Npgsql;
using static Kapok.Cases.Storage.Columns;

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

    /// <param name="Ring">When its timer is to ring next; in the past for what the new calendar has let pass.</param>
    /// <param name="IfArmed">Only if a timer stands: else everything has rung already.</param>
    sealed record Change(Guid Id, int Version, ClockReading Reading, DateTimeOffset? Ring, bool IfArmed);

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

    const string Rows = """
        c.id, c.definition, c.state, c.due_on, c.due_at, c.yellow_at, c.provisional, c.version, c.clock::text as entries, c.submitted_at from cases.open o join cases."case" c on c.id = o.case_id
        """;

    async Task<List<Clock>> Read(Guid after) => (await database.Read(c => c.QueryAsync<Clock>(
        $"select {Rows} where o.case_id > @after order by o.case_id limit @AtOnce", new { after, AtOnce }))).AsList();

    async Task<List<Clock>> Read(Guid[] ids) => (await database.Read(c => c.QueryAsync<Clock>(
        $"select {Rows} where o.case_id = any(@ids) order by o.case_id", new { ids }))).AsList();

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
            if (reading.Due?.UtcDateTime != clock.DueAt || reading.Yellow?.UtcDateTime != clock.YellowAt || reading.IsProvisional != clock.Provisional) changes.Add(Moved(clock, reading, now));
        }
        return changes;
    }

    static Change Moved(Clock clock, ClockReading reading, DateTimeOffset now)
    {
        bool Passed(DateTime? before, DateTimeOffset? after) => before > now.UtcDateTime && after <= now;
        DateTimeOffset? passed = Passed(clock.YellowAt, reading.Yellow) ? reading.Yellow : Passed(clock.DueAt, reading.Due) ? reading.Due : null;
        if ((passed ?? reading.Moments.FirstOrDefault()?.At) is { } ring) return new(clock.Id, clock.Version, reading, ring, false);
        return new(clock.Id, clock.Version, reading, reading.LegalDue <= now ? reading.LegalDue : null, true);
    }

    /// <returns>The cases that were written: those whose version still stood. Only their timers move.</returns>
    static async Task<HashSet<Guid>> Write(NpgsqlConnection connection, List<Change> changes)
    {
        var written = new HashSet<Guid>(changes.Count);
        await using (var batch = new NpgsqlBatch(connection))
        {
            // Locked in order of id, as the desk locks them.
            batch.BatchCommands.Add(Of("""select 1 from cases."case" where id = any($1) order by id for no key update""", changes, Uuid<Change>(c => c.Id)));
            batch.BatchCommands.Add(Of("""
                update cases."case" c set due_on = u.due_on, due_at = u.due_at, yellow_at = u.yellow_at, provisional = u.provisional
                from unnest($1, $2, $3, $4, $5, $6) as u(id, version, due_on, due_at, yellow_at, provisional) where c.id = u.id and c.version = u.version returning c.id
                """, changes, Uuid<Change>(c => c.Id), Int<Change>(c => c.Version), Date<Change>(c => c.Reading.DueDate),
                Time<Change>(c => c.Reading.Due), Time<Change>(c => c.Reading.Yellow), Flag<Change>(c => c.Reading.IsProvisional)));
            await using var reader = await batch.ExecuteReaderAsync();
            await reader.NextResultAsync();
            while (await reader.ReadAsync()) written.Add(reader.GetGuid(0));
        }
        var moved = changes.FindAll(c => written.Contains(c.Id));
        await using var rest = new NpgsqlBatch(connection);
        void Add(string sql, List<Change> rows, params ReadOnlySpan<Column<Change>> columns)
        {
            if (rows.Count > 0) rest.BatchCommands.Add(Of(sql, rows, columns));
        }
        Add("update cases.open o set due_at = u.due_at from unnest($1, $2) as u(id, due_at) where o.case_id = u.id and o.due_at is distinct from u.due_at", moved, Uuid<Change>(c => c.Id), Time<Change>(c => c.Reading.Due));
        Add("""
            insert into cases.timer (case_id, key, due_at) select id, 'clock', at from unnest($1, $2) as u(id, at)
            on conflict (case_id, key) do update set due_at = excluded.due_at where cases.timer.due_at <> excluded.due_at
            """, moved.FindAll(c => c is { Ring: not null, IfArmed: false }), Uuid<Change>(c => c.Id), Time<Change>(c => c.Ring));
        Add("update cases.timer t set due_at = u.at from unnest($1, $2) as u(id, at) where t.case_id = u.id and t.key = 'clock'", moved.FindAll(c => c is { Ring: not null, IfArmed: true }), Uuid<Change>(c => c.Id), Time<Change>(c => c.Ring));
        Add("delete from cases.timer t using unnest($1) as u(id) where t.case_id = u.id and t.key = 'clock'", moved.FindAll(c => c.Ring is null), Uuid<Change>(c => c.Id));
        if (rest.BatchCommands.Count > 0) await rest.ExecuteNonQueryAsync();
        return written;
    }
}
