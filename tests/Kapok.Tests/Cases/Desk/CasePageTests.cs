using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;

namespace Kapok.Tests.Cases.Desk;

public sealed class CasePageTests(App app) : IClassFixture<App>
{
    static string At(Guid id) => $"/desk/cases/{id}";

    static async Task<string> Checked(HttpClient browser, string url)
    {
        var answer = await browser.GetAsync(url);
        var html = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, $"{url}: {html}");
        HtmlCheck.Verify(html);
        return html;
    }

    [Fact]
    public async Task Verdicts_become_the_one_notice_and_after_the_correction_the_difference_is_shown()
    {
        var id = await app.Submit();
        var acceptor = await app.As(Sample.Acceptor);
        (await Checked(acceptor, "/desk")).ShouldContain("食品经营许可");
        var page = await acceptor.Page(At(id));
        page.QuerySelectorAll("input[type=radio][value=wrong]").Length.ShouldBeGreaterThan(10, "a verdict for each answer and material");
        HtmlCheck.Verify(page.DocumentElement.OuterHtml.Insert(0, "<!doctype html>"));

        // A verdict without a reason stays on the page with what was typed.
        var wrong = await acceptor.PostForm(At(id), $"{At(id)}/correction", ("v-f:operatorName", "wrong"), ("r-f:operatorName", ""), ("correctionNote", "请尽快"));
        wrong.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var back = await wrong.Content.ReadAsStringAsync();
        HtmlCheck.Verify(back);
        back.ShouldContain("请写明要怎么改");
        back.ShouldContain("请尽快");
        (await app.State(id)).ShouldBe("submitted");

        var asked = await acceptor.PostForm(At(id), $"{At(id)}/correction", ("v-f:operatorName", "wrong"), ("r-f:operatorName", "应当和营业执照一致"), ("v-m:floor-plan", "wrong"), ("r-m:floor-plan", "图面不清"), ("v-f:area", "ok"), ("r-f:area", "没有问题"));
        asked.StatusCode.ShouldBe(HttpStatusCode.Redirect, await asked.Content.ReadAsStringAsync());
        (await app.State(id)).ShouldBe("correcting");
        var citizen = await app.Company();
        var mine = await citizen.GetFromJsonAsync<JsonElement>($"/api/v1/my/cases/{id}");
        mine.GetProperty("correction").GetProperty("fields").EnumerateObject().Select(p => p.Name).ShouldBe(["operatorName"]);
        mine.GetProperty("correction").GetProperty("materials").EnumerateObject().Select(p => p.Name).ShouldBe(["floor-plan"]);
        (await Checked(acceptor, At(id))).ShouldContain("正在等申请人补正");

        var upload = await (await citizen.PostAsJsonAsync("/api/v1/uploads", new { name = "plan2.pdf", size = 9 })).Content.ReadFromJsonAsync<JsonElement>();
        using var piece = new HttpRequestMessage(HttpMethod.Patch, $"/api/v1/uploads/{upload.GetProperty("id").GetGuid()}") { Content = new ByteArrayContent("%PDF-1.4\n"u8.ToArray()) };
        piece.Content.Headers.ContentRange = new(0, 8, 9);
        var file = (await (await citizen.SendAsync(piece)).Content.ReadFromJsonAsync<JsonElement>()).GetProperty("file").GetGuid();
        var supplemented = await citizen.PostAsJsonAsync($"/api/v1/my/cases/{id}/supplement", new { answers = new { operatorName = "广州市小满餐饮有限公司" }, materials = new Dictionary<string, Guid> { ["floor-plan"] = file } });
        supplemented.StatusCode.ShouldBe(HttpStatusCode.OK, await supplemented.Content.ReadAsStringAsync());

        var after = await acceptor.Page(At(id));
        after.QuerySelector("#changes del")!.TextContent.ShouldBe("广州小满餐饮店");
        after.QuerySelector("#changes ins")!.TextContent.ShouldBe("广州市小满餐饮有限公司");
        // The present file is a PDF now, so there is nothing to put side by side; the earlier picture can still be seen.
        var old = await app.Database.Read(c => c.ExecuteScalarAsync<Guid>("select id from cases.material where owner = @id and removed_at is not null", new { id }));
        (await acceptor.Page($"{At(id)}?show={old}&with={old}")).QuerySelectorAll("#viewer figure img").Length.ShouldBe(2);
        // Asking again needs a reason.
        var again = await acceptor.PostForm(At(id), $"{At(id)}/correction", ("v-f:area", "wrong"), ("r-f:area", "面积与图纸不符"), ("repeatReason", ""));
        again.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await again.Content.ReadAsStringAsync()).ShouldContain("再次告知必须写明原因");
    }

    [Fact]
    public async Task The_second_of_two_officers_sees_what_changed_and_overwrites_nothing()
    {
        var id = await app.Submit();
        var (first, second) = (await app.As(Sample.Acceptor), await app.SignIn(Sample.Acceptor));
        var looked = await second.Page(At(id));
        var task = looked.QuerySelector("input[name=task]")!.GetAttribute("value")!;
        var version = looked.QuerySelector("input[name=version]")!.GetAttribute("value")!;
        var token = await second.Token(At(id));

        // A colleague's note is something the second has not seen: what he wanted still waits for his look.
        (await first.PostForm(At(id), $"{At(id)}/note", ("noteText", "先别受理，法人在核实"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var early = await second.PostAsync($"{At(id)}/complete", new FormUrlEncodedContent([new(token.Name, token.Value), new("task", task), new("version", version), new("outcome", "accept"), new("note", "材料齐全")]));
        early.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await early.Content.ReadAsStringAsync()).ShouldContain("材料齐全", customMessage: "what was typed is kept");
        (await app.State(id)).ShouldBe("submitted");

        (await first.PostForm(At(id), $"{At(id)}/complete", ("outcome", "accept"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var late = await second.PostAsync($"{At(id)}/complete", new FormUrlEncodedContent([new(token.Name, token.Value), new("task", task), new("version", version), new("outcome", "refuse"), new("note", "场所不符合要求")]));
        late.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        var html = await late.Content.ReadAsStringAsync();
        HtmlCheck.Verify(html);
        html.ShouldContain("这个办件被别人处理过");
        html.ShouldContain("收件受理：受理");
        (await app.State(id)).ShouldBe("accepted");
    }

    [Fact]
    public async Task A_clean_case_is_decided_through_the_pages_by_three_posts()
    {
        var id = await app.Submit();
        var (acceptor, reviewer, approver) = (await app.As(Sample.Acceptor), await app.As(Sample.Reviewer), await app.As(Sample.Approver));
        (await acceptor.PostForm(At(id), $"{At(id)}/claim")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await Checked(acceptor, "/desk?show=mine")).ShouldContain(id.ToString());
        (await acceptor.PostForm(At(id), $"{At(id)}/complete", ("outcome", "accept"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);

        // Return needs a reason and goes to the work the flow allows.
        var page = await reviewer.Page(At(id));
        var back = page.QuerySelector("select[name=to] option")!.GetAttribute("value")!;
        (await reviewer.PostForm(At(id), $"{At(id)}/return", ("to", back), ("returnReason", ""))).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await reviewer.PostForm(At(id), $"{At(id)}/note", ("noteText", "下午去现场"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await reviewer.PostForm(At(id), $"{At(id)}/message", ("messageText", "明天上午现场核查"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await Checked(reviewer, At(id))).ShouldContain("下午去现场");

        (await reviewer.PostForm(At(id), $"{At(id)}/extension", ("days", "5"), ("extensionGround", "需要专家论证"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await Checked(approver, At(id))).ShouldContain("需要专家论证");
        (await approver.PostForm(At(id), $"{At(id)}/extension-decision", ("granted", "true"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await reviewer.PostForm(At(id), $"{At(id)}/complete", ("outcome", "pass"), ("note", "符合要求"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await approver.PostForm(At(id), $"{At(id)}/complete", ("outcome", "refuse"), ("note", ""))).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity, "a refusal needs its reason");
        (await approver.PostForm(At(id), $"{At(id)}/complete", ("outcome", "approve"), ("note", "同意"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var closed = await Checked(approver, At(id));
        closed.ShouldContain("办件已办结：准予");
        closed.ShouldContain("事件链完整");
        var document = (await approver.Page(At(id))).QuerySelector("#documents a")!.GetAttribute("href")!;
        await Checked(approver, document);
    }

    [Fact]
    public async Task Work_is_handed_only_to_a_colleague_of_the_post()
    {
        var id = await app.Submit();
        var acceptor = await app.As(Sample.Acceptor);
        await acceptor.PostForm(At(id), $"{At(id)}/claim");
        var task = await (await app.Api(Sample.Acceptor)).Task(id);
        var stranger = Kapok.Identity.Installing.DemonstrationPeople.IdOf("market@440105/acceptor");
        var token = await acceptor.Token(At(id));
        var answer = await acceptor.PostAsync($"{At(id)}/assign", new FormUrlEncodedContent([new(token.Name, token.Value), new("task", task), new("person", stranger.ToString())]));
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("请选择同岗位的同事");
    }

    [Fact]
    public async Task A_broken_chain_is_said_aloud()
    {
        var id = await app.Submit();
        await app.Database.Read(c => c.ExecuteAsync("""update cases."case" set digest = '\x00' where id = @id""", new { id }));
        (await Checked(await app.As(Sample.Reviewer), At(id))).ShouldContain("事件链在第");
    }

    [Theory]
    [InlineData(Sample.Stranger)]
    [InlineData("tech")]
    [InlineData("auditor")]
    [InlineData("lixiulan")]
    public async Task Neither_another_body_nor_the_machine_room_nor_a_citizen_sees_page_file_bundle_or_event(string account)
    {
        var id = await app.Submit();
        var file = await app.Database.Read(c => c.ExecuteScalarAsync<Guid>("select id from cases.material where owner = @id limit 1", new { id }));
        var document = await app.Database.Read(c => c.ExecuteScalarAsync<Guid?>("select id from cases.document where case_id = @id limit 1", new { id }));
        var browser = await app.As(account);
        foreach (var url in (string[])["", $"/materials/{file}", $"/view/{file}", $"/documents/{document ?? Guid.NewGuid()}", "/events/1", "/bundle.json", "/bundle.zip", "/here"])
        {
            var answer = await browser.GetAsync(At(id) + url);
            ((int)answer.StatusCode).ShouldBeOneOf(403, 404);
            (await answer.Content.ReadAsStringAsync()).ShouldNotContain("小满");
        }
        var csv = await browser.GetAsync("/desk/cases.csv");
        (await csv.Content.ReadAsStringAsync()).ShouldNotContain("小满");
    }

    [Fact]
    public async Task Files_come_as_attachments_that_no_browser_runs_and_every_reading_is_recorded()
    {
        var id = await app.Submit();
        var files = (await app.Database.Read(c => c.QueryAsync<(Guid Id, string Type)>("select id, type from cases.material where owner = @id", new { id }))).ToDictionary(f => f.Type, f => f.Id);
        var browser = await app.As(Sample.Acceptor);
        var pdf = await browser.GetAsync($"{At(id)}/materials/{files["application/pdf"]}");
        pdf.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        pdf.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        pdf.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("sandbox");
        foreach (var (type, file) in files)
        {
            var seen = await browser.GetAsync($"{At(id)}/view/{file}");
            seen.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("inline");
            seen.Content.Headers.ContentType!.MediaType.ShouldBe(type);
            seen.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
            var policy = seen.Headers.GetValues("Content-Security-Policy").Single();
            policy.ShouldContain("default-src 'none'");
            policy.ShouldContain("frame-ancestors 'self'");
            policy.ShouldNotContain("script-src");
        }
        var beside = await browser.Page($"{At(id)}?show={files["application/pdf"]}");
        beside.QuerySelector("#viewer iframe")!.GetAttribute("src")!.ShouldStartWith($"{At(id)}/view/{files["application/pdf"]}");
        beside.QuerySelectorAll("#viewer select[name=with] option").Length.ShouldBe(2, "the other file, or none");
        HtmlCheck.Verify((await Checked(browser, $"{At(id)}?show={files["application/pdf"]}&with={files["image/png"]}")));
        (await browser.Page($"{At(id)}?show={files["application/pdf"]}&with={files["image/png"]}")).QuerySelectorAll("#viewer figure").Length.ShouldBe(2);
        (await Checked(browser, $"{At(id)}?show={files["image/png"]}")).ShouldContain("<img");

        var bundle = await browser.GetFromJsonAsync<JsonElement>($"{At(id)}/bundle.json");
        bundle.GetProperty("chain").GetProperty("whole").GetBoolean().ShouldBeTrue();
        bundle.GetProperty("events").GetArrayLength().ShouldBe(bundle.GetProperty("case").GetProperty("version").GetInt32());
        await ((Kapok.Identity.DataReads)app.Services.GetService(typeof(Kapok.Identity.DataReads))!).Flush();
        var purposes = await app.Database.Read(c => c.QueryAsync<string>("select distinct purpose from kapok.data_read where what like '%' || (select number from cases.\"case\" where id = @id) || '%'", new { id }));
        purposes.ShouldBe(["查看材料", "导出办件", "办理"], ignoreOrder: true);
    }
}
