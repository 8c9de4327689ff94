using Kapok.Documents.Seals;
using Kapok.Documents.Verifying;
using Kapok.Foundation;
using Kapok.Tests.Trust;
using Kapok.Trust.Algorithms;

namespace Kapok.Tests.Documents.Seals;

/// <summary>Signed data around any file: GB/T 35275 with SM2, CMS with P-256.</summary>
public sealed class SignedDataTests
{
    static readonly byte[] File = "关于同意设立食品经营场所的批复"u8.ToArray();

    [Theory]
    [InlineData("sm2-sm3", true)]
    [InlineData("sm2-sm3", false)]
    [InlineData("p256-sha256", true)]
    [InlineData("p256-sha256", false)]
    public async Task A_signed_file_is_genuine_and_a_changed_one_is_not(string suite, bool attached)
    {
        var given = new SealGiven(SignatureSuite.Of(suite));
        var (key, certificate) = given.Person("广州市档案馆");
        var signature = await SignedData.Make(File, Signer.Of(key, certificate.Raw), attached, SealGiven.Now);
        var report = attached ? Verification.Of(signature, given.Ground) : Verification.OfDetached(File, signature, given.Ground);
        report.Verdict.ShouldBe(Verdict.Genuine, SealGiven.Shown(report));
        (report.Format, report.Signatures[0].Signer, report.Signatures[0].At).ShouldBe((suite == "sm2-sm3" ? "GB/T 35275" : "CMS", "广州市档案馆", SealGiven.Now));
        var changed = (attached ? signature : File).ToArray();
        var at = attached ? signature.AsSpan().IndexOf(File) : 0;
        changed[at] ^= 1;
        var refused = attached ? Verification.Of(changed, given.Ground) : Verification.OfDetached(changed, signature, given.Ground);
        SealGiven.Check(refused, "original").Words.ShouldBe("签名以后内容被改动过");
    }

    [Fact]
    public async Task A_detached_signature_alone_says_what_is_missing()
    {
        var given = new SealGiven();
        var (key, certificate) = given.Person("广州市档案馆");
        Verification.Of(await SignedData.Make(File, Signer.Of(key, certificate.Raw), false, SealGiven.Now), given.Ground).Conclusion.ShouldContain("请把原文件一起上传");
    }

    [Fact]
    public async Task Openssl_accepts_our_CMS_and_we_accept_openssls()
    {
        using var openssl = new OpenSsl();
        var given = new SealGiven(SignatureSuite.P256Sha256);
        var (key, certificate) = given.Person("Guangzhou Archives");
        openssl.File("file", File);
        openssl.File("ours.p7s", await SignedData.Make(File, Signer.Of(key, certificate.Raw), false, SealGiven.Now));
        openssl.Pem("root.pem", "CERTIFICATE", given.Root.Raw);
        openssl.Run("cms", "-verify", "-inform", "DER", "-in", "ours.p7s", "-content", "file", "-binary", "-CAfile", "root.pem", "-purpose", "any", "-attime", SealGiven.Now.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture), "-out", "out").Output.ShouldContain("successful", Case.Insensitive);
        openssl.File("file", [.. File, 1]);
        openssl.Run("cms", "-verify", "-inform", "DER", "-in", "ours.p7s", "-content", "file", "-binary", "-noverify", "-out", "out").Code.ShouldNotBe(0);

        openssl.File("file", File);
        openssl.Run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "k.pem", "-out", "c.pem", "-subj", "/CN=Foreign RSA", "-days", "30", "-addext", "basicConstraints=critical,CA:FALSE", "-addext", "keyUsage=critical,digitalSignature").Code.ShouldBe(0);
        foreach (var digest in (string[])["sha256", "sha512"])
        {
            openssl.Run("cms", "-sign", "-in", "file", "-binary", "-signer", "c.pem", "-inkey", "k.pem", "-md", digest, "-outform", "DER", "-nodetach", "-out", "theirs.p7m").Code.ShouldBe(0);
            var report = Verification.Of(openssl.Read("theirs.p7m"), given.Ground with { Now = DateTimeOffset.UtcNow });
            (report.Verdict, SealGiven.Check(report, "signature").State).ShouldBe((Verdict.Uncertain, Kapok.Trust.Certificates.CheckState.Passed), SealGiven.Shown(report));
        }
    }

    [Fact]
    public async Task Openssl_verifies_the_SM2_signature_over_the_attributes()
    {
        using var openssl = new OpenSsl();
        var given = new SealGiven();
        var (key, certificate) = given.Person("广州市档案馆");
        var signer = SignedMessage.Parse(await SignedData.Make(File, Signer.Of(key, certificate.Raw), false, SealGiven.Now)).Value!.Signers.Single();
        openssl.File("attributes.der", signer.Attributes!);
        openssl.File("value.sig", signer.Signature);
        openssl.File("signer.der", certificate.Raw);
        openssl.Run("x509", "-inform", "DER", "-in", "signer.der", "-pubkey", "-noout", "-out", "signer.pem").Code.ShouldBe(0);
        openssl.Run("dgst", "-sm3", "-sigopt", "distid:1234567812345678", "-verify", "signer.pem", "-signature", "value.sig", "attributes.der").Output.ShouldContain("Verified OK");
    }

    [Fact]
    public async Task Random_damage_never_makes_a_changed_content_genuine()
    {
        var given = new SealGiven();
        var (key, certificate) = given.Person("广州市档案馆");
        var whole = await SignedData.Make(File, Signer.Of(key, certificate.Raw), true, SealGiven.Now);
        var random = new Random(35275);
        for (var i = 0; i < 1500; i++)
        {
            var bytes = whole.ToArray();
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            if (random.Next(6) == 0) bytes = bytes[..random.Next(bytes.Length)];
            var report = Verification.Of(bytes, given.Ground);
            if (report.Verdict == Verdict.Genuine) SignedMessage.Parse(bytes).Value!.Content.ShouldBe(File);
        }
    }
}
