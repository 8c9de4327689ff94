using Kapok.Documents.Seals;
using Kapok.Documents.Seals.PdfFiles;
using Kapok.Trust.Certificates;

namespace Kapok.Documents.Verifying;

/// <summary>Verifies the signatures of a PDF, ours and strangers': what they cover, what came after, who signed.</summary>
static class PdfVerification
{
    public static VerificationReport Of(ReadOnlyMemory<byte> file, VerificationGround ground)
    {
        var found = PdfSignatures.Find(file);
        if (!found.Ok) return VerificationReport.Of("PDF", [new(false, "", null, null, "", [], [new(CheckKeys.Format, CheckState.Failed, $"签名不合规：{found.Message}")])]);
        var signatures = found.Value!;
        return VerificationReport.Of("PDF", [.. signatures.Select((s, i) => One(file, s, i, signatures, ground))]);
    }

    static SignatureReport One(ReadOnlyMemory<byte> file, PdfSignature signature, int index, IReadOnlyList<PdfSignature> all, VerificationGround ground)
    {
        var checks = new List<Check>();
        var scope = Scope(file, signature, index, all);
        if (signature.SubFilter == "ETSI.RFC3161")
        {
            checks.Add(new(CheckKeys.Format, CheckState.Passed, "这是一个文档时间戳"));
            checks.Add(Timestamps.Check(signature.Contents, signature.Signed(file.Span), null, ground));
            return new(false, "", null, Timestamps.TimeOf(signature.Contents), "PDF 文档时间戳", [], [.. checks, scope]);
        }
        var parsed = SignedMessage.Parse(signature.Contents);
        if (!parsed.Ok) return new(false, signature.Name, null, signature.At, signature.SubFilter, [], [new(CheckKeys.Format, CheckState.Failed, $"签名数据读不懂：{parsed.Message}"), scope]);
        var message = parsed.Value!;
        var signed = signature.Signed(file.Span);
        // adbe.pkcs7.sha1 carries the SHA-1 of the file as its content.
        var content = signed;
        if (message.Content is { Length: > 0 } carried)
        {
            if (!carried.AsSpan().SequenceEqual(System.Security.Cryptography.SHA1.HashData(signed))) checks.Add(new(CheckKeys.Original, CheckState.Failed, "签名以后文件被改动过"));
            else checks.Add(new(CheckKeys.Original, CheckState.Unknown, "没有发现改动，但签名用的摘要算法（SHA-1）已经不安全，不能完全确认"));
            content = carried;
        }
        checks.Insert(0, new(CheckKeys.Format, CheckState.Passed, $"签名数据完整（{StandardOf(signature.SubFilter)}）"));
        checks.AddRange(MessageChecks.Of(message, message.Signers[0], content, ground, out var signer));
        if (message.Signers[0].SigningTime is null && signature.At is { } at)
            checks.Add(at > ground.Now + VerificationGround.Skew ? new(CheckKeys.Time, CheckState.Failed, $"签名时间 {SealChecks.Words(at)} 在将来，不可信") : new(CheckKeys.Time, CheckState.Passed, $"签名人写明的时间是 {SealChecks.Words(at)}"));
        checks.Add(scope);
        return new(false, signer.Length > 0 ? signer : signature.Name, null, message.Signers[0].SigningTime ?? signature.At, $"PDF {signature.SubFilter}", [], checks);
    }

    static string StandardOf(string subFilter) => subFilter switch
    {
        "ETSI.CAdES.detached" => "PAdES，ETSI EN 319 142",
        "adbe.pkcs7.detached" or "adbe.pkcs7.sha1" => "PDF 签名，ISO 32000",
        _ => subFilter,
    };

    static Check Scope(ReadOnlyMemory<byte> file, PdfSignature signature, int index, IReadOnlyList<PdfSignature> all)
    {
        var rest = file.Span[signature.End..];
        if (rest.Length <= 16 && rest.IndexOfAnyExcept(" \t\r\n\0"u8) < 0) return new(CheckKeys.Scope, CheckState.Passed, "签名保护了整个文件");
        var (later, only) = (all.Count - 1 - index, PdfRevisions.OnlySignaturesAfter(file, signature.End));
        if (only) return new(CheckKeys.Scope, CheckState.Passed, later > 0 ? $"签名保护了当时的整个文件，之后只加了 {later} 个签名" : "签名保护了整个文件，之后只补充了查验用的证书资料");
        return later > 0 ? new(CheckKeys.Scope, CheckState.Unknown, "签名以后文件又有改动，这个签名只保证它当时的内容")
            : new(CheckKeys.Scope, CheckState.Failed, "签名以后文件又增加了内容，增加的内容不受签名保护");
    }
}
