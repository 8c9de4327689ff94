using System.Text.Json;
using Dapper;
using Kapok.Cases.Definitions;
using Kapok.Cases.Designing.Forms;
using Kapok.Cases.Forms;
using Kapok.Catalogue;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Foundation.Jobs;
using Npgsql;

namespace Kapok.Cases.Designing;

/// <summary>What the desk may know of one moved draft: labels of fields, never answers, never whose it is.</summary>
public sealed record MoveReport(string Item, string Body, IReadOnlyList<string> Kept, IReadOnlyList<string> Dropped, IReadOnlyList<string> Missing, IReadOnlyList<string> Recheck, string Problem = "");

/// <param name="Outcome">moved, current (it was already), gone (submitted or deleted meanwhile), kept (could not be moved); null until worked.</param>
public sealed record MoveRow(Guid Draft, string? Outcome, MoveReport? Report);

public sealed record MoveState(Guid Job, string State, int Total, int Done, int Changed, DateTime StartedAt, DateTime? FinishedAt, string StartedBy);

/// <summary>What an applicant is told about a draft whose form changed.</summary>
public sealed record MovedNote(DateTimeOffset At, IReadOnlyList<LostAnswer> Dropped, IReadOnlyList<string> Missing, IReadOnlyList<string> Recheck);

/// <summary>Brings open drafts to the release in force, with a report for each. Submitted applications keep what they began with.</summary>
public sealed class DraftMoves(Database database, DesignDesk desk, DefinitionStore definitions, TimeProvider time)
{
    public const string KindName = "draft-move";
    const int Shown = 50;

    internal sealed record Payload(string Name, Guid Design, int Release);
    internal sealed record Progress(int Total, int Done, int Changed, string By, bool Told);

    /// <summary>What it would do to the drafts changed last; writes nothing.</summary>
    public async Task<Outcome<IReadOnlyList<MoveRow>>> Preview(Actor actor, string name)
    {
        var shown = await desk.Show(actor, "form", name);
        if (!shown.Ok) return shown.As<IReadOnlyList<MoveRow>>();
        if (shown.Value!.Design.Released == 0) return Outcome<IReadOnlyList<MoveRow>>.No(Refusal.Conflict, "还没有发布过");
        var rows = new List<MoveRow>();
        await using var c = await database.Open();
        foreach (var draft in await c.QueryAsync<Draft>($"{Columns} where definition = any(@old) order by updated_at desc limit {Shown}", new { old = await Old(c, shown.Value.Design) }))
            rows.Add(new(draft.Id, null, (await Decide(c, shown.Value.Design, draft)).Report));
        return rows;
    }

    /// <summary>Fixes which drafts it is about and starts the job. Needs the right to publish.</summary>
    public async Task<Outcome<Guid>> Start(Actor actor, string name)
    {
        var shown = await desk.Show(actor, "form", name);
        if (!shown.Ok) return shown.As<Guid>();
        var design = shown.Value!.Design;
        if (DesignScope.Decide(actor, CatalogueDesk.Release, design, shown.Value.Uses) is { Allowed: false } no) return Outcome<Guid>.No(Refusal.Forbidden, no.Reason);
        if (design.Released == 0) return Outcome<Guid>.No(Refusal.Conflict, "还没有发布过");
        return await database.Write(async (c, _) =>
        {
            var job = await Jobs.Add(c, KindName, new Payload(name, design.Id, design.Released), time.GetUtcNow(), key: $"{design.Id}", owner: actor.Person);
            var count = await c.ExecuteAsync("insert into cases.draft_move (job, draft) select @job, id from cases.draft where definition = any(@old) on conflict do nothing", new { job, old = await Old(c, design) });
            await c.ExecuteAsync("update kapok.job set progress = @progress::jsonb where id = @job and progress is null", new { job, progress = Json.Write(new Progress(count, 0, 0, actor.Name, false)) });
            await EventLog.Append(c, design.Id, actor, time.GetUtcNow(), new NewEvent(DesignEvents.MoveStarted, Json.Write(new { job, release = design.Released, count })));
            return (Outcome<Guid>)job;
        });
    }

