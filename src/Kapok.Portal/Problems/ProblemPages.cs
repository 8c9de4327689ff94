using Kapok.Foundation;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Kapok.Identity.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Portal.Problems;

/// <summary>"This page has a problem": the form at the foot of every page.</summary>
static class ProblemPages
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/problem", (string? page) => Show(LocalUrl.Or(page, "/"), "", "", null)).AllowAnyone();
        routes.MapGet("/problem/thanks", (string? page) => new PageResult<ProblemThanksPage>(new { Back = LocalUrl.Or(page, "/") })).AllowAnyone();
        routes.MapPost("/problem", Send).AllowAnyone();
    }

    static PageResult Show(string about, string said, string contact, FieldErrors? errors) =>
        new(typeof(ProblemPage), new { About = about, Said = said, Contact = contact, Errors = errors }) { StatusCode = errors is null ? 200 : 422 };

    static async Task<IResult> Send(HttpContext http, ProblemReports reports, PageContext page)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var (about, said, contact) = (LocalUrl.Or(form["page"], "/"), form["said"].ToString(), form["contact"].ToString());
        var kept = await reports.Keep(about, said, contact, http.Actor(), http.Request.Headers.UserAgent.ToString(), page.Language);
        if (kept.Ok) return Results.Redirect($"/problem/thanks?page={Uri.EscapeDataString(about)}");
        var errors = new FieldErrors();
        foreach (var fault in kept.Faults) errors.Add(fault.Where, fault.Message);
        return Show(about, said, contact, errors);
    }
}
