using System.Globalization;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Kapok.Trust.Keys;
using Kapok.Trust.Timestamps;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Kapok.Foundation.Pages;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Trust.Auditing;

/// <summary>The audit chain for auditors: signed roots, sealing now, the proof of a record, the export of everything.</summary>
static class AuditRoutes
{
    const string Audit = "audit.read";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/admin/audit-chain", async (AuditExport export, NodeOptions options, HttpContext http, string? done, string? stream, string? seq, string? error) =>
            Page(await export.Roots(50), http, options, done, stream, seq, error)).Allow(Audit);
        routes.MapPost("/admin/audit-chain", async (HttpContext http, AuditSealing sealing) =>
            await Seal(http, sealing) is { Ok: false } refused ? refused.Refuse() : Results.Redirect("/admin/audit-chain?done=sealed")).Allow(Audit);
        routes.MapGet("/admin/audit-chain/proof", async (AuditProofs proofs, string? stream, string? seq, CancellationToken stop) =>
        {
            var found = await Proof(proofs, stream, seq, stop);
            return found.Ok ? Answer(found.Value!) : Results.Redirect($"/admin/audit-chain?error={Uri.EscapeDataString(found.Message)}&stream={Uri.EscapeDataString(stream ?? "")}&seq={Uri.EscapeDataString(seq ?? "")}#proof");
        }).Allow(Audit);
        routes.MapGet("/admin/audit-chain/export", Export).Allow(Audit);

        routes.MapGet("/api/v1/audit-chain/roots", async (AuditExport export) =>
            Results.Json(new { items = (await export.Roots()).Select(r => new { r.Statement.Number, r.Statement.Size, r.Statement.At, r.Root.Statement, r.Root.Signature, r.Root.Certificate, r.Root.Timestamp }) }, Json.Options)).Allow(Audit);
        routes.MapPost("/api/v1/audit-chain/roots", async (HttpContext http, AuditSealing sealing) => (await Seal(http, sealing)).Answer(StatusCodes.Status201Created)).Allow(Audit);
        routes.MapGet("/api/v1/audit-chain/proof", async (AuditProofs proofs, string? stream, string? seq, CancellationToken stop) =>
            await Proof(proofs, stream, seq, stop) is var found && found.Ok ? Answer(found.Value!) : found.Refuse()).Allow(Audit);
        routes.MapGet("/api/v1/audit-chain/export", Export).Allow(Audit);
    }

    static IResult Page(IReadOnlyList<(RootStatement Statement, SignedRoot Root)> roots, HttpContext http, NodeOptions options, string? done, string? stream, string? seq, string? error) =>
        new PageResult<AuditChainPage>(new
        {
            Roots = roots.Select(r => new AuditRootRow(r.Statement.Number, r.Statement.Size, r.Statement.At, Convert.ToHexStringLower(r.Statement.Root))).ToList(),
            MayExport = MayExport(http, options).Allowed, Done = done, Record = stream ?? "", Seq = seq ?? "", Error = error,
        });

    static async Task<Outcome<RootStatement>> Seal(HttpContext http, AuditSealing sealing)
    {
        try { return (await sealing.Seal(http.Actor(), http.RequestAborted)).Read(); }
        catch (Exception e) when (e is TimestampUnavailable or KeyUnavailable or KeyRefused) { return Outcome<RootStatement>.No(Refusal.Unavailable, "现在不能封存：" + e.Message); }
    }

    static async Task<Outcome<AuditProof>> Proof(AuditProofs proofs, string? stream, string? seq, CancellationToken stop)
    {
        if (!Guid.TryParse(stream, out var id)) return Outcome<AuditProof>.No(Refusal.Invalid, "记录链的编号应为 UUID，例如办件的编号", "stream");
        if (!int.TryParse(seq, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return Outcome<AuditProof>.No(Refusal.Invalid, "第几条应为正整数", "seq");
        return await proofs.Of(id, number, stop);
    }

    static IResult Answer(AuditProof proof) => Results.File(proof.ToJson(), "application/json", $"audit-proof-{proof.Stream}-{proof.Seq}.json");

    /// <summary>The export holds everybody's records: only an auditor of the whole node may have it.</summary>
    static Decision MayExport(HttpContext http, NodeOptions options) => Access.Decide(http.Actor(), Audit, new Target(Division: options.Division));

    static async Task<IResult> Export(HttpContext http, AuditExport export, NodeOptions options, string? from, string? to)
    {
        if (MayExport(http, options) is { Allowed: false } no) return Problems.Forbidden(no.Reason);
        if (!Number(from, out var first) || !Number(to, out var last)) return Outcome<bool>.No(Refusal.Invalid, "起止位置应为整数", "from").Refuse();
        var range = await export.Range(first, last);
        if (!range.Ok) return range.Refuse();
        return Results.Stream(output => export.Write(output, range.Value.From, range.Value.To, http.RequestAborted), "application/jsonl", $"audit-{options.Division}-{range.Value.From}-{range.Value.To}.jsonl");
    }

    static bool Number(string? text, out long? number)
    {
        number = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : null;
        return number is not null || string.IsNullOrEmpty(text);
    }
}

/// <summary>A signed root as the page lists it.</summary>
public sealed record AuditRootRow(long Number, long Size, DateTimeOffset At, string Root);
