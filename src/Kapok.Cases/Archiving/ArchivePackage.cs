using System.IO.Compression;
using System.Text;
using Kapok.Cases.Desk;
using Kapok.Cases.Handling;
using Kapok.Documents.Seals;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Files;
using Kapok.Trust.Authority;
using Kapok.Trust.Keys;
using Kapok.Trust.Timestamps;

namespace Kapok.Cases.Archiving;

/// <summary>Makes the archive package of a closed case: the folder of the case, metadata, a manifest of everything, and a timestamped signature over the manifest.</summary>
public sealed class ArchivePackage(FileStore files, CaseBundle bundle, Keys keys, NodeAuthority authority, TimestampAuthority timestamps)
{
    /// <summary>Writes the package.</summary>
    /// <returns>The manifest, its digest in hex, and whose certificate signed it.</returns>
    /// <exception cref="KeyUnavailable">The holder of the key does not answer.</exception>
    /// <exception cref="TimestampUnavailable">No timestamp can be had now.</exception>
    internal async Task<(ArchiveManifest Manifest, string Digest, string Signer)> Write(Stream target, CaseView view, IReadOnlyList<AttachmentRow> attachments, ArchiveRow record, Actor actor, int? broken, DateTimeOffset now, CancellationToken stop)
    {
        await using var zip = await ZipArchive.CreateAsync(target, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: Encoding.UTF8, stop);
        var folder = new CaseZip(zip, files);
        await folder.Fill(view, attachments, bundle.Content(view, actor, broken), [("metadata.xml", ArchiveMetadata.Write(view, record, now))], stop);
        var row = view.Row;
        var manifest = new ArchiveManifest(ArchiveManifest.Known, record.Number, record.Fonds, record.Year, record.Retention, record.KeepUntil, row.Number, row.ItemCode, row.ItemName, view.Body.Name, row.Result,
            row.ClosedAt!.Value, now, new(row.Id, [.. view.Events.Select(e => Convert.ToHexStringLower(e.Digest))]), [.. folder.Packed], folder.Missing);
        var bytes = Encoding.UTF8.GetBytes(Json.Write(manifest));
        await folder.Add(ArchiveManifest.File, bytes, stop);
        var signer = await Signer(record.Organisation, stop);
        await folder.Add(ArchiveManifest.Signature, await SignedData.Make(bytes, signer, attached: false, now), stop);
        return (manifest, folder.Packed[^2].Sha256, Kapok.Trust.Certificates.Certificate.Parse(signer.Certificate).Subject.Title);
    }

    /// <summary>The organisation's own key where it has one, else the node's.</summary>
    async Task<Signer> Signer(Guid organisation, CancellationToken stop)
    {
        var first = await authority.First(stop);
        var key = (await keys.List(KeyPurpose.Organisation, organisation)).LastOrDefault(k => k is { State: KeyState.Active, Certificate: not null }) ?? first.Organisation;
        return new(key.Certificate!.Raw, key.Suite, data => keys.Sign(key.Id, data, stop), signature => timestamps.StampData(signature, stop)) { Chain = [first.Root.Certificate!.Raw] };
    }
}
