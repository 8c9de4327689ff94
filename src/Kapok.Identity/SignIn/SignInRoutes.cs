using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Identity.SignIn;

/// <summary>Coming in and going out, by page and by interface.</summary>
static class SignInRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sign-in", Show).AllowAnyone();
        routes.MapPost("/sign-in", Enter).AllowAnyone();
        routes.MapPost("/sign-out", Leave).AllowAnyone();
        routes.MapPost("/api/v1/sessions", Begin).AllowAnyone().DisableAntiforgery();
    }

    /// <summary>What the sign-in page sends.</summary>
    public sealed record SignInForm
    {
        public string? Account { get; init; }
        public string? Password { get; init; }
        public string? Return { get; init; }
    }

    /// <summary>What a program sends to begin a session.</summary>
    public sealed record SessionRequest(string? Account, string? Password);

    /// <summary>A session for a program: send the token as <c>Authorization: Bearer</c>.</summary>
    public sealed record SessionAnswer(string Token, Guid Id, string Account, string Kind, string Name, bool MustChangePassword, DateTimeOffset ExpiresAt, int IdleMinutes);

    static async Task<IResult> Show(HttpContext http, DemonstrationAccounts demonstration, [FromQuery(Name = "return")] string? back, string? done) =>
        http.Actor().SignedIn ? Results.Redirect(LocalUrl.Or(back, IdentityPages.Home(http.Actor()))) : await Page(demonstration, back, "", null, done);

    static async Task<IResult> Page(DemonstrationAccounts demonstration, string? back, string account, string? message, string? done = null)
    {
        FieldErrors? errors = message is null ? null : [];
        if (message is not null) errors!.Add("", message);
        return new PageResult<SignInPage>(new { Return = LocalUrl.Or(back, ""), Account = account, Errors = errors, Done = done, Demonstration = await demonstration.All() })
        { StatusCode = message is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity };
    }

    static async Task<IResult> Enter(HttpContext http, SignInDesk desk, Sessions sessions, DemonstrationAccounts demonstration, [FromForm] SignInForm form)
    {
        var answer = await desk.SignIn(new(form.Account ?? "", form.Password ?? "", http.Address(), http.Request.Headers.UserAgent.ToString(), SessionKind.Browser, http.Request.Cookies[RequestSession.Cookie]));
        if (answer.Session is not { } session)
        {
            if (answer.RetryAfter is { } wait) http.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString();
            return await Page(demonstration, form.Return, form.Account ?? "", answer.Message);
        }
        RequestSession.SetCookie(http, session.Token);
        var actor = (await sessions.Find(session.Token))?.Actor ?? Actor.Nobody;
        return Results.Redirect(LocalUrl.Or(form.Return, IdentityPages.Home(actor)));
    }

    static async Task<IResult> Begin(HttpContext http, SignInDesk desk, IdentityOptions options, SessionRequest body)
    {
        var answer = await desk.SignIn(new(body.Account ?? "", body.Password ?? "", http.Address(), http.Request.Headers.UserAgent.ToString(), SessionKind.Api));
        if (answer.Session is { } s)
        {
            http.Response.Headers.CacheControl = "no-store";
            return Results.Json(new SessionAnswer(s.Token, s.Id, s.AccountName, s.AccountKind, s.Name, s.MustChangePassword, s.ExpiresAt, (int)options.SessionIdle.TotalMinutes), Json.Options, statusCode: StatusCodes.Status201Created);
        }
        if (answer.RetryAfter is { } wait) http.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString();
        await Problems.Write(http, answer.RetryAfter is null ? StatusCodes.Status401Unauthorized : StatusCodes.Status429TooManyRequests, answer.Message);
        return Results.Empty;
    }

    static async Task<IResult> Leave(HttpContext http, SessionBook book)
    {
        if (http.Session() is { } session) await book.End(session.Account, session.Id, "signed-out", http.Actor());
        RequestSession.ClearCookie(http);
        return Results.Redirect("/");
    }
}
