using Kapok.Cases.Handling;
using Kapok.Cases.Model;
using Kapok.Foundation;
using Kapok.Foundation.Files;
using Kapok.Foundation.Http;
using Microsoft.AspNetCore.Http;

namespace Kapok.Cases.Desk;

/// <summary>A file of a case that a browser may show inside the page.</summary>
/// <param name="Title">What it is: the material or why an official put it there, then the name of the file.</param>
/// <param name="Replaced">An earlier version, handed in before a correction.</param>
public sealed record ViewedFile(Guid Id, string Title, string Name, string Type, DateTime AddedAt, bool Replaced)
{
    public bool Picture => Type is "image/jpeg" or "image/png";
}

/// <summary>
/// The files of a case in the page. PDF, PNG and JPEG only, by what their first bytes say and never by their name, each
/// under a policy of its own: nothing in it may run, load or send, and only our own pages may frame it.
/// </summary>
public static class Viewer
{
    public static bool Shows(string type) => type is "application/pdf" or "image/png" or "image/jpeg";

    /// <summary>What can be shown, present versions first: materials in the order of the item, then files of officials.</summary>
    public static IReadOnlyList<ViewedFile> FilesOf(Dossier dossier)
    {
        var names = dossier.View.Definition.Item.Content.Materials.Select((m, at) => (m.Id, m.Name, at)).ToDictionary(m => m.Id);
        var materials = dossier.View.Materials.Where(m => Shows(m.Type))
            .OrderBy(m => m.RemovedAt is not null).ThenBy(m => names.TryGetValue(m.Material, out var known) ? known.at : int.MaxValue).ThenBy(m => m.AddedAt)
            .Select(m => new ViewedFile(m.Id, names.TryGetValue(m.Material, out var known) ? $"{known.Name} – {m.Name}" : m.Name, m.Name, m.Type, m.AddedAt, m.RemovedAt is not null));
        return [.. materials, .. dossier.Attachments.Where(a => Shows(a.Type)).Select(a => new ViewedFile(a.Id, a.Name, a.Name, a.Type, a.AddedAt, false))];
    }

    /// <summary>Address of the bytes of a file, for a frame or a picture.</summary>
    public static string Address(Guid @case, Guid file) => $"/desk/cases/{@case}/view/{file}";

    /// <summary>The bytes for the viewer. What cannot be shown safely is not found here; it can be downloaded.</summary>
    public static async Task<IResult> Show(Guid id, Guid file, HttpContext http, Dossiers dossiers, FileStore files)
    {
        var (dossier, decision) = await dossiers.Open(id, http.Actor(), "查看材料");
        if (dossier is null) return Problems.NotFound(decision.Reason);
        var stored = dossier.View.Materials.FirstOrDefault(m => m.Id == file)?.File ?? dossier.Attachments.FirstOrDefault(a => a.Id == file)?.File;
        if (stored is null || await files.Find(stored.Value) is not { } found || !Shows(found.Type)) return Problems.NotFound("这份文件不能在页面里看，请下载后打开");
        http.Response.Headers.XContentTypeOptions = "nosniff";
        // A browser's own PDF viewer does not start in a sandbox, so a PDF has none: scripts of a PDF have no origin, and the policy leaves it nothing to load.
        http.Response.Headers.ContentSecurityPolicy = found.Type == "application/pdf" ? "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; plugin-types application/pdf; frame-ancestors 'self'; base-uri 'none'; form-action 'none'" : "default-src 'none'; frame-ancestors 'self'; sandbox";
        http.Response.Headers.CacheControl = "private, no-store";
        http.Response.Headers.ContentDisposition = "inline";
        http.Response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        return Results.Stream(await files.Open(found), found.Type, enableRangeProcessing: true);
    }
}
