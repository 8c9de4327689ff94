using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Dapper;

namespace Kapok.Tests.Journeys;

/// <summary>Questions of a form that are answered with a file, from the page to the decision.</summary>
public sealed class FileQuestionTests(App app) : IClassFixture<App>
{
    static readonly (string, string)[] Dates = [("from.year", "2026"), ("from.month", "10"), ("from.day", "1"), ("until.year", "2027"), ("until.month", "9"), ("until.day", "30")];
    static byte[] Picture => Catering.File("lamp.png");

    async Task<(Visitor Visitor, Guid Id)> Begun()
    {
        var visitor = new Visitor(await app.As("zhangsan"));
        return (visitor, await Lamps.Begin(visitor, await Lamps.Install(app)));
    }

    Task<string> Answers(Guid id) => app.Database.Read(c => c.ExecuteScalarAsync<string>("select answers::text from cases.draft where id = @id", new { id }))!;

    [Fact]
    public async Task A_file_given_with_the_page_is_the_answer_and_goes_along_to_the_decision()
    {
        var (visitor, id) = await Begun();
        await visitor.Open($"/my/drafts/{id}/pages/lamp");
        await visitor.Press("保存并继续", Dates);
        visitor.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        visitor.Text.ShouldContain("请上传路灯照片");
        await visitor.Press("保存并继续", [("picture", "五山路灯.png", Picture)], Dates);
        visitor.Url.ShouldEndWith("/pages/helpers", Case.Sensitive, visitor.Text);
        (await Answers(id)).ShouldContain("/五山路灯.png");

        await visitor.Press("添加邻居");
        await visitor.Press("保存并继续", [("helpers[0].letter", "同意书.pdf", Catering.File("letter.pdf"))], ("helpers[0].name", "李秀兰"));
        visitor.Url.ShouldEndWith("/materials");
        await visitor.Press("保存并继续", [("form", "申请表.pdf", Catering.File("form.pdf")), ("photo", "照片.pdf", Catering.File("photo.pdf"))]);
        visitor.Url.ShouldEndWith("/check");
        visitor.Text.ShouldContain("五山路灯.png");
        visitor.Text.ShouldContain("同意书.pdf");
        visitor.Text.ShouldNotContain(id.ToString());
        await visitor.Press("提交申请", ("declaration", "true"));

        await visitor.Open($"/my/cases/{id}");
        visitor.Text.ShouldContain("路灯照片");
        var link = visitor.Page.QuerySelectorAll("a").First(a => a.TextContent.Contains("五山路灯.png")).GetAttribute("href")!;
        (await (await visitor.Http.GetAsync(link)).Content.ReadAsByteArrayAsync()).ShouldBe(Picture);

        var desk = await (await app.As("tianhe-market-acceptor")).GetAsync($"/desk/cases/{id}");
        (await desk.Content.ReadAsStringAsync()).ShouldContain(">五山路灯.png</a>", Case.Sensitive, "the official opens it from the answer");
        await Catering.Official(app, "tianhe-market-acceptor", id, "acceptance", new { });
        await Catering.Complete(app, "tianhe-market-reviewer", id, "pass");
        await Catering.Complete(app, "tianhe-market-approver", id, "approve");
        var decision = await app.Database.Read(c => c.ExecuteScalarAsync<string>("select html from cases.document where case_id = @id and kind = 'approve'", new { id }));
        decision.ShouldNotBeNull().ShouldContain("自2026年10月1日起认养，照片是 五山路灯.png");
        decision.ShouldContain("<li>认养申请表</li>\n<li>路灯照片</li>", Case.Sensitive, "case.materials names what was handed in, in the order of the item");
    }

    [Fact]
    public async Task The_wrong_kind_and_too_much_are_refused_beside_the_question_and_what_was_typed_stays()
    {
        var (visitor, id) = await Begun();
        await visitor.Open($"/my/drafts/{id}/pages/lamp");
        await visitor.Press("保存并继续", [("picture", "照片.pdf", Catering.File("x.pdf"))], Dates);
        visitor.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        visitor.Text.ShouldContain("“路灯照片”只收 jpg、png");
        visitor.Page.QuerySelector("[name='from.year']")!.GetAttribute("value").ShouldBe("2026");
        await visitor.Press("保存并继续", [("picture", "大.png", [.. Picture, .. new byte[1 << 20]])]);
        visitor.Text.ShouldContain("太大，每个文件最大 1 MB");
    }

