using Kapok.Cases.Finding;
using Kapok.Cases.Handling;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Kapok.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Desk;

/// <summary>What a list page is made of.</summary>
public sealed class DeskLists(Database database, OrganisationDirectory directory, DeskItems items, SavedViews views, CalendarStore calendars, CaseSearch search, TimeProvider time)
{
    public async Task<PageResult<CaseListPage>> Page(Actor actor, CaseQuery query, string? said = null, FieldErrors? errors = null, string? name = null)
    {
        var scope = Scope.Of(actor, directory.Current);
        var now = time.GetUtcNow();
        var asked = await search.Complete(actor, query, scope);
        var list = await database.Read(c => CaseLists.Page(c, scope, asked, now));
        var (choices, offices) = await items.Of(scope);
        return new PageResult<CaseListPage>(new
        {
            List = list, Query = query, Views = await views.Of(actor), Items = choices, Offices = offices, Calendar = calendars.Current, Now = now, Me = actor.Person,
            MayBulk = (bool)Access.DecideAnywhere(actor, "cases.bulk"), Said = said, Errors = errors, TypedName = name,
        }) { StatusCode = errors is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity };
    }
}

static class ListRoutes
{
    public static void Map(RouteGroupBuilder desk)
    {
        desk.MapGet("", Today);
        desk.MapGet("cases", (HttpContext http, DeskLists lists, string? done) => lists.Page(http.Actor(), ListAddress.Read(http.Request.Query), done switch
        {
            "view" => "视图已保存", "view-removed" => "视图已删除", _ => null,
        }));
        desk.MapGet("cases.csv", (HttpContext http, CaseCsv csv, CancellationToken stop) => csv.Write(http, http.Actor(), ListAddress.Read(http.Request.Query), stop));
        desk.MapPost("views", Keep);
        desk.MapPost("views/{id:guid}/removal", async (Guid id, HttpContext http, SavedViews views) =>
            await views.Remove(id, http.Actor()) > 0 ? Results.Redirect("/desk/cases?done=view-removed") : Problems.NotFound("没有这个视图，或者它不是您的"));
    }

    static async Task<IResult> Today(HttpContext http, MyWork work, CalendarStore calendars, TimeProvider time, string? show, string? done)
    {
        var actor = http.Actor();
        var today = await work.Today(actor, show);
        return new PageResult<WorkPage>(new { today.Counts, today.Rows, Show = show, Calendar = calendars.Current, Now = time.GetUtcNow(), Said = CaseWords.Done(done) });
    }

    static async Task<IResult> Keep(HttpContext http, SavedViews views, DeskLists lists)
    {
        var form = await http.Request.ReadFormAsync();
        var query = ListAddress.Read(form["query"].ToString());
        var kept = await views.Keep(http.Actor(), form["name"].ToString(), form["query"].ToString(), form["shared"] == "true");
        if (kept.Ok)
        {
            var address = ListAddress.Of("/desk/cases", query);
            return Results.Redirect(address + (address.Contains('?') ? "&" : "?") + "done=view");
        }
        var errors = new FieldErrors();
        foreach (var fault in kept.Faults) errors.Add(fault.Where, fault.Message);
        return await lists.Page(http.Actor(), query, null, errors, form["name"]);
    }
}
