using System.Text.Json;
using Kapok.Cases.Forms;
using Kapok.Cases.Handling;
using Kapok.Catalogue;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Files;
using Kapok.Foundation.Http;
using Kapok.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Cases.Applying;

/// <summary>Applying by API: begin, fill in, add materials, submit.</summary>
static class DraftApi
{
    /// <summary>Either the implementation code, or the basic code of the item and the key of the body (<c>market@440106</c>).</summary>
    public sealed record BeginBody(string? Implementation, string? Item, string? Body, JsonElement? Eligibility, Guid? Id);
    public sealed record MaterialBody(Guid File);
    public sealed record SubmitBody(short? Channel);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var drafts = routes.MapGroup("/api/v1/drafts").AllowSignedIn().WithTags("申请");
        drafts.MapPost("", async (BeginBody body, HttpContext http, Drafts all, Items items, OrganisationDirectory directory) =>
        {
            var code = body.Implementation;
            if (code is null)
            {
                if (string.IsNullOrEmpty(body.Item)) return Outcome<Guid>.No(Refusal.Invalid, "请写明事项：implementation，或者 item 和 body", "item").Refuse();
                if (directory.OrganisationByKey(body.Body ?? "") is not { } organisation) return Outcome<Guid>.No(Refusal.NotFound, "没有这个机构，请写作 条线@区划，例如 market@440106", "body").Refuse();
                code = (await items.Find(body.Item, organisation.Id))?.ImplementationCode;
            }
            var begun = await all.Begin(code ?? "", http.Actor(), body.Eligibility, body.Id);
            if (begun.Refused == Refusal.NotFound) return Outcome<Guid>.No(Refusal.NotFound, begun.Faults[0].Message, body.Implementation is null ? "item" : "implementation").Refuse();
            return begun.Ok ? Results.Json(new { id = begun.Value }, Json.Options, statusCode: 201) : begun.Refuse();
        });
        drafts.MapGet("", async (HttpContext http, Drafts all) => Results.Json((await all.Of(http.Actor())).Select(d => new { d.Id, d.Version, d.UpdatedAt, d.ExpiresAt }), Json.Options));
        drafts.MapGet("{id:guid}", async (Guid id, HttpContext http, Drafts all) =>
        {
            if (await all.Find(id, http.Actor()) is not { } draft) return Problems.NotFound("没有这份草稿");
            http.Response.Headers.ETag = $"\"{draft.Row.Version}\"";
            return Results.Json(Show(draft), Json.Options);
        });
        drafts.MapPut("{id:guid}/answers", async (Guid id, JsonElement answers, HttpContext http, Drafts all) =>
        {
            var saved = await all.Save(id, http.Actor(), answers, CaseApi.Version(http));
            if (!saved.Ok) return saved.Refuse();
            http.Response.Headers.ETag = $"\"{saved.Value}\"";
            return Results.Json(Show((await all.Find(id, http.Actor()))!), Json.Options);
        });
        drafts.MapPost("{id:guid}/materials/{material}", async (Guid id, string material, MaterialBody body, HttpContext http, Drafts all) =>
            (await all.AddMaterial(id, http.Actor(), material, body.File)).Answer(201));
        // A whole file in one request, for callers that need no resuming.
        drafts.MapPut("{id:guid}/materials/{material}", async (Guid id, string material, string? name, HttpContext http, Drafts all, FileStore files, CancellationToken stop) =>
        {
            var file = await files.Save(http.Request.Body, name ?? material, http.Actor().Person!.Value, FileStore.LargestUpload, stop);
            return file.Ok ? (await all.AddMaterial(id, http.Actor(), material, file.Value!.Id)).Answer(201) : file.Refuse();
        }).WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(FileStore.LargestUpload));
        // A file as the answer to a question of the form.
        drafts.MapPut("{id:guid}/files", async (Guid id, string? field, string? name, HttpContext http, Drafts all, FileStore files, CancellationToken stop) =>
        {
            if (await all.Find(id, http.Actor()) is not { } draft) return Problems.NotFound("没有这份草稿");
            if (field is null || draft.Definition.Form.Find(field) is not { Widget: Widget.File } of) return Outcome<Guid>.No(Refusal.Invalid, "表单里没有这个上传项", "field").Refuse();
            var file = await files.Save(http.Request.Body, name ?? of.Label, http.Actor().Person!.Value, (long)of.MaxMegabytes << 20, stop);
            return file.Ok ? (await AnswerFiles.Put(all, id, http.Actor(), of, field, file.Value!, new("", ""))).Answer(201) : file.Refuse();
        }).WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(FileStore.LargestUpload));
        drafts.MapDelete("{id:guid}/materials/{file:guid}", async (Guid id, Guid file, HttpContext http, Drafts all) =>
            await all.RemoveMaterial(id, http.Actor(), file) > 0 ? Results.NoContent() : Problems.NotFound("没有这个文件"));
        drafts.MapPost("{id:guid}/submission", async (Guid id, SubmitBody? body, HttpContext http, Drafts all, CancellationToken stop) =>
            (await all.Submit(id, http.Actor(), body?.Channel is >= 1 and <= 4 and { } channel ? channel : (short)2, stop)).Answer(201));
        drafts.MapDelete("{id:guid}", async (Guid id, HttpContext http, Drafts all) => await all.Delete(id, http.Actor()) > 0 ? Results.NoContent() : Problems.NotFound("没有这份草稿"));
    }

    static object Show(DraftView d) => new
    {
        d.Row.Id, d.Row.Version, item = d.Definition.Item.Content.Name, itemVersion = d.Definition.Item.Version, party = d.Party.Name, answers = d.Form.Answers, d.Row.ExpiresAt,
        pages = d.Form.Pages.Select(p => new { p.Page.Id, p.Page.Title, p.Progress }), faults = d.Faults,
        materials = d.Materials.Select(m => new { m.Material.Id, m.Material.Name, m.Needed, m.Optional, m.Source, files = m.Files.Select(f => new { f.Id, f.Name, f.Size, f.Digest }) }),
    };
}