    [Fact]
    public async Task A_file_is_replaced_and_taken_away_again()
    {
        var (visitor, id) = await Begun();
        await visitor.Open($"/my/drafts/{id}/pages/lamp");
        await visitor.Press("保存并继续", [("picture", "一.png", Picture)], Dates);
        await visitor.Open($"/my/drafts/{id}/pages/lamp");
        await visitor.Press("保存并继续", [("picture", "二.png", Picture)]);
        (await Answers(id)).ShouldContain("/二.png");
        await visitor.Open($"/my/drafts/{id}/pages/lamp");
        var remove = visitor.Page.QuerySelector("button[name='picture.remove']")!.GetAttribute("value")!;
        await visitor.PressNamed("picture.remove", remove);
        visitor.Url.ShouldContain("/pages/lamp");
        (await Answers(id)).ShouldContain("\"picture\": \"\"");
        visitor.Page.QuerySelector(".file").ShouldBeNull();
    }

    [Fact]
    public async Task A_file_sent_in_parts_is_kept_beside_what_the_page_saves_by_itself()
    {
        var (visitor, id) = await Begun();
        await visitor.Open($"/my/drafts/{id}/pages/lamp");
        var address = visitor.Page.QuerySelector("input[type=file]")!.GetAttribute("data-upload-url")! + "&key=a&name=" + Uri.EscapeDataString("灯.png");
        var token = visitor.Page.QuerySelector("meta[name=kapok-token]")!.GetAttribute("content")!;
        async Task<HttpResponseMessage> Part(int from, int to)
        {
            var request = new HttpRequestMessage(HttpMethod.Patch, address) { Content = new ByteArrayContent(Picture[from..to]) };
            request.Content.Headers.ContentRange = new ContentRangeHeaderValue(from, to - 1, Picture.Length);
            request.Headers.Add("X-Kapok-Token", token);
            return await visitor.Http.SendAsync(request);
        }
        (await Part(0, 20)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await Part(20, Picture.Length)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await visitor.Press("保存并继续", Dates);
        visitor.Url.ShouldEndWith("/pages/helpers", Case.Sensitive, "the page that sent the file does not stand against itself");
        (await Answers(id)).ShouldContain("/灯.png");
        (await Answers(id)).ShouldContain("2027-9-30");
    }

    [Fact]
    public async Task Somebody_elses_file_cannot_be_named_as_an_answer()
    {
        var (visitor, mine) = await Begun();
        await visitor.Open($"/my/drafts/{mine}/pages/lamp");
        await visitor.Press("保存并继续", [("picture", "我的.png", Picture)], Dates);
        var answer = JsonDocument.Parse(await Answers(mine)).RootElement.GetProperty("picture").GetString();

        var other = new Visitor(await app.As("lixiulan"));
        var id = await Lamps.Begin(other, await Lamps.Install(app));
        var program = await app.Api("lixiulan");
        (await program.PutAsync($"/api/v1/drafts/{id}/answers", JsonContent(new { picture = answer, from = "2026-10-01", until = "2027-09-30" }))).StatusCode.ShouldBe(HttpStatusCode.OK);
        var sent = await program.PostAsync($"/api/v1/drafts/{id}/submission", JsonContent(new { }));
        sent.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await sent.Content.ReadAsStringAsync()).ShouldContain("请重新上传“我的.png”");
    }

    [Fact]
    public async Task In_a_correction_only_the_named_file_is_open_and_the_old_one_stays_for_the_record()
    {
        var (visitor, id) = await Begun();
        await visitor.Open($"/my/drafts/{id}/pages/lamp");
        await visitor.Press("保存并继续", [("picture", "旧.png", Picture)], Dates);
        await visitor.Open($"/my/drafts/{id}/materials");
        await visitor.Press("保存并继续", [("form", "申请表.pdf", Catering.File("form.pdf")), ("photo", "照片.pdf", Catering.File("photo.pdf"))]);
        await visitor.Open($"/my/drafts/{id}/check");
        await visitor.Press("提交申请", ("declaration", "true"));
        await Catering.Official(app, "tianhe-market-acceptor", id, "correction", new { fields = new { picture = "看不清编号" }, materials = new { } });
        await visitor.Open($"/my/cases/{id}/correct");
        visitor.Text.ShouldContain("旧.png");
        visitor.Page.QuerySelectorAll("input[type=file]").Select(i => i.Id).ShouldBe(["picture"]);
        await visitor.Press("保存并核对", [("picture", "新.png", Picture)]);
        visitor.Url.ShouldEndWith("/correct/check", Case.Sensitive, visitor.Text);
        visitor.Text.ShouldContain("新.png");
        await visitor.Press("提交补正");
        var rows = (await app.Database.Read(c => c.QueryAsync<(string Name, bool Gone)>("select name, removed_at is not null from cases.material where owner = @id and material = 'field:picture' order by added_at", new { id }))).ToList();
        rows.ShouldBe([("旧.png", true), ("新.png", false)]);
    }

    static StringContent JsonContent(object body) => new(JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json");
}
