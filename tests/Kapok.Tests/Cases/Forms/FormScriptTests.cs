using Microsoft.Playwright;

namespace Kapok.Tests.Cases.Forms;

/// <summary>The pages of a form with script, in a real browser.</summary>
public sealed class FormScriptTests(FormHost host) : IClassFixture<FormHost>
{
    static readonly string? chromium = new[] { Environment.GetEnvironmentVariable("KAPOK_CHROMIUM"), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);

    async Task With(string answers, string path, Func<IPage, Task> act)
    {
        Assert.SkipWhen(chromium is null, "no Chromium on this machine");
        host.Answers = Sample.Json(answers);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = chromium, Args = ["--no-sandbox"] });
        var page = await browser.NewPageAsync();
        var wrong = new List<string>();
        page.PageError += (_, error) => wrong.Add(error);
        page.Console += (_, message) => { if (message.Type == "error") wrong.Add(message.Text); };
        await page.GotoAsync(host.Address + path);
        await page.WaitForSelectorAsync("input[name=_script]", new() { State = WaitForSelectorState.Attached });
        await act(page);
        wrong.ShouldBeEmpty();
    }

    static Task Shown(IPage page, string path, bool visible) =>
        page.Locator($"[data-field='{path}']").WaitForAsync(new() { State = visible ? WaitForSelectorState.Visible : WaitForSelectorState.Hidden });

    [Fact]
    public Task Fields_appear_and_go_with_the_answers_they_depend_on() => With("{}", "/form/business", async page =>
    {
        await Shown(page, "seats", false);
        await page.ClickAsync("label:text-is('餐饮服务')");
        await Shown(page, "seats", true);
        await Shown(page, "servesRaw", false);
        await page.FillAsync("input[name=seats]", "４０");
        await Shown(page, "servesRaw", true);
        await page.ClickAsync("label:text-is('食品销售')");
        await Shown(page, "seats", false);
        await Shown(page, "servesRaw", false);
    });

    [Fact]
    public Task Rows_and_computed_fields_follow_what_is_typed() => With(Sample.Complete, "/form/staff", async page =>
    {
        var wages = page.Locator("output[data-computed=monthlyWages]");
        (await wages.TextContentAsync()).ShouldBe("11,500.50 元");
        await page.FillAsync("input[name='staff[1].wage']", "4,000.25");
        await page.WaitForFunctionAsync("() => document.querySelector('output[data-computed=monthlyWages]').textContent === '10,500.75 元'");
        await Shown(page, "staff[0].healthUntil", true);
        await page.Locator("label:text-is('其他')").First.ClickAsync();
        await Shown(page, "staff[0].healthUntil", false);
    });
}
