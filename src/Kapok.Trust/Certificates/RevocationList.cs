using System.Formats.Asn1;
using System.Security.Cryptography;
using Kapok.Trust.Algorithms;

namespace Kapok.Trust.Certificates;

/// <summary>Why a certificate was revoked (RFC 5280 clause 5.3.1).</summary>
public enum RevocationReason { Unspecified = 0, KeyCompromise = 1, AuthorityCompromise = 2, AffiliationChanged = 3, Superseded = 4, CessationOfOperation = 5, Hold = 6 }

/// <summary>One revoked certificate of an issuer.</summary>
/// <param name="SerialNumber">Content octets of its serial number.</param>
public sealed record Revocation(byte[] SerialNumber, DateTimeOffset At, RevocationReason Reason);

/// <summary>A revocation list (CRL version 2, RFC 5280 clause 5).</summary>
public sealed class RevocationList
{
    /// <summary>Longest list that is read, in bytes.</summary>
    public const int Longest = 16 << 20;

    readonly Dictionary<string, Revocation> revoked;

    RevocationList(byte[] raw, Dictionary<string, Revocation> revoked) => (Raw, this.revoked) = (raw, revoked);

    public byte[] Raw { get; }
    public DistinguishedName Issuer { get; private init; } = null!;
    public DateTimeOffset ThisUpdate { get; private init; }
    public DateTimeOffset? NextUpdate { get; private init; }
    public IReadOnlyCollection<Revocation> Revoked => revoked.Values;
    byte[] ToBeSigned { get; init; } = [];
    string SignatureOid { get; init; } = "";
    byte[] Signature { get; init; } = [];

    /// <summary>The entry of a serial number, null when it is not revoked.</summary>
    public Revocation? Of(byte[] serialNumber) => revoked.GetValueOrDefault(Convert.ToHexString(serialNumber));

    public bool SignedBy(Certificate issuer) => SignatureSuite.Of(SignatureOid) is { } suite && suite.Verify(issuer.PublicKeyInfo, ToBeSigned, Signature);

    /// <summary>Reads DER; throws <see cref="FormatException"/> that says what is wrong.</summary>
    public static RevocationList Parse(byte[] der)
    {
        if (der.Length > Longest) throw new FormatException("吊销名单太大");
        try { return Read(der); }
        catch (Exception e) when (e is AsnContentException or CryptographicException or ArgumentException or InvalidOperationException or OverflowException)
        {
            throw new FormatException("吊销名单格式不对：" + e.Message, e);
        }
    }

    static RevocationList Read(byte[] der)
    {
        var outer = new AsnReader(der, AsnEncodingRules.DER);
        var list = outer.ReadSequence();
        outer.ThrowIfNotEmpty();
        var covered = list.PeekEncodedValue().ToArray();
        var body = list.ReadSequence();
        var oid = list.ReadSequence().ReadObjectIdentifier();
        var signature = list.ReadBitString(out _);
        if (body.PeekTag().HasSameClassAndValue(Asn1Tag.Integer)) body.ReadInteger();
        body.ReadSequence();
        var issuer = DistinguishedName.Read(body);
        var updated = Certificate.ReadTime(body);
        DateTimeOffset? next = body.HasData && (body.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) || body.PeekTag().HasSameClassAndValue(Asn1Tag.GeneralizedTime)) ? Certificate.ReadTime(body) : null;
        var revoked = new Dictionary<string, Revocation>();
        if (body.HasData && body.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence))
        {
            var entries = body.ReadSequence();
            while (entries.HasData)
            {
                var entry = entries.ReadSequence();
                var serial = entry.ReadIntegerBytes().ToArray();
                var at = Certificate.ReadTime(entry);
                revoked[Convert.ToHexString(serial)] = new(serial, at, entry.HasData ? ReadReason(entry.ReadSequence()) : RevocationReason.Unspecified);
            }
        }
        return new(der, revoked) { Issuer = issuer, ThisUpdate = updated, NextUpdate = next, ToBeSigned = covered, SignatureOid = oid, Signature = signature };
    }

    static RevocationReason ReadReason(AsnReader extensions)
    {
        while (extensions.HasData)
        {
            var extension = extensions.ReadSequence();
            if (extension.ReadObjectIdentifier() != ReasonOid) continue;
            if (extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean)) extension.ReadBoolean();
            return (RevocationReason)new AsnReader(extension.ReadOctetString(), AsnEncodingRules.DER).ReadEnumeratedBytes().Span[0];
        }
        return RevocationReason.Unspecified;
    }

    const string ReasonOid = "2.5.29.21", NumberOid = "2.5.29.20";

    /// <summary>The part of a list that the issuer signs; <see cref="CertificateWriter.Finish"/> completes it.</summary>
    /// <param name="number">Rises with every list of the issuer.</param>
    public static byte[] ListToBeSigned(Certificate issuer, SignatureSuite suite, long number, DateTimeOffset thisUpdate, DateTimeOffset nextUpdate, IEnumerable<Revocation> revoked)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            CertificateWriter.WriteAlgorithm(writer, suite);
            writer.WriteEncodedValue(issuer.Subject.Raw);
            CertificateWriter.WriteTime(writer, thisUpdate);
            CertificateWriter.WriteTime(writer, nextUpdate);
            WriteEntries(writer, [.. revoked]);
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            using (writer.PushSequence())
            {
                Extensions.Write(writer, Extensions.AuthorityKeyIdOid, false, value =>
                {
                    using var sequence = value.PushSequence();
                    value.WriteOctetString(issuer.SubjectKeyId ?? CertificateWriter.KeyId(issuer.PublicKeyInfo), new Asn1Tag(TagClass.ContextSpecific, 0));
                });
                Extensions.Write(writer, NumberOid, false, value => value.WriteInteger(number));
            }
        }
        return writer.Encode();
    }

    static void WriteEntries(AsnWriter writer, IReadOnlyList<Revocation> revoked)
    {
        if (revoked.Count == 0) return;
        using var entries = writer.PushSequence();
        foreach (var entry in revoked)
        {
            using var sequence = writer.PushSequence();
            writer.WriteInteger(entry.SerialNumber);
            CertificateWriter.WriteTime(writer, entry.At);
            if (entry.Reason == RevocationReason.Unspecified) continue;
            using var extensions = writer.PushSequence();
            Extensions.Write(writer, ReasonOid, false, value => value.WriteEnumeratedValue(entry.Reason));
        }
    }
}
