using Kapok.Identity;
using Dapper;
using Kapok.Cases.Handling;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Kapok.Cases.Model;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Desk;

/// <summary>Bulk work through pages: choose a filter, see what it touches, say what to do, watch it, read each result.</summary>
static class BulkRoutes
{
    const int Shown = 200;

    public static void Map(RouteGroupBuilder desk)
    {
        var bulk = desk.MapGroup("bulk").Allow("cases.bulk");
        bulk.MapGet("", (HttpContext http, Bulk all, SavedViews views, Database database, TimeProvider time) => Choose(http, all, views, database, time, ListAddress.Read(http.Request.Query)));
        bulk.MapPost("", Start);
        bulk.MapGet("{job:guid}", Watch);
    }

    static async Task<IResult> Choose(HttpContext http, Bulk all, SavedViews views, Database database, TimeProvider time, CaseQuery query, IReadOnlyList<Fault>? faults = null, string? act = null, string? note = null)
    {
        var actor = http.Actor();
        var preview = await all.Preview(actor, query);
        FieldErrors? errors = faults is null ? null : [];
        foreach (var fault in faults ?? []) errors!.Add(fault.Where is "note" ? "note" : "act", fault.Message);
        return new PageResult<BulkPage>(new
        {
            Query = query, Preview = preview, Acts = await Acts(actor, database, time, preview), Views = await views.Of(actor), Recent = await all.Of(actor), Errors = errors, Act = act, Note = note,
        }) { StatusCode = errors is null ? 200 : 422 };
    }

    /// <summary>What can be done, from the open work of the first cases: kind and outcome.</summary>
    static async Task<IReadOnlyList<Choice>> Acts(Actor actor, Database database, TimeProvider time, BulkPreview preview)
    {
        var tasks = await database.Read(c => c.QueryAsync<(string Kind, string Name, string Outcomes)>(
            "select distinct kind, name, outcomes::text from cases.task where case_id = any(@ids)", new { ids = preview.First.Select(r => r.Id).ToArray() }));
        IEnumerable<Choice> acts = tasks.SelectMany(t => Json.Read<TaskOutcome[]>(t.Outcomes).Select(o => new Choice($"{t.Kind}|{o.Id}", $"{t.Name}：{o.Label}"))).DistinctBy(c => c.Value).OrderBy(c => c.Value, StringComparer.Ordinal);
        if (!Access.DecideAnywhere(actor, "cases.assign")) return [.. acts];
        var units = await database.Read(c => c.QueryAsync<Guid>("select distinct organisation from cases.task where case_id = any(@ids)", new { ids = preview.First.Select(r => r.Id).ToArray() }));
        var colleagues = await database.Read(c => People.OfficialsIn(c, [.. units], "cases.%", Foundation.Calendar.ChinaTime.DateOf(time.GetUtcNow())));
        return [.. acts, .. colleagues.Take(60).Select(o => new Choice($"assign|{o.Person}", $"分派给 {o.Name}"))];
    }

    static async Task<IResult> Start(HttpContext http, Bulk all, SavedViews views, Database database, TimeProvider time)
    {
        var form = await http.Request.ReadFormAsync();
        var query = ListAddress.Read(form["query"].ToString());
        var (act, note) = (form["act"].ToString(), form["note"].ToString().Trim());
        if (act.Split('|') is not [var kind, var outcome] || kind.Length == 0 || outcome.Length == 0) return await Choose(http, all, views, database, time, query, [new("act", "请选择要做什么")], act, note);
        var started = await all.Start(http.Actor(), query, kind == "assign" ? new("assign", Note: note, Person: Guid.TryParse(outcome, out var person) ? person : null) : kind == "accept" && outcome == "accept" ? new("accept", Note: note) : new("complete", kind, outcome, note));
        return started.Ok ? Results.Redirect($"/desk/bulk/{started.Value}") : await Choose(http, all, views, database, time, query, started.Faults, act, note);
    }

    static async Task<IResult> Watch(Guid job, HttpContext http, Bulk all, Guid? after)
    {
        var actor = http.Actor();
        if ((await all.Of(actor)).FirstOrDefault(b => b.Job == job) is not { } state) return Problems.NotFound("没有这次批量办理");
        var running = state.State is "waiting" or "running";
        // The page asks for itself again until the work is done; the work goes on without it.
        if (running) http.Response.Headers["Refresh"] = "2";
        var failed = after is null ? await all.Rows(actor, job, true, Guid.Empty, Shown) : [];
        var rows = await all.Rows(actor, job, false, after ?? Guid.Empty, Shown);
        return new PageResult<BulkRunPage>(new { State = state, Running = running, Failed = failed, Rows = rows, First = after is null, Next = rows!.Count == Shown ? rows[^1].CaseId : (Guid?)null });
    }
}
