using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Kapok.Cases.Archiving;
using Kapok.Cases.Deciding;
using Kapok.Cases.Model;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Files;
using Kapok.Tests.Cases.Desk;
using Kapok.Trust.Certificates;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Cases.Archiving;

/// <summary>Closed cases get records by rule, are packed and checked, and who took a package is known.</summary>
public sealed class ArchiveRecordTests(App app) : IClassFixture<App>
{
    [Fact]
    public async Task A_closed_case_gets_a_record_with_period_and_number_by_rule_and_a_job_that_packs_it()
    {
        var record = await app.Closed();
        var year = ChinaTime.DateOf(app.Time.GetUtcNow()).Year;
        (record.State, record.Retention, record.KeepUntil).ShouldBe(("waiting", "10", new DateOnly(year + 10, 12, 31)));
        record.Number.ShouldMatch($@"^0131-ZY·{year}-D10-market-\d{{4}}$");
        (await app.Database.Read(c => c.ExecuteScalarAsync<int>("select count(*)::int from kapok.job where kind = 'archive-case' and key = @key and state = 'waiting'", new { key = record.Id.ToString() }))).ShouldBe(1);
        var next = await app.Closed();
        string.CompareOrdinal(next.Number, record.Number).ShouldBeGreaterThan(0);
        (await app.Database.Write((c, _) => app.Archives().Register(c, [record.CaseId, next.CaseId]))).ShouldBeEmpty("a record is made once");
    }

    [Fact]
    public async Task The_schedule_prefers_the_item_to_the_line_and_the_line_to_the_result_and_names_its_faults()
    {
        var row = new CaseRow { Id = default, Number = "", QueryCode = "", Definition = 1, ItemCode = "440131001000", Implementation = "", ItemName = "", Organisation = default, Division = "", Line = "market", Party = default, PartyName = "", Submitter = default, Channel = 1, SubmittedAt = default, Result = "approved" };
        var plan = RetentionPlan.Parse("archive.yaml", """
            rules:
              - { result: approved, period: "10", ground: a }
              - { line: market, period: "30", ground: b }
              - { item: "440131001000", period: permanent, ground: c }
            """, [])!;
        plan.For(row, "30").ShouldBe(("permanent", "c"));
        plan.For(row with { ItemCode = "x" }, "30").ShouldBe(("30", "b"));
        plan.For(row with { ItemCode = "x", Line = "y" }, "30").ShouldBe(("10", "a"));
        plan.For(row with { ItemCode = "x", Line = "y", Result = "refused" }, "30").Period.ShouldBe("30");

        var faults = new List<Fault>();
        RetentionPlan.Parse("archive.yaml", "number: \"{fond}-1\"\nrules:\n  - { line: market, period: \"15\", ground: x }\n  - { result: gone, period: \"10\" }", faults).ShouldBeNull();
        faults.Count.ShouldBe(5);
        RetentionPlan.Parse("archive.yaml", "rule: []", faults).ShouldBeNull();
        faults[^1].Where.ShouldBe("archive.yaml:1");
        await Task.CompletedTask;
    }

    [Fact]
    public async Task Packing_checks_the_four_properties_and_keeps_what_they_say()
    {
        var record = await app.Kept();
        (record.State, record.Sound).ShouldBe(("kept", true));
        record.Signer.ShouldNotBeNullOrEmpty();
        var check = (await app.Archives().Checks(record.Id)).ShouldHaveSingleItem();
        check.Occasion.ShouldBe("archiving");
        check.List.Select(c => c.Property).Distinct().ShouldBe([FourProperties.Authenticity, FourProperties.Integrity, FourProperties.Usability, FourProperties.Safety]);
        check.List.Where(c => c.State == CheckState.Failed).ShouldBeEmpty();
        check.List.Single(c => c.Key == "signature").State.ShouldBe(CheckState.Passed, check.List.Single(c => c.Key == "signature").Words);
        (await app.Archives().Pack(record.Id, Actor.System)).Refused.ShouldBe(Refusal.Conflict);
    }

    [Fact]
    public async Task A_package_damaged_on_disk_fails_the_check_on_demand_and_the_record_says_so()
    {
        var record = await app.Kept();
        var path = Path.Combine(app.Options.Data, "files", record.PackageDigest![..2], record.PackageDigest[2..]);
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[bytes.Length / 3] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        var archivist = await app.Api(Archived.Archivist);
        (await archivist.PostAsync($"/api/v1/archive/{record.Id}/checks", null)).EnsureSuccessStatusCode();
        var shown = await archivist.GetFromJsonAsync<JsonElement>($"/api/v1/archive/{record.Id}");
        shown.GetProperty("archive").GetProperty("sound").GetBoolean().ShouldBeFalse();
        shown.GetProperty("checks").GetArrayLength().ShouldBe(2);
        shown.GetProperty("checks")[0].GetProperty("checks").EnumerateArray().Where(c => c.GetProperty("state").GetString() == "failed").Select(c => c.GetProperty("key").GetString()).ShouldContain("stored");
    }

