using System.Security.Cryptography.X509Certificates;
using Kapok.Trust.Algorithms;
using Kapok.Trust.Certificates;

namespace Kapok.Tests.Trust;

/// <summary>A certificate authority in memory for tests: a root and what it issues.</summary>
public sealed class SmallAuthority : IDisposable
{
    public static readonly DateTimeOffset From = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), Until = new(2036, 1, 1, 0, 0, 0, TimeSpan.Zero);
    public static readonly DateTimeOffset Now = new(2026, 9, 21, 2, 0, 0, TimeSpan.Zero);

    public SmallAuthority(SignatureSuite suite, string name = "测试根证书")
    {
        Key = suite.Generate();
        var subject = DistinguishedName.Of(name, "测试机构");
        Root = CertificateWriter.Write(new()
        {
            Subject = subject, Issuer = subject, PublicKeyInfo = Key.PublicKeyInfo, NotBefore = From, NotAfter = Until, Authority = true,
            KeyUsage = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign,
        }, Key);
    }

    public PrivateKey Key { get; }
    public Certificate Root { get; }

    public Certificate Issue(PrivateKey key, string name, Func<CertificateDraft, CertificateDraft>? change = null)
    {
        var draft = new CertificateDraft
        {
            Subject = DistinguishedName.Of(name, "广州市天河区市场监督管理局", "11440106007507134C", "广东省", "广州市"), Issuer = Root.Subject, PublicKeyInfo = key.PublicKeyInfo,
            NotBefore = From, NotAfter = From.AddYears(3), AuthorityKeyId = Root.SubjectKeyId, CrlPoints = ["http://localhost/trust/crl/root.crl"], StatusPoints = ["http://localhost/ocsp"],
        };
        return CertificateWriter.Write(change?.Invoke(draft) ?? draft, Key);
    }

    public RevocationList Revoke(params Revocation[] revoked)
    {
        var body = RevocationList.ListToBeSigned(Root, Key.Suite, 7, Now.AddHours(-1), Now.AddDays(7), revoked);
        return RevocationList.Parse(CertificateWriter.Finish(body, Key.Suite, Key.Sign(body)));
    }

    public TrustStore Store(params Revocation[] revoked) => new([Root], [], [Revoke(revoked)]);

    public void Dispose() => Key.Dispose();
}
