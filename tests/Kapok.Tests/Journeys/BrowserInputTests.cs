using System.Buffers.Binary;
using System.Text.RegularExpressions;
using Kapok.Identity;
using Microsoft.Playwright;

namespace Kapok.Tests.Journeys;

/// <summary>What the browser does for the one who fills in a form: pictures upright and small, pasted where they belong, rules told before sending, the session kept.</summary>
public sealed class BrowserInputTests(LoopbackApp app, Chromium chromium) : IClassFixture<LoopbackApp>, IClassFixture<Chromium>
{
    async Task<Chromium.Window> Begun(string page)
    {
        var window = await chromium.Open(app.Address, 1024, false, true);
        await window.Page.GotoAsync($"/sign-in?return={Uri.EscapeDataString($"/apply/{await Lamps.Install(app)}")}");
        await window.Page.FillAsync("#account", "lixiulan");
        await window.Page.FillAsync("#password", IdentityOptions.DemonstrationPassword);
        await window.Page.Locator("main button.button").First.ClickAsync();
        await window.Page.Locator("main button >> text=开始申请").ClickAsync();
        await window.Page.WaitForURLAsync(new Regex("/my/drafts/[^/]+$"));
        await window.Page.GotoAsync(window.Page.Url + page);
        return window;
    }

