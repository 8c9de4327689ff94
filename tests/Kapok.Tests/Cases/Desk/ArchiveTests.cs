using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Kapok.Tests.Cases.Desk;

/// <summary>An exported case proves itself, offline, with what is inside it.</summary>
public sealed class ArchiveTests(LoopbackApp app, Chromium chromium) : IClassFixture<LoopbackApp>, IClassFixture<Chromium>
{
    async Task<string> Unpacked()
    {
        var id = await app.Submit();
        var http = await app.Api(Sample.Acceptor);
        (await http.PostAsync($"/api/v1/cases/{id}/acceptance", null)).EnsureSuccessStatusCode();
        var folder = Directory.CreateTempSubdirectory("kapok-bundle-").FullName;
        await using var zip = new ZipArchive(new MemoryStream(await http.GetByteArrayAsync($"/api/v1/cases/{id}/bundle")), ZipArchiveMode.Read);
        zip.ExtractToDirectory(folder);
        return folder;
    }

    static (int Code, string Said) Check(string folder)
    {
        using var python = Process.Start(new ProcessStartInfo("python3", [Path.Combine(folder, "verify.py")]) { RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8, Environment = { ["PYTHONIOENCODING"] = "utf-8" } })!;
        var said = python.StandardOutput.ReadToEnd() + python.StandardError.ReadToEnd();
        python.WaitForExit();
        return (python.ExitCode, said);
    }

    [Fact]
    public async Task The_script_finds_the_case_whole_and_every_change_in_it()
    {
        Assert.SkipWhen(!File.Exists("/usr/bin/python3"), "no Python on this machine");
        var folder = await Unpacked();
        try
        {
            Directory.GetFiles(Path.Combine(folder, "materials")).Length.ShouldBe(2);
            Directory.GetFiles(Path.Combine(folder, "documents")).ShouldNotBeEmpty();
            var whole = Check(folder);
            whole.Code.ShouldBe(0, whole.Said);

            var material = Directory.GetFiles(Path.Combine(folder, "materials"))[0];
            var bytes = await File.ReadAllBytesAsync(material);
            await File.WriteAllBytesAsync(material, [.. bytes, 0]);
            Check(folder).Said.ShouldContain("文件被改动过");
            await File.WriteAllBytesAsync(material, bytes);

            var chain = Path.Combine(folder, "chain.json");
            var text = await File.ReadAllTextAsync(chain);
            foreach (var (from, to) in new[] { ("accepted", "acccepted"), ("\"micros\": \"1", "\"micros\": \"2"), ("\"micros\":\"1", "\"micros\":\"2") })
            {
                if (!text.Contains(from, StringComparison.Ordinal)) continue;
                await File.WriteAllTextAsync(chain, text.Replace(from, to, StringComparison.Ordinal));
                var changed = Check(folder);
                changed.Code.ShouldBe(1, changed.Said);
                changed.Said.ShouldContain("断开");
            }
        }
        finally { Directory.Delete(folder, true); }
    }

    [Fact]
    public async Task The_page_computes_the_chain_without_network_and_says_when_it_is_broken()
    {
        var folder = await Unpacked();
        try
        {
            await using var window = await chromium.Open(app.Address);
            var page = Path.Combine(folder, "verify.html");
            await window.Page.GotoAsync("file://" + page);
            (await window.Page.Locator("#chain").InnerTextAsync()).ShouldContain("事件链完整");
            await window.Page.SetInputFilesAsync("#pick", Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
            await window.Page.Locator("#files.good").WaitForAsync();
            (await window.Barriers()).ShouldBeEmpty();

            var html = await File.ReadAllTextAsync(page);
            await File.WriteAllTextAsync(page, html.Replace("task-completed", "task-complated", StringComparison.Ordinal));
            await window.Page.GotoAsync("file://" + page);
            (await window.Page.Locator("#chain").InnerTextAsync()).ShouldContain("断开");
        }
        finally { Directory.Delete(folder, true); }
    }

    [Fact]
    public async Task The_case_in_the_archive_is_the_case_and_who_took_it_is_recorded()
    {
        var folder = await Unpacked();
        try
        {
            using var content = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "case.json")));
            content.RootElement.GetProperty("answers").GetProperty("creditCode").GetString().ShouldBe("91440106MA9XXX011N");
            var id = content.RootElement.GetProperty("case").GetProperty("id").GetGuid();
            (await app.Database.Read(c => Dapper.SqlMapper.ExecuteScalarAsync<int>(c, "select count(*)::int from kapok.event where type = 'case-exported' and data->>'case' = @id", new { id = id.ToString() }))).ShouldBe(1);
        }
        finally { Directory.Delete(folder, true); }
    }
}
