using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Foundation.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Handling;

/// <summary>Bulk work and the event feed, as an API.</summary>
static class BulkApi
{
    public sealed record BulkBody(CaseQuery? Query, BulkAct? Act);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var bulk = routes.MapGroup("/api/v1/bulk").Allow("cases.bulk").WithTags("批量办理");
        bulk.MapPost("preview", async (BulkBody body, HttpContext http, Bulk all) => Results.Json(await all.Preview(http.Actor(), body.Query ?? new()), Json.Options));
        bulk.MapPost("", async (BulkBody body, HttpContext http, Bulk all) =>
        {
            if (body.Act is null) return Outcome<int>.No(Refusal.Invalid, "请写明要做什么，例如 {\"do\": \"accept\"}", "act").Refuse();
            var started = await all.Start(http.Actor(), body.Query ?? new(), body.Act);
            return started.Ok ? Results.Json(new { job = started.Value }, Json.Options, statusCode: 202) : started.Refuse();
        });
        bulk.MapGet("", async (HttpContext http, Bulk all) => Results.Json(await all.Of(http.Actor()), Json.Options));
        bulk.MapGet("{job:guid}/rows", async (Guid job, bool? failed, Guid? after, HttpContext http, Bulk all) =>
            await all.Rows(http.Actor(), job, failed ?? false, after ?? Guid.Empty) is { } rows ? Results.Json(rows, Json.Options) : Problems.NotFound("没有这次批量办理"));

        routes.MapGet("/api/v1/events", Events).Allow("audit.read").WithTags("事件");
    }

    /// <summary>Events by cursor, for auditors: of the cases their scope reaches. The next cursor moves on even where nothing may be shown.</summary>
    static async Task<IResult> Events(string? after, string? types, int? limit, HttpContext http, Database database)
    {
        if (!EventCursor.TryParse(after, out var cursor)) return Outcome<int>.No(Refusal.Invalid, "游标不正确", "after").Refuse();
        var actor = http.Actor();
        await using var c = await database.Open();
        var (events, next) = await EventFollower.After(c, cursor, Math.Clamp(limit ?? 200, 1, 1_000), types?.Split(',', StringSplitOptions.RemoveEmptyEntries));
        var targets = (await Dapper.SqlMapper.QueryAsync<(Guid Id, string Division, Guid Organisation, string Line)>(c,
            """select id, division, organisation, line from cases."case" where id = any(@ids)""", new { ids = events.Select(e => e.Event.Stream).Distinct().ToArray() })).ToDictionary(r => r.Id);
        var shown = events.Where(e => targets.TryGetValue(e.Event.Stream, out var t) && Access.Decide(actor, "audit.read", new(t.Division, t.Organisation, t.Line)));
        return Results.Json(new
        {
            events = shown.Select(e => new { cursor = e.Cursor.ToString(), e.Event.Stream, e.Event.Seq, e.Event.Type, e.Event.At, actor = e.Event.ActorName, e.Event.Origin, e.Event.Ground,
                data = System.Text.Json.JsonDocument.Parse(e.Event.Data).RootElement, digest = Convert.ToHexStringLower(e.Event.Digest) }),
            next = next.ToString(), more = events.Count > 0,
        }, Json.Options);
    }
}
