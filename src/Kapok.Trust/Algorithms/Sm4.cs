using System.Security.Cryptography;
using static Kapok.Trust.Algorithms.LibCrypto;

namespace Kapok.Trust.Algorithms;

/// <summary>
/// The SM4 block cipher (GB/T 32907): key and block of 16 bytes. These bare modes hide but do not protect against change;
/// use <see cref="CipherSuite"/> to keep data.
/// </summary>
public static class Sm4
{
    /// <summary>Bytes of a key, of a block and of an initial value.</summary>
    public const int Size = 16;

    static readonly nint Cbc = Require(EVP_CIPHER_fetch(0, "SM4-CBC", 0)), Ctr = Require(EVP_CIPHER_fetch(0, "SM4-CTR", 0));
    [ThreadStatic] static CipherContext? own;

    /// <summary>Cipher block chaining with PKCS#7 padding.</summary>
    public static byte[] EncryptCbc(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> plain) => Transform(Cbc, 1, key, iv, plain);

    /// <summary>Undoes <see cref="EncryptCbc"/>; throws <see cref="CryptographicException"/> when length or padding are wrong.</summary>
    public static byte[] DecryptCbc(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> cipher) => Transform(Cbc, 0, key, iv, cipher);

    /// <summary>Counter mode: encrypting and decrypting are the same. A pair of key and initial value must never serve twice.</summary>
    public static byte[] Counter(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> data) => Transform(Ctr, 1, key, iv, data);

    internal static void Counter(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> data, Span<byte> output) => Transform(Ctr, 1, key, iv, data, output);

    static byte[] Transform(nint mode, int encrypt, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> input)
    {
        var output = new byte[input.Length + Size];
        return output[..Transform(mode, encrypt, key, iv, input, output)];
    }

    static int Transform(nint mode, int encrypt, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (key.Length != Size || iv.Length != Size) throw new ArgumentException("SM4 takes a key and an initial value of 16 bytes each.");
        var context = own ??= EVP_CIPHER_CTX_new();
        try
        {
            Require(EVP_CipherInit_ex2(context, mode, key, iv, encrypt, 0));
            Require(EVP_CipherUpdate(context, output, out var written, input, input.Length));
            Span<byte> last = stackalloc byte[Size * 2];
            Require(EVP_CipherFinal_ex(context, last, out var rest));
            last[..rest].CopyTo(output[written..]);
            return written + rest;
        }
        finally { Require(EVP_CIPHER_CTX_reset(context)); }
    }
}
