using System.Text.Json.Nodes;
using Kapok.Catalogue.Desk;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Catalogue.Api;

/// <summary>
/// Editing and publishing for programs of officials. A change names the draft's revision in If-Match; a stale one is 409
/// with what others changed. The door asks for the permission anywhere; the desk decides on the entry.
/// </summary>
static class DeskApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1/items").WithTags("catalogue");
        api.MapPost("", Create).Allow(CatalogueDesk.Edit);
        api.MapGet("desk", List).AllowOfficials();
        api.MapGet("desk/export", Export).AllowOfficials();
        api.MapPost("import", Import).Allow(CatalogueDesk.Edit);
        var one = routes.MapGroup("/api/v1/items/{id:guid}").WithTags("catalogue");
        one.MapGet("", Show).AllowOfficials();
        one.MapGet("history", History).AllowOfficials();
        one.MapPost("take-over", TakeOver).Allow(CatalogueDesk.Edit);
        one.MapPost("draft", (HttpContext http, CatalogueDesk desk, Guid id) => Head(http, desk.Open(http.Actor(), id))).Allow(CatalogueDesk.Edit);
        one.MapPatch("draft", Patch).Allow(CatalogueDesk.Edit);
        one.MapDelete("draft", (HttpContext http, CatalogueDesk desk, Guid id) => WithRevision(http, r => Head(http, desk.Drop(http.Actor(), id, r)))).Allow(CatalogueDesk.Edit);
        one.MapPost("draft/submit", (HttpContext http, CatalogueDesk desk, Guid id, Words words) => WithRevision(http, r => Head(http, desk.Submit(http.Actor(), id, r, words.Note ?? "")))).Allow(CatalogueDesk.Edit);
        one.MapPost("draft/rebase", (HttpContext http, CatalogueDesk desk, Guid id) => WithRevision(http, r => Head(http, desk.Rebase(http.Actor(), id, r)))).Allow(CatalogueDesk.Edit);
        one.MapPost("draft/return", (HttpContext http, CatalogueDesk desk, Guid id, Words words) => WithRevision(http, r => Head(http, desk.Return(http.Actor(), id, r, words.Note ?? "")))).Allow(CatalogueDesk.Review);
        one.MapPost("draft/approve", (HttpContext http, CatalogueDesk desk, Guid id) => WithRevision(http, r => Head(http, desk.Approve(http.Actor(), id, r)))).Allow(CatalogueDesk.Review);
        one.MapPost("draft/publish", (HttpContext http, CatalogueDesk desk, Guid id, Publication words) => WithRevision(http, async r => (await desk.Publish(http.Actor(), id, r, words.At)).Answer())).Allow(CatalogueDesk.Release);
        one.MapPost("draft/unschedule", (HttpContext http, CatalogueDesk desk, Guid id, Words words) => WithRevision(http, r => Head(http, desk.Unschedule(http.Actor(), id, r, words.Note ?? "")))).Allow(CatalogueDesk.Release);
        one.MapPost("withdraw", async (HttpContext http, CatalogueDesk desk, Guid id, Words words) => AsNote(await desk.Withdraw(http.Actor(), id, words.Note ?? "")).Answer()).Allow(CatalogueDesk.Release);
        one.MapPost("roll-back", (HttpContext http, CatalogueDesk desk, Guid id, OldVersion words) => RollBack(http, desk, id, words)).Allow(CatalogueDesk.Edit);
    }

    static async Task<IResult> RollBack(HttpContext http, CatalogueDesk desk, Guid id, OldVersion words) => Send(http, AsNote(await desk.RollBack(http.Actor(), id, words.Number, words.Note ?? "")));

    /// <summary>What the desk calls ground or reason is <c>note</c> in the bodies of this interface.</summary>
    static Outcome<T> AsNote<T>(Outcome<T> outcome) => outcome with { Faults = [.. outcome.Faults.Select(f => f.Where is "ground" or "reason" ? f with { Where = "note" } : f)] };

    /// <summary>A reason or a note.</summary>
    public sealed record Words(string? Note);

    /// <param name="At">Instant of publication; now when left out.</param>
    public sealed record Publication(DateTimeOffset? At);

    public sealed record OldVersion(int Number, string? Note);

    /// <param name="Organisation">Who takes the item over.</param>
    public sealed record NewBody(Guid Organisation);

    public sealed record NewItem(Guid Organisation, JsonObject? Content);

    static async Task<IResult> Create(HttpContext http, CatalogueDesk desk, NewItem body)
    {
        if (body.Content is null) return Outcome<DraftHead>.No(Refusal.Invalid, "请写明事项的内容", "content").Refuse();
        var faults = new List<Fault>();
        var content = Content.StrictReader.Read<ItemContent>(Content.WrittenText.Json(body.Content.ToJsonString()).Value!, faults);
        if (content is null) return Outcome<DraftHead>.Invalid(faults).Refuse();
        return await Head(http, desk.NewItem(http.Actor(), body.Organisation, content), StatusCodes.Status201Created);
    }

    static Task<IResult> TakeOver(HttpContext http, CatalogueDesk desk, Guid id, NewBody body) =>
        Head(http, desk.TakeOver(http.Actor(), id, body.Organisation), StatusCodes.Status201Created);

    static async Task<IResult> List(HttpContext http, CatalogueDesk desk, string? q, string? kind, string? state, string? work, string? line, string? division, string? after, int? limit)
    {
        var page = await desk.List(http.Actor(), new(q, kind, state, work, line, division, after, limit ?? 50));
        return Results.Json(new { items = page.Rows, next = page.Next }, Json.Options);
    }

    /// <param name="format"><c>xlsx</c> or <c>json</c>.</param>
    static async Task<IResult> Export(HttpContext http, CatalogueDesk desk, string? format, string? q, string? kind, string? work, string? line, string? division)
    {
        var items = await desk.Export(http.Actor(), new(q, kind, null, work, line, division));
        if (format is "json") return Results.Json(items, Json.Options);
        var file = new MemoryStream();
        FillingSheet.SheetWriter.Write(file, items);
        return Results.File(file.ToArray(), Xlsx, "事项填报表.xlsx");
    }

    /// <summary>The filling sheet or the JSON of an export as the body of the request.</summary>
    static async Task<IResult> Import(HttpContext http, CatalogueDesk desk)
    {
        var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        return (http.Request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) == true
            ? await desk.ImportJson(http.Actor(), System.Text.Encoding.UTF8.GetString(body.ToArray()))
            : await desk.ImportSheet(http.Actor(), body.ToArray())).Answer();
    }

    const string Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    static async Task<IResult> Show(HttpContext http, CatalogueDesk desk, Guid id)
    {
        var shown = await desk.Show(http.Actor(), id);
        if (shown.Value?.Draft is { } draft) http.Response.Headers.ETag = Tag(draft.Revision);
        return shown.Answer();
    }

    static async Task<IResult> History(HttpContext http, CatalogueDesk desk, Guid id)
    {
        var history = await desk.History(http.Actor(), id);
        return history.Ok
            ? Results.Json(new { items = history.Value!.Select(e => new { e.Seq, e.Type, e.At, by = e.ActorName, e.Ground, data = Json.Read<JsonNode>(e.Data) }) }, Json.Options)
            : history.Refuse();
    }

    static Task<IResult> Patch(HttpContext http, CatalogueDesk desk, Guid id, JsonObject fields) => WithRevision(http, async revision =>
    {
        var saved = await desk.Save(http.Actor(), id, revision, fields);
        if (saved.Refused != Refusal.Conflict) return Send(http, saved);
        var changes = await desk.ChangesSince(id, revision);
        var faults = saved.Faults.Concat(changes.SelectMany(c => c.Changes.Select(x => new Fault(x.Path, $"{c.By}：{x.Title}，“{x.Before}” → “{x.After}”")))).ToList();
        return (saved with { Faults = faults }).Refuse();
    });

    static async Task<IResult> Head(HttpContext http, Task<Outcome<DraftHead>> act, int status = StatusCodes.Status200OK) => Send(http, await act, status);

    static IResult Send(HttpContext http, Outcome<DraftHead> outcome, int status = StatusCodes.Status200OK)
    {
        if (outcome.Ok) http.Response.Headers.ETag = Tag(outcome.Value!.Revision);
        return outcome.Answer(status);
    }

    static async Task<IResult> WithRevision(HttpContext http, Func<int, Task<IResult>> act)
    {
        var tag = http.Request.Headers.IfMatch.ToString().Trim().Trim('"');
        if (int.TryParse(tag, out var revision)) return await act(revision);
        await Problems.Write(http, StatusCodes.Status428PreconditionRequired, "请用 If-Match 写明草稿的版本，例如 If-Match: \"3\"");
        return Results.Empty;
    }

    static string Tag(int revision) => $"\"{revision}\"";
}
