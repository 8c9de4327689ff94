using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Kapok.Foundation.Files;
using Kapok.Tests.Journeys;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Foundation.Files;

/// <summary>Speaks clamd's INSTREAM on a loopback socket: finds the EICAR test file, refuses streams beyond a megabyte.</summary>
public sealed class FakeClamd : IDisposable
{
    /// <summary>The test file of all scanners, harmless; in two halves so that this file is none.</summary>
    public static readonly byte[] Eicar = Encoding.ASCII.GetBytes("X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD" + "-ANTIVIRUS-TEST-FILE!$H+H*");

    public const int Most = 1 << 20;
    readonly TcpListener listener = new(IPAddress.Loopback, 0);

    public FakeClamd()
    {
        listener.Start();
        _ = Serve();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Streams looked into so far.</summary>
    public int Seen;

    /// <summary>What is answered instead of looking.</summary>
    public string? Says { get; set; }

    async Task Serve()
    {
        try { while (true) _ = Look(await listener.AcceptTcpClientAsync()); }
        catch (Exception e) when (e is SocketException or ObjectDisposedException) { }
    }

    async Task Look(TcpClient client)
    {
        using var _ = client;
        var line = client.GetStream();
        var command = new byte[10];
        await line.ReadExactlyAsync(command);
        Encoding.ASCII.GetString(command).ShouldBe("zINSTREAM\0");
        using var content = new MemoryStream();
        var size = new byte[4];
        while (true)
        {
            await line.ReadExactlyAsync(size);
            var next = BinaryPrimitives.ReadInt32BigEndian(size);
            if (next == 0) break;
            if (content.Length + next > Most) { await Say("INSTREAM size limit exceeded. ERROR"); return; }
            var piece = new byte[next];
            await line.ReadExactlyAsync(piece);
            content.Write(piece);
        }
        Interlocked.Increment(ref Seen);
        await Say(Says ?? (content.ToArray().AsSpan().IndexOf(Eicar) >= 0 ? "stream: Win.Test.EICAR_HDB-1 FOUND" : "stream: OK"));

        async Task Say(string text) => await line.WriteAsync(Encoding.ASCII.GetBytes(text + "\0"));
    }

    public void Dispose() => listener.Dispose();
}

/// <summary>An app whose uploads are looked into.</summary>
public sealed class GuardedApp(TestDatabase databases) : App(databases)
{
    public FakeClamd Clamd { get; } = new();

    protected override void Configure(WebApplicationBuilder builder) => builder.Services.AddSingleton(FileInspectors.Choose($"127.0.0.1:{Clamd.Port}")!);
}

public sealed class ClamdTests(GuardedApp app) : IClassFixture<GuardedApp>
{
    static readonly byte[] Infected = [.. "%PDF-1.4\n"u8, .. FakeClamd.Eicar];

    int Kept => Directory.EnumerateFiles(Path.Combine(app.Options.Data, "files"), "*", SearchOption.AllDirectories).Count();

    [Fact]
    public async Task A_file_with_a_virus_is_refused_in_plain_words_and_not_kept()
    {
        var visitor = new Visitor(await app.As("zhangsan"));
        var id = await visitor.Begin(app);
        await visitor.FillIn(id);
        var before = Kept;
        await visitor.Press("保存并继续", [("floor-plan", "布局图.pdf", Infected), ("rules", "制度.pdf", Catering.File("rules.pdf"))]);
        visitor.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        visitor.Errors.ShouldBe(["“布局图.pdf”里查出病毒（Win.Test.EICAR_HDB-1），没有保存。请给您的电脑或者手机杀毒，再换一份干净的文件"]);
        visitor.Text.ShouldContain("制度.pdf");
        Kept.ShouldBe(before + 1, "only the clean one");
        Directory.EnumerateFiles(Path.Combine(app.Options.Data, "uploads")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_virus_in_parts_is_found_when_the_last_has_come()
    {
        var citizen = await app.Api("lixiulan");
        var begun = await citizen.PostAsJsonAsync("/api/v1/uploads", new { name = "图.pdf", size = Infected.Length });
        var id = (await begun.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>()).GetProperty("id").GetGuid();
        async Task<HttpResponseMessage> Send(int from, int to)
        {
            using var piece = new HttpRequestMessage(HttpMethod.Patch, $"/api/v1/uploads/{id}") { Content = new ByteArrayContent(Infected[from..to]) };
            piece.Content.Headers.ContentRange = new ContentRangeHeaderValue(from, to - 1, Infected.Length);
            return await citizen.SendAsync(piece);
        }
        (await Send(0, 40)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var last = await Send(40, Infected.Length);
        last.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await last.Content.ReadAsStringAsync()).ShouldContain("查出病毒");
    }

    [Theory]
    [InlineData("stream: Can't allocate memory ERROR")]
    [InlineData("")]
    public async Task When_nobody_can_look_nothing_is_taken(string answer)
    {
        var store = app.Services.GetRequiredService<FileStore>();
        try
        {
            app.Clamd.Says = answer;
            var saved = await store.Save(new MemoryStream([.. "%PDF-1.4\n"u8, 1, 2]), "a.pdf", Guid.NewGuid(), 1 << 20);
            saved.Refused.ShouldBe(Kapok.Foundation.Refusal.Unavailable);
            saved.Message.ShouldContain("请过几分钟再传");
        }
        finally { app.Clamd.Says = null; }
    }

    [Fact]
    public async Task A_scanner_that_is_away_or_finds_the_file_too_long_is_an_accident_not_a_clean_file()
    {
        using var closed = new FakeClamd();
        var port = closed.Port;
        closed.Dispose();
        await Should.ThrowAsync<IOException>(() => FileInspectors.Choose($"127.0.0.1:{port}")!.Inspect(new MemoryStream([1]), default));
        await Should.ThrowAsync<IOException>(() => FileInspectors.Choose($"127.0.0.1:{app.Clamd.Port}")!.Inspect(new MemoryStream(new byte[FakeClamd.Most * 4]), default));
    }

    [Fact]
    public async Task What_comes_on_the_line_is_the_file_whatever_its_length()
    {
        var inspector = FileInspectors.Choose($"127.0.0.1:{app.Clamd.Port}")!;
        foreach (var length in (int[])[1, 65535, 65536, 65537, 200_000])
        {
            (await inspector.Inspect(new MemoryStream(new byte[length]), default)).Found.ShouldBeNull();
            (await inspector.Inspect(new MemoryStream([.. new byte[length], .. FakeClamd.Eicar]), default)).Found.ShouldBe("Win.Test.EICAR_HDB-1");
        }
    }

    [Theory]
    [InlineData("clamd")]
    [InlineData("host:0")]
    [InlineData(":3310")]
    [InlineData("host:port")]
    public void An_address_that_says_nothing_stops_the_start(string address) => Should.Throw<InvalidOperationException>(() => FileInspectors.Choose(address)).Message.ShouldContain("KAPOK_CLAMD");
}
