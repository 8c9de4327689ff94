using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Kapok.Cases.News;
using Kapok.Foundation.Calendar;
using Kapok.Identity.Installing;

namespace Kapok.Tests.Cases.Desk;

/// <summary>Officials hear of what names them and of cases they follow, at once or gathered.</summary>
public sealed class NoticeTests(App app) : IClassFixture<App>
{
    static string At(Guid id) => $"/desk/cases/{id}";

    async Task<JsonElement> Inbox(string account)
    {
        await app.CaughtUp("desk-news");
        return await (await app.Api(account)).GetFromJsonAsync<JsonElement>("/api/v1/notices");
    }

    static IEnumerable<string> Titles(JsonElement inbox, Guid id) => inbox.GetProperty("items").EnumerateArray().Where(n => n.GetProperty("caseId").GetGuid() == id).Select(n => n.GetProperty("title").GetString()!);

    [Fact]
    public async Task Whoever_follows_a_case_hears_of_it_and_nobody_of_his_own_acts()
    {
        var id = await app.Submit();
        var (acceptor, approver) = (await app.As(Sample.Acceptor), await app.As(Sample.Approver));
        async Task<int> Unread() => int.Parse((await approver.Page("/desk")).QuerySelectorAll(".figure").Single(f => f.TextContent.Contains("提醒", StringComparison.Ordinal))
            .QuerySelector(".figure-value")!.TextContent.Replace("提醒", "", StringComparison.Ordinal).Trim(), System.Globalization.CultureInfo.InvariantCulture);
        var before = await Unread(); // of other cases of this class
        (await approver.PostForm(At(id), $"{At(id)}/follow")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await acceptor.PostForm(At(id), $"{At(id)}/follow")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await acceptor.PostForm(At(id), $"{At(id)}/complete", ("outcome", "accept"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        Titles(await Inbox(Sample.Approver), id).ShouldBe(["已受理"]);
        Titles(await Inbox(Sample.Acceptor), id).ShouldBeEmpty();

        (await Unread()).ShouldBe(before + 1);
        HtmlCheck.Verify(await approver.GetStringAsync("/desk/notices"));
        await approver.GetAsync(At(id));
        (await Unread()).ShouldBe(before, "opening the case is reading its news");
        (await approver.PostForm(At(id), $"{At(id)}/unfollow")).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await (await app.Api(Sample.Stranger)).PutAsync($"/api/v1/cases/{id}/following", null)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_note_names_a_colleague_but_nobody_of_another_body()
    {
        var id = await app.Submit();
        var acceptor = await app.Api(Sample.Acceptor);
        var (colleague, stranger) = (DemonstrationPeople.IdOf("market@440106/reviewer"), DemonstrationPeople.IdOf("market@440105/acceptor"));
        (await acceptor.PostAsJsonAsync($"/api/v1/cases/{id}/notes", new { text = "请先看看平面图", mentions = new[] { colleague, stranger } })).StatusCode.ShouldBe(HttpStatusCode.OK);
        Titles(await Inbox(Sample.Reviewer), id).Single().ShouldEndWith("在备注里提到您");
        Titles(await Inbox(Sample.Stranger), id).ShouldBeEmpty();
        (await (await app.As(Sample.Reviewer)).Page(At(id))).QuerySelector("#notes .desk-talk")!.TextContent.Count(c => c == '@').ShouldBe(1);
    }

    [Fact]
    public async Task Gathered_news_show_together_on_the_next_working_morning()
    {
        var id = await app.Submit();
        var approver = await app.Api(Sample.Approver);
        (await approver.PutAsJsonAsync("/api/v1/notices/pace", new { pace = "hourly" })).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await (await app.As(Sample.Approver)).PostForm("/desk/notices", "/desk/notices/pace", ("pace", "daily"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        (await approver.PutAsync($"/api/v1/cases/{id}/following", null)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await (await app.Api(Sample.Acceptor)).PostAsync($"/api/v1/cases/{id}/acceptance", null)).EnsureSuccessStatusCode();
        var inbox = await Inbox(Sample.Approver);
        Titles(inbox, id).ShouldBeEmpty();
        inbox.GetProperty("gathering").GetInt32().ShouldBeGreaterThan(0);

        var now = app.Time.GetUtcNow();
        app.Time.Set(ChinaTime.At(new(2026, 9, 22), new(8, 31)));
        try { (await (await app.SignIn(Sample.Approver)).GetStringAsync("/desk/notices")).ShouldContain("8:30 汇总"); }
        finally { app.Time.Set(now); }
        (await approver.PutAsJsonAsync("/api/v1/notices/pace", new { pace = "instant" })).StatusCode.ShouldBe(HttpStatusCode.OK);
        Titles(await Inbox(Sample.Approver), id).ShouldBe(["已受理"], "what was being gathered shows at once");
    }

    [Theory]
    [InlineData("instant", "2026-09-21 10:00", "2026-09-21 10:00")]
    [InlineData("daily", "2026-09-21 08:00", "2026-09-21 08:30")]
    [InlineData("daily", "2026-09-21 10:00", "2026-09-22 08:30")]
    [InlineData("daily", "2026-09-25 10:00", "2026-09-28 08:30")]
    [InlineData("weekly", "2026-09-21 08:00", "2026-09-21 08:30")]
    [InlineData("weekly", "2026-09-21 10:00", "2026-09-28 08:30")]
    [InlineData("weekly", "2026-09-27 10:00", "2026-09-28 08:30")]
    public void A_digest_lies_there_when_the_office_opens(string pace, string at, string shows)
    {
        static DateTimeOffset Moment(string text) => new(DateTime.Parse(text, System.Globalization.CultureInfo.InvariantCulture), ChinaTime.Offset);
        NoticePace.ShowAt(pace, Moment(at), WorkCalendar.Weekdays).ShouldBe(Moment(shows));
    }
}
