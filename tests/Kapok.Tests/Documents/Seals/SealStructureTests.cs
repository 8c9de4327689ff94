using Kapok.Documents.Seals;
using Kapok.Foundation;
using Kapok.Tests.Trust;
using Kapok.Trust.Algorithms;

namespace Kapok.Tests.Documents.Seals;

/// <summary>SESeal and SES_Signature: GB/T 38540-2020, GM/T 0031-2014, GM/T 0031-2025.</summary>
public sealed class SealStructureTests
{
    readonly SealGiven given = new();

    [Fact]
    public void A_seal_that_is_written_reads_back_field_by_field()
    {
        var (_, person) = given.Person("天河区市场监督管理局");
        var properties = new SealProperties(2, "行政审批专用章", [person.Raw, given.Maker.Raw], [], SealGiven.Made, SealGiven.Made.AddDays(1), SealGiven.Made.AddYears(5));
        var info = ElectronicSeal.Info("KAPOK", "44010600000001", properties, new("PNG", [1, 2, 3], 42, 30), [new("1.2.156.10197.6.7.2.2.1", true, [4, 1, 7])]);
        var seal = ElectronicSeal.Parse(ElectronicSeal.Assemble(info, given.Maker.Raw, given.Suite.SignatureOid, given.MakerKey.Sign(info))).Value!;
        (seal.Version, seal.Vendor, seal.Number).ShouldBe((4, "KAPOK", "44010600000001"));
        (seal.Properties.Type, seal.Properties.Name, seal.Properties.CreatedAt, seal.Properties.ValidFrom, seal.Properties.ValidTo).ShouldBe((2, "行政审批专用章", SealGiven.Made, SealGiven.Made.AddDays(1), SealGiven.Made.AddYears(5)));
        seal.Properties.Certificates.ShouldBe([person.Raw, given.Maker.Raw]);
        (seal.Picture.Format, seal.Picture.Width, seal.Picture.Height).ShouldBe(("PNG", 42, 30));
        seal.Picture.Data.ShouldBe([1, 2, 3]);
        seal.Extensions.Single().Value.ShouldBe([4, 1, 7]);
        seal.Signed.ShouldBe(info);
        given.Suite.Verify(given.Maker.PublicKeyInfo, seal.Signed, seal.Signature).ShouldBeTrue();
    }

    [Fact]
    public void A_seal_may_list_its_signers_by_digest()
    {
        var seal = given.Holder(asDigests: true).Seal;
        seal.Properties.Certificates.ShouldBeEmpty();
        seal.Properties.Digests.Single().Value.Length.ShouldBe(32);
    }

    [Fact]
    public void A_seal_of_structure_1_of_another_maker_is_read_and_its_signature_covers_certificate_and_algorithm()
    {
        var seal = ElectronicSeal.Parse(OldSeals.SealOfStructure1(given, given.Maker.Raw)).Value!;
        (seal.Version, seal.Vendor, seal.Properties.Name, seal.Properties.ValidTo).ShouldBe((1, "FOREIGN", "外省某某局", SealGiven.Made.AddYears(5)));
        given.Suite.Verify(given.Maker.PublicKeyInfo, seal.Signed, seal.Signature).ShouldBeTrue();
    }

    [Fact]
    public void A_seal_of_structure_5_is_read_with_its_timestamp()
    {
        var seal = ElectronicSeal.Parse(OldSeals.SealOfStructure5(given, given.Maker.Raw)).Value!;
        seal.Version.ShouldBe(5);
        seal.Timestamp.ShouldNotBeNull();
        given.Suite.Verify(given.Maker.PublicKeyInfo, seal.Signed, seal.Signature).ShouldBeTrue();
    }

