using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using Kapok.Trust.Algorithms;
using Kapok.Trust.Certificates;

namespace Kapok.Trust.Timestamps;

/// <summary>Writes tokens: TSTInfo, the attributes that are signed, and the CMS around them.</summary>
static class TokenWriter
{
    public static byte[] Info(TimestampRequest request, string policy, BigInteger serial, DateTimeOffset at)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            writer.WriteObjectIdentifier(policy);
            TimestampRequest.WriteImprint(writer, request.DigestOid, request.Digest);
            writer.WriteInteger(serial);
            writer.WriteGeneralizedTime(at, omitFractionalSeconds: true);
            using (writer.PushSequence()) writer.WriteInteger(1); // accuracy: one second
            if (request.Nonce is { } nonce) writer.WriteInteger(nonce);
        }
        return writer.Encode();
    }

    /// <summary>The SET of attributes as it is signed.</summary>
    public static byte[] Attributes(byte[] info, SignatureSuite suite, Certificate signer)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSetOf())
        {
            Attribute(writer, TimestampToken.ContentType, w => w.WriteObjectIdentifier(TimestampToken.Info));
            Attribute(writer, TimestampToken.MessageDigest, w => w.WriteOctetString(suite.Digest(info)));
            Attribute(writer, TimestampToken.SigningCertificateV2, w =>
            {
                using var certificates = w.PushSequence();
                using var list = w.PushSequence();
                using var id = w.PushSequence();
                w.WriteOctetString(SHA256.HashData(signer.Raw)); // SHA-256 is the default of ESSCertIDv2 (RFC 5035)
            });
        }
        return writer.Encode();
    }

    static void Attribute(AsnWriter writer, string oid, Action<AsnWriter> value)
    {
        using var attribute = writer.PushSequence();
        writer.WriteObjectIdentifier(oid);
        using var values = writer.PushSetOf();
        value(writer);
    }

    public static byte[] Token(byte[] info, byte[] attributes, byte[] signature, SignatureSuite suite, Certificate signer, IReadOnlyList<Certificate> along)
    {
        var zero = new Asn1Tag(TagClass.ContextSpecific, 0);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(TimestampToken.SignedData);
            using (writer.PushSequence(zero))
            using (writer.PushSequence())
            {
                writer.WriteInteger(3);
                using (writer.PushSetOf()) TimestampRequest.WriteAlgorithm(writer, suite.DigestOid);
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(TimestampToken.Info);
                    using (writer.PushSequence(zero)) writer.WriteOctetString(info);
                }
                if (along.Count > 0)
                    using (writer.PushSetOf(zero))
                        foreach (var certificate in along) writer.WriteEncodedValue(certificate.Raw);
                using (writer.PushSetOf())
                using (writer.PushSequence()) Signer(writer, attributes, signature, suite, signer);
            }
        }
        return writer.Encode();
    }

    static void Signer(AsnWriter writer, byte[] attributes, byte[] signature, SignatureSuite suite, Certificate signer)
    {
        writer.WriteInteger(1);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(signer.Issuer.Raw);
            writer.WriteInteger(signer.SerialNumber);
        }
        TimestampRequest.WriteAlgorithm(writer, suite.DigestOid);
        byte[] implicitly = [.. attributes];
        implicitly[0] = 0xA0;
        writer.WriteEncodedValue(implicitly);
        CertificateWriter.WriteAlgorithm(writer, suite);
        writer.WriteOctetString(signature);
    }
}
