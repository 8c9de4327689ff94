using System.Text;
using System.Text.Json;
using Kapok.Documents.Fonts;

namespace Kapok.Tests.Documents.Fonts;

/// <summary>Chromium checks every font it loads with the strict OpenType sanitizer, then draws with FreeType: a proof that does not come from our own reader.</summary>
public sealed class BrowserFontTests(Chromium chromium) : IClassFixture<Chromium>
{
    const string Draw = """
        async ([bytes, text, local]) => {
            const data = Uint8Array.from(atob(bytes), c => c.charCodeAt(0));
            document.fonts.add(await new FontFace('Subset', data.buffer).load());
            const ink = family => {
                const canvas = document.createElement('canvas');
                [canvas.width, canvas.height] = [1600, 160];
                const pen = canvas.getContext('2d');
                pen.font = `100px ${family}`;
                pen.fontKerning = 'none';
                // Slightly turned, so that the hints of the whole font, which a subset does not have, are not used.
                pen.rotate(0.02);
                pen.fillText(text, 10, 110);
                return { width: pen.measureText(text).width, dark: [...pen.getImageData(0, 0, 1600, 160).data].filter((_, i) => i % 4 === 3) };
            };
            const ours = ink('Subset'), theirs = ink(local);
            const sum = list => list.reduce((a, b) => a + b, 0);
            return { width: ours.width, ink: sum(ours.dark), theirWidth: theirs.width, theirInk: sum(theirs.dark), difference: sum(ours.dark.map((d, i) => Math.abs(d - theirs.dark[i]))) };
        }
        """;

    async Task<JsonElement> Drawn(byte[] font, string text, string local)
    {
        await using var window = await chromium.Open("http://localhost");
        var drawn = await window.Page.EvaluateAsync<JsonElement>(Draw, new object[] { Convert.ToBase64String(font), text, local });
        window.Complaints.ShouldBeEmpty();
        return drawn;
    }

    [Theory]
    [InlineData("sans", "食品经营许可证，12张", "'Noto Sans CJK SC'"), InlineData("serif", "食品经营许可证，12张", "'Noto Serif CJK SC'"), InlineData("bold", "食品经营许可证12", "bold 'Noto Sans CJK SC'"),
        InlineData("truetype", "Façade 0123 ½ Ωμέγα", "'DejaVu Sans'")]
    public async Task A_browser_draws_a_subset_as_the_whole_font(string font, string text, string local)
    {
        var face = Installed.Named(font);
        var subset = face.Subset([.. text.EnumerateRunes().Select(face.GlyphOf)]);
        var drawn = await Drawn(subset.Bytes, text, local.StartsWith("bold", StringComparison.Ordinal) ? local[5..] : local);
        var expected = text.EnumerateRunes().Sum(r => face.AdvanceOf(face.GlyphOf(r))) * 100.0 / face.UnitsPerEm;
        drawn.GetProperty("width").GetDouble().ShouldBe(expected, 0.5);
        drawn.GetProperty("ink").GetDouble().ShouldBeGreaterThan(100_000);
        // Bold has no family of its own to ask for in this short form; it is compared by its width and ink only.
        if (!local.StartsWith("bold", StringComparison.Ordinal))
            drawn.GetProperty("difference").GetDouble().ShouldBeLessThan(drawn.GetProperty("theirInk").GetDouble() * 0.02);
    }

    [Fact]
    public async Task A_browser_takes_subsets_of_small_fonts_of_both_kinds()
    {
        foreach (var font in new[] { TinyFont.TrueType(), TinyFont.Cff(), TinyFont.TrueType(other: ("OS/2", [])) })
        {
            var drawn = await Drawn(FontFace.Load(font).Subset([1, 2]).Bytes, "AB", "serif");
            drawn.GetProperty("width").GetDouble().ShouldBe(120, 0.5);
            drawn.GetProperty("ink").GetDouble().ShouldBeGreaterThan(10_000);
        }
    }

    [Fact]
    public async Task A_browser_takes_a_subset_with_a_rare_character()
    {
        var face = Installed.Serif;
        var glyph = face.GlyphOf(new Rune(0x20BB7));
        glyph.ShouldNotBe((ushort)0);
        var drawn = await Drawn(face.Subset([glyph]).Bytes, "𠮷", "'Noto Serif CJK SC'");
        drawn.GetProperty("difference").GetDouble().ShouldBeLessThan(drawn.GetProperty("theirInk").GetDouble() * 0.02);
    }
}
