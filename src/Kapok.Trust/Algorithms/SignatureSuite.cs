using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Kapok.Trust.Algorithms;

/// <summary>
/// A family of algorithms for signing, chosen by name: which one a key, a certificate or a document uses is data.
/// A suite never accepts a key of another suite.
/// </summary>
public sealed class SignatureSuite
{
    readonly Curve? curve;
    readonly Func<ReadOnlySpan<byte>, byte[]> digest;

    SignatureSuite(string name, string signatureOid, string digestOid, Curve? curve, Func<ReadOnlySpan<byte>, byte[]> digest) =>
        (Name, SignatureOid, DigestOid, this.curve, this.digest) = (name, signatureOid, digestOid, curve, digest);

    /// <summary>SM2 with SM3, default identity (GB/T 32918.2, GB/T 35276).</summary>
    public static readonly SignatureSuite Sm2Sm3 = new("sm2-sm3", "1.2.156.10197.1.501", Sm3.Oid, Curve.Sm2, Sm3.Hash);

    /// <summary>ECDSA on P-256 with SHA-256 (FIPS 186-5).</summary>
    public static readonly SignatureSuite P256Sha256 = new("p256-sha256", "1.2.840.10045.4.3.2", "2.16.840.1.101.3.4.2.1", Curve.P256, data => SHA256.HashData(data));

    /// <summary>RSA PKCS#1 v1.5 with SHA-256, of strangers' documents: verifies only, keys of 2048 to 8192 bits.</summary>
    public static readonly SignatureSuite RsaSha256 = new("rsa-sha256", "1.2.840.113549.1.1.11", "2.16.840.1.101.3.4.2.1", null, data => SHA256.HashData(data));

    public static readonly IReadOnlyList<SignatureSuite> All = [Sm2Sm3, P256Sha256, RsaSha256];

    /// <summary>Name in settings and records: <c>sm2-sm3</c>, <c>p256-sha256</c>, <c>rsa-sha256</c>.</summary>
    public string Name { get; }

    public string SignatureOid { get; }
    public string DigestOid { get; }

    /// <summary>Object identifier of the curve, null where there is none.</summary>
    public string? CurveOid => curve?.Oid;

    public bool CanSign => curve is not null;

    /// <summary>The suite of a name or of a signature's object identifier; null when unknown.</summary>
    public static SignatureSuite? Of(string nameOrOid) => All.FirstOrDefault(s => s.Name == nameOrOid || s.SignatureOid == nameOrOid);

    /// <summary>The suite that a public key (DER SubjectPublicKeyInfo) is made for; null when there is none or the key cannot be read.</summary>
    public static SignatureSuite? OfKey(byte[] subjectPublicKeyInfo)
    {
        try
        {
            var (algorithm, curveOid, _) = PublicKeyInfo.Read(subjectPublicKeyInfo);
            return algorithm == PublicKeyInfo.RsaKey ? RsaSha256 : All.FirstOrDefault(s => s.CurveOid is not null && s.CurveOid == curveOid);
        }
        catch (CryptographicException) { return null; }
    }

    /// <summary>The bare digest of data with the suite's digest algorithm (for SM2 without the signer's Z).</summary>
    public byte[] Digest(ReadOnlySpan<byte> data) => digest(data);

    public PrivateKey Generate() => new(this, EvpKey.Generate(RequireCurve()));

    internal Curve RequireCurve() => curve ?? throw new NotSupportedException($"{Name} only verifies.");

    /// <summary>
    /// Whether a signature over data was made by the holder of a key. False for any key of another suite, a point off the
    /// curve, a malformed or not canonical DER signature; never throws for what comes from outside.
    /// </summary>
    public bool Verify(byte[] subjectPublicKeyInfo, ReadOnlySpan<byte> data, ReadOnlySpan<byte> derSignature)
    {
        if (curve is null) return VerifyRsa(subjectPublicKeyInfo, data, derSignature);
        if (!Known.TryGetValue(subjectPublicKeyInfo, out var key) || key.Suite != this)
        {
            try { key = Load(subjectPublicKeyInfo); }
            catch (CryptographicException) { return false; }
            Remember(subjectPublicKeyInfo, key);
        }
        return key.Verify(data, derSignature);
    }

    internal VerifyingKey Load(byte[] subjectPublicKeyInfo)
    {
        var (_, curveOid, point) = PublicKeyInfo.Read(subjectPublicKeyInfo);
        if (curveOid != CurveOid) throw new CryptographicException($"The key does not belong to {Name}.");
        return new(this, EvpKey.FromPoint(RequireCurve(), point));
    }

    static bool VerifyRsa(byte[] subjectPublicKeyInfo, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (subjectPublicKeyInfo.Length > 2048) return false;
        using var rsa = RSA.Create();
        try
        {
            rsa.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out _);
            return rsa.KeySize is >= 2048 and <= 8192 && rsa.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException) { return false; }
    }

    /// <summary>Public keys seen lately; loading one costs libcrypto as much as verifying a signature.</summary>
    static readonly ConcurrentDictionary<byte[], VerifyingKey> Known = new(ByContent.Instance);
    const int MostKnown = 2_000;

    static void Remember(byte[] subjectPublicKeyInfo, VerifyingKey key)
    {
        if (Known.Count >= MostKnown)
            foreach (var old in Known.Keys.Take(MostKnown / 4)) Known.TryRemove(old, out _);
        Known[[.. subjectPublicKeyInfo]] = key;
    }

    sealed class ByContent : IEqualityComparer<byte[]>
    {
        public static readonly ByContent Instance = new();
        public bool Equals(byte[]? a, byte[]? b) => a.AsSpan().SequenceEqual(b);
        public int GetHashCode(byte[] bytes)
        {
            var hash = new HashCode();
            hash.AddBytes(bytes);
            return hash.ToHashCode();
        }
    }
}

/// <summary>A loaded key with what its suite mixes into every digest.</summary>
sealed class VerifyingKey(SignatureSuite suite, EvpKey key)
{
    readonly byte[]? z = suite == SignatureSuite.Sm2Sm3 ? Sm2.ZOfPoint(key.Point) : null;

    public SignatureSuite Suite => suite;
    public EvpKey Key => key;

    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        Span<byte> digest = stackalloc byte[32];
        DigestToSign(data, digest);
        return key.Verify(digest, signature);
    }

    /// <summary>What is signed: for SM2 SM3(Z ‖ data), otherwise the digest of the data.</summary>
    public void DigestToSign(ReadOnlySpan<byte> data, Span<byte> digest)
    {
        if (z is not null) Sm3.Hash(digest, z, data, default);
        else SHA256.HashData(data, digest);
    }
}
