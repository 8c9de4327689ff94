using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Kapok.Trust.Algorithms;

/// <summary>
/// The few functions of the system's libcrypto 3 (OpenSSL) that Kapok calls. .NET itself needs the same library
/// wherever it runs on Linux, so nothing is shipped and security fixes come with the system.
/// </summary>
static partial class LibCrypto
{
    const string Library = "kapok-libcrypto";

    static LibCrypto() => NativeLibrary.SetDllImportResolver(typeof(LibCrypto).Assembly, (name, assembly, path) =>
    {
        if (name != Library) return 0;
        foreach (var candidate in (string[])["libcrypto.so.3", "libcrypto.3.dylib", "libcrypto-3-x64.dll"])
            if (NativeLibrary.TryLoad(candidate, assembly, path, out var handle)) return handle;
        throw new DllNotFoundException("没有找到 OpenSSL 3 的 libcrypto；请安装系统的 openssl 软件包（libssl3）");
    });

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] public static partial nint EVP_MD_fetch(nint context, string name, nint properties);
    [LibraryImport(Library)] public static partial DigestContext EVP_MD_CTX_new();
    [LibraryImport(Library)] public static partial void EVP_MD_CTX_free(nint context);
    [LibraryImport(Library)] public static partial int EVP_DigestInit_ex2(DigestContext context, nint digest, nint parameters);
    [LibraryImport(Library)] public static partial int EVP_DigestUpdate(DigestContext context, ReadOnlySpan<byte> data, nuint count);
    [LibraryImport(Library)] public static partial int EVP_DigestFinal_ex(DigestContext context, Span<byte> digest, out uint size);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] public static partial nint EVP_CIPHER_fetch(nint context, string name, nint properties);
    [LibraryImport(Library)] public static partial CipherContext EVP_CIPHER_CTX_new();
    [LibraryImport(Library)] public static partial void EVP_CIPHER_CTX_free(nint context);
    [LibraryImport(Library)] public static partial int EVP_CIPHER_CTX_reset(CipherContext context);
    [LibraryImport(Library)] public static partial int EVP_CipherInit_ex2(CipherContext context, nint cipher, ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, int encrypt, nint parameters);
    [LibraryImport(Library)] public static partial int EVP_CipherUpdate(CipherContext context, Span<byte> output, out int written, ReadOnlySpan<byte> input, int count);
    [LibraryImport(Library)] public static partial int EVP_CipherFinal_ex(CipherContext context, Span<byte> output, out int written);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] public static partial KeyContext EVP_PKEY_CTX_new_from_name(nint context, string name, nint properties);
    [LibraryImport(Library)] public static partial KeyContext EVP_PKEY_CTX_new_from_pkey(nint context, KeyHandle key, nint properties);
    [LibraryImport(Library)] public static partial void EVP_PKEY_CTX_free(nint context);
    [LibraryImport(Library)] public static partial int EVP_PKEY_keygen_init(KeyContext context);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] public static partial int EVP_PKEY_CTX_set_group_name(KeyContext context, string name);
    [LibraryImport(Library)] public static partial int EVP_PKEY_generate(KeyContext context, ref nint key);
    [LibraryImport(Library)] public static partial int EVP_PKEY_fromdata_init(KeyContext context);
    [LibraryImport(Library)] public static unsafe partial int EVP_PKEY_fromdata(KeyContext context, ref nint key, int selection, Parameter* parameters);
    [LibraryImport(Library)] public static partial void EVP_PKEY_free(nint key);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] public static partial int EVP_PKEY_get_bn_param(KeyHandle key, string name, ref nint number);
    [LibraryImport(Library)] public static partial int EVP_PKEY_sign_init(KeyContext context);
    [LibraryImport(Library)] public static partial int EVP_PKEY_sign(KeyContext context, Span<byte> signature, ref nuint size, ReadOnlySpan<byte> digest, nuint digestSize);
    [LibraryImport(Library)] public static partial int EVP_PKEY_verify_init(KeyContext context);
    [LibraryImport(Library)] public static partial int EVP_PKEY_verify(KeyContext context, ReadOnlySpan<byte> signature, nuint size, ReadOnlySpan<byte> digest, nuint digestSize);
    [LibraryImport(Library)] public static partial int EVP_PKEY_encrypt_init(KeyContext context);
    [LibraryImport(Library)] public static partial int EVP_PKEY_encrypt(KeyContext context, Span<byte> output, ref nuint size, ReadOnlySpan<byte> input, nuint count);
    [LibraryImport(Library)] public static partial int EVP_PKEY_decrypt_init(KeyContext context);
    [LibraryImport(Library)] public static partial int EVP_PKEY_decrypt(KeyContext context, Span<byte> output, ref nuint size, ReadOnlySpan<byte> input, nuint count);

    [LibraryImport(Library)] public static partial nint BN_bin2bn(ReadOnlySpan<byte> bytes, int count, nint number);
    [LibraryImport(Library)] public static partial int BN_bn2binpad(nint number, Span<byte> bytes, int count);
    [LibraryImport(Library)] public static partial void BN_clear_free(nint number);
    [LibraryImport(Library)] public static partial nint EC_GROUP_new_by_curve_name(int curve);
    [LibraryImport(Library)] public static partial void EC_GROUP_free(nint group);
    [LibraryImport(Library)] public static partial nint EC_POINT_new(nint group);
    [LibraryImport(Library)] public static partial void EC_POINT_free(nint point);
    [LibraryImport(Library)] public static partial int EC_POINT_mul(nint group, nint result, nint number, nint point, nint times, nint context);
    [LibraryImport(Library)] public static partial nuint EC_POINT_point2oct(nint group, nint point, int form, Span<byte> bytes, nuint count, nint context);

    [LibraryImport(Library)] public static partial ulong ERR_get_error();
    [LibraryImport(Library)] public static partial void ERR_clear_error();
    [LibraryImport(Library)] public static partial void ERR_error_string_n(ulong error, Span<byte> text, nuint size);

    /// <summary>OSSL_PARAM.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct Parameter
    {
        public byte* Key;
        public uint Type;
        public void* Data;
        public nuint Size;
        public nuint Returned;
    }

    public const uint UnsignedInteger = 2, Utf8String = 4, OctetString = 5;
    public const int SelectPublicKey = 0x86, SelectKeyPair = 0x87; // EVP_PKEY_PUBLIC_KEY, EVP_PKEY_KEYPAIR

    /// <summary>Throws with libcrypto's own words when a call that cannot fail on outside input has failed.</summary>
    public static void Require(int result)
    {
        if (result > 0) return;
        Span<byte> text = stackalloc byte[256];
        ERR_error_string_n(ERR_get_error(), text, 256);
        ERR_clear_error();
        throw new CryptographicException("libcrypto: " + System.Text.Encoding.ASCII.GetString(text[..text.IndexOf((byte)0)]));
    }

    public static nint Require(nint pointer)
    {
        Require(pointer == 0 ? 0 : 1);
        return pointer;
    }

    public sealed class DigestContext() : SafeHandleZeroOrMinusOneIsInvalid(true)
    {
        protected override bool ReleaseHandle() { EVP_MD_CTX_free(handle); return true; }
    }

    public sealed class CipherContext() : SafeHandleZeroOrMinusOneIsInvalid(true)
    {
        protected override bool ReleaseHandle() { EVP_CIPHER_CTX_free(handle); return true; }
    }

    public sealed class KeyContext() : SafeHandleZeroOrMinusOneIsInvalid(true)
    {
        protected override bool ReleaseHandle() { EVP_PKEY_CTX_free(handle); return true; }
    }

    public sealed class KeyHandle : SafeHandleZeroOrMinusOneIsInvalid
    {
        public KeyHandle() : base(true) { }
        public KeyHandle(nint key) : base(true) => SetHandle(key);
        protected override bool ReleaseHandle() { EVP_PKEY_free(handle); return true; }
    }
}
