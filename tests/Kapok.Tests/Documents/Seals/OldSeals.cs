using System.Formats.Asn1;
using System.Text;
using Kapok.Documents.Ofd;
using Kapok.Documents.Seals;

namespace Kapok.Tests.Documents.Seals;

/// <summary>Encoders of the structures that are only read: GM/T 0031-2014 (1) and GM/T 0031-2025 (5). Written from the tables, apart from the program's.</summary>
static class OldSeals
{
    public static byte[] SealOfStructure1(SealGiven given, byte[] signer, int version = 1)
    {
        var info = new AsnWriter(AsnEncodingRules.DER);
        using (info.PushSequence())
        {
            using (info.PushSequence()) { Ia5(info, "ES"); info.WriteInteger(version); Ia5(info, "FOREIGN"); }
            Ia5(info, "11010800000007");
            using (info.PushSequence())
            {
                info.WriteInteger(1);
                info.WriteCharacterString(UniversalTagNumber.UTF8String, "外省某某局");
                using (info.PushSequence()) info.WriteOctetString(signer);
                foreach (var year in (int[])[0, 0, 5]) info.WriteUtcTime(SealGiven.Made.AddYears(year));
            }
            using (info.PushSequence()) { Ia5(info, "PNG"); info.WriteOctetString(SealGiven.Picture.ToPng()); info.WriteInteger(42); info.WriteInteger(42); }
        }
        var signed = new AsnWriter(AsnEncodingRules.DER);
        using (signed.PushSequence()) { signed.WriteEncodedValue(info.Encode()); signed.WriteOctetString(given.Maker.Raw); signed.WriteObjectIdentifier(given.Suite.SignatureOid); }
        var seal = new AsnWriter(AsnEncodingRules.DER);
        using (seal.PushSequence())
        {
            seal.WriteEncodedValue(info.Encode());
            using (seal.PushSequence()) { seal.WriteOctetString(given.Maker.Raw); seal.WriteObjectIdentifier(given.Suite.SignatureOid); seal.WriteBitString(given.MakerKey.Sign(signed.Encode())); }
        }
        return seal.Encode();
    }

    /// <param name="time">As plain text, as some makers write it.</param>
    public static byte[] SignatureOfStructure1(SealGiven given, byte[] seal, Signer signer, byte[] digest, string property, string time)
    {
        var body = new AsnWriter(AsnEncodingRules.DER);
        using (body.PushSequence())
        {
            body.WriteInteger(1);
            body.WriteEncodedValue(seal);
            body.WriteBitString(Encoding.ASCII.GetBytes(time));
            body.WriteBitString(digest);
            Ia5(body, property);
            body.WriteOctetString(signer.Certificate);
            body.WriteObjectIdentifier(given.Suite.SignatureOid);
        }
        var signature = new AsnWriter(AsnEncodingRules.DER);
        using (signature.PushSequence()) { signature.WriteEncodedValue(body.Encode()); signature.WriteBitString(signer.Sign(body.Encode()).AsTask().Result); }
        return signature.Encode();
    }

    /// <summary>A document sealed by us, its seal and signature replaced by those of structure 1 of a stranger with the same root.</summary>
    public static OfdPackage Document(SealGiven given, OfdPackage ours)
    {
        var (key, certificate) = given.Person("外省某某局");
        var signer = Signer.Of(key, certificate.Raw);
        var seal = SealOfStructure1(given, certificate.Raw);
        var xml = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(ours["Doc_0/Signs/Sign_0/Signature.xml"]!)
            .Replace(Convert.ToBase64String(given.Suite.Digest(ours["Doc_0/Signs/Sign_0/Seal.esl"]!)), Convert.ToBase64String(given.Suite.Digest(seal))));
        return ours.With("Doc_0/Signs/Sign_0/Seal.esl", seal).With("Doc_0/Signs/Sign_0/Signature.xml", xml)
            .With("Doc_0/Signs/Sign_0/SignedValue.dat", SignatureOfStructure1(given, seal, signer, given.Suite.Digest(xml), "/Doc_0/Signs/Sign_0/Signature.xml", "2026-09-20 10:00:00"));
    }

    /// <summary>Structure 5: as 4, with a timestamp in the seal and version 5 throughout.</summary>
    public static byte[] SealOfStructure5(SealGiven given, byte[] signer)
    {
        var four = ElectronicSeal.Info("KAPOK", "44010600000002", new(1, "外省某某局", [signer], [], SealGiven.Made, SealGiven.Made, SealGiven.Made.AddYears(5)), new("PNG", SealGiven.Picture.ToPng(), 42, 42));
        var at = four.AsSpan().IndexOf((byte[])[0x02, 0x01, 0x04]); // the version stands first
        four[at + 2] = 5;
        var seal = new AsnWriter(AsnEncodingRules.DER);
        using (seal.PushSequence())
        {
            seal.WriteEncodedValue(four);
            seal.WriteOctetString(given.Maker.Raw);
            seal.WriteObjectIdentifier(given.Suite.SignatureOid);
            seal.WriteBitString(given.MakerKey.Sign(four));
            using (seal.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0))) seal.WriteBitString([0x30, 0x00]);
        }
        return seal.Encode();
    }

    static void Ia5(AsnWriter writer, string text) => writer.WriteCharacterString(UniversalTagNumber.IA5String, text);
}
