using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Kapok.Foundation.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Reliability;

/// <summary>What is begun and left lying goes after its time, and not before; nobody's draft goes without a warning.</summary>
public sealed class SweepTests(App app) : IClassFixture<App>
{
    /// <summary>One sweep by the real job, as the worker runs it.</summary>
    async Task Sweep()
    {
        var job = await app.Database.Read(c => Jobs.Add(c, SweepJob.KindName, new { }, DateTimeOffset.UtcNow.AddDays(-1), key: $"{Guid.NewGuid()}"));
        await app.Services.GetRequiredService<JobWorker>().RunOne(CancellationToken.None);
        for (var i = 0; i < 300 && await State(job) != "done"; i++) await Task.Delay(20);
        (await State(job)).ShouldBe("done");
    }

    Task<string?> State(Guid job) => app.Database.Read(c => c.ExecuteScalarAsync<string?>("select state from kapok.job where id = @job", new { job }));

    Task<int> Count(string sql, object? values = null) => app.Database.Read(c => c.ExecuteScalarAsync<int>("select count(*) " + sql, values));

    string Uploads => Path.Combine(app.Options.Data, "uploads");

    [Fact]
    public async Task A_draft_is_warned_of_two_weeks_before_and_deleted_with_its_files_only_after_the_day_that_was_named()
    {
        var before = app.Time.GetUtcNow();
        try
        {
            var citizen = await app.Program("lixiulan");
            var (left, kept) = (await Applications.Ready(citizen), await Applications.Ready(citizen));
            app.Time.Advance(TimeSpan.FromDays(70));
            await Sweep();
            (await Count("from cases.message where case_id = any(@ids)", new { ids = new[] { left, kept } })).ShouldBe(0, "twenty days before is too early");

            app.Time.Advance(TimeSpan.FromDays(10));
            await Sweep();
            await Sweep();
            citizen = await app.Program("lixiulan");
            var inbox = await citizen.GetFromJsonAsync<JsonElement>("/api/v1/my/inbox");
            var warnings = inbox.GetProperty("rows").EnumerateArray().Where(r => r.GetProperty("kind").GetString() == "draft").ToList();
            warnings.Select(w => w.GetProperty("caseId").GetGuid()).ShouldBe([left, kept], ignoreOrder: true, "told once each");
            warnings[0].GetProperty("body").GetString()!.ShouldContain("2026年12月20日");
            var browser = await app.SignIn("lixiulan");
            (await browser.Page($"/my/inbox/{warnings[0].GetProperty("id").GetGuid()}")).QuerySelector($"a[href='/my/drafts/{warnings[0].GetProperty("caseId").GetGuid()}']").ShouldNotBeNull();

            // A change keeps a draft for another ninety days.
            (await citizen.PutAsJsonAsync($"/api/v1/drafts/{kept}/answers", new { })).EnsureSuccessStatusCode();
            app.Time.Advance(TimeSpan.FromDays(9.9));
            await Sweep();
            (await Count("from cases.draft where id = @left", new { left })).ShouldBe(1, "not before the day");
            app.Time.Advance(TimeSpan.FromDays(0.2));
            var files = (await app.Database.Read(c => c.QueryAsync<Guid>("select file from cases.material where owner = @left", new { left }))).ToArray();
            files.ShouldNotBeEmpty();
            await Sweep();
            (await Count("from cases.draft where id = @left", new { left })).ShouldBe(0);
            (await Count("from cases.draft where id = @kept", new { kept })).ShouldBe(1);
            (await Count("from cases.material where owner = @left", new { left })).ShouldBe(0);
            (await Count("from cases.material where owner = @kept", new { kept })).ShouldBe(files.Length);
            (await Count("from kapok.file where id = any(@files)", new { files })).ShouldBe(0);
            (await app.Database.Read(c => c.ExecuteScalarAsync<bool>("select exists (select 1 from kapok.event where type = 'swept')"))).ShouldBeTrue("a sweep is on record");
        }
        finally { app.Time.Set(before); }
    }

    [Fact]
    public async Task What_was_taken_out_of_a_draft_or_lay_in_a_deleted_one_goes_with_its_file()
    {
        var before = app.Time.GetUtcNow();
        try
        {
            var citizen = await app.Program("zhangsan");
            var (kept, deleted) = (await Applications.Ready(citizen), await Applications.Ready(citizen));
            var out_ = await app.Database.Read(c => c.QueryFirstAsync<(Guid Id, Guid File)>("select id, file from cases.material where owner = @kept limit 1", new { kept }));
            var all = await Count("from cases.material where owner = @kept", new { kept });
            await app.Database.Read(c => c.ExecuteAsync("update cases.material set removed_at = @now where id = @Id", new { now = app.Time.GetUtcNow().UtcDateTime, out_.Id }));
            (await citizen.DeleteAsync($"/api/v1/drafts/{deleted}")).EnsureSuccessStatusCode();
            await Sweep();
            (await Count("from kapok.file where id = @File", new { out_.File })).ShouldBe(1, "not at once: it may be in somebody's window");
            app.Time.Advance(TimeSpan.FromDays(1.1));
            await Sweep();
            (await Count("from kapok.file where id = @File", new { out_.File })).ShouldBe(0);
            (await Count("from cases.material where owner = @kept", new { kept })).ShouldBe(all - 1);
            (await Count("from cases.material where owner = @deleted", new { deleted })).ShouldBe(0);
        }
        finally { app.Time.Set(before); }
    }

