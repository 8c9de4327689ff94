using System.Text.RegularExpressions;
using Kapok.Identity;
using Microsoft.Playwright;

namespace Kapok.Tests.Journeys;

/// <summary>The citizen's journey in a real browser, at the size of a desk and of a phone, with and without script; no page has a serious barrier.</summary>
public sealed class BrowserJourneyTests(LoopbackApp app, Chromium chromium) : IClassFixture<LoopbackApp>, IClassFixture<Chromium>
{
    const string Acceptor = "tianhe-market-acceptor", Reviewer = "tianhe-market-reviewer", Approver = "tianhe-market-approver";

    [Theory]
    [InlineData(1440, true, false, false)]
    [InlineData(390, true, true, false)]
    [InlineData(390, false, false, true)]
    public async Task A_citizen_applies_corrects_and_gets_the_decision(int width, bool script, bool elder, bool dark)
    {
        await using var window = await chromium.Open(app.Address, width, dark, script, ("kapok-elder", elder ? "1" : "0"));
        var (page, name) = (window.Page, $"{width}{(script ? "" : "-noscript")}{(elder ? "-elder" : "")}{(dark ? "-dark" : "")}");
        var step = 0;
        async Task Look(string what)
        {
            if (Environment.GetEnvironmentVariable("KAPOK_PICTURES") is { Length: > 0 } folder)
                await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}-{++step:00}-{what}.png"), FullPage = true });
            if (script) (await window.Barriers()).ShouldBeEmpty($"{what} at {name}");
            if (script) (await window.Overflow()).ShouldBeLessThanOrEqualTo(0, $"{what} at {name} scrolls sideways");
        }
        Task Press(string words) => page.Locator("main button.button", new() { HasTextString = words }).First.ClickAsync();

        await page.GotoAsync("/");
        await Look("home");
        await page.GotoAsync($"/sign-in?return={Uri.EscapeDataString($"/apply/{await Catering.Implementation(app)}")}");
        await page.FillAsync("#account", "zhangsan");
        await page.FillAsync("#password", IdentityOptions.DemonstrationPassword);
        await Press("登录");
        await Look("apply");
        await page.Locator(".choice", new() { HasTextString = Catering.Company }).Locator("input").CheckAsync();
        await Press("开始申请");
        await page.WaitForURLAsync(new Regex("/my/drafts/"));
        await Look("tasks");
        var id = Guid.Parse(new Uri(page.Url).Segments[3].TrimEnd('/'));

        await page.ClickAsync("a.task-title >> text=谁来经营");
        await Look("operator");
        if (script)
        {
            await page.ClickAsync("summary >> text=这项信息不对");
            await page.FillAsync("#operatorName", "自动保存");
            await page.Locator("[data-state=saved]").WaitForAsync();
        }
        else await page.Locator("summary", new() { HasTextString = "这项信息不对" }).First.ClickAsync();
        await page.FillAsync("#operatorName", "广州小满餐饮店");
        await Press("保存并继续");

        await page.WaitForURLAsync("**/pages/premises");
        foreach (var (level, code) in new[] { (1, "440100"), (2, "440106"), (3, "440106001"), (4, "440106001001") })
        {
            var select = level == 1 ? "#premisesDivision" : $"#premisesDivision-{level}";
            await page.Locator(select).WaitForAsync();
            await page.SelectOptionAsync(select, code);
            if (!script && level < 4) await page.ClickAsync("text=显示下一级");
        }
        await page.FillAsync("#premisesAddress", "广州市天河区五山路 101 号首层 3 铺");
        await Press("保存并继续");
        await page.Locator(".error-summary").WaitForAsync();
        await Look("error");
        await page.FillAsync("#area", "86.5");
        await Press("保存并继续");

        await page.WaitForURLAsync("**/pages/business");
        await page.CheckAsync("input[name=category][value=catering]");
        await page.CheckAsync("input[name=items][value=hot]");
        await page.CheckAsync("input[name=online][value=false]");
        await page.CheckAsync("input[name=vending][value=false]");
        await Look("business");
        await Press("保存并继续");

