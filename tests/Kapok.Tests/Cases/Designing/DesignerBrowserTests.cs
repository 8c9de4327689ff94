using System.Text.RegularExpressions;
using Kapok.Identity;
using Microsoft.Playwright;

namespace Kapok.Tests.Cases.Designing;

/// <summary>The designer in a real browser: every page without barriers, a task drawn and saved.</summary>
public sealed class DesignerBrowserTests(LoopbackApp app, Chromium chromium) : IClassFixture<LoopbackApp>, IClassFixture<Chromium>
{
    static readonly string Form = $"/desk/designer/forms/{Author.Permit}";

    async Task<Chromium.Window> SignedIn(int width = 1440, bool dark = false, bool script = true)
    {
        var window = await chromium.Open(app.Address, width, dark, script, ("kapok-elder", "0"));
        await window.Page.GotoAsync("/sign-in");
        await window.Page.FillAsync("#account", Author.Writer);
        await window.Page.FillAsync("#password", IdentityOptions.DemonstrationPassword);
        await window.Page.Locator("main button.button", new() { HasTextString = "登录" }).First.ClickAsync();
        await window.Page.WaitForURLAsync(new Regex("/desk"));
        return window;
    }

    static async Task Picture(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("KAPOK_PICTURES") is { Length: > 0 } folder) await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"designer-{name}.png"), FullPage = true });
    }

    static async Task Look(Chromium.Window window, string name)
    {
        await Picture(window.Page, name);
        (await window.Barriers()).ShouldBeEmpty(name);
        (await window.Overflow()).ShouldBeLessThanOrEqualTo(0, $"{name} scrolls sideways");
    }

    [Theory]
    [InlineData(1440, false)]
    [InlineData(1440, true)]
    [InlineData(390, false)]
    public async Task Every_page_of_the_designer_is_without_barriers(int width, bool dark)
    {
        await (await app.Api(Author.Writer)).Open("form", Author.Permit);
        var name = $"cafe{width}{(dark ? "-dark" : "")}";
        var (flow, _) = await app.MakeFlow(name, "promised");
        await using var window = await SignedIn(width, dark);
        var look = $"{width}{(dark ? "-dark" : "")}";
        foreach (var (address, what) in new[]
        {
            ($"/desk/designer/flows/{flow}", "flow"), ("/desk/designer", "list"), (Form, "tree"), ($"{Form}?field=category", "field"), ($"{Form}?page=business&add=field", "add"), ($"{Form}/text", "text"), ($"{Form}/samples", "samples"), ($"{Form}/cost", "cost"),
            ($"{Form}/try", "try"), ($"{Form}/try/pages/operator", "try-page"), ($"{Form}/changes", "changes"), ($"{Form}/releases", "releases"), ($"{Form}/moves/preview", "moves"),
            ($"/desk/designer/flows/{flow}/dry-run?do=task|accept.1|accept", "dry-run"), ($"/desk/designer/flows/{flow}/releases", "flow-releases"),
        })
        {
            await window.Page.GotoAsync(address);
            if (what == "flow")
            {
                await window.Page.Locator(".flow-designer-canvas [data-element-id=review]").First.WaitForAsync();
            }
            await Look(window, $"{look}-{what}");
        }
        window.Complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_task_is_drawn_on_an_arrow_named_bound_to_a_post_and_saved()
    {
        var (flow, _) = await app.MakeFlow("drawn", "instant");
        await using var window = await SignedIn();
        var page = window.Page;
        await page.GotoAsync($"/desk/designer/flows/{flow}");
        await page.Locator(".flow-designer-canvas [data-element-id=decide]").First.WaitForAsync();
        await page.Locator(".flow-designer-none").WaitForAsync();

        // Dropped on the arrow from 收件受理 to its gateway, the new task stands between them.
        await page.ClickAsync(".djs-palette [data-action='create.task']");
        var canvas = (await page.Locator(".flow-designer-canvas").BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(canvas.X + canvas.Width / 2, canvas.Y + canvas.Height - 60, new() { Steps = 5 });
        var arrow = (await page.Locator("[data-element-id=to_accepted] .djs-visual path").First.BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(arrow.X + arrow.Width / 2, arrow.Y + arrow.Height / 2 + 2);
        await page.Mouse.MoveAsync(arrow.X + arrow.Width / 2, arrow.Y + arrow.Height / 2);
        await page.Mouse.ClickAsync(arrow.X + arrow.Width / 2, arrow.Y + arrow.Height / 2);
        await Picture(page, "dropped");
        await page.Keyboard.PressAsync("Escape");
        await page.Locator("[data-of=name] input").FillAsync("看现场");
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("[data-of='kapok:post'] select").SelectOptionAsync("expert");
        await page.Locator("[data-for='bpmn:UserTask'][data-of='kapok:workingDays'] input").FillAsync("9999");
        await page.Keyboard.PressAsync("Tab");
        await page.ClickAsync("[data-do=check]");
        await page.Locator(".flow-designer-some").WaitForAsync();
        (await page.Locator(".flow-designer-faults").InnerTextAsync()).ShouldContain("3650");
        (await page.Locator(".flow-fault").CountAsync()).ShouldBe(1, "the element itself is marked");
        await page.Locator("[data-for='bpmn:UserTask'][data-of='kapok:workingDays'] input").FillAsync("4");
        await page.Keyboard.PressAsync("Tab");
        await Picture(page, "drawn");
        await page.Locator(".flow-designer-save button", new() { HasTextString = "保存工作稿" }).ClickAsync();
        await page.WaitForURLAsync(new Regex("done="), new() { Timeout = 10_000 });

        var parsed = Kapok.Cases.Flow.FlowDefinition.Parse(await (await app.Api(Author.Writer)).Text("flow", flow), flow);
        parsed.Faults.ShouldBeEmpty();
        var task = parsed.Definition!.Nodes.Single(n => n.Name == "看现场");
        (task.Kind, task.Task!.Post, task.Task.WorkingDays!.Literal).ShouldBe((Kapok.Cases.Flow.NodeKind.UserTask, "expert", "4"));
        parsed.Definition.Nodes[parsed.Definition.Edges[task.Incoming.Single()].From].Id.ShouldBe("accept");
        window.Complaints.ShouldBeEmpty("the security policy holds");
    }
}
