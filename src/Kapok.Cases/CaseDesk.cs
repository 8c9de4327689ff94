using System.Collections.Immutable;
using System.Security.Cryptography;
using Dapper;
using Kapok.Cases.Deciding;
using Kapok.Cases.Definitions;
using Kapok.Cases.Model;
using Kapok.Cases.Storage;
using Kapok.Foundation;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Data;
using Kapok.Identity;
using Npgsql;

namespace Kapok.Cases;

/// <summary>
/// The front door of the case engine: submit an application, do something with a case. Concurrent calls share commits;
/// each gets its own answer. Every act is one transaction with its events.
/// </summary>
public sealed class CaseDesk : IAsyncDisposable
{
    readonly DefinitionStore definitions;
    readonly OrganisationDirectory directory;
    readonly CalendarStore calendars;
    readonly TimeProvider time;
    readonly SharedCommit<Application, Outcome<Receipt>> submissions;
    readonly SharedCommit<CaseCommand, Outcome<CaseSnapshot>> commands;

    public CaseDesk(Database database, DefinitionStore definitions, OrganisationDirectory directory, CalendarStore calendars, TimeProvider time)
    {
        (this.definitions, this.directory, this.calendars, this.time) = (definitions, directory, calendars, time);
        submissions = new(database, (c, _, batch) => Submit(c, batch));
        commands = new(database, (c, _, batch) => Act(c, batch));
    }

    /// <summary>Submits an application that has been checked. Idempotent by its id: a retry gets the number it already has.</summary>
    public Task<Outcome<Receipt>> Submit(Application application, CancellationToken stop = default) => submissions.Write(application, stop);

    /// <summary>Does something with a case and returns how it stands afterwards.</summary>
    public Task<Outcome<CaseSnapshot>> Do(CaseCommand command, CancellationToken stop = default) => commands.Write(command, stop);

    CaseWorld World() => new(time.GetUtcNow(), calendars.Current, directory.Current);

