using Kapok.Trust.Algorithms;

namespace Kapok.Documents.Seals;

/// <summary>Who signs: certificate, algorithms, and the key behind a function, since keys do not leave their holder.</summary>
/// <param name="Certificate">Certificate of the signer, DER.</param>
/// <param name="Sign">Signature (DER r, s) over the data.</param>
/// <param name="Timestamp">Token over the signature value; null signs without.</param>
public sealed record Signer(byte[] Certificate, SignatureSuite Suite, Func<ReadOnlyMemory<byte>, ValueTask<byte[]>> Sign, Func<byte[], ValueTask<byte[]>>? Timestamp = null)
{
    /// <summary>Certificates above the signer's, for formats that carry the chain.</summary>
    public IReadOnlyList<byte[]> Chain { get; init; } = [];

    /// <summary>A signer that holds its key itself; for tests and small tools.</summary>
    public static Signer Of(PrivateKey key, byte[] certificate) => new(certificate, key.Suite, data => ValueTask.FromResult(key.Sign(data.Span)));
}

/// <summary>A signer with the seal he signs with.</summary>
public sealed record SealHolder(ElectronicSeal Seal, Signer Signer);
