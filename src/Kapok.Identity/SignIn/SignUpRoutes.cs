using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Kapok.Foundation.Messages;
using Kapok.Foundation.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Identity.SignIn;

/// <summary>A citizen opens an account, and has name and number verified; by page and by interface.</summary>
static class SignUpRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sign-up", (HttpContext http, ShortMessages messages, [FromQuery(Name = "return")] string? back) =>
            http.Actor().SignedIn ? Results.Redirect(LocalUrl.Or(back, "/my/account")) : AskPage(messages, new() { Return = back }, null)).AllowAnyone();
        routes.MapPost("/sign-up", Ask).AllowAnyone();
        routes.MapGet("/sign-up/{id:guid}", (Guid id, ShortMessages messages, [FromQuery(Name = "return")] string? back) => CodePage(id, messages, back, "", null)).AllowAnyone();
        routes.MapPost("/sign-up/{id:guid}", Open).AllowAnyone();
        routes.MapPost("/api/v1/sign-ups", AskApi).AllowAnyone().DisableAntiforgery();
        routes.MapPost("/api/v1/sign-ups/{id:guid}", OpenApi).AllowAnyone().DisableAntiforgery();
        routes.MapPost("/my/account/verification", StandIn).AllowSignedIn();
        routes.MapGet("/desk/identity-check", (string? done) => CheckPage(new(), done, null)).Allow("cases.accept");
        routes.MapPost("/desk/identity-check", Check).Allow("cases.accept");
        routes.MapPost("/api/v1/identity-checks", async (HttpContext http, Verification verification, CheckForm body) =>
            (await verification.Verify(http.Actor(), body.Name, body.IdNumber, body.Phone)) is var done && done.Ok ? Results.Json(new { person = done.Value }, Json.Options) : done.Refuse()).Allow("cases.accept");
    }

    public sealed record OpenForm
    {
        public string? Code { get; init; }
        public string? Password { get; init; }
        public string? Repeat { get; init; }
        public string? Return { get; init; }
    }

    static IResult AskPage(ShortMessages messages, SignUpForm form, FieldErrors? errors) =>
        new PageResult<SignUpPage>(new { Ready = messages.Ready, Typed = form with { Return = LocalUrl.Or(form.Return, "") }, Errors = errors }) { StatusCode = errors is null ? 200 : 422 };

    static IResult CodePage(Guid id, ShortMessages messages, string? back, string code, FieldErrors? errors, bool taken = false) =>
        new PageResult<SignUpCodePage>(new { Id = id, Code = code, Return = LocalUrl.Or(back, ""), StandIn = messages.IsStandIn, Errors = errors, Taken = taken }) { StatusCode = errors is null && !taken ? 200 : 422 };

    static async Task<IResult> Ask(HttpContext http, SignUps signUps, ShortMessages messages, [FromForm] SignUpForm form)
    {
        if (!messages.Ready) return AskPage(messages, form, null);
        var begun = await signUps.Begin(new(form.Name, form.IdNumber, form.Phone, form.Agreed == "true"), http.Address());
        if (!begun.Ok) return AskPage(messages, form, begun.Faults.ToErrors());
        if (begun.Value!.Wait is { } wait)
        {
            SayWhen(http, wait);
            var errors = new FieldErrors();
            errors.Add("phone", Later(wait));
            return AskPage(messages, form, errors);
        }
        return Results.Redirect($"/sign-up/{begun.Value.Id}{(LocalUrl.IsLocal(form.Return) ? $"?return={Uri.EscapeDataString(form.Return!)}" : "")}");
    }

    static async Task<IResult> Open(HttpContext http, Guid id, SignUps signUps, SignInDesk desk, ShortMessages messages, [FromForm] OpenForm form)
    {
        var done = await signUps.Finish(id, form.Code ?? "", form.Password ?? "", form.Repeat ?? "", http.Address());
        if (!done.Ok) return done.Refused == Refusal.Conflict ? CodePage(id, messages, form.Return, "", null, taken: true) : CodePage(id, messages, form.Return, form.Code ?? "", done.Faults.ToErrors());
        var answer = await desk.SignIn(new(done.Value!.Name, form.Password!, http.Address(), http.Request.Headers.UserAgent.ToString(), SessionKind.Browser, http.Request.Cookies[RequestSession.Cookie]));
        if (answer.Session is not { } session) return Results.Redirect("/sign-in");
        RequestSession.SetCookie(http, session.Token);
        return Results.Redirect(LocalUrl.Or(form.Return, "/my/account?done=opened"));
    }

    static async Task<IResult> AskApi(HttpContext http, SignUps signUps, ShortMessages messages, SignUpRequest body)
    {
        if (!messages.Ready) return Outcome<bool>.No(Refusal.Conflict, "短信还没有开通，请到就近的政务服务中心开通账号").Refuse();
        var begun = await signUps.Begin(body, http.Address());
        if (!begun.Ok) return begun.Refuse();
        if (begun.Value!.Wait is not { } wait) return Results.Json(new { id = begun.Value.Id, minutes = SignUps.Valid.TotalMinutes }, Json.Options, statusCode: StatusCodes.Status202Accepted);
        SayWhen(http, wait);
        await Problems.Write(http, StatusCodes.Status429TooManyRequests, Later(wait));
        return Results.Empty;
    }

    static async Task<IResult> OpenApi(HttpContext http, SignUps signUps, Guid id, OpenForm body)
    {
        var done = await signUps.Finish(id, body.Code ?? "", body.Password ?? "", body.Repeat ?? body.Password ?? "", http.Address());
        return done.Ok ? Results.Json(new { account = done.Value!.Name }, Json.Options, statusCode: StatusCodes.Status201Created) : done.Refuse();
    }

    static async Task<IResult> StandIn(HttpContext http, Verification verification) =>
        await verification.StandIn(http.Actor()) is var done && done.Ok ? Results.Redirect("/my/account?done=verified") : done.Refuse();

    static IResult CheckPage(CheckForm form, string? done, FieldErrors? errors) =>
        new PageResult<IdentityCheckPage>(new { Typed = form, Done = done == "1", Errors = errors }) { StatusCode = errors is null ? 200 : 422 };

    static async Task<IResult> Check(HttpContext http, Verification verification, [FromForm] CheckForm form)
    {
        var done = await verification.Verify(http.Actor(), form.Name, form.IdNumber, form.Phone);
        return done.Ok ? Results.Redirect("/desk/identity-check?done=1") : CheckPage(form, null, done.Faults.ToErrors());
    }

    static void SayWhen(HttpContext http, TimeSpan wait) => http.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);

    static string Later(TimeSpan wait) => $"获取验证码的次数过多，请在 {Math.Max(1, (int)Math.Ceiling(wait.TotalMinutes))} 分钟后再试";
}

/// <summary>What was typed to open an account.</summary>
public sealed record SignUpForm
{
    public string? Name { get; init; }
    public string? IdNumber { get; init; }
    public string? Phone { get; init; }
    public string? Agreed { get; init; }
    public string? Return { get; init; }
}

/// <summary>What stands on a card, and the phone its holder signed up with.</summary>
public sealed record CheckForm
{
    public string? Name { get; init; }
    public string? IdNumber { get; init; }
    public string? Phone { get; init; }
}
