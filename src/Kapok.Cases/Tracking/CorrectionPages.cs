using Kapok.Cases.Applying;
using Kapok.Cases.Forms;
using Kapok.Foundation;
using Kapok.Foundation.Files;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Tracking;

/// <summary>Answering a correction notice: what was named is open, the difference is shown, then it is sent.</summary>
static class CorrectionPages
{
    public static void Map(RouteGroupBuilder one)
    {
        one.MapGet("correct", Show);
        one.MapPost("correct", Save).WithMetadata(new RequestSizeLimitAttribute(MaterialPages.LargestForm)).WithFormOptions(multipartBodyLengthLimit: MaterialPages.LargestForm);
        one.MapPost("correct/autosave", AutoSave);
        one.MapGet("correct/division", Divisions);
        one.MapMethods("correct/materials/{material}/upload", ["HEAD"], Ask);
        one.MapMethods("correct/materials/{material}/upload", ["PATCH"], Take);
        one.MapGet("correct/files/{file:guid}", File);
        one.MapGet("correct/check", Check);
        one.MapPost("correct/check", Send);
    }

    /// <summary>Nothing to correct (any more): the case page says how it stands.</summary>
    static async Task<IResult> Gone(Guid id, HttpContext http, Handling.CaseViews views) =>
        await views.ForApplicant(id, http.Actor()) is not null ? Results.Redirect($"/my/cases/{id}") : Problems.NotFound("没有这个办件");

    static async Task<IResult> Show(Guid id, HttpContext http, PendingCorrections corrections, FormPlace place, Handling.CaseViews views) =>
        await corrections.Find(id, http.Actor()) is { } pending ? Page(pending, place, null) : await Gone(id, http, views);

    static PageResult<CorrectPage> Page(PendingCorrection pending, FormPlace place, FieldErrors? errors) => new(new
    {
        Pending = pending, Errors = errors, Settings = place.Settings(path => $"/my/cases/{pending.View.Row.Id}/correct/division?field={Uri.EscapeDataString(path)}")
            .Showing([.. pending.Files, .. pending.View.Materials.Where(m => m.RemovedAt is null)], $"/my/cases/{pending.View.Row.Id}/correct/files", path => $"/my/cases/{pending.View.Row.Id}/correct/materials/{FileAnswer.Key(path)}/upload"),
    }) { StatusCode = errors is null ? 200 : 422 };

    static async Task<IResult> Save(Guid id, HttpContext http, PendingCorrections corrections, FormPlace place, FileStore files, Handling.CaseViews views, CancellationToken stop)
    {
        var actor = http.Actor();
        if (await corrections.Find(id, actor) is not { } pending) return await Gone(id, http, views);
        var form = await http.Request.ReadFormAsync(stop);
        var errors = new FieldErrors();
        var (values, removed) = await AnswerFiles.With(form, pending.View.Definition.Form, files, actor, errors, (field, path, file) => corrections.AddAnswer(pending, actor, field, path, file), stop);
        (pending, var stay) = await corrections.Take(pending, values);
        if (removed) return Results.Redirect($"/my/cases/{id}/correct");
        if (form.Keys.FirstOrDefault(k => k.EndsWith(".remove", StringComparison.Ordinal)) is { } remove)
        {
            if (Guid.TryParse(form[remove], out var file)) await corrections.Remove(pending, file);
            return Results.Redirect($"/my/cases/{id}/correct#{Uri.EscapeDataString(remove[..^7])}");
        }
        foreach (var file in form.Files.Where(f => f.Length > 0 && pending.Correction.Materials.ContainsKey(f.Name)))
        {
            var wanted = pending.View.Definition.Item.Content.Materials.First(m => m.Id == file.Name);
            await using var content = file.OpenReadStream();
            var stored = await files.Save(content, file.FileName, actor.Person!.Value, (long)wanted.MaxMegabytes << 20, stop);
            var kept = stored.Ok ? await corrections.Add(pending, actor, wanted.Id, stored.Value!) : stored.As<Guid>();
            if (!kept.Ok) errors.Add(wanted.Id, kept.Refused == Refusal.TooLarge ? $"“{FileStore.SafeName(file.FileName)}”太大，“{wanted.Name}”每个文件最大 {wanted.MaxMegabytes} MB" : kept.Faults[0].Message);
        }
        if (stay) return Results.Redirect($"/my/cases/{id}/correct");
        pending = (await corrections.Find(id, actor))!;
        foreach (var fault in corrections.Faults(pending).Where(f => errors[f.Where] is null)) errors.Add(fault.Where, fault.Message);
        return errors.Any ? Page(pending, place, errors) : Results.Redirect($"/my/cases/{id}/correct/check");
    }

