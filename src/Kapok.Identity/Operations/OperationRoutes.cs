using System.Text.RegularExpressions;
using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Foundation.Http;
using Kapok.Foundation.Jobs;
using Kapok.Foundation.Packages;
using Kapok.Foundation.Pages;
using Kapok.Identity.Administration;
using Kapok.Identity.Granting;
using Kapok.Identity.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace Kapok.Identity.Operations;

/// <summary>A job as the machine room sees it: never its content, which may hold people's data.</summary>
public sealed partial record OperatedJob(Guid Id, string Kind, string State, DateTime Due, int Attempts, string? LastError, DateTime CreatedAt, DateTime? FinishedAt)
{
    /// <summary>First line only, long numbers and quoted values blotted out: an error message can quote somebody's data.</summary>
    public static string? Clean(string? error)
    {
        if (error is null) return null;
        var line = error.ReplaceLineEndings("\n").Split('\n')[0];
        line = Quoted().Replace(Digits().Replace(line, "***"), "“***”");
        return line.Length > 200 ? line[..200] + "…" : line;
    }

    [GeneratedRegex("[0-9]{6,}[0-9Xx]?")] private static partial Regex Digits();
    [GeneratedRegex("[\"“][^\"”]*[\"”]")] private static partial Regex Quoted();
}

/// <summary>The machine room: jobs and packages. Nothing here shows a case or a person.</summary>
static class OperationRoutes
{
    const int PageSize = 50, MostZip = 64 << 20;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/admin/jobs", async (Database database, string? state, string? after, string? done) =>
            new PageResult<JobsPage>(new { List = await Jobs(database, state, after), State = state ?? "", First = after is null, Done = done })).Allow(Grants.Operate);
        routes.MapGet("/api/v1/admin/jobs", async (Database database, string? state, string? after) => Results.Json(await Jobs(database, state, after), Json.Options)).Allow(Grants.Operate);
        routes.MapPost("/admin/jobs/{id:guid}/again", async (HttpContext http, Database database, TimeProvider time, Guid id) =>
            await Again(http, database, time, id) is var outcome && outcome.Ok ? Results.Redirect("/admin/jobs?done=again") : outcome.Refuse()).Allow(Grants.Operate);
        routes.MapPost("/api/v1/admin/jobs/{id:guid}/again", async (HttpContext http, Database database, TimeProvider time, Guid id) => (await Again(http, database, time, id)).Answer()).Allow(Grants.Operate);
        routes.MapGet("/admin/packages", async (PackageInstaller installer, string? done) => await Packages(installer, done, null, 200)).Allow(Grants.Operate);
        routes.MapGet("/api/v1/admin/packages", async (PackageInstaller installer) => Results.Json(new { items = await installer.List() }, Json.Options)).Allow(Grants.Operate);
        routes.MapPost("/admin/packages", InstallByForm).Allow(Grants.Operate).WithMetadata(new LargeBody());
        routes.MapPost("/api/v1/admin/packages", Install).Allow(Grants.Operate).WithMetadata(new LargeBody());
        routes.MapGet("/admin/packages/{id}/export", Export).Allow(Grants.Operate);
        routes.MapGet("/api/v1/admin/packages/{id}/export", Export).Allow(Grants.Operate);
    }

    /// <summary>A package may be larger than other requests.</summary>
    sealed class LargeBody : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => MostZip;
    }

    static async Task<Listing<OperatedJob>> Jobs(Database database, string? state, string? after)
    {
        if (state is not (null or "" or "waiting" or "running" or "done" or "failed")) throw new InvalidDataException("状态应为 waiting、running、done 或 failed");
        Guid? last = string.IsNullOrEmpty(after) ? null : Guid.TryParse(after, out var id) ? id : throw new InvalidDataException("翻页位置不正确，请回到第一页");
        var rows = await database.Read(async c => (await c.QueryAsync<OperatedJob>("""
            select id, kind, state, due, attempts, last_error, created_at, finished_at from kapok.job
            where (@state = '' or state = @state) and (@last::uuid is null or id < @last) order by id desc limit @limit
            """, new { state = state ?? "", last, limit = PageSize + 1 })).AsList());
        var more = rows.Count > PageSize;
        if (more) rows.RemoveAt(PageSize);
        return new([.. rows.Select(r => r with { LastError = OperatedJob.Clean(r.LastError) })], more ? rows[^1].Id.ToString() : null);
    }

    static Task<Outcome<bool>> Again(HttpContext http, Database database, TimeProvider time, Guid id) => database.Write(async (c, _) =>
    {
        if (await Foundation.Jobs.Jobs.Again(c, id) == 0) return Outcome<bool>.No(Refusal.NotFound, "没有这个失败的任务，可能已经重新运行");
        await AccountEvents.Append(c, id, http.Actor(), time.GetUtcNow(), "job-run-again", new { job = id });
        return (Outcome<bool>)true;
    });

    static async Task<IResult> Packages(PackageInstaller installer, string? done, IReadOnlyList<Fault>? faults, int status) =>
        new PageResult<PackagesPage>(new { Packages = await installer.List(), Done = done, Faults = faults ?? [] }) { StatusCode = status };

    static async Task<IResult> InstallByForm(HttpContext http, PackageInstaller installer)
    {
        var form = await http.Request.ReadFormAsync(new Microsoft.AspNetCore.Http.Features.FormOptions { MultipartBodyLengthLimit = MostZip });
        if (form.Files["file"] is not { Length: > 0 } file) return await Packages(installer, null, [new("", "请选择应用包的 ZIP 文件")], 422);
        using var content = new MemoryStream();
        await file.CopyToAsync(content);
        var package = Package.FromZip(content.ToArray());
        var outcome = package.Ok ? await installer.Install(package.Value!, http.Actor()) : package.As<bool>();
        return outcome.Ok ? Results.Redirect($"/admin/packages?done={(outcome.Value ? "installed" : "same")}") : await Packages(installer, null, outcome.Faults, Problems.Status(outcome.Refused!.Value));
    }

    static async Task<IResult> Install(HttpContext http, PackageInstaller installer)
    {
        using var content = new MemoryStream();
        await http.Request.Body.CopyToAsync(content);
        var package = Package.FromZip(content.ToArray());
        if (!package.Ok) return package.Answer();
        var outcome = await installer.Install(package.Value!, http.Actor());
        return outcome.Ok ? Results.Json(new { package.Value!.Head.Id, package.Value.Head.Version, installed = outcome.Value }, Json.Options) : outcome.Answer();
    }

    static async Task<IResult> Export(PackageInstaller installer, string id) =>
        await installer.Export(id) is { } zip ? Results.File(zip, "application/zip", $"{id}.zip") : Problems.NotFound("没有这个应用包");
}
