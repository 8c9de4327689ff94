using System.Net.Sockets;
using System.Text.Json;
using Kapok.Foundation.Data;
using Kapok.Foundation.Pages;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
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
            await new PageResult<RefusalPage>(new { Status = status, Message = message, Faults = faults ?? [], Back = back }) { StatusCode = status }.ExecuteAsync(http);
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
                case BadHttpRequestException { InnerException: JsonException json }:
                    await Write(http, 400, Malformed, [FaultOf(json)]);
                    break;
                case BadHttpRequestException { StatusCode: 413 }:
                    await Write(http, 413, "上传的内容超过了大小限制");
                    break;
                case BadHttpRequestException { StatusCode: 415 }:
                    await Write(http, 415, "请求内容应为 JSON", [new("Content-Type", "请写 application/json")]);
                    break;
                case BadHttpRequestException bad:
                    await Write(http, bad.StatusCode, Malformed, [FaultOf(bad)]);
                    break;
                case AntiforgeryValidationException:
                    await Write(http, 400, "页面停留太久或已在别处登录，请刷新页面后再提交，已填的内容不会丢失");
                    break;
                case JsonException json:
                    await Write(http, 400, Malformed, [FaultOf(json)]);
                    break;
                case InvalidDataException data:
                    // The house speaks Chinese; what the framework's form reader says in English means characters it cannot take.
                    await Write(http, 400, data.Message.Any(c => c > '\u2E80') ? data.Message : "填写的内容里有不能接受的字符，请删去后再提交");
                    break;
                case IOException full when IsDiskFull(full):
                    log.LogError("File store is full: {Message}", e.Message);
                    http.Response.Headers.RetryAfter = "60";
                    await Write(http, 507, "存放文件的空间已满，这个文件没有保存。已经保存的内容不会丢失，请过一会儿再试");
                    break;
                case var _ when IsDatabaseFull(e):
                    log.LogError("Database storage is full: {Message}", e.Message);
                    http.Response.Headers.RetryAfter = "60";
                    await Write(http, 503, "系统的存储空间不足，这次没有保存，请过一会儿再试。已经提交成功的内容不会丢失");
                    break;
                case PostgresException { SqlState: ['2', '2', ..] } data:
                    // What a use case let through that no column can hold; better refused late than an accident.
                    log.LogError(e, "Request {Method} {Path} brought what cannot be stored", http.Request.Method, http.Request.Path);
                    await Write(http, 422, "填写的内容里有系统不能保存的字符或数值", data.ColumnName is { Length: > 0 } column ? [new(column, "内容不能保存，请改正")] : null);
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

    static bool IsDatabaseFull(Exception e) => e is PostgresException { SqlState: PostgresErrorCodes.DiskFull } || (e.InnerException is { } inner && IsDatabaseFull(inner));

    /// <summary>No space left or quota used up: the number of the error on Linux and macOS, the code on Windows.</summary>
    public static bool IsDiskFull(IOException e) => e.HResult is 28 or 69 or 122 or unchecked((int)0x80070070) or unchecked((int)0x80070027);

    const string Malformed = "请求的格式不正确";

    /// <summary>Which field could not be read: the path without its root.</summary>
    static Fault FaultOf(JsonException json) => json.Path is null or "$"
        ? new("", json.LineNumber is { } line ? $"第 {line + 1} 行：内容应为 JSON 对象" : "内容应为 JSON 对象")
        : new(json.Path.TrimStart('$').TrimStart('.'), "内容的类型不正确");

    /// <summary>Which parameter of path, query or form could not be read; the framework says it only in words.</summary>
    static Fault FaultOf(BadHttpRequestException bad) =>
        System.Text.RegularExpressions.Regex.Match(bad.Message, "parameter \"[^\"]*?(\\w+)\"") is { Success: true } match
            ? new(match.Groups[1].Value, bad.Message.StartsWith("Required", StringComparison.Ordinal) ? "请填写" : "内容的类型不正确") : new("", "读不懂请求的内容");

    public static bool IsDatabaseAway(Exception e) => e switch
    {
        PostgresException p => p.SqlState is "57P01" or "57P02" or "57P03" or "53300" or "58030",
        NpgsqlException => true,
        SocketException or TimeoutException => true,
        _ => e.InnerException is not null && IsDatabaseAway(e.InnerException),
    };
}
