using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using Kapok.Trust.Algorithms;
using Kapok.Trust.Certificates;

namespace Kapok.Trust.Timestamps;

/// <summary>A timestamp token (RFC 3161: CMS signed data around a TSTInfo), taken apart. Immutable.</summary>
public sealed class TimestampToken
{
    /// <summary>Longest token that is read, in bytes.</summary>
    public const int Longest = 1 << 18;

    internal const string SignedData = "1.2.840.113549.1.7.2", Info = "1.2.840.113549.1.9.16.1.4", ContentType = "1.2.840.113549.1.9.3", MessageDigest = "1.2.840.113549.1.9.4",
        SigningCertificate = "1.2.840.113549.1.9.16.2.12", SigningCertificateV2 = "1.2.840.113549.1.9.16.2.47";
    const string PlainRsa = "1.2.840.113549.1.1.1";

    byte[] content = [], attributes = [], signature = [], issuer = [], serial = [];
    byte[]? keyId, signedDigest, certificateDigest;
    string signatureOid = "", signerDigestOid = "", certificateDigestOid = Digests.Sha256;

    TimestampToken(byte[] raw) => Raw = raw;

    public byte[] Raw { get; }

    /// <summary>The moment the authority vouches for.</summary>
    public DateTimeOffset Time { get; private set; }

    public string DigestOid { get; private set; } = "";

    /// <summary>Digest of what was stamped.</summary>
    public byte[] Digest { get; private set; } = [];

    public string Policy { get; private set; } = "";
    public BigInteger Serial { get; private set; }
    public BigInteger? Nonce { get; private set; }
    public IReadOnlyList<Certificate> Certificates { get; private set; } = [];

    /// <summary>The certificate of the authority that signed, when the token brings it along.</summary>
    public Certificate? Signer => SignerAmong(Certificates);

    /// <summary>Reads DER or BER; throws <see cref="FormatException"/> that says what is wrong.</summary>
    public static TimestampToken Parse(byte[] der)
    {
        if (der.Length > Longest) throw new FormatException("时间戳太大");
        try
        {
            var token = new TimestampToken(der);
            token.Read();
            return token;
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException or ArgumentException or OverflowException or InvalidOperationException) { throw new FormatException("时间戳格式不对：" + e.Message, e); }
    }

    /// <summary>
    /// Checks the token against what it should stamp: <c>timestamp-digest</c>, <c>timestamp-signature</c>, then path, usage,
    /// period and revocation of its certificate, each under <c>timestamp-…</c>.
    /// </summary>
    /// <param name="data">The stamped bytes themselves.</param>
    public IReadOnlyList<Check> Check(ReadOnlySpan<byte> data, TrustStore store)
    {
        var computed = Digests.Compute(DigestOid, data);
        var checks = new List<Check>
        {
            computed is null ? new("timestamp-digest", CheckState.Unknown, "时间戳用了本系统不接受的摘要算法")
                : CryptographicOperations.FixedTimeEquals(computed, Digest) ? new("timestamp-digest", CheckState.Passed, $"时间戳盖的就是这份内容（{DateText(Time)}）")
                : new("timestamp-digest", CheckState.Failed, "时间戳盖的不是这份内容"),
        };
        var signer = SignerAmong(Certificates.Concat(store.Issuers));
        checks.Add(SignatureCheck(signer));
        if (signer is null) return checks;
        checks.AddRange(ChainCheck.Check(signer, Certificates, store, Time, CertificatePurpose.TimeStamping).Select(c => c with { Key = "timestamp-" + c.Key }));
        return checks;
    }

    Check SignatureCheck(Certificate? signer)
    {
        const string key = "timestamp-signature";
        if (signer is null) return new(key, CheckState.Unknown, "时间戳没有带上签名人的证书，不能核对");
        var suite = SignatureSuite.Of(signatureOid == PlainRsa && signerDigestOid == Digests.Sha256 ? SignatureSuite.RsaSha256.SignatureOid : signatureOid);
        if (suite is null) return new(key, CheckState.Unknown, "时间戳用了本系统不认识的签名算法");
        var bound = certificateDigest is not null && (certificateDigestOid == "sha1" ? SHA1.HashData(signer.Raw) : Digests.Compute(certificateDigestOid, signer.Raw)) is { } d && d.AsSpan().SequenceEqual(certificateDigest);
        var whole = Digests.Compute(signerDigestOid, content) is { } digest && signedDigest is not null && digest.AsSpan().SequenceEqual(signedDigest);
        return bound && whole && suite.Verify(signer.PublicKeyInfo, attributes, signature)
            ? new(key, CheckState.Passed, $"时间戳由“{signer.Subject.Title}”签名，没有被改动") : new(key, CheckState.Failed, "时间戳的签名不对，可能被改动过");
    }