    [Theory]
    [InlineData("2026-09-20 10:00:00", "2026-09-20T02:00:00Z")]
    [InlineData("20260920020000Z", "2026-09-20T02:00:00Z")]
    [InlineData("260920020000Z", "2026-09-20T02:00:00Z")]
    [InlineData("sometime", null)]
    public void The_time_of_structure_1_is_read_in_the_ways_makers_write_it(string written, string? time)
    {
        var seal = OldSeals.SealOfStructure1(given, given.Maker.Raw);
        var signature = SealSignature.Parse(OldSeals.SignatureOfStructure1(given, seal, Signer.Of(given.MakerKey, given.Maker.Raw), new byte[32], "/x", written)).Value!;
        signature.At.ShouldBe(time is null ? null : DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture));
        signature.Seal.Raw.ShouldBe(seal);
        given.Suite.Verify(given.Maker.PublicKeyInfo, signature.Signed, signature.Signature).ShouldBeTrue();
    }

    [Fact]
    public void What_is_malformed_is_refused_with_the_name_of_the_field()
    {
        var raw = given.Holder().Seal.Raw;
        Fault(ElectronicSeal.Parse(raw[..^1])).Where.ShouldStartWith("SESeal");
        Fault(ElectronicSeal.Parse((byte[])[.. raw, 0])).Message.ShouldContain("多余");
        var version = raw.ToArray();
        version[version.AsSpan().IndexOf((byte[])[0x02, 0x01, 0x04]) + 2] = 9;
        Fault(ElectronicSeal.Parse(version)).ToString().ShouldBe("SESeal.eSealInfo.header.version：不认识的印章结构版本 9（认识 1–5）");
        var mark = raw.ToArray();
        mark[mark.AsSpan().IndexOf("ES"u8)] = (byte)'X';
        Fault(ElectronicSeal.Parse(mark)).Where.ShouldBe("SESeal.eSealInfo.header.ID");
        var time = raw.ToArray();
        time[time.AsSpan().IndexOf("20260822"u8) + 4] = (byte)'9';
        Fault(ElectronicSeal.Parse(time)).Where.ShouldBe("SESeal.eSealInfo.property.createDate");
        static Fault Fault(Outcome<ElectronicSeal> outcome) => outcome.Faults.ShouldHaveSingleItem();
    }

    [Fact]
    public void Random_damage_to_seals_and_signatures_never_does_more_than_be_refused()
    {
        var random = new Random(20260921);
        var holder = given.Holder();
        var toSign = SealSignature.ToSign(holder.Seal.Raw, SealGiven.Now, new byte[32], "/Doc_0/Signs/Sign_0/Signature.xml");
        byte[][] whole = [holder.Seal.Raw, SealSignature.Assemble(toSign, holder.Signer.Certificate, given.Suite.SignatureOid, new byte[70]), OldSeals.SealOfStructure1(given, given.Maker.Raw)];
        for (var i = 0; i < 6000; i++)
        {
            var bytes = whole[i % whole.Length].ToArray();
            for (var n = random.Next(1, 6); n > 0; n--) bytes[random.Next(4) == 0 ? random.Next(bytes.Length) : random.Next(Math.Min(bytes.Length, 120))] = (byte)random.Next(256);
            if (random.Next(5) == 0) bytes = bytes[..random.Next(bytes.Length)];
            foreach (var fault in (IReadOnlyList<Fault>)[.. ElectronicSeal.Parse(bytes).Faults, .. SealSignature.Parse(bytes).Faults, .. SignedMessage.Parse(bytes).Faults]) fault.Message.ShouldNotBeEmpty();
        }
    }

    [Fact]
    public void Openssl_verifies_the_seal_from_our_bytes()
    {
        using var openssl = new OpenSsl();
        var seal = given.Holder().Seal;
        openssl.File("info.der", seal.Signed);
        openssl.File("seal.sig", seal.Signature);
        openssl.File("maker.der", seal.MakerCertificate);
        openssl.Run("x509", "-inform", "DER", "-in", "maker.der", "-pubkey", "-noout", "-out", "maker.pem").Code.ShouldBe(0);
        Verify(openssl, "info.der").ShouldContain("Verified OK");
        seal.Signed[^1] ^= 1;
        openssl.File("changed.der", seal.Signed);
        Verify(openssl, "changed.der").ShouldContain("Verification failure", Case.Insensitive);
        static string Verify(OpenSsl openssl, string file) => openssl.Run("dgst", "-sm3", "-sigopt", "distid:1234567812345678", "-verify", "maker.pem", "-signature", "seal.sig", file).Output;
    }
}
