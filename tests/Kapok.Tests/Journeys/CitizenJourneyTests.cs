using System.Net;
using AngleSharp.Dom;
using Dapper;

namespace Kapok.Tests.Journeys;

/// <summary>The whole way of a citizen without script, officials at their own work in between.</summary>
public sealed class CitizenJourneyTests(App app) : IClassFixture<App>
{
    const string Acceptor = "tianhe-market-acceptor", Reviewer = "tianhe-market-reviewer", Approver = "tianhe-market-approver";

    async Task<Visitor> Zhangsan() => new(await app.As("zhangsan"));

    static object Notice => new
    {
        fields = new { operatorName = "名称应当和营业执照上的一致" }, materials = new Dictionary<string, string> { ["floor-plan"] = "图面不清，看不出操作间的位置" }, note = "补正后请尽快提交",
    };

    [Fact]
    public async Task From_the_item_to_the_decision_with_one_correction()
    {
        var visitor = await Zhangsan();
        var id = await visitor.Apply(app);
        visitor.Text.ShouldContain("申请已提交");
        visitor.Text.ShouldContain("最迟 2026年9月29日 周二", Case.Sensitive, visitor.Text);
        var number = await app.Database.Read(c => c.ExecuteScalarAsync<string>("""select number from cases."case" where id = @id""", new { id }));
        visitor.Page.QuerySelector("[data-copy]")!.GetAttribute("data-copy").ShouldBe(number);
        visitor.Page.QuerySelector("svg.qr").ShouldNotBeNull();

        await visitor.Click("打印回执");
        visitor.Text.ShouldContain(number!);
        visitor.Text.ShouldContain("经营场所布局和操作流程图");
        visitor.Text.ShouldContain("天河区市场监督管理局");

        await visitor.Open($"/my/cases/{id}");
        visitor.Title.ShouldContain("正在核对您的材料，最迟");
        visitor.Page.QuerySelector(".flow-figure svg").ShouldNotBeNull();

        await Catering.Official(app, Acceptor, id, "correction", Notice);
        await visitor.Open("/");
        await visitor.Click("补正：食品经营许可");
        await visitor.Correct(id);
        visitor.Title.ShouldContain("正在核对您的材料");
        visitor.Text.ShouldContain("补正已经提交");

        await Catering.Official(app, Acceptor, id, "acceptance", new { });
        await visitor.Open($"/my/cases/{id}");
        visitor.Title.ShouldContain("最迟");
        visitor.Title.ShouldContain("告诉您结果");
        visitor.Text.ShouldContain("已用");
        visitor.Text.ShouldContain("从受理次日");
        await Catering.Complete(app, Reviewer, id, "pass");
        await Catering.Complete(app, Approver, id, "approve");

        await visitor.Open($"/my/cases/{id}");
        visitor.Title.ShouldBe("办好了");
        await visitor.Click("看准予行政许可决定书");
        visitor.Title.ShouldBe("准予行政许可决定书");
        visitor.Text.ShouldContain(Catering.Company);
        visitor.Text.ShouldContain("天河区市场监督管理局");
        visitor.Text.ShouldContain("食许〔2026〕");
        visitor.Text.ShouldContain("2026年9月21日");

        await visitor.Open("/my/cases");
        visitor.Page.QuerySelectorAll(".link-item").ShouldContain(l => l.QuerySelector("a")!.GetAttribute("href") == $"/my/cases/{id}" && l.TextContent.Contains("办好了"));
    }

