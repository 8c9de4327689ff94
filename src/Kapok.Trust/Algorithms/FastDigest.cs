using static Kapok.Trust.Algorithms.LibCrypto;

namespace Kapok.Trust.Algorithms;

/// <summary>
/// One digest algorithm with a context for each thread. The framework's one-shot call looks the algorithm up and makes a
/// context every time, which costs more than a small digest itself; trees and chains take millions of small ones.
/// </summary>
static class FastDigest
{
    static readonly nint Sha256Algorithm = Require(EVP_MD_fetch(0, "SHA256", 0));
    [ThreadStatic] static DigestContext? own;

    /// <summary>SHA-256 of a message into a place of 32 bytes.</summary>
    public static void Sha256(ReadOnlySpan<byte> message, Span<byte> digest)
    {
        if (digest.Length < 32) throw new ArgumentException("A SHA-256 digest has 32 bytes.", nameof(digest));
        var context = own ??= EVP_MD_CTX_new();
        Require(EVP_DigestInit_ex2(context, Sha256Algorithm, 0));
        Require(EVP_DigestUpdate(context, message, (nuint)message.Length));
        Require(EVP_DigestFinal_ex(context, digest, out _));
    }
}
