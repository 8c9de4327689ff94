using Kapok.Cases.Finding;
using System.Text.Json;
using Dapper;
using Kapok.Cases.Model;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Foundation.Jobs;
using Kapok.Identity;
using Kapok.Identity.Granting;

namespace Kapok.Cases.Handling;

/// <summary>What to do with every case of a filter.</summary>
/// <param name="Do">accept, complete with an outcome, or assign to a colleague.</param>
/// <param name="Person">For assign: who gets the work; he must hold the post of each.</param>
/// <param name="Kind">For complete: kind of the work (review, decide …); cases that wait for something else are left alone.</param>
public sealed record BulkAct(string Do, string? Kind = null, string? Outcome = null, string Note = "", Guid? Person = null);

public sealed record BulkPreview(int Count, IReadOnlyList<CaseListRow> First);
public sealed record BulkState(Guid Job, string State, int Total, int Done, int Failed, DateTime StartedAt, DateTime? FinishedAt);
public sealed record BulkRow(Guid CaseId, string? Outcome, string Number, string ItemName, string PartyName);

/// <summary>Bulk work by filter, of any size: the rows are fixed when it starts, a job works them off, each row keeps its own result.</summary>
public sealed class Bulk(Database database, OrganisationDirectory directory, CaseSearch search, TimeProvider time)
{
    /// <summary>How many cases it would touch, and the first of them.</summary>
    public async Task<BulkPreview> Preview(Actor actor, CaseQuery query)
    {
        query = await search.Complete(actor, query, Scope.Of(actor, directory.Current));
        await using var c = await database.Open();
        var page = await CaseLists.Page(c, Scope.Of(actor, directory.Current), query with { Limit = 20, After = null }, time.GetUtcNow());
        var (where, values) = Where(actor, query);
        return new(await c.ExecuteScalarAsync<int>($"""select count(*) from cases."case" c where {where}""", values), page.Rows);
    }

    public async Task<Outcome<Guid>> Start(Actor actor, CaseQuery query, BulkAct act)
    {
        if (act.Do is not ("accept" or "complete" or "assign")) return Outcome<Guid>.No(Refusal.Invalid, "批量办理可以受理、办理同一环节，或者分派给同事", "do");
        if (act.Do == "assign" && act.Person is null) return Outcome<Guid>.No(Refusal.Invalid, "请选择分派给谁", "person");
        if (act.Do == "complete" && (act.Kind is null || act.Outcome is null)) return Outcome<Guid>.No(Refusal.Invalid, "请选择环节和办理结果", "outcome");
        if (act is { Do: "complete", Outcome: "refuse" or "return" } && act.Note.Trim().Length < 2) return Outcome<Guid>.No(Refusal.Invalid, "请写明理由", "note");
        query = await search.Complete(actor, query, Scope.Of(actor, directory.Current));
        return await database.Write(async (c, _) =>
        {
            var job = await Jobs.Add(c, BulkJob.KindName, act, time.GetUtcNow(), owner: actor.Person);
            var (where, values) = Where(actor, query);
            values.Add("job", job);
            var count = await c.ExecuteAsync($"""insert into cases.bulk_row (job, case_id) select @job, c.id from cases."case" c where {where}""", values);
            await EventLog.Append(c, job, actor, time.GetUtcNow(), new NewEvent("bulk-started", Json.Write(new { query, act, count })));
            return (Outcome<Guid>)job;
        });
    }

    (System.Text.StringBuilder Where, DynamicParameters Values) Where(Actor actor, CaseQuery query)
    {
        var (where, values) = CaseLists.Filter(query, time.GetUtcNow());
        if (CaseLists.Reach(Scope.Of(actor, directory.Current), query) is { } organisations)
        {
            where.Append(" and c.organisation = any(@organisations)");
            values.AddDynamicParams(new { organisations });
        }
        return (where, values);
    }

    public Task<IReadOnlyList<BulkState>> Of(Actor actor) => database.Read<IReadOnlyList<BulkState>>(async c => (await c.QueryAsync<BulkState>("""
        select j.id as job, j.state, coalesce((j.progress->>'total')::int, 0) as total, coalesce((j.progress->>'done')::int, 0) as done, coalesce((j.progress->>'failed')::int, 0) as failed,
               j.created_at as started_at, j.finished_at
        from kapok.job j where j.owner = @me and j.kind = 'bulk' order by j.created_at desc limit 50
        """, new { me = actor.Person })).AsList());

