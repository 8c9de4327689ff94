using Kapok.Trust.Certificates;
using Kapok.Trust.Timestamps;

namespace Kapok.Documents.Verifying;

/// <summary>Timestamps over signature values (RFC 3161).</summary>
static class Timestamps
{
    static TimestampToken? Read(byte[] token)
    {
        try { return TimestampToken.Parse(token); }
        catch (FormatException) { return null; }
    }

    /// <summary>The time a token states; null when it cannot be read.</summary>
    public static DateTimeOffset? TimeOf(byte[] token) => Read(token)?.Time;

    /// <summary>Whether the token fits the value and comes from a trusted service, in one sentence.</summary>
    /// <param name="value">What was stamped: the signature value.</param>
    /// <param name="stated">Time the signer states; it must not be later than the token's, nor much earlier.</param>
    public static Check Check(byte[] token, byte[] value, DateTimeOffset? stated, VerificationGround ground)
    {
        if (Read(token) is not { } read) return new(CheckKeys.Timestamp, CheckState.Failed, "时间戳读不懂，可能被改动过");
        var checks = read.Check(value, ground.Trusted);
        if (checks.FirstOrDefault(c => c.State == CheckState.Failed) is { } failed) return failed with { Key = CheckKeys.Timestamp };
        if (read.Time > ground.Now + VerificationGround.Skew) return new(CheckKeys.Timestamp, CheckState.Failed, $"时间戳的时间 {SealChecks.Words(read.Time)} 在将来，不可信");
        if (stated is { } at && at > read.Time + VerificationGround.Skew) return new(CheckKeys.Timestamp, CheckState.Failed, $"签章人写明的时间（{SealChecks.Words(at)}）比时间戳（{SealChecks.Words(read.Time)}）还晚，不可信");
        if (checks.FirstOrDefault(c => c.State == CheckState.Unknown) is { } unknown) return unknown with { Key = CheckKeys.Timestamp };
        return new(CheckKeys.Timestamp, CheckState.Passed, $"可信的时间戳服务“{read.Signer?.Subject.Title}”证明 {SealChecks.Words(read.Time)} 时已经签好");
    }
}
