using System.Security.Cryptography;
using System.Text;

namespace Kapok.Identity.SignIn;

/// <summary>
/// Passwords as kept: <c>pbkdf2-sha256$rounds$salt$key</c>, PBKDF2-HMAC-SHA256 (RFC 8018) with a random salt of 16
/// bytes. The number of rounds travels along, so that it can be raised: an older hash is renewed at the next sign-in.
/// </summary>
public static class PasswordHash
{
    const int SaltBytes = 16, KeyBytes = 32;

    // A hash takes tens of milliseconds of a core: a wave of sign-ins must not take every thread.
    static readonly SemaphoreSlim Gate = new(Math.Max(1, Environment.ProcessorCount));

    /// <summary>Hash that fits no password, of the usual cost: unknown accounts take as long as known ones.</summary>
    static readonly byte[] NobodySalt = SHA256.HashData("kapok: no such account"u8)[..SaltBytes];

    public static async Task<string> Make(string password, int rounds)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var key = await Derive(password, salt, rounds);
        return $"pbkdf2-sha256${rounds}${Convert.ToBase64String(salt)}${Convert.ToBase64String(key)}";
    }

    /// <param name="kept">The hash as kept; null for an account that does not exist, which fits nothing and takes the same time.</param>
    public static async Task<bool> Fits(string password, string? kept, int rounds)
    {
        var parts = kept?.Split('$');
        var salt = parts is null ? NobodySalt : Convert.FromBase64String(parts[2]);
        var key = await Derive(password, salt, parts is null ? rounds : int.Parse(parts[1]));
        return parts is not null && CryptographicOperations.FixedTimeEquals(key, Convert.FromBase64String(parts[3]));
    }

    /// <summary>True when the hash was made with fewer rounds than are wanted now.</summary>
    public static bool IsOld(string kept, int rounds) => int.Parse(kept.Split('$')[1]) < rounds;

    static async Task<byte[]> Derive(string password, byte[] salt, int rounds)
    {
        await Gate.WaitAsync();
        try { return await Task.Run(() => Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, rounds, HashAlgorithmName.SHA256, KeyBytes)); }
        finally { Gate.Release(); }
    }
}
