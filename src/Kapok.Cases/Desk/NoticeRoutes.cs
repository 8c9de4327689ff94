using Kapok.Cases.Handling;
using Kapok.Cases.News;
using Kapok.Foundation.Pages;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Desk;

/// <summary>News for the official: the inbox, how often, which cases he follows.</summary>
static class NoticeRoutes
{
    public sealed record PaceBody(string? Pace);

    public static void Map(IEndpointRouteBuilder routes, RouteGroupBuilder desk)
    {
        desk.MapGet("notices", Show);
        desk.MapPost("notices/read", async (HttpContext http, Notices notices) => { await notices.Read(http.Actor()); return Results.Redirect("/desk/notices"); });
        desk.MapPost("notices/pace", async (HttpContext http, Notices notices) =>
        {
            var set = await notices.SetPace(http.Actor(), (await http.Request.ReadFormAsync())["pace"].ToString());
            return set.Ok ? Results.Redirect("/desk/notices?done=pace") : set.Refuse();
        });

        var api = routes.MapGroup("/api/v1/notices").AllowOfficials().WithTags("提醒");
        api.MapGet("", async (HttpContext http, Notices notices) => Results.Json(new { pace = await notices.Pace(http.Actor()), gathering = await notices.Gathering(http.Actor()), items = await notices.Of(http.Actor()) }, Json.Options));
        api.MapPost("read", async (HttpContext http, Notices notices) => Results.Json(new { read = await notices.Read(http.Actor()) }, Json.Options));
        api.MapPut("pace", async (PaceBody body, HttpContext http, Notices notices) => (await notices.SetPace(http.Actor(), body.Pace ?? "")).Answer());
        var follow = routes.MapGroup("/api/v1/cases/{id:guid}/following").AllowOfficials().WithTags("提醒");
        follow.MapPut("", (Guid id, HttpContext http, Notices notices, CaseViews views) => Follow(id, true, http, notices, views));
        follow.MapDelete("", (Guid id, HttpContext http, Notices notices, CaseViews views) => Follow(id, false, http, notices, views));
    }

    static async Task<IResult> Show(HttpContext http, Notices notices, TimeProvider time, string? done) => new PageResult<NoticesPage>(new
    {
        Rows = await notices.Of(http.Actor()), Pace = await notices.Pace(http.Actor()), Gathering = await notices.Gathering(http.Actor()), Said = done == "pace",
    });

    static async Task<IResult> Follow(Guid id, bool follow, HttpContext http, Notices notices, CaseViews views)
    {
        if (await views.Load(id) is not { } view || !await views.MaySee(http.Actor(), view.Case)) return Problems.NotFound("没有这个办件");
        await notices.Follow(http.Actor(), id, follow);
        return Results.NoContent();
    }
}
