using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Kapok.Cases;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Cases.Desk;

/// <summary>One person is asked by name: an official, or an expert from outside who answers with his own account.</summary>
public sealed class ExpertTests(App app) : IClassFixture<App>
{
    static string At(Guid id) => $"/desk/cases/{id}";
    static readonly byte[] Pdf = "%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\n"u8.ToArray();

    static async Task<HttpResponseMessage> Ask(HttpClient browser, Guid id, (string Name, string Value)[] fields, string? file = null)
    {
        var token = await browser.Token(At(id));
        using var form = new MultipartFormDataContent { { new StringContent(token.Value), token.Name } };
        foreach (var (name, value) in fields) form.Add(new StringContent(value), name);
        if (file is not null) form.Add(new ByteArrayContent(Pdf), "expertFiles", file);
        return await browser.PostAsync($"{At(id)}/ask-expert", form);
    }

    Task<T?> Ask<T>(string sql, Guid id) => app.Database.Read(c => c.ExecuteScalarAsync<T>(sql, new { id }));

    async Task<(string Name, string Phone)> Person(string account) =>
        await app.Database.Read(c => c.QuerySingleAsync<(string, string)>("select p.name, p.phone from identity.person p join identity.account a on a.person = p.id where a.name = @account", new { account }));

    [Fact]
    public async Task An_official_asked_by_name_answers_and_his_colleagues_see_nothing_of_it()
    {
        var id = await app.Submit();
        var asking = await app.As(Sample.Acceptor);
        var name = (await Person("tianhe-health-reviewer")).Name;
        (await Ask(asking, id, [("expertKind", "official"), ("expertName", name), ("expertUnit", "天河区卫生"), ("expertQuestion", "消毒设施够不够？"), ("expertConfidential", "true")])).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var question = await Ask<Guid>("select id from cases.consultation where case_id = @id", id);

        await app.CaughtUp("desk-news"); // who has answered already is not told of the question any more
        var (expert, colleague) = (await app.As("tianhe-health-reviewer"), await app.As("tianhe-health-approver"));
        (await expert.GetStringAsync("/desk/questions")).ShouldContain("消毒设施够不够");
        (await expert.GetStringAsync(At(id))).ShouldContain("消毒设施够不够");
        (await colleague.GetStringAsync("/desk/questions")).ShouldNotContain("消毒设施够不够");
        (await colleague.GetAsync(At(id))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await colleague.GetAsync($"/desk/questions/{question}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        (await expert.PostForm($"/desk/questions/{question}", $"/desk/questions/{question}", ("answer", "够，有三台消毒柜"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        var page = await asking.GetStringAsync(At(id));
        HtmlCheck.Verify(page);
        page.ShouldContain("够，有三台消毒柜");
        var trail = await app.Database.Read(c => c.QueryAsync<string>("select data::text from kapok.event where stream = @id and type like 'expert-%'", new { id }));
        trail.Count().ShouldBe(2);
        trail.ShouldAllBe(t => !t.Contains("消毒"), "confidential words stand in no event");
        await app.CaughtUp("desk-news");
        (await app.Database.Read(c => c.QueryAsync<string>("select title from cases.desk_notice where case_id = @id and kind like 'expert-%' order by at", new { id }))).Count().ShouldBe(2, "the expert heard of the question, the asker of the answer");
    }

    [Fact]
    public async Task An_expert_from_outside_is_called_by_short_message_sees_only_what_he_was_given_and_answers_once()
    {
        var id = await app.Submit();
        var asking = await app.As(Sample.Acceptor);
        var (name, phone) = await Person("huangzhiming");
        var plan = await Ask<Guid>("select id from cases.material where owner = @id and material = 'floor-plan'", id);
        var answered = await Ask(asking, id, [("expertKind", "outside"), ("expertName", name), ("expertUnit", "华南理工大学"), ("expertPhone", $"{phone[..3]} {phone[3..]}"), ("expertQuestion", "流程布局合不合理？"),
            ("expertMaterials", plan.ToString()), ("expertDue.year", "2026"), ("expertDue.month", "9"), ("expertDue.day", "24")], "规范摘录.pdf");
        answered.StatusCode.ShouldBe(HttpStatusCode.Redirect, await answered.Content.ReadAsStringAsync());
        var question = await Ask<Guid>("select id from cases.consultation where case_id = @id", id);
        await app.CaughtUp("desk-news");
        (await app.Database.Read(c => c.QueryAsync<string>("select text from kapok.short_message where phone = @phone", new { phone }))).ShouldContain(t => t.Contains("专家意见") && t.Contains("9月24日"));

        var expert = await app.As("huangzhiming");
        (await expert.GetStringAsync("/my/cases")).ShouldContain("请您提专家意见");
        HtmlCheck.Verify(await expert.GetStringAsync("/my/opinions"));
        var page = await expert.Page($"/my/opinions/{question}");
        HtmlCheck.Verify(page.DocumentElement.OuterHtml.Insert(0, "<!doctype html>"));
        page.Body!.TextContent.ShouldNotContain("小满", customMessage: "not who applies");
        var files = page.QuerySelectorAll("a[href*='/files/']").Select(a => a.GetAttribute("href")!).ToList();
        files.Count.ShouldBe(2);
        (await expert.GetAsync(files[0])).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await expert.GetAsync(At(id))).IsSuccessStatusCode.ShouldBeFalse();
        var stranger = await app.As("lixiulan");
        foreach (var address in (string[])[$"/my/opinions/{question}", files[0]]) (await stranger.GetAsync(address)).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        // Another day the clock reminds him.
        var now = app.Time.GetUtcNow();
        app.Time.Set(new(2026, 9, 23, 10, 0, 0, TimeSpan.Zero));
        try { await app.Services.GetRequiredService<TimerWorker>().FireDue(); }
        finally { app.Time.Set(now); }
        (await Ask<int>("select reminders from cases.consultation where case_id = @id", id)).ShouldBe(1);

        (await expert.PostForm($"/my/opinions/{question}", $"/my/opinions/{question}", ("answer", ""))).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await expert.PostForm($"/my/opinions/{question}", $"/my/opinions/{question}", ("answer", "合理，生熟分开"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await (await app.Api("huangzhiming")).PostAsJsonAsync($"/api/v1/my/opinions/{question}/answer", new { answer = "再说一次" })).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await asking.GetStringAsync(At(id))).ShouldContain("合理，生熟分开");
        await app.Services.GetRequiredService<Kapok.Identity.DataReads>().Flush();
        (await app.Database.Read(c => c.ExecuteScalarAsync<int>("select count(*)::int from kapok.data_read where purpose = '专家意见' and reader_name = @name", new { name }))).ShouldBeGreaterThan(0, "the applicant sees that he looked");
    }

    [Theory]
    [InlineData("official", "没有这个人的", "", "没有叫这个名字")]
    [InlineData("outside", "王教授", "", "请填写专家所在的单位")]
    [InlineData("outside", "王", "某大学", "请填写专家的姓名")]
    public async Task What_is_wrong_with_an_invitation_stands_at_its_field_and_nothing_is_asked(string kind, string name, string unit, string said)
    {
        var id = await app.Submit();
        var answer = await Ask(await app.As(Sample.Acceptor), id, [("expertKind", kind), ("expertName", name), ("expertUnit", unit), ("expertPhone", "12"), ("expertQuestion", "合不合理？")]);
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var html = await answer.Content.ReadAsStringAsync();
        HtmlCheck.Verify(html);
        html.ShouldContain(said);
        html.ShouldContain("合不合理");
        (await Ask<int>("select count(*)::int from cases.consultation where case_id = @id", id)).ShouldBe(0);
        var phone = await (await app.Api(Sample.Acceptor)).PostAsJsonAsync($"/api/v1/cases/{id}/expert-questions", new { outside = true, name = "王教授", unit = "某大学", phone = "12", question = "合不合理？" });
        (await phone.Content.ReadFromJsonAsync<JsonElement>()).GetRawText().ShouldContain("11 位");
    }
}
