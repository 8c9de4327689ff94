using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Foundation.Files;
using Kapok.Foundation.Http;
using Microsoft.AspNetCore.Http;

namespace Kapok.Cases.Desk;

/// <summary>
/// A case as a ZIP that proves itself: the case, its events with their chain, documents, materials, files of officials,
/// and beside them a page and a script that recompute every digest without network and without us.
/// </summary>
public sealed class CaseArchive(Database database, FileStore files, CaseBundle bundle, TimeProvider time)
{
    sealed record Entry(string Path, string Sha256, long Size);

    public async Task<IResult> Answer(HttpContext http, Dossier dossier, CancellationToken stop)
    {
        var (view, actor) = (dossier.View, http.Actor());
        await database.Write((c, _) => EventLog.Append(c, Guid.CreateVersion7(), actor, time.GetUtcNow(),
            new NewEvent("case-exported", Json.Write(new { @case = view.Row.Id, view.Row.Number, head = Convert.ToHexStringLower(view.Row.Digest), form = "zip" }))), stop);
        var part = new FileStream(Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 65536, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        try
        {
            await using (var zip = await ZipArchive.CreateAsync(part, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: Encoding.UTF8, stop)) await Fill(zip, dossier, bundle.Content(view, actor, dossier.Broken), stop);
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

    async Task Fill(ZipArchive zip, Dossier dossier, object content, CancellationToken stop)
    {
        var (view, entries) = (dossier.View, new List<Entry>());
        async Task Add(string path, byte[] bytes)
        {
            await using (var entry = await zip.CreateEntry(path, CompressionLevel.Fastest).OpenAsync(stop)) await entry.WriteAsync(bytes, stop);
            entries.Add(new(path, Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.Length));
        }
        async Task Copy(string path, Guid file, string digest, long size)
        {
            if (await files.Find(file) is not { } stored) return;
            await using (var from = await files.Open(stored))
            await using (var entry = await zip.CreateEntry(path, CompressionLevel.Fastest).OpenAsync(stop)) await from.CopyToAsync(entry, stop);
            entries.Add(new(path, digest, size));
        }

        await Add("case.json", Encoding.UTF8.GetBytes(Json.Write(content)));
        var n = 0;
        // A document is the very bytes its digest in the log covers.
        foreach (var d in view.Documents) await Add($"documents/{++n:00}-{FileStore.SafeName(d.Title)}.html", Encoding.UTF8.GetBytes(d.Html));
        n = 0;
        foreach (var m in view.Materials) await Copy($"materials/{++n:00}-{FileStore.SafeName(m.Name)}", m.File, m.Digest, m.Size);
        n = 0;
        foreach (var a in dossier.Attachments) await Copy($"attachments/{++n:00}-{FileStore.SafeName(a.Name)}", a.File, a.Digest, a.Size);

        var chain = Json.Write(new
        {
            id = view.Row.Id, view.Row.Number, head = Convert.ToHexStringLower(view.Row.Digest), length = view.Row.Version,
            events = view.Events.Select(e => new
            {
                e.Stream, e.Seq, e.Type, at = e.At.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture), micros = ((e.At.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / 10).ToString(CultureInfo.InvariantCulture),
                e.Actor, e.ActorName, e.OnBehalf, e.Origin, e.Ground, e.Data, digest = Convert.ToHexStringLower(e.Digest),
            }),
            files = entries.ToList(),
        });
        await Add("chain.json", Encoding.UTF8.GetBytes(chain));
        // Inside a script element "</" would end it.
        await Add("verify.html", Encoding.UTF8.GetBytes(Resource("verify.html").Replace("/*BUNDLE*/", chain.Replace("</", "<\\/", StringComparison.Ordinal), StringComparison.Ordinal)));
        await Add("verify.py", Encoding.UTF8.GetBytes(Resource("verify.py")));
    }

    static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(CaseArchive).Assembly.GetManifestResourceStream($"Seed/{name}")!, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
