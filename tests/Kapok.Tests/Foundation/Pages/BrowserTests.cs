using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace Kapok.Tests.Foundation.Pages;

public sealed class BrowserTests(PageHost host, Chromium chromium) : IClassFixture<PageHost>, IClassFixture<Chromium>
{
    private static readonly string[] Samples = ["/components", "/components/home", "/components/item", "/components/case", "/components/desk", "/components/review", "/components/sign-in"];

    [Theory]
    [InlineData(1440, false, false, "zh-Hans", true)]
    [InlineData(1440, true, false, "zh-Hans", false)]
    [InlineData(1440, false, true, "zh-Hans", false)]
    [InlineData(390, false, false, "zh-Hans", false)]
    [InlineData(390, true, true, "zh-Hant", true)]
    [InlineData(1024, false, false, "en", false)]
    public async Task No_page_has_a_serious_barrier(int width, bool dark, bool elder, string language, bool samples)
    {
        await using var window = await chromium.Open(host.Address, width, dark, cookies: [("kapok-elder", elder ? "1" : "0"), ("kapok-lang", language)]);
        foreach (var path in samples ? Samples : Samples[..1])
        {
            await window.Page.GotoAsync(path);
            (await window.Barriers()).ShouldBeEmpty($"{path} at {width} px, dark {dark}, elder {elder}, {language}");
        }
        window.Complaints.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(320)]
    [InlineData(390)]
    [InlineData(1024)]
    public async Task No_page_scrolls_sideways(int width)
    {
        await using var window = await chromium.Open(host.Address, width);
        foreach (var path in Samples)
        {
            await window.Page.GotoAsync(path);
            (await window.Overflow()).ShouldBeLessThanOrEqualTo(0, $"{path} at {width} px");
        }
    }

    [Fact]
    public async Task In_elder_mode_text_is_half_as_large_again_and_targets_have_48_pixels()
    {
        await using var plain = await chromium.Open(host.Address);
        await using var elder = await chromium.Open(host.Address, cookies: [("kapok-elder", "1")]);
        const string size = "parseFloat(getComputedStyle(document.querySelector('main p')).fontSize)";
        await plain.Page.GotoAsync("/components/item");
        await elder.Page.GotoAsync("/components/item");
        (await elder.Page.EvaluateAsync<double>(size)).ShouldBe(await plain.Page.EvaluateAsync<double>(size) * 1.5, 0.01);
        await elder.Page.GotoAsync("/components");
        var small = await elder.Page.EvaluateAsync<string[]>(
            """[...document.querySelectorAll('button, .button, input:not([type=hidden]), select, textarea')].filter(e => e.checkVisibility() && !e.closest('.choice, .cell-select, .copy, td, .drop, .search, .notice, .file')).filter(e => e.getBoundingClientRect().height < 47.5).map(e => e.outerHTML.slice(0, 90))""");
        small.ShouldBeEmpty();
        (await elder.Page.EvaluateAsync<int>("getComputedStyle(document.querySelector('.tiles')).gridTemplateColumns.split(' ').length")).ShouldBeLessThanOrEqualTo(2);
    }

    [Fact]
    public async Task Rows_are_moved_through_ticked_and_opened_by_keyboard()
    {
        await using var window = await chromium.Open(host.Address);
        var page = window.Page;
        await page.GotoAsync("/components/desk");
        (await page.Locator(".selection-bar").IsVisibleAsync()).ShouldBeFalse();
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("x");
        (await page.Locator("tbody tr").Nth(1).Locator("input").IsCheckedAsync()).ShouldBeTrue();
        (await page.Locator("[data-selection-count]").InnerTextAsync()).ShouldBe("已选 1 项");
        await page.Keyboard.PressAsync("k");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForFunctionAsync("location.pathname === '/components/review'");
    }

