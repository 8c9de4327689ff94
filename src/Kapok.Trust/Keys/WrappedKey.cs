using System.Formats.Asn1;
using System.Security.Cryptography;
using Kapok.Trust.Algorithms;

namespace Kapok.Trust.Keys;

/// <summary>A private key on its way to another holder: SEQUENCE { OCTET STRING (SM2 cipher text of a fresh key), OCTET STRING (PKCS#8 sealed under it) }.</summary>
public static class WrappedKey
{
    static readonly byte[] Context = "kapok wrapped key"u8.ToArray();

    public static byte[] Write(PrivateKey key, byte[] recipientPublicKeyInfo)
    {
        var fresh = CipherSuite.NewKey();
        var pkcs8 = key.ExportPkcs8();
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteOctetString(Sm2.Encrypt(recipientPublicKeyInfo, fresh));
            writer.WriteOctetString(CipherSuite.Sm4HmacSm3.Seal(fresh, pkcs8, Context));
        }
        CryptographicOperations.ZeroMemory(pkcs8);
        CryptographicOperations.ZeroMemory(fresh);
        return writer.Encode();
    }

    /// <summary>Undoes <see cref="Write"/> with the recipient's SM2 key; throws <see cref="CryptographicException"/> when it was not made for it.</summary>
    public static PrivateKey Read(byte[] wrapped, PrivateKey recipient)
    {
        try
        {
            var sequence = new AsnReader(wrapped, AsnEncodingRules.DER).ReadSequence();
            var fresh = Sm2.Decrypt(recipient, sequence.ReadOctetString());
            return PrivateKey.Import(CipherSuite.Open(fresh, sequence.ReadOctetString(), Context));
        }
        catch (AsnContentException e) { throw new CryptographicException("This is no wrapped key.", e); }
    }
}
