using Kapok.Trust.Certificates;

namespace Kapok.Documents.Verifying;

/// <summary>Certificates of strangers: read without trusting, named as people read them, checked in their chain.</summary>
static class Certificates
{
    /// <summary>Null when it cannot be read.</summary>
    public static Certificate? Read(byte[] der) => Certificate.TryParse(der);

    public static string NameOf(Certificate certificate) => certificate.Subject.Title;

    /// <summary>Path, usage, period and revocation at the moment of signing.</summary>
    public static IReadOnlyList<Check> Chain(Certificate leaf, IEnumerable<Certificate> extra, VerificationGround ground, DateTimeOffset at, CertificatePurpose purpose) =>
        ChainCheck.Check(leaf, extra, ground.Trusted, at, purpose);
}
