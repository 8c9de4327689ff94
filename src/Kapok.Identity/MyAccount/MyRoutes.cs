using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Kapok.Identity.Administration;
using Kapok.Identity.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Identity.MyAccount;

/// <summary>Facts of an account and the person behind it.</summary>
public sealed record MyFacts(string Account, string Kind, string Name, string IdNumber, string Phone, IReadOnlyList<string> Posts, string? ActingFor, DateTimeOffset SessionEnds, bool Verified = true);

/// <summary>One's own account: facts, password, sessions, whom one acts for, who looked at one's data.</summary>
static class MyRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/my/account", ShowAccount).AllowSignedIn();
        routes.MapGet("/api/v1/my/account", Account).AllowSignedIn();
        routes.MapGet("/my/password", (HttpContext http, [FromQuery(Name = "return")] string? back) => PasswordPage(http, back, null)).AllowSignedIn();
        routes.MapPost("/my/password", ChangePassword).AllowSignedIn();
        routes.MapPost("/api/v1/my/password", ChangePasswordApi).AllowSignedIn();
        routes.MapGet("/my/sessions", ShowSessions).AllowSignedIn();
        routes.MapPost("/my/sessions/{id:guid}/end", EndSession).AllowSignedIn();
        routes.MapPost("/my/sessions/end-others", EndOthers).AllowSignedIn();
        routes.MapPost("/my/sessions/end-all", EndAll).AllowSignedIn();
        routes.MapGet("/api/v1/sessions", async (HttpContext http, SessionBook book) => Results.Json(new { current = http.Session()!.Id, items = await book.Of(http.Session()!.Account) }, Json.Options)).AllowSignedIn();
        routes.MapGet("/api/v1/sessions/current", Current).AllowSignedIn();
        routes.MapDelete("/api/v1/sessions/{id:guid}", async (HttpContext http, SessionBook book, Guid id) =>
            await book.End(http.Session()!.Account, id, "signed-out", http.Actor()) ? Results.NoContent() : Problems.NotFound("没有这个登录")).AllowSignedIn();
        routes.MapDelete("/api/v1/sessions/current", async (HttpContext http, SessionBook book) =>
        {
            await book.End(http.Session()!.Account, http.Session()!.Id, "signed-out", http.Actor());
            return Results.NoContent();
        }).AllowSignedIn();
        routes.MapDelete("/api/v1/sessions", async (HttpContext http, SessionBook book) =>
            Results.Json(new { ended = await book.EndAll(http.Session()!.Account, "signed-out-everywhere", http.Actor()) }, Json.Options)).AllowSignedIn();
        routes.MapPost("/session", Keep).AllowSignedIn();
        routes.MapGet("/my/acting-for", ShowActingFor).AllowSignedIn();
        routes.MapPost("/my/acting-for", ActFor).AllowSignedIn();
        routes.MapGet("/api/v1/my/parties", async (HttpContext http, People people) => Results.Json(new { actingFor = http.Actor().OnBehalfOf, items = await people.PartiesOf(http.Actor()) }, Json.Options)).AllowSignedIn();
        routes.MapPut("/api/v1/my/acting-for", async (HttpContext http, SessionBook book, People people, ActingForBody body) =>
            (await book.ActFor(http.Session()!, body.Company, people, http.Actor())).Answer()).AllowSignedIn();
        routes.MapGet("/my/data-reads", ShowReads).AllowSignedIn();
        routes.MapGet("/api/v1/my/data-reads", Reads).AllowSignedIn();
    }

    public sealed record PasswordForm
    {
        public string? Current { get; init; }
        public string? Password { get; init; }
        public string? Repeat { get; init; }
        public string? Return { get; init; }
    }
    public sealed record ActingForBody(Guid? Company);
    public sealed record ActingForForm
    {
        public string? Company { get; init; }
        public string? Return { get; init; }
    }

    static async Task<MyFacts> Facts(HttpContext http, People people, Sessions sessions)
    {
        var (session, actor) = (http.Session()!, http.Actor());
        var self = await people.Find(actor.Person!.Value);
        return new(session.AccountName, actor.Kind == ActorKind.Official ? "official" : "citizen", actor.Name, People.Masked(self?.CertificateNumber ?? ""), self?.Phone ?? "",
            [.. actor.Grants.Select(g => g.Title).Distinct()], session.ActingForName, sessions.EndOf(session), self?.Verified ?? true);
    }

    static async Task<IResult> ShowAccount(HttpContext http, People people, Sessions sessions, Verification verification, string? done) =>
        new PageResult<AccountPage>(new { Facts = await Facts(http, people, sessions), Done = done, StandIn = verification.IsStandIn });

    static async Task<IResult> Account(HttpContext http, People people, Sessions sessions) => Results.Json(await Facts(http, people, sessions), Json.Options);

    static IResult PasswordPage(HttpContext http, string? back, FieldErrors? errors) =>
        new PageResult<PasswordPage>(new { Return = LocalUrl.Or(back, ""), Errors = errors, Must = http.Session()!.MustChangePassword, Account = http.Session()!.AccountName })
        { StatusCode = errors is null ? 200 : 422 };

    static async Task<IResult> ChangePassword(HttpContext http, Accounts accounts, [FromForm] PasswordForm form)
    {
        var outcome = await accounts.ChangePassword(http.Session()!, http.Actor(), form.Current ?? "", form.Password ?? "", form.Repeat ?? "");
        return outcome.Ok ? Results.Redirect(LocalUrl.Or(form.Return, "/my/account?done=password")) : PasswordPage(http, form.Return, outcome.Faults.ToErrors());
    }

    static async Task<IResult> ChangePasswordApi(HttpContext http, Accounts accounts, PasswordForm body) =>
        (await accounts.ChangePassword(http.Session()!, http.Actor(), body.Current ?? "", body.Password ?? "", body.Repeat ?? body.Password ?? "")).Answer();

    static async Task<IResult> ShowSessions(HttpContext http, SessionBook book, string? done) =>
        new PageResult<SessionsPage>(new { Sessions = await book.Of(http.Session()!.Account), Current = http.Session()!.Id, Done = done });

    static async Task<IResult> EndSession(HttpContext http, SessionBook book, Guid id)
    {
        if (!await book.End(http.Session()!.Account, id, "signed-out", http.Actor())) return Problems.NotFound("没有这个登录，可能已经结束");
        return Results.Redirect(id == http.Session()!.Id ? "/sign-in" : "/my/sessions?done=ended");
    }

    static async Task<IResult> EndOthers(HttpContext http, SessionBook book)
    {
        await book.EndAll(http.Session()!.Account, "signed-out-others", http.Actor(), except: http.Session()!.Id);
        return Results.Redirect("/my/sessions?done=others");
    }

    static async Task<IResult> EndAll(HttpContext http, SessionBook book)
    {
        await book.EndAll(http.Session()!.Account, "signed-out-everywhere", http.Actor());
        RequestSession.ClearCookie(http);
        return Results.Redirect("/sign-in");
    }

    static IResult Current(HttpContext http, Sessions sessions)
    {
        var s = http.Session()!;
        return Results.Json(new { s.Id, account = s.AccountName, kind = s.Kind, s.CreatedAt, s.ExpiresAt, ends = sessions.EndOf(s), actingFor = s.Actor.OnBehalfOf, s.MustChangePassword }, Json.Options);
    }

    /// <summary>Asking is activity enough; the page learns the new end.</summary>
    static IResult Keep(HttpContext http, Sessions sessions)
    {
        http.Response.Headers["X-Session-Ends"] = sessions.EndOf(http.Session()!).ToUnixTimeMilliseconds().ToString();
        return Results.NoContent();
    }

    static async Task<IResult> ShowActingFor(HttpContext http, People people, [FromQuery(Name = "return")] string? back, string? done) =>
        new PageResult<ActingForPage>(new { Parties = await people.PartiesOf(http.Actor()), Current = http.Actor().OnBehalfOf, Return = LocalUrl.Or(back, ""), Done = done });

    static async Task<IResult> ActFor(HttpContext http, SessionBook book, People people, [FromForm] ActingForForm form)
    {
        Guid? company = null;
        if (!string.IsNullOrEmpty(form.Company))
        {
            if (!Guid.TryParse(form.Company, out var id)) return Problems.NotFound("没有这家单位");
            if (id != http.Actor().Person) company = id;
        }
        var outcome = await book.ActFor(http.Session()!, company, people, http.Actor());
        return outcome.Ok ? Results.Redirect(LocalUrl.Or(form.Return, "/my/acting-for?done=switched")) : outcome.Refuse();
    }

    static async Task<Listing<ReadRow>> MyReads(HttpContext http, AuditTrail trail, DataReads reads, string? after)
    {
        await reads.Flush(); // what this process has just noted belongs on the page
        return await trail.ReadsOf(http.Actor().OnBehalfOf ?? http.Actor().Person!.Value, after);
    }

    static async Task<IResult> ShowReads(HttpContext http, AuditTrail trail, DataReads reads, string? after) =>
        new PageResult<DataReadsPage>(new { Reads = await MyReads(http, trail, reads, after), Of = http.Session()!.ActingForName ?? http.Actor().Name, First = after is null });

    static async Task<IResult> Reads(HttpContext http, AuditTrail trail, DataReads reads, string? after)
    {
        var page = await MyReads(http, trail, reads, after);
        return Results.Json(new { items = page.Items.Select(r => new { r.At, r.Reader, r.What, r.Purpose }), page.Next }, Json.Options);
    }
}
