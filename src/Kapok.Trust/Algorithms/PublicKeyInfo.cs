using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Kapok.Trust.Algorithms;

/// <summary>The DER SubjectPublicKeyInfo of a key taken apart (RFC 5280; RFC 5480 for curves, GB/T 20518 for SM2).</summary>
static class PublicKeyInfo
{
    public const string EllipticKey = "1.2.840.10045.2.1", RsaKey = "1.2.840.113549.1.1.1";

    public static byte[] Write(Curve curve, byte[] point)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(EllipticKey);
                writer.WriteObjectIdentifier(curve.Oid);
            }
            writer.WriteBitString(point);
        }
        return writer.Encode();
    }

    /// <summary>Algorithm, curve (of elliptic keys) and key bits; throws <see cref="CryptographicException"/> on anything else.</summary>
    public static (string Algorithm, string? Curve, byte[] Key) Read(ReadOnlyMemory<byte> der)
    {
        try
        {
            var outer = new AsnReader(der, AsnEncodingRules.DER);
            var info = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            var algorithm = info.ReadSequence();
            var name = algorithm.ReadObjectIdentifier();
            var curve = name == EllipticKey ? algorithm.ReadObjectIdentifier() : null;
            return (name, curve, info.ReadBitString(out _));
        }
        catch (AsnContentException e) { throw new CryptographicException("The public key cannot be read.", e); }
    }

    /// <summary>The number of an unencrypted PKCS#8 private key on a named curve (RFC 5958, RFC 5915).</summary>
    public static (string Curve, byte[] Number) ReadPrivate(ReadOnlyMemory<byte> pkcs8)
    {
        try
        {
            var info = new AsnReader(pkcs8, AsnEncodingRules.DER).ReadSequence();
            info.ReadInteger();
            var algorithm = info.ReadSequence();
            if (algorithm.ReadObjectIdentifier() != EllipticKey) throw new CryptographicException("Only keys on elliptic curves are used for signing.");
            var curve = algorithm.ReadObjectIdentifier();
            var key = new AsnReader(info.ReadOctetString(), AsnEncodingRules.DER).ReadSequence();
            key.ReadInteger();
            return (curve, key.ReadOctetString());
        }
        catch (AsnContentException e) { throw new CryptographicException("The private key cannot be read.", e); }
    }

    public static byte[] WritePrivate(Curve curve, byte[] number, byte[] point)
    {
        var key = new AsnWriter(AsnEncodingRules.DER);
        using (key.PushSequence())
        {
            key.WriteInteger(1);
            key.WriteOctetString(number);
            using (key.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 1))) key.WriteBitString(point);
        }
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(0);
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(EllipticKey);
                writer.WriteObjectIdentifier(curve.Oid);
            }
            writer.WriteOctetString(key.Encode());
        }
        return writer.Encode();
    }
}
