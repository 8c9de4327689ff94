using Kapok.Trust.Algorithms;
using Kapok.Trust.Keys;

namespace Kapok.Tests.Trust;

/// <summary>The PKCS#11 holder against SoftHSM. SoftHSM knows no SM2, so P-256 stands in.</summary>
public sealed class DeviceTests : IDisposable
{
    const string Library = "/usr/lib/softhsm/libsofthsm2.so";
    readonly OpenSsl folder = new();

    Pkcs11Holder Holder(string pin = "1234")
    {
        if (!File.Exists(Library)) Assert.Skip($"SoftHSM is not installed ({Library})");
        Directory.CreateDirectory(Path.Combine(folder.Folder, "tokens"));
        var settings = folder.File("softhsm2.conf", System.Text.Encoding.ASCII.GetBytes($"directories.tokendir = {folder.Folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n"));
        // SoftHSM reads the C environment, which .NET's own does not reach.
        setenv("SOFTHSM2_CONF", settings, 1);
        Environment.SetEnvironmentVariable("SOFTHSM2_CONF", settings);
        folder.Run("softhsm2-util", ["--init-token", "--free", "--label", "kapok", "--so-pin", "5678", "--pin", "1234"]).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(0, r.Output));
        return new(Library, "kapok", pin);
    }

    [System.Runtime.InteropServices.DllImport("libc", CharSet = System.Runtime.InteropServices.CharSet.Ansi)]
    static extern int setenv(string name, string value, int overwrite);

    [Fact]
    public void A_key_in_the_device_signs_is_found_again_and_is_destroyed()
    {
        using var holder = Holder();
        var id = Guid.CreateVersion7();
        holder.Supports(SignatureSuite.Sm2Sm3).ShouldBeFalse();
        var held = holder.Generate(id, SignatureSuite.P256Sha256);
        SignatureSuite.OfKey(held.PublicKeyInfo).ShouldBe(SignatureSuite.P256Sha256);
        using (var key = holder.Open(id, SignatureSuite.P256Sha256, held.Reference))
            for (var i = 0; i < 50; i++) SignatureSuite.P256Sha256.Verify(held.PublicKeyInfo, BitConverter.GetBytes(i), key.Sign(BitConverter.GetBytes(i))).ShouldBeTrue();
        using (var key = holder.Open(id, SignatureSuite.P256Sha256, held.Reference))
            Parallel.For(0, 50, i => SignatureSuite.P256Sha256.Verify(held.PublicKeyInfo, BitConverter.GetBytes(i), key.Sign(BitConverter.GetBytes(i))).ShouldBeTrue());
        holder.Destroy(held.Reference);
        Should.Throw<KeyUnavailable>(() => holder.Open(id, SignatureSuite.P256Sha256, held.Reference)).Message.ShouldContain("没有这把密钥");

        Should.Throw<KeyUnavailable>(() => new Pkcs11Holder(Library, "other", "1234").Generate(id, SignatureSuite.P256Sha256)).Message.ShouldContain("没有名为“other”的令牌");
        Should.Throw<KeyUnavailable>(() => new Pkcs11Holder("/nowhere.so", "kapok", "1234").Generate(id, SignatureSuite.P256Sha256)).Message.ShouldContain("装不上");
    }

    public void Dispose() => folder.Dispose();
}
