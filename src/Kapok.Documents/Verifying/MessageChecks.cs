using System.Security.Cryptography;
using Kapok.Documents.Seals;
using Kapok.Trust.Algorithms;
using Kapok.Trust.Certificates;

namespace Kapok.Documents.Verifying;

/// <summary>Checks of one signer of signed data (GB/T 35275, CMS), ours or a stranger's.</summary>
static class MessageChecks
{
    /// <summary>The digest of an object identifier; null when it is not used here.</summary>
    public static byte[]? Digest(string oid, byte[] data) => oid switch
    {
        Sm3.Oid => Sm3.Hash(data),
        "2.16.840.1.101.3.4.2.1" => SHA256.HashData(data),
        "2.16.840.1.101.3.4.2.2" => SHA384.HashData(data),
        "2.16.840.1.101.3.4.2.3" => SHA512.HashData(data),
        "1.3.14.3.2.26" => SHA1.HashData(data),
        _ => null,
    };

    /// <summary>Content against the digest, attributes or content against the signature, the certificate against its chain.</summary>
    public static List<Check> Of(SignedMessage message, SignedMessage.Entry entry, byte[] content, VerificationGround ground, out string signer)
    {
        var checks = new List<Check>();
        var certificate = entry.Certificate is null ? null : Certificates.Read(entry.Certificate);
        signer = certificate is null ? "" : Certificates.NameOf(certificate);
        if (entry.Attributes is not null)
        {
            var digest = Digest(entry.DigestOid, content);
            if (digest is null) checks.Add(new(CheckKeys.Original, CheckState.Unknown, $"签名用的摘要算法（{entry.DigestOid}）在这里不能验证"));
            else if (entry.MessageDigest is null || !digest.AsSpan().SequenceEqual(entry.MessageDigest)) checks.Add(new(CheckKeys.Original, CheckState.Failed, "签名以后内容被改动过"));
            else if (entry.DigestOid == "1.3.14.3.2.26") checks.Add(new(CheckKeys.Original, CheckState.Unknown, "没有发现改动，但签名用的摘要算法（SHA-1）已经不安全，不能完全确认"));
            else checks.Add(new(CheckKeys.Original, CheckState.Passed, "签名以后内容没有改动过"));
        }
        if (certificate is null) { checks.Add(new(CheckKeys.Signature, CheckState.Unknown, "签名里没有签名人的证书，在这里不能确认是谁签的")); return checks; }
        checks.Add(Verify(certificate.PublicKeyInfo, entry, entry.Attributes ?? content) switch
        {
            true => new(CheckKeys.Signature, CheckState.Passed, $"确实由“{signer}”的密钥签出，签名以后没有改动"),
            false => new(CheckKeys.Signature, CheckState.Failed, "签名对不上：内容或签名被改动过，或者是伪造的"),
            null => new(CheckKeys.Signature, CheckState.Unknown, $"签名用的算法（{entry.SignatureOid}）在这里不能验证"),
        });
        if (entry.CertificateDigest is { } named && Digest(named.Algorithm, entry.Certificate!) is { } own && !own.AsSpan().SequenceEqual(named.Value))
            checks.Add(new(CheckKeys.Signature, CheckState.Failed, "签名里的证书被换过"));
        var extra = message.Certificates.Select(Certificates.Read).OfType<Certificate>().Take(20).ToList();
        var stamped = entry.Timestamp is { } token ? Timestamps.TimeOf(token) : null;
        var at = stamped ?? entry.SigningTime;
        checks.AddRange(Certificates.Chain(certificate, extra, ground, at is { } moment && moment <= ground.Now ? moment : ground.Now, CertificatePurpose.Signing));
        if (entry.SigningTime is { } time)
            checks.Add(time > ground.Now + VerificationGround.Skew ? new(CheckKeys.Time, CheckState.Failed, $"签名时间 {SealChecks.Words(time)} 在将来，不可信") : new(CheckKeys.Time, CheckState.Passed, $"签名人写明的时间是 {SealChecks.Words(time)}"));
        if (entry.Timestamp is not null) checks.Add(Timestamps.Check(entry.Timestamp, entry.Signature, entry.SigningTime, ground));
        return checks;
    }

    /// <summary>True or false when it can be judged, null for algorithms that are not known here.</summary>
    static bool? Verify(byte[] key, SignedMessage.Entry entry, byte[] data)
    {
        if (SignatureSuite.OfKey(key) is { } suite && suite.CanSign && suite.DigestOid == entry.DigestOid) return suite.Verify(key, data, SealChecks.Der(entry.Signature));
        if (SignatureSuite.OfKey(key) == SignatureSuite.Sm2Sm3) return SignatureSuite.Sm2Sm3.Verify(key, data, SealChecks.Der(entry.Signature));
        HashAlgorithmName? hash = entry.DigestOid switch
        {
            "2.16.840.1.101.3.4.2.1" => HashAlgorithmName.SHA256, "2.16.840.1.101.3.4.2.2" => HashAlgorithmName.SHA384, "2.16.840.1.101.3.4.2.3" => HashAlgorithmName.SHA512,
            "1.3.14.3.2.26" => HashAlgorithmName.SHA1, _ => null,
        };
        if (hash is not { } name) return null;
        try
        {
            if (SignatureSuite.OfKey(key) == SignatureSuite.RsaSha256)
            {
                using var rsa = RSA.Create();
                rsa.ImportSubjectPublicKeyInfo(key, out _);
                if (rsa.KeySize is < 1024 or > 8192) return null;
                return entry.SignatureOid switch
                {
                    "1.2.840.113549.1.1.10" => rsa.VerifyData(data, entry.Signature, name, RSASignaturePadding.Pss),
                    "1.2.840.113549.1.1.1" or "1.2.840.113549.1.1.5" or "1.2.840.113549.1.1.11" or "1.2.840.113549.1.1.12" or "1.2.840.113549.1.1.13" => rsa.VerifyData(data, entry.Signature, name, RSASignaturePadding.Pkcs1),
                    _ => null,
                };
            }
            using var ecdsa = ECDsa.Create();
            ecdsa.ImportSubjectPublicKeyInfo(key, out _);
            return ecdsa.VerifyData(data, entry.Signature, name, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException) { return null; }
    }
}
