using static Kapok.Trust.Algorithms.LibCrypto;

namespace Kapok.Trust.Algorithms;

/// <summary>The SM3 digest (GB/T 32905), 32 bytes; of one piece, or bit by bit with an instance.</summary>
public sealed class Sm3 : IDisposable
{
    /// <summary>Bytes of a digest.</summary>
    public const int Size = 32;

    public const string Oid = "1.2.156.10197.1.401";

    const int Block = 64;
    static readonly nint Algorithm = Require(EVP_MD_fetch(0, "SM3", 0));
    [ThreadStatic] static DigestContext? own;

    readonly DigestContext context = EVP_MD_CTX_new();

    public Sm3() => Require(EVP_DigestInit_ex2(context, Algorithm, 0));

    public void Append(ReadOnlySpan<byte> data) => Require(EVP_DigestUpdate(context, data, (nuint)data.Length));

    /// <summary>The digest of what was appended; the instance then starts anew.</summary>
    public byte[] Finish()
    {
        var digest = new byte[Size];
        Require(EVP_DigestFinal_ex(context, digest, out _));
        Require(EVP_DigestInit_ex2(context, Algorithm, 0));
        return digest;
    }

    public void Dispose() => context.Dispose();

    public static byte[] Hash(ReadOnlySpan<byte> data)
    {
        var digest = new byte[Size];
        Hash(digest, data, default, default);
        return digest;
    }

    /// <summary>Digest of up to three pieces one after the other, into a place of 32 bytes.</summary>
    public static void Hash(Span<byte> digest, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third)
    {
        if (digest.Length < Size) throw new ArgumentException("An SM3 digest has 32 bytes.", nameof(digest));
        var context = own ??= EVP_MD_CTX_new();
        Require(EVP_DigestInit_ex2(context, Algorithm, 0));
        Require(EVP_DigestUpdate(context, first, (nuint)first.Length));
        if (second.Length > 0) Require(EVP_DigestUpdate(context, second, (nuint)second.Length));
        if (third.Length > 0) Require(EVP_DigestUpdate(context, third, (nuint)third.Length));
        Require(EVP_DigestFinal_ex(context, digest, out _));
    }

    /// <summary>HMAC with SM3 (GB/T 15852.2, RFC 2104).</summary>
    public static byte[] Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data) => Hmac(key, data, default);

    /// <summary>HMAC over two pieces one after the other.</summary>
    public static byte[] Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        Span<byte> inner = stackalloc byte[Block], outer = stackalloc byte[Block], digest = stackalloc byte[Size];
        inner.Clear();
        if (key.Length > Block) Hash(inner, key, default, default);
        else key.CopyTo(inner);
        for (var i = 0; i < Block; i++)
        {
            outer[i] = (byte)(inner[i] ^ 0x5C);
            inner[i] ^= 0x36;
        }
        Hash(digest, inner, first, second);
        var mac = new byte[Size];
        Hash(mac, outer, digest, default);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(inner);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(outer);
        return mac;
    }

    /// <summary>
    /// The key derivation of GB/T 32918.4 clause 5.4.3 (the form of ANSI X9.63): SM3(secret ‖ counter) for counter = 1, 2 …
    /// For a secret that is uniformly random and used for nothing else; where one key serves several purposes use <see cref="Hkdf"/>.
    /// </summary>
    public static byte[] Kdf(ReadOnlySpan<byte> secret, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var key = new byte[length];
        Span<byte> counter = stackalloc byte[4], block = stackalloc byte[Size];
        for (var done = 0; done < length; done += Size)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(counter, done / Size + 1);
            Hash(block, secret, counter, default);
            block[..Math.Min(Size, length - done)].CopyTo(key.AsSpan(done));
        }
        return key;
    }

    /// <summary>HKDF (RFC 5869) with HMAC-SM3: separate keys for separate purposes from one secret. At most 255 × 32 bytes.</summary>
    /// <param name="info">What the key is for; different purposes give independent keys.</param>
    public static byte[] Hkdf(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> info, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, 255 * Size);
        var extracted = Hmac(salt, secret);
        var key = new byte[length];
        byte[] block = [];
        for (var (done, n) = (0, 1); done < length; done += Size, n++)
        {
            block = Hmac(extracted, (byte[])[.. block, .. info], [(byte)n]);
            block.AsSpan(0, Math.Min(Size, length - done)).CopyTo(key.AsSpan(done));
        }
        return key;
    }
}
