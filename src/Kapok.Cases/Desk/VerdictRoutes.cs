using System.Globalization;
using Kapok.Cases.Handling;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Desk;

/// <summary>Verdicts as they are given, and who else is at the case. With script each is kept by itself, without all at once.</summary>
static class VerdictRoutes
{
    public sealed record VerdictBody(string Key, string? Value, string? Reason, string? Seen);

    public static void Map(RouteGroupBuilder desk)
    {
        desk.MapPost("cases/{id:guid}/verdicts", Save);
        desk.MapGet("cases/{id:guid}/here", Here);
    }

    /// <summary>The same as an API.</summary>
    public static void MapApi(RouteGroupBuilder cases)
    {
        cases.MapGet("{id:guid}/verdicts", async (Guid id, HttpContext http, CaseViews views, VerdictStore verdicts) =>
        {
            var (view, decision) = await views.ForOfficial(id, http.Actor(), "办理");
            return view is null ? Problems.NotFound(decision.Reason) : Results.Json((await verdicts.Of(view.Row)).Values.Select(Shown), Json.Options);
        });
        cases.MapPut("{id:guid}/verdicts", async (Guid id, VerdictBody body, HttpContext http, VerdictStore verdicts) =>
        {
            var kept = await verdicts.Keep(id, http.Actor(), body.Key ?? "", body.Value ?? "", body.Reason ?? "", Moment(body.Seen));
            return kept.Ok ? Results.Json(kept.Value is { } v ? Shown(v) : null, Json.Options) : kept.Refuse();
        });
    }

    /// <summary>When a verdict was given, as pages and callers hand it back.</summary>
    public static string Seen(Verdict verdict) => verdict.At.Ticks.ToString(CultureInfo.InvariantCulture);

    static DateTime? Moment(string? seen) => long.TryParse(seen, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTime.MaxValue.Ticks ? new(ticks, DateTimeKind.Utc) : null;

    static object Shown(Verdict v) => new { v.Key, v.Value, v.Reason, by = v.ByName, v.At, seen = Seen(v) };

    /// <summary>One verdict for a script (<c>key</c> is sent), else all of the form.</summary>
    static async Task<IResult> Save(Guid id, HttpContext http, VerdictStore verdicts)
    {
        var (actor, form) = (http.Actor(), await http.Request.ReadFormAsync());
        if (form["key"].ToString() is { Length: > 0 } one)
        {
            var kept = await verdicts.Keep(id, actor, one, form["value"].ToString(), form["reason"].ToString(), Moment(form["seen"]));
            return kept.Ok ? Results.Json(kept.Value is { } v ? Shown(v) : new { key = one }, Json.Options) : kept.Refuse();
        }
        foreach (var key in form.Keys.Where(k => k.StartsWith("v-", StringComparison.Ordinal)).Select(k => k[2..]))
            if (await verdicts.Keep(id, actor, key, form["v-" + key].ToString(), form["r-" + key].ToString(), Moment(form["s-" + key])) is { Ok: false } refused) return refused.Refuse();
        return Results.Redirect($"/desk/cases/{id}?done=verdicts");
    }

    /// <summary>Asked every twenty seconds by an open page: who else is here, how the case stands, what colleagues found.</summary>
    static async Task<IResult> Here(Guid id, HttpContext http, CaseViews views, Presences presences, VerdictStore verdicts)
    {
        var actor = http.Actor();
        if (await views.Load(id) is not { } view || !await views.MaySee(actor, view.Case)) return Problems.NotFound("没有这个办件");
        var others = await presences.Enter(id, actor);
        http.Response.Headers.CacheControl = "no-store";
        return Results.Json(new { version = VerdictStore.Standing(view.Events), others = others.Select(o => o.Name), verdicts = (await verdicts.Of(view.Row)).Values.Where(v => v.By != actor.Person).Select(Shown) }, Json.Options);
    }
}
