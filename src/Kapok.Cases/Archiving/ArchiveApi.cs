using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Kapok.Trust.Keys;
using Kapok.Trust.Timestamps;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Archiving;

/// <summary>Archives as an API.</summary>
static class ArchiveApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1/archive").Allow(Archives.Permission).WithTags("档案");
        api.MapGet("", async (HttpContext http, ArchiveLists lists, string? state, string? text, string? after) => Results.Json(await lists.Page(http.Actor(), new(state, text, after)), Json.Options));
        api.MapGet("{id:guid}", Show);
        api.MapPost("{id:guid}/package", async (Guid id, HttpContext http, Archives archives, CancellationToken stop) => (await Pack(id, http.Actor(), archives, stop)).Answer());
        api.MapGet("{id:guid}/package", Package);
        api.MapPost("{id:guid}/checks", async (Guid id, HttpContext http, Archives archives, CancellationToken stop) =>
            (await archives.Find(id, http.Actor()) is null ? Absent() : await archives.Check(id, http.Actor(), stop: stop)).Answer());
        api.MapGet("disposals", async (HttpContext http, Disposals disposals) => Results.Json(new { items = await disposals.Latest(http.Actor()) }, Json.Options));
        api.MapGet("disposals/{id:guid}", List);
        api.MapPost("disposals", async (ProposalBody body, HttpContext http, Disposals disposals) =>
            (await disposals.Propose(body.Archives ?? [], body.Verdict ?? "", body.ExtendTo, body.Ground ?? "", http.Actor())).Answer(StatusCodes.Status201Created));
        api.MapPost("disposals/{id:guid}/decision", async (Guid id, DisposalDecisionBody body, HttpContext http, Disposals disposals) => (await disposals.Decide(id, body.Approved, body.Ground ?? "", http.Actor())).Answer());
    }

    /// <param name="Verdict">destroy, extend.</param>
    /// <param name="ExtendTo">With extend: permanent, 30.</param>
    public sealed record ProposalBody(Guid[]? Archives, string? Verdict, string? ExtendTo, string? Ground);
    public sealed record DisposalDecisionBody(bool Approved, string? Ground);

    static async Task<IResult> List(Guid id, HttpContext http, Disposals disposals) =>
        await disposals.Find(id, http.Actor()) is { } found ? Results.Json(new { disposal = found.List, lines = found.Lines }, Json.Options) : Problems.NotFound("没有这份清册，或者它不在您的职责范围内");

    internal static Outcome<ArchiveRow> Absent() => Outcome<ArchiveRow>.No(Refusal.NotFound, "没有这个档案，或者它不在您的职责范围内");

    static async Task<IResult> Show(Guid id, HttpContext http, Archives archives) =>
        await archives.Find(id, http.Actor()) is { } record ? Results.Json(new { archive = record, checks = await archives.Checks(id) }, Json.Options) : Absent().Refuse();

    /// <summary>Packs by hand, before the job does; a key that cannot be reached is said, not waited for.</summary>
    internal static async Task<Outcome<ArchiveRow>> Pack(Guid id, Actor actor, Archives archives, CancellationToken stop)
    {
        if (await archives.Find(id, actor) is null) return Absent();
        try { return await archives.Pack(id, actor, stop); }
        catch (Exception e) when (e is KeyUnavailable or TimestampUnavailable) { return Outcome<ArchiveRow>.No(Refusal.Unavailable, "现在不能签名，没有归档。请过几分钟再试：" + e.Message); }
    }

    internal static async Task<IResult> Package(Guid id, HttpContext http, Archives archives, CancellationToken stop)
    {
        var opened = await archives.Export(id, http.Actor(), stop);
        if (!opened.Ok) return opened.Refuse();
        http.Response.Headers.CacheControl = "no-store";
        return Results.Stream(opened.Value.Content, "application/zip", $"{opened.Value.Record.Number}.zip");
    }
}
