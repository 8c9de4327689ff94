using System.Text;
using Kapok.Documents.Ofd;
using Kapok.Documents.Seals;
using Kapok.Documents.Verifying;
using Kapok.Foundation;
using Kapok.Tests.Trust;
using Kapok.Trust.Certificates;

namespace Kapok.Tests.Documents.Seals;

/// <summary>Seals on OFD: one, several, straddle; and that a change of anything is found and named.</summary>
public sealed class OfdSealingTests
{
    readonly SealGiven given = new();

    async Task<OfdPackage> Sealed(int pages = 1, SealMode mode = SealMode.Continue, SealHolder? holder = null, OfdPackage? package = null, params StampPlace[] places)
    {
        var outcome = await OfdSealing.Apply(package ?? MinimalOfd.Of(pages), holder ?? given.Holder(), places.Length > 0 ? places : [new StampPlace.At(-1, 130, 200)], SealGiven.Now.AddHours(-1), mode);
        outcome.Ok.ShouldBeTrue(outcome.Message);
        return outcome.Value!;
    }

    VerificationReport Verify(OfdPackage package, VerificationGround? ground = null) => Verification.Of(package.ToZip(), ground ?? given.Ground);

    [Fact]
    public async Task A_sealed_document_is_genuine_and_every_check_is_reported_apart()
    {
        var report = Verify(await Sealed());
        report.Verdict.ShouldBe(Verdict.Genuine, SealGiven.Shown(report));
        report.Signatures.Single().Checks.Select(c => c.Key).ShouldBe(["format", "signature", "path", "usage", "period", "revocation", "seal", "seal-maker", "signatory", "time", "original", "scope"]);
        (report.Signatures[0].Signer, report.Signatures[0].Seal!.Properties.Name, report.Signatures[0].Pages.Single()).ShouldBe(("广州市天河区市场监督管理局", "广州市天河区市场监督管理局", 1));
    }

    [Fact]
    public async Task A_change_of_any_file_is_found_and_the_part_named()
    {
        var package = await Sealed(2);
        foreach (var (path, content) in package.Files)
        {
            if (path == "Doc_0/Signs/Signatures.xml") continue;
            var changed = content.ToArray();
            changed[changed.Length / 2] ^= 1;
            var report = Verify(package.With(path, changed));
            report.Verdict.ShouldBeOneOf([Verdict.Invalid, Verdict.Unreadable], path);
            if (path.Contains("Pages/Page_1")) SealGiven.Check(report, "original").Words.ShouldContain("第 2 页的内容被改动过");
            Verify(package.Without(path)).Verdict.ShouldBeOneOf([Verdict.Invalid, Verdict.Unreadable], path);
        }
    }

    [Fact]
    public async Task Removing_the_list_of_signatures_does_not_make_the_document_look_unsealed()
    {
        var report = Verify((await Sealed()).Without("Doc_0/Signs/Signatures.xml"));
        report.Verdict.ShouldBe(Verdict.Invalid);
        report.Signatures[0].Checks[0].Words.ShouldBe("文件声明有签名，但签名已经被删掉");
    }

    [Fact]
    public async Task What_is_put_in_after_sealing_is_found()
    {
        var package = await Sealed();
        var report = Verify(package.With("Doc_0/Annots/Annotations.xml", "<x/>"u8.ToArray()));
        report.Verdict.ShouldBe(Verdict.Invalid);
        SealGiven.Check(report, "scope").Words.ShouldContain("批注");
        Verify(package.With("readme.txt", "x"u8.ToArray())).Verdict.ShouldBe(Verdict.Uncertain);
    }

    [Fact]
    public async Task Two_seals_stand_side_by_side_and_the_second_protects_the_first()
    {
        var first = await Sealed();
        var second = await Sealed(package: first, holder: given.Holder("广州市天河区公安分局"), places: new StampPlace.At(1, 60, 200));
        var report = Verify(second);
        report.Verdict.ShouldBe(Verdict.Genuine, SealGiven.Shown(report));
        report.Signatures.Select(s => s.Signer).ShouldBe(["广州市天河区市场监督管理局", "广州市天河区公安分局"]);
        SealGiven.Check(report, "scope").Words.ShouldBe("保护了全部内容，之后还加盖了 1 个章");
        var value = second["Doc_0/Signs/Sign_0/SignedValue.dat"]!.ToArray();
        value[^1] ^= 1;
        var broken = Verify(second.With("Doc_0/Signs/Sign_0/SignedValue.dat", value));
        broken.Signatures.Select(s => s.Verdict).ShouldBe([Verdict.Invalid, Verdict.Invalid]);
        SealGiven.Check(broken, "original", 1).Words.ShouldContain("前一个签名被改动过");
    }

