using System.Text.Json;
using Dapper;
using Kapok.Cases.Applying;
using Kapok.Cases.Forms;
using Kapok.Cases.Handling;
using Kapok.Cases.Model;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Files;
using Kapok.Foundation.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Tracking;

public sealed record MyCaseRow(Guid Id, string Number, string ItemName, string PartyName, string State, string? Result, DateOnly? DueOn, DateTime SubmittedAt, DateTime? ClosedAt, Guid Organisation,
    DateTime? DueAt, DateTime? YellowAt);

/// <summary>A person's own cases, over all offices.</summary>
public sealed class MyCases(Database database, TimeProvider time)
{
    public async Task<(IReadOnlyList<MyCaseRow> Rows, string? Next)> Page(Actor actor, string? after, int limit = 20)
    {
        Guid.TryParse(after, out var last);
        var rows = (await database.Read(c => c.QueryAsync<MyCaseRow>("""
            select id, number, item_name, party_name, state, result, due_on, submitted_at, closed_at, organisation, due_at, yellow_at from cases."case" c
            where (submitter = @me or party = @me or party = @party)
              and (@last = '00000000-0000-0000-0000-000000000000'::uuid or (submitted_at, id) < (select submitted_at, id from cases."case" where id = @last))
            order by submitted_at desc, id desc limit @limit
            """, new { me = actor.Person, party = actor.OnBehalfOf, last, limit = limit + 1 }))).AsList();
        var more = rows.Count > limit;
        if (more) rows.RemoveAt(limit);
        return (rows, more ? rows[^1].Id.ToString() : null);
    }

    /// <summary>Marks messages of a case as read; the first time is kept as proof. The caller has found out that the case is the actor's.</summary>
    public Task Read(Guid caseId) => database.Read(c => c.ExecuteAsync("update cases.message set read_at = @now where case_id = @caseId and read_at is null and not from_party", new { caseId, now = time.GetUtcNow().UtcDateTime }));
}

/// <summary>The applicant's side of a case, as an API.</summary>
static class MyCasesApi
{
    public sealed record SupplementBody(JsonElement? Answers, Dictionary<string, Guid>? Materials);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var mine = routes.MapGroup("/api/v1/my").AllowSignedIn().WithTags("我的办件");
        mine.MapGet("cases", async (string? after, HttpContext http, MyCases cases) =>
        {
            var (rows, next) = await cases.Page(http.Actor(), after);
            return Results.Json(new { rows, next }, Json.Options);
        });
        mine.MapGet("cases/{id:guid}", async (Guid id, HttpContext http, CaseViews views) =>
            await views.ForApplicant(id, http.Actor()) is { } view ? Results.Json(CaseJson.ForApplicant(view), Json.Options) : Problems.NotFound("没有这个办件"));
        mine.MapPost("cases/{id:guid}/supplement", async (Guid id, SupplementBody body, HttpContext http, Corrections corrections) =>
            (await corrections.Answer(id, http.Actor(), body.Answers, body.Materials ?? [])).Answer());
        mine.MapPost("cases/{id:guid}/withdrawal", async (Guid id, CaseApi.Reasoned body, HttpContext http, CaseDesk desk) => Brief(await desk.Do(new Withdraw(id, http.Actor(), body.Reason ?? ""))));
        DeliveryPages.MapApi(mine, routes.MapGroup("/api/v1/cases").AllowOfficials().WithTags("办件"));
        mine.MapPost("cases/{id:guid}/messages", async (Guid id, CaseApi.TextBody body, HttpContext http, CaseDesk desk, CaseViews views) =>
            await views.ForApplicant(id, http.Actor()) is null ? Problems.NotFound("没有这个办件") : Brief(await desk.Do(new SendMessage(id, http.Actor(), body.Text ?? ""))));
    }

    static IResult Brief(Outcome<CaseSnapshot> outcome) => outcome.Ok ? Results.Json(new { outcome.Value!.Row.State, outcome.Value.Row.Version }, Json.Options) : outcome.Refuse();
}
