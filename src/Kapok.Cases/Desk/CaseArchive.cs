using System.IO.Compression;
using System.Text;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Foundation.Files;
using Kapok.Foundation.Http;
using Microsoft.AspNetCore.Http;

namespace Kapok.Cases.Desk;

/// <summary>A case as a ZIP that proves itself, for an official who works on it. Who took it is recorded.</summary>
public sealed class CaseArchive(Database database, FileStore files, CaseBundle bundle, TimeProvider time)
{
    public async Task<IResult> Answer(HttpContext http, Dossier dossier, CancellationToken stop)
    {
        var (view, actor) = (dossier.View, http.Actor());
        await database.Write((c, _) => EventLog.Append(c, Guid.CreateVersion7(), actor, time.GetUtcNow(),
            new NewEvent("case-exported", Json.Write(new { @case = view.Row.Id, view.Row.Number, head = Convert.ToHexStringLower(view.Row.Digest), form = "zip" }))), stop);
        var part = CaseZip.Temporary();
        try
        {
            await using (var zip = await ZipArchive.CreateAsync(part, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: Encoding.UTF8, stop))
                await new CaseZip(zip, files).Fill(view, dossier.Attachments, bundle.Content(view, actor, dossier.Broken), [], stop);
            part.Position = 0;
        }
        catch
        {
            await part.DisposeAsync();
            throw;
        }
        http.Response.Headers.CacheControl = "no-store";
        return Results.Stream(part, "application/zip", $"{view.Row.Number}.zip");
    }
}
