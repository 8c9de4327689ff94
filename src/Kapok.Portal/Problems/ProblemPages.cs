using Kapok.Foundation;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Kapok.Identity;
using Kapok.Identity.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Portal.Problems;

/// <summary>"This page has a problem" at the foot of every page, "please call me" in elder mode, and the list of those who answer.</summary>
static class ProblemPages
{
    /// <summary>May read what people report and ask, and answer.</summary>
    public const string Answer = "portal.answer";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/problem", async (HttpContext http, ReportContext context, string? page, string? code) => await Show(http, context, new() { Page = LocalUrl.Or(page, "/"), Code = code ?? "" }, null)).AllowAnyone();
        routes.MapGet("/problem/thanks", (string? page, string? number) => new PageResult<ProblemThanksPage>(new { Back = LocalUrl.Or(page, "/"), Number = NumberOf(number) })).AllowAnyone();
        routes.MapPost("/problem", Send).AllowAnyone();
        routes.MapGet("/help/call-back", AskForCall).AllowAnyone();
        routes.MapPost("/help/call-back", Call).AllowAnyone();
        routes.MapGet("/help/call-back/thanks", (string? page, string? number) => new PageResult<CallThanksPage>(new { Back = LocalUrl.Or(page, "/"), Number = NumberOf(number) })).AllowAnyone();
        routes.MapGet("/desk/reports", async (ProblemReports reports, string? done) => await List(reports, done, null, null)).Allow(Answer);
        routes.MapPost("/desk/reports/{id:guid}", Finish).Allow(Answer);
    }

    static string NumberOf(string? text) => text is { Length: 8 } && text[0] == 'F' && text.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0 ? text : "";

    static async Task<IResult> Show(HttpContext http, ReportContext context, TypedReport typed, FieldErrors? errors) => new PageResult(typeof(ProblemPage), new
    {
        Typed = typed, Errors = errors, Context = await context.Of(http, typed.Page, typed.Code), Named = http.Actor().SignedIn,
    }) { StatusCode = errors is null ? 200 : 422 };

    static async Task<IResult> Send(HttpContext http, ProblemReports reports, ReportContext context, PageContext page)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var typed = new TypedReport { Page = LocalUrl.Or(form["page"], "/"), Code = form["code"].ToString(), Said = form["said"].ToString(), Contact = form["contact"].ToString(), Nameless = form["nameless"] == "true" };
        var kept = await reports.Keep(typed.Page, typed.Said, typed.Contact, typed.Nameless ? null : http.Actor().Person, await context.Of(http, typed.Page, typed.Code, !typed.Nameless), page.Language);
        if (kept.Ok) return Results.Redirect($"/problem/thanks?page={Uri.EscapeDataString(typed.Page)}&number={kept.Value}");
        return await Show(http, context, typed, Errors(kept.Faults));
    }

    static async Task<IResult> AskForCall(HttpContext http, People people, string? page)
    {
        var self = http.Actor().Person is { } person ? await people.Find(person) : null;
        return CallPage(new() { Page = LocalUrl.Or(page, "/"), Name = self?.Name ?? "", Phone = self?.Phone ?? "" }, null);
    }

    static PageResult<CallBackPage> CallPage(TypedCall typed, FieldErrors? errors) => new(new { Typed = typed, Errors = errors }) { StatusCode = errors is null ? 200 : 422 };

    static async Task<IResult> Call(HttpContext http, ProblemReports reports, ReportContext context, PageContext page)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var typed = new TypedCall { Page = LocalUrl.Or(form["page"], "/"), Name = form["name"].ToString(), Phone = form["phone"].ToString(), About = form["about"].ToString(), When = form["when"].ToString() };
        var kept = await reports.AskForCall(typed.Page, typed.About, typed.Name, typed.Phone, typed.When, http.Actor().Person, await context.Of(http, typed.Page, null), page.Language);
        return kept.Ok ? Results.Redirect($"/help/call-back/thanks?page={Uri.EscapeDataString(typed.Page)}&number={kept.Value}") : CallPage(typed, Errors(kept.Faults));
    }

    static async Task<IResult> List(ProblemReports reports, string? done, Guid? at, FieldErrors? errors) =>
        new PageResult<ReportsPage>(new { Reports = await reports.Open(), Done = done == "1", At = at, Errors = errors }) { StatusCode = errors is null ? 200 : 422 };

    static async Task<IResult> Finish(HttpContext http, Guid id, ProblemReports reports)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var done = await reports.Done(id, http.Actor(), form["note"].ToString());
        return done.Ok ? Results.Redirect("/desk/reports?done=1") : done.Refused == Refusal.Invalid ? await List(reports, null, id, Errors(done.Faults)) : done.Refuse();
    }

    static FieldErrors Errors(IReadOnlyList<Fault> faults)
    {
        var errors = new FieldErrors();
        foreach (var fault in faults) errors.Add(fault.Where, fault.Message);
        return errors;
    }
}

/// <summary>A report as typed.</summary>
public sealed record TypedReport
{
    public string Page { get; init; } = "/";
    public string Code { get; init; } = "";
    public string Said { get; init; } = "";
    public string Contact { get; init; } = "";
    public bool Nameless { get; init; }
}

/// <summary>A request to be called, as typed.</summary>
public sealed record TypedCall
{
    public string Page { get; init; } = "/";
    public string Name { get; init; } = "";
    public string Phone { get; init; } = "";
    public string About { get; init; } = "";
    public string When { get; init; } = "any";
}
