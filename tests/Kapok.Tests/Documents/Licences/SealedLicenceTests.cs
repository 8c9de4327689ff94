using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Kapok.Documents.Licences;
using Kapok.Documents.Ofd;
using Kapok.Foundation.Files;
using Kapok.Tests.Reliability;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Documents.Licences;

/// <summary>From application to a sealed file that anybody can check, with the program's own press.</summary>
public sealed class SealedLicenceTests(App app) : IClassFixture<App>
{
    async Task<LicenceRow> Permit()
    {
        var id = await Applications.Ready(await app.Api("zhangsan"));
        (await Applications.Send(await app.Api("zhangsan"), id)).Status.ShouldBe(201);
        (await (await app.Api("tianhe-market-acceptor")).PostAsJsonAsync($"/api/v1/cases/{id}/acceptance", new { })).EnsureSuccessStatusCode();
        foreach (var (account, outcome) in new[] { ("tianhe-market-reviewer", "pass"), ("tianhe-market-approver", "approve") })
        {
            var http = await app.Api(account);
            var task = (await http.GetFromJsonAsync<JsonElement>($"/api/v1/cases/{id}")).GetProperty("case").GetProperty("tasks")[0].GetProperty("key").GetString()!;
            (await http.PostAsJsonAsync($"/api/v1/cases/{id}/tasks/{Uri.EscapeDataString(task)}/completion", new { outcome, note = "符合条件" })).EnsureSuccessStatusCode();
        }
        return (await app.Services.GetRequiredService<LicenceRegister>().OfCase(id)).Single();
    }

    async Task<byte[]> FileOf(LicenceRow licence)
    {
        var files = app.Services.GetRequiredService<FileStore>();
        await using var content = await files.Open((await files.Find(licence.File!.Value))!);
        using var memory = new MemoryStream();
        await content.CopyToAsync(memory);
        return memory.ToArray();
    }

    async Task<string> Verified(byte[] file)
    {
        var browser = app.Browser();
        var token = await browser.Token("/verify");
        using var form = new MultipartFormDataContent { { new StringContent(token.Value), token.Name } };
        form.Add(new ByteArrayContent(file), "file", "证照.ofd");
        return (await (await browser.PostAsync("/verify", form)).Document()).QuerySelector("main")!.TextContent;
    }

    [Fact]
    public async Task The_licence_of_an_approved_case_is_a_sealed_file_with_its_data_inside_and_a_forged_one_is_found()
    {
        var licence = await Permit();
        licence.State.ShouldBe(LicenceState.Valid, licence.Waits);
        var bytes = await FileOf(licence);
        bytes.Length.ShouldBeLessThan(80 << 10);
        var entrance = Encoding.UTF8.GetString(OfdPackage.Open(bytes).Value!["OFD.xml"]!);
        foreach (var element in new[] { licence.Identifier, licence.Number, "ZZBS", "CZZTDM", "KZ_operatorName" }) entrance.ShouldContain(element);
        (await Verified(bytes)).ShouldContain("这份文件是真的");

        var changed = OfdPackage.Open(bytes).Value!;
        var page = changed.Paths.First(p => p.EndsWith("Content.xml", StringComparison.Ordinal) && p.Contains("Page", StringComparison.Ordinal));
        var text = Encoding.UTF8.GetString(changed[page]!);
        var forged = changed.With(page, Encoding.UTF8.GetBytes(text.Replace("</ofd:Page>", "<!-- --></ofd:Page>"))).ToZip();
        (await Verified(forged)).ShouldContain("请不要采信");
    }

    [Fact]
    public async Task An_annotated_copy_says_what_it_is_for_in_its_data_and_is_sealed_too()
    {
        var licence = await Permit();
        var http = await app.Api("tianhe-market-reviewer");
        var answer = await http.PostAsJsonAsync("/api/v1/licences/file", new { certIdentifier = licence.Identifier, useCause = "办理户外广告设置许可" });
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        var bytes = Convert.FromBase64String((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("content").GetString()!);
        var entrance = Encoding.UTF8.GetString(OfdPackage.Open(bytes).Value!["OFD.xml"]!);
        entrance.ShouldContain("JZJZZSY");
        entrance.ShouldContain("仅用于办理户外广告设置许可");
        (await Verified(bytes)).ShouldContain("这份文件是真的");
        bytes.ShouldNotBe(await FileOf(licence));
    }
}
