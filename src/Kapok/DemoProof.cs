using System.Net.Http.Json;
using System.Text.Json;
using Spectre.Console;

namespace Kapok;

/// <summary>
/// The end of the demonstration: the licence that the decision issued lies in the wallet with its seal; the public
/// verification says what holds; one changed bit and it says no; and anybody can check it without us.
/// </summary>
static class DemoProof
{
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <param name="holder">The applicant's session, acting for whom the licence was issued.</param>
    /// <param name="folder">Where the file is put.</param>
    /// <returns>False when the case issued a licence that is not sealed or does not verify; true when it issued none.</returns>
    public static async Task<bool> Show(HttpClient holder, string caseNumber, string folder)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        JsonElement licence;
        do
        {
            var all = (await holder.GetFromJsonAsync<JsonElement>("/api/v1/my/licences")).GetProperty("items");
            licence = all.EnumerateArray().FirstOrDefault(l => l.TryGetProperty("caseNumber", out var from) && from.GetString() == caseNumber);
            if (licence.ValueKind == JsonValueKind.Undefined) return true;
            if (licence.GetProperty("hasFile").GetBoolean()) break;
            await Task.Delay(500);
        }
        while (watch.Elapsed < Longest);
        if (!licence.GetProperty("hasFile").GetBoolean()) { Console.WriteLine("✗ 证照还在等待盖章"); return false; }

        var file = await holder.GetByteArrayAsync($"/api/v1/my/licences/{licence.GetProperty("id").GetGuid()}/file");
        var path = Path.Combine(Directory.CreateDirectory(folder).FullName, $"{licence.GetProperty("number").GetString()}.ofd");
        await File.WriteAllBytesAsync(path, file);
        AnsiConsole.MarkupLineInterpolated($"  [bold]{licence.GetProperty("name").GetString()}[/] {licence.GetProperty("number").GetString()}  {licence.GetProperty("word").GetString()}  标识 {licence.GetProperty("identifier").GetString()}");
        AnsiConsole.MarkupLineInterpolated($"  盖好章的文件 {path}（{file.Length / 1024.0:0} KB）");

        var report = await Verify(holder, file);
        Console.WriteLine($"  公开核验：{report.GetProperty("conclusion").GetString()}");
        foreach (var signature in report.GetProperty("signatures").EnumerateArray())
            foreach (var check in signature.GetProperty("checks").EnumerateArray())
                AnsiConsole.MarkupLineInterpolated($"    [grey]{check.GetProperty("title").GetString()}：{check.GetProperty("words").GetString()}[/]");
        var changed = (byte[])file.Clone();
        changed[changed.Length / 2] ^= 1;
        var refused = await Verify(holder, changed);
        Console.WriteLine($"  改动一个比特以后：{(refused.TryGetProperty("conclusion", out var no) ? no.GetString() : refused.GetProperty("title").GetString())}");
        Console.WriteLine($"  不靠本系统核对：unzip {Path.GetFileName(path)}，再按 docs/seals.md 的几行 openssl");
        var holds = Verdict(report) == "genuine" && Verdict(refused) != "genuine";
        if (!holds) Console.WriteLine("✗ 核验结果与应有的不同");
        return holds;
    }

    static string Verdict(JsonElement report) => report.TryGetProperty("verdict", out var verdict) ? verdict.GetString() ?? "" : "refused";

    static async Task<JsonElement> Verify(HttpClient anybody, byte[] file)
    {
        using var content = new ByteArrayContent(file);
        using var answer = await anybody.PostAsync("/api/v1/verify", content);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }
}
