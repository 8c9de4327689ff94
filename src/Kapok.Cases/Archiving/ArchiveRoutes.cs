using Kapok.Foundation;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Archiving;

/// <summary>The pages of archivists.</summary>
static class ArchiveRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var desk = routes.MapGroup("/desk/archive").Allow(Archives.Permission);
        desk.MapGet("", (HttpContext http, ArchiveLists lists, TimeProvider time, string? state, string? q, string? after) => List(http, lists, time, new(state, q, after)));
        desk.MapPost("", Propose);
        desk.MapGet("{id:guid}", (Guid id, HttpContext http, Archives archives, TimeProvider time, string? done) => Show(id, http, archives, time, done));
        desk.MapGet("{id:guid}/package.zip", ArchiveApi.Package);
        desk.MapPost("{id:guid}/package", async (Guid id, HttpContext http, Archives archives, TimeProvider time, CancellationToken stop) => await After(id, await ArchiveApi.Pack(id, http.Actor(), archives, stop), "packed", http, archives, time));
        desk.MapPost("{id:guid}/checks", async (Guid id, HttpContext http, Archives archives, TimeProvider time, CancellationToken stop) =>
            await After(id, await archives.Find(id, http.Actor()) is null ? ArchiveApi.Absent() : await archives.Check(id, http.Actor(), stop: stop), "checked", http, archives, time));
        desk.MapGet("disposals", async (HttpContext http, Disposals disposals) => new PageResult<DisposalsPage>(new { Lists = await disposals.Latest(http.Actor()) }));
        desk.MapGet("disposals/{id:guid}", (Guid id, HttpContext http, Disposals disposals, string? done) => Disposal(id, http, disposals, done));
        desk.MapPost("disposals/{id:guid}", Decide);
    }

    static async Task<IResult> List(HttpContext http, ArchiveLists lists, TimeProvider time, ArchiveQuery query, FieldErrors? errors = null, IReadOnlySet<string>? ticked = null, string? ground = null, string? verdict = null) =>
        new PageResult<ArchiveListPage>(new { List = await lists.Page(http.Actor(), query), Query = query, Now = time.GetUtcNow(), Errors = errors, Ticked = ticked, Ground = ground, Verdict = verdict })
        { StatusCode = errors is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity };

    static async Task<IResult> Propose(HttpContext http, Disposals disposals, ArchiveLists lists, TimeProvider time)
    {
        var form = await http.Request.ReadFormAsync();
        var ids = form["archive"].Select(v => Guid.TryParse(v, out var id) ? id : Guid.Empty).Where(id => id != Guid.Empty).ToList();
        var (verdict, extendTo) = form["verdict"].ToString() switch { "destroy" => ("destroy", null), "30" => ("extend", "30"), Retention.Permanent => ("extend", Retention.Permanent), _ => ("", (string?)null) };
        var proposed = await disposals.Propose(ids, verdict, extendTo, form["ground"].ToString(), http.Actor());
        if (proposed.Ok) return Results.Redirect($"/desk/archive/disposals/{proposed.Value!.Id}?done=proposed");
        FieldErrors errors = [];
        foreach (var fault in proposed.Faults) errors.Add(fault.Where is "ground" or "verdict" ? fault.Where : fault.Where == "extendTo" ? "verdict" : "", fault.Where is "ground" or "verdict" or "extendTo" or "archives" or "" ? fault.Message : $"{fault.Where}：{fault.Message}");
        return await List(http, lists, time, new("expired"), errors, ids.Select(id => id.ToString()).ToHashSet(), form["ground"], form["verdict"]);
    }

    static async Task<IResult> Show(Guid id, HttpContext http, Archives archives, TimeProvider time, string? done, string? fault = null, int status = StatusCodes.Status200OK) => await archives.Find(id, http.Actor()) is { } record
        ? new PageResult<ArchiveRecordPage>(new { Record = record, Checks = await archives.Checks(id), Now = time.GetUtcNow(), Done = done, Fault = fault }) { StatusCode = status } : ArchiveApi.Absent().Refuse();

    static async Task<IResult> After(Guid id, Outcome<ArchiveRow> outcome, string done, HttpContext http, Archives archives, TimeProvider time) => outcome.Ok ? Results.Redirect($"/desk/archive/{id}?done={done}")
        : outcome.Refused is Refusal.NotFound ? outcome.Refuse() : await Show(id, http, archives, time, null, outcome.Message, Problems.Status(outcome.Refused!.Value));

    static async Task<IResult> Disposal(Guid id, HttpContext http, Disposals disposals, string? done, FieldErrors? errors = null, string? ground = null, int status = StatusCodes.Status200OK) => await disposals.Find(id, http.Actor()) is { } found
        ? new PageResult<DisposalPage>(new { found.List, found.Lines, Me = http.Actor().Person, Done = done, Errors = errors, Ground = ground }) { StatusCode = status } : Problems.NotFound("没有这份清册，或者它不在您的职责范围内");

    static async Task<IResult> Decide(Guid id, HttpContext http, Disposals disposals)
    {
        var form = await http.Request.ReadFormAsync();
        if (form["do"].ToString() is not ("approve" or "refuse")) return Outcome<bool>.No(Refusal.Invalid, "请选择批准或者不批准", "do").Refuse();
        var decided = await disposals.Decide(id, form["do"] == "approve", form["ground"].ToString(), http.Actor());
        if (decided.Ok) return Results.Redirect($"/desk/archive/disposals/{id}?done={(decided.Value!.Approved == true ? "approved" : "refused")}");
        if (decided.Refused is Refusal.NotFound) return decided.Refuse();
        FieldErrors errors = [];
        foreach (var fault in decided.Faults) errors.Add(fault.Where == "ground" ? "ground" : "", fault.Where is "ground" or "" ? fault.Message : $"{fault.Where}：{fault.Message}");
        return await Disposal(id, http, disposals, null, errors, form["ground"], Problems.Status(decided.Refused!.Value));
    }
}