    public Task<IReadOnlyList<MoveState>> Of(Guid design) => database.Read<IReadOnlyList<MoveState>>(async c => (await c.QueryAsync<MoveState>("""
        select j.id as job, j.state, coalesce((j.progress->>'total')::int, 0) as total, coalesce((j.progress->>'done')::int, 0) as done, coalesce((j.progress->>'changed')::int, 0) as changed,
               j.created_at as started_at, j.finished_at, coalesce(j.progress->>'by', '') as started_by
        from kapok.job j where j.kind = 'draft-move' and j.payload->>'design' = @design order by j.created_at desc limit 20
        """, new { design = design.ToString() })).AsList());

    /// <summary>The report, a row a draft.</summary>
    public Task<IReadOnlyList<MoveRow>> Rows(Guid design, Guid job, Guid after, int limit = 200) => database.Read<IReadOnlyList<MoveRow>>(async c => [.. (await c.QueryAsync<(Guid Draft, string? Outcome, string? Report)>("""
        select m.draft, m.outcome, m.report::text from cases.draft_move m join kapok.job j on j.id = m.job
        where m.job = @job and j.payload->>'design' = @design and m.draft > @after order by m.draft limit @limit
        """, new { job, design = design.ToString(), after, limit })).Select(r => new MoveRow(r.Draft, r.Outcome, r.Report is null ? null : Json.Read<MoveReport>(r.Report)))]);

    internal sealed record Draft(Guid Id, int Definition, string Answers, int Version, string? Moved);
    internal const string Columns = "select id, definition, answers::text as answers, version, moved::text as moved from cases.draft";

    /// <summary>Definitions of open drafts that name this form with another text than the one in force.</summary>
    async Task<int[]> Old(NpgsqlConnection c, Design design)
    {
        var current = await c.ExecuteScalarAsync<string>("select digest from cases.release where design = @Id and number = @Released", design);
        var old = new List<int>();
        foreach (var (id, form) in await c.QueryAsync<(int Id, string Form)>("select d.id, d.content->>'form' from cases.definition d where d.id in (select distinct definition from cases.draft)"))
            if (form != current && (await definitions.Get(id)).Item.Content.Form == design.Name) old.Add(id);
        return [.. old];
    }

    internal sealed record Decided(int Definition, MovedAnswers? Moved, MoveReport Report);

    /// <summary>Decides on one draft. The item stays as the applicant began it; its form becomes the one in force.</summary>
    internal async Task<Decided> Decide(NpgsqlConnection c, Design design, Draft draft)
    {
        var from = await definitions.Get(draft.Definition);
        var (item, body) = (from.Item.Content.Name, from.Item.Organisation?.Name ?? "");
        var composed = await definitions.Current(from.Item);
        if (!composed.Ok) return new(draft.Definition, null, new(item, body, [], [], [], [], composed.Message));
        var to = composed.Value!;
        var digests = (await c.QueryAsync<(int Id, string Form)>("select id, content->>'form' from cases.definition where id in (@from, @to)", new { from = from.Id, to = to.Id })).ToDictionary(r => r.Id, r => r.Form);
        var renames = Releases.Renames(await Releases.Of(c, design.Id), digests[from.Id], design.Released);
        using var answers = JsonDocument.Parse(draft.Answers);
        var moved = DraftMove.Of(from.Form, to.Form, renames, answers.RootElement.Clone(), new FormContext(ChinaTime.DateOf(time.GetUtcNow())));
        return new(to.Id, moved, new(item, body, moved.Kept, [.. moved.Dropped.Select(d => d.Label).Distinct()], moved.Missing, moved.Recheck));
    }
}

/// <summary>Works off a move. Rows already done are skipped, so it goes on where a killed process stopped.</summary>
sealed class DraftMoveJob(Database database, DraftMoves moves, DefinitionStore definitions, TimeProvider time) : IJob
{
    const int AtOnce = 100, Tries = 5;

