using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kapok.Identity;
using Kapok.Tests.Cases.Desk;
using Microsoft.Playwright;

namespace Kapok.Tests.Journeys;

/// <summary>All pages of officials in a real browser: no serious barrier, nothing to scroll sideways, by keyboard, few presses.</summary>
public sealed class DeskBrowserTests(LoopbackApp app, Chromium chromium) : IClassFixture<LoopbackApp>, IClassFixture<Chromium>
{
    static readonly SemaphoreSlim Making = new(1);
    static Guid submitted, corrected, paused;

    async Task SignIn(Chromium.Window window, string account)
    {
        await window.Page.Context.ClearCookiesAsync(new() { Name = "kapok_session" });
        await window.Page.GotoAsync("/sign-in");
        await window.Page.FillAsync("#account", account);
        await window.Page.FillAsync("#password", IdentityOptions.DemonstrationPassword);
        await window.Page.Locator("main button.button", new() { HasTextString = "登录" }).Or(window.Page.Locator("main button.button", new() { HasTextString = "Sign in" })).First.ClickAsync();
        await window.Page.WaitForURLAsync(u => !u.Contains("/sign-in"));
    }

    /// <summary>Cases in every state, once for all tests of this class.</summary>
    async Task Work()
    {
        await Making.WaitAsync();
        try
        {
            if (submitted != Guid.Empty) return;
            foreach (var shop in (string[])["广州天河岗顶面馆", "广州小满餐饮店", "天河五山茶餐厅"]) submitted = await app.Submit(shop);
            (corrected, paused) = (await app.Submit("石牌西路小吃店"), await app.Submit("体育东路咖啡馆"));
            await Catering.Official(app, Sample.Acceptor, corrected, "correction", new { fields = new { operatorName = "名称应当和营业执照上的一致" }, materials = new Dictionary<string, string> { ["floor-plan"] = "图面不清" } });
            await Catering.Official(app, Sample.Acceptor, paused, "acceptance", new { });
            await Catering.Official(app, Sample.Acceptor, submitted, "questions", new { organisations = new[] { app.Organisation("health@440106"), app.Organisation("housing@440106") }, question = "这个地址的排水和消防是否符合餐饮场所的要求？", due = "2026-09-24" });
            await Catering.Official(app, Sample.Acceptor, submitted, "notes", new { text = "申请人周三下午会补充说明，先不要退件。" });
            var api = await app.Api(Sample.Acceptor);
            await api.PostAsJsonAsync("/api/v1/templates", new { purpose = "opinion", name = "材料齐全", text = "{申请人}申请“{事项}”的材料齐全，符合法定形式。", shared = true });
            await api.PostAsJsonAsync("/api/v1/templates", new { purpose = "correction", name = "平面图不清", text = "请您重新上传平面图，要看得清各个房间的用途。", shared = true });
            await api.PutAsJsonAsync($"/api/v1/cases/{submitted}/verdicts", new { key = "f:area", value = "wrong", reason = "面积与平面图上的不一致" });
            await api.PutAsJsonAsync($"/api/v1/cases/{submitted}/verdicts", new { key = "f:operatorName", value = "ok" });
            await (await app.Company()).PostAsJsonAsync($"/api/v1/my/cases/{submitted}/messages", new { text = "平面图刚刚重新画过，需要我再传一份吗？" });
            await (await app.Api(Sample.Reviewer)).PutAsync($"/api/v1/cases/{submitted}/following", null);
        }
        finally { Making.Release(); }
    }

