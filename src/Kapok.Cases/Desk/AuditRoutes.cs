using Kapok.Cases.Handling;
using Kapok.Foundation.Pages;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Foundation.Http;
using Kapok.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Desk;

/// <summary>The trail of a case for auditors: what was done by whom, whether the chain is whole. The application itself is not shown.</summary>
static class AuditRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var audit = routes.MapGroup("/desk/audit").Allow("audit.read");
        audit.MapGet("", Show);
        audit.MapGet("{id:guid}/events.json", Export);
        audit.MapGet("{id:guid}/events/{seq:int}", One);
    }

    static async Task<IResult> Show(HttpContext http, CaseViews views, DataReads reads, string? number)
    {
        if (string.IsNullOrWhiteSpace(number)) return new PageResult<AuditPage>(new { Number = "" });
        var trail = await views.Find(number) is [var id, ..] ? await Trail(http, views, reads, id, "审计查看") : null;
        return new PageResult<AuditPage>(new { Number = number, Trail = trail, NotFound = trail is null }) { StatusCode = trail is null ? StatusCodes.Status404NotFound : StatusCodes.Status200OK };
    }

    /// <summary>Beyond the auditor's scope there is nothing to be found.</summary>
    static async Task<AuditedCase?> Trail(HttpContext http, CaseViews views, DataReads reads, Guid id, string purpose)
    {
        if (await views.Load(id) is not { } view || !Access.Decide(http.Actor(), "audit.read", view.Case.Target)) return null;
        await reads.Record(http.Actor(), view.Row.Submitter, $"办件 {view.Row.Number}（{view.Row.ItemName}）的办理过程", purpose);
        var broken = EventLog.FirstBreak(id, view.Events);
        if (broken is null && (view.Events.Length == 0 || view.Events[^1].Seq != view.Row.Version || !view.Events[^1].Digest.AsSpan().SequenceEqual(view.Row.Digest))) broken = view.Events.Length + 1;
        return new(id, view.Row.Number, view.Row.ItemName, view.Body.Name, view.Events, broken);
    }

    static async Task<IResult> Export(Guid id, HttpContext http, CaseViews views, DataReads reads)
    {
        if (await Trail(http, views, reads, id, "审计导出") is not { } trail) return Problems.NotFound("没有这个办件，或者它不在您的审计范围内");
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{trail.Number}-events.json\"";
        http.Response.Headers.CacheControl = "no-store";
        return Results.Json(new { @case = trail.Number, trail.ItemName, trail.Body, whole = trail.Broken is null, firstBreak = trail.Broken, events = trail.Events.Select(CaseBundle.Event) }, Json.Options);
    }

    static async Task<IResult> One(Guid id, int seq, HttpContext http, CaseViews views, DataReads reads) =>
        (await Trail(http, views, reads, id, "审计查看"))?.Events.FirstOrDefault(e => e.Seq == seq) is { } wanted ? Results.Json(CaseBundle.Event(wanted), Json.Options) : Problems.NotFound("没有这个事件");
}

/// <summary>A case as an auditor sees it.</summary>
public sealed record AuditedCase(Guid Id, string Number, string ItemName, string Body, IReadOnlyList<LoggedEvent> Events, int? Broken);
