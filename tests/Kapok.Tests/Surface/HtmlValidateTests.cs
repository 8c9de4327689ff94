using System.Diagnostics;
using Kapok.Tests.Journeys;

namespace Kapok.Tests.Surface;

/// <summary>The citizen's pages against html-validate, the validator of the WHATWG standard from npm.</summary>
public sealed class HtmlValidateTests(App app) : IClassFixture<App>
{
    [Fact]
    public async Task Every_page_of_the_citizen_is_valid_html()
    {
        var program = Path.Combine(TestDatabase.Root, "node_modules/html-validate/bin/html-validate.mjs");
        Assert.SkipUnless(File.Exists(program), "html-validate is not installed (npm ci)");
        var folder = Directory.CreateTempSubdirectory("kapok-html-").FullName;
        try
        {
            var visitor = new Visitor(await app.As("zhangsan"));
            var draft = await visitor.Begin(app);
            await visitor.FillIn(draft);
            var sent = await visitor.Apply(app);
            var corrected = await visitor.Apply(app);
            await Catering.Official(app, "tianhe-market-acceptor", corrected, "correction", new { fields = new { operatorName = "名称不对" }, materials = new Dictionary<string, string> { ["floor-plan"] = "不清" } });
            var implementation = await Catering.Implementation(app);
            var guest = app.Browser();
            string[] anyone = ["/", "/items", "/items?q=开餐馆", $"/items/{Catering.Item}", $"/items/{implementation}", $"/items/{implementation}/can-i-apply?check=1", "/departments", "/sign-in", "/forgotten-password",
                $"/forgotten-password/{Guid.NewGuid()}", "/demonstration/messages", "/help", "/help/how-to-apply", "/status", "/problem?page=%2F", "/help/call-back", "/sign-up", $"/sign-up/{Guid.NewGuid()}", "/nowhere"];
            string[] mine = ["/", $"/apply/{implementation}", $"/my/drafts/{draft}", .. new[] { "operator", "premises", "business", "people", "delivery" }.Select(p => $"/my/drafts/{draft}/pages/{p}"), $"/my/drafts/{draft}/materials",
                $"/my/drafts/{draft}/check", $"/my/cases/{sent}", $"/my/cases/{sent}/submitted", $"/my/cases/{sent}/receipt", $"/my/cases/{sent}/withdraw", $"/my/cases/{sent}/delivery", $"/my/cases/{corrected}", $"/my/cases/{corrected}/correct",
                "/my/cases", "/my/inbox", "/my/data-reads", "/my/account", "/my/password", "/my/sessions", "/my/acting-for"];
            var at = 0;
            foreach (var (browser, address) in anyone.Select(a => (guest, a)).Concat(mine.Select(a => (visitor.Http, a))))
                await File.WriteAllTextAsync(Path.Combine(folder, $"{at++:00}-{string.Concat(address.Split('?')[0].Where(char.IsAsciiLetterOrDigit)).TrimEnd()[..Math.Min(30, string.Concat(address.Split('?')[0].Where(char.IsAsciiLetterOrDigit)).Length)]}.html"), await (await browser.GetAsync(address)).Content.ReadAsStringAsync());
            // What is a matter of taste, or the house's own (self-closing marks, long titles), is not asked; what breaks a page is.
            await File.WriteAllTextAsync(Path.Combine(folder, ".htmlvalidate.json"), """
                { "root": true, "extends": ["html-validate:standard"], "rules": { "void-style": "off", "no-inline-style": "off", "no-trailing-whitespace": "off", "attribute-boolean-style": "off", "attribute-empty-style": "off", "long-title": "off", "doctype-style": "off", "tel-non-breaking": "off", "prefer-native-element": "off", "no-implicit-button-type": "off", "no-raw-characters": "off", "no-redundant-role": "off", "form-dup-name": "off", "valid-id": "off", "no-implicit-input-type": "off", "require-sri": "off" } }
                """);
            using var run = Process.Start(new ProcessStartInfo("node", [program, "--formatter", "text", "*.html"]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var (said, failed) = (run.StandardOutput.ReadToEndAsync(), run.StandardError.ReadToEndAsync());
            await run.WaitForExitAsync();
            (run.ExitCode, (await said).Replace(folder, "")).ShouldBe((0, ""), await failed);
        }
        finally { Directory.Delete(folder, true); }
    }
}
