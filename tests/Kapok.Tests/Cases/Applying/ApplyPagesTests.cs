using System.Net;
using System.Text.Json;
using AngleSharp.Dom;
using Dapper;
using Kapok.Cases.Applying;
using Kapok.Tests.Journeys;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Cases.Applying;

public sealed class ApplyPagesTests(App app) : IClassFixture<App>
{
    async Task<Visitor> Zhangsan() => new(await app.As("zhangsan"));

    [Fact]
    public async Task The_offer_says_what_one_gets_when_and_what_to_bring_and_asks_for_whom()
    {
        var visitor = await (await Zhangsan()).Open($"/apply/{await Catering.Implementation(app)}");
        visitor.Text.ShouldContain("食品经营许可证");
        visitor.Text.ShouldContain("6 个工作日");
        visitor.Text.ShouldContain("经营场所布局和操作流程图");
        visitor.Page.QuerySelectorAll("input[name=party]").Length.ShouldBeGreaterThan(1);
        visitor.Page.QuerySelectorAll("main .button:not(.button-secondary):not(.button-danger)").Length.ShouldBe(1, "one primary button a page");
    }

    [Fact]
    public async Task Who_is_not_signed_in_signs_in_first_and_comes_back()
    {
        var answer = await app.Browser().GetAsync($"/apply/{await Catering.Implementation(app)}");
        answer.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        answer.Headers.Location!.ToString().ShouldStartWith("/sign-in?return=%2Fapply%2F");
    }

    [Fact]
    public async Task Beginning_for_somebody_elses_company_is_asked_again()
    {
        var visitor = await (await Zhangsan()).Open($"/apply/{await Catering.Implementation(app)}");
        var stranger = await app.Database.Read(c => c.ExecuteScalarAsync<Guid>("select id from identity.company where name like '%云帆%'"));
        var token = visitor.Page.QuerySelector("main input[name=_token]")!.GetAttribute("value")!;
        var answer = await visitor.Http.PostAsync(visitor.Url, new FormUrlEncodedContent([new("_token", token), new("party", stranger.ToString())]));
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("请选择替谁办");
    }

    [Fact]
    public async Task Pressing_begin_twice_makes_one_draft()
    {
        var visitor = await (await Zhangsan()).Open($"/apply/{await Catering.Implementation(app)}");
        var values = visitor.Page.QuerySelectorAll("main form input[type=hidden]").Select(i => KeyValuePair.Create(i.GetAttribute("name")!, i.GetAttribute("value")!))
            .Append(KeyValuePair.Create("party", visitor.Page.QuerySelector("input[name=party]")!.GetAttribute("value")!)).ToList();
        var url = visitor.Url;
        var first = await visitor.Http.PostAsync(url, new FormUrlEncodedContent(values));
        var second = await visitor.Http.PostAsync(url, new FormUrlEncodedContent(values));
        first.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        second.Headers.Location.ShouldBe(first.Headers.Location);
    }

    [Fact]
    public async Task The_task_list_shows_states_and_does_not_let_submit_too_early()
    {
        var visitor = await Zhangsan();
        var id = await visitor.Begin(app);
        visitor.Text.ShouldContain("暂不能填");
        visitor.Text.ShouldContain("保留到 2026年12月20日");
        visitor.Page.QuerySelectorAll("a.task-title").ShouldNotContain(a => a.TextContent == "核对并提交");
        await visitor.Open($"/my/drafts/{id}/check");
        visitor.Page.QuerySelectorAll("main button").ShouldNotContain(b => b.TextContent.Contains("提交申请"));
        visitor.Text.ShouldContain("还不能提交");
    }