    [Fact]
    public async Task A_draft_whose_owner_could_not_be_warned_in_time_gets_another_week()
    {
        var citizen = await app.Api("zhangsan");
        var draft = await Applications.Ready(citizen);
        // As after a long standstill of the node.
        await app.Database.Read(c => c.ExecuteAsync("update cases.draft set expires_at = @past where id = @draft", new { draft, past = app.Time.GetUtcNow().AddDays(-3).UtcDateTime }));
        await Sweep();
        (await Count("from cases.draft where id = @draft and expires_at = @week", new { draft, week = app.Time.GetUtcNow().AddDays(7).UtcDateTime })).ShouldBe(1);
        (await Count("from cases.message where case_id = @draft and kind = 'draft'", new { draft })).ShouldBe(1);
        (await citizen.GetAsync($"/api/v1/drafts/{draft}")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Unfinished_uploads_nameless_bytes_counted_lookups_and_kept_answers_go_after_their_time()
    {
        var citizen = await app.Api("zhangsan");
        async Task<Guid> Begin()
        {
            var begun = await citizen.PostAsJsonAsync("/api/v1/uploads", new { name = "a.pdf", size = 1000 });
            var id = (await begun.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
            using var piece = new HttpRequestMessage(HttpMethod.Patch, $"/api/v1/uploads/{id}") { Content = new ByteArrayContent(new byte[100]) };
            piece.Content.Headers.ContentRange = new ContentRangeHeaderValue(0, 99, 1000);
            (await citizen.SendAsync(piece)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
            return id;
        }
        var (abandoned, fresh) = (await Begin(), await Begin());
        var now = app.Time.GetUtcNow().UtcDateTime;
        await app.Database.Read(c => c.ExecuteAsync("""
            update kapok.upload set created_at = case when id = @abandoned then @now - interval '8 days' else @now end;
            insert into cases.lookup values ('192.0.2.1', @now - interval '2 days', 3), ('192.0.2.2', @now, 3);
            insert into kapok.idempotency (actor, key, request, status, body, at) values (@abandoned, 'old', '', 200, '', @now - interval '2 days'), (@abandoned, 'new', '', 200, '', @now)
            """, new { abandoned, now }));
        var part = Path.Combine(Uploads, $"{abandoned:N}.part");
        var crashed = Path.Combine(Uploads, $"{Guid.NewGuid():N}.part");
        var (nameless, named) = (Path.Combine(app.Options.Data, "files", "00", new string('0', 62)), await Named(citizen));
        Directory.CreateDirectory(Path.GetDirectoryName(nameless)!);
        File.WriteAllText(crashed, "x");
        File.WriteAllText(nameless, "x");
        foreach (var file in (string[])[part, crashed, nameless, named]) File.SetLastWriteTimeUtc(file, now.AddDays(-8));
        await Sweep();
        (await Count("from kapok.upload where id = @abandoned", new { abandoned })).ShouldBe(0);
        (await Count("from kapok.upload where id = @fresh", new { fresh })).ShouldBe(1);
        File.Exists(part).ShouldBeFalse();
        File.Exists(crashed).ShouldBeFalse();
        File.Exists(Path.Combine(Uploads, $"{fresh:N}.part")).ShouldBeTrue("it can still be resumed");
        File.Exists(nameless).ShouldBeFalse();
        File.Exists(named).ShouldBeTrue("a name without bytes must never be");
        (await app.Database.Read(c => c.QueryAsync<string>("select address from cases.lookup order by address"))).ShouldBe(["192.0.2.2"]);
        (await app.Database.Read(c => c.QueryAsync<string>("select key from kapok.idempotency where actor = @abandoned", new { abandoned }))).ShouldBe(["new"]);
    }

    /// <summary>Path of bytes that a draft of this person names.</summary>
    async Task<string> Named(HttpClient citizen)
    {
        var draft = await Applications.Ready(citizen);
        var digest = await app.Database.Read(c => c.ExecuteScalarAsync<string>("select digest from cases.material where owner = @draft limit 1", new { draft }));
        return Path.Combine(app.Options.Data, "files", digest![..2], digest[2..]);
    }
}
