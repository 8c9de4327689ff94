using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Dapper;
using Kapok.Foundation.Data;

namespace Kapok.Tests.Reliability;

public sealed class DiskFullTests(TestDatabase databases)
{
    static byte[] Pdf(int size, byte mark)
    {
        var bytes = new byte[size];
        Array.Fill(bytes, mark);
        "%PDF-1.4 "u8.CopyTo(bytes);
        return bytes;
    }

    static async Task ShouldSayThatItIsFull(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(507, text);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        answer.Headers.RetryAfter.ShouldNotBeNull();
        JsonDocument.Parse(text).RootElement.GetProperty("title").GetString()!.ShouldContain("空间已满");
    }

    [Fact]
    public async Task On_a_full_disk_an_upload_is_507_leaves_nothing_behind_and_goes_on_when_there_is_room()
    {
        using var disk = new SmallDisk(4);
        var connection = await databases.Furnished();
        await using var database = new Database(connection);
        await using var node = new ServedNode(connection, disk.Folder);
        await node.Start();
        var citizen = await node.Api("zhangsan");
        var draft = await Applications.Ready(citizen);
        var material = await database.Read(c => c.ExecuteScalarAsync<string>("select material from cases.material where owner = @draft limit 1", new { draft }));
        Task<HttpResponseMessage> Whole(byte[] file) => citizen.PutAsync($"/api/v1/drafts/{draft}/materials/{material}?name=b.pdf", new ByteArrayContent(file));
        Task<int> Rows() => database.Read(c => c.ExecuteScalarAsync<int>("select (select count(*) from kapok.file) + (select count(*) from cases.material)"));

        // In pieces: the first stands before the disk is full, the second does not fit.
        var file = Pdf(900_000, 1);
        var begun = await citizen.PostAsJsonAsync("/api/v1/uploads", new { name = "a.pdf", size = file.Length });
        var upload = begun.Headers.Location!.OriginalString;
        async Task<HttpResponseMessage> Piece(int from, int to)
        {
            using var request = new HttpRequestMessage(HttpMethod.Patch, upload) { Content = new ByteArrayContent(file[from..to]) };
            request.Content.Headers.ContentRange = new ContentRangeHeaderValue(from, to - 1, file.Length);
            return await citizen.SendAsync(request);
        }
        async Task<long> Received() => (await citizen.GetFromJsonAsync<JsonElement>(upload)).GetProperty("received").GetInt64();
        (await Piece(0, 300_000)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        disk.Fill();
        var before = await Rows();

        await ShouldSayThatItIsFull(await Whole(Pdf(500_000, 2)));
        await ShouldSayThatItIsFull(await Piece(300_000, 900_000));
        (await Received()).ShouldBe(300_000, "what was there before is still there, and no more");
        (await Rows()).ShouldBe(before);
        Directory.GetFiles(Path.Combine(disk.Folder, "uploads")).ShouldHaveSingleItem().ShouldContain(upload.Split('/')[^1].Replace("-", "", StringComparison.Ordinal));
        (await citizen.GetAsync("/health/ready")).EnsureSuccessStatusCode();

        disk.MakeRoom();
        (await Piece(300_000, 900_000)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Whole(Pdf(500_000, 2))).StatusCode.ShouldBe(HttpStatusCode.Created);
        var digest = Convert.ToHexStringLower(SHA256.HashData(file));
        (await database.Read(c => c.ExecuteScalarAsync<int>("select count(*) from kapok.file where digest = @digest and name = 'a.pdf'", new { digest }))).ShouldBe(1);
        File.ReadAllBytes(Path.Combine(disk.Folder, "files", digest[..2], digest[2..])).ShouldBe(file);
        (await Applications.Send(citizen, draft)).Status.ShouldBe(201);
    }

    [Fact]
    public async Task When_the_disk_of_the_database_is_full_people_get_a_clear_503_and_it_goes_on_when_there_is_room()
    {
        using var disk = new SmallDisk(3, "nobody");
        using var postgres = new OwnPostgres();
        await postgres.Furnish();
        await using var database = new Database(postgres.Connection);
        await database.Read(c => c.ExecuteAsync($"create tablespace small location '{disk.Folder}'"));
        await database.Read(c => c.ExecuteAsync("alter table cases.content set tablespace small"));
        await using var node = new ServedNode(postgres.Connection);
        await node.Start();
        var citizen = await node.Api("zhangsan");
        var drafts = new Queue<Guid>();
        for (var i = 0; i < 30; i++) drafts.Enqueue(await Applications.Ready(citizen));

        // Pages that stand have a little room left; sooner or later a new one is needed.
        disk.Fill();
        var accepted = new Dictionary<Guid, string>();
        HttpResponseMessage? refused = null;
        while (refused is null)
        {
            var answer = await citizen.PostAsJsonAsync($"/api/v1/drafts/{drafts.Peek()}/submission", new { });
            if (answer.StatusCode != HttpStatusCode.Created) { refused = answer; break; }
            accepted[drafts.Dequeue()] = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("number").GetString()!;
        }
        var text = await refused.Content.ReadAsStringAsync();
        ((int)refused.StatusCode).ShouldBe(503, text);
        refused.Headers.RetryAfter.ShouldNotBeNull();
        JsonDocument.Parse(text).RootElement.GetProperty("title").GetString()!.ShouldContain("不会丢失");
        (await citizen.GetAsync($"/api/v1/drafts/{drafts.Peek()}")).EnsureSuccessStatusCode();

        disk.MakeRoom();
        foreach (var draft in drafts)
        {
            var (status, number) = await Applications.Send(citizen, draft);
            status.ShouldBe(201);
            accepted[draft] = number!;
        }
        accepted.Count.ShouldBe(30);
        foreach (var (draft, number) in accepted)
            (await citizen.GetFromJsonAsync<JsonElement>($"/api/v1/my/cases/{draft}")).GetProperty("number").GetString().ShouldBe(number);
        await Applications.ShouldBeWhole(postgres.Connection);
    }
}