    static async Task<IResult> AutoSave(Guid id, HttpContext http, PendingCorrections corrections)
    {
        if (await corrections.Find(id, http.Actor()) is not { } pending) return Results.NotFound();
        await corrections.Take(pending, await http.Request.ReadFormAsync(http.RequestAborted));
        return Results.NoContent();
    }

    static async Task<IResult> Divisions(Guid id, string? field, HttpContext http, PendingCorrections corrections, FormPlace place)
    {
        if (await corrections.Find(id, http.Actor()) is not { } pending || field is null || pending.View.Definition.Form.Find(field) is not { Widget: Forms.Widget.Division } of) return Results.NotFound();
        return new PageResult<DivisionPart>(new { Of = of, Path = field, Value = DivisionPicker.Read(http.Request.Query[field]), Settings = place.Settings(path => $"/my/cases/{id}/correct/division?field={Uri.EscapeDataString(path)}") });
    }

    static async Task<IResult> Ask(Guid id, string material, HttpContext http, PendingCorrections corrections, FileStore files) =>
        await corrections.Find(id, http.Actor()) is null ? Results.NotFound() : await PartUpload.Ask(http, files, id, material);

    static async Task<IResult> Take(Guid id, string material, HttpContext http, PendingCorrections corrections, FileStore files)
    {
        var actor = http.Actor();
        if (await corrections.Find(id, actor) is not { } pending) return Results.NotFound();
        if (FileAnswer.PathOf(material) is { } path && pending.Form.Field(path) is { Open: true, Field: { Widget: Forms.Widget.File } of })
            return await PartUpload.Take(http, files, id, material, (long)of.MaxMegabytes << 20, async file =>
            {
                var kept = await corrections.AddAnswer(pending, actor, of, path, file);
                if (!kept.Ok) return kept.As<Guid>();
                await corrections.Take((await corrections.Find(id, actor))!, [AnswerFiles.Answer(path, kept.Value!)]);
                return kept.Value!.Id;
            });
        if (!pending.Correction.Materials.ContainsKey(material)) return Results.NotFound();
        var wanted = pending.View.Definition.Item.Content.Materials.First(m => m.Id == material);
        return await PartUpload.Take(http, files, id, material, (long)wanted.MaxMegabytes << 20, file => corrections.Add(pending, actor, material, file));
    }

    static async Task<IResult> File(Guid id, Guid file, HttpContext http, PendingCorrections corrections, FileStore files) =>
        await corrections.Find(id, http.Actor()) is { } pending && (pending.Files.FirstOrDefault(f => f.Id == file) ?? pending.View.Materials.FirstOrDefault(f => f.Id == file)) is { } material
            ? await MaterialPages.Attachment(http, files, material) : Problems.NotFound("没有这个文件");

    static async Task<IResult> Check(Guid id, HttpContext http, PendingCorrections corrections, FormPlace place, Handling.CaseViews views)
    {
        if (await corrections.Find(id, http.Actor()) is not { } pending) return await Gone(id, http, views);
        return corrections.Faults(pending).Count > 0 ? Results.Redirect($"/my/cases/{id}/correct") : Difference(pending, place, null);
    }

    static PageResult<CorrectCheckPage> Difference(PendingCorrection pending, FormPlace place, FieldErrors? errors) =>
        new(new { Pending = pending, Changes = pending.Changes(place.NameOf), Errors = errors }) { StatusCode = errors is null ? 200 : 422 };

    static async Task<IResult> Send(Guid id, HttpContext http, PendingCorrections corrections, FormPlace place, Handling.CaseViews views)
    {
        if (await corrections.Find(id, http.Actor()) is not { } pending) return await Gone(id, http, views);
        var sent = await corrections.Send(pending, http.Actor());
        if (sent.Ok) return Results.Redirect($"/my/cases/{id}?done=corrected");
        if (sent.Refused != Refusal.Invalid) return sent.Refuse();
        var errors = new FieldErrors();
        foreach (var fault in sent.Faults) errors.Add("", fault.Message);
        return Difference(pending, place, errors);
    }
}