    /// <summary>A real JPEG of the browser, held sideways by an EXIF note.</summary>
    static async Task<byte[]> Sideways(IPage page, int width, int height)
    {
        var base64 = await page.EvaluateAsync<string>($$"""
            async () => {
              const canvas = Object.assign(document.createElement('canvas'), { width: {{width}}, height: {{height}} });
              canvas.getContext('2d').fillRect(0, 0, 10, 10);
              const blob = await new Promise(done => canvas.toBlob(done, 'image/jpeg'));
              return btoa(String.fromCharCode(...new Uint8Array(await blob.arrayBuffer())));
            }
            """);
        var picture = Convert.FromBase64String(base64);
        byte[] exif = [(byte)'E', (byte)'x', (byte)'i', (byte)'f', 0, 0, (byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0];
        var segment = new byte[4 + exif.Length];
        (segment[0], segment[1]) = (0xff, 0xe1);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), (ushort)(exif.Length + 2));
        exif.CopyTo(segment, 4);
        return [.. picture[..2], .. segment, .. picture[2..]];
    }

    static Task<int[]> SizeOfUploaded(IPage page) => page.EvaluateAsync<int[]>("""
        async () => {
          const answer = await fetch(document.querySelector('.files .file-name a').href);
          const picture = await createImageBitmap(await answer.blob(), { imageOrientation: 'none' });
          return [picture.width, picture.height];
        }
        """);

    [Fact]
    public async Task A_photo_held_sideways_arrives_upright()
    {
        await using var window = await Begun("/pages/lamp");
        var picture = await Sideways(window.Page, 64, 32);
        await window.Page.SetInputFilesAsync("#picture", new FilePayload { Name = "灯.jpg", MimeType = "image/jpeg", Buffer = picture });
        await window.Page.Locator(".files .file-name a").WaitForAsync();
        (await SizeOfUploaded(window.Page)).ShouldBe([32, 64]);
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_chosen_before_the_script_has_come_is_uploaded_when_it_comes()
    {
        await using var window = await Begun("/pages/lamp");
        var come = new TaskCompletionSource();
        await window.Page.RouteAsync("**/upload*.js", async route => { await come.Task; await route.ContinueAsync(); });
        await window.Page.ReloadAsync(new() { WaitUntil = WaitUntilState.DOMContentLoaded });
        await window.Page.SetInputFilesAsync("#picture", new FilePayload { Name = "早.png", MimeType = "image/png", Buffer = Catering.File("x.png") });
        come.SetResult();
        await window.Page.Locator("button >> text=移除").WaitForAsync();
    }

    [Fact]
    public async Task An_answer_overtaken_by_a_later_one_hides_no_file()
    {
        await using var window = await Begun("/materials");
        var page = window.Page;
        var (looks, first, late) = (0, new TaskCompletionSource(), new TaskCompletionSource());
        await page.RouteAsync(new Regex("/materials$"), async route =>
        {
            if (Interlocked.Increment(ref looks) > 1) { await route.ContinueAsync(); return; }
            var answer = await route.FetchAsync();
            first.SetResult();
            await late.Task;
            await route.FulfillAsync(new() { Response = answer });
        });
        Task Give(string field) => page.SetInputFilesAsync($"#{field}", new FilePayload { Name = $"{field}.png", MimeType = "image/png", Buffer = Catering.File("x.png") });
        ILocator Remove(string field) => page.Locator(".field", new() { Has = page.Locator($"#{field}") }).Locator("button >> text=移除");
        await Give("form");
        await first.Task;
        await Give("photo");
        await Remove("photo").WaitForAsync();
        late.SetResult();
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        (await Remove("form").CountAsync()).ShouldBe(1);
        (await Remove("photo").CountAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task When_the_list_cannot_be_read_it_is_asked_for_again()
    {
        await using var window = await Begun("/materials");
        var looks = 0;
        await window.Page.RouteAsync(new Regex("/materials$"), async route =>
        {
            if (Interlocked.Increment(ref looks) == 1) await route.AbortAsync(); else await route.ContinueAsync();
        });
        await window.Page.SetInputFilesAsync("#form", new FilePayload { Name = "form.png", MimeType = "image/png", Buffer = Catering.File("x.png") });
        await window.Page.Locator("button >> text=移除").WaitForAsync();
    }

    [Fact]
    public async Task A_pasted_picture_becomes_the_answer_and_a_large_one_is_made_smaller()
    {
        await using var window = await Begun("/pages/lamp");
        // Noise does not compress: nine million pixels of it are far beyond the one megabyte the question takes.
        await window.Page.EvaluateAsync("""
            async () => {
              const canvas = Object.assign(document.createElement('canvas'), { width: 3000, height: 3000 });
              const pen = canvas.getContext('2d');
              for (let i = 0; i < 3000; i += 6) { pen.fillStyle = `hsl(${i * 37 % 360} 60% 50%)`; pen.fillRect(i, 0, 6, 3000); }
              for (let i = 0; i < 20000; i++) { pen.fillStyle = `rgb(${i % 255} 90 120)`; pen.fillRect((i * 7919) % 3000, (i * 104729) % 3000, 9, 9); }
              const blob = await new Promise(done => canvas.toBlob(done, 'image/jpeg', 1));
              const list = new DataTransfer();
              list.items.add(new File([blob], 'image.jpg', { type: 'image/jpeg' }));
              window.pasted = blob.size;
              document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: list, bubbles: true }));
            }
            """);
        await window.Page.Locator(".files .file-name a").WaitForAsync();
        (await window.Page.EvaluateAsync<int>("window.pasted")).ShouldBeGreaterThan(1_500_000, "else nothing had to be made smaller");
        (await SizeOfUploaded(window.Page)).Max().ShouldBeInRange(1600, 2600, "small enough for the question, large enough to be read");
    }

    [Fact]
    public async Task A_place_is_found_by_its_name_and_the_draft_keeps_it()
    {
        await using var window = await Begun("/pages/helpers");
        var page = window.Page;
        await page.Locator("[id='home.division-find']").PressSequentiallyAsync("天河 五山");
        await page.Locator(".find-choice").First.WaitForAsync();
        (await page.Locator(".find-choice").First.InnerTextAsync()).ShouldBe("广州市天河区五山街道");
        (await window.Barriers()).ShouldBeEmpty();
        var saved = page.WaitForResponseAsync(new Regex("/autosave$"));
        await page.Locator(".find-choice").First.ClickAsync();
        await page.Locator("[id='home.division-4']").WaitForAsync();
        (await page.InputValueAsync("[id='home.division-3']")).ShouldBe("440106001");
        await saved;
        await page.FillAsync("[name='home.detail']", "五山路 101 号");
        await page.Locator("main button.button >> text=保存并继续").ClickAsync();
        await page.WaitForURLAsync("**/materials");
        await page.GotoAsync(page.Url.Replace("/materials", "/check"));
        (await page.Locator("main").InnerTextAsync()).ShouldContain("广州市天河区五山街道五山路 101 号");
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_rule_over_two_fields_is_told_when_the_second_is_left_and_goes_when_it_is_mended()
    {
        await using var window = await Begun("/pages/lamp");
        var page = window.Page;
        async Task Type(string name, string year, string month, string day)
        {
            await page.FillAsync($"[name='{name}.year']", year);
            await page.FillAsync($"[name='{name}.month']", month);
            await page.FillAsync($"[name='{name}.day']", day);
        }
        await Type("from", "2027", "5", "1");
        await Type("until", "2026", "5", "1");
        (await page.Locator(".field-error").CountAsync()).ShouldBe(0, "nobody is corrected while typing");
        await page.Keyboard.PressAsync("Tab");
        await page.Locator(".field-error >> text=结束的日期应当晚于开始的日期").WaitForAsync();
        (await window.Barriers()).ShouldBeEmpty();
        await page.FillAsync("[name='until.year']", "2028");
        await page.Locator(".field-error").WaitForAsync(new() { State = WaitForSelectorState.Detached });
    }

    [Fact]
    public async Task What_the_page_saves_by_itself_puts_off_the_end_of_the_session()
    {
        await using var window = await Begun("/pages/lamp");
        var before = await window.Page.EvaluateAsync<double>("+document.body.dataset.sessionEnds");
        app.Time.Advance(TimeSpan.FromMinutes(5));
        var saved = window.Page.WaitForResponseAsync(new Regex("/autosave$"));
        await window.Page.FillAsync("[name='from.year']", "2027");
        var answer = await saved;
        double.Parse((await answer.AllHeadersAsync())["x-session-ends"]).ShouldBe(before + TimeSpan.FromMinutes(5).TotalMilliseconds);
    }

    /// <summary>The task of the house's fixed script: from the item to the number, with three files. More pages or requests than today is a step back.</summary>
    [Fact]
    public async Task An_application_with_three_files_takes_seven_presses_and_few_requests()
    {
        await using var window = await chromium.Open(app.Address, 390, false, true);
        var page = window.Page;
        var code = await Lamps.Install(app);
        await page.GotoAsync($"/sign-in?return={Uri.EscapeDataString($"/items/{code}")}");
        await page.FillAsync("#account", "chenjiahao");
        await page.FillAsync("#password", IdentityOptions.DemonstrationPassword);
        await page.Locator("main button.button").First.ClickAsync();
        await page.WaitForURLAsync("**/items/*");
        var (pages, requests, presses) = (1, 0, 0);
        page.FrameNavigated += (_, frame) => { if (frame == page.MainFrame) pages++; };
        page.Request += (_, request) => { if (!request.Url.Contains("/assets/")) requests++; };
        async Task Press(ILocator what, string url)
        {
            presses++;
            await what.ClickAsync();
            await page.WaitForURLAsync(new Regex(url));
        }
        async Task Give(string field)
        {
            await page.SetInputFilesAsync($"#{field}", new FilePayload { Name = $"{field}.png", MimeType = "image/png", Buffer = Catering.File("x.png") });
            await page.Locator(".field", new() { Has = page.Locator($"#{field}") }).Locator("button >> text=移除").WaitForAsync();
        }
        ILocator Next() => page.Locator("main button.button >> text=保存并继续");

        await Press(page.Locator("main a.button-large"), "/apply/");
        await Press(page.Locator("main button.button >> text=开始申请"), "/my/drafts/[^/]+$");
        await Press(page.Locator("main a.button-large"), "/pages/lamp$");
        await Give("picture");
        foreach (var (name, value) in new[] { ("from.year", "2026"), ("from.month", "10"), ("from.day", "1"), ("until.year", "2027"), ("until.month", "9"), ("until.day", "30") }) await page.FillAsync($"[name='{name}']", value);
        await Press(Next(), "/pages/helpers$");
        await Press(Next(), "/materials$");
        await Give("form");
        await Give("photo");
        await Press(Next(), "/check$");
        await page.CheckAsync("#declaration");
        await Press(page.Locator("main button.button >> text=提交申请"), "/submitted$");

        presses.ShouldBe(7);
        pages.ShouldBeLessThanOrEqualTo(8);
        requests.ShouldBeLessThanOrEqualTo(24, "measured: 21 besides styles and scripts, of which nine carry the files");
        TestContext.Current.TestOutputHelper!.WriteLine($"{presses} presses, {pages} pages, {requests} requests");
    }
}
