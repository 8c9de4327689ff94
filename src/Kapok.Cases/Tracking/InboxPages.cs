using Kapok.Foundation.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Tracking;

/// <summary>The inbox as pages.</summary>
static class InboxPages
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/my/inbox", Show).AllowSignedIn();
        routes.MapPost("/my/inbox/{message:guid}/archive", (Guid message, HttpContext http, Inbox inbox) => Put(message, http, inbox, true)).AllowSignedIn();
        routes.MapPost("/my/inbox/{message:guid}/return", (Guid message, HttpContext http, Inbox inbox) => Put(message, http, inbox, false)).AllowSignedIn();
    }

    static async Task<IResult> Show(string? view, string? q, Guid? after, Guid? archived, HttpContext http, Inbox inbox)
    {
        var query = new InboxQuery(view is "unread" or "archived" ? view : null, q is { Length: > 100 } ? q[..100] : q, after);
        var (waiting, rows, next) = await inbox.Page(http.Actor(), query);
        return new RazorComponentResult<InboxPage>(new { Query = query, Waiting = waiting, Rows = rows, Next = next, Unread = await inbox.Unread(http.Actor()), Archived = archived });
    }

    static async Task<IResult> Put(Guid message, HttpContext http, Inbox inbox, bool away)
    {
        if (!await inbox.Archive(message, http.Actor(), away)) return Problems.NotFound("没有这条消息");
        var view = (await http.Request.ReadFormAsync(http.RequestAborted))["view"].ToString();
        return Results.Redirect(away ? $"/my/inbox?archived={message}{(view == "unread" ? "&view=unread" : "")}" : "/my/inbox");
    }
}
