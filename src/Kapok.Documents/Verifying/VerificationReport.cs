using Kapok.Documents.Seals;
using Kapok.Trust.Certificates;

namespace Kapok.Documents.Verifying;

/// <summary>What a verification comes to.</summary>
public enum Verdict
{
    /// <summary>Every check passed.</summary>
    Genuine,
    /// <summary>Nothing speaks against it, but something could not be settled here.</summary>
    Uncertain,
    /// <summary>A check failed: the document must not be relied on.</summary>
    Invalid,
    /// <summary>There is no seal or signature to check.</summary>
    Unsigned,
    /// <summary>The file cannot be read.</summary>
    Unreadable,
}

/// <summary>What was found about a file. Nothing of the file itself is kept.</summary>
/// <param name="Format">OFD, PDF, GB/T 35275, CMS; empty when unknown.</param>
/// <param name="Conclusion">One plain Chinese sentence.</param>
/// <param name="Signatures">In the order in which they were made.</param>
public sealed record VerificationReport(string Format, Verdict Verdict, string Conclusion, IReadOnlyList<SignatureReport> Signatures)
{
    public static VerificationReport Of(string format, IReadOnlyList<SignatureReport> signatures)
    {
        var verdict = signatures.Count == 0 ? Verdict.Unsigned : signatures.Max(s => s.Verdict);
        var (thing, done) = signatures.Any(s => s.IsSeal) ? ("印章", "盖章") : ("签名", "签名");
        return new(format, verdict, verdict switch
        {
            Verdict.Genuine => signatures.Count == 1 ? $"这份文件是真的：{thing}有效，{done}以后内容没有改动过" : $"这份文件是真的：{signatures.Count} 个{thing}都有效，内容没有改动过",
            Verdict.Uncertain => "没有发现改动，但有的情况在这里确认不了，请看下面黄色的说明",
            Verdict.Invalid => "这份文件有问题，请不要采信，原因见下面红色的说明",
            _ => "这份文件上没有电子印章，也没有电子签名，无法查验真假",
        }, signatures);
    }

    public static VerificationReport Unreadable(string format, string reason) => new(format, Verdict.Unreadable, $"文件读不出来：{reason}", []);
}

/// <summary>One seal or signature with its checks, each reported apart.</summary>
/// <param name="IsSeal">A seal; false for a signature without one.</param>
/// <param name="Signer">Subject of the signer's certificate, as people read it.</param>
/// <param name="Seal">The seal; null for a signature without one, or when it cannot be read.</param>
/// <param name="At">Time of signing as the signer says; null when he does not.</param>
/// <param name="Structure">Which standard and version, GB/T 38540-2020（结构版本 4）.</param>
/// <param name="Pages">Pages that show the seal, from 1.</param>
public sealed record SignatureReport(bool IsSeal, string Signer, ElectronicSeal? Seal, DateTimeOffset? At, string Structure, IReadOnlyList<int> Pages, IReadOnlyList<Check> Checks)
{
    /// <summary>What the signature covers: for a seal on OFD the digest of Signature.xml.</summary>
    public byte[]? Digest { get; init; }

    public Verdict Verdict => Checks.Any(c => c.State == CheckState.Failed) ? Verdict.Invalid : Checks.Any(c => c.State == CheckState.Unknown) ? Verdict.Uncertain : Verdict.Genuine;
}

/// <summary>Keys of the checks, in the order of GB/T 38540-2020, with what they are called; those of a certificate's chain are <see cref="ChainCheck"/>'s.</summary>
public static class CheckKeys
{
    public const string Format = "format", Signature = "signature", Path = "path", Usage = "usage", Period = "period", Revocation = "revocation", Seal = "seal", SealMaker = "seal-maker", SealState = "seal-state",
        Signatory = "signatory", Time = "time", Timestamp = "timestamp", Original = "original", Scope = "scope";

    /// <summary>What a check is called on pages.</summary>
    public static string Title(string key) => key switch
    {
        Format => "签章格式",
        Signature => "签名",
        Seal => "印章本身",
        SealMaker => "制章单位",
        SealState => "印章状态",
        Signatory => "用印资格",
        Time => "签章时间",
        Timestamp => "时间戳",
        Original => "文件内容",
        Scope => "保护范围",
        Path => "证书来源",
        Usage => "证书用途",
        Period => "证书有效期",
        Revocation => "证书吊销",
        _ => "其他",
    };
}

/// <summary>What verification relies on besides the file.</summary>
/// <param name="Trusted">Authorities that are trusted.</param>
/// <param name="SealMakers">
/// Certificates of those whose seals are recognised (制章单位). A trusted certificate alone is not enough: whoever has one could
/// make himself a seal in another unit's name.
/// </param>
/// <param name="Now">The present.</param>
public sealed record VerificationGround(TrustStore Trusted, IReadOnlyCollection<Certificate> SealMakers, DateTimeOffset Now)
{
    /// <summary>How far a clock may go fast before a signing time counts as the future.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);
}