    async Task<IReadOnlyList<Outcome<Receipt>>> Submit(NpgsqlConnection connection, IReadOnlyList<Application> batch)
    {
        var world = World();
        var (standing, serials) = await Numbers(connection, batch, world.Today);
        var answers = new Outcome<Receipt>[batch.Count];
        var cases = new List<NewCase>(batch.Count);
        for (var i = 0; i < batch.Count; i++)
        {
            var application = batch[i];
            if (standing.TryGetValue(application.Id, out var known)) { answers[i] = known; continue; }
            var implementation = application.Definition.Implementation;
            var number = CaseNumber.Compose(ImplementationCode.Parse(implementation)!, world.Today, serials[implementation]++);
            var queryCode = QueryCode.Compose(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)));
            var decided = Submitting.Decide(application, number, queryCode, world);
            if (!decided.Ok) { answers[i] = decided.As<Receipt>(); continue; }
            cases.Add(new(decided.Value!, application.Answers, application.Eligibility));
            var receipt = new Receipt(application.Id, number, queryCode, world.Now, application.Definition.Item.Content.Name, false);
            answers[i] = receipt;
            standing[application.Id] = receipt with { Repeated = true };
        }
        if (cases.Count > 0) await CaseWriting.Insert(connection, cases, world.Now);
        return answers;
    }

    /// <summary>In one round trip: which of these applications already stand, and a range of serial numbers for each item.</summary>
    static async Task<(Dictionary<Guid, Receipt> Standing, Dictionary<string, int> Next)> Numbers(NpgsqlConnection connection, IReadOnlyList<Application> batch, DateOnly today)
    {
        var wanted = batch.GroupBy(a => a.Definition.Implementation).OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
        await using var both = new NpgsqlBatch(connection);
        both.BatchCommands.Add(new("""select id, number, query_code, submitted_at, item_name from cases."case" where id = any($1)""")
        {
            Parameters = { new() { Value = batch.Select(a => a.Id).ToArray() } },
        });
        both.BatchCommands.Add(new("""
            insert into cases.serial (implementation, day, last) select i, $2, n from unnest($1, $3) as t(i, n)
            on conflict (implementation, day) do update set last = cases.serial.last + excluded.last returning implementation, last
            """)
        {
            Parameters = { new() { Value = wanted.Select(g => g.Key).ToArray() }, new() { Value = today }, new() { Value = wanted.Select(g => g.Count()).ToArray() } },
        });
        await using var reader = await both.ExecuteReaderAsync();
        var standing = new Dictionary<Guid, Receipt>();
        while (await reader.ReadAsync())
            standing[reader.GetGuid(0)] = new(reader.GetGuid(0), reader.GetString(1), reader.GetString(2), new(reader.GetDateTime(3)), reader.GetString(4), true);
        await reader.NextResultAsync();
        var counts = wanted.ToDictionary(g => g.Key, g => g.Count());
        var next = new Dictionary<string, int>();
        while (await reader.ReadAsync()) next[reader.GetString(0)] = reader.GetInt32(1) - counts[reader.GetString(0)] + 1;
        return (standing, next);
    }

    async Task<IReadOnlyList<Outcome<CaseSnapshot>>> Act(NpgsqlConnection connection, IReadOnlyList<CaseCommand> batch)
    {
        var world = World();
        var ids = batch.Select(c => c.CaseId).Distinct().Order().ToArray();
        var withContent = batch.Where(c => c.NeedsContent).Select(c => c.CaseId).Distinct().ToArray();
        var cases = await CaseReading.ForUpdate(connection, ids, withContent);
        world = world with { Materials = await MaterialNames.Read(connection, cases.Values, definitions) };
        var due = await DueTimers(connection, batch, world.Now);
        var answers = new Outcome<CaseSnapshot>[batch.Count];
        var changes = new List<CaseChange>(batch.Count);
        var (first, serials) = await FirstLook(connection, batch, cases, due, world);
        for (var i = 0; i < batch.Count; i++)
        {
            var command = batch[i];
            if (!cases.TryGetValue(command.CaseId, out var snapshot)) { answers[i] = Outcome<CaseSnapshot>.No(Refusal.NotFound, "没有这个办件"); continue; }
            if (command is TimerDue timer && !due.Contains((timer.CaseId, timer.Key))) { answers[i] = snapshot; continue; }
            var definition = await definitions.Get(snapshot.Row.Definition);
            var (decided, unnumbered) = first[i] ?? (CaseDecisions.Decide(snapshot, command, definition, world, out var missing), missing);
            if (decided.Ok && unnumbered.Count > 0)
            {
                // Deciding is pure, so it is simply done again once the document numbers are set aside.
                var numbers = first[i] is null ? await DocumentSerials(connection, snapshot.Row.Organisation, unnumbered, world.Today.Year) : serials.Take(snapshot.Row.Organisation, unnumbered);
                decided = CaseDecisions.Decide(snapshot, command, definition, world with { Serials = numbers }, out _);
            }
            if (!decided.Ok) { answers[i] = decided.As<CaseSnapshot>(); continue; }
            cases[command.CaseId] = decided.Value!.After;
            changes.Add(decided.Value);
            answers[i] = decided.Value.After;
        }
        await CaseWriting.Update(connection, changes, world.Now);
        return answers;
    }

    /// <summary>
    /// Decides the first command of each case, and sets aside the numbers of all the documents they make in one statement:
    /// asked one by one, each would be a round trip on a row that other batches wait for.
    /// </summary>
    async Task<((Outcome<CaseChange> Decided, IReadOnlyList<string> Unnumbered)?[] First, SerialRanges Serials)> FirstLook(
        NpgsqlConnection connection, IReadOnlyList<CaseCommand> batch, Dictionary<Guid, CaseSnapshot> cases, HashSet<(Guid, string)> due, CaseWorld world)
    {
        var first = new (Outcome<CaseChange>, IReadOnlyList<string>)?[batch.Count];
        var seen = new HashSet<Guid>();
        var wanted = new SortedDictionary<(Guid Organisation, string Template), int>();
        for (var i = 0; i < batch.Count; i++)
        {
            if (!seen.Add(batch[i].CaseId) || !cases.TryGetValue(batch[i].CaseId, out var snapshot) || (batch[i] is TimerDue timer && !due.Contains((timer.CaseId, timer.Key)))) continue;
            var decided = CaseDecisions.Decide(snapshot, batch[i], await definitions.Get(snapshot.Row.Definition), world, out var unnumbered);
            first[i] = (decided, unnumbered);
            if (decided.Ok) foreach (var template in unnumbered.Distinct()) wanted[(snapshot.Row.Organisation, template)] = wanted.GetValueOrDefault((snapshot.Row.Organisation, template)) + 1;
        }
        return (first, await SerialRanges.Reserve(connection, wanted, world.Today.Year));
    }

    /// <summary>Of the timers in the batch, those that are really armed and due: another process may have been quicker.</summary>
    static async Task<HashSet<(Guid, string)>> DueTimers(NpgsqlConnection connection, IReadOnlyList<CaseCommand> batch, DateTimeOffset now)
    {
        var timers = batch.OfType<TimerDue>().ToList();
        if (timers.Count == 0) return [];
        var rows = await connection.QueryAsync<(Guid, string)>("""
            select t.case_id, t.key from cases.timer t join unnest(@ids, @keys) as u(case_id, key) using (case_id, key) where t.due_at <= @now
            """, new { ids = timers.Select(t => t.CaseId).ToArray(), keys = timers.Select(t => t.Key).ToArray(), now = now.UtcDateTime });
        return [.. rows];
    }

    static async Task<ImmutableDictionary<string, int>> DocumentSerials(NpgsqlConnection connection, Guid organisation, IReadOnlyList<string> templates, int year)
    {
        var rows = await connection.QueryAsync<(string Template, int Last)>("""
            insert into cases.document_serial (organisation, template, year, last) select @organisation, t, @year, 1 from unnest(@templates) as t
            on conflict (organisation, template, year) do update set last = cases.document_serial.last + 1 returning template, last
            """, new { organisation, year, templates = templates.Distinct().Order(StringComparer.Ordinal).ToArray() });
        return rows.ToImmutableDictionary(r => r.Template, r => r.Last);
    }

    public async ValueTask DisposeAsync()
    {
        await submissions.DisposeAsync();
        await commands.DisposeAsync();
    }
}
