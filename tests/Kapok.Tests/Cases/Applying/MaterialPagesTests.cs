using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using AngleSharp.Dom;
using Dapper;
using Kapok.Tests.Journeys;

namespace Kapok.Tests.Cases.Applying;

public sealed class MaterialPagesTests(App app) : IClassFixture<App>
{
    async Task<(Visitor Visitor, Guid Id)> AtMaterials(string account = "zhangsan")
    {
        var visitor = new Visitor(await app.As(account));
        var id = await visitor.Begin(app);
        await visitor.FillIn(id);
        return (visitor, id);
    }

    [Fact]
    public async Task The_list_is_computed_from_the_answers_and_licences_need_not_be_handed_in()
    {
        var (visitor, _) = await AtMaterials();
        visitor.Page.QuerySelectorAll("input[type=file]").Select(i => i.GetAttribute("name")).ShouldBe(["floor-plan", "rules"]);
        visitor.Text.ShouldContain("要交 2 样");
        visitor.Text.ShouldContain("用您的“营业执照” 91440106MA9XXX011N");
        visitor.Text.ShouldContain("可信等级 B");
        visitor.Text.ShouldContain("标明各功能间");
        visitor.Text.ShouldContain("可以是 PDF、JPG、PNG，每个不超过 20 MB");
    }

    [Fact]
    public async Task Several_files_are_added_and_taken_away_without_script()
    {
        var (visitor, id) = await AtMaterials();
        await visitor.Press("保存并继续", [("floor-plan", "一.pdf", Catering.File("one.pdf")), ("floor-plan", "二.png", Catering.File("two.png"))]);
        visitor.Status.ShouldBe(HttpStatusCode.UnprocessableEntity, "the other material is still missing");
        visitor.Errors.ShouldHaveSingleItem().ShouldContain("保证食品安全的规章制度目录");
        visitor.Page.QuerySelectorAll(".file-name").Select(f => f.TextContent.Trim()).ShouldBe(["一.pdf", "二.png"]);
        await visitor.Press("移除");
        visitor.Page.QuerySelectorAll(".file-name").Length.ShouldBe(1);
        await visitor.Press("保存并继续", [("rules", "制度.pdf", Catering.File("rules.pdf"))]);
        visitor.Url.ShouldBe($"/my/drafts/{id}/check");
    }

    [Fact]
    public async Task A_file_of_a_wrong_type_is_refused_at_its_field_and_the_others_stay()
    {
        var (visitor, _) = await AtMaterials();
        await visitor.Press("保存并继续", [("floor-plan", "图.pdf", "MZ this is a program"u8.ToArray()), ("rules", "制度.pdf", Catering.File("rules.pdf"))]);
        visitor.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        visitor.Errors.ShouldHaveSingleItem().ShouldContain("不是可以接收的文件");
        visitor.Page.QuerySelector("#floor-plan-error").ShouldNotBeNull();
        visitor.Page.QuerySelectorAll(".file-name").Select(f => f.TextContent.Trim()).ShouldBe(["制度.pdf"]);
    }

    [Fact]
    public async Task A_file_too_large_is_refused_with_the_name_of_the_material()
    {
        var (visitor, id) = await AtMaterials();
        var large = new byte[(20 << 20) + 1];
        Catering.File("x.pdf").CopyTo(large, 0);
        await visitor.Press("保存并继续", [("floor-plan", "大.pdf", large), ("rules", "制度.pdf", Catering.File("rules.pdf"))]);
        visitor.Errors.ShouldHaveSingleItem().ShouldBe("“大.pdf”太大，“经营场所布局和操作流程图”每个文件最大 20 MB");
        var part = await Patch(visitor, id, "floor-plan", "k-large", 0, [1], 21 << 20);
        part.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await part.Content.ReadAsStringAsync()).ShouldBe("每个文件最大 20 MB，请压缩后再上传");
    }

    [Fact]
    public async Task An_interrupted_upload_goes_on_where_it_broke()
    {
        var (visitor, id) = await AtMaterials();
        var bytes = new byte[300_000];
        Random.Shared.NextBytes(bytes);
        Catering.File("plan.pdf").CopyTo(bytes, 0);
        (await Head(visitor, id, "k1")).ShouldBeNull();
        var first = await Patch(visitor, id, "floor-plan", "k1", 0, bytes[..100_000], bytes.Length);
        first.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        first.Headers.GetValues("Range").ShouldBe(["bytes=0-99999"]);
        // Another window of the same person, some time later.
        var again = new Visitor(await app.SignIn("zhangsan"));
        await again.Open($"/my/drafts/{id}/materials");
        (await Head(again, id, "k1")).ShouldBe("bytes=0-99999");
        (await Patch(again, id, "floor-plan", "k1", 50_000, bytes[50_000..200_000], bytes.Length)).StatusCode.ShouldBe(HttpStatusCode.Conflict, "a part that does not fit is not taken");
        (await Patch(again, id, "floor-plan", "k1", 100_000, bytes[100_000..250_000], bytes.Length)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var last = await Patch(again, id, "floor-plan", "k1", 250_000, bytes[250_000..], bytes.Length);
        last.StatusCode.ShouldBe(HttpStatusCode.OK);
        var material = JsonDocument.Parse(await last.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetGuid();
        (await again.Http.GetByteArrayAsync($"/my/drafts/{id}/files/{material}")).ShouldBe(bytes);
        // The answer to the last part was lost, so the browser sends everything again: still one file.
        (await Patch(again, id, "floor-plan", "k1", 0, bytes, bytes.Length)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await app.Database.Read(c => c.ExecuteScalarAsync<int>("select count(*) from cases.material where owner = @id", new { id }))).ShouldBe(1);
    }

    [Fact]
    public async Task A_part_needs_the_token_of_the_page_and_the_draft_of_the_person()
    {
        var (visitor, id) = await AtMaterials();
        var request = new HttpRequestMessage(HttpMethod.Patch, $"/my/drafts/{id}/materials/floor-plan/upload?key=k&name=a.pdf") { Content = new ByteArrayContent([1]) };
        request.Content.Headers.ContentRange = new ContentRangeHeaderValue(0, 0, 1);
        (await visitor.Http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var stranger = await new Visitor(await app.As("lixiulan")).Open("/help");
        (await Patch(stranger, id, "floor-plan", "k", 0, [1], 1)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    static async Task<string?> Head(Visitor visitor, Guid id, string key)
    {
        var answer = await visitor.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/my/drafts/{id}/materials/floor-plan/upload?key={key}&name=plan.pdf"));
        answer.IsSuccessStatusCode.ShouldBeTrue();
        return answer.Headers.TryGetValues("Range", out var range) ? range.Single() : null;
    }

    static Task<HttpResponseMessage> Patch(Visitor visitor, Guid id, string material, string key, long from, byte[] piece, long size)
    {
        var request = new HttpRequestMessage(HttpMethod.Patch, $"/my/drafts/{id}/materials/{material}/upload?key={key}&name=plan.pdf") { Content = new ByteArrayContent(piece) };
        request.Headers.Add("X-Kapok-Token", visitor.Page.QuerySelector("meta[name=kapok-token]")!.GetAttribute("content"));
        request.Content.Headers.ContentRange = new ContentRangeHeaderValue(from, from + piece.Length - 1, size);
        return visitor.Http.SendAsync(request);
    }
}
