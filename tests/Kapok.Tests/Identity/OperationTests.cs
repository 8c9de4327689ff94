using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Events;
using Kapok.Foundation.Packages;
using Kapok.Identity;
using Kapok.Identity.Installing;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Identity;

public sealed class OperationTests(App app) : IClassFixture<App>
{
    [Fact]
    public async Task A_failed_job_is_shown_without_its_content_and_runs_again()
    {
        var id = Guid.CreateVersion7();
        await app.Database.Read(c => c.ExecuteAsync("""
            insert into kapok.job (id, kind, due, payload, state, attempts, last_error) values (@id, 'no-such-kind', now(), '{"secret":"张三"}', 'failed', 8, E'failed for 440106198806159910\nDETAIL: 张三')
            """, new { id }));
        var browser = await app.As("tech");
        var page = await browser.Page("/admin/jobs?state=failed");
        page.Body!.TextContent.ShouldContain("no-such-kind");
        page.Body.TextContent.ShouldNotContain("张三");
        page.Body.TextContent.ShouldNotContain("440106198806159910");
        (await browser.PostForm("/admin/jobs?state=failed", $"/admin/jobs/{id}/again")).Headers.Location!.OriginalString.ShouldBe("/admin/jobs?done=again");
        (await app.Database.Read(c => c.QuerySingleAsync<string>("select state from kapok.job where id = @id", new { id }))).ShouldBe("waiting");
        (await (await app.Api("tech")).PostAsync($"/api/v1/admin/jobs/{id}/again", null)).StatusCode.ShouldBe(HttpStatusCode.NotFound, "it runs already");
        (await app.Database.Read(c => EventLog.Read(c, id))).Single().Type.ShouldBe("job-run-again");
    }

    [Fact]
    public async Task A_package_travels_out_and_in_as_a_zip_and_a_broken_one_changes_nothing()
    {
        var tech = await app.Api("tech");
        var zip = await tech.GetByteArrayAsync("/api/v1/admin/packages/guangdong/export");
        new ZipArchive(new MemoryStream(zip)).GetEntry("divisions.csv").ShouldNotBeNull();
        var same = await (await tech.PostAsync("/api/v1/admin/packages", new ByteArrayContent(zip))).Content.ReadFromJsonAsync<JsonElement>();
        same.GetProperty("installed").GetBoolean().ShouldBeFalse("this very version stands already");

        var broken = Zip(("package.yaml", "id: broken\nversion: 1.0.0\ntitle: 坏包\n"), ("divisions.csv", "code,name,level,parent,illustrative\n440188,新区,county,440100,0\n440189,坏区,planet,440100,0\n44,短,county,440100,0\n440190,孤区,county,999999,0\n"));
        var browser = await app.As("tech");
        var (_, token) = await browser.Token("/admin/packages");
        var answer = await browser.PostAsync("/admin/packages", new MultipartFormDataContent { { new StringContent(token), "_token" }, { new ByteArrayContent(broken), "file", "broken.zip" } });
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var text = (await answer.Document()).QuerySelector(".callout-error")!.TextContent;
        foreach (var place in (string[])["divisions.csv:3", "divisions.csv:4", "divisions.csv:5"]) text.ShouldContain(place);
        (await app.Database.Read(c => c.ExecuteScalarAsync<int>("select count(*)::int from identity.division where code = '440188'"))).ShouldBe(0);
        (await (await tech.PostAsync("/api/v1/admin/packages", new ByteArrayContent("no zip"u8.ToArray()))).Content.ReadAsStringAsync()).ShouldContain("不是有效的 ZIP");
    }

    [Fact]
    public async Task A_newer_package_renames_its_own_and_leaves_what_administrators_opened()
    {
        var directory = app.Services.GetRequiredService<OrganisationDirectory>();
        await (await app.Api("guangdong-org-admin")).PostAsJsonAsync("/api/v1/admin/openings", new { organisations = new[] { new { line = "archives", division = "440117", name = "从化区档案馆" } } });
        var package = Package.FromFolder(Path.Combine(TestDatabase.Root, "packages", "guangdong")).Value!;
        var files = package.Files.ToDictionary(f => f.Key, f => f.Value);
        files["package.yaml"] = System.Text.Encoding.UTF8.GetBytes(package.Text("package.yaml")!.Replace($"version: {package.Head.Version}", "version: 99.0.0"));
        files["lines.yaml"] = System.Text.Encoding.UTF8.GetBytes(package.Text("lines.yaml")!.Replace("{city}{county}市场监督管理局", "{city}{county}市场监管局"));
        files["organisations.yaml"] = System.Text.Encoding.UTF8.GetBytes(package.Text("organisations.yaml")! + "\n  - level: county\n    divisions: [440117]\n    lines: [archives]\n");
        var installed = await (await app.Api("tech")).PostAsync("/api/v1/admin/packages", new ByteArrayContent(Zip([.. files.Select(f => (f.Key, System.Text.Encoding.UTF8.GetString(f.Value)))])));
        installed.StatusCode.ShouldBe(HttpStatusCode.OK, await installed.Content.ReadAsStringAsync());
        var before = directory.OrganisationByKey("market@440106")!;
        await directory.Refresh();
        directory.OrganisationByKey("market@440106")!.Name.ShouldBe("广州市天河区市场监管局");
        directory.OrganisationByKey("market@440106")!.Id.ShouldBe(before.Id);
        directory.OrganisationByKey("archives@440117")!.Name.ShouldBe("从化区档案馆");
    }

    [Fact]
    public async Task Production_has_no_demonstration_account()
    {
        await using var c = await app.Database.Open();
        await using var t = await c.BeginTransactionAsync();
        await c.ExecuteAsync("truncate identity.account, identity.session, identity.appointment, identity.role_grant, identity.absence, identity.company_operator, identity.company, identity.person cascade");
        var part = app.Services.GetServices<IPackagePart>().OfType<IdentityPackagePart>().Single();
        var package = Package.FromFolder(Path.Combine(TestDatabase.Root, "packages", "guangdong")).Value!;
        await part.Install(package, new(c, Actor.System, DateTimeOffset.UtcNow, app.Options with { Mode = NodeMode.Production }));
        (await c.ExecuteScalarAsync<int>("select (select count(*) from identity.account) + (select count(*) from identity.person)")).ShouldBe(0);
        await part.Install(package, new(c, Actor.System, DateTimeOffset.UtcNow, app.Options));
        (await c.ExecuteScalarAsync<int>("select count(*)::int from identity.account")).ShouldBeGreaterThan(100);
    }

    static byte[] Zip(params (string Path, string Text)[] files)
    {
        var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (path, text) in files)
            {
                using var writer = new StreamWriter(archive.CreateEntry(path).Open());
                writer.Write(text);
            }
        return stream.ToArray();
    }
}
