using Dapper;
using Kapok.Cases.Applying;
using Kapok.Tests.Journeys;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Cases.Applying;

public sealed class DraftKeeperTests(App app) : IClassFixture<App>
{
    DraftKeeper Keeper => app.Services.GetRequiredService<DraftKeeper>();

    async Task<(Visitor Visitor, Guid Id)> Begun()
    {
        var visitor = new Visitor(await app.As("zhangsan"));
        return (visitor, await visitor.Begin(app));
    }

    Task<int> Messages() => app.Database.Read(c => c.ExecuteScalarAsync<int>("select count(*) from kapok.short_message where text like '%自动删除%'"));

    async Task End(Guid id, TimeSpan from) =>
        await app.Database.Read(c => c.ExecuteAsync("update cases.draft set expires_at = @at where id = @id", new { id, at = (app.Time.GetUtcNow() + from).UtcDateTime }));

    [Fact]
    public async Task The_owner_is_told_once_a_week_before_and_again_only_after_a_change()
    {
        var (visitor, id) = await Begun();
        await End(id, TimeSpan.FromDays(8));
        var before = await Messages();
        (await Keeper.Warn()).ShouldBe(0);
        await End(id, TimeSpan.FromDays(6));
        (await Keeper.Warn()).ShouldBe(1);
        (await Keeper.Warn()).ShouldBe(0);
        (await Messages()).ShouldBe(before + 1);
        var text = await app.Database.Read(c => c.ExecuteScalarAsync<string>("select text from kapok.short_message order by at desc, id desc limit 1"));
        text.ShouldNotBeNull().ShouldContain("“食品经营许可（新办）”申请保留到9月27日，之后会自动删除");

        (await visitor.Open("/my/cases")).Text.ShouldContain("还剩 6 天");
        (await visitor.Open($"/my/drafts/{id}")).Text.ShouldContain("这份草稿快要到期");
        app.Time.Advance(TimeSpan.FromMinutes(1));
        await visitor.Open($"/my/drafts/{id}/pages/operator");
        await visitor.Press("保存并继续");
        (await visitor.Open($"/my/drafts/{id}")).Text.ShouldNotContain("这份草稿快要到期", Case.Sensitive, "every change gives it ninety days more");
        await End(id, TimeSpan.FromDays(6));
        (await Keeper.Warn()).ShouldBe(1);
    }
}
