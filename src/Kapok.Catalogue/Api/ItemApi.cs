using Kapok.Catalogue.Content;
using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Kapok.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Catalogue.Api;

/// <summary>The published lists for everybody. Every answer names the version it shows, in the body and as ETag.</summary>
static class ItemApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1/items").WithTags("items");
        api.MapGet("", Find).AllowAnyone();
        api.MapGet("suggest", async (ItemSearch search, string? q) => Results.Json(new { items = await search.Suggest(q ?? "") }, Json.Options)).AllowAnyone();
        api.MapGet("{code:length(12,33)}", One).AllowAnyone();
        api.MapGet("{code:length(12,33)}/implementations", Bodies).AllowAnyone();
        api.MapGet("{code:length(12,33)}/versions", Versions).AllowAnyone();
        api.MapGet("{code:length(12,33)}/versions/{number:int}", Version).AllowAnyone();
        api.MapGet("{code:length(12,33)}/diff", Diff).AllowAnyone();
    }

    /// <summary>An item as programs see it.</summary>
    public sealed record ItemAnswer(string Code, string BasicCode, string? ImplementationCode, Guid ItemId, Guid VersionId, int Version, DateTimeOffset PublishedAt, string Digest,
        BodyAnswer? Organisation, string Division, int Level, ItemContent Content);

    public sealed record BodyAnswer(Guid Id, string Name, string CreditCode, string DivisionCode);

    public static ItemAnswer Answer(PublishedItem item) => new(item.Code, item.BasicCode, item.ImplementationCode, item.ItemId, item.VersionId, item.Version, item.PublishedAt, item.Digest,
        item.Organisation is { } o ? new(o.Id, o.Name, o.CreditCode, o.DivisionCode) : null, item.Division, item.Level, item.Content);

    static async Task<IResult> Find(ItemSearch search, string? q, string? place, int? audience, string? line, Guid? organisation, int? level, string? lifeEvent, string? type, bool? online, string? after, int? limit)
    {
        var answer = await search.Find(new(q, place is { Length: > 0 } ? place : null, audience, line, organisation, level, lifeEvent, type, online ?? false, after, Math.Clamp(limit ?? 20, 1, 100)));
        return Results.Json(new { items = answer.Hits, next = answer.Next, reading = answer.Reading, place = answer.Place }, Json.Options);
    }

    /// <param name="place">Division code: answers with the implementation nearest to it instead of the basic list.</param>
    static async Task<IResult> One(HttpContext http, Items items, string code, string? place)
    {
        var item = place is { Length: > 0 } && code.Length == 12 ? await items.Nearest(code, place) : await items.Find(code);
        return item is null ? Problems.NotFound("没有这个事项，或者它已经取消") : Tagged(http, item);
    }

    static IResult Tagged(HttpContext http, PublishedItem item)
    {
        var tag = $"\"{item.VersionId:N}\"";
        http.Response.Headers.ETag = tag;
        http.Response.Headers.CacheControl = "no-cache";
        return http.Request.Headers.IfNoneMatch.ToString().Split(',').Any(t => t.Trim() is var one && (one == tag || one == "W/" + tag || one == "*"))
            ? Results.StatusCode(StatusCodes.Status304NotModified)
            : Results.Json(Answer(item), Json.Options);
    }

    static async Task<IResult> Bodies(Items items, OrganisationDirectory directory, string code, string? place, string? after, int? limit)
    {
        if (code.Length != 12) return Problems.NotFound("请用 12 位基本编码查询实施机构");
        var all = await items.Implementations(code);
        var path = place is { Length: > 0 } ? directory.PathOf(place) : null;
        if (place is { Length: > 0 } && path is null) return Problems.NotFound($"没有行政区划 {place}");
        var page = all.Where(i => path is null || i.Division == path || i.Division.StartsWith(path + ".", StringComparison.Ordinal))
            .SkipWhile(i => after is not null && i.Code != after).Skip(after is null ? 0 : 1).Take(Math.Clamp(limit ?? 100, 1, 500) + 1).ToList();
        var more = page.Count > Math.Clamp(limit ?? 100, 1, 500);
        if (more) page.RemoveAt(page.Count - 1);
        return Results.Json(new { items = page, next = more ? page[^1].Code : null }, Json.Options);
    }

    static async Task<IResult> Versions(Items items, CatalogueDesk desk, string code) =>
        await items.Find(code) is { } item
            ? Results.Json(new { code = item.Code, items = (await desk.Versions(item.ItemId)).Select(v => new { v.Id, v.Number, v.Cause, v.PublishedAt, v.Digest }) }, Json.Options)
            : Problems.NotFound("没有这个事项，或者它已经取消");

    static async Task<IResult> Version(HttpContext http, Items items, CatalogueDesk desk, string code, int number)
    {
        if (await items.Find(code) is not { } item) return Problems.NotFound("没有这个事项，或者它已经取消");
        var version = (await desk.Versions(item.ItemId)).FirstOrDefault(v => v.Number == number);
        return version is null ? Problems.NotFound($"没有第 {number} 版") : Tagged(http, (await items.Version(version.Id))!);
    }

    static async Task<IResult> Diff(Items items, CatalogueDesk desk, string code, int from, int to)
    {
        if (await items.Find(code) is not { } item) return Problems.NotFound("没有这个事项，或者它已经取消");
        return await desk.Compare(item.ItemId, from, to) is { } changes
            ? Results.Json(new { code = item.Code, from, to, changes }, Json.Options)
            : Problems.NotFound("没有这两个版本");
    }
}
