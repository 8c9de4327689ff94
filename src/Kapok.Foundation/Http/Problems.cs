using System.Net.Sockets;
using System.Text.Json;
using Kapok.Foundation.Data;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Kapok.Foundation.Http;

/// <summary>How refusals and accidents leave the house: problem+json (RFC 9457) for programs, a page for people.</summary>
public static class Problems
{
    public static int Status(Refusal refusal) => refusal switch
    {
        Refusal.Invalid => StatusCodes.Status422UnprocessableEntity,
        Refusal.NotFound => StatusCodes.Status404NotFound,
        Refusal.Forbidden => StatusCodes.Status403Forbidden,
        Refusal.Conflict => StatusCodes.Status409Conflict,
        Refusal.Gone => StatusCodes.Status410Gone,
        Refusal.TooLarge => StatusCodes.Status413PayloadTooLarge,
        _ => StatusCodes.Status503ServiceUnavailable,
    };

    /// <summary>The JSON answer of a use case: its value, or its refusal as problem+json.</summary>
    public static IResult Answer<T>(this Outcome<T> outcome, int status = StatusCodes.Status200OK) =>
        outcome.Ok ? Results.Json(outcome.Value, Json.Options, statusCode: status) : new Refused(Status(outcome.Refused!.Value), outcome.Message, outcome.Faults);

    /// <summary>A refusal as a result, page or JSON as the caller wants.</summary>
    public static IResult Refuse<T>(this Outcome<T> outcome) => new Refused(Status(outcome.Refused!.Value), outcome.Message, outcome.Faults);

    public static IResult NotFound(string message = "没有找到您要的内容") => new Refused(StatusCodes.Status404NotFound, message, []);

    public static IResult Forbidden(string reason) => new Refused(StatusCodes.Status403Forbidden, reason, []);

    sealed class Refused(int status, string message, IReadOnlyList<Fault> faults) : IResult
    {
        public Task ExecuteAsync(HttpContext http) => Write(http, status, message, faults);
    }

    public static async Task Write(HttpContext http, int status, string message, IReadOnlyList<Fault>? faults = null)
    {
        http.Response.StatusCode = status;
        if (!http.WantsJson() && http.RequestServices.GetService<Pages.Assets>() is not null)
        {
            var back = Uri.TryCreate(http.Request.Headers.Referer.ToString(), UriKind.Absolute, out var from) && from.Host == http.Request.Host.Host ? from.PathAndQuery : null;
            await new RazorComponentResult<RefusalPage>(new { Status = status, Message = message, Faults = faults ?? [], Back = back }) { StatusCode = status }.ExecuteAsync(http);
            return;
        }
        http.Response.ContentType = "application/problem+json; charset=utf-8";
        await JsonSerializer.SerializeAsync(http.Response.Body, new
        {
            type = "about:blank",
            title = message,
            status,
            instance = http.Request.Path.Value,
            faults = faults is { Count: > 0 } ? faults : null,
        }, Json.Options);
    }

    /// <summary>Turns accidents into answers: database away → 503 with a time to retry; bad requests → 400; the rest → 500 without inner words.</summary>
    public static IApplicationBuilder UseProblems(this IApplicationBuilder app) => app.Use(async (http, next) =>
    {
        try { await next(); }
        catch (Exception e) when (!http.Response.HasStarted && e is not OperationCanceledException)
        {
            http.Response.Clear();
            var log = http.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Kapok.Http");
            switch (e)
            {
                case BadHttpRequestException bad:
                    await Write(http, bad.StatusCode, bad.StatusCode == 413 ? "上传的内容超过了大小限制" : "请求的格式不正确");
                    break;
                case AntiforgeryValidationException:
                    await Write(http, 400, "页面停留太久或已在别处登录，请刷新页面后再提交，已填的内容不会丢失");
                    break;
                case JsonException json:
                    await Write(http, 400, "JSON 格式不正确", [new(json.Path ?? $"第 {json.LineNumber + 1} 行", "不是合法的 JSON")]);
                    break;
                case InvalidDataException data:
                    await Write(http, 400, data.Message);
                    break;
                case var _ when IsDatabaseAway(e):
                    log.LogWarning("Database away: {Message}", e.Message);
                    http.Response.Headers.RetryAfter = "5";
                    await Write(http, 503, "系统正在恢复，请 5 秒后重试。已经提交成功的内容不会丢失");
                    break;
                default:
                    log.LogError(e, "Request {Method} {Path} failed", http.Request.Method, http.Request.Path);
                    await Write(http, 500, "系统出了点问题，已经记录下来。请稍后再试，或拨打 12345");
                    break;
            }
        }
    });

    public static bool IsDatabaseAway(Exception e) => e switch
    {
        PostgresException p => p.SqlState is "57P01" or "57P02" or "57P03" or "53300" or "58030" or "53100",
        NpgsqlException => true,
        SocketException or TimeoutException => true,
        _ => e.InnerException is not null && IsDatabaseAway(e.InnerException),
    };
}
