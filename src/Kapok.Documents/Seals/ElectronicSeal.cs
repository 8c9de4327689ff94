using System.Formats.Asn1;
using Kapok.Foundation;

namespace Kapok.Documents.Seals;

/// <summary>What a seal is and who may use it (SES_ESPropertyInfo).</summary>
/// <param name="Type">Kind of seal as its maker numbers it; <see cref="SealKinds"/> has ours.</param>
/// <param name="Certificates">Certificates of those who may sign with the seal, DER; empty when digests are listed.</param>
/// <param name="Digests">Digests of their certificates instead, list type 2.</param>
public sealed record SealProperties(int Type, string Name, IReadOnlyList<byte[]> Certificates, IReadOnlyList<CertificateDigest> Digests, DateTimeOffset CreatedAt, DateTimeOffset ValidFrom, DateTimeOffset ValidTo);

/// <summary>A certificate named by its digest. <paramref name="Algorithm"/> as written: an OID or SM3.</summary>
public sealed record CertificateDigest(string Algorithm, byte[] Value);

/// <summary>The picture of a seal.</summary>
/// <param name="Format">PNG, GIF, BMP, JPG, SVG or ofd.</param>
/// <param name="Width">Millimetres.</param>
/// <param name="Height">Millimetres.</param>
public sealed record SealPicture(string Format, byte[] Data, int Width, int Height);

/// <summary>A field of a vendor's own.</summary>
public sealed record SealExtension(string Oid, bool Critical, byte[] Value);

/// <summary>
/// An electronic seal (电子印章, SESeal). Read: GM/T 0031-2014 (structure 1, drafts 2 and 3), GB/T 38540-2020 (4) and
/// GM/T 0031-2025 (5). Written: 4.
/// </summary>
public sealed record ElectronicSeal(int Version, string Vendor, string Number, SealProperties Properties, SealPicture Picture, IReadOnlyList<SealExtension> Extensions)
{
    /// <summary>Structure that is written (GB/T 38540-2020).</summary>
    public const int WrittenVersion = 4;

    /// <summary>Largest seal picture, bytes.</summary>
    public const int LargestPicture = 4 << 20;

    /// <summary>The seal byte for byte.</summary>
    public required byte[] Raw { get; init; }

    /// <summary>The bytes the seal maker's signature covers: SES_SealInfo, in structure 1 with certificate and algorithm.</summary>
    public required byte[] Signed { get; init; }

    /// <summary>Certificate of the seal maker (制章者), DER.</summary>
    public required byte[] MakerCertificate { get; init; }

    public required string SignatureOid { get; init; }

    public required byte[] Signature { get; init; }

    /// <summary>Timestamp token over the maker's signature; structure 5 only.</summary>
    public byte[]? Timestamp { get; init; }

    /// <summary>Reads a seal of any known structure; a fault names the field.</summary>
    public static Outcome<ElectronicSeal> Parse(ReadOnlyMemory<byte> bytes) => DerFields.Try(() => Read(DerFields.Of(bytes, "SESeal"), bytes));

    internal static ElectronicSeal Read(DerFields seal, ReadOnlyMemory<byte> raw)
    {
        var info = seal.PeekRaw("eSealInfo");
        var read = ReadInfo(seal.Sequence("eSealInfo"));
        // Structure 1 keeps certificate, algorithm and signature in a sequence of their own; the later ones in a row.
        var old = seal.Next(Asn1Tag.Sequence);
        var rest = old ? seal.Sequence("signInfo") : seal;
        var certificateRaw = rest.PeekRaw("cert");
        var certificate = rest.Octets("cert");
        var algorithmRaw = rest.PeekRaw("signAlgID");
        var algorithm = rest.Oid("signAlgID");
        var signature = rest.Bits("signedValue");
        byte[]? timestamp = null;
        if (!old && rest.NextIsTagged(0)) { var inner = rest.Tagged(0, "timeStamp"); timestamp = inner.Bits("token"); inner.End(); }
        rest.End();
        seal.End();
        return read with
        {
            Raw = raw.ToArray(), MakerCertificate = certificate, SignatureOid = algorithm, Signature = signature, Timestamp = timestamp,
            Signed = old ? Join(info, certificateRaw, algorithmRaw) : info.ToArray(),
        };
    }

    static byte[] Join(params ReadOnlyMemory<byte>[] parts)
    {
        var writer = new AsnWriter(AsnEncodingRules.BER);
        using (writer.PushSequence()) foreach (var part in parts) writer.WriteEncodedValue(part.Span);
        return writer.Encode();
    }

    static ElectronicSeal ReadInfo(DerFields info)
    {
        var header = info.Sequence("header");
        if (header.Text("ID") is var id && id != "ES") throw header.Bad("ID", $"应为 ES，实为“{id}”");
        var version = header.Integer("version");
        if (version is < 1 or > 5) throw header.Bad("version", $"不认识的印章结构版本 {version}（认识 1–5）");
        var vendor = header.Text("Vid");
        header.End();
        var number = info.Text("esID");
        var properties = ReadProperties(info.Sequence("property"));
        var picture = ReadPicture(info.Sequence("picture"));
        IReadOnlyList<SealExtension> extensions = [];
        if (info.NextIsTagged(0)) { var tagged = info.Tagged(0, "extDatas"); extensions = ReadExtensions(tagged, "list"); tagged.End(); }
        else if (info.HasMore) extensions = ReadExtensions(info, "extDatas");
        info.End();
        return new(version, vendor, number, properties, picture, extensions) { Raw = [], Signed = [], MakerCertificate = [], SignatureOid = "", Signature = [] };
    }

