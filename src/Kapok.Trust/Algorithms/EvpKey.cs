using System.Collections.Concurrent;
using System.Formats.Asn1;
using System.Security.Cryptography;
using static Kapok.Trust.Algorithms.LibCrypto;

namespace Kapok.Trust.Algorithms;

/// <summary>A curve as data: its names, its number in libcrypto, its type of key there.</summary>
sealed record Curve(string Oid, string KeyType, string Group, int Number)
{
    public static readonly Curve Sm2 = new("1.2.156.10197.1.301", "SM2", "SM2", 1172);
    public static readonly Curve P256 = new("1.2.840.10045.3.1.7", "EC", "prime256v1", 415);
}

/// <summary>
/// An elliptic key as libcrypto holds it. Loading a key costs libcrypto a good part of a signature, and so does making
/// a context; both are kept and used again, so that a signature costs what the curve costs.
/// </summary>
sealed class EvpKey : IDisposable
{
    const int Coordinate = 32;
    static readonly int Spares = Environment.ProcessorCount * 2;

    readonly KeyHandle key;
    readonly ConcurrentQueue<KeyContext> signing = new(), verifying = new();
    volatile bool closed;

    EvpKey(KeyHandle key, Curve curve)
    {
        this.key = key;
        Curve = curve;
        Point = [4, .. Number("qx"), .. Number("qy")];
    }

    public Curve Curve { get; }

    /// <summary>The public point, uncompressed: 04, x, y.</summary>
    public byte[] Point { get; }

    public static EvpKey Generate(Curve curve)
    {
        using var context = EVP_PKEY_CTX_new_from_name(0, curve.KeyType, 0);
        Require(EVP_PKEY_keygen_init(context));
        Require(EVP_PKEY_CTX_set_group_name(context, curve.Group));
        nint made = 0;
        Require(EVP_PKEY_generate(context, ref made));
        return new(new(made), curve);
    }

    /// <summary>A public key from its point; throws <see cref="CryptographicException"/> when the point is not on the curve.</summary>
    public static EvpKey FromPoint(Curve curve, ReadOnlySpan<byte> point) => Load(curve, point, default);

    /// <summary>A private key from its number, 32 bytes.</summary>
    public static EvpKey FromNumber(Curve curve, ReadOnlySpan<byte> number)
    {
        if (number.Length != Coordinate) throw new CryptographicException("A private key of this curve has 32 bytes.");
        return Load(curve, Multiply(curve, number), number);
    }

    static unsafe EvpKey Load(Curve curve, ReadOnlySpan<byte> point, ReadOnlySpan<byte> number)
    {
        Span<byte> group = stackalloc byte[16], native = stackalloc byte[Coordinate];
        group.Clear();
        System.Text.Encoding.ASCII.GetBytes(curve.Group, group);
        number.CopyTo(native);
        if (BitConverter.IsLittleEndian) native.Reverse();
        var parameters = stackalloc Parameter[4];
        nint made = 0;
        using var context = EVP_PKEY_CTX_new_from_name(0, curve.KeyType, 0);
        Require(EVP_PKEY_fromdata_init(context));
        fixed (byte* groupKey = "group\0"u8, publicKey = "pub\0"u8, privateKey = "priv\0"u8, groupData = group, pointData = point, numberData = native)
        {
            parameters[0] = new() { Key = groupKey, Type = Utf8String, Data = groupData, Size = (nuint)curve.Group.Length };
            parameters[1] = new() { Key = publicKey, Type = OctetString, Data = pointData, Size = (nuint)point.Length };
            parameters[2] = number.IsEmpty ? default : new() { Key = privateKey, Type = UnsignedInteger, Data = numberData, Size = Coordinate };
            parameters[3] = default;
            Require(EVP_PKEY_fromdata(context, ref made, number.IsEmpty ? SelectPublicKey : SelectKeyPair, parameters));
        }
        CryptographicOperations.ZeroMemory(native);
        return new(new(made), curve);
    }

    /// <summary>The public point that belongs to a private number.</summary>
    static byte[] Multiply(Curve curve, ReadOnlySpan<byte> number)
    {
        nint group = Require(EC_GROUP_new_by_curve_name(curve.Number)), point = Require(EC_POINT_new(group)), times = Require(BN_bin2bn(number, number.Length, 0));
        try
        {
            Require(EC_POINT_mul(group, point, times, 0, 0, 0));
            var bytes = new byte[1 + 2 * Coordinate];
            if (EC_POINT_point2oct(group, point, 4, bytes, (nuint)bytes.Length, 0) != (nuint)bytes.Length) throw new CryptographicException("This number is no private key.");
            return bytes;
        }
        finally
        {
            BN_clear_free(times);
            EC_POINT_free(point);
            EC_GROUP_free(group);
        }
    }

    /// <summary>A number of the key, 32 bytes big-endian: <c>qx</c>, <c>qy</c>, <c>priv</c>.</summary>
    public byte[] Number(string name)
    {
        nint number = 0;
        Require(EVP_PKEY_get_bn_param(key, name, ref number));
        var bytes = new byte[Coordinate];
        try { Require(BN_bn2binpad(number, bytes, Coordinate)); }
        finally { BN_clear_free(number); }
        return bytes;
    }

    /// <summary>Signs a digest of 32 bytes; answers DER SEQUENCE { r, s }.</summary>
    public byte[] Sign(ReadOnlySpan<byte> digest)
    {
        var context = Take(signing, EVP_PKEY_sign_init);
        Span<byte> signature = stackalloc byte[80];
        var size = (nuint)signature.Length;
        Require(EVP_PKEY_sign(context, signature, ref size, digest, (nuint)digest.Length));
        Return(signing, context);
        return signature[..(int)size].ToArray();
    }

    public bool Verify(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        var context = Take(verifying, EVP_PKEY_verify_init);
        var valid = EVP_PKEY_verify(context, signature, (nuint)signature.Length, digest, (nuint)digest.Length) == 1;
        if (!valid) ERR_clear_error();
        Return(verifying, context);
        return valid;
    }

    public byte[] Encrypt(ReadOnlySpan<byte> plain)
    {
        using var context = Context(EVP_PKEY_encrypt_init);
        var output = new byte[plain.Length + 128];
        var size = (nuint)output.Length;
        Require(EVP_PKEY_encrypt(context, output, ref size, plain, (nuint)plain.Length));
        return output[..(int)size];
    }

    public byte[] Decrypt(ReadOnlySpan<byte> cipher)
    {
        using var context = Context(EVP_PKEY_decrypt_init);
        var output = new byte[cipher.Length];
        var size = (nuint)output.Length;
        Require(EVP_PKEY_decrypt(context, output, ref size, cipher, (nuint)cipher.Length));
        return output[..(int)size];
    }

    KeyContext Take(ConcurrentQueue<KeyContext> spare, Func<KeyContext, int> start) => spare.TryDequeue(out var context) ? context : Context(start);

    void Return(ConcurrentQueue<KeyContext> spare, KeyContext context)
    {
        if (closed || spare.Count >= Spares) context.Dispose();
        else spare.Enqueue(context);
    }

    KeyContext Context(Func<KeyContext, int> start)
    {
        ObjectDisposedException.ThrowIf(closed, this);
        var context = EVP_PKEY_CTX_new_from_pkey(0, key, 0);
        Require(start(context));
        return context;
    }

    public void Dispose()
    {
        closed = true;
        while (signing.TryDequeue(out var context)) context.Dispose();
        while (verifying.TryDequeue(out var context)) context.Dispose();
        key.Dispose();
    }
}
