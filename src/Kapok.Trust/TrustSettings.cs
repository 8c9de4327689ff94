using Kapok.Foundation;
using Kapok.Trust.Algorithms;

namespace Kapok.Trust;

/// <summary>What a node chooses: algorithms, where keys lie, its address.</summary>
/// <param name="Suite">For new keys and certificates: KAPOK_SUITE, <c>sm2-sm3</c> unless set.</param>
/// <param name="Cipher">For data at rest: KAPOK_CIPHER, <c>sm4-ctr-hmac-sm3</c> unless set.</param>
/// <param name="Holder">Where new keys lie: KAPOK_KEY_HOLDER, <c>software</c> or <c>pkcs11</c>.</param>
/// <param name="Address">How the world reaches the node, for addresses inside certificates: KAPOK_ADDRESS.</param>
/// <param name="Module">The device's PKCS#11 library: KAPOK_PKCS11_MODULE.</param>
/// <param name="Token">Label of its token: KAPOK_PKCS11_TOKEN.</param>
/// <param name="Pin">KAPOK_PKCS11_PIN.</param>
/// <param name="TimestampService">An outside timestamp service instead of the node's own: KAPOK_TSA.</param>
public sealed record TrustSettings(SignatureSuite Suite, CipherSuite Cipher, string Holder, string Address, string? Module, string? Token, string? Pin, string? TimestampService)
{
    /// <summary>Reads the settings; throws with the name of the one that is wrong.</summary>
    public static TrustSettings Read(NodeOptions options, Func<string, string?> setting)
    {
        var suite = SignatureSuite.Of(setting("KAPOK_SUITE") ?? SignatureSuite.Sm2Sm3.Name);
        if (suite is null || !suite.CanSign) throw new InvalidOperationException($"KAPOK_SUITE 应为 {string.Join(" 或 ", SignatureSuite.All.Where(s => s.CanSign).Select(s => s.Name))}");
        var cipher = CipherSuite.Of(setting("KAPOK_CIPHER") ?? CipherSuite.Sm4HmacSm3.Name) ?? throw new InvalidOperationException($"KAPOK_CIPHER 应为 {string.Join(" 或 ", CipherSuite.All.Select(s => s.Name))}");
        var holder = setting("KAPOK_KEY_HOLDER") ?? "software";
        if (holder is not ("software" or "pkcs11")) throw new InvalidOperationException("KAPOK_KEY_HOLDER 应为 software 或 pkcs11");
        var module = setting("KAPOK_PKCS11_MODULE");
        if (holder == "pkcs11" && module is null) throw new InvalidOperationException("KAPOK_KEY_HOLDER=pkcs11 时要设置 KAPOK_PKCS11_MODULE（设备的动态库）、KAPOK_PKCS11_TOKEN 和 KAPOK_PKCS11_PIN");
        var address = setting("KAPOK_ADDRESS") ?? $"http://localhost:{options.Port}";
        return new(suite, cipher, holder, address.TrimEnd('/'), module, setting("KAPOK_PKCS11_TOKEN"), setting("KAPOK_PKCS11_PIN"), setting("KAPOK_TSA"));
    }
}