    async Task<IReadOnlyList<(string Account, string[] Paths)>> Pages()
    {
        await Work();
        var view = await (await app.Api(Sample.Acceptor)).GetFromJsonAsync<JsonElement>($"/api/v1/cases/{paused}");
        var document = view.GetProperty("documents")[0].GetProperty("id").GetGuid();
        return
        [
            (Sample.Acceptor, ["/desk", "/desk/cases", $"/desk/cases/{submitted}", $"/desk/cases/{corrected}", $"/desk/cases/{paused}/documents/{document}", "/desk/questions", "/desk/notices", "/desk/templates", "/desk/templates/new", "/desk/counter"]),
            (Sample.Reviewer, [$"/desk/cases/{paused}"]),
            ("tianhe-health-reviewer", ["/desk/questions"]),
            (Sample.Approver, ["/desk/bulk"]),
            ("tianhe-market-item-admin", ["/desk/catalogue"]),
            ("tianhe-org-admin", ["/admin", "/my/absence"]),
            ("auditor", ["/desk/audit"]),
            ("tech", ["/admin/jobs", "/admin/packages"]),
        ];
    }

    [Theory]
    [InlineData(1440, false, "zh-Hans", 1)]
    [InlineData(1024, false, "zh-Hans", 1)]
    [InlineData(390, false, "zh-Hans", 1)]
    [InlineData(1440, true, "zh-Hans", 1)]
    [InlineData(1440, false, "en", 1)]
    [InlineData(720, false, "zh-Hans", 2)]
    public async Task No_page_of_officials_has_a_serious_barrier_or_scrolls_sideways(int width, bool dark, string language, int zoom)
    {
        var pages = await Pages();
        await using var window = await chromium.Open(app.Address, width, dark, true, ("kapok-lang", language));
        var name = $"desk-{width}{(dark ? "-dark" : "")}{(language == "en" ? "-en" : "")}{(zoom > 1 ? "-zoom" : "")}";
        var found = new List<string>();
        foreach (var (account, paths) in pages)
        {
            await SignIn(window, account);
            var waiting = new Queue<string>(paths);
            var seen = new HashSet<string>();
            while (waiting.TryDequeue(out var path))
            {
                var answer = await window.Page.GotoAsync(path);
                answer!.Status.ShouldBe(200, path);
                if (Environment.GetEnvironmentVariable("KAPOK_PICTURES") is { Length: > 0 } folder)
                    await window.Page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}-{Regex.Replace(path.Trim('/').Split('?')[0], "[0-9a-f]{8}-[0-9a-f-]{27}", m => m.Value == submitted.ToString() ? "submitted" : m.Value == corrected.ToString() ? "corrected" : m.Value == paused.ToString() ? "accepted" : "one").Replace('/', '-')}.png"), FullPage = true });
                if (Environment.GetEnvironmentVariable("KAPOK_PICTURES") is { Length: > 0 } views && name == "desk-1440" && (path == "/desk" || path.EndsWith(submitted.ToString(), StringComparison.Ordinal)))
                {
                    await window.Page.ScreenshotAsync(new() { Path = Path.Combine(views, path == "/desk" ? "view-desk.png" : "view-case.png") });
                    await window.Page.EmulateMediaAsync(new() { Media = Media.Print });
                    await window.Page.ScreenshotAsync(new() { Path = Path.Combine(views, path == "/desk" ? "print-desk.png" : "print-case.png"), FullPage = true });
                    await window.Page.EmulateMediaAsync(new() { Media = Media.Screen });
                }
                foreach (var barrier in await window.Barriers()) found.Add($"{path}: {barrier}");
                if (await window.Overflow() is var wide and > 0) found.Add($"{path} is {wide} px too wide");
                // Catalogue and administration lead on by their own links; the first of each kind is looked at.
                if (account.EndsWith("-admin", StringComparison.Ordinal) && seen.Add(path))
                    foreach (var next in await window.Page.EvalOnSelectorAllAsync<string[]>("main a[href^='/desk/catalogue'], main a[href^='/admin']", "links => links.map(a => a.getAttribute('href').split('#')[0])"))
                    {
                        var kind = Regex.Replace(next.Split('?')[0], "[0-9a-f]{8}-[0-9a-f-]{27}|[0-9]{6,}", "*");
                        if (next.Contains("export", StringComparison.Ordinal) || next.EndsWith(".xlsx", StringComparison.Ordinal) || next.EndsWith(".csv", StringComparison.Ordinal) || seen.Count(s => s == kind) > 0 || waiting.Contains(next) || next == path) continue;
                        if (seen.Add(kind)) waiting.Enqueue(next);
                    }
            }
        }
        found.ShouldBeEmpty();
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_officer_decides_a_clean_case_in_at_most_eight_presses()
    {
        var id = await app.Submit();
        await using var window = await chromium.Open(app.Address);
        var presses = 0;
        async Task Press(ILocator what) { presses++; await what.ClickAsync(); }
        foreach (var account in (string[])[Sample.Acceptor, Sample.Reviewer, Sample.Approver])
        {
            await SignIn(window, account);
            await window.Page.GotoAsync("/desk");
            await Press(window.Page.Locator($"a.row-link[href='/desk/cases/{id}']"));
            await window.Page.WaitForURLAsync($"**/desk/cases/{id}**");
            await Press(window.Page.Locator("#actions .desk-work button[name=outcome]").First);
            await window.Page.Locator(".notice").WaitForAsync();
        }
        var state = await (await app.Api(Sample.Approver)).GetFromJsonAsync<JsonElement>($"/api/v1/cases/{id}");
        state.GetProperty("case").GetProperty("state").GetString().ShouldBe("closed");
        presses.ShouldBeLessThanOrEqualTo(8);
    }

