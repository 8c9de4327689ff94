using System.Net.Http.Json;
using Dapper;
using Kapok.Cases.Archiving;
using Kapok.Foundation;
using Kapok.Tests.Cases.Desk;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Cases.Archiving;

/// <summary>Closed cases and their archives.</summary>
static class Archived
{
    public const string Archivist = "tianhe-market-archivist", Second = "tianhe-market-archivist-2";

    public static Archives Archives(this App app) => app.Services.GetRequiredService<Archives>();

    /// <summary>A case that was closed, with its record, not packed yet.</summary>
    public static async Task<ArchiveRow> Closed(this App app)
    {
        var id = await app.Submit();
        (await (await app.Api(Sample.Acceptor)).PostAsJsonAsync($"/api/v1/cases/{id}/acceptance-refusal", new { reason = "不属于本机关职权范围" })).EnsureSuccessStatusCode();
        await app.Services.GetRequiredService<ArchiveFollower>().CatchUp();
        await app.CaughtUp(ArchiveFollower.Name);
        return (await app.Archives().Find(await app.Database.Read(c => c.ExecuteScalarAsync<Guid>("select id from cases.archive where case_id = @id", new { id }))))!;
    }

    public static async Task<ArchiveRow> Kept(this App app)
    {
        var packed = await app.Archives().Pack((await app.Closed()).Id, Actor.System);
        packed.Ok.ShouldBeTrue(packed.Message);
        return packed.Value!;
    }

    public static async Task<byte[]> Package(this App app, ArchiveRow record) => await (await app.Api(Archivist)).GetByteArrayAsync($"/api/v1/archive/{record.Id}/package");
}
