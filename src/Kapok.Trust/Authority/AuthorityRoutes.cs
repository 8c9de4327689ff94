using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Kapok.Trust.Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Trust.Authority;

/// <summary>What everybody may fetch from the node's authority: certificates, the revocation list, the state of one certificate.</summary>
static class AuthorityRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/trust/node.crl", async (NodeAuthority authority, CancellationToken stop) => Results.Bytes((await authority.List(stop)).Raw, "application/pkix-crl", "node.crl")).AllowAnyone();
        routes.MapGet("/trust/node.pem", async (NodeAuthority authority, CancellationToken stop) =>
        {
            var first = await authority.First(stop);
            return Results.Text(string.Concat(((Keys.KeyRecord[])[first.Root, first.SealMaker, first.Organisation, first.Timestamp, first.Audit]).Select(k => $"# {k.Title}\n{k.Certificate!.ToPem()}")), "application/x-pem-file");
        }).AllowAnyone();
        routes.MapGet("/trust/root.cer", async (NodeAuthority authority, CancellationToken stop) => Results.Bytes((await authority.First(stop)).Root.Certificate!.Raw, "application/pkix-cert", "root.cer")).AllowAnyone();
        routes.MapGet("/api/v1/trust/status/{serial}", async (NodeAuthority authority, string serial) =>
            serial.Length is > 0 and <= 40 && serial.All(char.IsAsciiHexDigit) ? Results.Json(await authority.Status(serial.ToUpperInvariant()), Json.Options) : Problems.NotFound("序列号应为十六进制")).AllowAnyone();
    }
}