    [Fact]
    public async Task Only_an_archivist_whose_scope_reaches_it_takes_a_package_and_it_is_recorded()
    {
        var record = await app.Kept();
        (await (await app.Api(Sample.Acceptor)).GetAsync($"/api/v1/archive/{record.Id}/package")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await app.Package(record)).Length.ShouldBe((int)record.PackageSize!.Value);
        (await app.Database.Read(c => c.ExecuteScalarAsync<string>("select actor_name from kapok.event where stream = @Id and type = 'archive-exported'", new { record.Id }))).ShouldBe("岑惠珍");
        var elsewhere = record with { Organisation = Guid.NewGuid(), Division = "440000.440300.440305" };
        await app.Database.Read(c => c.ExecuteAsync("update cases.archive set organisation = @Organisation, division = @Division where id = @Id", new { elsewhere.Organisation, elsewhere.Division, record.Id }));
        (await (await app.Api(Archived.Archivist)).GetAsync($"/api/v1/archive/{record.Id}/package")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await (await app.Api(Archived.Archivist)).GetStringAsync($"/api/v1/archive?text={Uri.EscapeDataString(record.Number)}")).ShouldNotContain(record.Id.ToString());
    }

    [Fact]
    public async Task The_list_is_found_by_number_and_state()
    {
        var record = await app.Kept();
        var archivist = await app.Api(Archived.Archivist);
        async Task<string> List(string query) => await archivist.GetStringAsync("/api/v1/archive?" + query);
        (await List("text=" + Uri.EscapeDataString(record.Number))).ShouldContain(record.Id.ToString());
        (await List("text=" + record.CaseNumber)).ShouldContain(record.Id.ToString());
        (await List("state=kept&text=" + record.CaseNumber)).ShouldContain(record.Id.ToString());
        (await List("state=expired&text=" + record.CaseNumber)).ShouldNotContain(record.Id.ToString());
        (await List("state=waiting&text=" + record.CaseNumber)).ShouldNotContain(record.Id.ToString());
    }

    [Fact]
    public async Task The_script_in_the_package_sees_what_the_list_does_not_hold()
    {
        Assert.SkipWhen(!File.Exists("/usr/bin/python3"), "no Python on this machine");
        var folder = Directory.CreateTempSubdirectory("kapok-archive-").FullName;
        try
        {
            using (var zip = new ZipArchive(new MemoryStream(await app.Package(await app.Kept())))) zip.ExtractToDirectory(folder);
            async Task<(int, string)> Run()
            {
                using var python = Process.Start(new ProcessStartInfo("python3", [Path.Combine(folder, "verify.py")]) { RedirectStandardOutput = true, Environment = { ["PYTHONIOENCODING"] = "utf-8" }, StandardOutputEncoding = System.Text.Encoding.UTF8 })!;
                var said = await python.StandardOutput.ReadToEndAsync();
                await python.WaitForExitAsync();
                return (python.ExitCode, said);
            }
            (await Run()).Item1.ShouldBe(0);
            await File.WriteAllTextAsync(Path.Combine(folder, "more.txt"), "x");
            (await Run()).ShouldSatisfyAllConditions(r => r.Item1.ShouldBe(1), r => r.Item2.ShouldContain("多出文件 more.txt"));
            File.Delete(Path.Combine(folder, "more.txt"));
            await File.AppendAllTextAsync(Path.Combine(folder, "verify.html"), " ");
            (await Run()).Item2.ShouldContain("文件被改动过 verify.html");
        }
        finally { Directory.Delete(folder, true); }
    }

    [Fact]
    public async Task The_command_line_says_whole_or_what_is_wrong()
    {
        var file = Path.GetTempFileName();
        try
        {
            var zip = await app.Package(await app.Kept());
            await File.WriteAllBytesAsync(file, zip);
            VerifyCommand.Archive(file, null).ShouldBeOneOf(0, 1); // the clock of the test may stand before or after the certificate's
            await File.WriteAllBytesAsync(file, zip[..100]);
            VerifyCommand.Archive(file, null).ShouldBe(2);
        }
        finally { File.Delete(file); }
    }
}
