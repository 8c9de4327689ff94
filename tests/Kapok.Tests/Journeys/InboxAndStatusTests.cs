using System.Net;
using System.Net.Http.Json;
using AngleSharp.Dom;
using Dapper;
using Kapok.Cases.Tracking;
using Kapok.Foundation;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Journeys;

public sealed class InboxAndStatusTests(App app) : IClassFixture<App>
{
    const string Acceptor = "tianhe-market-acceptor";

    async Task<(Visitor Visitor, Guid Id)> Applied()
    {
        var visitor = new Visitor(await app.As("zhangsan"));
        return (visitor, await visitor.Apply(app));
    }

    [Fact]
    public async Task What_asks_for_something_comes_first_and_opening_the_case_proves_that_it_was_read()
    {
        var (visitor, id) = await Applied();
        await Catering.Official(app, Acceptor, id, "correction", new { fields = new { operatorName = "名称不对" } });
        await Catering.Official(app, Acceptor, id, "messages", new { text = "后来的话" });
        await visitor.Open("/my/inbox");
        visitor.Page.QuerySelector(".panel .link-item a")!.TextContent.ShouldBe("请补正您的申请");
        visitor.Page.QuerySelectorAll(".message").ShouldNotContain(m => m.TextContent.Contains("名称不对") && m.TextContent.Contains("请补正您的申请") && m.InnerHtml.Contains(id.ToString()));
        async Task<int> Unread() => await app.Database.Read(c => c.ExecuteScalarAsync<int>("select count(*) from cases.message where case_id = @id and read_at is null and not from_party", new { id }));
        (await Unread()).ShouldBe(3);
        var before = int.Parse(visitor.Page.QuerySelector(".lead")!.TextContent.Split(' ')[0]);
        await visitor.Open($"/my/cases/{id}");
        (await Unread()).ShouldBe(0);
        await visitor.Open("/my/inbox?view=unread");
        visitor.Page.QuerySelectorAll(".message").ShouldNotContain(m => m.InnerHtml.Contains(id.ToString()));
        (visitor.Page.QuerySelector(".lead") is { } lead ? int.Parse(lead.TextContent.Split(' ')[0]) : 0).ShouldBe(before - 3);
        var first = await app.Database.Read(c => c.ExecuteScalarAsync<DateTime>("select min(read_at) from cases.message where case_id = @id", new { id }));
        app.Time.Advance(TimeSpan.FromMinutes(1));
        await visitor.Open($"/my/cases/{id}");
        (await app.Database.Read(c => c.ExecuteScalarAsync<DateTime>("select max(read_at) from cases.message where case_id = @id and not from_party", new { id }))).ShouldBe(first, "the first time is the proof");
    }

    [Fact]
    public async Task A_message_is_put_away_brought_back_and_found_by_its_words()
    {
        var (visitor, id) = await Applied();
        await Catering.Official(app, Acceptor, id, "messages", new { text = "百分之百%找得到" });
        await visitor.Open("/my/inbox?q=" + Uri.EscapeDataString("之百%找"));
        visitor.Page.QuerySelectorAll(".message").Length.ShouldBe(1);
        await visitor.Press("归档");
        visitor.Text.ShouldContain("消息已归档");
        (await visitor.Open("/my/inbox?view=archived")).Text.ShouldContain("百分之百%找得到");
        var archived = await app.Database.Read(c => c.ExecuteScalarAsync<Guid>("select id from cases.message where body like '%找得到'"));
        await visitor.Open($"/my/inbox?archived={archived}");
        await visitor.Press("撤销");
        (await visitor.Open("/my/inbox")).Text.ShouldContain("百分之百%找得到");
    }

    [Fact]
    public async Task Lists_are_paged_by_key_without_losing_or_repeating()
    {
        var inbox = app.Services.GetRequiredService<Inbox>();
        var (visitor, id) = await Applied();
        for (var i = 0; i < 7; i++) await Catering.Official(app, Acceptor, id, "messages", new { text = $"第 {i} 条" });
        var person = await app.Database.Read(c => c.ExecuteScalarAsync<Guid>("""select submitter from cases."case" where id = @id""", new { id }));
        var actor = new Actor(ActorKind.Citizen, person, "张三", []);
        var seen = new List<Guid>();
        for (Guid? after = null; ;)
        {
            var (waiting, rows, next) = await inbox.Page(actor, new(After: after, Limit: 3));
            seen.AddRange(rows.Select(r => r.Id));
            if (after is null) seen.AddRange(waiting.Select(r => r.Id));
            if (next is null) break;
            after = next;
        }
        var all = (await app.Database.Read(c => c.QueryAsync<Guid>("""select m.id from cases.message m join cases."case" c on c.id = m.case_id where c.submitter = @person and not from_party and not archived""", new { person }))).ToList();
        seen.Order().ShouldBe(all.Order());
        seen.Distinct().Count().ShouldBe(seen.Count);
    }

