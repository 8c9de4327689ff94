using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Kapok.Cases.Handling;
using Kapok.Foundation.Data;
using Kapok.Foundation.Files;

namespace Kapok.Cases.Desk;

/// <summary>A file of a package.</summary>
/// <param name="Sha256">Digest, hex in lower case.</param>
/// <param name="Size">Bytes.</param>
public sealed record PackedFile(string Path, string Sha256, long Size);

/// <summary>
/// The folder of a case inside a ZIP: the case, its documents, materials and files of officials, its events with their
/// chain, and beside them a page and a script that recompute every digest without network and without us.
/// </summary>
sealed class CaseZip(ZipArchive zip, FileStore files)
{
    readonly List<PackedFile> packed = [];
    readonly List<string> missing = [];

    /// <summary>What was put in so far, in order.</summary>
    public IReadOnlyList<PackedFile> Packed => packed;

    /// <summary>Files that the case names and the store no longer has.</summary>
    public IReadOnlyList<string> Missing => missing;

    public async Task Add(string path, byte[] bytes, CancellationToken stop)
    {
        await using (var entry = await zip.CreateEntry(path, CompressionLevel.Fastest).OpenAsync(stop)) await entry.WriteAsync(bytes, stop);
        packed.Add(new(path, Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.Length));
    }

    async Task Copy(string path, Guid file, string digest, long size, CancellationToken stop)
    {
        if (await files.Find(file) is not { } stored) { missing.Add(path); return; }
        await using (var from = await files.Open(stored))
        await using (var entry = await zip.CreateEntry(path, CompressionLevel.Fastest).OpenAsync(stop)) await from.CopyToAsync(entry, stop);
        packed.Add(new(path, digest, size));
    }

    /// <summary>Puts the whole case in.</summary>
    /// <param name="content">The case as data.</param>
    /// <param name="more">Further files, put before the chain so that it covers them.</param>
    public async Task Fill(CaseView view, IReadOnlyList<AttachmentRow> attachments, object content, IReadOnlyList<(string Path, byte[] Bytes)> more, CancellationToken stop)
    {
        await Add("case.json", Encoding.UTF8.GetBytes(Json.Write(content)), stop);
        foreach (var (path, bytes) in more) await Add(path, bytes, stop);
        var n = 0;
        // A document is the very bytes its digest in the log covers.
        foreach (var d in view.Documents) await Add($"documents/{++n:00}-{FileStore.SafeName(d.Title)}.html", Encoding.UTF8.GetBytes(d.Html), stop);
        n = 0;
        foreach (var m in view.Materials) await Copy($"materials/{++n:00}-{FileStore.SafeName(m.Name)}", m.File, m.Digest, m.Size, stop);
        n = 0;
        foreach (var a in attachments) await Copy($"attachments/{++n:00}-{FileStore.SafeName(a.Name)}", a.File, a.Digest, a.Size, stop);

        var chain = Json.Write(new
        {
            id = view.Row.Id, view.Row.Number, head = Convert.ToHexStringLower(view.Row.Digest), length = view.Row.Version,
            events = view.Events.Select(e => new
            {
                e.Stream, e.Seq, e.Type, at = e.At.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture), micros = ((e.At.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / 10).ToString(CultureInfo.InvariantCulture),
                e.Actor, e.ActorName, e.OnBehalf, e.Origin, e.Ground, e.Data, digest = Convert.ToHexStringLower(e.Digest),
            }),
            files = packed.ToList(),
        });
        await Add("chain.json", Encoding.UTF8.GetBytes(chain), stop);
        // Inside a script element "</" would end it.
        await Add("verify.html", Encoding.UTF8.GetBytes(Resource("verify.html").Replace("/*BUNDLE*/", chain.Replace("</", "<\\/", StringComparison.Ordinal), StringComparison.Ordinal)), stop);
        await Add("verify.py", Encoding.UTF8.GetBytes(Resource("verify.py")), stop);
    }

    static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(CaseZip).Assembly.GetManifestResourceStream($"Seed/{name}")!, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>A file on disk that is gone when it is closed.</summary>
    public static FileStream Temporary() => new(Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 65536, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
}
