using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using Kapok.Trust.Algorithms;

namespace Kapok.Trust.Certificates;

/// <summary>Whether a certificate's key may issue others, and how many levels of issuers may follow it.</summary>
public sealed record BasicConstraints(bool Authority, int? PathLength);

/// <summary>A certificate (X.509 version 3 as RFC 5280 and GB/T 20518 profile it), taken apart. Immutable.</summary>
public sealed class Certificate : IEquatable<Certificate>
{
    /// <summary>Longest certificate that is read, in bytes.</summary>
    public const int Longest = 65_536;

    Certificate(byte[] raw) => Raw = raw;

    /// <summary>The certificate as DER.</summary>
    public byte[] Raw { get; }

    /// <summary>The part that the issuer signed, as DER.</summary>
    public byte[] ToBeSigned { get; private init; } = [];

    /// <summary>Content octets of the serial number's INTEGER, as they stand in the certificate.</summary>
    public byte[] SerialNumber { get; private init; } = [];

    /// <summary>Serial number in hexadecimal as openssl shows it.</summary>
    public string SerialHex => Convert.ToHexString(SerialNumber is [0, _, ..] ? SerialNumber.AsSpan(1) : SerialNumber);

    public DistinguishedName Subject { get; private init; } = null!;
    public DistinguishedName Issuer { get; private init; } = null!;
    public DateTimeOffset NotBefore { get; private init; }
    public DateTimeOffset NotAfter { get; private init; }

    /// <summary>DER SubjectPublicKeyInfo.</summary>
    public byte[] PublicKeyInfo { get; private init; } = [];

    /// <summary>Algorithm of the issuer's signature.</summary>
    public string SignatureOid { get; private init; } = "";

    /// <summary>The issuer's signature, DER for elliptic curves.</summary>
    public byte[] Signature { get; private init; } = [];

    internal Extensions Extensions { get; private init; } = null!;

    /// <summary>What the key may be used for; null when the certificate does not say.</summary>
    public X509KeyUsageFlags? KeyUsage => Extensions.KeyUsage;

    /// <summary>Object identifiers of extended purposes; empty when the certificate does not say.</summary>
    public IReadOnlyList<string> ExtendedKeyUsage => Extensions.ExtendedKeyUsage;

    public byte[]? SubjectKeyId => Extensions.SubjectKeyId;
    public byte[]? AuthorityKeyId => Extensions.AuthorityKeyId;
    public BasicConstraints BasicConstraints => Extensions.BasicConstraints;

    /// <summary>Addresses of the issuer's revocation list.</summary>
    public IReadOnlyList<string> CrlPoints => Extensions.CrlPoints;

    /// <summary>Addresses of the issuer's status service (OCSP).</summary>
    public IReadOnlyList<string> StatusPoints => Extensions.StatusPoints;

    /// <summary>Suite of the certificate's own key; null when it is not used here.</summary>
    public SignatureSuite? Suite => SignatureSuite.OfKey(PublicKeyInfo);

    /// <summary>Whether subject and issuer are the same, as with roots.</summary>
    public bool SelfIssued => Subject.Equals(Issuer);

    /// <summary>SM3 of the DER bytes, hexadecimal: what a person compares.</summary>
    public string Fingerprint => Convert.ToHexString(Sm3.Hash(Raw));

    /// <summary>Reads DER; throws <see cref="FormatException"/> that says what is wrong. Bounded in time and memory by <see cref="Longest"/>.</summary>
    public static Certificate Parse(byte[] der)
    {
        if (der.Length > Longest) throw new FormatException($"证书太大：{der.Length} 字节，最多 {Longest} 字节");
        try { return Read(der); }
        catch (Exception e) when (e is AsnContentException or System.Security.Cryptography.CryptographicException or ArgumentException or InvalidOperationException or OverflowException)
        {
            throw new FormatException("证书格式不对：" + e.Message, e);
        }
    }

    /// <summary>The same without an exception; null when the bytes are no certificate.</summary>
    public static Certificate? TryParse(byte[] der)
    {
        try { return Parse(der); }
        catch (FormatException) { return null; }
    }

    /// <summary>Reads DER or the first certificate of a PEM text.</summary>
    public static Certificate ParseFile(byte[] content) => Parse(Pem.Decode(content, "CERTIFICATE") ?? content);

