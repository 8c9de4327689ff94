using System.Security.Cryptography;
using System.Text;
using Kapok.Foundation;
using Kapok.Foundation.Files;
using Kapok.Foundation.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Kapok.Cases.Applying;

/// <summary>
/// The page's side of an upload in parts (protocol in docs/design-system.md). Which upload goes on is found by what the
/// browser knows after any break: the thing it belongs to, the material and the key of the file.
/// </summary>
static class PartUpload
{
    const int LongestKey = 400;

    /// <summary>How much of the file has arrived.</summary>
    public static async Task<IResult> Ask(HttpContext http, FileStore files, Guid container, string material)
    {
        var progress = await files.Progress(IdOf(http, container, material), http.Actor().Person!.Value);
        if (progress is { Received: > 0 } p) http.Response.Headers.Range = $"bytes=0-{p.Received - 1}";
        return Results.NoContent();
    }

    /// <summary>Takes a part; the last one is kept.</summary>
    /// <param name="largest">Greatest size of the whole file in bytes.</param>
    /// <param name="keep">Puts the whole file where it belongs; answers with the id to show.</param>
    public static async Task<IResult> Take(HttpContext http, FileStore files, Guid container, string material, long largest, Func<StoredFile, Task<Outcome<Guid>>> keep)
    {
        var owner = http.Actor().Person!.Value;
        if (!ContentRangeHeaderValue.TryParse(http.Request.Headers.ContentRange.ToString(), out var range) || range is not { From: { } from, Length: { } size }) return Say(400, "上传的格式不对，请刷新页面再试");
        if (size > largest) return Say(413, $"每个文件最大 {largest >> 20} MB，请压缩后再上传");
        var id = IdOf(http, container, material);
        var begun = await files.Begin(http.Request.Query["name"].ToString(), size, owner, id);
        if (!begun.Ok) return Say(Problems.Status(begun.Refused!.Value), begun.Message);
        var taken = await files.Append(id, owner, from, http.Request.Body, http.RequestAborted);
        if (!taken.Ok) return Say(Problems.Status(taken.Refused!.Value), taken.Faults[0].Message);
        if (taken.Value is not { } file)
        {
            if (await files.Progress(id, owner) is { Received: > 0 } progress) http.Response.Headers.Range = $"bytes=0-{progress.Received - 1}";
            return Results.StatusCode(StatusCodes.Status202Accepted);
        }
        var kept = await keep(file);
        return kept.Ok ? Results.Json(new { id = kept.Value }) : Say(Problems.Status(kept.Refused!.Value), kept.Faults[0].Message);
    }

    static IResult Say(int status, string sentence) => Results.Text(sentence, "text/plain; charset=utf-8", statusCode: status);

    static Guid IdOf(HttpContext http, Guid container, string material)
    {
        var key = http.Request.Query["key"].ToString();
        var text = $"{http.Actor().Person:N}\n{container:N}\n{material}\n{(key.Length <= LongestKey ? key : key[..LongestKey])}";
        return new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }
}
