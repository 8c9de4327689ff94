using System.Net.Http.Headers;
using System.Numerics;
using System.Security.Cryptography;
using Kapok.Trust.Algorithms;
using Kapok.Trust.Authority;
using Kapok.Trust.Certificates;
using Kapok.Trust.Keys;

namespace Kapok.Trust.Timestamps;

/// <summary>
/// The front door to timestamps: the node's own service, or an outside one when KAPOK_TSA names it (RFC 3161 over HTTP).
/// </summary>
public sealed class TimestampAuthority(NodeAuthority authority, Keys.Keys keys, TrustSettings settings, TimeProvider time)
{
    /// <summary>Policy of the node's own service.</summary>
    public const string Policy = "2.25.142733328801721201067766346578128797697";

    static readonly HttpClient Outside = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(10), MaxResponseContentBufferSize = TimestampToken.Longest };

    /// <summary>
    /// A token for a digest, with the certificate of its signer inside. Throws <see cref="TimestampUnavailable"/> when none
    /// can be had now.
    /// </summary>
    public async ValueTask<byte[]> Stamp(byte[] digest, string digestOid, CancellationToken stop = default)
    {
        var request = new TimestampRequest(digestOid, digest, new BigInteger(RandomNumberGenerator.GetBytes(8), isUnsigned: true), WantsCertificate: true);
        if (settings.TimestampService is { } address) return await Ask(new(address), request, stop);
        try { return await Answer(request, stop); }
        catch (Exception e) when (e is KeyUnavailable or KeyRefused) { throw new TimestampUnavailable("时间戳密钥现在不能用：" + e.Message, e); }
    }

    /// <summary>Stamps data by its digest in the node's suite.</summary>
    public ValueTask<byte[]> StampData(ReadOnlyMemory<byte> data, CancellationToken stop = default) => Stamp(settings.Suite.Digest(data.Span), settings.Suite.DigestOid, stop);

    /// <summary>The node's own token for a request whose algorithm and policy were accepted.</summary>
    internal async Task<byte[]> Answer(TimestampRequest request, CancellationToken stop)
    {
        if (Digests.Size(request.DigestOid) != request.Digest.Length) throw new ArgumentException("The digest does not have the length of its algorithm.", nameof(request));
        var key = (await authority.First(stop)).Timestamp;
        var serial = new BigInteger(RandomNumberGenerator.GetBytes(12), isUnsigned: true);
        var info = TokenWriter.Info(request, Policy, serial, time.GetUtcNow());
        var attributes = TokenWriter.Attributes(info, key.Suite, key.Certificate!);
        return TokenWriter.Token(info, attributes, await keys.Sign(key.Id, attributes, stop), key.Suite, key.Certificate!, request.WantsCertificate ? [key.Certificate!] : []);
    }

    /// <summary>Asks an outside service and takes its answer only when it is about our digest and our question.</summary>
    public async Task<byte[]> Ask(Uri service, TimestampRequest request, CancellationToken stop = default)
    {
        try
        {
            using var content = new ByteArrayContent(request.Write());
            content.Headers.ContentType = new MediaTypeHeaderValue("application/timestamp-query");
            using var answer = await Outside.PostAsync(service, content, stop);
            if (!answer.IsSuccessStatusCode) throw new TimestampUnavailable($"时间戳服务回答 {(int)answer.StatusCode}");
            var token = TimestampToken.Parse(TimestampReply.Token(await answer.Content.ReadAsByteArrayAsync(stop)));
            if (token.Nonce != request.Nonce || token.DigestOid != request.DigestOid || !token.Digest.AsSpan().SequenceEqual(request.Digest)) throw new TimestampUnavailable("时间戳服务回答的不是这次的请求");
            return token.Raw;
        }
        catch (Exception e) when (e is HttpRequestException or FormatException || (e is OperationCanceledException && !stop.IsCancellationRequested)) { throw new TimestampUnavailable("时间戳服务现在不能用：" + e.Message, e); }
    }
}
