using System.Formats.Asn1;
using Kapok.Trust.Algorithms;

namespace Kapok.Documents.Seals;

/// <summary>
/// Signed data around any file: GB/T 35275-2017 for SM2 (the shape of PKCS#7 with object identifiers of its own), CMS
/// (RFC 5652) for the others. Attached carries the file, detached stands beside it.
/// </summary>
public static class SignedData
{
    /// <summary>Object identifiers that differ between the Chinese standard and CMS. [memory] of GB/T 35275 clause 6.</summary>
    internal sealed record Family(string Data, string SignedData, string KeyAlgorithm)
    {
        public static readonly Family Chinese = new("1.2.156.10197.6.1.4.2.1", "1.2.156.10197.6.1.4.2.2", "1.2.156.10197.1.301.1");
        public static readonly Family Cms = new("1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2", "");
        public static Family Of(SignatureSuite suite) => suite == SignatureSuite.Sm2Sm3 ? Chinese : Cms;
    }

    internal const string ContentType = "1.2.840.113549.1.9.3", MessageDigest = "1.2.840.113549.1.9.4", SigningTime = "1.2.840.113549.1.9.5",
        SigningCertificateV2 = "1.2.840.113549.1.9.16.2.47", TimestampToken = "1.2.840.113549.1.9.16.2.14";

    /// <summary>Signs a file.</summary>
    /// <param name="attached">Whether the file is carried inside.</param>
    /// <param name="at">Signing time inside what is signed; null signs the content itself, without attributes, as OFD wants it.</param>
    /// <returns>DER ContentInfo.</returns>
    public static Task<byte[]> Make(ReadOnlyMemory<byte> content, Signer signer, bool attached, DateTimeOffset? at = null) =>
        Make(content, signer, attached, at is { } time ? Attributes.WithTime(time) : null);

    /// <summary>What stands among the signed attributes besides content type and digest.</summary>
    internal sealed record Attributes(DateTimeOffset? Time, bool NamesCertificate)
    {
        public static Attributes WithTime(DateTimeOffset at) => new(at, false);

        /// <summary>PAdES: the certificate is named among what is signed, the time stands in the PDF (ETSI EN 319 142-1, 6.3).</summary>
        public static readonly Attributes Pades = new(null, true);
    }

    internal static async Task<byte[]> Make(ReadOnlyMemory<byte> content, Signer signer, bool attached, Attributes? attributes)
    {
        var family = Family.Of(signer.Suite);
        var signedAttributes = attributes is null ? null : EncodeAttributes(family, signer, signer.Suite.Digest(content.Span), attributes);
        var signature = await signer.Sign(signedAttributes ?? content);
        var token = signer.Timestamp is { } stamp ? await stamp(signature) : null;
        return Encode(family, signer, attached ? content : (ReadOnlyMemory<byte>?)null, signedAttributes, signature, token);
    }

    static byte[] EncodeAttributes(Family family, Signer signer, byte[] digest, Attributes attributes)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSetOf())
        {
            Attribute(writer, ContentType, w => w.WriteObjectIdentifier(family.Data));
            Attribute(writer, MessageDigest, w => w.WriteOctetString(digest));
            if (attributes.Time is { } time) Attribute(writer, SigningTime, w => w.WriteUtcTime(time));
            if (attributes.NamesCertificate)
                Attribute(writer, SigningCertificateV2, w =>
                {
                    using (w.PushSequence()) using (w.PushSequence()) using (w.PushSequence())
                    {
                        // SHA-256 is the default and must then be left out.
                        if (signer.Suite.DigestOid != "2.16.840.1.101.3.4.2.1") Algorithm(w, signer.Suite.DigestOid);
                        w.WriteOctetString(signer.Suite.Digest(signer.Certificate));
                    }
                });
        }
        return writer.Encode();
    }

    static byte[] Encode(Family family, Signer signer, ReadOnlyMemory<byte>? content, byte[]? signedAttributes, byte[] signature, byte[]? token)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(family.SignedData);
            using (writer.PushSequence(Tag(0))) using (writer.PushSequence())
            {
                writer.WriteInteger(1);
                using (writer.PushSetOf()) Algorithm(writer, signer.Suite.DigestOid);
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(family.Data);
                    if (content is { } carried)
                        using (writer.PushSequence(Tag(0))) writer.WriteOctetString(carried.Span);
                }
                using (writer.PushSetOf(Tag(0)))
                    foreach (var certificate in (byte[][])[signer.Certificate, .. signer.Chain]) writer.WriteEncodedValue(certificate);
                using (writer.PushSetOf()) SignerInfo(writer, family, signer, signedAttributes, signature, token);
            }
        }
        return writer.Encode();
    }

    static void SignerInfo(AsnWriter writer, Family family, Signer signer, byte[]? signedAttributes, byte[] signature, byte[]? token)
    {
        using var info = writer.PushSequence();
        writer.WriteInteger(1);
        var name = CertificateName.Of(signer.Certificate);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(name.Issuer);
            writer.WriteEncodedValue(name.Serial);
        }
        Algorithm(writer, signer.Suite.DigestOid);
        if (signedAttributes is not null)
        {
            var tagged = signedAttributes.ToArray();
            tagged[0] = 0xA0; // SET OF becomes [0] IMPLICIT
            writer.WriteEncodedValue(tagged);
        }
        Algorithm(writer, family.KeyAlgorithm.Length > 0 ? family.KeyAlgorithm : signer.Suite.SignatureOid);
        writer.WriteOctetString(signature);
        if (token is not null)
            using (writer.PushSetOf(Tag(1))) Attribute(writer, TimestampToken, w => w.WriteEncodedValue(token));
    }

    static void Attribute(AsnWriter writer, string oid, Action<AsnWriter> value)
    {
        using var attribute = writer.PushSequence();
        writer.WriteObjectIdentifier(oid);
        using (writer.PushSetOf()) value(writer);
    }

    static void Algorithm(AsnWriter writer, string oid)
    {
        using var algorithm = writer.PushSequence();
        writer.WriteObjectIdentifier(oid);
    }

    static Asn1Tag Tag(int number) => new(TagClass.ContextSpecific, number);
}

/// <summary>What names a certificate in a signature: issuer and serial number, as they stand in it.</summary>
readonly struct CertificateName
{
    public required byte[] Issuer { get; init; }
    public required byte[] Serial { get; init; }

    /// <exception cref="MalformedStructure">The certificate cannot be read.</exception>
    public static CertificateName Of(ReadOnlyMemory<byte> certificate)
    {
        var tbs = DerFields.Of(certificate, "Certificate").Sequence("tbsCertificate");
        if (tbs.NextIsTagged(0)) tbs.Raw("version");
        var serial = tbs.Raw("serialNumber").ToArray();
        tbs.Raw("signature");
        return new() { Serial = serial, Issuer = tbs.Raw("issuer").ToArray() };
    }

    public bool Equals(CertificateName other) => Issuer.AsSpan().SequenceEqual(other.Issuer) && Serial.AsSpan().SequenceEqual(other.Serial);
}
