using Kapok.Foundation.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Kapok.Foundation.Files;

/// <summary>Uploads in pieces: begin, ask how much has arrived, send on from there.</summary>
static class FileRoutes
{
    sealed record BeginUpload(string Name, long Size);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/uploads").AllowSignedIn();
        group.MapPost("", async (BeginUpload begin, HttpContext http, FileStore store) =>
        {
            var result = await store.Begin(begin.Name ?? "", begin.Size, http.Actor().Person!.Value);
            if (result.Ok) http.Response.Headers.Location = $"/api/v1/uploads/{result.Value}";
            return result.Ok ? Results.Json(new { id = result.Value, received = 0 }, statusCode: 201) : result.Refuse();
        });
        group.MapGet("{id:guid}", async (Guid id, HttpContext http, FileStore store) =>
            await store.Progress(id, http.Actor().Person!.Value) is { } p ? Results.Json(new { received = p.Received, size = p.Size }) : Problems.NotFound("没有这个上传任务"));
        group.MapPatch("{id:guid}", async (Guid id, HttpContext http, FileStore store, CancellationToken stop) =>
        {
            if (!ContentRangeHeaderValue.TryParse(http.Request.Headers.ContentRange.ToString(), out var range) || range.From is null)
                return Outcome<int>.No(Refusal.Invalid, "缺少 Content-Range，例如 bytes 0-1048575/5242880", "Content-Range").Refuse();
            var result = await store.Append(id, http.Actor().Person!.Value, range.From.Value, http.Request.Body, stop);
            return !result.Ok ? result.Refuse() : result.Value is { } file
                ? Results.Json(new { file = file.Id, file.Name, file.Size, file.Type, file.Digest }) : Results.Json(new { received = range.To + 1 }, statusCode: 202);
        });
    }
}
