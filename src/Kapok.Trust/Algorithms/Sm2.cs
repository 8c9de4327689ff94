using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Kapok.Trust.Algorithms;

/// <summary>SM2 beyond plain signing: the signer's Z, encryption, and the raw form of signatures that devices return.</summary>
public static class Sm2
{
    /// <summary>The identity every signer has unless both sides agree on another (GB/T 35276): ASCII 1234567812345678.</summary>
    public static ReadOnlySpan<byte> DefaultIdentity => "1234567812345678"u8;

    // a, b, Gx, Gy of the curve (GB/T 32918.5)
    static readonly byte[] Parameters = Convert.FromHexString(
        "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC" + "28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93" +
        "32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7" + "BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0");

    /// <summary>Z of a signer with the default identity (GB/T 32918.2 clause 5.5): what the signed digest is bound to.</summary>
    /// <param name="point">The public key as uncompressed point: 04, x, y.</param>
    internal static byte[] ZOfPoint(byte[] point) => Sm3.Hash((byte[])[0x00, 0x80, .. DefaultIdentity, .. Parameters, .. point.AsSpan(1)]);

    /// <summary>Z of the holder of a public key (DER SubjectPublicKeyInfo).</summary>
    public static byte[] Z(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        var key = SignatureSuite.Sm2Sm3.Load(subjectPublicKeyInfo.ToArray());
        return ZOfPoint(key.Key.Point);
    }

    /// <summary>Encrypts at most a few kilobytes (a key) to the holder of a public key: DER SEQUENCE { x, y, hash, cipher } of GB/T 35276.</summary>
    public static byte[] Encrypt(byte[] subjectPublicKeyInfo, ReadOnlySpan<byte> plain) => SignatureSuite.Sm2Sm3.Load(subjectPublicKeyInfo).Key.Encrypt(plain);

    /// <summary>Undoes <see cref="Encrypt"/>; throws <see cref="CryptographicException"/> when the text was not made for this key or was changed.</summary>
    public static byte[] Decrypt(PrivateKey key, ReadOnlySpan<byte> cipher)
    {
        if (key.Suite != SignatureSuite.Sm2Sm3) throw new CryptographicException("Only an SM2 key decrypts SM2.");
        return key.Decrypt(cipher);
    }

    /// <summary>DER of a signature given as r ‖ s (64 bytes), the form of many devices; DER is answered as it is.</summary>
    public static byte[] ToDer(byte[] signature)
    {
        if (signature.Length != 64) return signature;
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteIntegerUnsigned(Trim(signature.AsSpan(0, 32)));
            writer.WriteIntegerUnsigned(Trim(signature.AsSpan(32)));
        }
        return writer.Encode();
    }

    static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> number)
    {
        while (number.Length > 1 && number[0] == 0) number = number[1..];
        return number;
    }
}
