using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Kapok.Documents.Seals;
using Kapok.Documents.Verifying;
using Kapok.Foundation;
using Kapok.Identity;
using Kapok.Tests.Documents.Seals;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Documents.Verifying;

/// <summary>The public page and interface of verification.</summary>
public sealed class VerifyPageTests(App app) : IClassFixture<App>
{
    static readonly string Golden = Path.Combine(TestDatabase.Root, "tests/Kapok.Tests/Documents/Verifying/golden");

    Task<byte[]> OurDocument() => app.Database.Write(async (c, _) =>
    {
        var office = app.Services.GetRequiredService<OrganisationDirectory>().OrganisationByKey("market@440106")!;
        return (await app.Services.GetRequiredService<SealingService>().Seal(c, MinimalOfd.Of(), new(office.Id, "licence", "食品经营许可证", "1", [new StampPlace.At(1, 130, 200)]), Actor.System)).Value!.Package.ToZip();
    });

    async Task<HttpResponseMessage> Send(byte[]? file, string name = "证照.ofd", byte[]? signature = null)
    {
        var browser = app.Browser();
        var token = await browser.Token("/verify");
        var form = new MultipartFormDataContent { { new StringContent(token.Value), token.Name } };
        if (file is not null) form.Add(new ByteArrayContent(file), "file", name);
        if (signature is not null) form.Add(new ByteArrayContent(signature), "signature", name + ".p7s");
        return await browser.PostAsync("/verify", form);
    }

    [Fact]
    public async Task Anybody_chooses_a_file_and_reads_the_answer_without_signing_in()
    {
        HtmlCheck.Verify((await app.Browser().Page("/verify")).Source.Text);
        var answer = await Send(await OurDocument());
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var page = await answer.Document();
        HtmlCheck.Verify(page.Source.Text);
        var text = page.QuerySelector("main")!.TextContent;
        text.ShouldContain("这份文件是真的：印章有效，盖章以后内容没有改动过");
        text.ShouldContain("广州市天河区市场监督管理局");
        page.QuerySelectorAll("main .tag-green").Length.ShouldBeGreaterThan(10);
        page.QuerySelectorAll("main .tag-red, main .tag-yellow").ShouldBeEmpty();
        page.QuerySelector("main img")!.GetAttribute("src")!.ShouldStartWith("data:image/png;base64,");
    }

    [Theory]
    [InlineData("changed-page.ofd", "这份文件有问题，请不要采信", "第 2 页的内容被改动过")]
    [InlineData("two-seals.ofd", "有的情况在这里确认不了", "不在本系统信任的名单里")]
    [InlineData("unsigned.ofd", "没有电子印章", "请向出具文件的单位索取")]
    public async Task Strangers_files_get_an_honest_answer(string file, string conclusion, string reason)
    {
        var text = (await (await Send(await File.ReadAllBytesAsync(Path.Combine(Golden, file)))).Document()).QuerySelector("main")!.TextContent;
        text.ShouldContain(conclusion);
        text.ShouldContain(reason);
    }

    [Fact]
    public async Task Nothing_chosen_nonsense_and_what_is_too_large_are_answered_kindly()
    {
        (await Send(null)).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await (await Send("hello"u8.ToArray(), "a.txt")).Document()).QuerySelector("main")!.TextContent.ShouldContain("这里能查验 OFD、PDF 文件和签名文件");
        var large = await Send(new byte[VerifyRoutes.Largest + 10], "large.pdf");
        large.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task A_program_gets_the_same_report_as_JSON()
    {
        var http = app.Browser();
        var body = new ByteArrayContent(await OurDocument());
        body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        var answer = await http.PostAsync("/api/v1/verify", body);
        var report = await answer.Content.ReadFromJsonAsync<JsonElement>();
        report.GetProperty("verdict").GetString().ShouldBe("genuine", report.ToString());
        var signature = report.GetProperty("signatures")[0];
        signature.GetProperty("seal").GetProperty("name").GetString().ShouldBe("广州市天河区市场监督管理局");
        signature.GetProperty("checks").EnumerateArray().Select(c => c.GetProperty("key").GetString()).ShouldContain("seal-state");
        (await http.PostAsync("/api/v1/verify", new ByteArrayContent([]))).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task A_detached_signature_is_checked_with_its_file()
    {
        var given = new SealGiven();
        var (key, certificate) = given.Person("某单位");
        var signature = await SignedData.Make("原文"u8.ToArray(), Signer.Of(key, certificate.Raw), false, app.Time.GetUtcNow());
        (await (await Send("原文"u8.ToArray(), "a.txt", signature)).Document()).QuerySelector("main")!.TextContent.ShouldContain("没有发现改动");
        (await (await Send("改了"u8.ToArray(), "a.txt", signature)).Document()).QuerySelector("main")!.TextContent.ShouldContain("签名以后内容被改动过");
    }
}
