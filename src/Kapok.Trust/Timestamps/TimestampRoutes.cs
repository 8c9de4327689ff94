using Kapok.Foundation.Http;
using Kapok.Trust.Algorithms;
using Kapok.Trust.Keys;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Trust.Timestamps;

/// <summary>The timestamp service over HTTP (RFC 3161 clause 3.4). It learns a digest, nothing else, so everybody may ask.</summary>
static class TimestampRoutes
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/tsa", async (HttpContext http, TimestampAuthority authority) => Results.Bytes(await Answer(http, authority), "application/timestamp-reply"))
            .AllowAnyone().DisableAntiforgery().WithMetadata(new SmallBody());

    static async Task<byte[]> Answer(HttpContext http, TimestampAuthority authority)
    {
        using var body = new MemoryStream();
        var buffer = new byte[TimestampRequest.Longest + 1];
        for (int read; body.Length <= TimestampRequest.Longest && (read = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0;) body.Write(buffer, 0, read);
        TimestampRequest request;
        try { request = TimestampRequest.Parse(body.ToArray()); }
        catch (FormatException e) { return TimestampReply.Refused(TimestampReply.Failure.BadDataFormat, e.Message); }
        if (Digests.Size(request.DigestOid) is not { } size) return TimestampReply.Refused(TimestampReply.Failure.BadAlgorithm, "不接受这种摘要算法，请用 SM3 或 SHA-256");
        if (size != request.Digest.Length) return TimestampReply.Refused(TimestampReply.Failure.BadDataFormat, "摘要的长度与算法不符");
        if (request.Policy is { } policy && policy != TimestampAuthority.Policy) return TimestampReply.Refused(TimestampReply.Failure.UnacceptedPolicy, "不支持这种时间戳策略");
        try { return TimestampReply.Granted(await authority.Answer(request, http.RequestAborted)); }
        catch (Exception e) when (e is KeyUnavailable or KeyRefused) { return TimestampReply.Refused(TimestampReply.Failure.SystemFailure, "时间戳服务现在不能用，请稍后再试"); }
    }

    sealed class SmallBody : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => 64 << 10;
    }
}
