using System.Formats.Asn1;

namespace Kapok.Trust.Certificates;

/// <summary>A name in a certificate (X.501): an ordered list of attributes, compared by its bytes.</summary>
public sealed class DistinguishedName : IEquatable<DistinguishedName>
{
    public const string CommonNameOid = "2.5.4.3", SerialNumberOid = "2.5.4.5", CountryOid = "2.5.4.6", LocalityOid = "2.5.4.7", ProvinceOid = "2.5.4.8", OrganizationOid = "2.5.4.10", UnitOid = "2.5.4.11", OrganizationIdentifierOid = "2.5.4.97";

    static readonly Dictionary<string, string> Short = new()
    {
        [CommonNameOid] = "CN", [SerialNumberOid] = "SERIALNUMBER", [CountryOid] = "C", [LocalityOid] = "L", [ProvinceOid] = "ST", [OrganizationOid] = "O", [UnitOid] = "OU",
        [OrganizationIdentifierOid] = "organizationIdentifier", ["1.2.840.113549.1.9.1"] = "E", ["0.9.2342.19200300.100.1.25"] = "DC", ["2.5.4.4"] = "SN", ["2.5.4.42"] = "GN",
    };

    DistinguishedName(byte[] raw, IReadOnlyList<(string Oid, string Value)> attributes) => (Raw, Attributes) = (raw, attributes);

    /// <summary>The DER SEQUENCE.</summary>
    public byte[] Raw { get; }

    public IReadOnlyList<(string Oid, string Value)> Attributes { get; }

    public string? this[string oid] => Attributes.LastOrDefault(a => a.Oid == oid).Value;
    public string? CommonName => this[CommonNameOid];
    public string? Organization => this[OrganizationOid];

    /// <summary>Unified social credit code (GB 32100) where the name carries one.</summary>
    public string? OrganizationCode => this[OrganizationIdentifierOid];

    /// <summary>The name a person reads: common name, else organisation, else everything.</summary>
    public string Title => CommonName ?? Organization ?? ToString();

    public override string ToString() => string.Join(", ", Attributes.Select(a => $"{Short.GetValueOrDefault(a.Oid, a.Oid)}={a.Value}"));

    /// <summary>A name in China: country CN, then province, locality, organisation, its code, common name, as far as given.</summary>
    public static DistinguishedName Of(string commonName, string? organization = null, string? organizationCode = null, string? province = null, string? locality = null) => Write(
    [
        (CountryOid, "CN"), .. Given(ProvinceOid, province), .. Given(LocalityOid, locality), .. Given(OrganizationOid, organization), .. Given(OrganizationIdentifierOid, organizationCode), (CommonNameOid, commonName),
    ]);

    static IEnumerable<(string, string)> Given(string oid, string? value) => string.IsNullOrEmpty(value) ? [] : [(oid, value)];

    static DistinguishedName Write(IReadOnlyList<(string Oid, string Value)> attributes)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
            foreach (var (oid, value) in attributes)
                using (writer.PushSetOf())
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(oid);
                    writer.WriteCharacterString(oid is CountryOid or SerialNumberOid ? UniversalTagNumber.PrintableString : UniversalTagNumber.UTF8String, value);
                }
        return new(writer.Encode(), attributes);
    }

    internal static DistinguishedName Read(AsnReader reader)
    {
        var raw = reader.PeekEncodedValue().ToArray();
        var attributes = new List<(string, string)>();
        var sequence = reader.ReadSequence();
        while (sequence.HasData)
        {
            var set = sequence.ReadSetOf();
            while (set.HasData)
            {
                var attribute = set.ReadSequence();
                var oid = attribute.ReadObjectIdentifier();
                var tag = attribute.PeekTag();
                attributes.Add((oid, tag.TagClass == TagClass.Universal && IsText(tag.TagValue) ? attribute.ReadCharacterString((UniversalTagNumber)tag.TagValue) : "#" + Convert.ToHexString(attribute.ReadEncodedValue().Span)));
            }
        }
        return new(raw, attributes);
    }

    static bool IsText(int tag) => (UniversalTagNumber)tag is UniversalTagNumber.UTF8String or UniversalTagNumber.PrintableString or UniversalTagNumber.IA5String or UniversalTagNumber.BMPString or UniversalTagNumber.T61String or UniversalTagNumber.VisibleString or UniversalTagNumber.NumericString;

    public bool Equals(DistinguishedName? other) => other is not null && Raw.AsSpan().SequenceEqual(other.Raw);
    public override bool Equals(object? other) => Equals(other as DistinguishedName);
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Raw);
        return hash.ToHashCode();
    }
}