    /// <summary>Results row by row, failures first; only for who started it.</summary>
    public async Task<IReadOnlyList<BulkRow>?> Rows(Actor actor, Guid job, bool failedOnly, Guid after, int limit = 200)
    {
        await using var c = await database.Open();
        if (!await c.ExecuteScalarAsync<bool>("select exists (select 1 from kapok.job where id = @job and owner = @me and kind = 'bulk')", new { job, me = actor.Person })) return null;
        return (await c.QueryAsync<BulkRow>("""
            select b.case_id, b.outcome, c.number, c.item_name, c.party_name from cases.bulk_row b join cases."case" c on c.id = b.case_id
            where b.job = @job and b.case_id > @after and (not @failedOnly or b.outcome <> 'ok') order by b.case_id limit @limit
            """, new { job, after, failedOnly, limit })).AsList();
    }
}

/// <summary>Works off a bulk act. Rows already done are skipped, so it goes on where a killed process stopped.</summary>
sealed class BulkJob(Database database, CaseDesk desk, OrganisationDirectory directory, People people, TimeProvider time) : IJob
{
    public const string KindName = "bulk";
    const int AtOnce = 200;

    public string Kind => KindName;

    sealed record Progress(int Total, int Done, int Failed);

    public async Task Run(JobRun run, CancellationToken stop)
    {
        var act = run.Payload<BulkAct>();
        var actor = await ActorOf(run.Owner!.Value, $"{KindName} {run.Id:N}");
        var total = await database.Read(c => c.ExecuteScalarAsync<int>("select count(*) from cases.bulk_row where job = @Id", new { run.Id }));
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            var rows = (await database.Read(c => c.QueryAsync<(Guid Case, string? Task)>("""
                select b.case_id, (select t.key from cases.task t where t.case_id = b.case_id and (@kind::text is null or t.kind = @kind) order by t.opened_at limit 1)
                from cases.bulk_row b where b.job = @Id and b.outcome is null order by b.case_id limit @AtOnce
                """, new { run.Id, AtOnce, kind = act.Do == "assign" ? act.Kind : act.Kind ?? "accept" }))).AsList();
            if (rows.Count > 0)
            {
                var results = await Task.WhenAll(rows.Select(async r => (r.Case, Outcome: await One(act, actor, r.Case, r.Task, run.Attempt > 1, stop))));
                await database.Read(c => c.ExecuteAsync("update cases.bulk_row b set outcome = u.o from unnest(@ids, @outcomes) as u(id, o) where b.job = @Id and b.case_id = u.id",
                    new { run.Id, ids = results.Select(r => r.Case).ToArray(), outcomes = results.Select(r => r.Outcome).ToArray() }));
            }
            var (done, failed) = await database.Read(c => c.QuerySingleAsync<(int, int)>(
                "select count(*) filter (where outcome is not null), count(*) filter (where outcome <> 'ok') from cases.bulk_row where job = @Id", new { run.Id }));
            await run.Keep(new Progress(total, done, failed));
            if (rows.Count == 0) return;
        }
    }

    async Task<string> One(BulkAct act, Actor actor, Guid id, string? task, bool again, CancellationToken stop)
    {
        // A process killed between the act and its row: the case itself says that this job has done it.
        if (again && await database.Read(c => c.ExecuteScalarAsync<bool>("select exists (select 1 from kapok.event where stream = @id and origin = @Origin)", new { id, actor.Origin }), stop)) return "ok";
        if (task is null) return "不在这个环节";
        if (act.Do == "assign") return await Give(act, actor, id, task, stop);
        var result = await desk.Do(act.Do == "accept" ? new Accept(id, actor) : new CompleteTask(id, actor, task, act.Outcome!, act.Note), stop);
        return result.Ok ? "ok" : result.Message;
    }

    /// <summary>Only a colleague of the post of the work can do it, so only he is given it.</summary>
    async Task<string> Give(BulkAct act, Actor actor, Guid id, string task, CancellationToken stop)
    {
        var (organisation, post) = await database.Read(c => c.QuerySingleOrDefaultAsync<(Guid, string)>("select organisation, post from cases.task where case_id = @id and key = @task", new { id, task }));
        if (post is null) return "不在这个环节";
        if ((await people.OfficialsAt(organisation, post)).FirstOrDefault(p => p.Person == act.Person) is not { } colleague) return "他没有这个环节的岗位";
        var result = await desk.Do(new Assign(id, actor, task, colleague.Person, colleague.Name, act.Note), stop);
        return result.Ok ? "ok" : result.Message;
    }

    /// <summary>With the rights the person has now, not those of when it was started.</summary>
    async Task<Actor> ActorOf(Guid person, string origin)
    {
        var name = (await people.Find(person))?.Name ?? "";
        var (grants, organisation) = await database.Read(c => Grants.Of(c, directory.Current, person, ChinaTime.DateOf(time.GetUtcNow())));
        return new Actor(ActorKind.Official, person, name, grants) { Organisation = organisation, Origin = origin };
    }
}