    [Fact]
    public async Task A_wrong_page_says_what_is_wrong_on_top_and_at_the_field_and_keeps_what_was_typed()
    {
        var visitor = await Zhangsan();
        var id = await visitor.Begin(app);
        await visitor.Open($"/my/drafts/{id}/pages/premises");
        await visitor.Press("保存并继续", ("premisesAddress", "短"), ("area", "很大"));
        visitor.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        visitor.Errors.Count.ShouldBe(3);
        visitor.Page.Title!.ShouldStartWith("错误：");
        visitor.Page.QuerySelector("#premisesAddress")!.GetAttribute("value").ShouldBe("短");
        visitor.Page.QuerySelector("#area")!.GetAttribute("value").ShouldBe("很大");
        visitor.Page.QuerySelector("#area-error").ShouldNotBeNull();
    }

    [Fact]
    public async Task Prefilled_facts_stand_with_their_source()
    {
        var visitor = await Zhangsan();
        var id = await visitor.Begin(app);
        await visitor.Open($"/my/drafts/{id}/pages/operator");
        visitor.Text.ShouldContain(Catering.Company);
        visitor.Text.ShouldContain("来自：营业执照登记信息");
        visitor.Text.ShouldContain("来自：您的实名信息");
    }

    [Fact]
    public async Task Rows_are_added_and_removed_without_script_and_nothing_typed_is_lost()
    {
        var visitor = await Zhangsan();
        var id = await visitor.Begin(app);
        await visitor.Open($"/my/drafts/{id}/pages/people");
        await visitor.PressNamed("do", "staff:add", ("staff[0].name", "张三"));
        visitor.Page.QuerySelector("[name='staff[0].name']")!.GetAttribute("value").ShouldBe("张三");
        visitor.Page.QuerySelector("[name='staff[1].name']").ShouldNotBeNull();
        visitor.Url.ShouldContain("#staff");
        await visitor.PressNamed("do", "staff[0]:remove", ("staff[1].name", "李四"));
        visitor.Page.QuerySelector("[name='staff[0].name']")!.GetAttribute("value").ShouldBe("李四");
        visitor.Page.QuerySelector("[name='staff[1].name']").ShouldBeNull();
    }

    [Fact]
    public async Task A_draft_is_saved_by_itself_and_seen_on_another_device()
    {
        var visitor = await Zhangsan();
        var id = await visitor.Begin(app);
        await visitor.Open($"/my/drafts/{id}/pages/premises");
        (await Auto(visitor, ("premisesAddress", "天河区五山路 5 号"))).ShouldBe(HttpStatusCode.NoContent);
        (await Auto(visitor, ("premisesAddress", "天河区五山路 55 号"))).ShouldBe(HttpStatusCode.NoContent, "a page may save over what it saved itself");
        var other = await new Visitor(await app.SignIn("zhangsan")).Open($"/my/drafts/{id}/pages/premises");
        other.Page.QuerySelector("#premisesAddress")!.GetAttribute("value").ShouldBe("天河区五山路 55 号");
        await visitor.Press("保存并继续", ("premisesAddress", "天河区五山路 555 号"));
        visitor.Status.ShouldBe(HttpStatusCode.UnprocessableEntity, "saved, and asked for the rest: no conflict with its own automatic saving");
    }

    static async Task<HttpStatusCode> Auto(Visitor visitor, params (string Name, string Value)[] typed)
    {
        var form = visitor.Page.QuerySelector("form[data-autosave]")!;
        var values = form.QuerySelectorAll("input[type=hidden]").Select(i => (Name: i.GetAttribute("name")!, Value: i.GetAttribute("value") ?? "")).Concat(typed);
        return (await visitor.Http.PostAsync(form.GetAttribute("data-autosave"), new FormUrlEncodedContent(values.Select(v => KeyValuePair.Create(v.Name, v.Value))))).StatusCode;
    }

