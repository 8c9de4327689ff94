using System.Net.Http.Json;
using System.Text.Json;
using Kapok.Foundation;
using Kapok.Trust.Algorithms;
using Kapok.Trust.Authority;
using Kapok.Trust.Certificates;
using Kapok.Trust.Keys;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Trust;

public sealed class AuthorityTests(BareApp app) : IClassFixture<BareApp>
{
    NodeAuthority Authority => app.Services.GetRequiredService<NodeAuthority>();
    TrustStores Stores => app.Services.GetRequiredService<TrustStores>();

    [Fact]
    public async Task Two_processes_that_start_together_make_one_authority()
    {
        await using var sibling = await app.Another();
        var both = await Task.WhenAll(Authority.First(), sibling.Services.GetRequiredService<NodeAuthority>().First());
        both[0].Root.Id.ShouldBe(both[1].Root.Id);
        (await app.Services.GetRequiredService<Kapok.Trust.Keys.Keys>().List(KeyPurpose.Root)).Count.ShouldBe(1);
        var store = await Stores.Current();
        foreach (var (key, purpose) in new[] { (both[0].SealMaker, CertificatePurpose.SealMaking), (both[0].Organisation, CertificatePurpose.Signing), (both[0].Timestamp, CertificatePurpose.TimeStamping), (both[0].Audit, CertificatePurpose.Signing) })
            ChainCheck.Check(key.Certificate!, [], store, app.Time.GetUtcNow(), purpose).ShouldAllBe(c => c.State == CheckState.Passed, key.Title);
    }

    [Fact]
    public async Task A_certificate_is_issued_for_an_organisation_revoked_and_known_as_such_everywhere()
    {
        var key = (await app.Services.GetRequiredService<KeyDesk>().Create(new(KeyPurpose.Seal, "公章"), Actor.System)).Value!;
        var certified = await Authority.IssueFor(key.Id, DistinguishedName.Of("天河区市场监督管理局", "天河区市场监督管理局", "11440106007507134C"), Actor.System);
        var certificate = certified.Certificate!;
        certificate.Subject.OrganizationCode.ShouldBe("11440106007507134C");
        certificate.CrlPoints.ShouldBe(["http://localhost:1/trust/node.crl"]);
        var browser = app.Browser();
        (await Status(browser, certificate.SerialHex)).ShouldBe("good");
        (await Status(browser, "00")).ShouldBe("unknown");
        var before = RevocationList.Parse(await browser.GetByteArrayAsync("/trust/node.crl"));
        app.Time.Advance(TimeSpan.FromSeconds(5));
        (await Authority.Revoke(certificate.SerialHex, RevocationReason.KeyCompromise, Actor.System, "丢失")).Ok.ShouldBeTrue();
        (await Authority.Revoke(certificate.SerialHex, RevocationReason.KeyCompromise, Actor.System, "丢失")).Refused.ShouldBe(Refusal.Conflict);
        var after = RevocationList.Parse(await browser.GetByteArrayAsync("/trust/node.crl"));
        before.Of(certificate.SerialNumber).ShouldBeNull();
        after.Of(certificate.SerialNumber)!.Reason.ShouldBe(RevocationReason.KeyCompromise);
        after.SignedBy((await Authority.First()).Root.Certificate!).ShouldBeTrue();
        (await Status(browser, certificate.SerialHex.ToLowerInvariant())).ShouldBe("revoked");
        Stores.Forget();
        var checks = ChainCheck.Check(certificate, [], await Stores.Current(), app.Time.GetUtcNow(), CertificatePurpose.Signing);
        checks.Single(c => c.Key == "revocation").State.ShouldBe(CheckState.Failed);
        ChainCheck.Check(certificate, [], await Stores.Current(), app.Time.GetUtcNow().AddSeconds(-3), CertificatePurpose.Signing).Single(c => c.Key == "revocation").State.ShouldBe(CheckState.Passed);
    }

    static async Task<string?> Status(HttpClient browser, string serial) => (await browser.GetFromJsonAsync<JsonElement>($"/api/v1/trust/status/{serial}")).GetProperty("state").GetString();

    [Fact]
    public async Task The_openssl_command_accepts_the_nodes_chain_as_it_is_published()
    {
        using var openssl = new OpenSsl();
        var browser = app.Browser();
        var all = await browser.GetByteArrayAsync("/trust/node.pem");
        openssl.File("node.pem", all);
        openssl.Pem("root.pem", "CERTIFICATE", await browser.GetByteArrayAsync("/trust/root.cer"));
        var certificates = Pem.DecodeAll(all, "CERTIFICATE").ToList();
        certificates.Count.ShouldBe(5);
        openssl.Pem("maker.pem", "CERTIFICATE", certificates[1]);
        openssl.Run("verify", "-attime", app.Time.GetUtcNow().ToUnixTimeSeconds().ToString(), "-vfyopt", "distid:1234567812345678", "-CAfile", "root.pem", "maker.pem").Output.ShouldContain("maker.pem: OK");
    }

    [Fact]
    public async Task An_outside_authority_is_trusted_by_a_file_in_the_data_folder_and_a_bad_file_is_named()
    {
        using var outside = new SmallAuthority(SignatureSuite.Sm2Sm3, "省级CA");
        using var key = SignatureSuite.Sm2Sm3.Generate();
        var certificate = outside.Issue(key, "外部签章");
        var folder = Directory.CreateDirectory(Path.Combine(app.Options.Data, "trust")).FullName;
        Stores.Forget();
        ChainCheck.Check(certificate, [], await Stores.Current(), SmallAuthority.Now, CertificatePurpose.Signing)[0].State.ShouldBe(CheckState.Unknown);
        File.WriteAllText(Path.Combine(folder, "province.pem"), outside.Root.ToPem());
        File.WriteAllBytes(Path.Combine(folder, "province.crl"), outside.Revoke().Raw);
        File.WriteAllText(Path.Combine(folder, "broken.cer"), "no certificate");
        app.Time.Advance(TimeSpan.FromMinutes(2));
        ChainCheck.Check(certificate, [], await Stores.Current(), SmallAuthority.Now, CertificatePurpose.Signing).ShouldAllBe(c => c.State == CheckState.Passed);
        (await Stores.Faults()).Single().Where.ShouldBe("broken.cer");
    }
}