        await page.WaitForURLAsync("**/pages/people");
        await page.FillAsync("[name='staff[0].name']", "张三");
        await page.FillAsync("[name='staff[0].idNumber']", "440106198806159910");
        await page.SelectOptionAsync("[name='staff[0].role']", "officer");
        await page.CheckAsync("[name='staff[0].directContact'][value=false]");
        await Look("people");
        await Press("保存并继续");
        await page.WaitForURLAsync("**/pages/delivery");
        await page.CheckAsync("input[name=delivery][value=electronic]");
        await Press("保存并继续");

        await page.WaitForURLAsync("**/materials");
        foreach (var material in (string[])["floor-plan", "rules"])
        {
            await page.SetInputFilesAsync($"#{material}", new FilePayload { Name = $"{material}.pdf", MimeType = "application/pdf", Buffer = Catering.File("x.pdf") });
            if (script) await page.Locator(".field", new() { Has = page.Locator($"#{material}") }).Locator("button >> text=移除").WaitForAsync();
        }
        await Look("materials");
        await Press("保存并继续");
        await page.WaitForURLAsync("**/check");
        await Look("check");
        await page.CheckAsync("#declaration");
        await Press("提交申请");
        await page.WaitForURLAsync("**/submitted");
        await Look("submitted");
        await page.ClickAsync("text=打印回执");
        await page.WaitForURLAsync("**/receipt");
        await Look("receipt");

        await Catering.Official(app, Acceptor, id, "correction", new { fields = new { operatorName = "名称应当和营业执照上的一致" }, materials = new Dictionary<string, string> { ["floor-plan"] = "图面不清" } });
        await page.GotoAsync("/my/inbox");
        await Look("inbox");
        await page.GotoAsync($"/my/cases/{id}");
        await Look("correcting");
        await page.ClickAsync("text=去补正");
        await page.FillAsync("#operatorName", Catering.Company);
        await page.SetInputFilesAsync("#floor-plan", new FilePayload { Name = "new.png", MimeType = "image/png", Buffer = Catering.File("x.png") });
        if (script) await page.Locator("button >> text=移除").WaitForAsync();
        await Look("correct");
        await Press("保存并核对");
        await page.WaitForURLAsync("**/correct/check");
        await Look("difference");
        await Press("提交补正");
        await page.WaitForURLAsync("**/my/cases/*?done=corrected");

        await Catering.Official(app, Acceptor, id, "acceptance", new { });
        await page.GotoAsync($"/my/cases/{id}");
        await Look("accepted");
        await Catering.Complete(app, Reviewer, id, "pass");
        await Catering.Complete(app, Approver, id, "approve");
        await page.GotoAsync($"/my/cases/{id}");
        (await page.Locator("h1").InnerTextAsync()).ShouldBe("办好了");
        await Look("approved");
        await page.ClickAsync("main a.button");
        await page.WaitForURLAsync("**/documents/*");
        (await page.Locator("main").InnerTextAsync()).ShouldContain(Catering.Company);
        await Look("decision");
        await page.GotoAsync("/my/inbox");
        await page.ClickAsync(".message a");
        await Look("message");
        var implementation = await Catering.Implementation(app);
        foreach (var path in (string[])["/my/cases", $"/my/cases/{id}/delivery", "/my/account", "/my/password", "/my/sessions", "/my/data-reads", "/my/acting-for", "/forgotten-password", $"/forgotten-password/{id}", "/departments", "/items?q=餐馆",
                     $"/items/{Catering.Item}", $"/items/{implementation}", $"/items/{implementation}/can-i-apply?check=1", "/status", "/help", "/help/how-to-apply", "/problem?page=%2Fhelp", "/"])
        {
            await page.GotoAsync(path);
            await Look(path.Split('?')[0].Trim('/').Replace('/', '-') is { Length: > 0 } file ? file : "home-signed-in");
        }
        window.Complaints.Where(c => !c.Contains("422") && !c.Contains("409")).ShouldBeEmpty();
    }
}