    [Fact]
    public async Task A_seal_that_closes_the_file_lets_no_other_follow()
    {
        var closed = await Sealed(mode: SealMode.Whole);
        Verify(closed).Verdict.ShouldBe(Verdict.Genuine);
        var outcome = await OfdSealing.Apply(closed, given.Holder(), [new StampPlace.At(1, 0, 0)], SealGiven.Now);
        outcome.Refused.ShouldBe(Refusal.Conflict);
        var list = Encoding.UTF8.GetString(closed["Doc_0/Signs/Signatures.xml"]!);
        Verify(closed.With("Doc_0/Signs/Signatures.xml", Encoding.UTF8.GetBytes(list.Replace("Type=\"Seal\"", "Type=\"Seal\" X=\"1\"")))).Verdict.ShouldBe(Verdict.Invalid);
    }

    [Fact]
    public async Task A_straddle_seal_shows_on_every_page_and_its_strips_make_up_the_whole_seal()
    {
        var package = await Sealed(5, places: new StampPlace.Straddle());
        var stamps = OfdSignatures.Read(package).Value!.Signatures.Single().Value!.Stamps;
        stamps.Count.ShouldBe(5);
        stamps.Sum(s => s.Clip!.Value.Width).ShouldBe(42, 0.01);
        foreach (var (stamp, i) in stamps.Select((s, i) => (s, i)))
        {
            stamp.Clip!.Value.X.ShouldBe(42 / 5.0 * i, 0.01);
            (stamp.Boundary.X + stamp.Clip.Value.X + stamp.Clip.Value.Width).ShouldBe(210, 0.01); // the strip ends at the edge of the paper
        }
        var report = Verify(package);
        (report.Verdict, report.Signatures[0].Pages.Count).ShouldBe((Verdict.Genuine, 5));
        var many = OfdSignatures.Read(await Sealed(30, places: new StampPlace.Straddle(StraddleEdge.Left))).Value!.Signatures.Single().Value!.Stamps;
        many.Count.ShouldBe(30);
        many.Min(s => s.Clip!.Value.Width).ShouldBeGreaterThan(3);
    }

    [Fact]
    public async Task A_page_that_is_not_there_cannot_be_sealed()
    {
        var outcome = await OfdSealing.Apply(MinimalOfd.Of(), given.Holder(), [new StampPlace.At(2, 10, 10)], SealGiven.Now);
        outcome.Faults.Single().Message.ShouldBe("文档只有 1 页，没有要盖章的那一页");
    }

    [Fact]
    public async Task An_expired_seal_a_signer_who_is_not_listed_and_a_revoked_signer_are_each_said_apart()
    {
        var expired = Verify(await Sealed(holder: given.Holder(validTo: SealGiven.Now.AddDays(-2))));
        expired.Verdict.ShouldBe(Verdict.Invalid);
        SealGiven.Check(expired, "time").Words.ShouldContain("盖章时印章已经过期");
        SealGiven.Check(expired, "original").State.ShouldBe(CheckState.Passed);

        var stranger = Verify(await Sealed(holder: given.Holder(listed: [given.Maker])));
        SealGiven.Check(stranger, "signatory").ShouldBe(new("signatory", CheckState.Failed, "盖章的人（广州市天河区市场监督管理局）不在这枚印章的用印名单里，无权使用这枚印章"));

        var holder = given.Holder();
        var package = await OfdSealing.Apply(MinimalOfd.Of(), holder, [new StampPlace.At(1, 1, 1)], SealGiven.Now.AddHours(-1));
        var revoked = Verify(package.Value!, given.Ground with { Trusted = given.Ground.Trusted with { Lists = [given.Revoking(Certificate.Parse(holder.Signer.Certificate))] } });
        SealGiven.Check(revoked, "revocation").State.ShouldBe(CheckState.Failed);
        revoked.Verdict.ShouldBe(Verdict.Invalid);
    }

    [Fact]
    public async Task A_clock_that_goes_fast_is_forgiven_for_minutes_and_not_for_hours()
    {
        async Task<Check> Time(TimeSpan fast) => SealGiven.Check(Verify((await OfdSealing.Apply(MinimalOfd.Of(), given.Holder(), [new StampPlace.At(1, 1, 1)], SealGiven.Now + fast)).Value!), "time");
        (await Time(TimeSpan.FromMinutes(2))).State.ShouldBe(CheckState.Passed);
        (await Time(TimeSpan.FromHours(2))).Words.ShouldContain("在将来");
    }

    [Fact]
    public async Task A_swapped_certificate_or_seal_is_refused()
    {
        var package = await Sealed();
        var signature = SealSignature.Parse(package["Doc_0/Signs/Sign_0/SignedValue.dat"]!).Value!;
        var (_, other) = given.Person("广州市天河区市场监督管理局");
        var swapped = Verify(package.With("Doc_0/Signs/Sign_0/SignedValue.dat", SealSignature.Assemble(signature.Signed, other.Raw, signature.SignatureOid, signature.Signature)));
        SealGiven.Check(swapped, "signature").State.ShouldBe(CheckState.Failed);
        var seal = Verify(package.With("Doc_0/Signs/Sign_0/Seal.esl", given.Holder().Seal.Raw));
        seal.Verdict.ShouldBe(Verdict.Invalid);
        SealGiven.Check(seal, "seal").State.ShouldBe(CheckState.Failed);
    }

