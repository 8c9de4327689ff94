using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
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
    public sealed record SignInForm(string? Account, string? Password, string? Return);

    /// <summary>What a program sends to begin a session.</summary>
    public sealed record SessionRequest(string? Account, string? Password);

    /// <summary>A session for a program: send the token as <c>Authorization: Bearer</c>.</summary>
    public sealed record SessionAnswer(string Token, Guid Id, string Account, string Kind, string Name, bool MustChangePassword, DateTimeOffset ExpiresAt, int IdleMinutes);

    static IResult Show(HttpContext http, NodeOptions node, [FromQuery(Name = "return")] string? back) =>
        http.Actor().SignedIn ? Results.Redirect(LocalUrl.Or(back, Home(http.Actor()))) : Page(node, back, "", null);

    static RazorComponentResult Page(NodeOptions node, string? back, string account, string? message) =>
        new(typeof(SignInPage), new { Return = LocalUrl.Or(back, ""), Account = account, Message = message, Demonstration = node.Mode == NodeMode.Demonstration })
        { StatusCode = message is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity };

    static async Task<IResult> Enter(HttpContext http, SignInDesk desk, NodeOptions node, [FromForm] SignInForm form)
    {
        var answer = await desk.SignIn(new(form.Account ?? "", form.Password ?? "", http.Address(), http.Request.Headers.UserAgent.ToString(), SessionKind.Browser, http.Request.Cookies[RequestSession.Cookie]));
        if (answer.Session is not { } session)
        {
            if (answer.RetryAfter is { } wait) http.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString();
            return Page(node, form.Return, form.Account ?? "", answer.Message);
        }
        RequestSession.SetCookie(http, session.Token);
        return Results.Redirect(LocalUrl.Or(form.Return, Home(session.AccountKind == "official")));
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

    internal static string Home(Actor actor) => Home(actor.Kind == ActorKind.Official);

    static string Home(bool official) => official ? "/desk" : "/";
}
