using Kapok.Trust.Certificates;

namespace Kapok.Documents.Verifying;

/// <summary>Timestamps over signature values (RFC 3161).</summary>
static class Timestamps
{
    /// <summary>The time a token states; null when it cannot be read.</summary>
    public static DateTimeOffset? TimeOf(byte[] token) => null;

    /// <summary>Whether the token fits the value and comes from a trusted service.</summary>
    public static Check Check(byte[] token, byte[] value, DateTimeOffset? stated, VerificationGround ground) =>
        new(CheckKeys.Timestamp, CheckState.Unknown, "签章附有时间戳，本系统还不能验证它的来源");
}
