using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Kapok.Trust.Algorithms;

/// <summary>
/// A family of algorithms for keeping data secret and unchanged, chosen by name. Sealed bytes start with the number of
/// their suite, so that data of an older setting stay readable, and bytes of one suite are never opened as another.
/// </summary>
public abstract class CipherSuite
{
    /// <summary>Bytes of the key of every suite.</summary>
    public const int KeySize = 32;

    /// <summary>SM4 in counter mode, then HMAC-SM3 over everything; both keys come from the given one by HKDF.</summary>
    public static readonly CipherSuite Sm4HmacSm3 = new Sm4Suite();

    /// <summary>AES-256 in Galois/counter mode.</summary>
    public static readonly CipherSuite Aes256Gcm = new AesSuite();

    public static readonly IReadOnlyList<CipherSuite> All = [Sm4HmacSm3, Aes256Gcm];

    public abstract string Name { get; }
    protected abstract byte Number { get; }
    protected abstract int Overhead { get; }

    public static CipherSuite? Of(string name) => All.FirstOrDefault(s => s.Name == name);

    public static byte[] NewKey() => RandomNumberGenerator.GetBytes(KeySize);

    /// <summary>Encrypts and authenticates. The result is longer than the text by 49 bytes (SM4) or 29 bytes (AES).</summary>
    /// <param name="context">What the bytes belong to (a row, a field); they open only with the same context.</param>
    public byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> context)
    {
        RequireKey(key);
        var result = new byte[1 + Overhead + plain.Length];
        result[0] = Number;
        Protect(key, plain, context, result);
        return result;
    }

    /// <summary>Undoes <see cref="Seal"/> of any suite; throws <see cref="CryptographicException"/> when key or context are wrong or a bit was changed.</summary>
    public static byte[] Open(ReadOnlySpan<byte> key, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> context)
    {
        RequireKey(key);
        foreach (var suite in All)
            if (sealedBytes.Length > suite.Overhead && sealedBytes[0] == suite.Number) return suite.Unprotect(key, sealedBytes, context);
        throw new CryptographicException("These bytes were not sealed by a known suite.");
    }

    static void RequireKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeySize) throw new ArgumentException("A key has 32 bytes.", nameof(key));
    }

    protected abstract void Protect(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> context, Span<byte> result);
    protected abstract byte[] Unprotect(ReadOnlySpan<byte> key, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> context);

    /// <summary>1, initial value (16), cipher text, HMAC-SM3 (32) over length of context, context and all before.</summary>
    sealed class Sm4Suite : CipherSuite
    {
        public override string Name => "sm4-ctr-hmac-sm3";
        protected override byte Number => 1;
        protected override int Overhead => Sm4.Size + Sm3.Size;

        protected override void Protect(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> context, Span<byte> result)
        {
            var keys = Keys(key);
            var iv = result.Slice(1, Sm4.Size);
            RandomNumberGenerator.Fill(iv);
            Sm4.Counter(keys.AsSpan(0, Sm4.Size), iv, plain, result.Slice(1 + Sm4.Size, plain.Length));
            Mac(keys, context, result[..^Sm3.Size]).CopyTo(result[^Sm3.Size..]);
        }

        protected override byte[] Unprotect(ReadOnlySpan<byte> key, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> context)
        {
            var keys = Keys(key);
            if (!CryptographicOperations.FixedTimeEquals(Mac(keys, context, sealedBytes[..^Sm3.Size]), sealedBytes[^Sm3.Size..])) throw new CryptographicException("The sealed bytes were changed, or key or context are wrong.");
            return Sm4.Counter(keys.AsSpan(0, Sm4.Size), sealedBytes.Slice(1, Sm4.Size), sealedBytes[(1 + Sm4.Size)..^Sm3.Size]);
        }

        static byte[] Keys(ReadOnlySpan<byte> key) => Sm3.Hkdf(key, default, "kapok sm4-ctr-hmac-sm3"u8, Sm4.Size + Sm3.Size);

        static byte[] Mac(byte[] keys, ReadOnlySpan<byte> context, ReadOnlySpan<byte> covered)
        {
            var head = new byte[4 + context.Length];
            BinaryPrimitives.WriteInt32BigEndian(head, context.Length);
            context.CopyTo(head.AsSpan(4));
            return Sm3.Hmac(keys.AsSpan(Sm4.Size), head, covered);
        }
    }

    /// <summary>2, nonce (12), cipher text, tag (16).</summary>
    sealed class AesSuite : CipherSuite
    {
        public override string Name => "aes-256-gcm";
        protected override byte Number => 2;
        protected override int Overhead => 12 + 16;

        protected override void Protect(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> context, Span<byte> result)
        {
            RandomNumberGenerator.Fill(result.Slice(1, 12));
            using var aes = new AesGcm(key, 16);
            aes.Encrypt(result.Slice(1, 12), plain, result.Slice(13, plain.Length), result[^16..], context);
        }

        protected override byte[] Unprotect(ReadOnlySpan<byte> key, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> context)
        {
            using var aes = new AesGcm(key, 16);
            var plain = new byte[sealedBytes.Length - 29];
            aes.Decrypt(sealedBytes.Slice(1, 12), sealedBytes[13..^16], sealedBytes[^16..], plain, context);
            return plain;
        }
    }
}
