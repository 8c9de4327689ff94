using System.IO.Compression;
using System.Net;
using System.Text;
using AngleSharp.Html.Parser;
using Kapok.Foundation.Pages;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace Kapok.Tests.Foundation.Pages;

public sealed class AssetTests(PageHost host, ITestOutputHelper output) : IClassFixture<PageHost>
{
    private static readonly Assets Assets = new(Options.Create(new PageOptions()));

    private HttpClient Raw(string? encodings = null)
    {
        var client = host.Client();
        if (encodings is not null) client.DefaultRequestHeaders.Add("Accept-Encoding", encodings);
        return client;
    }

    [Theory]
    [InlineData("kapok.css", "text/css")]
    [InlineData("kapok.js", "text/javascript")]
    [InlineData("lib/htmx.min.js", "text/javascript")]
    [InlineData("mark.svg", "image/svg+xml")]
    public async Task An_asset_under_its_hash_is_kept_for_ever(string name, string type)
    {
        var answer = await Raw().GetAsync(Assets.Url(name));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.CacheControl!.ToString().ShouldBe("public, max-age=31536000, immutable");
        answer.Content.Headers.ContentType!.MediaType.ShouldBe(type);
        answer.Headers.GetValues("X-Content-Type-Options").Single().ShouldBe("nosniff");
        answer.Headers.ETag.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task An_asset_leaves_packed_as_the_browser_can_and_unpacks_to_the_same(string encoding)
    {
        var url = Assets.Url("kapok.css");
        var plain = await Raw().GetByteArrayAsync(url);
        var answer = await Raw(encoding).GetAsync(url);
        answer.Content.Headers.ContentEncoding.Single().ShouldBe(encoding);
        answer.Headers.Vary.ShouldContain("Accept-Encoding");
        await using var packed = await answer.Content.ReadAsStreamAsync();
        await using Stream unpacked = encoding == "br" ? new BrotliStream(packed, CompressionMode.Decompress) : new GZipStream(packed, CompressionMode.Decompress);
        var content = new MemoryStream();
        await unpacked.CopyToAsync(content);
        content.ToArray().ShouldBe(plain);
    }

    [Fact]
    public async Task What_the_browser_has_is_not_sent_again()
    {
        var client = Raw();
        var url = Assets.Url("kapok.css");
        var tag = (await client.GetAsync(url)).Headers.ETag!;
        client.DefaultRequestHeaders.IfNoneMatch.Add(tag);
        (await client.GetAsync(url)).StatusCode.ShouldBe(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task A_hash_of_another_release_gets_the_present_file_but_not_for_ever()
    {
        var answer = await Raw().GetAsync("/assets/kapok.000000000000.css");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Headers.CacheControl!.NoCache.ShouldBeTrue();
    }

    [Theory]
    [InlineData("/assets/nothing.css")]
    [InlineData("/assets/../kapok.css.txt")]
    [InlineData("/assets/kapok/00-tokens.css")]
    public async Task What_no_module_carries_is_not_found(string path) =>
        (await Raw().GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.NotFound);

    [Fact]
    public void The_hash_follows_the_content()
    {
        Assets.Url("kapok.css").ShouldMatch(@"^/assets/kapok\.[0-9a-f]{12}\.css$");
        var other = new Assets(Options.Create(new PageOptions { Accent = "#0B5F4A" }));
        other.Url("kapok.css").ShouldNotBe(Assets.Url("kapok.css"));
        other.Url("kapok.js").ShouldBe(Assets.Url("kapok.js"));
        Should.Throw<KeyNotFoundException>(() => Assets.Url("nothing.css"));
    }

    [Fact]
    public void A_units_accent_must_be_readable()
    {
        Should.Throw<ArgumentException>(() => new Assets(Options.Create(new PageOptions { Accent = "#F2B705" }))).Message.ShouldContain("4.5");
        Should.Throw<ArgumentException>(() => new Assets(Options.Create(new PageOptions { Accent = "red" })));
        Accent.Contrast("#000000", "#FFFFFF").ShouldBe(21, 0.01);
    }

    [Fact]
    public async Task The_first_page_with_styles_and_script_stays_light()
    {
        var client = Raw("br");
        var (raw, packed) = (0L, 0L);
        var html = await client.GetByteArrayAsync("/components/home");
        raw += html.Length;
        packed += Gzip(html);
        var document = new HtmlParser().ParseDocument(Encoding.UTF8.GetString(html));
        var parts = document.QuerySelectorAll("link[rel=stylesheet], link[rel=icon]").Select(link => link.GetAttribute("href")!)
            .Concat(document.QuerySelectorAll("script[src]").Select(script => script.GetAttribute("src")!)).ToList();
        parts.Count.ShouldBe(4);
        foreach (var part in parts)
        {
            var (whole, sent) = ((await Raw().GetByteArrayAsync(part)).Length, (await client.GetByteArrayAsync(part)).Length);
            output.WriteLine($"{part}: {whole} raw, {sent} sent");
            raw += whole;
            packed += sent;
        }
        output.WriteLine($"first page: {raw} raw, {packed} packed (page itself by gzip)");
        raw.ShouldBeLessThanOrEqualTo(150 * 1024);
        packed.ShouldBeLessThanOrEqualTo(60 * 1024);
        Encoding.UTF8.GetByteCount(Assets.Text("kapok.js")).ShouldBeLessThan(12 * 1024);
    }

    private static long Gzip(byte[] content)
    {
        var target = new MemoryStream();
        using (var packed = new GZipStream(target, CompressionLevel.Optimal, leaveOpen: true)) packed.Write(content);
        return target.Length;
    }
}
