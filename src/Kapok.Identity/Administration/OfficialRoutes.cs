using System.Globalization;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Kapok.Identity.Granting;
using Kapok.Identity.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Identity.Administration;

/// <summary>Officials: find, open, appoint, end, roles, absences, accounts; by page and by interface.</summary>
static class OfficialRoutes
{
    const string Pages = "/admin/officials", Api = "/api/v1/admin/officials";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Pages, async (HttpContext http, OrganisationDirectory directory, OfficialLists lists, string? q, string? after, string? done) =>
            new PageResult<OfficialsPage>(new { List = await lists.Search(Scope(http, directory), q, null, after), Query = q ?? "", First = after is null, Done = done })).Allow(Grants.Manage);
        routes.MapGet(Api, async (HttpContext http, OrganisationDirectory directory, OfficialLists lists, string? q, string? organisation, string? after) =>
            Results.Json(await lists.Search(Scope(http, directory), q, organisation, after), Json.Options)).Allow(Grants.Manage);
        routes.MapGet(Pages + "/new", (HttpContext http, OrganisationDirectory directory, string? organisation) => NewPage(http, directory, new() { Organisation = organisation }, null)).Allow(Grants.Manage);
        routes.MapPost(Pages + "/new", OpenByForm).Allow(Grants.Manage);
        routes.MapGet(Pages + "/{person:guid}", (HttpContext http, OrganisationDirectory directory, OfficialLists lists, DataReads reads, Guid person, string? done) => Card(http, directory, lists, reads, person, done, null, null)).Allow(Grants.Manage);
        routes.MapGet(Api + "/{person:guid}", async (HttpContext http, OrganisationDirectory directory, OfficialLists lists, DataReads reads, Guid person) =>
        {
            if (await lists.Find(Scope(http, directory), person) is not { } card) return Problems.NotFound("没有找到这位工作人员");
            await reads.Record(http.Actor(), person, "工作人员任职和账号信息", "人员管理");
            return Results.Json(card, Json.Options);
        }).Allow(Grants.Manage);

        Act<PostForm, NewPost, Guid>(routes, "/{id:guid}/appointments", (http, s, id, post) => s.Appoint(http.Actor(), id, post), f => new(f.Organisation?.Trim(), f.Post, Day(f.From), Day(f.To)), "appointed");
        Act<RoleForm, NewRole, Guid>(routes, "/{id:guid}/roles", (http, s, id, role) => s.Give(http.Actor(), id, role), f => new(f.Post, f.Division?.Trim(), f.Organisation?.Trim(), f.Line, Day(f.From), Day(f.To)), "granted");
        Act<AbsenceForm, NewAbsence, Guid>(routes, "/{id:guid}/absences", (http, s, id, absence) => s.Absent(http.Actor(), id, absence),
            f => new(Guid.TryParse(f.Substitute, out var who) ? who : null, f.Organisation?.Trim(), Day(f.From), Day(f.To), f.Reason), "absent");

        End(routes, "appointments", "end", (http, s, id, ground) => s.Officials.End(http.Actor(), id, ground));
        End(routes, "roles", "take-back", (http, s, id, ground) => s.Officials.TakeBack(http.Actor(), id, ground));
        End(routes, "absences", "cancel", (http, s, id, _) => s.Officials.Return(http.Actor(), id));
        End(routes, "accounts", "lock", (http, s, id, ground) => s.Accounts.Lock(http.Actor(), id, ground));
        End(routes, "accounts", "unlock", (http, s, id, ground) => s.Accounts.Unlock(http.Actor(), id, ground));
        routes.MapPost("/admin/accounts/{id:guid}/reset-password", async (HttpContext http, Accounts accounts, Guid id) =>
        {
            var outcome = await accounts.ResetPassword(http.Actor(), id);
            return outcome.Ok ? new PageResult<PasswordResetPage>(new { Password = outcome.Value }) : outcome.Refuse();
        }).Allow(Grants.Manage);
        routes.MapPost("/api/v1/admin/accounts/{id:guid}/reset-password", async (HttpContext http, Accounts accounts, Guid id) =>
            await accounts.ResetPassword(http.Actor(), id) is var outcome && outcome.Ok ? Results.Json(new { initialPassword = outcome.Value }, Json.Options) : outcome.Answer()).Allow(Grants.Manage);
    }

    /// <summary>The engines an administrative act may need.</summary>
    sealed record Engines(Officials Officials, Accounts Accounts);

    public sealed record PostForm
    {
        public string? Organisation { get; init; }
        public string? Post { get; init; }
        public string? From { get; init; }
        public string? To { get; init; }
    }
    public sealed record RoleForm
    {
        public string? Post { get; init; }
        public string? Division { get; init; }
        public string? Organisation { get; init; }
        public string? Line { get; init; }
        public string? From { get; init; }
        public string? To { get; init; }
    }
    public sealed record AbsenceForm
    {
        public string? Substitute { get; init; }
        public string? Organisation { get; init; }
        public string? From { get; init; }
        public string? To { get; init; }
        public string? Reason { get; init; }
    }
    public sealed record EndForm
    {
        public string? Ground { get; init; }
        public string? Person { get; init; }
    }
    public sealed record GroundBody(string? Ground);

    /// <summary>An act on a person: by form, which leads back to the person's page, and by JSON.</summary>
    static void Act<TForm, TBody, TAnswer>(IEndpointRouteBuilder routes, string path, Func<HttpContext, Officials, Guid, TBody, Task<Outcome<TAnswer>>> act, Func<TForm, TBody> read, string done) where TForm : class where TBody : class
    {
        routes.MapPost(Pages + path, async (HttpContext http, Officials officials, OrganisationDirectory directory, OfficialLists lists, DataReads reads, Guid id, [FromForm] TForm form) =>
        {
            var outcome = await act(http, officials, id, read(form));
            return outcome.Ok ? Results.Redirect($"{Pages}/{id}?done={done}") : await Card(http, directory, lists, reads, id, null, outcome.Faults.ToErrors(), Problems.Status(outcome.Refused!.Value));
        }).Allow(Grants.Manage);
        routes.MapPost(Api + path, async (HttpContext http, Officials officials, Guid id, TBody body) =>
            await act(http, officials, id, body) is var outcome && outcome.Ok ? Results.Json(new { id = outcome.Value }, Json.Options, statusCode: 201) : outcome.Answer()).Allow(Grants.Manage);
    }

    /// <summary>An act that ends something, with its ground.</summary>
    static void End(IEndpointRouteBuilder routes, string things, string verb, Func<HttpContext, Engines, Guid, string?, Task<Outcome<bool>>> act)
    {
        routes.MapPost($"/admin/{things}/{{id:guid}}/{verb}", async (HttpContext http, Officials officials, Accounts accounts, Guid id, [FromForm] EndForm form) =>
            await act(http, new(officials, accounts), id, form.Ground) is var outcome && outcome.Ok
                ? Results.Redirect(Guid.TryParse(form.Person, out var person) ? $"{Pages}/{person}?done={verb}" : $"{Pages}?done={verb}") : outcome.Refuse()).Allow(Grants.Manage);
        routes.MapPost($"/api/v1/admin/{things}/{{id:guid}}/{verb}", async (HttpContext http, Officials officials, Accounts accounts, Guid id, GroundBody body) =>
            (await act(http, new(officials, accounts), id, body.Ground)).Answer()).Allow(Grants.Manage);
    }

    static AdminScope Scope(HttpContext http, OrganisationDirectory directory) => new(http.Actor(), Grants.Manage, directory.Current);

    static async Task<IResult> Card(HttpContext http, OrganisationDirectory directory, OfficialLists lists, DataReads reads, Guid person, string? done, FieldErrors? errors, int? status)
    {
        var scope = Scope(http, directory);
        if (await lists.Find(scope, person) is not { } card) return Problems.NotFound("没有找到这位工作人员");
        await reads.Record(http.Actor(), person, "工作人员任职和账号信息", "人员管理");
        var office = card.Posts.FirstOrDefault(p => p.To is null)?.Organisation;
        return new PageResult<OfficialPage>(new
        {
            Card = card, Nearby = Nearby(scope), Done = done, Errors = errors, Posts = PostChoices(scope), Office = office is { } o ? directory.Organisation(o)?.Key ?? "" : "",
            Colleagues = office is { } here ? await lists.Colleagues(person, here) : [], Lines = (IReadOnlyList<Choice>)[.. scope.Directory.Lines.Select(l => new Choice(l.Key, l.Name))],
        }) { StatusCode = status ?? 200 };
    }

    internal static IReadOnlyList<Choice> PostChoices(AdminScope scope) => [.. scope.Directory.Posts.Where(p => p.Scope != PostScope.Node).Select(p => new Choice(p.Key, p.Name))];

    /// <summary>Enough to choose from; a province types the key.</summary>
    static IReadOnlyList<string> Nearby(AdminScope scope) => [.. scope.Organisations.Where(o => o.ClosedOn is null).Select(o => o.Key).Take(200)];

    static IResult NewPage(HttpContext http, OrganisationDirectory directory, NewOfficialForm form, FieldErrors? errors) =>
        new PageResult<NewOfficialPage>(new { Form = form, Nearby = Nearby(Scope(http, directory)), Errors = errors, Posts = PostChoices(Scope(http, directory)) }) { StatusCode = errors is null ? 200 : 422 };

    static async Task<IResult> OpenByForm(HttpContext http, OrganisationDirectory directory, Openings openings, [FromForm] NewOfficialForm form)
    {
        var opening = new Opening { Officials = [new(form.Name, form.IdNumber, form.Phone, form.Account?.Trim().ToLowerInvariant()) { Posts = [new(form.Organisation?.Trim(), form.Post)] }] };
        var outcome = await openings.Open(http.Actor(), opening);
        if (outcome.Ok) return new PageResult<OpenedPage>(new { Opened = outcome.Value, Directory = directory.Current });
        var errors = outcome.Faults.ToErrors("name", "idNumber", "phone", "account", "organisation", "post");
        return NewPage(http, directory, form, errors);
    }

    /// <summary>A day as a browser or a person writes it; nothing when it is empty. Nonsense is refused by name.</summary>
    internal static DateOnly? Day(string? text) => string.IsNullOrWhiteSpace(text) ? null
        : DateOnly.TryParseExact(text.Trim(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day
        : throw new InvalidDataException($"日期“{text}”应写作 2026-09-21");
}

/// <summary>What was typed into the form of a new official.</summary>
public sealed record NewOfficialForm
{
    public string? Name { get; init; }
    public string? IdNumber { get; init; }
    public string? Phone { get; init; }
    public string? Account { get; init; }
    public string? Organisation { get; init; }
    public string? Post { get; init; }
}
