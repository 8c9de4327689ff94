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

/// <summary>A forgotten password: ask for a code, set a new one with it; by page and by interface.</summary>
static class PasswordResetRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/forgotten-password", (ShortMessages messages) => AskPage(messages, "", null)).AllowAnyone();
        routes.MapPost("/forgotten-password", Ask).AllowAnyone();
        routes.MapGet("/forgotten-password/{id:guid}", (Guid id, ShortMessages messages) => SetPage(id, messages, null)).AllowAnyone();
        routes.MapPost("/forgotten-password/{id:guid}", Set).AllowAnyone();
        routes.MapPost("/api/v1/password-resets", AskApi).AllowAnyone().DisableAntiforgery();
        routes.MapPost("/api/v1/password-resets/{id:guid}", SetApi).AllowAnyone().DisableAntiforgery();
        routes.MapGet("/demonstration/messages", Demonstration).AllowAnyone();
    }

    public sealed record AskForm
    {
        public string? Account { get; init; }
    }

    public sealed record SetForm
    {
        public string? Code { get; init; }
        public string? Password { get; init; }
        public string? Repeat { get; init; }
    }

    static PageResult<ForgottenPage> AskPage(ShortMessages messages, string account, string? message)
    {
        FieldErrors? errors = message is null ? null : [];
        errors?.Add("account", message!);
        return new(new { Ready = messages.Ready, Account = account, Errors = errors }) { StatusCode = message is null ? 200 : 422 };
    }

    static PageResult<NewPasswordPage> SetPage(Guid id, ShortMessages messages, FieldErrors? errors, string code = "") =>
        new(new { Id = id, Code = code, StandIn = messages.IsStandIn, Errors = errors }) { StatusCode = errors is null ? 200 : 422 };

    static async Task<IResult> Ask(HttpContext http, PasswordResets resets, ShortMessages messages, [FromForm] AskForm form)
    {
        var typed = (form.Account ?? "").Trim();
        if (!messages.Ready || typed.Length == 0) return AskPage(messages, typed, "请填写手机号、身份证号码或者账号名");
        var begun = await resets.Begin(typed, http.Address());
        if (begun.Wait is not { } wait) return Results.Redirect($"/forgotten-password/{begun.Id}");
        http.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        return AskPage(messages, typed, Later(wait));
    }

    static async Task<IResult> Set(HttpContext http, PasswordResets resets, ShortMessages messages, Guid id, [FromForm] SetForm form)
    {
        var done = await resets.Finish(id, form.Code ?? "", form.Password ?? "", form.Repeat ?? "", http.Address());
        return done.Ok ? Results.Redirect("/sign-in?done=password") : SetPage(id, messages, done.Faults.ToErrors(), form.Code ?? "");
    }

    static async Task<IResult> AskApi(HttpContext http, PasswordResets resets, ShortMessages messages, AskForm body)
    {
        if (!messages.Ready) return Outcome<bool>.No(Refusal.Conflict, "短信还没有开通，请到就近的政务服务中心重新设置口令").Refuse();
        if (string.IsNullOrWhiteSpace(body.Account)) return Outcome<bool>.No(Refusal.Invalid, "请填写手机号、身份证号码或者账号名", "account").Refuse();
        var begun = await resets.Begin(body.Account, http.Address());
        if (begun.Wait is not { } wait) return Results.Json(new { id = begun.Id, minutes = PasswordResets.Valid.TotalMinutes }, Json.Options, statusCode: StatusCodes.Status202Accepted);
        http.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        await Problems.Write(http, StatusCodes.Status429TooManyRequests, Later(wait));
        return Results.Empty;
    }

    static async Task<IResult> SetApi(HttpContext http, PasswordResets resets, Guid id, SetForm body)
    {
        var done = await resets.Finish(id, body.Code ?? "", body.Password ?? "", body.Repeat ?? body.Password ?? "", http.Address());
        return done.Ok ? Results.NoContent() : done.Refuse();
    }

    /// <summary>The stand-in's messages, where it stands in; else there is no such page.</summary>
    static async Task<IResult> Demonstration(ShortMessages messages, NodeOptions node) => node.Mode == NodeMode.Demonstration && messages.IsStandIn
        ? new PageResult<StandInMessagesPage>(new { Messages = await messages.Sent() }) : Problems.NotFound("没有这个页面");

    static string Later(TimeSpan wait) => $"获取验证码的次数过多，请在 {Math.Max(1, (int)Math.Ceiling(wait.TotalMinutes))} 分钟后再试";
}
