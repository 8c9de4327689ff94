using System.Text.Json;
using Microsoft.Playwright;
using Xunit;

namespace Kapok.Tests;

/// <summary>One browser for a class of tests. Skips when the machine has none.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private IPlaywright? playwright;
    private IBrowser? browser;

    private static string? Program => new[] { Environment.GetEnvironmentVariable("KAPOK_CHROMIUM"), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }
        .FirstOrDefault(path => path is not null && File.Exists(path));

    public async ValueTask InitializeAsync()
    {
        if (Program is null) return;
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Program,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null) await browser.DisposeAsync();
        playwright?.Dispose();
    }

    /// <summary>A window with its own cookies; what its console and scripts complain of is kept in <see cref="Window.Complaints"/>.</summary>
    public async Task<Window> Open(string address, int width = 1440, bool dark = false, bool script = true, params (string Name, string Value)[] cookies)
    {
        Assert.SkipWhen(browser is null, "no Chromium on this machine");
        var context = await browser!.NewContextAsync(new()
        {
            BaseURL = address,
            ViewportSize = new() { Width = width, Height = width < 500 ? 844 : 900 },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            JavaScriptEnabled = script,
            Locale = "zh-CN",
        });
        await context.AddCookiesAsync(cookies.Select(cookie => new Cookie { Name = cookie.Name, Value = cookie.Value, Url = address }));
        // Two busy cores are slow, not wrong: what never comes is still noticed, a minute later.
        context.SetDefaultTimeout(60_000);
        context.SetDefaultNavigationTimeout(90_000);
        return new Window(await context.NewPageAsync());
    }

    /// <summary>A page and what went wrong on it.</summary>
    public sealed class Window : IAsyncDisposable
    {
        private static readonly Lazy<string> Axe = new(() => File.ReadAllText(Path.Combine(Root(), "node_modules/axe-core/axe.min.js")));

        internal Window(IPage page)
        {
            Page = page;
            page.Console += (_, message) => { if (message.Type is "error" or "warning") Complaints.Add(message.Text); };
            page.PageError += (_, error) => Complaints.Add(error);
        }

        public IPage Page { get; }

        public List<string> Complaints { get; } = [];

        /// <summary>Serious and critical findings of axe, with the elements; empty when there are none.</summary>
        public async Task<IReadOnlyList<string>> Barriers()
        {
            await Page.EvaluateAsync(Axe.Value);
            var found = await Page.EvaluateAsync<JsonElement>("axe.run(document, { resultTypes: ['violations'] })");
            return [.. found.GetProperty("violations").EnumerateArray()
                .Where(violation => violation.GetProperty("impact").GetString() is "serious" or "critical")
                .Select(violation => violation.GetProperty("id").GetString() + ": " + violation.GetProperty("help").GetString() + " – " +
                    string.Join(" | ", violation.GetProperty("nodes").EnumerateArray().Take(4).Select(node =>
                        node.GetProperty("html").GetString() + " " + node.GetProperty("failureSummary").GetString()!.ReplaceLineEndings(" "))))];
        }

        /// <summary>Pixels by which the page is wider than its window; nobody should have to scroll sideways (WCAG 2.2, 1.4.10).</summary>
        public Task<int> Overflow() => Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");

        public async ValueTask DisposeAsync() => await Page.Context.DisposeAsync();

        private static string Root()
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Kapok.slnx"))) folder = folder.Parent;
            return folder?.FullName ?? throw new DirectoryNotFoundException("The tests do not run inside the tree.");
        }
    }
}