    public string Kind => DraftMoves.KindName;

    public async Task Run(JobRun run, CancellationToken stop)
    {
        var payload = run.Payload<DraftMoves.Payload>();
        // The news of the publication may not have come yet.
        definitions.Forget();
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            var design = await database.Read(c => c.QuerySingleAsync<Design>($"select {Design.Columns} from cases.design d where id = @Design", payload));
            var rows = (await database.Read(c => c.QueryAsync<Guid>("select draft from cases.draft_move where job = @Id and outcome is null order by draft limit @AtOnce", new { run.Id, AtOnce }))).AsList();
            foreach (var draft in rows) await One(run.Id, design, draft);
            var (total, done, changed) = await database.Read(c => c.QuerySingleAsync<(int, int, int)>(
                "select count(*)::int, count(outcome)::int, (count(*) filter (where outcome = 'moved' and (report->'dropped' <> '[]' or report->'missing' <> '[]' or report->'recheck' <> '[]')))::int from cases.draft_move where job = @Id", new { run.Id }));
            var before = run.Progress<DraftMoves.Progress>();
            var progress = new DraftMoves.Progress(total, done, changed, before?.By ?? "", rows.Count == 0);
            if (rows.Count > 0) { await run.Keep(progress); continue; }
            if (before is { Told: true }) return;
            await database.Write(async (c, _) =>
            {
                await EventLog.Append(c, design.Id, Actor.System, time.GetUtcNow(), new NewEvent(DesignEvents.Moved, Json.Write(new { job = run.Id, total, changed })));
                await run.Keep(progress, c);
            });
            return;
        }
    }

    async Task One(Guid job, Design design, Guid id)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
            if (await database.Write((c, _) => Step(c, job, design, id))) return;
        await database.Read(c => c.ExecuteAsync("update cases.draft_move set outcome = 'kept', report = @report::jsonb where job = @job and draft = @id and outcome is null",
            new { job, id, report = Json.Write(new MoveReport("", "", [], [], [], [], "申请人正在填写，没有改动")) }));
    }

    /// <summary>False when the applicant saved in between: then it is read and decided again.</summary>
    async Task<bool> Step(NpgsqlConnection c, Guid job, Design design, Guid id)
    {
        // A run that stood still and the one that took over may come to the same draft: the row is theirs one after the other, and the first word stays.
        if (await c.ExecuteScalarAsync<string?>("select outcome from cases.draft_move where job = @job and draft = @id for update", new { job, id }) is not null) return true;
        var draft = await c.QuerySingleOrDefaultAsync<DraftMoves.Draft>($"{DraftMoves.Columns} where id = @id", new { id });
        if (draft is null) return await Done("gone", null);
        var decided = await moves.Decide(c, design, draft);
        if (decided.Moved is not { } moved) return await Done("kept", decided.Report);
        if (decided.Definition == draft.Definition) return await Done("current", decided.Report);
        var earlier = draft.Moved is null ? null : Json.Read<MovedNote>(draft.Moved);
        var note = moved.IsQuiet && earlier is null ? null : new MovedNote(time.GetUtcNow(), [.. earlier?.Dropped ?? [], .. moved.Dropped], moved.Missing, moved.Recheck);
        var taken = await c.ExecuteAsync("""
            update cases.draft set definition = @Definition, answers = @answers::jsonb, version = version + 1, writer = '', moved = @note::jsonb where id = @id and version = @Version
            """, new { id, decided.Definition, draft.Version, answers = moved.Answers.GetRawText(), note = note is null ? null : Json.Write(note) });
        return taken == 1 && await Done("moved", decided.Report);

        async Task<bool> Done(string outcome, MoveReport? report) =>
            await c.ExecuteAsync("update cases.draft_move set outcome = @outcome, report = @report::jsonb where job = @job and draft = @id", new { job, id, outcome, report = report is null ? null : Json.Write(report) }) == 1;
    }
}
