using System.Net;
using Dapper;
using Kapok.Identity;
using Kapok.Identity.SignIn;
using Kapok.Tests.Journeys;

namespace Kapok.Tests.Identity;

/// <summary>Whoever sends a page after his session has ended types nothing twice.</summary>
public sealed class KeptFormTests(App app) : IClassFixture<App>
{
    async Task<(Visitor Visitor, Guid Draft)> Typing()
    {
        var visitor = new Visitor(await app.SignIn("zhangsan"));
        visitor.Http.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        var id = await visitor.Begin(app);
        await visitor.Open($"/my/drafts/{id}/pages/operator");
        app.Time.Advance(TimeSpan.FromMinutes(31));
        return (visitor, id);
    }

    Task<int> Kept() => app.Database.Read(c => c.ExecuteScalarAsync<int>("select count(*) from identity.kept_form"));

    static (string, string)[] Account(string name) => [("account", name), ("password", IdentityOptions.DemonstrationPassword)];

    [Fact]
    public async Task After_signing_in_again_one_press_sends_what_was_typed()
    {
        var (visitor, id) = await Typing();
        await visitor.Press("保存并继续", ("operatorName", "广州小满<b>餐饮店"));
        visitor.Url.ShouldStartWith("/sign-in?done=kept");
        visitor.Text.ShouldContain("刚才填的内容还在");
        await visitor.Press("登录", Account("zhangsan"));
        visitor.Url.ShouldBe("/kept-form");
        visitor.Text.ShouldContain("广州小满<b>餐饮店");
        await visitor.Press("接着提交");
        visitor.Url.ShouldEndWith("/pages/premises");
        (await app.Database.Read(c => c.ExecuteScalarAsync<string>("select answers ->> 'operatorName' from cases.draft where id = @id", new { id }))).ShouldBe("广州小满<b>餐饮店");
        (await visitor.Open("/kept-form")).Status.ShouldBe(HttpStatusCode.OK);
        await visitor.Press("不要了，现在就删");
        (await visitor.Open("/kept-form")).Text.ShouldContain("没有留着的内容");
    }

    [Fact]
    public async Task The_next_one_at_the_same_computer_sees_nothing_of_it()
    {
        var (visitor, _) = await Typing();
        await visitor.Press("保存并继续", ("operatorName", "广州小满餐饮店"));
        await visitor.Press("登录", Account("lixiulan"));
        visitor.Url.ShouldBe("/kept-form");
        visitor.Text.ShouldContain("没有留着的内容");
        visitor.Text.ShouldNotContain("小满");
    }

    [Fact]
    public async Task It_is_gone_after_an_hour_and_cannot_be_read_in_the_database()
    {
        var (visitor, _) = await Typing();
        await visitor.Press("保存并继续", ("operatorName", "很特别的名字"));
        var content = await app.Database.Read(c => c.ExecuteScalarAsync<byte[]>("select content from identity.kept_form order by created_at desc limit 1"));
        System.Text.Encoding.UTF8.GetString(content!).ShouldNotContain("很特别");
        app.Time.Advance(KeptForms.Valid + TimeSpan.FromMinutes(1));
        await visitor.Press("登录", Account("zhangsan"));
        visitor.Text.ShouldContain("没有留着的内容");
    }

    [Fact]
    public async Task Another_sites_request_a_script_and_a_stranger_keep_nothing()
    {
        var (visitor, id) = await Typing();
        var before = await Kept();
        async Task Post(Action<HttpRequestMessage> change)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/my/drafts/{id}/pages/operator") { Content = new FormUrlEncodedContent([new("operatorName", "x")]) };
            change(request);
            (await visitor.Http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }
        visitor.Http.DefaultRequestHeaders.Remove("Sec-Fetch-Site");
        await Post(r => r.Headers.Add("Sec-Fetch-Site", "cross-site"));
        await Post(r => r.Headers.Add("Origin", "https://elsewhere.example"));
        await Post(_ => { });
        await Post(r => { r.Headers.Add("Sec-Fetch-Site", "same-origin"); r.Headers.Add("X-Kapok-Token", "x"); });
        var stranger = app.Browser();
        using var unknown = new HttpRequestMessage(HttpMethod.Post, "/my/inbox") { Content = new FormUrlEncodedContent([new("text", "x")]) };
        unknown.Headers.Add("Sec-Fetch-Site", "same-origin");
        await stranger.SendAsync(unknown);
        (await Kept()).ShouldBe(before);
    }

    [Fact]
    public async Task A_form_with_a_password_is_never_kept()
    {
        var visitor = new Visitor(await app.SignIn("chenjiahao"));
        visitor.Http.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        await visitor.Open("/my/password");
        app.Time.Advance(TimeSpan.FromMinutes(31));
        var before = await Kept();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/my/password") { Content = new FormUrlEncodedContent([new("current", "a"), new("password", "b"), new("repeat", "b")]) };
        (await visitor.Http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await Kept()).ShouldBe(before);
    }

    [Fact]
    public async Task Signed_in_anew_in_another_window_the_old_page_still_can_be_sent()
    {
        var visitor = new Visitor(await app.SignIn("zhangsan"));
        visitor.Http.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        var id = await visitor.Begin(app);
        await visitor.Open($"/my/drafts/{id}/pages/operator");
        app.Time.Advance(TimeSpan.FromMinutes(31));
        (await visitor.Http.PostForm("/sign-in", "/sign-in", Account("zhangsan"))).StatusCode.ShouldBe(HttpStatusCode.Redirect);
        await visitor.Press("保存并继续", ("operatorName", "广州小满餐饮店"));
        visitor.Url.ShouldBe("/kept-form");
        await visitor.Press("接着提交");
        visitor.Url.ShouldEndWith("/pages/premises");
    }
}
