using System.Security.Cryptography;

namespace Kapok.Trust.Algorithms;

/// <summary>A private key in memory. Signing may go on from several threads at once.</summary>
public sealed class PrivateKey : IDisposable
{
    readonly VerifyingKey key;

    internal PrivateKey(SignatureSuite suite, EvpKey key)
    {
        Suite = suite;
        this.key = new(suite, key);
        PublicKeyInfo = Algorithms.PublicKeyInfo.Write(key.Curve, key.Point);
    }

    public SignatureSuite Suite { get; }

    /// <summary>DER SubjectPublicKeyInfo.</summary>
    public byte[] PublicKeyInfo { get; }

    /// <summary>Reads an unencrypted PKCS#8 key on a curve of a known suite; throws <see cref="CryptographicException"/> otherwise.</summary>
    public static PrivateKey Import(byte[] pkcs8)
    {
        var (curve, number) = Algorithms.PublicKeyInfo.ReadPrivate(pkcs8);
        try
        {
            var suite = SignatureSuite.All.FirstOrDefault(s => s.CurveOid == curve) ?? throw new CryptographicException("The key lies on a curve that is not used here.");
            return new(suite, EvpKey.FromNumber(suite.RequireCurve(), number));
        }
        finally { CryptographicOperations.ZeroMemory(number); }
    }

    /// <summary>Signs data; answers DER SEQUENCE { r INTEGER, s INTEGER }, at most 72 bytes.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        Span<byte> digest = stackalloc byte[32];
        key.DigestToSign(data, digest);
        return key.Key.Sign(digest);
    }

    /// <summary>The unencrypted key as PKCS#8. Whoever holds these bytes can sign: keep them only wrapped.</summary>
    public byte[] ExportPkcs8()
    {
        var number = key.Key.Number("priv");
        try { return Algorithms.PublicKeyInfo.WritePrivate(key.Key.Curve, number, key.Key.Point); }
        finally { CryptographicOperations.ZeroMemory(number); }
    }

    internal byte[] Decrypt(ReadOnlySpan<byte> cipher) => key.Key.Decrypt(cipher);

    public void Dispose() => key.Key.Dispose();
}
