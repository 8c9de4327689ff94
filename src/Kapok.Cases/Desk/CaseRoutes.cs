using Microsoft.AspNetCore.Mvc;
using Kapok.Cases.News;
using Kapok.Cases.Wording;
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
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Desk;

/// <summary>The case page and everything posted from it. Every act carries the version that was looked at.</summary>
static class CaseRoutes
{
    /// <summary>Most bytes a form of the case page may bring: files of officials.</summary>
    const long LargestForm = 64L << 20;

    public static void Map(RouteGroupBuilder desk)
    {
        desk.MapGet("cases/{id:guid}", Show);
        desk.MapPost("cases/{id:guid}/{verb}", Act).WithMetadata(new RequestSizeLimitAttribute(LargestForm)).WithFormOptions(multipartBodyLengthLimit: LargestForm);
        desk.MapGet("cases/{id:guid}/attachments/{attachment:guid}", Attachment);
        desk.MapGet("cases/{id:guid}/materials/{material:guid}", Material);
        desk.MapGet("cases/{id:guid}/view/{file:guid}", Viewer.Show);
        desk.MapGet("cases/{id:guid}/documents/{document:guid}", Document);
        desk.MapGet("cases/{id:guid}/events/{seq:int}", Event);
        desk.MapGet("cases/{id:guid}/bundle.json", Bundle);
        desk.MapGet("cases/{id:guid}/bundle.zip", Archive);
    }

    static async Task<IResult> Show(Guid id, HttpContext http, Dossiers dossiers, Notices notices, string? done, string? show, string? with, bool? wide, Guid? text)
    {
        var (dossier, decision) = await dossiers.Open(id, http.Actor());
        if (dossier is null) return Refused(decision);
        await notices.Read(http.Actor(), id);
        var viewed = show is null ? [] : Viewer.FilesOf(dossier);
        ViewedFile? Shown(string? file) => Guid.TryParse(file, out var wanted) ? viewed.FirstOrDefault(f => f.Id == wanted) : null;
        return Page(dossier, said: CaseWords.Done(done), shown: Shown(show), beside: Shown(with), wide: wide ?? false, filled: dossier.Texts.FirstOrDefault(t => t.Id == text));
    }

    /// <summary>A stranger learns no more than that there is nothing for him.</summary>
    static IResult Refused(Decision decision) => Problems.NotFound(decision.Reason);

    static PageResult<DossierPage> Page(Dossier dossier, string? said = null, ViewedFile? shown = null, FieldErrors? errors = null, string? verb = null, IFormCollection? form = null,
        IReadOnlyList<Foundation.Events.LoggedEvent>? missed = null, int status = StatusCodes.Status200OK, FilledTemplate? filled = null, ViewedFile? beside = null, bool wide = false)
    {
        Func<string, string?> typed = name => form is null ? (filled is not null && filled.Field == name ? filled.Text : null) : name is "due" or "expertDue" ? DateInput.Read(form, name) : form[name].ToString() is { Length: > 0 } text ? text : null;
        return new(new { Dossier = dossier, Said = said, Shown = shown, Errors = errors, Verb = verb, Typed = typed, Missed = missed ?? [], Filled = filled, Beside = beside, Wide = wide }) { StatusCode = status };
    }