    [Fact]
    public async Task Anybody_with_number_and_name_sees_the_state_and_nothing_personal()
    {
        var (_, id) = await Applied();
        var (number, code) = await app.Database.Read(c => c.QuerySingleAsync<(string, string)>("""select number, query_code from cases."case" where id = @id""", new { id }));
        foreach (var typed in new[] { number, code, QueryCode.Display(code).ToLowerInvariant() })
        {
            var visitor = await new Visitor(app.Browser()).Open("/status");
            await visitor.Press("查进度", ("code", typed), ("name", "广州"));
            visitor.Title.ShouldContain("正在核对您的材料");
            visitor.Text.ShouldContain("食品经营许可（新办）");
            foreach (var secret in (string[])["张三", "小满", "440106198806159910", "13800000001", "五山路", number]) visitor.Page.QuerySelector("main")!.InnerHtml.ShouldNotContain(secret);
        }
    }

    [Fact]
    public async Task A_case_is_found_by_the_number_it_has_in_an_older_system()
    {
        var (_, id) = await Applied();
        var clerk = await app.Api("tianhe-market-acceptor");
        (await (await app.Api("haizhu-market-acceptor")).PostAsJsonAsync($"/api/v1/cases/{id}/other-numbers", new { number = "天食2018-0815", source = "天河旧系统" })).IsSuccessStatusCode.ShouldBeFalse();
        (await clerk.PostAsJsonAsync($"/api/v1/cases/{id}/other-numbers", new { number = "", source = "天河旧系统" })).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        for (var twice = 0; twice < 2; twice++)
            (await clerk.PostAsJsonAsync($"/api/v1/cases/{id}/other-numbers", new { number = " 天食2018-0815", source = "天河旧系统" })).StatusCode.ShouldBe(HttpStatusCode.OK);
        var visitor = await new Visitor(app.Browser()).Open("/status");
        await visitor.Press("查进度", ("code", "天食2018-0815"), ("name", "广州"));
        visitor.Text.ShouldContain("食品经营许可（新办）");
        await (await visitor.Open("/status")).Press("查进度", ("code", "天食2018-0815"), ("name", "深圳"));
        visitor.Errors.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_wrong_name_and_an_unknown_number_get_the_same_answer()
    {
        var (_, id) = await Applied();
        var code = await app.Database.Read(c => c.ExecuteScalarAsync<string>("""select query_code from cases."case" where id = @id""", new { id }));
        var answers = new List<string>();
        foreach (var (typed, name) in new[] { (code!, "深圳"), (code!, "广"), (QueryCode.Compose(12345), "广州") })
        {
            var visitor = await new Visitor(app.Browser()).Open("/status");
            await visitor.Press("查进度", ("code", typed), ("name", name));
            visitor.Status.ShouldBe(HttpStatusCode.UnprocessableEntity);
            answers.Add(string.Join('|', visitor.Errors));
        }
        answers.Distinct().ShouldHaveSingleItem();
        var mistyped = await new Visitor(app.Browser()).Open("/status");
        await mistyped.Press("查进度", ("code", "7K2M9XW4P0"), ("name", "张"));
        mistyped.Errors.ShouldHaveSingleItem().ShouldContain("查询码");
    }

    [Fact]
    public async Task Guessing_is_stopped_after_a_while_and_goes_on_later()
    {
        var lookup = app.Services.GetRequiredService<StatusLookup>();
        for (var i = 0; i < StatusLookup.Most; i++) (await lookup.Wait("203.0.113.9")).ShouldBeNull();
        (await lookup.Wait("203.0.113.9")).ShouldNotBeNull().ShouldBeGreaterThan(TimeSpan.Zero);
        (await lookup.Wait("203.0.113.10")).ShouldBeNull("another address is not held responsible");
        app.Time.Advance(StatusLookup.Window + TimeSpan.FromSeconds(1));
        (await lookup.Wait("203.0.113.9")).ShouldBeNull();

        await app.Database.Read(c => c.ExecuteAsync("insert into cases.lookup values ('127.0.0.1', @now, 100) on conflict (address) do update set since = excluded.since, count = 100", new { now = app.Time.GetUtcNow().UtcDateTime }));
        var visitor = await new Visitor(app.Browser()).Open("/status");
        await visitor.Press("查进度", ("code", QueryCode.Compose(1)), ("name", "张"));
        visitor.Status.ShouldBe(HttpStatusCode.TooManyRequests);
        visitor.Errors.ShouldHaveSingleItem().ShouldContain("分钟后再试");
        await app.Database.Read(c => c.ExecuteAsync("delete from cases.lookup"));
    }
}