    [Fact]
    public async Task Slash_leads_to_the_search_and_question_mark_to_the_keys_which_can_be_switched_off()
    {
        await using var window = await chromium.Open(host.Address);
        var page = window.Page;
        await page.GotoAsync("/components/desk");
        await page.Keyboard.PressAsync("/");
        (await page.EvaluateAsync<string>("document.activeElement.name")).ShouldBe("q");
        await page.Keyboard.TypeAsync("j?");
        (await page.InputValueAsync("[name=q]")).ShouldBe("j?");
        await page.EvaluateAsync("document.activeElement.blur()");
        await page.Keyboard.PressAsync("?");
        await page.Locator("#keys").WaitForAsync();
        await page.UncheckAsync("#keys-switch");
        await page.Keyboard.PressAsync("Escape");
        await page.Keyboard.PressAsync("j");
        (await page.Locator("tr.is-at").CountAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task A_form_saves_itself_and_goes_on_trying_when_it_fails()
    {
        await using var window = await chromium.Open(host.Address);
        var page = window.Page;
        var failures = 1;
        var sent = new List<string>();
        await page.RouteAsync("**/components/draft", async route =>
        {
            sent.Add(route.Request.PostData ?? "");
            if (failures-- > 0) await route.AbortAsync();
            else await route.ContinueAsync();
        });
        await page.GotoAsync("/components");
        await page.FillAsync("#phone", "13800000000");
        var state = page.Locator("#sample-form [data-autosave-state]");
        await page.Locator("[data-state=failed]").WaitForAsync();
        (await state.InnerTextAsync()).ShouldBe("没有保存成功，将自动重试");
        await page.Locator("[data-state=saved]").WaitForAsync();
        sent.Count.ShouldBe(2);
        sent[1].ShouldContain("13800000000");
    }

    [Fact]
    public async Task A_form_that_saves_itself_may_load_a_module_too()
    {
        await using var window = await chromium.Open(host.Address);
        var page = window.Page;
        await page.RouteAsync("**/assets/sample-module.js", route => route.FulfillAsync(new() { ContentType = "text/javascript", Body = "export default (form, { $ }) => form.dataset.loaded = +(form.dataset.loaded ?? 0) + 1 + ($ ? '' : 'no tools');" }));
        await page.GotoAsync("/components");
        await page.EvaluateAsync("""
            for (const again of [1, 2]) {
              document.querySelector('#sample-form').dataset.module = '/assets/sample-module.js';
              document.dispatchEvent(new Event('htmx:after:swap'));
            }
            """);
        await page.Locator("#sample-form[data-loaded='1']").WaitForAsync();
    }

    [Fact]
    public async Task A_question_is_asked_before_what_cannot_be_undone()
    {
        await using var window = await chromium.Open(host.Address);
        var page = window.Page;
        await page.GotoAsync("/form");
        await page.ClickAsync("text=撤回申请");
        (await page.Locator("#ask-text").InnerTextAsync()).ShouldBe("确定撤回吗？");
        await page.ClickAsync("#ask button[value=no]");
        page.Url.ShouldEndWith("/form");
        await page.ClickAsync("text=撤回申请");
        await page.ClickAsync("#ask button[value=yes]");
        await page.Locator("text=do=withdraw").WaitForAsync();
    }

    [Fact]
    public async Task The_division_picker_grows_with_script_and_forgets_an_abandoned_level()
    {
        await using var window = await chromium.Open(host.Address);
        var page = window.Page;
        await page.GotoAsync("/components");
        await page.SelectOptionAsync("#division-3", "440106010");
        await page.SelectOptionAsync("#division", "440300");
        await page.Locator("#division-2 option[value='440305']").WaitForAsync(new() { State = WaitForSelectorState.Attached });
        (await page.Locator("#division-3").CountAsync()).ShouldBe(0);
        (await page.InputValueAsync("#division")).ShouldBe("440300");
        await page.FocusAsync("#division");
        await page.Keyboard.PressAsync("ArrowUp");
        await page.Locator("#division-2 option[value='440106']").WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await page.WaitForFunctionAsync("document.activeElement.id === 'division'");
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_upload_goes_on_where_the_line_broke()
    {
        await using var window = await chromium.Open(host.Address);
        var page = window.Page;
        host.Uploads.Clear();
        host.BreakAfter = 1;
        await page.GotoAsync("/components");
        var bytes = new byte[1_400_000];
        Random.Shared.NextBytes(bytes);
        await page.SetInputFilesAsync("#plan", new FilePayload { Name = "布局图.pdf", MimeType = "application/pdf", Buffer = bytes });
        await page.Locator(".uploads input[name='plan.id']").WaitForAsync(new() { State = WaitForSelectorState.Attached });
        var upload = host.Uploads.Values.Single();
        upload.Bytes.ToArray().ShouldBe(bytes);
        upload.Parts.ShouldBe(["0-524287", "524288-1048575", "1048576-1399999"], "the second part had arrived although its answer was lost");
        (await page.InputValueAsync("input[name='plan.id']")).ShouldBe("file-1");
    }

    [Fact]
    public async Task A_file_that_is_refused_says_why_and_one_too_large_is_not_sent()
    {
        await using var window = await chromium.Open(host.Address);
        var page = window.Page;
        host.Uploads.Clear();
        await page.GotoAsync("/components");
        await page.SetInputFilesAsync("#plan", new FilePayload { Name = "virus.pdf", MimeType = "application/pdf", Buffer = [1, 2, 3] });
        await page.Locator(".uploads .is-bad >> text=文件里有病毒").WaitForAsync();
        await page.EvaluateAsync("document.querySelector('#plan').dataset.uploadMax = 10");
        await page.SetInputFilesAsync("#plan", new FilePayload { Name = "large.pdf", MimeType = "application/pdf", Buffer = new byte[11] });
        await page.Locator(".uploads .is-bad >> text=文件超过").WaitForAsync();
        host.Uploads.Keys.ShouldHaveSingleItem().ShouldContain("virus");
    }

    [Fact]
    public async Task The_session_warning_comes_two_minutes_before_and_can_be_answered()
    {
        await using var window = await chromium.Open(host.Address);
        var page = window.Page;
        await page.GotoAsync("/form?session");
        await page.Locator("#session[open]").WaitForAsync();
        await page.ClickAsync("text=继续使用");
        await page.WaitForFunctionAsync("!document.querySelector('#session').open");
    }

    [Fact]
    public async Task Menus_and_preferences_work_without_script()
    {
        await using var window = await chromium.Open(host.Address, 390, script: false);
        var page = window.Page;
        await page.GotoAsync("/components/home?signed-in");
        (await page.Locator("#site-nav").IsVisibleAsync()).ShouldBeFalse();
        await page.ClickAsync(".site-menu");
        (await page.Locator("#site-nav").IsVisibleAsync()).ShouldBeTrue();
        await page.GotoAsync("/components/home?signed-in");
        await page.ClickAsync("text=EN");
        page.Url.ShouldEndWith("/components/home?signed-in");
        (await page.GetAttributeAsync("html", "lang")).ShouldBe("en");
        await page.ClickAsync("text=Large text");
        (await page.GetAttributeAsync("html", "data-elder")).ShouldBe("");
    }
}
