using System.Security.Cryptography;
using Dapper;
using Kapok.Cases.Deciding;
using Kapok.Cases.Definitions;
using Kapok.Cases.Model;
using Kapok.Cases.Storage;
using Kapok.Documents.Licences;
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
    readonly RunningNumbers numbers;
    readonly DefinitionStore definitions;
    readonly OrganisationDirectory directory;
    readonly CalendarStore calendars;
    readonly LicenceTypes licences;
    readonly LicenceIssuing issuing;
    readonly TimeProvider time;
    readonly SharedCommit<Application, Outcome<Receipt>> submissions;
    readonly SharedCommit<CaseCommand, Outcome<CaseSnapshot>> commands;

    public CaseDesk(Database database, RunningNumbers numbers, DefinitionStore definitions, OrganisationDirectory directory, CalendarStore calendars, LicenceTypes licences, LicenceIssuing issuing, TimeProvider time)
    {
        (this.numbers, this.definitions, this.directory, this.calendars, this.licences, this.issuing, this.time) = (numbers, definitions, directory, calendars, licences, issuing, time);
        submissions = new(database, (c, _, batch) => Submit(c, batch));
        commands = new(database, (c, _, batch) => Act(c, batch), writers: 2);
    }

    /// <summary>Submits an application that has been checked. Idempotent by its id: a retry gets the number it already has.</summary>
    public Task<Outcome<Receipt>> Submit(Application application, CancellationToken stop = default) => submissions.Write(application, stop);

    /// <summary>Does something with a case and returns how it stands afterwards.</summary>
    public Task<Outcome<CaseSnapshot>> Do(CaseCommand command, CancellationToken stop = default) => commands.Write(command, stop);

    CaseWorld World() => new(time.GetUtcNow(), calendars.Current, directory.Current) { Licences = licences.Current };

    async Task<IReadOnlyList<Outcome<Receipt>>> Submit(NpgsqlConnection connection, IReadOnlyList<Application> batch)
    {
        var world = World();
        var standing = await Standing(connection, batch);
        var wanted = batch.DistinctBy(a => a.Id).Where(a => !standing.ContainsKey(a.Id)).GroupBy(a => Series(a, world)).ToDictionary(g => g.Key, g => g.Count());
        return await numbers.Use(wanted, async serials =>
        {
            var answers = new Outcome<Receipt>[batch.Count];
            var acts = new List<(CaseAct Act, Application Application)>(batch.Count);
            for (var i = 0; i < batch.Count; i++)
            {
                var application = batch[i];
                if (standing.TryGetValue(application.Id, out var known)) { answers[i] = known; continue; }
                var number = CaseNumber.Compose(ImplementationCode.Parse(application.Definition.Implementation)!, world.Today, (int)serials.Next(Series(application, world)));
                var queryCode = QueryCode.Compose(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)));
                var decided = Submitting.Decide(application, number, queryCode, world);
                if (decided is { Ok: true, Value: { NeedsLicenceFacts: true } ends })
                    decided = Submitting.Decide(application, number, queryCode, world with { LicenceFacts = await LicenceFactsReading.Read(connection, [(ends.Row, application.Answers)], world.Licences) });
                if (!decided.Ok) { answers[i] = decided.As<Receipt>(); continue; }
                acts.Add((decided.Value!, application));
                var receipt = new Receipt(application.Id, number, queryCode, world.Now, application.Definition.Item.Content.Name, false);
                answers[i] = receipt;
                standing[application.Id] = receipt with { Repeated = true };
            }
            if (acts.Count > 0)
                await numbers.Use(Documents(acts.Select(a => a.Act)), async documents =>
                {
                    var cases = acts.ConvertAll(a => new NewCase(a.Act.Finish(documents), a.Application.Answers, a.Application.Eligibility));
                    await CaseWriting.Insert(connection, cases, await Make(connection, cases.Select(c => c.Change)), world.Now);
                    return true;
                });
            return answers;
        });
    }

    /// <summary>Which of these applications already are cases.</summary>
    static async Task<Dictionary<Guid, Receipt>> Standing(NpgsqlConnection connection, IReadOnlyList<Application> batch)
    {
        await using var command = new NpgsqlCommand("""select id, number, query_code, submitted_at, item_name from cases."case" where id = any($1)""", connection)
        {
            Parameters = { new() { Value = batch.Select(a => a.Id).ToArray() } },
        };
        await using var reader = await command.ExecuteReaderAsync();
        var standing = new Dictionary<Guid, Receipt>();
        while (await reader.ReadAsync())
            standing[reader.GetGuid(0)] = new(reader.GetGuid(0), reader.GetString(1), reader.GetString(2), new(reader.GetDateTime(3)), reader.GetString(4), true);
        return standing;
    }

    static string Series(Application application, CaseWorld world) => $"case {application.Definition.Implementation} {world.Today:yyyyMMdd}";

    static Dictionary<string, int> Documents(IEnumerable<CaseAct> acts) => acts.SelectMany(a => a.Numbered).GroupBy(s => s).ToDictionary(g => g.Key, g => g.Count());

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
        // The first command of each case is decided before any is written, so that all their documents get numbers in one statement.
        var first = new Outcome<CaseAct>?[batch.Count];
        var seen = new HashSet<Guid>();
        for (var i = 0; i < batch.Count; i++)
            if (Stands(batch[i]) && seen.Add(batch[i].CaseId)) first[i] = await Decide(batch[i]);
        if (first.Any(Ends))
        {
            world = world with { LicenceFacts = await Facts([.. first.Where(Ends).Select(d => d!.Value!)]) };
            for (var i = 0; i < batch.Count; i++) if (Ends(first[i])) first[i] = await Decide(batch[i]);
        }
        return await numbers.Use(Documents(first.Where(d => d is { Ok: true }).Select(d => d!.Value!)), async documents =>
        {
            for (var i = 0; i < batch.Count; i++)
            {
                var command = batch[i];
                if (!cases.TryGetValue(command.CaseId, out var snapshot)) { answers[i] = Outcome<CaseSnapshot>.No(Refusal.NotFound, "没有这个办件"); continue; }
                if (!Stands(command)) { answers[i] = snapshot; continue; }
                var decided = first[i] ?? await Decide(command);
                if (Ends(decided))
                {
                    world = world with { LicenceFacts = await Facts([decided.Value!]) };
                    decided = await Decide(command);
                }
                if (!decided.Ok) { answers[i] = decided.As<CaseSnapshot>(); continue; }
                var act = decided.Value!;
                var change = first[i] is null ? await numbers.Use(Documents([act]), own => Task.FromResult(act.Finish(own))) : act.Finish(documents);
                cases[command.CaseId] = change.After;
                if (command is TimerDue fired) due.Remove((fired.CaseId, fired.Key));
                changes.Add(change);
                answers[i] = change.After;
            }
            await CaseWriting.Update(connection, changes, await Make(connection, changes), world.Now);
            return answers;
        });

        static bool Ends(Outcome<CaseAct>? decided) => decided is { Ok: true, Value.NeedsLicenceFacts: true };

        Task<IReadOnlyDictionary<Guid, LicenceFacts>> Facts(IReadOnlyList<CaseAct> acts) => LicenceFactsReading.Read(connection, [.. acts.Select(a => (a.Row, a.Answers))], world.Licences);

        bool Stands(CaseCommand command) => cases.ContainsKey(command.CaseId) && (command is not TimerDue timer || due.ContainsKey((timer.CaseId, timer.Key)));

        async ValueTask<Outcome<CaseAct>> Decide(CaseCommand command)
        {
            var snapshot = cases[command.CaseId];
            if (command is TimerDue timer) command = timer with { At = due[(timer.CaseId, timer.Key)] };
            return CaseDecisions.Decide(snapshot, command, await definitions.Get(snapshot.Row.Definition), world);
        }
    }

    /// <summary>The files of licences that decisions have just yielded, sealed before the commit that issues them.</summary>
    async Task<IReadOnlyList<LicenceChange>> Make(NpgsqlConnection connection, IEnumerable<CaseChange> changes)
    {
        var made = new List<LicenceChange>();
        foreach (var change in changes)
            if (change.Licences.Count > 0) made.AddRange(await issuing.Make(connection, change.Licences));
        return made;
    }

    /// <summary>Of the timers in the batch, those that are really armed and due: another process may have been quicker.</summary>
    static async Task<Dictionary<(Guid, string), DateTimeOffset>> DueTimers(NpgsqlConnection connection, IReadOnlyList<CaseCommand> batch, DateTimeOffset now)
    {
        var timers = batch.OfType<TimerDue>().ToList();
        if (timers.Count == 0) return [];
        var rows = await connection.QueryAsync<(Guid Case, string Key, DateTime At)>("""
            select t.case_id, t.key, t.due_at from cases.timer t join unnest(@ids, @keys) as u(case_id, key) using (case_id, key) where t.due_at <= @now
            """, new { ids = timers.Select(t => t.CaseId).ToArray(), keys = timers.Select(t => t.Key).ToArray(), now = now.UtcDateTime });
        return rows.DistinctBy(r => (r.Case, r.Key)).ToDictionary(r => (r.Case, r.Key), r => new DateTimeOffset(r.At));
    }

    public async ValueTask DisposeAsync()
    {
        await submissions.DisposeAsync();
        await commands.DisposeAsync();
    }
}
