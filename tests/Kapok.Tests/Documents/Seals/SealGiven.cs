using Kapok.Documents.Seals;
using Kapok.Documents.Seals.Drawing;
using Kapok.Documents.Verifying;
using Kapok.Trust.Algorithms;
using Kapok.Trust.Certificates;

namespace Kapok.Tests.Documents.Seals;

/// <summary>A root, a seal maker and organisations with seals, all made on the spot.</summary>
sealed class SealGiven
{
    public static readonly DateTimeOffset Now = new(2026, 9, 21, 2, 0, 0, TimeSpan.Zero), Made = Now.AddDays(-30);

    public SignatureSuite Suite { get; }
    public PrivateKey RootKey { get; }
    public Certificate Root { get; }
    public PrivateKey MakerKey { get; }
    public Certificate Maker { get; }
    public VerificationGround Ground { get; }

    public SealGiven(SignatureSuite? suite = null, bool trusted = true)
    {
        Suite = suite ?? SignatureSuite.Sm2Sm3;
        RootKey = Suite.Generate();
        var name = DistinguishedName.Of("广东测试根");
        Root = CertificateWriter.Write(new() { Subject = name, Issuer = name, PublicKeyInfo = RootKey.PublicKeyInfo, NotBefore = Made.AddYears(-1), NotAfter = Made.AddYears(20), Authority = true, KeyUsage = System.Security.Cryptography.X509Certificates.X509KeyUsageFlags.KeyCertSign | System.Security.Cryptography.X509Certificates.X509KeyUsageFlags.CrlSign }, RootKey);
        (MakerKey, Maker) = Person("省电子印章制章系统");
        Ground = new(trusted ? new([Root], [], [Revoking()]) : TrustStore.Empty, [Maker], Now);
    }

    /// <summary>The root's list with these certificates revoked a day before now.</summary>
    public RevocationList Revoking(params Certificate[] revoked)
    {
        var body = RevocationList.ListToBeSigned(Root, Suite, 1, Now.AddDays(-1), Now.AddDays(30), revoked.Select(c => new Revocation(c.SerialNumber, Now.AddDays(-1), RevocationReason.KeyCompromise)));
        return RevocationList.Parse(CertificateWriter.Finish(body, Suite, RootKey.Sign(body)));
    }

    public (PrivateKey Key, Certificate Certificate) Person(string name, DateTimeOffset? until = null)
    {
        var key = Suite.Generate();
        return (key, CertificateWriter.Write(new() { Subject = DistinguishedName.Of(name, name), Issuer = Root.Subject, PublicKeyInfo = key.PublicKeyInfo, NotBefore = Made.AddDays(-1), NotAfter = until ?? Made.AddYears(5), AuthorityKeyId = Root.SubjectKeyId }, RootKey));
    }

    public static readonly SealBitmap Picture = new SealArtist((System.Text.Rune _, out double advance) => { advance = 1; return null; }).Draw(SealForm.Round, "");

    /// <summary>A seal in the hand of a new organisation.</summary>
    /// <param name="listed">Certificates in the seal; left out, the organisation's own.</param>
    public SealHolder Holder(string name = "广州市天河区市场监督管理局", IReadOnlyList<Certificate>? listed = null, DateTimeOffset? validTo = null, bool asDigests = false)
    {
        var (key, certificate) = Person(name);
        var certificates = listed ?? [certificate];
        var properties = new SealProperties(1, name, asDigests ? [] : [.. certificates.Select(c => c.Raw)], asDigests ? [.. certificates.Select(c => new CertificateDigest(Suite.DigestOid, Suite.Digest(c.Raw)))] : [], Made, Made, validTo ?? Made.AddYears(5));
        var info = ElectronicSeal.Info("KAPOK", "44010600000001", properties, new("PNG", Picture.ToPng(), 42, 42));
        var seal = ElectronicSeal.Assemble(info, Maker.Raw, Suite.SignatureOid, MakerKey.Sign(info));
        return new(ElectronicSeal.Parse(seal).Value!, Signer.Of(key, certificate.Raw));
    }

    public static Check Check(VerificationReport report, string key, int signature = 0) => report.Signatures[signature].Checks.Last(c => c.Key == key);

    public static string Shown(VerificationReport report) => report.Conclusion + "\n" + string.Join("\n", report.Signatures.SelectMany((s, i) => s.Checks.Select(c => $"{i} {c.Key} {c.State} {c.Words}")));
}
