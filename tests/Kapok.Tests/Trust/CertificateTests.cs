using System.Formats.Asn1;
using Kapok.Trust.Algorithms;
using Kapok.Trust.Certificates;

namespace Kapok.Tests.Trust;

public sealed class CertificateTests
{
    static readonly DateTimeOffset Now = SmallAuthority.Now;
    public static TheoryData<string> Suites => ["sm2-sm3", "p256-sha256"];

    static string[] Identity(string suite) => suite == "sm2-sm3" ? ["-vfyopt", "distid:1234567812345678"] : [];

    [Theory, MemberData(nameof(Suites))]
    public void The_openssl_command_accepts_our_certificates_requests_and_revocation_lists(string name)
    {
        using var openssl = new OpenSsl();
        using var authority = new SmallAuthority(SignatureSuite.Of(name)!);
        using var key = authority.Key.Suite.Generate();
        var leaf = authority.Issue(key, "行政审批专用");
        openssl.Pem("root.pem", "CERTIFICATE", authority.Root.Raw);
        openssl.Pem("leaf.pem", "CERTIFICATE", leaf.Raw);
        openssl.Pem("list.pem", "X509 CRL", authority.Revoke().Raw);
        string[] verify = ["verify", "-attime", Now.ToUnixTimeSeconds().ToString(), .. Identity(name), "-CAfile", "root.pem"];
        openssl.Run([.. verify, "-x509_strict", "leaf.pem"]).Output.ShouldContain("leaf.pem: OK");
        var text = openssl.Run("x509", "-in", "leaf.pem", "-noout", "-text", "-nameopt", "utf8").Output;
        text.ShouldContain("行政审批专用");
        text.ShouldContain("CA:FALSE");
        text.ShouldContain("Digital Signature, Non Repudiation");
        text.ShouldContain("URI:http://localhost/trust/crl/root.crl");
        text.ShouldContain("OCSP - URI:http://localhost/ocsp");
        var revoked = authority.Revoke(new Revocation(leaf.SerialNumber, Now.AddDays(-1), RevocationReason.KeyCompromise));
        if (name == "p256-sha256")
        {
            openssl.Run([.. verify, "-CRLfile", "list.pem", "-crl_check", "leaf.pem"]).Output.ShouldContain("leaf.pem: OK");
            openssl.Pem("list.pem", "X509 CRL", revoked.Raw);
            openssl.Run([.. verify, "-CRLfile", "list.pem", "-crl_check", "leaf.pem"]).Output.ShouldContain("certificate revoked");
        }
        else // openssl 3.0 cannot be told the identity for a revocation list: its signature is verified by hand
        {
            openssl.Run("x509", "-in", "root.pem", "-pubkey", "-noout", "-out", "root.pub").Code.ShouldBe(0);
            var outer = new AsnReader(revoked.Raw, AsnEncodingRules.DER).ReadSequence();
            openssl.File("covered", outer.ReadEncodedValue().ToArray());
            outer.ReadEncodedValue();
            openssl.File("signature", outer.ReadBitString(out _));
            openssl.Run("pkeyutl", "-verify", "-pubin", "-inkey", "root.pub", "-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678", "-in", "covered", "-sigfile", "signature").ShouldSatisfyAllConditions(r => r.Code.ShouldBe(0, r.Output));
        }
        openssl.Pem("list.pem", "X509 CRL", revoked.Raw);
        openssl.Run("crl", "-in", "list.pem", "-noout", "-text").Output.ShouldContain("Key Compromise");
        RevocationList.Parse(revoked.Raw).Of(leaf.SerialNumber)!.Reason.ShouldBe(RevocationReason.KeyCompromise);
        openssl.File("request.der", CertificateWriter.Request(leaf.Subject, key));
        openssl.Run(["req", "-inform", "DER", "-in", "request.der", "-verify", "-noout", .. Identity(name)]).Output.ShouldContain("OK");
        CertificateRequest.Parse(openssl.Read("request.der")).Subject.ShouldBe(leaf.Subject);
    }

