using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Kapok.Identity.Granting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Identity.Administration;

/// <summary>For auditors: look, never change. What they look at is itself noted as a read.</summary>
static class AuditRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/admin/audit", async (HttpContext http, OrganisationDirectory directory, OfficialLists lists, string? q, string? after) =>
            new PageResult<AuditPage>(new { List = await lists.Search(Scope(http, directory), q, null, after), Query = q ?? "", First = after is null })).Allow(Grants.Audit);
        routes.MapGet("/admin/audit/{person:guid}", Show).Allow(Grants.Audit);
        routes.MapGet("/api/v1/audit/{person:guid}/events", async (HttpContext http, OrganisationDirectory directory, OfficialLists lists, DataReads reads, AuditTrail trail, Guid person, string? after) =>
            await Subject(http, directory, lists, reads, person) is null ? Problems.NotFound("没有找到这位工作人员") : Results.Json(await trail.Events(person, after), Json.Options)).Allow(Grants.Audit);
        routes.MapGet("/api/v1/audit/{person:guid}/reads", async (HttpContext http, OrganisationDirectory directory, OfficialLists lists, DataReads reads, AuditTrail trail, Guid person, string? after) =>
            await Subject(http, directory, lists, reads, person) is null ? Problems.NotFound("没有找到这位工作人员") : Results.Json(await trail.Reads(person, after), Json.Options)).Allow(Grants.Audit);
    }

    static AdminScope Scope(HttpContext http, OrganisationDirectory directory) => new(http.Actor(), Grants.Audit, directory.Current);

    static async Task<OfficialCard?> Subject(HttpContext http, OrganisationDirectory directory, OfficialLists lists, DataReads reads, Guid person)
    {
        var card = await lists.Find(Scope(http, directory), person);
        if (card is not null) await reads.Record(http.Actor(), person, "工作人员的操作和查看记录", "审计");
        return card;
    }

    static async Task<IResult> Show(HttpContext http, OrganisationDirectory directory, OfficialLists lists, DataReads reads, AuditTrail trail, Guid person, string? view, string? after)
    {
        if (await Subject(http, directory, lists, reads, person) is not { } card) return Problems.NotFound("没有找到这位工作人员");
        return new PageResult<AuditTrailPage>(new
        {
            Person = person, card.Name, Posts = string.Join("、", card.Posts.Where(p => p.To is null).Select(p => $"{p.OrganisationName} {p.PostName}")), First = after is null,
            Events = view == "reads" ? null : await trail.Events(person, after), Reads = view == "reads" ? await trail.Reads(person, after) : null,
        });
    }
}
