using System.Collections.Immutable;
using System.Globalization;
using Kapok.Cases.Handling;
using Kapok.Cases.Model;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Files;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Kapok.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Desk;

/// <summary>The case page and everything posted from it. Every act carries the version that was looked at.</summary>
static class CaseRoutes
{
    public static void Map(RouteGroupBuilder desk)
    {
        desk.MapGet("cases/{id:guid}", Show);
        desk.MapPost("cases/{id:guid}/{verb}", Act);
        desk.MapGet("cases/{id:guid}/materials/{material:guid}", Material);
        desk.MapGet("cases/{id:guid}/documents/{document:guid}", Document);
        desk.MapGet("cases/{id:guid}/events/{seq:int}", Event);
        desk.MapGet("cases/{id:guid}/bundle.json", Bundle);
    }

    static async Task<IResult> Show(Guid id, HttpContext http, Dossiers dossiers, string? done, Guid? show)
    {
        var (dossier, decision) = await dossiers.Open(id, http.Actor());
        return dossier is null ? Refused(decision) : Page(dossier, said: CaseWords.Done(done), shown: dossier.View.Materials.FirstOrDefault(m => m.Id == show && Picture(m)));
    }

    /// <summary>A stranger learns no more than that there is nothing for him.</summary>
    static IResult Refused(Decision decision) => Problems.NotFound(decision.Reason);

    static RazorComponentResult<DossierPage> Page(Dossier dossier, string? said = null, CaseMaterial? shown = null, FieldErrors? errors = null, string? verb = null, IFormCollection? form = null,
        IReadOnlyList<Foundation.Events.LoggedEvent>? missed = null, int status = StatusCodes.Status200OK)
    {
        Func<string, string?> typed = name => form is null ? null : name == "due" ? DateInput.Read(form, name) : form[name].ToString() is { Length: > 0 } text ? text : null;
        return new(new { Dossier = dossier, Said = said, Shown = shown, Errors = errors, Verb = verb, Typed = typed, Missed = missed ?? [] }) { StatusCode = status };
    }

    static async Task<IResult> Act(Guid id, string verb, HttpContext http, CaseDesk desk, CaseViews views, Dossiers dossiers, People people)
    {
        var (actor, form) = (http.Actor(), await http.Request.ReadFormAsync());
        var expected = int.TryParse(form["version"], NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : (int?)null;
        var (dossier, decision) = await dossiers.Open(id, actor);
        if (dossier is null) return Refused(decision);
        var command = await CasePost.Command(dossier, verb, actor, form, people);
        if (command.Refused is Refusal.NotFound) return Problems.NotFound();
        // Words for the applicant or colleagues undo nothing that somebody else did meanwhile.
        var result = command.Ok ? await desk.Do(command.Value! with { Expected = verb is "message" or "note" ? null : expected }) : command.As<CaseSnapshot>();
        if (result.Ok)
            return Results.Redirect(await views.MaySee(actor, result.Value!) ? $"/desk/cases/{id}?done={verb}" : $"/desk?done={verb}");
        (dossier, decision) = await dossiers.Open(id, actor);
        if (dossier is null) return Refused(decision);
        var missed = expected is { } seen && seen != dossier.Row.Version ? dossier.View.Events.Where(e => e.Seq > seen).ToList() : [];
        FieldErrors errors = [];
        if (missed.Count == 0) foreach (var fault in result.Faults) errors.Add(CasePost.FieldOf(verb, fault.Where), fault.Message);
        return Page(dossier, errors: errors, verb: verb, form: form, missed: missed, status: Problems.Status(result.Refused!.Value));
    }

    static bool Picture(CaseMaterial m) => m.Type is "image/jpeg" or "image/png";

    /// <summary>A file of the case: as an attachment, or a picture for the viewer. Never anything a browser would run.</summary>
    static async Task<IResult> Material(Guid id, Guid material, HttpContext http, CaseViews views, FileStore files)
    {
        var (found, decision) = await views.ForOfficial(id, http.Actor(), "查看材料");
        if (found?.Materials.FirstOrDefault(m => m.Id == material) is not { } wanted) return found is null ? Refused(decision) : Problems.NotFound("没有这份材料");
        if (await files.Find(wanted.File) is not { } stored) return Problems.NotFound("没有这份材料");
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        http.Response.Headers.CacheControl = "private, no-store";
        return Picture(wanted) && http.Request.Query.ContainsKey("view") ? Results.Stream(await files.Open(stored), stored.Type) : Results.Stream(await files.Open(stored), stored.Type, wanted.Name);
    }

    static async Task<IResult> Document(Guid id, Guid document, HttpContext http, CaseViews views)
    {
        var (found, decision) = await views.ForOfficial(id, http.Actor(), "查看文书");
        if (found is null) return Refused(decision);
        return found.Documents.FirstOrDefault(d => d.Id == document) is { } wanted ? new RazorComponentResult<DocumentPage>(new { Document = wanted }) : Problems.NotFound("没有这份文书");
    }

    static async Task<IResult> Event(Guid id, int seq, HttpContext http, CaseViews views)
    {
        var (found, decision) = await views.ForOfficial(id, http.Actor(), "查看过程");
        if (found is null) return Refused(decision);
        return found.Events.FirstOrDefault(e => e.Seq == seq) is { } wanted ? Results.Json(CaseBundle.Event(wanted), Json.Options) : Problems.NotFound("没有这个事件");
    }

    static async Task<IResult> Bundle(Guid id, HttpContext http, Dossiers dossiers, CaseBundle bundle)
    {
        var (dossier, decision) = await dossiers.Open(id, http.Actor(), "导出办件");
        return dossier is null ? Refused(decision) : await bundle.Answer(http, dossier.View, dossier.Broken);
    }
}