    static SealProperties ReadProperties(DerFields property)
    {
        var type = property.Integer("type");
        var name = property.Text("name");
        var listType = property.Next(Asn1Tag.Integer) ? property.Integer("certListType") : 1; // structure 1 knows only certificates
        List<byte[]> certificates = [];
        List<CertificateDigest> digests = [];
        switch (listType)
        {
            case 1: certificates = property.List("certList", (list, at) => list.Octets(at)); break;
            case 2:
                digests = property.List("certList", (list, at) =>
                {
                    var one = list.Sequence(at);
                    var digest = new CertificateDigest(one.Text("type", 100), one.Octets("value"));
                    one.End();
                    return digest;
                });
                break;
            default: throw property.Bad("certListType", $"应为 1（证书）或 2（证书杂凑值），实为 {listType}");
        }
        var result = new SealProperties(type, name, certificates, digests, property.Time("createDate"), property.Time("validStart"), property.Time("validEnd"));
        property.End();
        return result;
    }

    static SealPicture ReadPicture(DerFields picture)
    {
        var format = picture.Text("type", 20);
        var data = picture.Octets("data");
        if (data.Length > LargestPicture) throw picture.Bad("data", $"印章图像太大（{data.Length >> 10} KB，最多 {LargestPicture >> 10} KB）");
        var (width, height) = (picture.Integer("width"), picture.Integer("height"));
        if (width is < 1 or > 1000) throw picture.Bad("width", $"应为 1–1000 毫米，实为 {width}");
        if (height is < 1 or > 1000) throw picture.Bad("height", $"应为 1–1000 毫米，实为 {height}");
        picture.End();
        return new(format, data, width, height);
    }

    internal static List<SealExtension> ReadExtensions(DerFields from, string field) => from.List(field, (list, at) =>
    {
        var one = list.Sequence(at);
        var extension = new SealExtension(one.Oid("extnID"), one.Boolean("critical"), one.Octets("extnValue"));
        one.End();
        return extension;
    });

    /// <summary>SES_SealInfo of structure 4: the bytes the seal maker signs. Times are kept to the second.</summary>
    public static byte[] Info(string vendor, string number, SealProperties properties, SealPicture picture, IReadOnlyList<SealExtension>? extensions = null)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteCharacterString(UniversalTagNumber.IA5String, "ES");
                writer.WriteInteger(WrittenVersion);
                writer.WriteCharacterString(UniversalTagNumber.IA5String, vendor);
            }
            writer.WriteCharacterString(UniversalTagNumber.IA5String, number);
            using (writer.PushSequence())
            {
                writer.WriteInteger(properties.Type);
                writer.WriteCharacterString(UniversalTagNumber.UTF8String, properties.Name);
                writer.WriteInteger(properties.Certificates.Count > 0 ? 1 : 2);
                using (writer.PushSequence())
                {
                    foreach (var certificate in properties.Certificates) writer.WriteOctetString(certificate);
                    foreach (var digest in properties.Digests)
                        using (writer.PushSequence())
                        {
                            writer.WriteCharacterString(UniversalTagNumber.PrintableString, digest.Algorithm);
                            writer.WriteOctetString(digest.Value);
                        }
                }
                foreach (var time in (DateTimeOffset[])[properties.CreatedAt, properties.ValidFrom, properties.ValidTo]) writer.WriteGeneralizedTime(time, omitFractionalSeconds: true);
            }
            using (writer.PushSequence())
            {
                writer.WriteCharacterString(UniversalTagNumber.IA5String, picture.Format);
                writer.WriteOctetString(picture.Data);
                writer.WriteInteger(picture.Width);
                writer.WriteInteger(picture.Height);
            }
            if (extensions is { Count: > 0 }) WriteExtensions(writer, extensions);
        }
        return writer.Encode();
    }

    internal static void WriteExtensions(AsnWriter writer, IReadOnlyList<SealExtension> extensions)
    {
        using var list = writer.PushSequence();
        foreach (var extension in extensions)
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(extension.Oid);
                writer.WriteBoolean(extension.Critical);
                writer.WriteOctetString(extension.Value);
            }
    }

    /// <summary>The finished seal of structure 4 from what was signed and the maker's signature over it.</summary>
    public static byte[] Assemble(ReadOnlySpan<byte> info, ReadOnlySpan<byte> makerCertificate, string signatureOid, ReadOnlySpan<byte> signature)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(info);
            writer.WriteOctetString(makerCertificate);
            writer.WriteObjectIdentifier(signatureOid);
            writer.WriteBitString(signature);
        }
        return writer.Encode();
    }
}
