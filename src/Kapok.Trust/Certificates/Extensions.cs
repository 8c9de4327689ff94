using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Kapok.Trust.Certificates;

/// <summary>The extensions of a certificate that decide what it may be used for (RFC 5280 clause 4.2).</summary>
sealed class Extensions
{
    public const string KeyUsageOid = "2.5.29.15", ExtendedKeyUsageOid = "2.5.29.37", SubjectKeyIdOid = "2.5.29.14", AuthorityKeyIdOid = "2.5.29.35", BasicConstraintsOid = "2.5.29.19", CrlPointsOid = "2.5.29.31", AuthorityInformationOid = "1.3.6.1.5.5.7.1.1", StatusAccessOid = "1.3.6.1.5.5.7.48.1";

    // Understood without consequence for us: alternative names, policies.
    static readonly string[] Harmless = ["2.5.29.17", "2.5.29.18", "2.5.29.32"];

    public X509KeyUsageFlags? KeyUsage { get; private set; }
    public IReadOnlyList<string> ExtendedKeyUsage { get; private set; } = [];
    public byte[]? SubjectKeyId { get; private set; }
    public byte[]? AuthorityKeyId { get; private set; }
    public BasicConstraints BasicConstraints { get; private set; } = new(false, null);
    public IReadOnlyList<string> CrlPoints { get; private set; } = [];
    public IReadOnlyList<string> StatusPoints { get; private set; } = [];

    /// <summary>Critical extensions that are not understood here: such a certificate must not be relied on.</summary>
    public IReadOnlyList<string> UnknownCritical { get; private set; } = [];

    public static Extensions Read(AsnReader list)
    {
        var result = new Extensions();
        var seen = new HashSet<string>();
        var unknown = new List<string>();
        while (list.HasData)
        {
            var extension = list.ReadSequence();
            var oid = extension.ReadObjectIdentifier();
            var critical = extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean();
            var value = new AsnReader(extension.ReadOctetString(), AsnEncodingRules.DER);
            extension.ThrowIfNotEmpty();
            if (!seen.Add(oid)) throw new FormatException($"证书格式不对：扩展项 {oid} 出现两次");
            if (!result.Take(oid, value) && critical && !Harmless.Contains(oid)) unknown.Add(oid);
        }
        result.UnknownCritical = unknown;
        return result;
    }

    bool Take(string oid, AsnReader value)
    {
        switch (oid)
        {
            case KeyUsageOid: KeyUsage = ReadKeyUsage(value); return true;
            case ExtendedKeyUsageOid: ExtendedKeyUsage = ReadPurposes(value.ReadSequence()); return true;
            case SubjectKeyIdOid: SubjectKeyId = value.ReadOctetString(); return true;
            case AuthorityKeyIdOid: AuthorityKeyId = ReadAuthority(value.ReadSequence()); return true;
            case BasicConstraintsOid: BasicConstraints = ReadConstraints(value.ReadSequence()); return true;
            case CrlPointsOid: CrlPoints = ReadPoints(value.ReadSequence()); return true;
            case AuthorityInformationOid: StatusPoints = ReadStatus(value.ReadSequence()); return true;
            default: return false;
        }
    }

    /// <summary>The named bits of RFC 5280 in the order of .NET's flags.</summary>
    static X509KeyUsageFlags ReadKeyUsage(AsnReader value)
    {
        var bits = value.ReadBitString(out _);
        var flags = bits.Length > 0 ? (X509KeyUsageFlags)bits[0] : 0;
        return bits.Length > 1 && (bits[1] & 0x80) != 0 ? flags | X509KeyUsageFlags.DecipherOnly : flags;
    }

    static List<string> ReadPurposes(AsnReader list)
    {
        var purposes = new List<string>();
        while (list.HasData) purposes.Add(list.ReadObjectIdentifier());
        return purposes;
    }

    static byte[]? ReadAuthority(AsnReader value)
    {
        var tag = new Asn1Tag(TagClass.ContextSpecific, 0);
        return value.HasData && value.PeekTag().HasSameClassAndValue(tag) ? value.ReadOctetString(tag) : null;
    }

    static BasicConstraints ReadConstraints(AsnReader value)
    {
        var authority = value.HasData && value.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && value.ReadBoolean();
        return new(authority, value.HasData ? (int)value.ReadInteger() : null);
    }

