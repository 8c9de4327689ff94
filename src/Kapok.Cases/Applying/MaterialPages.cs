using Kapok.Foundation;
using Kapok.Foundation.Files;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Applying;

/// <summary>The materials of a draft: which are called for, files added and taken away, with the form or in parts.</summary>
static class MaterialPages
{
    /// <summary>Most bytes one form may bring; larger files come in parts.</summary>
    public const long LargestForm = 64L << 20;
    const int MostFiles = 20;

    public static void Map(RouteGroupBuilder draft)
    {
        draft.MapGet("materials", Show);
        draft.MapPost("materials", Save).WithMetadata(new RequestSizeLimitAttribute(LargestForm)).WithFormOptions(multipartBodyLengthLimit: LargestForm);
        draft.MapMethods("materials/{material}/upload", ["HEAD"], Ask);
        draft.MapMethods("materials/{material}/upload", ["PATCH"], Take);
        draft.MapGet("files/{file:guid}", Open);
    }

    static async Task<IResult> Show(Guid id, string? go, HttpContext http, Drafts drafts, Handling.CaseViews views) =>
        await drafts.Find(id, http.Actor()) is { } draft ? Page(draft, go, null) : await ApplyPages.Gone(id, http, views);

    static PageResult<MaterialsPage> Page(DraftView draft, string? go, FieldErrors? errors) =>
        new(new { Draft = draft, Go = go == "check" ? go : null, Errors = errors }) { StatusCode = errors is null ? 200 : 422 };

    static async Task<IResult> Save(Guid id, HttpContext http, Drafts drafts, FileStore files, Handling.CaseViews views, CancellationToken stop)
    {
        var actor = http.Actor();
        if (await drafts.Find(id, actor) is not { } draft) return await ApplyPages.Gone(id, http, views);
        var form = await http.Request.ReadFormAsync(stop);
        var go = form["go"].ToString();
        var here = $"/my/drafts/{id}/materials{(go == "check" ? "?go=check" : "")}";
        if (form.Keys.FirstOrDefault(k => k.EndsWith(".remove", StringComparison.Ordinal)) is { } remove)
        {
            if (Guid.TryParse(form[remove], out var file)) await drafts.RemoveMaterial(id, actor, file);
            return Results.Redirect($"{here}#{Uri.EscapeDataString(remove[..^7])}");
        }
        var errors = new FieldErrors();
        foreach (var file in form.Files.Where(f => f.Length > 0))
            if (draft.Materials.FirstOrDefault(m => m.Material.Id == file.Name && m.Needed) is { } wanted)
            {
                await using var content = file.OpenReadStream();
                var stored = await files.Save(content, file.FileName, actor.Person!.Value, (long)wanted.Material.MaxMegabytes << 20, stop);
                var kept = stored.Ok ? await Keep(drafts, draft, actor, wanted.Material.Id, stored.Value!) : stored.As<Guid>();
                if (!kept.Ok) errors.Add(wanted.Material.Id, kept.Refused == Refusal.TooLarge ? $"“{FileStore.SafeName(file.FileName)}”太大，“{wanted.Material.Name}”每个文件最大 {wanted.Material.MaxMegabytes} MB" : kept.Faults[0].Message);
            }
        draft = (await drafts.Find(id, actor))!;
        foreach (var missing in draft.Materials.Where(m => m.Missing && errors[m.Material.Id] is null)) errors.Add(missing.Material.Id, $"请上传“{missing.Material.Name}”");
        if (errors.Any) return Page(draft, go, errors);
        return Results.Redirect(go == "check" || draft.Faults.Count == 0 ? $"/my/drafts/{id}/check" : $"/my/drafts/{id}");
    }

    /// <summary>The same file a second time (a repeated request) is the file that is there.</summary>
    static async Task<Outcome<Guid>> Keep(Drafts drafts, DraftView draft, Actor actor, string material, StoredFile file)
    {
        var there = draft.Materials.First(m => m.Material.Id == material).Files;
        if (there.FirstOrDefault(f => f.Digest == file.Digest && f.Name == file.Name) is { } same) return same.Id;
        if (there.Length >= MostFiles) return Outcome<Guid>.No(Refusal.Invalid, $"每样材料最多 {MostFiles} 个文件，请合并后再上传", material);
        var added = await drafts.AddMaterial(draft.Row.Id, actor, material, file.Id);
        return added.Ok ? added.Value!.Id : added.As<Guid>();
    }

    static async Task<IResult> Ask(Guid id, string material, HttpContext http, Drafts drafts, FileStore files) =>
        await drafts.Find(id, http.Actor()) is null ? Results.NotFound() : await PartUpload.Ask(http, files, id, material);

    static async Task<IResult> Take(Guid id, string material, HttpContext http, Drafts drafts, FileStore files)
    {
        if (await drafts.Find(id, http.Actor()) is not { } draft || draft.Materials.FirstOrDefault(m => m.Material.Id == material && m.Needed) is not { } wanted) return Results.NotFound();
        return await PartUpload.Take(http, files, id, material, (long)wanted.Material.MaxMegabytes << 20, file => Keep(drafts, draft, http.Actor(), material, file));
    }

    static async Task<IResult> Open(Guid id, Guid file, HttpContext http, Drafts drafts, FileStore files) =>
        await drafts.Find(id, http.Actor()) is { } draft && draft.File(file) is { } material
            ? await Attachment(http, files, material) : Problems.NotFound("没有这个文件");

    /// <summary>A file as an attachment: never shown inside our own pages, its type never guessed.</summary>
    public static async Task<IResult> Attachment(HttpContext http, FileStore files, Model.CaseMaterial material)
    {
        if (await files.Find(material.File) is not { } stored) return Problems.NotFound("没有这个文件");
        http.Response.Headers.CacheControl = "private, no-store";
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        return Results.Stream(await files.Open(stored), stored.Type, stored.Name, enableRangeProcessing: true);
    }
}
