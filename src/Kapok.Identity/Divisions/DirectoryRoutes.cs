using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Identity.Divisions;

/// <summary>Divisions, organisations and posts for programs: public facts.</summary>
static class DirectoryRoutes
{
    const int PageSize = 100, MostFound = 8;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/divisions", (OrganisationDirectory directory, string? parent, string? find, string? within) =>
            Results.Json(new { items = find is not null ? directory.Current.Find(find, within, MostFound) : parent is null ? directory.Current.Divisions.Where(d => d.Parent is null) : directory.Children(parent) }, Json.Options)).AllowAnyone();
        routes.MapGet("/api/v1/divisions/{code}", (OrganisationDirectory directory, string code) =>
            directory.Division(code) is { } division ? Results.Json(division, Json.Options) : Problems.NotFound($"没有行政区划“{code}”")).AllowAnyone();
        routes.MapGet("/api/v1/organisations", (OrganisationDirectory directory, string? division, string? line, string? after) => Results.Json(List(directory.Current, division, line, after), Json.Options)).AllowAnyone();
        routes.MapGet("/api/v1/organisations/{key}", (OrganisationDirectory directory, string key) =>
            (Guid.TryParse(key, out var id) ? directory.Organisation(id) : directory.OrganisationByKey(key)) is { } organisation ? Results.Json(organisation, Json.Options) : Problems.NotFound($"没有机构“{key}”")).AllowAnyone();
        routes.MapGet("/api/v1/lines", (OrganisationDirectory directory) => Results.Json(new { items = directory.Current.Lines }, Json.Options)).AllowAnyone();
        routes.MapGet("/api/v1/posts", (OrganisationDirectory directory) => Results.Json(new { items = directory.Current.Posts }, Json.Options)).AllowOfficials();
    }

    static object List(DirectorySnapshot directory, string? division, string? line, string? after)
    {
        var within = division is null ? null : directory.Division(division)?.Path ?? "?";
        var found = directory.Organisations
            .Where(o => o.ClosedOn is null && (within is null || o.DivisionPath == within || o.DivisionPath.StartsWith(within + ".", StringComparison.Ordinal)) && (line is null || o.Line == line))
            .SkipWhile(o => after is not null && string.CompareOrdinal($"{o.DivisionCode} {o.Line}", after) <= 0).Take(PageSize + 1).ToList();
        return new { items = found.Take(PageSize), next = found.Count > PageSize ? $"{found[PageSize - 1].DivisionCode} {found[PageSize - 1].Line}" : null };
    }
}
