using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Trust.Certificates;

namespace Kapok.Trust.Authority;

/// <summary>
/// Whom the node trusts: its own root, and the outside authorities whose certificates (<c>.pem .crt .cer</c>) and
/// revocation lists (<c>.crl</c>) lie in the folder <c>trust</c> of its data. The folder is looked at again every minute.
/// </summary>
public sealed class TrustStores
{
    /// <summary>Topic of <see cref="Signals"/>: a certificate was revoked.</summary>
    public const string Topic = "trust-store";

    static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);
    readonly NodeAuthority authority;
    readonly string folder;
    readonly TimeProvider time;
    volatile Known? known;

    public TrustStores(NodeAuthority authority, NodeOptions options, TimeProvider time, Signals signals)
    {
        (this.authority, this.time, folder) = (authority, time, Path.Combine(options.Data, "trust"));
        signals.Listen(Topic, _ => known = null);
    }

    sealed record Known(TrustStore Store, IReadOnlyList<Fault> Faults, DateTimeOffset At);

    /// <summary>The store as of now, at most a minute old.</summary>
    public async Task<TrustStore> Current(CancellationToken stop = default) => (await Look(stop)).Store;

    /// <summary>Files of the folder that could not be read, for the page of the machine room.</summary>
    public async Task<IReadOnlyList<Fault>> Faults(CancellationToken stop = default) => (await Look(stop)).Faults;

    /// <summary>Reads everything anew, for those who just changed it.</summary>
    public void Forget() => known = null;

    async Task<Known> Look(CancellationToken stop)
    {
        if (known is { } fresh && (time.GetUtcNow() - fresh.At).Duration() < Fresh) return fresh;
        var first = await authority.First(stop);
        List<Certificate> roots = [first.Root.Certificate!], issuers = [];
        List<RevocationList> lists = [await authority.List(stop)];
        var faults = new List<Fault>();
        if (Directory.Exists(folder))
            foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
                try { Read(file, roots, issuers, lists); }
                catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException) { faults.Add(new(Path.GetFileName(file), e.Message)); }
        return known = new(new(roots, issuers, lists), faults, time.GetUtcNow());
    }

    static void Read(string file, List<Certificate> roots, List<Certificate> issuers, List<RevocationList> lists)
    {
        if (new FileInfo(file).Length > RevocationList.Longest) throw new FormatException("文件太大");
        var content = File.ReadAllBytes(file);
        if (Path.GetExtension(file) == ".crl") lists.Add(RevocationList.Parse(Pem.Decode(content, "X509 CRL") ?? content));
        else if (Path.GetExtension(file) is ".pem" or ".crt" or ".cer")
        {
            var several = Pem.DecodeAll(content, "CERTIFICATE").ToList();
            foreach (var certificate in (several.Count > 0 ? several : [content]).Select(Certificate.Parse)) (certificate.SelfIssued && certificate.SignedBy(certificate) ? roots : issuers).Add(certificate);
        }
    }
}
