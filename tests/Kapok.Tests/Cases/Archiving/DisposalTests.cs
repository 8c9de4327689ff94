using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Kapok.Cases.Archiving;
using Kapok.Foundation;
using Kapok.Foundation.Events;

namespace Kapok.Tests.Cases.Archiving;

/// <summary>Nothing is destroyed before its period, by one person alone, or without leaving a list.</summary>
public sealed class DisposalTests(App app) : IClassFixture<App>
{
    async Task<(HttpStatusCode, JsonElement)> Post(string account, string path, object body)
    {
        var answer = await (await app.Api(account)).PostAsJsonAsync("/api/v1/archive/disposals" + path, body);
        return (answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    /// <summary>Years later: the test's clock stands still, the record's period is moved back instead.</summary>
    Task Expire(ArchiveRow record) => app.Database.Read(c => c.ExecuteAsync("update cases.archive set keep_until = '2020-12-31' where id = @Id", new { record.Id }));

    async Task<Guid> Proposed(ArchiveRow record, string verdict = "destroy", string? extendTo = null)
    {
        var (status, list) = await Post(Archived.Archivist, "", new { archives = new[] { record.Id }, verdict, extendTo, ground = "期满，无继续保存价值" });
        status.ShouldBe(HttpStatusCode.Created, list.ToString());
        return list.GetProperty("id").GetGuid();
    }

    [Fact]
    public async Task Nothing_is_listed_before_its_period_or_before_it_is_packed_or_twice()
    {
        var waiting = await app.Closed();
        var kept = await app.Kept();
        object Body(ArchiveRow r) => new { archives = new[] { r.Id }, verdict = "destroy", ground = "x" };
        (await Post(Archived.Archivist, "", Body(kept))).Item2.ToString().ShouldContain("还没有到期");
        (await Post(Archived.Archivist, "", Body(waiting))).Item1.ShouldBe(HttpStatusCode.Conflict);
        await app.Database.Read(c => c.ExecuteAsync("update cases.archive set retention = 'permanent', keep_until = null where id = @Id", new { kept.Id }));
        (await Post(Archived.Archivist, "", Body(kept))).Item2.ToString().ShouldContain("永久保管");
        await Expire(kept);
        await Proposed(kept);
        (await Post(Archived.Archivist, "", Body(kept))).Item2.ToString().ShouldContain("待批准的清册");
        (await Post(Archived.Archivist, "", new { archives = Array.Empty<Guid>(), verdict = "burn", ground = "" })).Item1.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Two_people_destroy_and_the_list_the_record_and_the_log_stay()
    {
        var record = await app.Kept();
        await Expire(record);
        var list = await Proposed(record);
        (await Post(Archived.Archivist, $"/{list}/decision", new { approved = true, ground = "同意" })).Item1.ShouldBe(HttpStatusCode.Forbidden);
        (await app.Archives().Find(record.Id))!.State.ShouldBe("kept");
        (await Post(Archived.Second, $"/{list}/decision", new { approved = true, ground = "" })).Item1.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await Post(Archived.Second, $"/{list}/decision", new { approved = true, ground = "同意销毁" })).Item1.ShouldBe(HttpStatusCode.OK);
        (await Post(Archived.Second, $"/{list}/decision", new { approved = false, ground = "反悔" })).Item1.ShouldBe(HttpStatusCode.Conflict);

        (await app.Archives().Find(record.Id))!.ShouldSatisfyAllConditions(r => r.State.ShouldBe("destroyed"), r => r.Package.ShouldBeNull(), r => r.PackageDigest.ShouldBe(record.PackageDigest));
        (await (await app.Api(Archived.Archivist)).GetAsync($"/api/v1/archive/{record.Id}/package")).StatusCode.ShouldBe(HttpStatusCode.Gone);
        (await app.Database.Read(c => c.ExecuteScalarAsync<int>("""
            select ((select count(*) from cases.material where owner = @CaseId) + (select count(*) from cases.document where case_id = @CaseId) + (select count(*) from kapok.file where id = @Package) + (select count(*) from cases.content where case_id = @CaseId and answers::text <> '{}'))::int
            """, new { record.CaseId, record.Package }))).ShouldBe(0);
        var shown = await (await app.Api(Archived.Archivist)).GetFromJsonAsync<JsonElement>($"/api/v1/archive/disposals/{list}");
        shown.GetProperty("lines")[0].GetProperty("packageDigest").GetString().ShouldBe(record.PackageDigest);
        var events = await app.Database.Read(c => EventLog.Read(c, record.Id));
        EventLog.FirstBreak(record.Id, events).ShouldBeNull();
        events[^1].Type.ShouldBe("archive-destroyed");
        (await app.Archives().Pack(record.Id, Actor.System)).Refused.ShouldBe(Refusal.Gone);
    }

    [Fact]
    public async Task A_refused_list_changes_nothing_and_an_extension_lengthens_the_period()
    {
        var record = await app.Kept();
        await Expire(record);
        var refused = await Proposed(record);
        (await Post(Archived.Second, $"/{refused}/decision", new { approved = false, ground = "还要查考" })).Item1.ShouldBe(HttpStatusCode.OK);
        (await app.Archives().Find(record.Id))!.State.ShouldBe("kept");
        (await Post(Archived.Archivist, "", new { archives = new[] { record.Id }, verdict = "extend", extendTo = "10", ground = "x" })).Item1.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var list = await Proposed(record, "extend", "30");
        (await Post(Archived.Second, $"/{list}/decision", new { approved = true, ground = "同意" })).Item1.ShouldBe(HttpStatusCode.OK);
        var longer = (await app.Archives().Find(record.Id))!;
        (longer.Retention, longer.KeepUntil).ShouldBe(("30", new DateOnly(record.Year + 30, 12, 31)));
    }

    [Fact]
    public async Task The_pages_lead_from_the_list_to_a_decision()
    {
        var record = await app.Kept();
        await Expire(record);
        var first = await app.As(Archived.Archivist);
        (await first.GetStringAsync("/desk/archive?state=expired")).ShouldContain(record.Number);
        (await first.GetStringAsync($"/desk/archive/{record.Id}")).ShouldContain("真实性");
        (await first.PostForm("/desk/archive?state=expired", "/desk/archive", ("archive", record.Id.ToString()), ("verdict", "destroy"), ("ground", ""))).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var proposed = await first.PostForm("/desk/archive?state=expired", "/desk/archive", ("archive", record.Id.ToString()), ("verdict", "destroy"), ("ground", "期满"));
        var address = proposed.Headers.Location!.ToString().Split('?')[0];
        (await first.GetStringAsync(address)).ShouldContain("提出的人不能自己批准");
        var second = await app.As(Archived.Second);
        (await second.PostForm(address, address, ("do", "approve"), ("ground", "同意"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await second.GetStringAsync(address)).ShouldContain("已销毁");
        (await second.GetStringAsync("/desk/archive/disposals")).ShouldContain("鉴定〔");
    }
}