    [Fact]
    public async Task A_strangers_seal_is_not_called_genuine_but_its_content_is_confirmed()
    {
        var report = Verify(await Sealed(), new VerificationGround(TrustStore.Empty, [], SealGiven.Now));
        report.Verdict.ShouldBe(Verdict.Uncertain, SealGiven.Shown(report));
        (SealGiven.Check(report, "path").State, SealGiven.Check(report, "original").State).ShouldBe((CheckState.Unknown, CheckState.Passed));
    }

    [Fact]
    public async Task Whoever_has_a_trusted_certificate_still_cannot_make_himself_a_seal_in_another_name()
    {
        var (key, certificate) = given.Person("张三");
        var properties = new SealProperties(1, "广州市人民政府", [certificate.Raw], [], SealGiven.Made, SealGiven.Made, SealGiven.Made.AddYears(5));
        var info = ElectronicSeal.Info("KAPOK", "44010000000001", properties, new("PNG", SealGiven.Picture.ToPng(), 42, 42));
        var own = ElectronicSeal.Parse(ElectronicSeal.Assemble(info, certificate.Raw, given.Suite.SignatureOid, key.Sign(info))).Value!;
        var report = Verify(await Sealed(holder: new(own, Signer.Of(key, certificate.Raw))));
        report.Verdict.ShouldBe(Verdict.Uncertain, SealGiven.Shown(report));
        SealGiven.Check(report, "seal-maker").Words.ShouldContain("不在本系统认可的制章单位名单里");
    }

    [Fact]
    public async Task A_document_with_a_seal_of_structure_1_of_a_stranger_is_verified()
    {
        var package = OldSeals.Document(given, await Sealed());
        var report = Verify(package);
        report.Verdict.ShouldBe(Verdict.Genuine, SealGiven.Shown(report));
        report.Signatures[0].Structure.ShouldBe("GM/T 0031-2014（结构版本 1）");
    }

    [Fact]
    public async Task A_signature_without_a_seal_is_signed_data_of_GBT_35275()
    {
        var (key, certificate) = given.Person("张三");
        var package = (await OfdSealing.Sign(MinimalOfd.Of(), Signer.Of(key, certificate.Raw), SealGiven.Now)).Value!;
        var report = Verify(package);
        report.Verdict.ShouldBe(Verdict.Genuine, SealGiven.Shown(report));
        (report.Signatures[0].IsSeal, report.Signatures[0].Signer).ShouldBe((false, "张三"));
        var page = package["Doc_0/Pages/Page_0/Content.xml"]!.ToArray();
        page[100] ^= 1;
        Verify(package.With("Doc_0/Pages/Page_0/Content.xml", page)).Verdict.ShouldBe(Verdict.Invalid);
        var list = package["Doc_0/Signs/Sign_0/Signature.xml"]!.ToArray();
        list[200] ^= 1;
        Verify(package.With("Doc_0/Signs/Sign_0/Signature.xml", list)).Verdict.ShouldNotBe(Verdict.Genuine);
    }

    [Fact]
    public async Task P256_is_a_suite_like_another()
    {
        var p256 = new SealGiven(Kapok.Trust.Algorithms.SignatureSuite.P256Sha256);
        var package = (await OfdSealing.Apply(MinimalOfd.Of(), p256.Holder(), [new StampPlace.At(1, 1, 1)], SealGiven.Now)).Value!;
        var report = Verification.Of(package.ToZip(), p256.Ground);
        report.Verdict.ShouldBe(Verdict.Genuine, SealGiven.Shown(report));
    }

    [Fact]
    public async Task Openssl_verifies_the_signature_on_the_document_from_the_bytes_in_the_package()
    {
        using var openssl = new OpenSsl();
        var package = await Sealed();
        var signature = SealSignature.Parse(package["Doc_0/Signs/Sign_0/SignedValue.dat"]!).Value!;
        openssl.File("tosign.der", signature.Signed);
        openssl.File("value.sig", signature.Signature);
        openssl.File("signer.der", signature.SignerCertificate);
        openssl.File("Signature.xml", package["Doc_0/Signs/Sign_0/Signature.xml"]!);
        openssl.Run("x509", "-inform", "DER", "-in", "signer.der", "-pubkey", "-noout", "-out", "signer.pem").Code.ShouldBe(0);
        openssl.Run("dgst", "-sm3", "-sigopt", "distid:1234567812345678", "-verify", "signer.pem", "-signature", "value.sig", "tosign.der").Output.ShouldContain("Verified OK");
        openssl.Run("dgst", "-sm3", "Signature.xml").Output.ShouldContain(Convert.ToHexStringLower(signature.Digest));
    }
}