    [Fact]
    public async Task A_verdict_given_with_script_is_kept_at_once_and_a_colleagues_one_comes_in()
    {
        var id = await app.Submit("随选随存店");
        await using var window = await chromium.Open(app.Address);
        await SignIn(window, Sample.Acceptor);
        await window.Page.GotoAsync($"/desk/cases/{id}");
        await window.Page.Locator("label[for='wrong-f:area']").ClickAsync();
        await window.Page.Locator("[data-verdict='f:area'] .verdict-by", new() { HasTextString = "已保存" }).WaitForAsync();
        await window.Page.FillAsync("[id='r-f:area']", "面积不对");
        await window.Page.Keyboard.PressAsync("Tab");
        for (var i = 0; i < 100 && !(await Kept(id)).Contains("面积不对", StringComparison.Ordinal); i++) await Task.Delay(50);
        (await Kept(id)).ShouldContain("面积不对");
        window.Complaints.ShouldBeEmpty();
    }

    async Task<string> Kept(Guid id) => await (await app.Api(Sample.Acceptor)).GetStringAsync($"/api/v1/cases/{id}/verdicts");

    [Fact]
    public async Task The_list_shows_two_hundred_rows_and_is_worked_by_keyboard_alone()
    {
        var id = await app.Submit("长列表店");
        await app.Database.Read(c => Dapper.SqlMapper.ExecuteAsync(c, """
            insert into cases."case" select gen_random_uuid(), c.number || 'k' || n, c.query_code || 'k' || n, c.definition, c.item_code, c.implementation, c.item_name, c.organisation, c.division, c.line, c.party, '长列表店' || n,
              c.submitter, c.channel, c.state, c.result, c.due_on, c.due_at, c.yellow_at, c.provisional, c.submitted_at, c.accepted_at, c.closed_at, c.version, c.digest, c.flow, c.variables, c.clock, c.correction
            from cases."case" c cross join generate_series(1, 260) n where c.id = @id;
            insert into cases.open select id, organisation, due_at from cases."case" where state <> 'closed' on conflict do nothing
            """, new { id }));
        await using var window = await chromium.Open(app.Address);
        await SignIn(window, Sample.Acceptor);
        await window.Page.GotoAsync("/desk/cases?q=" + Uri.EscapeDataString("长列表店"));
        (await window.Page.Locator("a.row-link").CountAsync()).ShouldBe(200);
        for (var i = 0; i < 3; i++) await window.Page.Keyboard.PressAsync("j");
        await window.Page.Keyboard.PressAsync("k");
        var second = await window.Page.Locator("a.row-link").Nth(1).GetAttributeAsync("href");
        (await window.Page.EvaluateAsync<string>("document.activeElement.getAttribute('href')")).ShouldBe(second);
        await window.Page.Keyboard.PressAsync("Enter");
        await window.Page.WaitForURLAsync("**" + second);
    }
}
