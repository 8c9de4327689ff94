using Kapok.Documents.Licences.Desk;
using Kapok.Documents.Licences.Holding;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Foundation.Files;
using Kapok.Foundation.Http;
using Kapok.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Documents.Licences.Sharing;

/// <summary>
/// 共享服务接口 (GB/T 36906-2018): list by holder, metadata, file, verify. Every call says what for (useCause, at most 200
/// characters) and is written down for the holder; agencies get an annotated copy, never the original.
/// </summary>
static class SharingRoutes
{
    public sealed record ListBody(string? HolderCode, string? HolderTypeCode, string? CertTypeCode, string? CertNo, string? UseCause, string? CaseNumber);
    public sealed record OneBody(string? CertIdentifier, string? UseCause, string? CaseNumber, DateOnly? ExpiryTime);
    public sealed record VerifyBody(string? CertIdentifier, string? Holder, string? CertNo, string? UseCause);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1/licences").AllowFamily("licences.", "仅限有权使用证照的岗位").WithTags("电子证照共享");
        api.MapPost("query", List);
        api.MapPost("metadata", Metadata);
        api.MapPost("file", Copy);
        api.MapPost("verify", Verify);
        api.MapGet("feed", Feed);
        api.MapGet("feed/lateness", async (HttpContext http, LicenceFeed feed) =>
            Access.DecideAnywhere(http.Actor(), LicenceFeed.Permission) is { Allowed: false } no ? No(no) : Results.Json(new { limitMinutes = (int)LicenceFeed.Limit.TotalMinutes, readers = await feed.Lateness() }, Json.Options));
        api.MapGet("types", (LicenceTypes types) => Results.Json(new { items = types.Current.Types.Select(t => new { t.Type.Key, t.Type.Code, t.Type.Name, definer = t.Type.Definer, t.Type.Holder, t.Published, items = t.Type.Yields.Select(y => new { y.Item, y.Act }) }) }, Json.Options));
    }

    static IResult No(Decision decision) => Outcome<int>.No(Refusal.Forbidden, decision.Reason).Refuse();

    /// <summary>Who may not ask, or what is missing in what he says he asks for.</summary>
    static IResult? Asked(HttpContext http, string? useCause)
    {
        if (Access.DecideAnywhere(http.Actor(), LicenceActs.Read) is { Allowed: false } no) return No(no);
        return useCause?.Trim().Length is null or < 4 or > 200 ? Outcome<int>.No(Refusal.Invalid, "请写明用途（useCause），4 到 200 个字", "useCause").Refuse() : null;
    }

    static async Task<IResult> List(ListBody body, HttpContext http, LicenceRegister register, LicenceTypes types, LicenceUses uses, TimeProvider time)
    {
        if (Asked(http, body.UseCause) is { } refused) return refused;
        var faults = new List<Fault>();
        if (string.IsNullOrWhiteSpace(body.HolderCode) || body.HolderCode.Length > 64) faults.Add(new("holderCode", "请写明持证主体代码"));
        if (body.HolderTypeCode is not { Length: 3 }) faults.Add(new("holderTypeCode", "持证主体代码类型应为 3 位，例如 111、001"));
        var type = string.IsNullOrEmpty(body.CertTypeCode) ? null : types.Current.Find(body.CertTypeCode);
        if (!string.IsNullOrEmpty(body.CertTypeCode) && type is null) faults.Add(new("certTypeCode", "没有登记这个证照类型"));
        if (faults.Count > 0) return Outcome<int>.Invalid(faults).Refuse();
        var today = ChinaTime.DateOf(time.GetUtcNow());
        var rows = (await register.OfHolder($"{body.HolderTypeCode}:{body.HolderCode!.Trim().ToUpperInvariant()}", type?.Key)).Where(r => string.IsNullOrEmpty(body.CertNo) || r.Number == body.CertNo).ToList();
        foreach (var row in rows) await uses.Record(row, http.Actor(), "share", body.UseCause!.Trim(), "目录查询", body.CaseNumber);
        return Results.Json(new { items = rows.Select(r => new { certIdentifier = r.Identifier, certName = r.Name, certTypeCode = r.TypeCode, certNo = r.Number, issueOrg = r.IssuerName, issueOrgCode = r.IssuerCode, r.IssuedOn, r.ValidFrom, r.ValidTo, state = LicenceWords.Key(r.StateOn(today)), grade = r.Grade.ToString() }) }, Json.Options);
    }

    static async Task<(LicenceRow? Row, IResult? Refused)> One(OneBody body, HttpContext http, LicenceRegister register)
    {
        if (Asked(http, body.UseCause) is { } refused) return (null, refused);
        var verdict = LicenceIdentifier.Parse(body.CertIdentifier, out var identifier);
        if (!verdict.IsValid) return (null, Outcome<int>.No(Refusal.Invalid, verdict.Problem!, "certIdentifier").Refuse());
        return await register.ByIdentifier(identifier!.ToString()) is { } row ? (row, null) : (null, Problems.NotFound("没有这本证照"));
    }

    static async Task<IResult> Metadata(OneBody body, HttpContext http, LicenceRegister register, LicenceUses uses, TimeProvider time)
    {
        var (row, refused) = await One(body, http, register);
        if (row is null) return refused!;
        await uses.Record(row, http.Actor(), "share", body.UseCause!.Trim(), "元数据查询", body.CaseNumber);
        return Results.Json(new { state = LicenceWords.Key(row.StateOn(ChinaTime.DateOf(time.GetUtcNow()))), grade = row.Grade.ToString(), metadata = LicenceJson.Elements(row) }, Json.Options);
    }

    static async Task<IResult> Copy(OneBody body, HttpContext http, LicenceRegister register, LicenceUses uses, Wallet wallet, FileStore files, TimeProvider time)
    {
        var (row, refused) = await One(body, http, register);
        if (row is null) return refused!;
        var until = body.ExpiryTime ?? ChinaTime.DateOf(time.GetUtcNow()).AddDays(30);
        var made = await wallet.Copy(row, body.UseCause!.Trim() is { Length: > 100 } long_ ? long_[..100] : body.UseCause.Trim(), await uses.NameOf(http.Actor()) is { Length: > 100 } name ? name[..100] : await uses.NameOf(http.Actor()), until, http.Actor(), body.CaseNumber);
        if (!made.Ok) return made.Refuse();
        if (await files.Find(made.Value!.File) is not { } stored) return Problems.NotFound("加注件的文件不在");
        await using var content = await files.Open(stored);
        using var memory = new MemoryStream();
        await content.CopyToAsync(memory);
        return Results.Json(new { certIdentifier = row.Identifier, annotated = true, until, digest = made.Value.Digest, type = stored.Type, content = Convert.ToBase64String(memory.ToArray()) }, Json.Options);
    }

    static async Task<IResult> Verify(VerifyBody body, HttpContext http, LicenceCheck check, LicenceUses uses)
    {
        if (Asked(http, body.UseCause) is { } refused) return refused;
        var verdict = LicenceIdentifier.Parse(body.CertIdentifier, out var identifier);
        if (!verdict.IsValid) return Outcome<int>.No(Refusal.Invalid, verdict.Problem!, "certIdentifier").Refuse();
        var answer = await check.Of(identifier!, body.Holder, body.CertNo);
        if (answer.Licence is { } row) await uses.Record(row, http.Actor(), "verify", body.UseCause!.Trim(), "核验");
        return Results.Json(new { answer.Verdict, answer.Word, answer.Sentence, certName = answer.Licence?.Name, certNo = answer.Licence?.Number, issueOrg = answer.Licence?.IssuerName, answer.Licence?.ValidTo }, Json.Options);
    }

    static async Task<IResult> Feed(string? after, int? limit, HttpContext http, LicenceFeed feed, OrganisationDirectory directory)
    {
        var actor = http.Actor();
        if (Access.DecideAnywhere(actor, LicenceFeed.Permission) is { Allowed: false } no) return No(no);
        if (!EventCursor.TryParse(after, out var cursor)) return Outcome<int>.No(Refusal.Invalid, "after 应为上一页的 next", "after").Refuse();
        var reader = actor.Organisation is { } office ? directory.Organisation(office)?.Key ?? actor.Name : actor.Name;
        var (rows, next) = await feed.After(reader, cursor, limit ?? LicenceFeed.Most, row => Access.Decide(actor, LicenceFeed.Permission, LicenceActs.Of(row)));
        return Results.Json(new { rows, next }, Json.Options);
    }
}