    [Theory, MemberData(nameof(Suites))]
    public void A_chain_made_by_the_openssl_command_is_read_and_checked(string name)
    {
        using var openssl = new OpenSsl();
        string[] identity = name == "sm2-sm3" ? ["-sigopt", "distid:1234567812345678"] : [];
        var (curve, digest) = name == "sm2-sm3" ? ("SM2", "-sm3") : ("P-256", "-sha256");
        openssl.Run("genpkey", "-algorithm", "EC", "-pkeyopt", $"ec_paramgen_curve:{curve}", "-out", "root.key").Code.ShouldBe(0);
        openssl.Run(["req", "-x509", "-new", "-key", "root.key", digest, .. identity, "-subj", "/C=CN/O=Stranger/CN=Stranger Root", "-days", "3650", "-out", "root.pem"]).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(0, r.Output));
        openssl.Run("genpkey", "-algorithm", "EC", "-pkeyopt", $"ec_paramgen_curve:{curve}", "-out", "leaf.key").Code.ShouldBe(0);
        openssl.Run(["req", "-new", "-key", "leaf.key", digest, .. identity, "-subj", "/C=CN/O=Stranger/CN=Leaf", "-out", "leaf.csr"]).Code.ShouldBe(0);
        openssl.File("extensions", "keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\nsubjectAltName=DNS:a.example\n"u8.ToArray());
        openssl.Run(["x509", "-req", "-in", "leaf.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", digest, .. identity, .. name == "sm2-sm3" ? (string[])["-vfyopt", "distid:1234567812345678"] : [], "-extfile", "extensions", "-days", "30", "-out", "leaf.pem"]).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(0, r.Output));
        var (root, leaf) = (Certificate.ParseFile(openssl.Read("root.pem")), Certificate.ParseFile(openssl.Read("leaf.pem")));
        root.BasicConstraints.Authority.ShouldBeTrue();
        leaf.Subject.CommonName.ShouldBe("Leaf");
        leaf.Suite!.Name.ShouldBe(name);
        var checks = ChainCheck.Check(leaf, [], new([root], [], []), DateTimeOffset.UtcNow, CertificatePurpose.TimeStamping);
        checks.Select(c => (c.Key, c.State)).ShouldBe([("path", CheckState.Passed), ("usage", CheckState.Passed), ("period", CheckState.Passed), ("revocation", CheckState.Unknown)]);
        openssl.Run("x509", "-in", "leaf.pem", "-noout", "-serial").Output.Trim().ShouldBe("serial=" + leaf.SerialHex);
    }

    static CheckState State(IReadOnlyList<Check> checks, string key) => checks.Single(c => c.Key == key).State;

    static void Expect(IReadOnlyList<Check> checks, string key, CheckState state, string words)
    {
        foreach (var check in checks) check.State.ShouldBe(check.Key == key ? state : CheckState.Passed, check.Words);
        checks.Single(c => c.Key == key).Words.ShouldContain(words);
    }

    [Fact]
    public void Each_fault_of_a_certificate_is_reported_apart_from_the_others()
    {
        using var authority = new SmallAuthority(SignatureSuite.Sm2Sm3);
        using var key = SignatureSuite.Sm2Sm3.Generate();
        var leaf = authority.Issue(key, "签章");
        ChainCheck.Check(leaf, [], authority.Store(), Now, CertificatePurpose.Signing).ShouldAllBe(c => c.State == CheckState.Passed);
        Expect(ChainCheck.Check(leaf, [], authority.Store(), Now, CertificatePurpose.TimeStamping), "usage", CheckState.Failed, "不是用于加盖时间戳");
        Expect(ChainCheck.Check(leaf, [], authority.Store(), SmallAuthority.From.AddSeconds(-1), CertificatePurpose.Signing), "period", CheckState.Failed, "还没有生效");
        Expect(ChainCheck.Check(authority.Issue(key, "旧章", d => d with { NotAfter = Now.AddDays(-1) }), [], authority.Store(), Now, CertificatePurpose.Signing), "period", CheckState.Failed, "已经过期（有效期到2026年9月20日）");
        Expect(ChainCheck.Check(leaf, [], authority.Store(new Revocation(leaf.SerialNumber, Now.AddDays(-2), RevocationReason.KeyCompromise)), Now, CertificatePurpose.Signing), "revocation", CheckState.Failed, "已于2026年9月19日被吊销");
        ChainCheck.Check(leaf, [], authority.Store(new Revocation(leaf.SerialNumber, Now, RevocationReason.Superseded)), Now.AddDays(-1), CertificatePurpose.Signing).ShouldAllBe(c => c.State == CheckState.Passed);
        Expect(ChainCheck.Check(leaf, [], new([authority.Root], [], []), Now, CertificatePurpose.Signing), "revocation", CheckState.Unknown, "不能确定");
        Expect(ChainCheck.Check(leaf, [], authority.Store(), Now.AddDays(30), CertificatePurpose.Signing), "revocation", CheckState.Unknown, "名单已经过期");
    }

    [Fact]
    public void A_stranger_is_unknown_and_a_forger_fails()
    {
        using var authority = new SmallAuthority(SignatureSuite.Sm2Sm3);
        using var forger = new SmallAuthority(SignatureSuite.Sm2Sm3); // the same name, another key
        using var stranger = new SmallAuthority(SignatureSuite.P256Sha256, "别处的根证书");
        using var key = SignatureSuite.Sm2Sm3.Generate();
        var unknown = ChainCheck.Check(stranger.Issue(key, "章"), [stranger.Root], authority.Store(), Now, CertificatePurpose.Signing);
        State(unknown, "path").ShouldBe(CheckState.Unknown);
        State(unknown, "revocation").ShouldBe(CheckState.Unknown);
        var forged = forger.Issue(key, "章", d => d with { AuthorityKeyId = authority.Root.SubjectKeyId });
        State(ChainCheck.Check(forged, [forger.Root], authority.Store(), Now, CertificatePurpose.Signing), "path").ShouldBe(CheckState.Failed);
        var byLeaf = CertificateWriter.Write(new() { Subject = DistinguishedName.Of("伪"), Issuer = DistinguishedName.Of("章", "广州市天河区市场监督管理局", "11440106007507134C", "广东省", "广州市"), PublicKeyInfo = key.PublicKeyInfo, NotBefore = SmallAuthority.From, NotAfter = SmallAuthority.Until }, key);
        State(ChainCheck.Check(byLeaf, [authority.Issue(key, "章")], authority.Store(), Now, CertificatePurpose.Signing), "path").ShouldNotBe(CheckState.Passed, "a leaf must not issue");
    }

    [Fact]
    public void A_path_of_several_levels_respects_its_length_and_an_own_list_of_each_issuer()
    {
        using var authority = new SmallAuthority(SignatureSuite.Sm2Sm3);
        using var middle = SignatureSuite.P256Sha256.Generate(); // suites may differ from level to level
        using var key = SignatureSuite.Sm2Sm3.Generate();
        var issuer = authority.Issue(middle, "市级签发机构", d => d with { Authority = true, PathLength = 0, KeyUsage = System.Security.Cryptography.X509Certificates.X509KeyUsageFlags.KeyCertSign | System.Security.Cryptography.X509Certificates.X509KeyUsageFlags.CrlSign });
        var draft = new CertificateDraft { Subject = DistinguishedName.Of("章"), Issuer = issuer.Subject, PublicKeyInfo = key.PublicKeyInfo, NotBefore = SmallAuthority.From, NotAfter = SmallAuthority.Until.AddYears(-8), AuthorityKeyId = issuer.SubjectKeyId };
        var leaf = CertificateWriter.Write(draft, middle);
        var checks = ChainCheck.Check(leaf, [issuer], authority.Store(), Now, CertificatePurpose.Signing);
        Expect(checks, "revocation", CheckState.Unknown, "市级签发机构");
        ChainCheck.PathOf(leaf, [issuer], authority.Store())!.Count.ShouldBe(3);
        var lower = CertificateWriter.Write(draft with { Authority = true, KeyUsage = System.Security.Cryptography.X509Certificates.X509KeyUsageFlags.KeyCertSign }, middle);
        var tooDeep = CertificateWriter.Write(draft with { Issuer = lower.Subject, Subject = DistinguishedName.Of("下"), AuthorityKeyId = null }, key);
        State(ChainCheck.Check(tooDeep, [issuer, lower], authority.Store(), Now, CertificatePurpose.Signing), "path").ShouldNotBe(CheckState.Passed);
    }

    [Fact]
    public void Hostile_company_on_the_way_cannot_make_a_check_long()
    {
        using var authority = new SmallAuthority(SignatureSuite.Sm2Sm3);
        using var key = SignatureSuite.Sm2Sm3.Generate();
        var name = DistinguishedName.Of("环");
        var ring = Enumerable.Range(0, 60).Select(_ => CertificateWriter.Write(new() { Subject = name, Issuer = name, PublicKeyInfo = key.PublicKeyInfo, NotBefore = SmallAuthority.From, NotAfter = SmallAuthority.Until, Authority = true, KeyUsage = System.Security.Cryptography.X509Certificates.X509KeyUsageFlags.KeyCertSign }, key)).ToList();
        State(ChainCheck.Check(ring[0], ring, authority.Store(), Now, CertificatePurpose.Signing), "path").ShouldBe(CheckState.Unknown);
    }

    [Fact]
    public void What_is_no_certificate_is_refused_with_words_and_never_with_a_crash()
    {
        using var authority = new SmallAuthority(SignatureSuite.Sm2Sm3);
        using var key = SignatureSuite.Sm2Sm3.Generate();
        var good = authority.Issue(key, "章").Raw;
        var random = new Random(20518);
        var read = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var bad = good.ToArray();
            for (var n = random.Next(1, 5); n > 0; n--) bad[random.Next(bad.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0) bad = bad[..random.Next(bad.Length)];
            try
            {
                var certificate = Certificate.Parse(bad);
                read++;
                if (!bad.AsSpan().SequenceEqual(good) && certificate.SignedBy(authority.Root)) certificate.ToBeSigned.ShouldBe(Certificate.Parse(good).ToBeSigned, "a changed certificate passed");
            }
            catch (FormatException e) { e.Message.ShouldStartWith("证书"); }
        }
        read.ShouldBeGreaterThan(100);
        Should.Throw<FormatException>(() => Certificate.Parse(new byte[Certificate.Longest + 1])).Message.ShouldContain("太大");
    }
}