    static async Task<IResult> Act(Guid id, string verb, HttpContext http, CaseDesk desk, CaseViews views, Dossiers dossiers, People people, CaseFiles files, Colleagues colleagues, Questions questions, Notices notices, Presences presences, Experts experts)
    {
        var (actor, form) = (http.Actor(), await http.Request.ReadFormAsync());
        var expected = int.TryParse(form["version"], NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : (int?)null;
        var (dossier, decision) = await dossiers.Open(id, actor);
        if (dossier is null) return Refused(decision);
        if (verb is "follow" or "unfollow")
        {
            await notices.Follow(actor, id, verb == "follow");
            return Results.Redirect($"/desk/cases/{id}?done={verb}");
        }
        if (verb == "remind")
        {
            var reminded = Guid.TryParse(form["question"], out var question) ? await questions.Remind(id, question, actor) : Outcome<CaseSnapshot>.No(Refusal.NotFound, "没有这个问题");
            return reminded.Ok ? Results.Redirect($"/desk/cases/{id}?done=remind") : reminded.Refuse();
        }
        var command = await CasePost.Command(dossier, verb, actor, form, people, files, colleagues, experts);
        if (command.Refused is Refusal.NotFound) return Problems.NotFound();
        // Words for the applicant or colleagues undo nothing that somebody else did meanwhile.
        var result = command.Ok ? await desk.Do(command.Value! with { Expected = verb is "message" or "note" ? null : expected == dossier.Standing ? dossier.Row.Version : expected }) : command.As<CaseSnapshot>();
        if (result.Ok) await presences.Leave(id, actor);
        if (result.Ok)
            return Results.Redirect(await views.MaySee(actor, result.Value!) ? $"/desk/cases/{id}?done={verb}" : $"/desk?done={verb}");
        (dossier, decision) = await dossiers.Open(id, actor);
        if (dossier is null) return Refused(decision);
        var missed = expected is { } seen && seen != dossier.Standing ? dossier.View.Events.Where(e => e.Seq > seen && !VerdictStore.IsVerdict(e)).ToList() : [];
        FieldErrors errors = [];
        if (missed.Count == 0) foreach (var fault in result.Faults) errors.Add(CasePost.FieldOf(verb, fault.Where), fault.Message);
        return Page(dossier, errors: errors, verb: verb, form: form, missed: missed, status: Problems.Status(result.Refused!.Value));
    }

    /// <summary>A file of the case as an attachment. Never anything a browser would run.</summary>
    static async Task<IResult> Material(Guid id, Guid material, HttpContext http, CaseViews views, FileStore files)
    {
        var (found, decision) = await views.ForOfficial(id, http.Actor(), "查看材料");
        if (found?.Materials.FirstOrDefault(m => m.Id == material) is not { } wanted) return found is null ? Refused(decision) : Problems.NotFound("没有这份材料");
        if (await files.Find(wanted.File) is not { } stored) return Problems.NotFound("没有这份材料");
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        http.Response.Headers.CacheControl = "private, no-store";
        return Results.Stream(await files.Open(stored), stored.Type, wanted.Name);
    }

    /// <summary>A file of an official; what belongs to a confidential question only for the two units.</summary>
    static async Task<IResult> Attachment(Guid id, Guid attachment, HttpContext http, Dossiers dossiers, FileStore files)
    {
        var (dossier, decision) = await dossiers.Open(id, http.Actor(), "查看附件");
        if (dossier is null) return Refused(decision);
        if (dossier.Attachments.FirstOrDefault(a => a.Id == attachment) is not { } wanted || await files.Find(wanted.File) is not { } stored) return Problems.NotFound("没有这份附件");
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        http.Response.Headers.CacheControl = "private, no-store";
        return Results.Stream(await files.Open(stored), stored.Type, wanted.Name);
    }

    static async Task<IResult> Document(Guid id, Guid document, HttpContext http, CaseViews views)
    {
        var (found, decision) = await views.ForOfficial(id, http.Actor(), "查看文书");
        if (found is null) return Refused(decision);
        return found.Documents.FirstOrDefault(d => d.Id == document) is { } wanted ? new PageResult<DocumentPage>(new { Document = wanted }) : Problems.NotFound("没有这份文书");
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

    public static async Task<IResult> Archive(Guid id, HttpContext http, Dossiers dossiers, CaseArchive archive, CancellationToken stop)
    {
        var (dossier, decision) = await dossiers.Open(id, http.Actor(), "导出办件");
        return dossier is null ? Refused(decision) : await archive.Answer(http, dossier, stop);
    }
}
