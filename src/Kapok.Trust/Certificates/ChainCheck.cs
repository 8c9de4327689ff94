using System.Security.Cryptography.X509Certificates;

namespace Kapok.Trust.Certificates;

public enum CheckState { Passed, Failed, Unknown }

/// <summary>One finding of a check.</summary>
/// <param name="Key">Kebab-case name for programs.</param>
/// <param name="Words">A Chinese sentence that a citizen understands.</param>
public sealed record Check(string Key, CheckState State, string Words);

/// <summary>What a certificate is to be used for.</summary>
public enum CertificatePurpose
{
    /// <summary>Signing documents, as the holder of a seal or as a person.</summary>
    Signing,
    /// <summary>Making seals (制章者 of GB/T 38540).</summary>
    SealMaking,
    TimeStamping,
    /// <summary>Signing answers about the state of certificates (OCSP).</summary>
    StatusAnswers,
    /// <summary>Issuing certificates.</summary>
    Issuing,
}

/// <summary>Whom this node trusts: root certificates, further issuers to build paths with, and the latest revocation lists. Immutable.</summary>
public sealed record TrustStore(IReadOnlyList<Certificate> Roots, IReadOnlyList<Certificate> Issuers, IReadOnlyList<RevocationList> Lists)
{
    public static readonly TrustStore Empty = new([], [], []);
}

/// <summary>Own check of a certificate's path, usage, period and revocation, since the framework's does not know SM2.</summary>
public static class ChainCheck
{
    /// <summary>Certificates from the leaf up to a root that are followed at most.</summary>
    const int Deepest = 8;

    /// <summary>Signatures that are verified at most for one check, whatever a stranger sends along.</summary>
    const int MostSignatures = 40;

    /// <summary>
    /// Checks a certificate as of a moment: <c>path</c>, <c>usage</c>, <c>period</c>, <c>revocation</c>, always these four
    /// and in this order. <see cref="CheckState.Unknown"/> means that the node lacks what it would take to say.
    /// </summary>
    /// <param name="extra">Further certificates that came with the document; they help to find the path and are not trusted.</param>
    /// <param name="at">The moment to judge: of signing where it is proven, else now.</param>
    public static IReadOnlyList<Check> Check(Certificate leaf, IEnumerable<Certificate> extra, TrustStore store, DateTimeOffset at, CertificatePurpose purpose)
    {
        var search = new Search([.. store.Issuers, .. extra.Take(50)], store.Roots);
        var path = search.From(leaf);
        return [Path(leaf, path, search), Usage(leaf, purpose), Period(path ?? [leaf], at), Revocation(path, store, at)];
    }

    /// <summary>The certificates from a leaf to a trusted root, both included; null when there is no such path.</summary>
    public static IReadOnlyList<Certificate>? PathOf(Certificate leaf, IEnumerable<Certificate> extra, TrustStore store) => new Search([.. store.Issuers, .. extra.Take(50)], store.Roots).From(leaf);

    sealed class Search(IReadOnlyList<Certificate> between, IReadOnlyList<Certificate> roots)
    {
        int signatures;

        /// <summary>An issuer of the right name whose key did not sign: a forgery rather than a stranger.</summary>
        public bool SignatureBroken { get; private set; }
        public bool UnknownAlgorithm { get; private set; }

        public IReadOnlyList<Certificate>? From(Certificate leaf) => Extend([leaf]);

        IReadOnlyList<Certificate>? Extend(IReadOnlyList<Certificate> path)
        {
            var last = path[^1];
            if (roots.Contains(last)) return path;
            if (path.Count >= Deepest) return null;
            if (Algorithms.SignatureSuite.Of(last.SignatureOid) is null)
            {
                UnknownAlgorithm = true;
                return null;
            }
            foreach (var issuer in roots.Concat(between))
            {
                if (!issuer.Subject.Equals(last.Issuer) || path.Contains(issuer) || !MayIssue(issuer, path.Count(c => !c.SelfIssued || c == path[0]) - 1)) continue;
                if (last.AuthorityKeyId is { } wanted && issuer.SubjectKeyId is { } given && !wanted.AsSpan().SequenceEqual(given)) continue;
                if (++signatures > MostSignatures) return null;
                if (!last.SignedBy(issuer))
                {
                    SignatureBroken = true;
                    continue;
                }
                if (Extend([.. path, issuer]) is { } whole) return whole;
            }
            return null;
        }

        static bool MayIssue(Certificate issuer, int issuersBelow) =>
            issuer.BasicConstraints.Authority && (issuer.BasicConstraints.PathLength is not { } most || issuersBelow <= most)
            && (issuer.KeyUsage is not { } usage || usage.HasFlag(X509KeyUsageFlags.KeyCertSign)) && issuer.Extensions.UnknownCritical.Count == 0;
    }

