using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Kapok.Identity.Administration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Identity.MyAccount;

/// <summary>An official's own absences: who stands in for him, and for whom he stands in.</summary>
static class AbsenceRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/my/absence", (HttpContext http, OrganisationDirectory directory, OfficialLists lists, string? done) => Show(http, directory, lists, done, null)).AllowOfficials();
        routes.MapPost("/my/absence", async (HttpContext http, OrganisationDirectory directory, OfficialLists lists, Officials officials, [FromForm] OfficialRoutes.AbsenceForm form) =>
        {
            var outcome = await officials.Absent(http.Actor(), http.Actor().Person!.Value,
                new(Guid.TryParse(form.Substitute, out var who) ? who : null, form.Organisation, OfficialRoutes.Day(form.From), OfficialRoutes.Day(form.To), form.Reason));
            return outcome.Ok ? Results.Redirect("/my/absence?done=absent") : await Show(http, directory, lists, null, outcome.Faults.ToErrors());
        }).AllowOfficials();
        routes.MapPost("/my/absence/{id:guid}/cancel", async (HttpContext http, Officials officials, Guid id) =>
            await officials.Return(http.Actor(), id) is var outcome && outcome.Ok ? Results.Redirect("/my/absence?done=cancel") : outcome.Refuse()).AllowOfficials();
        routes.MapGet("/api/v1/my/absences", async (HttpContext http, OfficialLists lists) => Results.Json(new { items = await lists.Absences(http.Actor().Person!.Value) }, Json.Options)).AllowOfficials();
        routes.MapPost("/api/v1/my/absences", async (HttpContext http, Officials officials, NewAbsence body) =>
            await officials.Absent(http.Actor(), http.Actor().Person!.Value, body) is var outcome && outcome.Ok ? Results.Json(new { id = outcome.Value }, Json.Options, statusCode: 201) : outcome.Answer()).AllowOfficials();
        routes.MapDelete("/api/v1/my/absences/{id:guid}", async (HttpContext http, Officials officials, Guid id) => (await officials.Return(http.Actor(), id)).Answer()).AllowOfficials();
    }

    static async Task<IResult> Show(HttpContext http, OrganisationDirectory directory, OfficialLists lists, string? done, FieldErrors? errors)
    {
        var (person, office) = (http.Actor().Person!.Value, http.Actor().Organisation);
        return new PageResult<AbsencePage>(new
        {
            Absences = await lists.Absences(person), Colleagues = office is { } o ? await lists.Colleagues(person, o) : [], Office = office is { } id ? directory.Organisation(id)?.Key ?? "" : "",
            Name = http.Actor().Name, Done = done, Errors = errors,
        }) { StatusCode = errors is null ? 200 : 422 };
    }
}
