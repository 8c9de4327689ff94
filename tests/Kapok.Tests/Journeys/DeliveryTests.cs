using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Kapok.Cases.Model;

namespace Kapok.Tests.Journeys;

/// <summary>How the result reaches the applicant: chosen by him, noted by officials, seen by both.</summary>
public sealed class DeliveryTests(App app) : IClassFixture<App>
{
    const string Acceptor = "tianhe-market-acceptor", Reviewer = "tianhe-market-reviewer", Approver = "tianhe-market-approver", Issuer = "tianhe-market-issuer";

    async Task<(Visitor Visitor, Guid Id)> Applied()
    {
        var visitor = new Visitor(await app.As("zhangsan"));
        return (visitor, await visitor.Apply(app));
    }

    static async Task Decide(App app, Guid id)
    {
        await Catering.Official(app, Acceptor, id, "acceptance", new { });
        await Catering.Complete(app, Reviewer, id, "pass");
        await Catering.Complete(app, Approver, id, "approve");
    }

    static async Task Choose(Visitor visitor, Guid id, params (string, string)[] typed)
    {
        await visitor.Open($"/my/cases/{id}/delivery");
        await visitor.Press("保存", typed);
    }

    async Task<(HttpStatusCode Status, string Body)> Move(string account, Guid id, object body)
    {
        var answer = await (await app.Api(account)).PostAsJsonAsync($"/api/v1/cases/{id}/delivery", body);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_courier_is_chosen_sent_and_followed_inside_the_case()
    {
        var (visitor, id) = await Applied();
        await visitor.Open($"/my/cases/{id}");
        visitor.Page.QuerySelector("#delivery")!.TextContent.ShouldContain("申请表里选的");
        await Choose(visitor, id, ("method", "courier"), ("recipient", "张三"), ("phone", "138"), ("place", "广州市天河区五山路 101 号"));
        visitor.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        visitor.Text.ShouldContain("请填写收件人的电话");
        await visitor.Press("保存", ("method", "courier"), ("recipient", "张三"), ("phone", "13800000001"), ("place", "广州市天河区五山路 101 号"));
        visitor.Text.ShouldContain("领取方式已经改好");
        visitor.Page.QuerySelector("#delivery")!.TextContent.ShouldContain("快递送到");
        visitor.Page.QuerySelector("#delivery")!.InnerHtml.ShouldNotContain("13800000001", Case.Sensitive, "the telephone is masked on the page");

        (await Move(Issuer, id, new { stage = "prepared" })).Body.ShouldContain("还没有作出决定");
        await Decide(app, id);
        (await Move(Issuer, id, new { stage = "sent", carrier = "邮政", number = "1" })).Status.ShouldBe(HttpStatusCode.Conflict, "it is prepared first");
        (await Move(Issuer, id, new { stage = "prepared" })).Status.ShouldBe(HttpStatusCode.OK);
        (await Move(Issuer, id, new { stage = "sent" })).Body.ShouldContain("请填写快递公司和运单号");

        var desk = new Visitor(await app.As(Issuer));
        await desk.Open($"/desk/cases/{id}");
        desk.Page.QuerySelector("#delivery")!.TextContent.ShouldContain("13800000001", Case.Sensitive, "who sends it needs the number");
        await desk.Press("登记", ("stage", "sent"), ("carrier", "中国邮政"), ("number", "EA123456789CN"));
        desk.Text.ShouldContain("送达情况已登记");

        await visitor.Open($"/my/cases/{id}");
        visitor.Page.QuerySelector("#delivery [data-copy]")!.GetAttribute("data-copy").ShouldBe("EA123456789CN");
        visitor.Text.ShouldContain("结果已经寄出");
        visitor.Page.QuerySelectorAll("#delivery a").ShouldNotContain(a => a.TextContent.Contains("改领取方式"));
        var late = await (await app.Api("zhangsan")).PutAsJsonAsync($"/api/v1/my/cases/{id}/delivery", new { method = "electronic" });
        late.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await Move(Issuer, id, new { stage = "received" })).Status.ShouldBe(HttpStatusCode.OK);
        (await Move(Issuer, id, new { stage = "returned", note = "x" })).Status.ShouldBe(HttpStatusCode.Conflict, "what was received is over");
    }

    [Fact]
    public async Task A_window_of_the_item_is_chosen_and_the_applicant_is_told_when_to_come()
    {
        var (visitor, id) = await Applied();
        await Choose(visitor, id, ("method", "window"), ("window", "天河区政务服务中心"));
        await Decide(app, id);
        (await Move(Issuer, id, new { stage = "prepared" })).Status.ShouldBe(HttpStatusCode.OK);
        await visitor.Open($"/my/cases/{id}");
        visitor.Text.ShouldContain("请带身份证件到天河区政务服务中心领取");
        visitor.Page.QuerySelector("#delivery")!.TextContent.ShouldContain("可以来领了");
    }

    [Fact]
    public async Task What_came_back_can_be_sent_another_way()
    {
        var (visitor, id) = await Applied();
        await Choose(visitor, id, ("method", "locker"), ("locker", "天河区政务服务中心一楼"));
        await Decide(app, id);
        await Move(Issuer, id, new { stage = "prepared" });
        await Move(Issuer, id, new { stage = "sent" });
        (await Move(Issuer, id, new { stage = "returned" })).Body.ShouldContain("请写明退回的原因");
        (await Move(Issuer, id, new { stage = "returned", note = "柜子满了" })).Status.ShouldBe(HttpStatusCode.OK);
        await Choose(visitor, id, ("method", "window"), ("window", "天河区政务服务中心"));
        visitor.Page.QuerySelector("#delivery")!.TextContent.ShouldContain("到窗口领取");
        var read = await (await app.Api("zhangsan")).GetFromJsonAsync<JsonElement>($"/api/v1/my/cases/{id}");
        read.GetProperty("delivery").GetProperty("stage").GetString().ShouldBe("chosen");
    }

    [Fact]
    public async Task Strangers_neither_choose_nor_note_and_nothing_is_delivered_when_only_the_electronic_result_is_wanted()
    {
        var (_, id) = await Applied();
        (await (await app.Api("lixiulan")).PutAsJsonAsync($"/api/v1/my/cases/{id}/delivery", new { method = "window", place = "任意" })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await Decide(app, id);
        (await Move("huangqi-town", id, new { stage = "prepared" })).Status.ShouldBe(HttpStatusCode.NotFound);
        (await Move(Issuer, id, new { stage = "prepared" })).Body.ShouldContain("只要电子结果");
    }

    [Fact]
    public void Every_stage_leads_on_until_it_is_received()
    {
        foreach (var method in Enum.GetValues<DeliveryMethod>().Where(m => m != DeliveryMethod.Electronic))
            foreach (var stage in Enum.GetValues<DeliveryStage>())
            {
                var next = new Delivery(new(method), stage, [], false).Next;
                if (stage == DeliveryStage.Received) next.ShouldBeEmpty();
                else next.ShouldNotBeEmpty($"{method} {stage}");
                next.ShouldNotContain(DeliveryStage.Chosen);
            }
    }
}