    static List<string> ReadPoints(AsnReader list)
    {
        var (name, full, uri) = (new Asn1Tag(TagClass.ContextSpecific, 0), new Asn1Tag(TagClass.ContextSpecific, 0), new Asn1Tag(TagClass.ContextSpecific, 6));
        var points = new List<string>();
        while (list.HasData)
        {
            var point = list.ReadSequence();
            if (!point.HasData || !point.PeekTag().HasSameClassAndValue(name)) continue;
            var choice = point.ReadSequence(name);
            if (!choice.PeekTag().HasSameClassAndValue(full)) continue;
            var names = choice.ReadSequence(full);
            while (names.HasData)
                if (names.PeekTag().HasSameClassAndValue(uri)) points.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, uri));
                else names.ReadEncodedValue();
        }
        return points;
    }

    static List<string> ReadStatus(AsnReader list)
    {
        var uri = new Asn1Tag(TagClass.ContextSpecific, 6);
        var points = new List<string>();
        while (list.HasData)
        {
            var access = list.ReadSequence();
            if (access.ReadObjectIdentifier() == StatusAccessOid && access.PeekTag().HasSameClassAndValue(uri)) points.Add(access.ReadCharacterString(UniversalTagNumber.IA5String, uri));
        }
        return points;
    }

    /// <summary>Writes the extensions of a draft as the [3] of a certificate.</summary>
    public static void Write(AsnWriter writer, CertificateDraft draft)
    {
        using var tagged = writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 3));
        using var list = writer.PushSequence();
        Write(writer, BasicConstraintsOid, true, value =>
        {
            using var sequence = value.PushSequence();
            if (!draft.Authority) return;
            value.WriteBoolean(true);
            if (draft.PathLength is { } length) value.WriteInteger(length);
        });
        Write(writer, KeyUsageOid, true, value => WriteKeyUsage(value, draft.KeyUsage));
        if (draft.ExtendedKeyUsage.Count > 0)
            Write(writer, ExtendedKeyUsageOid, draft.ExtendedKeyUsage.Contains(Purposes.TimeStamping), value =>
            {
                using var sequence = value.PushSequence();
                foreach (var purpose in draft.ExtendedKeyUsage) value.WriteObjectIdentifier(purpose);
            });
        Write(writer, SubjectKeyIdOid, false, value => value.WriteOctetString(CertificateWriter.KeyId(draft.PublicKeyInfo)));
        if (draft.AuthorityKeyId is { } id)
            Write(writer, AuthorityKeyIdOid, false, value =>
            {
                using var sequence = value.PushSequence();
                value.WriteOctetString(id, new Asn1Tag(TagClass.ContextSpecific, 0));
            });
        if (draft.CrlPoints.Count > 0) Write(writer, CrlPointsOid, false, value => WritePoints(value, draft.CrlPoints));
        if (draft.StatusPoints.Count > 0) Write(writer, AuthorityInformationOid, false, value => WriteStatus(value, draft.StatusPoints));
    }

    public static void Write(AsnWriter writer, string oid, bool critical, Action<AsnWriter> content)
    {
        var value = new AsnWriter(AsnEncodingRules.DER);
        content(value);
        using var sequence = writer.PushSequence();
        writer.WriteObjectIdentifier(oid);
        if (critical) writer.WriteBoolean(true);
        writer.WriteOctetString(value.Encode());
    }

    static void WriteKeyUsage(AsnWriter writer, X509KeyUsageFlags usage)
    {
        byte[] bits = (usage & X509KeyUsageFlags.DecipherOnly) != 0 ? [(byte)usage, 0x80] : [(byte)usage];
        var unused = System.Numerics.BitOperations.TrailingZeroCount(bits[^1]);
        writer.WriteBitString(bits, Math.Min(unused, 7));
    }

    static void WritePoints(AsnWriter writer, IReadOnlyList<string> addresses)
    {
        using var list = writer.PushSequence();
        foreach (var address in addresses)
        {
            using var point = writer.PushSequence();
            using var name = writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0));
            using var full = writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0));
            writer.WriteCharacterString(UniversalTagNumber.IA5String, address, new Asn1Tag(TagClass.ContextSpecific, 6));
        }
    }

    static void WriteStatus(AsnWriter writer, IReadOnlyList<string> addresses)
    {
        using var list = writer.PushSequence();
        foreach (var address in addresses)
        {
            using var access = writer.PushSequence();
            writer.WriteObjectIdentifier(StatusAccessOid);
            writer.WriteCharacterString(UniversalTagNumber.IA5String, address, new Asn1Tag(TagClass.ContextSpecific, 6));
        }
    }
}
