using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kapok.Trust.Algorithms;

namespace Kapok.Trust.Certificates;

/// <summary>Object identifiers of extended purposes (RFC 5280 clause 4.2.1.12).</summary>
public static class Purposes
{
    public const string TimeStamping = "1.3.6.1.5.5.7.3.8", StatusSigning = "1.3.6.1.5.5.7.3.9";
}

/// <summary>What a certificate shall say.</summary>
public sealed record CertificateDraft
{
    public required DistinguishedName Subject { get; init; }
    public required DistinguishedName Issuer { get; init; }

    /// <summary>DER SubjectPublicKeyInfo of the subject.</summary>
    public required byte[] PublicKeyInfo { get; init; }

    public required DateTimeOffset NotBefore { get; init; }
    public required DateTimeOffset NotAfter { get; init; }
    public bool Authority { get; init; }
    public int? PathLength { get; init; }
    public X509KeyUsageFlags KeyUsage { get; init; } = X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation;
    public IReadOnlyList<string> ExtendedKeyUsage { get; init; } = [];

    /// <summary>Key identifier of the issuer; null in a root.</summary>
    public byte[]? AuthorityKeyId { get; init; }

    public IReadOnlyList<string> CrlPoints { get; init; } = [];
    public IReadOnlyList<string> StatusPoints { get; init; } = [];

    /// <summary>Content octets of the serial number: positive, at most 20.</summary>
    public byte[] SerialNumber { get; init; } = CertificateWriter.NewSerial();
}

/// <summary>Makes certificates and requests (RFC 5280, RFC 2986; GB/T 20518 with SM2).</summary>
public static class CertificateWriter
{
    /// <summary>A random positive serial number of 16 octets.</summary>
    public static byte[] NewSerial()
    {
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)(serial[0] & 0x7F | 0x40);
        return serial;
    }

    /// <summary>Identifier of a key: the first 20 bytes of SHA-256 over its bits (RFC 7093 method 1).</summary>
    public static byte[] KeyId(byte[] subjectPublicKeyInfo) => SHA256.HashData(Algorithms.PublicKeyInfo.Read(subjectPublicKeyInfo).Key)[..20];

    /// <summary>The part of a certificate that the issuer signs, for issuers whose key lies elsewhere; <see cref="Finish"/> completes it.</summary>
    /// <param name="issuerSuite">Suite of the issuer's key.</param>
    public static byte[] ToBeSigned(CertificateDraft draft, SignatureSuite issuerSuite)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0))) writer.WriteInteger(2);
            writer.WriteInteger(draft.SerialNumber);
            WriteAlgorithm(writer, issuerSuite);
            writer.WriteEncodedValue(draft.Issuer.Raw);
            using (writer.PushSequence())
            {
                WriteTime(writer, draft.NotBefore);
                WriteTime(writer, draft.NotAfter);
            }
            writer.WriteEncodedValue(draft.Subject.Raw);
            writer.WriteEncodedValue(draft.PublicKeyInfo);
            Extensions.Write(writer, draft);
        }
        return writer.Encode();
    }

    /// <summary>SEQUENCE of a signed part, its algorithm and its signature: a certificate, a request or a revocation list as DER.</summary>
    public static byte[] Finish(byte[] toBeSigned, SignatureSuite issuerSuite, byte[] signature)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(toBeSigned);
            WriteAlgorithm(writer, issuerSuite);
            writer.WriteBitString(signature);
        }
        return writer.Encode();
    }

    /// <summary>A certificate signed by a key in memory.</summary>
    public static Certificate Write(CertificateDraft draft, PrivateKey issuer)
    {
        var body = ToBeSigned(draft, issuer.Suite);
        return Certificate.Parse(Finish(body, issuer.Suite, issuer.Sign(body)));
    }

    /// <summary>The part of a request (PKCS#10) that the applicant signs; <see cref="Finish"/> completes it.</summary>
    public static byte[] RequestToBeSigned(DistinguishedName subject, byte[] subjectPublicKeyInfo)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(0);
            writer.WriteEncodedValue(subject.Raw);
            writer.WriteEncodedValue(subjectPublicKeyInfo);
            using (writer.PushSetOf(new Asn1Tag(TagClass.ContextSpecific, 0))) { }
        }
        return writer.Encode();
    }

    /// <summary>A request for a certificate, as DER, signed by the applicant's key in memory.</summary>
    public static byte[] Request(DistinguishedName subject, PrivateKey key)
    {
        var body = RequestToBeSigned(subject, key.PublicKeyInfo);
        return Finish(body, key.Suite, key.Sign(body));
    }

    internal static void WriteAlgorithm(AsnWriter writer, SignatureSuite suite)
    {
        using var sequence = writer.PushSequence();
        writer.WriteObjectIdentifier(suite.SignatureOid);
    }

    internal static void WriteTime(AsnWriter writer, DateTimeOffset time)
    {
        if (time.UtcDateTime.Year < 2050) writer.WriteUtcTime(time, 2049);
        else writer.WriteGeneralizedTime(time, omitFractionalSeconds: true);
    }
}

/// <summary>A request for a certificate (PKCS#10).</summary>
public sealed record CertificateRequest(DistinguishedName Subject, byte[] PublicKeyInfo)
{
    /// <summary>Reads DER and checks that the applicant holds the key; throws <see cref="FormatException"/> otherwise.</summary>
    public static CertificateRequest Parse(byte[] der)
    {
        if (der.Length > Certificate.Longest) throw new FormatException("证书申请太大");
        try
        {
            var outer = new AsnReader(der, AsnEncodingRules.DER);
            var request = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            var covered = request.PeekEncodedValue().ToArray();
            var body = request.ReadSequence();
            body.ReadInteger();
            var subject = DistinguishedName.Read(body);
            var key = body.ReadEncodedValue().ToArray();
            var suite = SignatureSuite.Of(request.ReadSequence().ReadObjectIdentifier());
            if (suite is null || !suite.Verify(key, covered, request.ReadBitString(out _))) throw new FormatException("证书申请的签名不对：申请人没有证明自己持有密钥");
            return new(subject, key);
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException or ArgumentException) { throw new FormatException("证书申请格式不对：" + e.Message, e); }
    }
}