    [Fact]
    public async Task Pressing_submit_twice_gives_the_same_number()
    {
        var visitor = await Zhangsan();
        var id = await visitor.Begin(app);
        await visitor.FillIn(id);
        await visitor.HandInMaterials();
        await visitor.Open($"/my/drafts/{id}/check");
        var form = visitor.Page.QuerySelectorAll("main form input[type=hidden]").Select(i => KeyValuePair.Create(i.GetAttribute("name")!, i.GetAttribute("value")!)).Append(new("declaration", "true")).ToList();
        var both = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => visitor.Http.PostAsync($"/my/drafts/{id}/check", new FormUrlEncodedContent(form))));
        both.ShouldAllBe(a => a.StatusCode == HttpStatusCode.Redirect && a.Headers.Location!.ToString() == $"/my/cases/{id}/submitted");
        (await app.Database.Read(c => c.ExecuteScalarAsync<int>("""select count(*) from cases."case" where id = @id""", new { id }))).ShouldBe(1);
        (await visitor.Open($"/my/drafts/{id}/check")).Url.ShouldBe($"/my/cases/{id}", "the draft has become the case");
    }

    [Fact]
    public async Task Without_the_declaration_nothing_is_sent()
    {
        var visitor = await Zhangsan();
        var id = await visitor.Begin(app);
        await visitor.FillIn(id);
        await visitor.HandInMaterials();
        await visitor.Press("提交申请");
        visitor.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        visitor.Errors.ShouldBe(["请先看过声明并打勾"]);
        (await app.Database.Read(c => c.ExecuteScalarAsync<int>("select count(*) from cases.draft where id = @id", new { id }))).ShouldBe(1);
    }

    [Fact]
    public async Task An_answer_changed_from_the_check_page_returns_there()
    {
        var visitor = await Zhangsan();
        var id = await visitor.Begin(app);
        await visitor.FillIn(id);
        await visitor.HandInMaterials();
        await visitor.Open($"/my/drafts/{id}/pages/premises?go=check");
        await visitor.Press("保存并继续", ("area", "90"));
        visitor.Url.ShouldBe($"/my/drafts/{id}/check");
        visitor.Text.ShouldContain("90");
    }

    [Fact]
    public async Task In_a_correction_only_what_was_named_can_be_changed()
    {
        var visitor = await Zhangsan();
        var id = await visitor.Apply(app);
        await Catering.Official(app, Acceptor, id, "correction", Notice);
        await visitor.Open($"/my/cases/{id}/correct");
        visitor.Text.ShouldContain("名称应当和营业执照上的一致");
        visitor.Text.ShouldContain("图面不清");
        visitor.Text.ShouldContain("2026年10月19日");
        visitor.Text.ShouldContain("补正后请尽快提交");
        visitor.Page.QuerySelectorAll("main .form input:not([type=hidden])").Select(i => i.GetAttribute("name")).ShouldBe(["operatorName", "floor-plan"]);
        // What the page does not offer is not taken from a forged request either.
        var token = visitor.Page.QuerySelector("main input[name=_token]")!.GetAttribute("value")!;
        await visitor.Http.PostAsync($"/my/cases/{id}/correct", new FormUrlEncodedContent([new("_token", token), new("operatorName", "广州市小满餐饮有限公司"), new("area", "999")]));
        await visitor.Open($"/my/cases/{id}/correct");
        await visitor.Press("保存并核对", [("floor-plan", "新图.pdf", Catering.File("new.pdf"))]);
        visitor.Text.ShouldNotContain("999");
        await visitor.Press("提交补正");
        visitor.Url.ShouldStartWith($"/my/cases/{id}?done=corrected", Case.Sensitive, visitor.Text);
        (await app.Database.Read(c => c.ExecuteScalarAsync<string>("select answers ->> 'operatorName' from cases.content where case_id = @id", new { id }))).ShouldBe("广州市小满餐饮有限公司");
        (await app.Database.Read(c => c.ExecuteScalarAsync<string>("select answers ->> 'area' from cases.content where case_id = @id", new { id }))).ShouldBe("86.5");
    }

    [Fact]
    public async Task A_correction_in_the_making_is_kept_apart_until_it_is_sent()
    {
        var visitor = await Zhangsan();
        var id = await visitor.Apply(app);
        await Catering.Official(app, Acceptor, id, "correction", Notice);
        await visitor.Open($"/my/cases/{id}/correct");
        await visitor.Press("保存并核对", ("operatorName", "改了一半"));
        visitor.Errors.ShouldBe(["请重新上传“经营场所布局和操作流程图”"]);
        await visitor.Press("保存并核对", [("floor-plan", "新图.pdf", Catering.File("new.pdf"))]);
        visitor.Url.ShouldBe($"/my/cases/{id}/correct/check");
        visitor.Text.ShouldContain("广州小满餐饮店");
        visitor.Text.ShouldContain("改了一半");
        visitor.Text.ShouldContain("新图.pdf");
        var official = await (await app.Api(Acceptor)).GetStringAsync($"/api/v1/cases/{id}");
        official.ShouldNotContain("改了一半");
        official.ShouldNotContain("新图.pdf");
        var other = await new Visitor(await app.SignIn("zhangsan")).Open($"/my/cases/{id}/correct");
        other.Page.QuerySelector("#operatorName")!.GetAttribute("value").ShouldBe("改了一半", "it opens on another device");
        await visitor.Press("提交补正");
        visitor.Url.ShouldStartWith($"/my/cases/{id}?done=corrected", Case.Sensitive, visitor.Text);
        official = await (await app.Api(Acceptor)).GetStringAsync($"/api/v1/cases/{id}");
        official.ShouldContain("改了一半");
        official.ShouldContain("新图.pdf");
        (await visitor.Open($"/my/cases/{id}/correct")).Url.ShouldBe($"/my/cases/{id}", "nothing is open any more");
        visitor.Page.QuerySelectorAll("#answers .file a").Select(a => a.TextContent).ShouldNotContain("布局图.pdf", "the replaced file is no longer shown");
    }

    [Fact]
    public async Task A_stranger_finds_no_case_no_file_no_document_and_cannot_act()
    {
        var visitor = await Zhangsan();
        var id = await visitor.Apply(app);
        await Catering.Official(app, Acceptor, id, "correction", Notice);
        var file = await app.Database.Read(c => c.ExecuteScalarAsync<Guid>("select id from cases.material where owner = @id limit 1", new { id }));
        var document = await app.Database.Read(c => c.ExecuteScalarAsync<Guid>("select id from cases.document where case_id = @id limit 1", new { id }));
        var message = await app.Database.Read(c => c.ExecuteScalarAsync<Guid>("select id from cases.message where case_id = @id limit 1", new { id }));
        string[] pages = ["", "/submitted", "/receipt", "/calendar.ics", "/withdraw", "/correct", "/correct/check", $"/files/{file}", $"/documents/{document}"];
        foreach (var path in pages) (await visitor.Http.GetAsync($"/my/cases/{id}{path}")).StatusCode.ShouldBeOneOf([HttpStatusCode.OK, HttpStatusCode.Redirect], path);
        foreach (var stranger in new[] { await app.As("lixiulan"), await app.As(Acceptor) })
        {
            foreach (var path in pages) (await stranger.GetAsync($"/my/cases/{id}{path}")).StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
            var token = await stranger.Token("/help");
            foreach (var path in (string[])["/messages", "/withdraw", "/correct", "/correct/check"])
                (await stranger.PostAsync($"/my/cases/{id}{path}", new FormUrlEncodedContent([new(token.Name, token.Value), new("text", "你好")]))).StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
            (await stranger.PostAsync($"/my/inbox/{message}/archive", new FormUrlEncodedContent([new(token.Name, token.Value)]))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }
        var own = await visitor.Http.GetAsync($"/my/cases/{id}/files/{file}");
        own.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        own.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
    }

    [Fact]
    public async Task A_message_goes_to_the_office_and_script_in_it_stays_text()
    {
        var visitor = await Zhangsan();
        var id = await visitor.Apply(app);
        await visitor.Open($"/my/cases/{id}");
        await visitor.Press("发送留言", ("text", " "));
        visitor.Errors.ShouldBe(["请写下要说的话"]);
        await visitor.Press("发送留言", ("text", "<script>alert(1)</script> 什么时候来看现场？"));
        visitor.Text.ShouldContain("留言已经发给办理机关");
        visitor.Text.ShouldContain("<script>alert(1)</script> 什么时候来看现场？");
        (await visitor.Http.GetStringAsync($"/my/cases/{id}")).ShouldNotContain("<script>alert");
        await Catering.Official(app, Acceptor, id, "messages", new { text = "周三上午来" });
        (await visitor.Open($"/my/cases/{id}")).Text.ShouldContain("周三上午来");
    }

    [Fact]
    public async Task Taking_back_is_asked_once_more_and_then_done()
    {
        var visitor = await Zhangsan();
        var id = await visitor.Apply(app);
        await visitor.Open($"/my/cases/{id}");
        await visitor.Click("撤回申请");
        visitor.Title.ShouldBe("确定撤回这份申请？");
        await visitor.Press("撤回申请", ("reason", "不开店了"));
        visitor.Url.ShouldStartWith($"/my/cases/{id}");
        visitor.Title.ShouldBe("办件已经终止");
        (await visitor.Open($"/my/cases/{id}/withdraw")).Url.ShouldBe($"/my/cases/{id}", "there is nothing left to take back");
    }

    [Fact]
    public async Task The_calendar_holds_the_coming_dates()
    {
        var visitor = await Zhangsan();
        var id = await visitor.Apply(app);
        var answer = await visitor.Http.GetAsync($"/my/cases/{id}/calendar.ics");
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/calendar");
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        var lines = System.Text.Encoding.UTF8.GetString(bytes).Split("\r\n");
        lines.ShouldAllBe(l => System.Text.Encoding.UTF8.GetByteCount(l) <= 75);
        string.Concat(lines.Select(l => l.StartsWith(' ') ? l[1..] : "\n" + l)).ShouldContain("DTSTART;VALUE=DATE:20260929\nSUMMARY:食品经营许可（新办）：最迟今天告诉您是否受理", Case.Sensitive, string.Concat(lines));
    }
}
