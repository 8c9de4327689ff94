using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Kapok.Trust.Algorithms;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Documents.Verifying;

/// <summary>Anybody may verify a file, by page and by interface. Nothing is kept.</summary>
public static class VerifyRoutes
{
    /// <summary>Largest file, bytes.</summary>
    public const int Largest = 20 << 20;

    sealed class LargeBody : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => Largest + (1 << 20);
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/verify", () => new PageResult<VerifyPage>()).AllowAnyone();
        routes.MapPost("/verify", ByPage).AllowAnyone().WithMetadata(new LargeBody());
        routes.MapPost("/api/v1/verify", ByProgram).AllowAnyone().DisableAntiforgery().WithMetadata(new LargeBody())
            .WithSummary("查验文件真伪：请求体是文件本身，或者 multipart 的 file（与 signature）");
    }

    static async Task<IResult> ByPage(HttpContext http, Verifier verifier, TimeProvider time)
    {
        var read = await Read(http);
        if (!read.Ok)
        {
            var errors = new FieldErrors();
            foreach (var fault in read.Faults) errors.Add(fault.Where, fault.Message);
            return new PageResult<VerifyPage>(new { Errors = errors }) { StatusCode = Problems.Status(read.Refused!.Value) };
        }
        var (name, file, signature) = read.Value!;
        var report = await verifier.Verify(file, signature, http.RequestAborted);
        return report.Ok ? new PageResult<VerifyResultPage>(new { Report = report.Value!, FileName = name, Bytes = (long)file.Length, Digest = Convert.ToHexStringLower(Sm3.Hash(file)), At = time.GetUtcNow().UtcDateTime }) : report.Refuse();
    }

    static async Task<IResult> ByProgram(HttpContext http, Verifier verifier)
    {
        var read = await Read(http);
        if (!read.Ok) return read.Refuse();
        var report = await verifier.Verify(read.Value!.File, read.Value.Signature, http.RequestAborted);
        return report.Ok ? Results.Json(Answer(report.Value!, read.Value.File), Json.Options) : report.Refuse();
    }

    /// <summary>The report as programs get it; the picture and certificates stay out.</summary>
    static object Answer(VerificationReport report, byte[] file) => new
    {
        report.Format, report.Verdict, report.Conclusion, digest = Convert.ToHexStringLower(Sm3.Hash(file)),
        signatures = report.Signatures.Select(s => new
        {
            kind = s.IsSeal ? "seal" : "signature", s.Signer, s.At, s.Structure, s.Pages, s.Verdict,
            seal = s.Seal is { } seal ? new { seal.Number, seal.Properties.Name, seal.Properties.ValidFrom, seal.Properties.ValidTo, seal.Vendor, structure = seal.Version } : null,
            checks = s.Checks.Select(c => new { c.Key, title = CheckKeys.Title(c.Key), c.State, c.Words }),
        }),
    };

    sealed record Sent(string Name, byte[] File, byte[]? Signature);

    static async Task<Outcome<Sent>> Read(HttpContext http)
    {
        if (!http.Request.HasFormContentType)
        {
            var body = await Bytes(http.Request.Body, http.RequestAborted);
            return body is null ? TooLarge() : body.Length == 0 ? Outcome<Sent>.No(Refusal.Invalid, "请选择要查验的文件", "file") : new Sent("", body, null);
        }
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        if (form.Files["file"] is not { Length: > 0 } file) return Outcome<Sent>.No(Refusal.Invalid, "请选择要查验的文件", "file");
        var bytes = await Bytes(file.OpenReadStream(), http.RequestAborted);
        var signature = form.Files["signature"] is { Length: > 0 } beside ? await Bytes(beside.OpenReadStream(), http.RequestAborted) : [];
        if (bytes is null || signature is null) return TooLarge();
        return new Sent(Path.GetFileName(file.FileName), bytes, signature.Length > 0 ? signature : null);
    }

    static Outcome<Sent> TooLarge() => Outcome<Sent>.No(Refusal.TooLarge, $"文件超过 {Largest >> 20} MB", "file");

    static async Task<byte[]?> Bytes(Stream from, CancellationToken stop)
    {
        using var memory = new MemoryStream();
        var buffer = new byte[64 << 10];
        for (int read; (read = await from.ReadAsync(buffer, stop)) > 0;)
        {
            if (memory.Length + read > Largest) return null;
            memory.Write(buffer, 0, read);
        }
        return memory.ToArray();
    }
}
