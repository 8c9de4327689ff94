using System.Formats.Asn1;
using Kapok.Foundation;

namespace Kapok.Documents.Seals;

/// <summary>Signed data as it was received, GB/T 35275 or CMS.</summary>
/// <param name="Chinese">Object identifiers of GB/T 35275.</param>
/// <param name="Content">What is carried inside; null when detached.</param>
/// <param name="Certificates">Certificates carried along, DER.</param>
public sealed record SignedMessage(bool Chinese, byte[]? Content, IReadOnlyList<byte[]> Certificates, IReadOnlyList<SignedMessage.Entry> Signers)
{
    /// <summary>One signer.</summary>
    /// <param name="Certificate">His certificate among those carried; null when it is not there.</param>
    /// <param name="Attributes">Signed attributes as a DER SET, what the signature covers; null when it covers the content itself.</param>
    /// <param name="MessageDigest">Digest of the content among the attributes.</param>
    /// <param name="CertificateDigest">Digest of the signer's certificate among the attributes (ESS signing certificate), with its algorithm.</param>
    /// <param name="Timestamp">Token over the signature value among the unsigned attributes.</param>
    public sealed record Entry(byte[]? Certificate, string DigestOid, string SignatureOid, byte[] SignatureParameters, byte[]? Attributes, byte[] Signature)
    {
        public byte[]? MessageDigest { get; init; }
        public DateTimeOffset? SigningTime { get; init; }
        public CertificateDigest? CertificateDigest { get; init; }
        public byte[]? Timestamp { get; init; }
    }

    const int MostSigners = 50;

    /// <summary>Reads a ContentInfo of signed data; a fault names the field.</summary>
    public static Outcome<SignedMessage> Parse(ReadOnlyMemory<byte> bytes) => DerFields.Try(() => Read(bytes));

    static SignedMessage Read(ReadOnlyMemory<byte> bytes)
    {
        var outer = DerFields.Of(bytes, "ContentInfo");
        var type = outer.Oid("contentType");
        var chinese = type == SignedData.Family.Chinese.SignedData;
        if (!chinese && type != SignedData.Family.Cms.SignedData) throw outer.Bad("contentType", $"不是签名数据（{type}）");
        var data = outer.Tagged(0, "content").Sequence("SignedData");
        data.Integer("version");
        data.Raw("digestAlgorithms");
        var inner = data.Sequence("contentInfo");
        inner.Oid("contentType");
        byte[]? content = null;
        if (inner.NextIsTagged(0)) content = inner.Tagged(0, "content").Octets("data");
        List<byte[]> certificates = [];
        if (data.NextIsTagged(0))
        {
            var list = data.Implicit(0, "certificates");
            while (list.HasMore)
            {
                if (certificates.Count == DerFields.LongestList) throw data.Bad("certificates", $"证书超过 {DerFields.LongestList} 个");
                certificates.Add(list.Raw("certificate").ToArray());
            }
        }
        if (data.NextIsTagged(1)) data.Raw("crls");
        var signers = data.Set("signerInfos");
        List<Entry> entries = [];
        var names = certificates.Select(c => (Bytes: c, Name: NameOf(c))).ToList();
        while (signers.HasMore)
        {
            if (entries.Count == MostSigners) throw data.Bad("signerInfos", $"签名者超过 {MostSigners} 个");
            entries.Add(ReadSigner(signers.Sequence(entries.Count.ToString(System.Globalization.CultureInfo.InvariantCulture)), names));
        }
        if (entries.Count == 0) throw data.Bad("signerInfos", "没有签名者");
        return new(chinese, content, certificates, entries);
    }

    static CertificateName? NameOf(byte[] certificate)
    {
        try { return CertificateName.Of(certificate); }
        catch (MalformedStructure) { return null; } // attribute certificates and the like
    }

    static Entry ReadSigner(DerFields signer, List<(byte[] Bytes, CertificateName? Name)> certificates)
    {
        signer.Integer("version");
        byte[]? certificate = null;
        if (signer.Next(Asn1Tag.Sequence))
        {
            var named = signer.Sequence("issuerAndSerialNumber");
            var name = new CertificateName { Issuer = named.Raw("issuer").ToArray(), Serial = named.Raw("serialNumber").ToArray() };
            certificate = certificates.FirstOrDefault(c => c.Name?.Equals(name) == true).Bytes;
        }
        else
        {
            signer.Raw("subjectKeyIdentifier");
            if (certificates.Count == 1) certificate = certificates[0].Bytes;
        }
        var digest = Algorithm(signer, "digestAlgorithm").Oid;
        byte[]? attributes = null;
        if (signer.NextIsTagged(0))
        {
            attributes = signer.PeekRaw("signedAttrs").ToArray();
            if (attributes.Length > 1 && attributes[1] == 0x80) throw signer.Bad("signedAttrs", "应为 DER 编码");
            attributes[0] = 0x31;
        }
        var entry = new Entry(certificate, digest, "", [], attributes, []);
        if (attributes is not null) entry = ReadAttributes(signer.Implicit(0, "signedAttrs"), entry);
        var (oid, parameters) = Algorithm(signer, "signatureAlgorithm");
        entry = entry with { SignatureOid = oid, SignatureParameters = parameters, Signature = signer.Octets("signature") };
        if (signer.NextIsTagged(1)) entry = ReadAttributes(signer.Implicit(1, "unsignedAttrs"), entry, unsigned: true);
        return entry;
    }

    static (string Oid, byte[] Parameters) Algorithm(DerFields from, string field)
    {
        var algorithm = from.Sequence(field);
        var oid = algorithm.Oid("algorithm");
        return (oid, algorithm.HasMore ? algorithm.Raw("parameters").ToArray() : []);
    }

    static Entry ReadAttributes(DerFields list, Entry entry, bool unsigned = false)
    {
        HashSet<string> seen = [];
        while (list.HasMore)
        {
            var attribute = list.Sequence("attribute");
            var oid = attribute.Oid("type");
            var values = attribute.Set("values");
            if (!seen.Add(oid)) { if (unsigned) continue; throw list.Bad(oid, "同一签名属性出现两次"); }
            if (seen.Count > 100) throw list.Bad("attribute", "签名属性超过 100 个");
            if (!unsigned)
                switch (oid)
                {
                    case SignedData.MessageDigest: entry = entry with { MessageDigest = values.Octets("messageDigest") }; break;
                    case SignedData.SigningTime: entry = entry with { SigningTime = values.Time("signingTime") }; break;
                    case SignedData.SigningCertificateV2: entry = entry with { CertificateDigest = EssDigest(values) }; break;
                }
            else if (oid == SignedData.TimestampToken && values.HasMore) entry = entry with { Timestamp = values.Raw("timeStampToken").ToArray() };
        }
        return entry;
    }

    static CertificateDigest EssDigest(DerFields values)
    {
        var first = values.Sequence("signingCertificateV2").Sequence("certs").Sequence("certId");
        var algorithm = first.Next(Asn1Tag.Sequence) ? Algorithm(first, "hashAlgorithm").Oid : "2.16.840.1.101.3.4.2.1";
        return new(algorithm, first.Octets("certHash"));
    }
}