    static Check Path(Certificate leaf, IReadOnlyList<Certificate>? path, Search search)
    {
        if (leaf.Extensions.UnknownCritical is [var unknown, ..]) return new("path", CheckState.Failed, $"证书里有必须理解而本系统不认识的规定（{unknown}），不能采信");
        if (path is not null) return new("path", CheckState.Passed, path.Count == 1 ? "证书本身就是受信任的根证书" : $"证书由受信任的“{path[^1].Subject.Title}”签发");
        if (search.UnknownAlgorithm) return new("path", CheckState.Unknown, $"证书“{leaf.Subject.Title}”或它的上级用了本系统不认识的签名算法");
        if (search.SignatureBroken) return new("path", CheckState.Failed, $"证书上“{leaf.Issuer.Title}”的签名不对，证书可能是伪造的");
        return new("path", CheckState.Unknown, $"签发机构“{leaf.Issuer.Title}”不在本系统信任的名单里");
    }

    static Check Usage(Certificate leaf, CertificatePurpose purpose)
    {
        var usage = leaf.KeyUsage ?? ~X509KeyUsageFlags.None;
        var signs = (usage & (X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation)) != 0;
        var right = purpose switch
        {
            CertificatePurpose.TimeStamping => signs && leaf.ExtendedKeyUsage is [Purposes.TimeStamping],
            CertificatePurpose.StatusAnswers => signs && leaf.ExtendedKeyUsage.Contains(Purposes.StatusSigning) || leaf.BasicConstraints.Authority,
            CertificatePurpose.Issuing => leaf.BasicConstraints.Authority && usage.HasFlag(X509KeyUsageFlags.KeyCertSign),
            _ => signs && !leaf.BasicConstraints.Authority && leaf.ExtendedKeyUsage is not [Purposes.TimeStamping],
        };
        return right ? new("usage", CheckState.Passed, $"证书可以用于{Words(purpose)}") : new("usage", CheckState.Failed, $"证书不是用于{Words(purpose)}的");
    }

    static string Words(CertificatePurpose purpose) => purpose switch
    {
        CertificatePurpose.SealMaking => "制作印章",
        CertificatePurpose.TimeStamping => "加盖时间戳",
        CertificatePurpose.StatusAnswers => "回答证书状态",
        CertificatePurpose.Issuing => "签发证书",
        _ => "签名",
    };

    static Check Period(IReadOnlyList<Certificate> path, DateTimeOffset at)
    {
        foreach (var c in path)
        {
            if (at < c.NotBefore) return new("period", CheckState.Failed, $"证书“{c.Subject.Title}”当时还没有生效（{Day(c.NotBefore)}起有效）");
            if (at > c.NotAfter) return new("period", CheckState.Failed, $"证书“{c.Subject.Title}”当时已经过期（有效期到{Day(c.NotAfter)}）");
        }
        return new("period", CheckState.Passed, $"证书当时在有效期内（{Day(path[0].NotBefore)}至{Day(path[0].NotAfter)}）");
    }

    static Check Revocation(IReadOnlyList<Certificate>? path, TrustStore store, DateTimeOffset at)
    {
        if (path is null) return new("revocation", CheckState.Unknown, "找不到签发机构，查不到证书是否被吊销");
        var later = (Revocation?)null;
        for (var i = 0; i + 1 < path.Count; i++)
        {
            var list = store.Lists.Where(l => l.Issuer.Equals(path[i].Issuer) && Signed(l, path[i + 1])).MaxBy(l => l.ThisUpdate);
            if (list?.Of(path[i].SerialNumber) is { } entry)
            {
                if (entry.At <= at) return new("revocation", CheckState.Failed, $"证书“{path[i].Subject.Title}”已于{Day(entry.At)}被吊销");
                later = entry;
            }
            else if (list is null) return new("revocation", CheckState.Unknown, $"没有“{path[i].Issuer.Title}”的吊销名单，不能确定证书是否被吊销");
            else if (list.NextUpdate < at) return new("revocation", CheckState.Unknown, $"“{path[i].Issuer.Title}”的吊销名单已经过期（{Day(list.NextUpdate.Value)}），不能确定证书是否被吊销");
        }
        return new("revocation", CheckState.Passed, later is null ? "证书没有被吊销" : $"证书当时没有被吊销（后来于{Day(later.At)}被吊销）");
    }

    static bool Signed(RevocationList list, Certificate issuer) => (issuer.KeyUsage is not { } usage || usage.HasFlag(X509KeyUsageFlags.CrlSign)) && list.SignedBy(issuer);

    static string Day(DateTimeOffset at) => at.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy年M月d日", System.Globalization.CultureInfo.InvariantCulture);
}