    Certificate? SignerAmong(IEnumerable<Certificate> known) => known.FirstOrDefault(c => keyId is not null ? c.SubjectKeyId is { } id && id.AsSpan().SequenceEqual(keyId) : c.Issuer.Raw.AsSpan().SequenceEqual(issuer) && c.SerialNumber.AsSpan().SequenceEqual(serial));

    void Read()
    {
        var outer = new AsnReader(Raw, AsnEncodingRules.BER);
        var contentInfo = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        if (contentInfo.ReadObjectIdentifier() != SignedData) throw new FormatException("时间戳格式不对：不是签名数据");
        var signed = contentInfo.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadSequence();
        signed.ReadInteger();
        signed.ReadSetOf();
        var encapsulated = signed.ReadSequence();
        if (encapsulated.ReadObjectIdentifier() != Info) throw new FormatException("时间戳格式不对：里面不是时间戳信息");
        content = encapsulated.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadOctetString();
        ReadInfo(content);
        if (signed.PeekTag().HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, 0))) Certificates = ReadCertificates(signed.ReadSetOf(skipSortOrderValidation: true, new Asn1Tag(TagClass.ContextSpecific, 0)));
        if (signed.PeekTag().HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, 1))) signed.ReadEncodedValue();
        var signers = signed.ReadSetOf();
        ReadSigner(signers.ReadSequence());
        if (signers.HasData) throw new FormatException("时间戳格式不对：签名人不止一个");
    }

    static List<Certificate> ReadCertificates(AsnReader set)
    {
        var certificates = new List<Certificate>();
        while (set.HasData)
        {
            var encoded = set.ReadEncodedValue().ToArray();
            if (certificates.Count < 20 && Certificate.TryParse(encoded) is { } certificate) certificates.Add(certificate);
        }
        return certificates;
    }

    void ReadInfo(byte[] der)
    {
        var info = new AsnReader(der, AsnEncodingRules.BER).ReadSequence();
        if (info.ReadInteger() != 1) throw new FormatException("时间戳格式不对：版本不是 1");
        Policy = info.ReadObjectIdentifier();
        (DigestOid, Digest) = TimestampRequest.ReadImprint(info);
        Serial = info.ReadInteger();
        Time = info.ReadGeneralizedTime();
        if (info.HasData && info.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence)) info.ReadEncodedValue();
        if (info.HasData && info.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean)) info.ReadBoolean();
        if (info.HasData && info.PeekTag().HasSameClassAndValue(Asn1Tag.Integer)) Nonce = info.ReadInteger();
    }

    void ReadSigner(AsnReader signer)
    {
        signer.ReadInteger();
        if (signer.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence))
        {
            var id = signer.ReadSequence();
            issuer = id.ReadEncodedValue().ToArray();
            serial = id.ReadIntegerBytes().ToArray();
        }
        else keyId = signer.ReadOctetString(new Asn1Tag(TagClass.ContextSpecific, 0));
        signerDigestOid = signer.ReadSequence().ReadObjectIdentifier();
        var tag = new Asn1Tag(TagClass.ContextSpecific, 0);
        if (!signer.PeekTag().HasSameClassAndValue(tag)) throw new FormatException("时间戳格式不对：缺少签名属性");
        attributes = signer.PeekEncodedValue().ToArray();
        attributes[0] = 0x31; // the signature covers the attributes as a SET (RFC 5652 clause 5.4)
        ReadAttributes(signer.ReadSetOf(skipSortOrderValidation: true, tag));
        signatureOid = signer.ReadSequence().ReadObjectIdentifier();
        signature = signer.ReadOctetString();
    }

    void ReadAttributes(AsnReader set)
    {
        while (set.HasData)
        {
            var attribute = set.ReadSequence();
            var oid = attribute.ReadObjectIdentifier();
            var value = attribute.ReadSetOf();
            if (oid == ContentType && value.ReadObjectIdentifier() != Info) throw new FormatException("时间戳格式不对：签名属性与内容不符");
            else if (oid == MessageDigest) signedDigest = value.ReadOctetString();
            else if (oid is SigningCertificate or SigningCertificateV2) ReadSigningCertificate(value.ReadSequence().ReadSequence().ReadSequence(), oid == SigningCertificateV2);
        }
    }

    void ReadSigningCertificate(AsnReader first, bool second)
    {
        if (certificateDigest is not null && !second) return;
        certificateDigestOid = !second ? "sha1" : first.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence) ? first.ReadSequence().ReadObjectIdentifier() : Digests.Sha256;
        certificateDigest = first.ReadOctetString();
    }

    static string DateText(DateTimeOffset at) => at.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy年M月d日 HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
}
