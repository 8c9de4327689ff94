using Kapok.Cases.Tracking;
using Kapok.Catalogue;
using Kapok.Foundation.Expressions;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Kapok.Identity;
using Kapok.Identity.Divisions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Portal.Browsing;

/// <summary>Finding an item and reading about it. One source: the published lists, with the version shown.</summary>
public static class BrowsePages
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/items", Search).AllowAnyone();
        routes.MapGet("/items/{code:length(12,33)}", Show).AllowAnyone();
        routes.MapGet("/items/{code:length(12,33)}/can-i-apply", CanIApply).AllowAnyone();
        routes.MapGet("/life/{key}", (string key) => Results.Redirect($"/items?event={Uri.EscapeDataString(key)}")).AllowAnyone();
        routes.MapGet("/departments", Departments).AllowAnyone();
    }

    /// <summary>What a citizen asks the search for.</summary>
    public sealed record Asked(string? Q, string? Place, int? Audience, string? Line, string? Event, string? Type, bool? Online, string? After);

    static async Task<IResult> Search([AsParameters] Asked asked, ItemSearch search, CatalogueEntrance entrance, OrganisationDirectory directory)
    {
        var place = PlaceOf(directory, asked.Place);
        var answer = await search.Find(new(asked.Q, place?.Code, asked.Audience, Empty(asked.Line), null, null, Empty(asked.Event), Empty(asked.Type), asked.Online ?? false, asked.After));
        return new PageResult<SearchPage>(new { Asked = asked, Answer = answer, Events = await entrance.LifeEvents(), Place = place, Lines = Lines(directory) });
    }

    /// <summary>A division by code or by the beginning of its name.</summary>
    static Division? PlaceOf(OrganisationDirectory directory, string? text)
    {
        text = text?.Trim();
        if (string.IsNullOrEmpty(text)) return null;
        return directory.Division(text) ?? directory.Current.Divisions.Where(d => d.Name.StartsWith(text, StringComparison.Ordinal)).MinBy(d => d.Path.Length);
    }

    static async Task<IResult> Show(string code, string? place, Items items, OrganisationDirectory directory, Achieved achieved)
    {
        if (await items.Find(code) is not { } item) return Foundation.Http.Problems.NotFound("没有这个事项，或者它已经停办。可以从首页搜索别的事项");
        var bodies = await items.Implementations(item.BasicCode);
        if (item.ImplementationCode is null && bodies.Count == 1) item = await items.Version(bodies[0].VersionId) ?? item;
        var where = PlaceOf(directory, place);
        if (item.ImplementationCode is null && where is not null && await items.Nearest(item.BasicCode, where.Code) is { } nearest) item = nearest;
        var shown = where is null ? bodies : [.. bodies.Where(b => b.Division.StartsWith(where.Path, StringComparison.Ordinal) || where.Path.StartsWith(b.Division, StringComparison.Ordinal))];
        return new PageResult<ItemPage>(new
        {
            Item = item, Bodies = shown, BodyCount = bodies.Count, Where = where,
            Median = item.ImplementationCode is { } implementation ? await achieved.Median(implementation) : null,
        });
    }

    static async Task<IResult> CanIApply(string code, HttpContext http, Items items)
    {
        if (await items.Find(code) is not { } item) return Foundation.Http.Problems.NotFound("没有这个事项，或者它已经停办");
        var asked = http.Request.Query;
        var answers = item.Content.Eligibility.Where(q => asked.ContainsKey(q.Id)).ToDictionary(q => q.Id, q => asked[q.Id].ToString() == "true");
        var complete = answers.Count == item.Content.Eligibility.Count;
        var scope = new DictionaryScope(answers.ToDictionary(a => a.Key, a => Value.Of(a.Value)));
        var failed = complete ? item.Content.Eligibility.FirstOrDefault(q => !Expression.Parse(q.PassWhen).IsTrue(scope)) : null;
        var instead = failed?.See is { } see ? await items.Find(see) : null;
        return new PageResult<CanIApplyPage>(new { Item = item, Answers = answers, Asked = asked.ContainsKey("check"), Complete = complete, Failed = failed, Instead = instead });
    }

    static async Task<IResult> Departments(OrganisationDirectory directory, CatalogueEntrance entrance)
    {
        var items = await entrance.ItemsOfLines();
        var lines = Lines(directory);
        return new PageResult<DepartmentsPage>(new
        {
            Lines = (IReadOnlyList<(Line, int)>)[.. lines.Where(l => items.ContainsKey(l.Key)).Select(l => (l, items[l.Key])).OrderByDescending(l => l.Item2).ThenBy(l => l.l.Name, StringComparer.Ordinal)],
            Quiet = (IReadOnlyList<Line>)[.. lines.Where(l => !items.ContainsKey(l.Key))],
        });
    }

    static IReadOnlyList<Line> Lines(OrganisationDirectory directory) =>
        [.. directory.Current.Organisations.Where(o => o.ClosedOn is null).Select(o => o.Line).Distinct().Select(directory.Line).OfType<Line>().OrderBy(l => l.Name, StringComparer.Ordinal)];

    static string? Empty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
