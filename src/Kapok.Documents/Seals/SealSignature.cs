using System.Formats.Asn1;
using System.Text;
using Kapok.Foundation;

namespace Kapok.Documents.Seals;

/// <summary>
/// A signature made with a seal (电子签章, SES_Signature): structures 1 (GM/T 0031-2014), 4 (GB/T 38540-2020) and
/// 5 (GM/T 0031-2025) read, 4 written.
/// </summary>
/// <param name="At">When it was signed, as the signer says; null when structure 1 says it in a way nobody can read.</param>
/// <param name="Digest">Digest of the original, for OFD of the bytes of Signature.xml.</param>
/// <param name="Property">What was signed, for OFD the path of Signature.xml in the package.</param>
public sealed record SealSignature(int Version, ElectronicSeal Seal, DateTimeOffset? At, byte[] Digest, string Property, IReadOnlyList<SealExtension> Extensions)
{
    /// <summary>TBS_Sign as it stands: the bytes the signer signs.</summary>
    public required byte[] Signed { get; init; }

    /// <summary>Certificate of the signer (签章者), DER.</summary>
    public required byte[] SignerCertificate { get; init; }

    public required string SignatureOid { get; init; }

    public required byte[] Signature { get; init; }

    /// <summary>Timestamp token over the signature value (RFC 3161, DER), when there is one.</summary>
    public byte[]? Timestamp { get; init; }

    /// <summary>Reads a signature of any known structure; a fault names the field.</summary>
    public static Outcome<SealSignature> Parse(ReadOnlyMemory<byte> bytes) => DerFields.Try(() =>
    {
        var outer = DerFields.Of(bytes, "SES_Signature");
        var signed = outer.PeekRaw("toSign");
        var toSign = outer.Sequence("toSign");
        // Two items are structure 1, where certificate and algorithm stand inside what is signed.
        if (outer.Next(Asn1Tag.PrimitiveBitString)) return ReadOld(outer, toSign, signed);
        var read = ReadToSign(toSign) with { Signed = signed.ToArray(), SignerCertificate = outer.Octets("cert"), SignatureOid = outer.Oid("signatureAlgID"), Signature = outer.Bits("signature") };
        if (outer.NextIsTagged(0)) { var inner = outer.Tagged(0, "timeStamp"); read = read with { Timestamp = inner.Bits("token") }; inner.End(); }
        outer.End();
        return read;
    });

    static SealSignature ReadToSign(DerFields toSign)
    {
        var version = toSign.Integer("version");
        if (version is < 1 or > 5) throw toSign.Bad("version", $"不认识的签章结构版本 {version}（认识 1–5）");
        var seal = ReadSeal(toSign);
        var at = toSign.Time("timeInfo");
        var digest = toSign.Bits("dataHash");
        var property = toSign.Text("propertyInfo");
        IReadOnlyList<SealExtension> extensions = [];
        if (toSign.NextIsTagged(0)) { var tagged = toSign.Tagged(0, "extDatas"); extensions = ElectronicSeal.ReadExtensions(tagged, "list"); tagged.End(); }
        else if (toSign.HasMore) extensions = ElectronicSeal.ReadExtensions(toSign, "extDatas");
        toSign.End();
        return new(version, seal, at, digest, property, extensions) { Signed = [], SignerCertificate = [], SignatureOid = "", Signature = [] };
    }

    static SealSignature ReadOld(DerFields outer, DerFields toSign, ReadOnlyMemory<byte> signed)
    {
        var version = toSign.Integer("version");
        var seal = ReadSeal(toSign);
        var time = toSign.Bits("timeInfo");
        var digest = toSign.Bits("dataHash");
        var property = toSign.Text("propertyInfo");
        var certificate = toSign.Octets("cert");
        var algorithm = toSign.Oid("signatureAlgorithm");
        toSign.End();
        var signature = outer.Bits("signature");
        outer.End();
        // A timestamp token (SEQUENCE), a DER time, or plain text: the standard leaves it open.
        var token = time.Length > 200 && time[0] == 0x30 ? time : null;
        return new(version, seal, token is null ? OldTime(time) : null, digest, property, [])
        { Signed = signed.ToArray(), SignerCertificate = certificate, SignatureOid = algorithm, Signature = signature, Timestamp = token };
    }

    static DateTimeOffset? OldTime(byte[] time)
    {
        var tag = time.Length > 2 && time.Length == time[1] + 2 ? time[0] : 0;
        var text = Encoding.ASCII.GetString(tag is 0x17 or 0x18 ? time.AsSpan(2) : time);
        if (text.Length > 40) return null;
        return DerFields.TimeOf(text, tag == 0x17) ?? DerFields.TimeOf(text, shortYear: true);
    }

    static ElectronicSeal ReadSeal(DerFields toSign)
    {
        var raw = toSign.PeekRaw("eseal");
        return ElectronicSeal.Read(toSign.Sequence("eseal"), raw);
    }

    /// <summary>TBS_Sign of structure 4: the bytes the signer signs.</summary>
    public static byte[] ToSign(ReadOnlySpan<byte> seal, DateTimeOffset at, ReadOnlySpan<byte> digest, string property)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(ElectronicSeal.WrittenVersion);
            writer.WriteEncodedValue(seal);
            writer.WriteGeneralizedTime(at, omitFractionalSeconds: true);
            writer.WriteBitString(digest);
            writer.WriteCharacterString(UniversalTagNumber.IA5String, property);
        }
        return writer.Encode();
    }

    /// <summary>The finished SES_Signature of structure 4.</summary>
    /// <param name="timestamp">Token over the signature value; left out when null.</param>
    public static byte[] Assemble(ReadOnlySpan<byte> toSign, ReadOnlySpan<byte> signerCertificate, string signatureOid, ReadOnlySpan<byte> signature, byte[]? timestamp = null)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(toSign);
            writer.WriteOctetString(signerCertificate);
            writer.WriteObjectIdentifier(signatureOid);
            writer.WriteBitString(signature);
            if (timestamp is not null)
                using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0))) writer.WriteBitString(timestamp);
        }
        return writer.Encode();
    }
}
