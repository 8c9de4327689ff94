using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Tracking;

/// <summary>The inbox as pages, and the same for programs.</summary>
static class InboxPages
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/my/inbox", Show).AllowSignedIn();
        routes.MapGet("/my/inbox/{message:guid}", Open).AllowSignedIn();
        routes.MapPost("/my/inbox/{message:guid}/archive", (Guid message, HttpContext http, Inbox inbox) => Put(message, http, inbox, true)).AllowSignedIn();
        routes.MapPost("/my/inbox/{message:guid}/return", (Guid message, HttpContext http, Inbox inbox) => Put(message, http, inbox, false)).AllowSignedIn();
        routes.MapPost("/my/inbox/{message:guid}/labels", Label).AllowSignedIn();

        var api = routes.MapGroup("/api/v1/my/inbox").AllowSignedIn().WithTags("我的办件");
        api.MapGet("", async (HttpContext http, Inbox inbox) =>
        {
            var query = Read(http.Request.Query).Query;
            var (waiting, rows, next) = await inbox.Page(http.Actor(), query);
            return Results.Json(new { unread = await inbox.Unread(http.Actor()), waiting = waiting.Select(Plain), rows = rows.Select(Plain), next }, Json.Options);
        });
        api.MapGet("{message:guid}", async (Guid message, HttpContext http, Inbox inbox) =>
            await inbox.Open(message, http.Actor()) is { } row ? Results.Json(Plain(row), Json.Options) : Problems.NotFound("没有这条消息"));
        api.MapPut("{message:guid}/archived", async (Guid message, ArchivedBody body, HttpContext http, Inbox inbox) =>
            await inbox.Archive(message, http.Actor(), body.Archived) ? Results.NoContent() : Problems.NotFound("没有这条消息"));
        api.MapPut("{message:guid}/labels", async (Guid message, LabelsBody body, HttpContext http, Inbox inbox) =>
            (await inbox.SetLabels(message, http.Actor(), body.Labels ?? [])).Answer());
    }

    public sealed record ArchivedBody(bool Archived);
    public sealed record LabelsBody(IReadOnlyList<string>? Labels);

    static object Plain(InboxRow r) => new { r.Id, r.CaseId, item = r.ItemName, r.Sender, r.Kind, r.Title, r.Body, r.At, r.ReadAt, r.Archived, needsAct = r.Waits, labels = r.OwnLabels };

    /// <summary>The query of an address, and what of it is no date.</summary>
    static (InboxQuery Query, FieldErrors? Errors) Read(IQueryCollection asked)
    {
        FieldErrors? errors = null;
        string? Text(string name) => asked[name].ToString().Trim() is { Length: > 0 } text ? text.Length > 100 ? text[..100] : text : null;
        DateOnly? Day(string name)
        {
            var parts = new[] { ".year", ".month", ".day" }.Select(p => asked[name + p].ToString().Trim()).ToArray();
            var text = Text(name) ?? (parts.All(p => p.Length == 0) ? null : string.Join('-', parts));
            if (text is null) return null;
            if (DateInput.TryRead(text, out var day)) return day;
            (errors ??= []).Add(name, "没有这一天，请重新填写");
            return null;
        }
        var query = new InboxQuery(Text("view") is "unread" or "archived" ? Text("view") : null, Text("q"), Guid.TryParse(asked["after"], out var after) ? after : null)
        { Item = Text("item"), Sender = Text("unit"), Label = Text("label"), From = Day("from"), To = Day("to") };
        return (query, errors);
    }

    static async Task<IResult> Show(Guid? archived, HttpContext http, Inbox inbox)
    {
        var (query, errors) = Read(http.Request.Query);
        var (waiting, rows, next) = await inbox.Page(http.Actor(), query);
        return new PageResult<InboxPage>(new
        {
            Query = query, Waiting = waiting, Rows = rows, Next = next, Unread = await inbox.Unread(http.Actor()), Archived = archived, Choices = await inbox.Choices(http.Actor()), Errors = errors,
        }) { StatusCode = errors is null ? 200 : 422 };
    }

    static async Task<IResult> Open(Guid message, string? done, HttpContext http, Inbox inbox) =>
        await inbox.Open(message, http.Actor()) is { } row ? await Page(row, done, "", null, http, inbox) : Problems.NotFound("没有这条消息");

    static async Task<IResult> Page(InboxRow row, string? done, string typed, FieldErrors? errors, HttpContext http, Inbox inbox) =>
        new PageResult<MessagePage>(new { Row = row, Done = done, Typed = typed, Errors = errors, Known = (await inbox.Choices(http.Actor())).Labels }) { StatusCode = errors is null ? 200 : 422 };

    static async Task<IResult> Put(Guid message, HttpContext http, Inbox inbox, bool away)
    {
        if (!await inbox.Archive(message, http.Actor(), away)) return Problems.NotFound("没有这条消息");
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var view = form["view"].ToString();
        return Results.Redirect(away ? $"/my/inbox?archived={message}{(view == "unread" ? "&view=unread" : "")}" : "/my/inbox");
    }

    /// <summary>Adds the typed label, or takes away the one whose button was pressed.</summary>
    static async Task<IResult> Label(Guid message, HttpContext http, Inbox inbox)
    {
        var actor = http.Actor();
        if (await inbox.Find(message, actor) is not { } row) return Problems.NotFound("没有这条消息");
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var (added, removed) = (form["label"].ToString(), form["remove"].ToString());
        var set = await inbox.SetLabels(message, actor, removed.Length > 0 ? row.OwnLabels.Where(l => l != removed) : [.. row.OwnLabels, added]);
        if (set.Ok) return Results.Redirect($"/my/inbox/{message}?done={(removed.Length > 0 ? "unlabelled" : "labelled")}");
        if (set.Refused != Refusal.Invalid) return set.Refuse();
        var errors = new FieldErrors();
        errors.Add("label", set.Faults[0].Message);
        return await Page(row, null, added, errors, http, inbox);
    }
}