    public string ToPem() => Pem.Encode(Raw, "CERTIFICATE");

    /// <summary>Whether this certificate was signed with an issuer's key.</summary>
    public bool SignedBy(Certificate issuer) => SignatureSuite.Of(SignatureOid) is { } suite && suite.Verify(issuer.PublicKeyInfo, ToBeSigned, Signature);

    static Certificate Read(byte[] der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        var certificate = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var covered = certificate.PeekEncodedValue().ToArray();
        var body = certificate.ReadSequence();
        var algorithm = certificate.PeekEncodedValue();
        var signatureOid = certificate.ReadSequence().ReadObjectIdentifier();
        var signature = certificate.ReadBitString(out var unused);
        certificate.ThrowIfNotEmpty();
        if (unused != 0) throw new FormatException("证书格式不对：签名不是整字节");

        var versionTag = new Asn1Tag(TagClass.ContextSpecific, 0);
        var version = body.PeekTag().HasSameClassAndValue(versionTag) ? body.ReadSequence(versionTag).ReadInteger() : 0;
        if (version < 0 || version > 2) throw new FormatException($"证书格式不对：版本 {version + 1}");
        var serial = body.ReadIntegerBytes().ToArray();
        if (serial.Length > 40) throw new FormatException("证书格式不对：序列号太长");
        if (!body.ReadEncodedValue().Span.SequenceEqual(algorithm.Span)) throw new FormatException("证书格式不对：内外两处签名算法不一致");
        var issuer = DistinguishedName.Read(body);
        var validity = body.ReadSequence();
        var (from, to) = (ReadTime(validity), ReadTime(validity));
        var subject = DistinguishedName.Read(body);
        var key = body.ReadEncodedValue().ToArray();
        foreach (var n in (int[])[1, 2])
            if (body.HasData && body.PeekTag().HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, n))) body.ReadEncodedValue();
        var extensionsTag = new Asn1Tag(TagClass.ContextSpecific, 3);
        var extensions = body.HasData ? Extensions.Read(body.ReadSequence(extensionsTag).ReadSequence()) : new();
        body.ThrowIfNotEmpty();
        Algorithms.PublicKeyInfo.Read(key);
        return new(der)
        {
            ToBeSigned = covered, SerialNumber = serial, Subject = subject, Issuer = issuer, NotBefore = from, NotAfter = to,
            PublicKeyInfo = key, SignatureOid = signatureOid, Signature = signature, Extensions = extensions,
        };
    }

    internal static DateTimeOffset ReadTime(AsnReader reader) =>
        reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();

    public bool Equals(Certificate? other) => other is not null && Raw.AsSpan().SequenceEqual(other.Raw);
    public override bool Equals(object? other) => Equals(other as Certificate);
    public override int GetHashCode() => HashCode.Combine(Raw.Length, Signature.Length > 8 ? BitConverter.ToInt64(Signature, Signature.Length - 8) : 0);
    public override string ToString() => Subject.ToString();
}

/// <summary>PEM text around DER bytes (RFC 7468).</summary>
public static class Pem
{
    public static string Encode(byte[] der, string label) => System.Security.Cryptography.PemEncoding.WriteString(label, der) + "\n";

    /// <summary>Bytes of the first block with a label; null when the content has none.</summary>
    public static byte[]? Decode(byte[] content, string label) => DecodeAll(content, label).FirstOrDefault();

    /// <summary>Bytes of every block with a label.</summary>
    public static IEnumerable<byte[]> DecodeAll(byte[] content, string label)
    {
        if (content.AsSpan(0, Math.Min(content.Length, 4096)).IndexOf("-----BEGIN "u8) < 0) yield break;
        var text = System.Text.Encoding.ASCII.GetString(content);
        for (var rest = 0; rest < text.Length && System.Security.Cryptography.PemEncoding.TryFind(text.AsSpan(rest), out var fields);)
        {
            if (text.AsSpan(rest)[fields.Label].SequenceEqual(label)) yield return Convert.FromBase64String(text.AsSpan(rest)[fields.Base64Data].ToString());
            rest += fields.Location.End.Value;
        }
    }
}
