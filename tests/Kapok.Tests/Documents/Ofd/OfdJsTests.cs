using System.Text.Json;
using Kapok.Documents.Ofd;
using Kapok.Tests.Documents.Layout;

namespace Kapok.Tests.Documents.Ofd;

/// <summary>The npm package ofd.js, written by others, opens our files in Chromium.</summary>
public sealed class OfdJsTests(Chromium chromium) : IClassFixture<Chromium>
{
    const string Draw = """
        async bytes => {
            const data = Uint8Array.from(atob(bytes), c => c.charCodeAt(0)).buffer;
            const parsed = await new Promise((success, fail) => ofd.parseOfdDocument({ ofd: data, success, fail: e => fail(new Error(String(e))) }));
            const pages = ofd.renderOfd(1200, parsed[0]);
            document.body.append(...pages);
            await new Promise(requestAnimationFrame);
            const boxes = [...document.querySelectorAll('text')].map(t => ({ text: t.textContent, x: t.getBoundingClientRect().x, y: t.getBoundingClientRect().y }));
            const size = pages[0].getBoundingClientRect();
            return { pages: pages.length, width: size.width, height: size.height, text: boxes.map(b => b.text).join(''), inside: boxes.every(b => b.x >= 0 && b.x <= size.width && b.y >= 0 && b.y <= size.height),
                paths: document.querySelectorAll('path').length };
        }
        """;

    static string Library => Path.Combine(TestDatabase.Root, "node_modules/ofd.js/lib/ofd.umd.min.js");

    [Theory]
    [InlineData("food-business-permit", "广州木棉餐饮管理有限公司"), InlineData("business-licence", "壹佰万元整"), InlineData("residence-card", "欧阳小棉")]
    public async Task It_draws_a_licence_and_its_text_is_there(string name, string words)
    {
        File.Exists(Library).ShouldBeTrue("run npm ci");
        await using var window = await chromium.Open("http://localhost");
        await window.Page.SetContentAsync("<!DOCTYPE html><html><body></body></html>");
        await window.Page.AddScriptTagAsync(new() { Path = Library });
        var document = Templates.Sample(name);
        var drawn = await window.Page.EvaluateAsync<JsonElement>(Draw, Convert.ToBase64String(OfdWriter.Write(document).ToZip()));
        drawn.GetProperty("pages").GetInt32().ShouldBe(1);
        drawn.GetProperty("text").GetString()!.ShouldContain(words);
        drawn.GetProperty("text").GetString()!.ShouldContain(document.Title);
        drawn.GetProperty("inside").GetBoolean().ShouldBeTrue();
        drawn.GetProperty("paths").GetInt32().ShouldBeGreaterThan(3);
        (drawn.GetProperty("width").GetDouble() / drawn.GetProperty("height").GetDouble()).ShouldBe(document.Pages[0].Width / document.Pages[0].Height, 0.02);
        window.Complaints.ShouldBeEmpty();
    }
}
