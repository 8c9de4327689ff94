using System.Security.Cryptography;

namespace Kapok.Trust.Algorithms;

/// <summary>Digest algorithms by object identifier.</summary>
public static class Digests
{
    public const string Sha256 = "2.16.840.1.101.3.4.2.1", Sha384 = "2.16.840.1.101.3.4.2.2", Sha512 = "2.16.840.1.101.3.4.2.3";

    /// <summary>Digest of data; null when the algorithm is not known or not accepted (SHA-1, MD5).</summary>
    public static byte[]? Compute(string oid, ReadOnlySpan<byte> data) => oid switch
    {
        Sm3.Oid => Sm3.Hash(data),
        Sha256 => SHA256.HashData(data),
        Sha384 => SHA384.HashData(data),
        Sha512 => SHA512.HashData(data),
        _ => null,
    };

    /// <summary>Bytes of a digest; null when the algorithm is not known or not accepted.</summary>
    public static int? Size(string oid) => oid switch { Sm3.Oid or Sha256 => 32, Sha384 => 48, Sha512 => 64, _ => null };
}
