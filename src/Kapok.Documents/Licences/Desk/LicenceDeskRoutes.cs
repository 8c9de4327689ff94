using Kapok.Documents.Licences.Holding;
using Kapok.Documents.Licences.Stock;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;
using Kapok.Foundation.Http;
using Kapok.Foundation.Pages;
using Kapok.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Documents.Licences.Desk;

/// <summary>The pages of officials who look after licences.</summary>
static class LicenceDeskRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var desk = routes.MapGroup("/desk").AllowFamily("licences.", "仅限办理证照的岗位");
        desk.MapGet("licences", Search);
        desk.MapGet("licences/{id:guid}", (Guid id, string? use, string? done, HttpContext http, LicenceRegister register, LicenceUses uses, LicenceActs acts, TimeProvider time) => Show(id, use, done, http, register, uses, acts, time, null, null));
        desk.MapPost("licences/{id:guid}/acts", Act);
        desk.MapPost("licences/{id:guid}/proposals/{proposal:guid}", Decide);
        desk.MapGet("licences/stock", async (HttpContext http, StockImport stock) => Page(await stock.Reports(http.Actor().Organisation ?? Guid.Empty), null));
        desk.MapPost("licences/stock", Import);
        desk.MapGet("licence-types", (HttpContext http, LicenceTypeDesk types, OrganisationDirectory directory) => Types(http, types, directory, null));
        desk.MapPost("licence-types", Publish);

        var api = routes.MapGroup("/api/v1/licence-desk").AllowFamily("licences.", "仅限办理证照的岗位").WithTags("证照管理");
        api.MapPost("licences/{id:guid}/acts", async (Guid id, LicenceActBody body, HttpContext http, LicenceActs acts, TimeProvider time) =>
        {
            var done = await acts.Do(id, new(body.Act ?? "", body.Ground ?? "", body.Reason ?? ""), http.Actor());
            return done.Ok ? Results.Json(new { licence = LicenceJson.Metadata(done.Value.Licence, ChinaTime.DateOf(time.GetUtcNow())), proposal = done.Value.Proposal }, Json.Options) : done.Refuse();
        });
        api.MapPost("proposals/{id:guid}", async (Guid id, LicenceProposalBody body, HttpContext http, LicenceActs acts, TimeProvider time) =>
        {
            var done = await acts.Decide(id, body.Granted ?? false, http.Actor());
            return done.Ok ? Results.Json(LicenceJson.Metadata(done.Value!, ChinaTime.DateOf(time.GetUtcNow())), Json.Options) : done.Refuse();
        });
        api.MapPost("stock", async (string? name, HttpContext http, StockImport stock, CancellationToken stop) =>
        {
            if (Access.DecideAnywhere(http.Actor(), StockImport.Permission) is { Allowed: false } no) return Outcome<int>.No(Refusal.Forbidden, no.Reason).Refuse();
            var report = await stock.Take(await Bytes(http.Request.Body, stop), name is { Length: > 0 and <= 120 } ? name : "stock", http.Actor());
            return report.Ok ? Results.Json(report.Value, Json.Options) : report.Refuse();
        });
    }

    public sealed record LicenceActBody(string? Act, string? Ground, string? Reason);
    public sealed record LicenceProposalBody(bool? Granted);

    static async Task<IResult> Search(string? q, string? use, HttpContext http, LicenceRegister register, TimeProvider time)
    {
        var (query, purpose) = ((q ?? "").Trim(), (use ?? "").Trim());
        var errors = new FieldErrors();
        List<LicenceRow>? rows = null;
        if (query.Length > 0)
        {
            if (Access.DecideAnywhere(http.Actor(), LicenceActs.Read) is { Allowed: false } no) return Outcome<int>.No(Refusal.Forbidden, no.Reason).Refuse();
            if (query.Length is < 4 or > 120) errors.Add("q", "请输入完整的号码");
            if (purpose.Length is < 4 or > 200) errors.Add("use", "请写明用途，例如办件编号或者检查事由");
            if (!errors.Any) rows = await register.Search(query, ChinaTime.DateOf(time.GetUtcNow()));
        }
        return new PageResult<SearchPage>(new { Query = query, Use = purpose, Rows = rows, MayImport = (bool)Access.DecideAnywhere(http.Actor(), StockImport.Permission), Today = ChinaTime.DateOf(time.GetUtcNow()), Errors = errors }) { StatusCode = errors.Any ? 422 : 200 };
    }

    static async Task<IResult> Show(Guid id, string? use, string? done, HttpContext http, LicenceRegister register, LicenceUses uses, LicenceActs acts, TimeProvider time, FieldErrors? errors, IFormCollection? form)
    {
        var actor = http.Actor();
        if (await register.Find(id) is not { } row) return Problems.NotFound("没有这本证照");
        bool May(string permission) => Access.Decide(actor, permission, LicenceActs.Of(row));
        var own = May(LicenceActs.Read) || May(LicenceActs.Manage) || May(LicenceActs.Approve);
        if (!own && !Access.DecideAnywhere(actor, LicenceActs.Read)) return Outcome<int>.No(Refusal.Forbidden, "您的岗位不能查看证照").Refuse();
        var purpose = (use ?? "").Trim();
        // Licences of one's own unit are one's work; those of others are looked at for something.
        if (purpose.Length < 4)
        {
            if (!own) return Results.Redirect($"/desk/licences?q={Uri.EscapeDataString(row.Identifier)}");
            purpose = "证照管理";
        }
        if (errors is null) await uses.Record(row, actor, "desk", purpose.Length <= 200 ? purpose : purpose[..200], "履行职责");
        return new PageResult<DeskLicencePage>(new
        {
            Row = row, Type = await register.TypeOf(row), Versions = await register.Versions(row.Chain), Uses = await uses.Of(row.Chain, 30), Open = (await acts.Proposals(id)).FirstOrDefault(p => p.DecidedAt is null), Use = purpose,
            MayManage = May(LicenceActs.Manage), MayApprove = May(LicenceActs.Approve), Today = ChinaTime.DateOf(time.GetUtcNow()), Done = done, Errors = errors, Typed = form?.ToDictionary(f => f.Key, f => f.Value.ToString()) ?? [],
        }) { StatusCode = errors is null ? 200 : 422 };
    }

    static async Task<IResult> Act(Guid id, HttpContext http, LicenceRegister register, LicenceUses uses, LicenceActs acts, TimeProvider time)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var done = await acts.Do(id, new(form["act"].ToString(), form["ground"].ToString(), form["reason"].ToString()), http.Actor());
        if (done.Ok) return Results.Redirect($"/desk/licences/{id}?done={(done.Value.Proposal is null ? "done" : "proposed")}");
        if (done.Refused is Refusal.NotFound or Refusal.Forbidden) return done.Refuse();
        return await Show(id, null, null, http, register, uses, acts, time, Errors(done.Faults, "act", "ground", "reason"), form);
    }

    static async Task<IResult> Decide(Guid id, Guid proposal, HttpContext http, LicenceRegister register, LicenceUses uses, LicenceActs acts, TimeProvider time)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var done = await acts.Decide(proposal, form["decision"] == "yes", http.Actor());
        if (done.Ok) return Results.Redirect($"/desk/licences/{id}?done=done");
        return done.Refused is Refusal.NotFound or Refusal.Forbidden ? done.Refuse() : await Show(id, null, null, http, register, uses, acts, time, Errors(done.Faults), form);
    }

    static async Task<IResult> Import(HttpContext http, StockImport stock, CancellationToken stop)
    {
        if (Access.DecideAnywhere(http.Actor(), StockImport.Permission) is { Allowed: false } no) return Outcome<int>.No(Refusal.Forbidden, no.Reason).Refuse();
        var form = await http.Request.ReadFormAsync(stop);
        var errors = new FieldErrors();
        if (form.Files["file"] is not { Length: > 0 } sent) errors.Add("file", "请选择文件");
        else
        {
            await using var content = sent.OpenReadStream();
            var report = await stock.Take(await Bytes(content, stop), sent.FileName, http.Actor());
            if (report.Ok) return Results.Redirect("/desk/licences/stock");
            foreach (var fault in report.Faults) errors.Add("file", fault.ToString());
        }
        return Page(await stock.Reports(http.Actor().Organisation ?? Guid.Empty), errors);
    }

    static async Task<byte[]> Bytes(Stream content, CancellationToken stop)
    {
        using var memory = new MemoryStream();
        await content.CopyToAsync(memory, stop);
        return memory.ToArray();
    }

    static PageResult<StockPage> Page(IReadOnlyList<StockReport> reports, FieldErrors? errors) => new(new { Reports = reports, Errors = errors }) { StatusCode = errors is null ? 200 : 422 };

    static async Task<IResult> Types(HttpContext http, LicenceTypeDesk types, OrganisationDirectory directory, FieldErrors? errors)
    {
        var actor = http.Actor();
        return new PageResult<TypesPage>(new
        {
            Types = await types.All(), Issuing = await types.Issuing(actor), Errors = errors,
            MayPublish = (Func<TypeLine, bool>)(t => directory.OrganisationByKey(t.Owner) is { } owner && Access.Decide(actor, LicenceTypeDesk.Publish, owner.AsTarget())),
        }) { StatusCode = errors is null ? 200 : 422 };
    }

    static async Task<IResult> Publish(HttpContext http, LicenceTypeDesk types, OrganisationDirectory directory)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var done = await types.Set(form["key"].ToString(), form["publish"] == "true", form["reason"].ToString(), http.Actor());
        if (done.Ok) return Results.Redirect("/desk/licence-types");
        return done.Refused is Refusal.NotFound or Refusal.Forbidden ? done.Refuse() : await Types(http, types, directory, Errors(done.Faults, "reason"));
    }

    static FieldErrors Errors(IReadOnlyList<Fault> faults, params string[] fields)
    {
        var errors = new FieldErrors();
        foreach (var fault in faults) errors.Add(fields.Contains(fault.Where) ? fault.Where : "", fault.Message);
        return errors;
    }
}
