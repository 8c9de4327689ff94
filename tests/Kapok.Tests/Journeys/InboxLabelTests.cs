using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;

namespace Kapok.Tests.Journeys;

/// <summary>Order in the inbox: own labels, filters that stand in the address, the proof of reading.</summary>
public sealed class InboxLabelTests(App app) : IClassFixture<App>
{
    const string Acceptor = "tianhe-market-acceptor";

    async Task<(Visitor Visitor, Guid Case, Guid Message)> Told(string text)
    {
        var visitor = new Visitor(await app.As("zhangsan"));
        var id = await visitor.Apply(app);
        await Catering.Official(app, Acceptor, id, "messages", new { text });
        return (visitor, id, await app.Database.Read(c => c.ExecuteScalarAsync<Guid>("select id from cases.message where case_id = @id and body = @text", new { id, text })));
    }

    [Fact]
    public async Task A_label_is_added_found_by_and_taken_away_and_only_its_owner_sees_it()
    {
        var (visitor, _, message) = await Told("明天上午九点到店里看现场");
        await visitor.Open($"/my/inbox/{message}");
        await visitor.Press("加上", ("label", "　店里 的事 "));
        visitor.Page.QuerySelector(".chip")!.TextContent.ShouldContain("店里 的事");
        await visitor.Open("/my/inbox?label=" + Uri.EscapeDataString("店里 的事"));
        visitor.Page.QuerySelectorAll(".message").Length.ShouldBe(1);
        visitor.Page.QuerySelector(".message .tag:not(.tag-blue)")!.TextContent.ShouldBe("店里 的事");
        (await visitor.Open("/my/inbox?label=" + Uri.EscapeDataString("别的"))).Text.ShouldContain("没有找到这样的消息");

        // The company's other operator reads the same message with labels of his own: none.
        var rows = await app.Database.Read(c => c.ExecuteScalarAsync<int>("select count(*) from cases.message_label where message = @message", new { message }));
        rows.ShouldBe(1);
        await visitor.Open($"/my/inbox/{message}");
        await visitor.PressNamed("remove", "店里 的事");
        visitor.Page.QuerySelector(".chip").ShouldBeNull();
    }

    [Fact]
    public async Task Labels_have_limits_and_say_so_beside_the_field()
    {
        var (visitor, _, message) = await Told("限度");
        await visitor.Open($"/my/inbox/{message}");
        await visitor.Press("加上", ("label", new string('长', 21)));
        visitor.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        visitor.Text.ShouldContain("标签最多 20 个字");
        for (var i = 0; i < 5; i++)
        {
            await visitor.Open($"/my/inbox/{message}");
            await visitor.Press("加上", ("label", $"第{i}个"));
        }
        visitor.Page.QuerySelector("#label").ShouldBeNull("five are enough");
        var program = await app.Api("zhangsan");
        (await program.PutAsJsonAsync($"/api/v1/my/inbox/{message}/labels", new { labels = new[] { "1", "2", "3", "4", "5", "6" } })).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await program.PutAsJsonAsync($"/api/v1/my/inbox/{message}/labels", new { labels = new[] { "只要这个" } })).StatusCode.ShouldBe(HttpStatusCode.OK);
        var read = await program.GetFromJsonAsync<JsonElement>($"/api/v1/my/inbox/{message}");
        read.GetProperty("labels").EnumerateArray().Select(l => l.GetString()).ShouldBe(["只要这个"]);
    }

    [Fact]
    public async Task The_inbox_is_narrowed_by_item_unit_and_day_and_each_condition_can_be_taken_away()
    {
        var (visitor, id, _) = await Told("按日期找");
        var day = app.Time.GetUtcNow().AddHours(8);
        await visitor.Open($"/my/inbox?item={Uri.EscapeDataString("食品经营许可（新办）")}&unit={Uri.EscapeDataString("广州市天河区市场监督管理局")}&from={day:yyyy-MM-dd}&to={day:yyyy-MM-dd}&q={Uri.EscapeDataString("按日期找")}");
        visitor.Page.QuerySelectorAll(".message").Length.ShouldBe(1);
        visitor.Page.QuerySelectorAll(".inbox-force .chip").Length.ShouldBe(5);
        var without = visitor.Page.QuerySelectorAll(".inbox-force .chip a").First(a => a.TextContent.Contains("按日期找")).GetAttribute("href")!;
        without.ShouldNotContain("q=");
        (await visitor.Open(without)).Page.QuerySelectorAll(".message").Length.ShouldBeGreaterThan(1);
        (await visitor.Open($"/my/inbox?to={day.AddDays(-1):yyyy-MM-dd}")).Text.ShouldContain("没有找到这样的消息");
        (await visitor.Open($"/my/inbox?from={day.AddDays(1):yyyy-MM-dd}")).Text.ShouldContain("没有找到这样的消息");
        (await visitor.Open($"/my/inbox?unit={Uri.EscapeDataString("别的局")}")).Text.ShouldContain("没有找到这样的消息");
        (await visitor.Open("/my/inbox?from.year=2026&from.month=2&from.day=30")).Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        visitor.Text.ShouldContain("没有这一天");
    }

    [Fact]
    public async Task Opening_a_message_proves_that_it_was_read_and_only_that_one()
    {
        var (visitor, id, message) = await Told("只开这一条");
        await visitor.Open($"/my/inbox/{message}");
        visitor.Text.ShouldContain("第一次打开的时间：");
        var unread = await app.Database.Read(c => c.QueryAsync<Guid>("select id from cases.message where case_id = @id and read_at is null and not from_party", new { id }));
        unread.ShouldNotBeEmpty();
        unread.ShouldNotContain(message);
        var first = await app.Database.Read(c => c.ExecuteScalarAsync<DateTime>("select read_at from cases.message where id = @message", new { message }));
        app.Time.Advance(TimeSpan.FromMinutes(3));
        await visitor.Open($"/my/inbox/{message}");
        (await app.Database.Read(c => c.ExecuteScalarAsync<DateTime>("select read_at from cases.message where id = @message", new { message }))).ShouldBe(first);
    }

    [Fact]
    public async Task A_strangers_message_is_not_found()
    {
        var (_, _, message) = await Told("不给别人看");
        var stranger = await app.As("lixiulan");
        (await stranger.GetAsync($"/my/inbox/{message}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var program = await app.Api("lixiulan");
        (await program.GetAsync($"/api/v1/my/inbox/{message}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await program.PutAsJsonAsync($"/api/v1/my/inbox/{message}/labels", new { labels = new[] { "x" } })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await app.Database.Read(c => c.ExecuteScalarAsync<bool>("select read_at is null from cases.message where id = @message", new { message }))).ShouldBeTrue("a stranger's look is no proof");
    }
}
