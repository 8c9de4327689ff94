using Kapok.Cases.Handling;
using Kapok.Cases.Wording;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Desk;

/// <summary>Texts of a desk: kept, tried on a case, measured for how plainly they read.</summary>
public static class TemplateRoutes
{
    public sealed record TemplateBody(string? Purpose, string? Name, string? Text, bool? Shared, int? Version);
    public sealed record TrialBody(string? Text, string? Number);

    public static void Map(IEndpointRouteBuilder routes, RouteGroupBuilder desk)
    {
        desk.MapGet("templates", async (HttpContext http, Templates templates, string? done) => new PageResult<TemplatesPage>(new { Templates = await templates.Of(http.Actor()), Me = http.Actor().Person, Done = done }));
        desk.MapGet("templates/new", (string? purpose) => Page(new Draft(null, purpose ?? "opinion", "", "", false, null)));
        desk.MapGet("templates/{id:guid}", async (Guid id, HttpContext http, Templates templates) => await templates.Find(id, http.Actor()) is { } t
            ? Page(new(t.Owner == http.Actor().Person ? t.Id : null, t.Purpose, t.Name, t.Text, t.Organisation is not null && t.Owner == http.Actor().Person, t.Version)) : Problems.NotFound("没有这个模板"));
        desk.MapPost("templates", Keep);
        desk.MapPost("templates/{id:guid}/removal", async (Guid id, HttpContext http, Templates templates) =>
            await templates.Remove(id, http.Actor()) > 0 ? Results.Redirect("/desk/templates?done=removed") : Problems.NotFound("没有这个模板，或者它不是您的"));

        var api = routes.MapGroup("/api/v1/templates").AllowOfficials().WithTags("模板");
        api.MapGet("", async (HttpContext http, Templates templates) => Results.Json(new { items = await templates.Of(http.Actor()) }, Json.Options));
        api.MapPost("", async (TemplateBody b, HttpContext http, Templates templates) => (await Kept(b, null, http, templates)).Answer(StatusCodes.Status201Created));
        api.MapPut("{id:guid}", async (Guid id, TemplateBody b, HttpContext http, Templates templates) => (await Kept(b, id, http, templates)).Answer());
        api.MapDelete("{id:guid}", async (Guid id, HttpContext http, Templates templates) => await templates.Remove(id, http.Actor()) > 0 ? Results.NoContent() : Problems.NotFound("没有这个模板，或者它不是您的"));
        api.MapPost("trial", async (TrialBody b, HttpContext http, Templates templates, CaseViews views) =>
        {
            var score = PlainWords.Of(b.Text ?? "");
            var filled = await Filled(b.Text ?? "", b.Number, http.Actor(), templates, views);
            return Results.Json(new { score.Points, word = score.Word, score.Advice, text = filled }, Json.Options);
        });
    }

    static Task<Outcome<Guid>> Kept(TemplateBody b, Guid? id, HttpContext http, Templates templates) =>
        templates.Keep(http.Actor(), id, b.Purpose ?? "", b.Name ?? "", b.Text ?? "", b.Shared ?? false, b.Version);

    static PageResult<TemplatePage> Page(Draft draft, FieldErrors? errors = null, bool tried = false, string? preview = null, string? number = null) =>
        new(new { Draft = draft, Errors = errors, Score = tried ? PlainWords.Of(draft.Text) : null, Preview = preview, Number = number ?? "" }) { StatusCode = errors is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity };

    static async Task<IResult> Keep(HttpContext http, Templates templates, CaseViews views)
    {
        var (actor, form) = (http.Actor(), await http.Request.ReadFormAsync());
        var draft = new Draft(Guid.TryParse(form["id"], out var id) ? id : null, form["purpose"].ToString(), form["name"].ToString(), form["text"].ToString(), form["shared"] == "true", int.TryParse(form["version"], out var v) ? v : null);
        if (form["do"] == "try")
        {
            var number = form["number"].ToString();
            var preview = await Filled(draft.Text, number, actor, templates, views);
            FieldErrors? wrong = preview is null && number.Length > 0 ? [] : null;
            wrong?.Add("number", "没有这个办件，或者它不在您的职责范围内");
            return Page(draft, wrong, true, preview, number);
        }
        var kept = await templates.Keep(actor, draft.Id, draft.Purpose, draft.Name, draft.Text, draft.Shared, draft.Version);
        if (kept.Ok) return Results.Redirect("/desk/templates?done=kept");
        FieldErrors errors = [];
        foreach (var fault in kept.Faults) errors.Add(fault.Where, fault.Message);
        return Page(draft, errors);
    }

    /// <summary>The text for a case the actor may see; null when there is none.</summary>
    static async Task<string?> Filled(string text, string? number, Actor actor, Templates templates, CaseViews views)
    {
        if (string.IsNullOrWhiteSpace(number) || await views.Find(number) is not [var id, ..]) return null;
        var (view, _) = await views.ForOfficial(id, actor, "预览文书模板");
        return view is null ? null : templates.Fill(text, view, actor);
    }

    /// <summary>A text being written.</summary>
    /// <param name="Id">Null for a new one.</param>
    public sealed record Draft(Guid? Id, string Purpose, string Name, string Text, bool Shared, int? Version);
}
