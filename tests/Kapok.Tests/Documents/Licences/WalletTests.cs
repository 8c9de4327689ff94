using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Kapok.Documents.Licences;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Documents.Licences;

/// <summary>The holder's side: his licences, showing them, copies, and what others may see.</summary>
public sealed class WalletTests(PressApp app) : IClassFixture<PressApp>
{
    LicenceRegister Register => app.Services.GetRequiredService<LicenceRegister>();

    /// <summary>The residence permit of 刘洋, entered as stock with the demonstration data.</summary>
    async Task<LicenceRow> Permit() => (await Register.OfHolder("111:430102198502189953", "residence-permit")).First();

    async Task<string> Shown(LicenceRow licence, string audience = "clerk")
    {
        var answer = await (await app.Api("liuyang")).PostAsJsonAsync($"/api/v1/my/licences/{licence.Id}/presentations", new { audience, purpose = "办理异地就医备案", consent = true });
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString()!;
    }

    [Fact]
    public async Task The_holder_finds_his_licences_and_a_stranger_finds_none_of_them()
    {
        var permit = await Permit();
        var page = await (await app.As("liuyang")).Page("/my/licences");
        page.Body!.TextContent.ShouldContain(permit.Number);
        (await (await app.As("liuyang")).Page($"/my/licences/{permit.Id}")).Body!.TextContent.ShouldContain("棠下上社东街");
        (await (await app.As("lixiulan")).GetAsync($"/my/licences/{permit.Id}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await (await app.Api("lixiulan")).PostAsJsonAsync($"/api/v1/my/licences/{permit.Id}/presentations", new { audience = "clerk", purpose = "冒用", consent = true })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_code_shows_the_licence_to_one_clerk_for_its_purpose_and_the_holder_sees_who_it_was()
    {
        var permit = await Permit();
        var code = await Shown(permit);
        var clerk = await app.Api("tianhe-market-acceptor");
        var opened = await clerk.PostAsJsonAsync($"/api/v1/presentations/{code}", new { });
        opened.StatusCode.ShouldBe(HttpStatusCode.OK, await opened.Content.ReadAsStringAsync());
        var body = await opened.Content.ReadFromJsonAsync<JsonElement>();
        body.GetProperty("purpose").GetString().ShouldBe("办理异地就医备案");
        body.GetProperty("licence").GetProperty("holders")[0].GetProperty("code").GetString()!.ShouldContain("*");
        (await (await app.Api("tianhe-market-reviewer")).PostAsJsonAsync($"/api/v1/presentations/{code}", new { })).StatusCode.ShouldBe(HttpStatusCode.Gone, "a second person does not get it");
        var seen = (await app.Services.GetRequiredService<LicenceUses>().Of(permit.Chain)).First(u => u.How == "present");
        seen.Who.ShouldContain("天河区市场监督管理局");
        seen.Purpose.ShouldBe("办理异地就医备案");
    }

    [Fact]
    public async Task After_a_minute_the_code_shows_nothing_and_the_wrong_kind_of_receiver_never_sees_it()
    {
        var permit = await Permit();
        var late = await Shown(permit);
        (await (await app.Api("zhangsan")).PostAsJsonAsync($"/api/v1/presentations/{late}", new { })).StatusCode.ShouldBe(HttpStatusCode.Forbidden, "meant for a clerk");
        (await (await app.Api("liuyang")).PostAsJsonAsync($"/api/v1/presentations/{late}", new { })).StatusCode.ShouldBe(HttpStatusCode.Forbidden, "one's own code");
        app.Time.Advance(TimeSpan.FromSeconds(61));
        (await (await app.Api("tianhe-market-acceptor")).PostAsJsonAsync($"/api/v1/presentations/{late}", new { })).StatusCode.ShouldBe(HttpStatusCode.Gone);
        (await (await app.Api("tianhe-market-acceptor")).PostAsJsonAsync("/api/v1/presentations/AAAAA-AAAAA", new { })).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Without_purpose_and_consent_nothing_is_shown()
    {
        var permit = await Permit();
        var answer = await (await app.Api("liuyang")).PostAsJsonAsync($"/api/v1/my/licences/{permit.Id}/presentations", new { audience = "clerk", purpose = "", consent = false });
        answer.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var text = await answer.Content.ReadAsStringAsync();
        text.ShouldContain("用来办什么事");
        text.ShouldContain("同意");
    }

    [Fact]
    public async Task An_annotated_copy_is_for_one_purpose_and_at_most_ninety_days()
    {
        var permit = await Permit();
        var browser = await app.As("liuyang");
        var refused = await browser.PostForm($"/my/licences/{permit.Id}", $"/my/licences/{permit.Id}/copies", ("copyPurpose", "入驻外卖平台"), ("madeFor", "某平台"), ("until.year", "2027"), ("until.month", "12"), ("until.day", "31"));
        refused.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        var made = await browser.PostForm($"/my/licences/{permit.Id}", $"/my/licences/{permit.Id}/copies", ("copyPurpose", "入驻外卖平台"), ("madeFor", "某平台"), ("until.year", "2026"), ("until.month", "10"), ("until.day", "1"));
        made.StatusCode.ShouldBe(HttpStatusCode.Redirect, await made.Content.ReadAsStringAsync());
        (await browser.Page($"/my/licences/{permit.Id}")).Body!.TextContent.ShouldContain("入驻外卖平台");
    }

    [Fact]
    public async Task Anybody_checks_a_licence_by_its_identifier_and_its_holder_and_learns_nothing_when_they_do_not_fit()
    {
        var permit = await Permit();
        var browser = app.Browser();
        var right = await (await browser.PostForm("/licences/check", "/licences/check", ("identifier", permit.Identifier), ("holder", "刘 洋"))).Document();
        right.Body!.TextContent.ShouldContain("证照有效");
        var wrong = await (await browser.PostForm("/licences/check", "/licences/check", ("identifier", permit.Identifier), ("holder", "王建国"))).Document();
        wrong.Body!.TextContent.ShouldContain("信息不一致");
        wrong.Body.TextContent.ShouldNotContain(permit.Number);
        var forged = permit.Identifier[..^1] + (permit.Identifier[^1] == 'A' ? 'B' : 'A');
        (await browser.PostForm("/licences/check", "/licences/check", ("identifier", forged), ("holder", "刘洋"))).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
    }
}
