using Kapok.Documents.Seals;
using Kapok.Trust.Certificates;

namespace Kapok.Documents.Verifying;

/// <summary>Verifies any sealed or signed file by its content alone: OFD, PDF, signed data. Pure; keeps nothing.</summary>
public static class Verification
{
    /// <summary>Largest file, bytes.</summary>
    public const int Largest = 50 << 20;

    public static VerificationReport Of(byte[] file, VerificationGround ground)
    {
        if (file.Length == 0) return VerificationReport.Unreadable("", "文件是空的");
        if (file.Length > Largest) return VerificationReport.Unreadable("", $"文件超过 {Largest >> 20} MB");
        return file switch
        {
            [(byte)'P', (byte)'K', ..] => OfdVerification.Of(file, ground),
            [(byte)'%', (byte)'P', (byte)'D', (byte)'F', ..] => PdfVerification.Of(file, ground),
            [0x30, ..] => Message(file, null, ground),
            _ => VerificationReport.Unreadable("", "这里能查验 OFD、PDF 文件和签名文件（.p7s、.p7m），这个文件不是"),
        };
    }

    /// <summary>Verifies a detached signature (GB/T 35275 or CMS) with the file it was made for.</summary>
    public static VerificationReport OfDetached(byte[] file, byte[] signature, VerificationGround ground) => Message(signature, file, ground);

    static VerificationReport Message(byte[] bytes, byte[]? original, VerificationGround ground)
    {
        var parsed = SignedMessage.Parse(bytes);
        if (!parsed.Ok) return VerificationReport.Unreadable("", $"不是签名文件，{parsed.Message}");
        var message = parsed.Value!;
        var format = message.Chinese ? "GB/T 35275" : "CMS";
        if ((original ?? message.Content) is not { } content) return VerificationReport.Unreadable(format, "签名文件里没有原文，请把原文件一起上传");
        return VerificationReport.Of(format, [.. message.Signers.Select(entry =>
        {
            var checks = new List<Check> { new(CheckKeys.Format, CheckState.Passed, $"签名数据完整，符合 {format}") };
            if (original is not null && message.Content is { } inner && !inner.AsSpan().SequenceEqual(original)) checks.Add(new(CheckKeys.Original, CheckState.Failed, "上传的文件与签名里的原文不一样"));
            checks.AddRange(MessageChecks.Of(message, entry, content, ground, out var signer));
            checks.Add(new(CheckKeys.Scope, CheckState.Passed, "签名保护了整个文件"));
            return new SignatureReport(false, signer, null, entry.SigningTime, format, [], checks);
        })]);
    }
}