    [Fact]
    public async Task When_two_devices_write_the_second_sees_both_and_decides()
    {
        var phone = await Zhangsan();
        var id = await phone.Begin(app);
        var desk = new Visitor(await app.SignIn("zhangsan"));
        await phone.Open($"/my/drafts/{id}/pages/premises");
        await desk.Open($"/my/drafts/{id}/pages/premises");
        await desk.Press("保存并继续", ("premisesAddress", "在电脑上填的地址"), ("area", "10"));
        (await Auto(phone, ("premisesAddress", "自动"))).ShouldBe(HttpStatusCode.Conflict);
        await phone.Press("保存并继续", ("premisesAddress", "在手机上填的地址"), ("area", "20"));
        phone.Status.ShouldBe(HttpStatusCode.Conflict);
        phone.Text.ShouldContain("在电脑上填的地址");
        phone.Page.QuerySelector("#premisesAddress")!.GetAttribute("value").ShouldBe("在手机上填的地址");
        (await app.Database.Read(c => c.ExecuteScalarAsync<string>("select answers ->> 'premisesAddress' from cases.draft where id = @id", new { id }))).ShouldBe("在电脑上填的地址", "nothing is overwritten before the person has seen it");
        await phone.Press("保存并继续");
        (await app.Database.Read(c => c.ExecuteScalarAsync<string>("select answers ->> 'premisesAddress' from cases.draft where id = @id", new { id }))).ShouldBe("在手机上填的地址");
    }

    [Fact]
    public async Task A_stranger_finds_neither_draft_nor_page_nor_file()
    {
        var visitor = await Zhangsan();
        var id = await visitor.Begin(app);
        await visitor.FillIn(id);
        await visitor.HandInMaterials();
        var file = await app.Database.Read(c => c.ExecuteScalarAsync<Guid>("select id from cases.material where owner = @id limit 1", new { id }));
        var own = await visitor.Http.GetAsync($"/my/drafts/{id}/files/{file}");
        own.StatusCode.ShouldBe(HttpStatusCode.OK);
        own.Content.Headers.ContentDisposition!.DispositionType.ShouldBe("attachment");
        own.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        own.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("sandbox");
        var stranger = await app.As("lixiulan");
        foreach (var path in (string[])["", "/pages/operator", "/materials", "/check", $"/files/{file}", "/division?field=premisesDivision"])
            (await stranger.GetAsync($"/my/drafts/{id}{path}")).StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
        var token = await stranger.Token("/help");
        foreach (var path in (string[])["/deletion", "/check", "/materials", "/pages/operator", "/pages/operator/autosave"])
            (await stranger.PostAsync($"/my/drafts/{id}{path}", new FormUrlEncodedContent([new(token.Name, token.Value), new("declaration", "true")]))).StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
        (await app.Database.Read(c => c.ExecuteScalarAsync<int>("select count(*) from cases.draft where id = @id", new { id }))).ShouldBe(1);
    }

    [Fact]
    public async Task Script_typed_into_a_field_stays_text_on_every_page()
    {
        const string script = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>";
        var visitor = await Zhangsan();
        var id = await visitor.Begin(app);
        await visitor.FillIn(id, script);
        await visitor.HandInMaterials();
        foreach (var path in (string[])["", "/pages/operator", "/check", "/materials"])
        {
            var html = await visitor.Http.GetStringAsync($"/my/drafts/{id}{path}");
            html.ShouldNotContain("<script>alert");
            html.ShouldNotContain("<img src=x");
        }
        (await visitor.Open($"/my/drafts/{id}/check")).Text.ShouldContain("<script>alert(1)</script>");
    }

    [Fact]
    public async Task The_next_level_of_divisions_comes_as_a_part_of_the_page()
    {
        var visitor = await Zhangsan();
        var id = await visitor.Begin(app);
        var html = await visitor.Http.GetStringAsync($"/my/drafts/{id}/division?field=premisesDivision&premisesDivision=440100");
        HtmlCheck.Verify(html);
        html.ShouldContain("天河区");
        html.ShouldNotContain("<html");
    }

    [Fact]
    public async Task A_deleted_draft_is_gone()
    {
        var visitor = await Zhangsan();
        var id = await visitor.Begin(app);
        await visitor.Press("删除草稿");
        (await visitor.Http.GetAsync($"/my/drafts/{id}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }
}
