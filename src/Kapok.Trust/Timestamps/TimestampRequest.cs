using System.Formats.Asn1;
using System.Numerics;
using Kapok.Trust.Algorithms;

namespace Kapok.Trust.Timestamps;

/// <summary>A request for a timestamp (RFC 3161 clause 2.4.1).</summary>
public sealed record TimestampRequest(string DigestOid, byte[] Digest, BigInteger? Nonce, bool WantsCertificate, string? Policy = null)
{
    /// <summary>Longest request that is read, in bytes.</summary>
    public const int Longest = 4096;

    /// <summary>Reads DER; throws <see cref="FormatException"/> when it is none, or has extensions (none are understood).</summary>
    public static TimestampRequest Parse(byte[] der)
    {
        if (der.Length > Longest) throw new FormatException("时间戳请求太长");
        try
        {
            var outer = new AsnReader(der, AsnEncodingRules.DER);
            var request = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            if (request.ReadInteger() != 1) throw new FormatException("时间戳请求的版本应为 1");
            var (oid, digest) = ReadImprint(request);
            var policy = request.HasData && request.PeekTag().HasSameClassAndValue(Asn1Tag.ObjectIdentifier) ? request.ReadObjectIdentifier() : null;
            BigInteger? nonce = request.HasData && request.PeekTag().HasSameClassAndValue(Asn1Tag.Integer) ? request.ReadInteger() : null;
            var certificate = request.HasData && request.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && request.ReadBoolean();
            if (request.HasData) throw new FormatException("时间戳请求里有不认识的扩展");
            return new(oid, digest, nonce, certificate, policy);
        }
        catch (AsnContentException e) { throw new FormatException("时间戳请求格式不对：" + e.Message, e); }
    }

    public byte[] Write()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            WriteImprint(writer, DigestOid, Digest);
            if (Policy is not null) writer.WriteObjectIdentifier(Policy);
            if (Nonce is { } nonce) writer.WriteInteger(nonce);
            if (WantsCertificate) writer.WriteBoolean(true);
        }
        return writer.Encode();
    }

    internal static (string Oid, byte[] Digest) ReadImprint(AsnReader reader)
    {
        var imprint = reader.ReadSequence();
        return (imprint.ReadSequence().ReadObjectIdentifier(), imprint.ReadOctetString());
    }

    internal static void WriteImprint(AsnWriter writer, string oid, byte[] digest)
    {
        using var imprint = writer.PushSequence();
        WriteAlgorithm(writer, oid);
        writer.WriteOctetString(digest);
    }

    internal static void WriteAlgorithm(AsnWriter writer, string oid)
    {
        using var algorithm = writer.PushSequence();
        writer.WriteObjectIdentifier(oid);
        if (oid != Sm3.Oid) writer.WriteNull();
    }
}

/// <summary>A reply to a request (RFC 3161 clause 2.4.2): a token, or why there is none.</summary>
public static class TimestampReply
{
    /// <summary>What was wrong with a request, as bit of PKIFailureInfo.</summary>
    public enum Failure { BadAlgorithm = 0, BadRequest = 2, BadDataFormat = 5, UnacceptedPolicy = 15, SystemFailure = 25 }

    public static byte[] Granted(byte[] token)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence()) writer.WriteInteger(0);
            writer.WriteEncodedValue(token);
        }
        return writer.Encode();
    }

    public static byte[] Refused(Failure failure, string words)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence())
        {
            writer.WriteInteger(2);
            using (writer.PushSequence()) writer.WriteCharacterString(UniversalTagNumber.UTF8String, words);
            var bits = new byte[(int)failure / 8 + 1];
            bits[^1] = (byte)(0x80 >> (int)failure % 8);
            writer.WriteBitString(bits, 7 - (int)failure % 8);
        }
        return writer.Encode();
    }

    /// <summary>The token of a reply; throws <see cref="TimestampUnavailable"/> with the server's words when it was refused.</summary>
    public static byte[] Token(byte[] der)
    {
        try
        {
            var reply = new AsnReader(der, AsnEncodingRules.BER).ReadSequence();
            var status = reply.ReadSequence();
            var code = (int)status.ReadInteger();
            if (code is 0 or 1) return reply.ReadEncodedValue().ToArray();
            var words = status.HasData && status.PeekTag().HasSameClassAndValue(Asn1Tag.Sequence) ? status.ReadSequence().ReadCharacterString(UniversalTagNumber.UTF8String) : "";
            throw new TimestampUnavailable($"时间戳服务拒绝了请求（{code}）{words}");
        }
        catch (Exception e) when (e is AsnContentException or OverflowException) { throw new TimestampUnavailable("时间戳服务的回答看不懂", e); }
    }
}

/// <summary>No timestamp can be had now; the same call may succeed later.</summary>
public sealed class TimestampUnavailable(string message, Exception? inner = null) : Exception(message, inner);
