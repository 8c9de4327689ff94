using Kapok.Documents.Seals;
using Kapok.Trust.Algorithms;
using Kapok.Trust.Certificates;

namespace Kapok.Documents.Verifying;

/// <summary>The checks of GB/T 38540-2020 on one seal signature, in its order, each answered in words for a citizen.</summary>
static class SealChecks
{
    static Check Pass(string key, string words) => new(key, CheckState.Passed, words);
    static Check Fail(string key, string words) => new(key, CheckState.Failed, words);
    static Check Unsure(string key, string words) => new(key, CheckState.Unknown, words);

    public static string StandardOf(int version) => version switch
    {
        >= 5 => $"GM/T 0031-2025（结构版本 {version}）",
        4 => "GB/T 38540-2020（结构版本 4）",
        _ => $"GM/T 0031-2014（结构版本 {version}）",
    };

    /// <summary>Everything but the original, which belongs to the format of the file.</summary>
    public static List<Check> Of(SealSignature signature, VerificationGround ground, out string signer)
    {
        var (seal, checks) = (signature.Seal, new List<Check>());
        checks.Add(Pass(CheckKeys.Format, $"签章数据完整，符合 {StandardOf(seal.Version)}"));
        var certificate = Certificates.Read(signature.SignerCertificate);
        signer = certificate is null ? "" : Certificates.NameOf(certificate);
        var at = signature.At ?? TimestampTime(signature.Timestamp);
        // The signing time decides which certificates count; a time from the future counts as now.
        var moment = at is { } stated && stated <= ground.Now ? stated : ground.Now;

        if (certificate is null) checks.Add(Fail(CheckKeys.Signature, "签章里的证书读不懂，不能确认是谁盖的章"));
        else
        {
            checks.Add(Signed(CheckKeys.Signature, certificate, signature.SignatureOid, signature.Signed, signature.Signature, $"确实由“{signer}”的密钥签出，签名以后没有改动", "签名对不上：签章数据被改动过，或者是伪造的"));
            checks.AddRange(Certificates.Chain(certificate, [], ground, moment, CertificatePurpose.Signing));
        }

        Maker(checks, seal, ground);
        checks.Add(Listed(signature, certificate));
        checks.AddRange(Times(signature, at, ground));
        if (signature.Timestamp is { } token) checks.Add(Timestamps.Check(token, signature.Signature, at, ground));
        return checks;
    }

    /// <summary>A signature under a certificate, or why it cannot be judged.</summary>
    internal static Check Signed(string key, Certificate certificate, string oid, byte[] data, byte[] value, string good, string bad)
    {
        if (SignatureSuite.Of(oid) is not { } suite) return Unsure(key, $"签名用的算法（{oid}）在这里不能验证");
        return suite.Verify(certificate.PublicKeyInfo, data, Der(value)) ? Pass(key, good) : Fail(key, bad);
    }

    /// <summary>Devices also write r and s as 64 bare bytes (GB/T 35276 leaves both in use); written out as DER.</summary>
    internal static byte[] Der(byte[] value)
    {
        if (value.Length != 64) return value;
        var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(new System.Numerics.BigInteger(value.AsSpan(0, 32), true, true));
            writer.WriteInteger(new System.Numerics.BigInteger(value.AsSpan(32), true, true));
        }
        return writer.Encode();
    }

    static void Maker(List<Check> checks, ElectronicSeal seal, VerificationGround ground)
    {
        var maker = Certificates.Read(seal.MakerCertificate);
        if (maker is null) { checks.Add(Fail(CheckKeys.Seal, "印章里的制章证书读不懂，不能确认印章真伪")); return; }
        var name = Certificates.NameOf(maker);
        checks.Add(Signed(CheckKeys.Seal, maker, seal.SignatureOid, seal.Signed, seal.Signature, $"印章“{seal.Properties.Name}”由“{name}”制作，制作以后没有改动", "印章数据被改动过，或者是伪造的"));
        // Made once, used for years: the maker's certificate must have been good when the seal was made.
        var made = seal.Properties.CreatedAt <= ground.Now ? seal.Properties.CreatedAt : ground.Now;
        var chain = Certificates.Chain(maker, [], ground, made, CertificatePurpose.SealMaking);
        var worst = chain.OrderByDescending(c => c.State switch { CheckState.Failed => 2, CheckState.Unknown => 1, _ => 0 }).FirstOrDefault();
        checks.Add(worst is { State: not CheckState.Passed } ? worst with { Key = CheckKeys.SealMaker, Words = $"制章单位“{name}”：{worst.Words}" }
            : ground.SealMakers.Contains(maker) ? Pass(CheckKeys.SealMaker, $"制章单位“{name}”是本系统认可的")
            : Unsure(CheckKeys.SealMaker, $"“{name}”不在本系统认可的制章单位名单里，不能确认这枚印章是单位自己的"));
    }

    static Check Listed(SealSignature signature, Certificate? certificate)
    {
        var properties = signature.Seal.Properties;
        var listed = properties.Certificates.Any(c => c.AsSpan().SequenceEqual(signature.SignerCertificate))
            || properties.Digests.Any(d => OfdParts.DigestOf(d.Algorithm) is { } digest && digest(signature.SignerCertificate).AsSpan().SequenceEqual(d.Value));
        return listed ? Pass(CheckKeys.Signatory, "盖章的人在这枚印章的用印名单里")
            : Fail(CheckKeys.Signatory, $"盖章的人{(certificate is null ? "" : $"（{Certificates.NameOf(certificate)}）")}不在这枚印章的用印名单里，无权使用这枚印章");
    }

    static IEnumerable<Check> Times(SealSignature signature, DateTimeOffset? at, VerificationGround ground)
    {
        var properties = signature.Seal.Properties;
        if (at is not { } time) { yield return Unsure(CheckKeys.Time, "签章里没有写明签章时间"); yield break; }
        if (time > ground.Now + VerificationGround.Skew) { yield return Fail(CheckKeys.Time, $"签章时间 {Words(time)} 在将来，不可信"); yield break; }
        if (time < properties.ValidFrom) yield return Fail(CheckKeys.Time, $"签章时间 {Words(time)} 早于印章启用的 {Words(properties.ValidFrom)}");
        else if (time > properties.ValidTo) yield return Fail(CheckKeys.Time, $"盖章时印章已经过期：印章有效期到 {Words(properties.ValidTo)}，盖章在 {Words(time)}");
        else yield return Pass(CheckKeys.Time, $"{Words(time)} 盖章，在印章的有效期内");
    }

    static DateTimeOffset? TimestampTime(byte[]? token) => token is null ? null : Timestamps.TimeOf(token);

    internal static string Words(DateTimeOffset at) => at.ToOffset(TimeSpan.FromHours(8)).ToString("yyyy年M月d日 HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
}
