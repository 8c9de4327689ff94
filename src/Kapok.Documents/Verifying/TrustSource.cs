using Kapok.Foundation;
using Kapok.Trust.Authority;
using Kapok.Trust.Certificates;
using Kapok.Trust.Keys;

namespace Kapok.Documents.Verifying;

/// <summary>
/// What verification relies on here: the node's trust store, its own seal makers past and present, and the outside seal
/// makers whose certificates lie in the folder <c>trust/seal-makers</c> of the node's data.
/// </summary>
public sealed class TrustSource(TrustStores stores, Keys keys, NodeOptions options, TimeProvider time)
{
    static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    sealed record Known(IReadOnlyCollection<Certificate> Makers, DateTimeOffset At);
    volatile Known? known;

    public async Task<VerificationGround> Ground(CancellationToken stop = default)
    {
        var store = await stores.Current(stop);
        var now = time.GetUtcNow();
        if (known is not { } makers || (now - makers.At).Duration() > Fresh) known = makers = new(await Makers(), now);
        return new(store, makers.Makers, now);
    }

    async Task<IReadOnlyCollection<Certificate>> Makers()
    {
        var makers = (await keys.List(KeyPurpose.SealMaker)).Select(k => k.Certificate).OfType<Certificate>().ToHashSet();
        var folder = Path.Combine(options.Data, "trust", "seal-makers");
        if (Directory.Exists(folder))
            foreach (var file in Directory.EnumerateFiles(folder).Where(f => Path.GetExtension(f) is ".cer" or ".crt" or ".pem" && new FileInfo(f).Length <= Certificate.Longest))
                if (Certificate.TryParse(Pem.Decode(File.ReadAllBytes(file), "CERTIFICATE") ?? File.ReadAllBytes(file)) is { } maker) makers.Add(maker);
        return makers;
    }
}
