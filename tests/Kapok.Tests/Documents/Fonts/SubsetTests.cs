using System.Diagnostics;
using System.Text;
using Kapok.Documents.Fonts;

namespace Kapok.Tests.Documents.Fonts;

public sealed class SubsetTests
{
    /// <summary>The words of a food business permit, some 160 different characters.</summary>
    internal const string Permit = "食品经营许可证统一社会信用代码经营者名称法定代表人（负责人）住所经营场所主体业态经营项目许可证编号有效期至年月日日常监督管理机构日常监督管理人员投诉举报电话" +
        "发证机关签发人二维码广东省广州市天河区黄埔大道中人民路中华人民共和国国家市场监督管理总局监制热食类食品制售冷食类糕点类自制饮品预包装食品销售含冷藏冷冻散装特殊婴幼儿配方乳粉保健" +
        "有限责任公司张三李四王五赵六0123456789ABCDEFGHJKLMNPQRTUWXY，。、：；（）-/";

    const string Latin = "Ça naïve façade: Ǆ Ωμέγα Ђуро 0123456789 ½ ﬁ ẽ Å";

    static string TextFor(string font) => font == "truetype" ? Latin : Permit;

    static ushort[] GlyphsOf(FontFace face, string text) => [.. text.EnumerateRunes().Select(face.GlyphOf).Distinct()];

    [Theory]
    [InlineData("sans"), InlineData("serif"), InlineData("bold"), InlineData("truetype")]
    public void A_subset_draws_what_the_font_draws(string font)
    {
        var face = Installed.Named(font);
        var glyphs = GlyphsOf(face, TextFor(font));
        var subset = face.Subset(glyphs);
        var again = FontFace.Load(subset.Bytes);

        again.GlyphCount.ShouldBe(subset.Glyphs.Count);
        again.UnitsPerEm.ShouldBe(face.UnitsPerEm);
        (again.Ascent, again.Descent).ShouldBe((face.Ascent, face.Descent));
        foreach (var glyph in glyphs)
        {
            again.AdvanceOf(subset.NewGlyph(glyph)).ShouldBe(face.AdvanceOf(glyph));
            Outlines.Same(face.OutlineOf(glyph), again.OutlineOf(subset.NewGlyph(glyph))).ShouldBeTrue($"glyph {glyph}");
        }
        foreach (var rune in TextFor(font).EnumerateRunes()) again.GlyphOf(rune).ShouldBe(subset.NewGlyph(face.GlyphOf(rune)), rune.ToString());
    }

    [Fact]
    public void All_glyphs_of_a_large_font_can_be_written_and_read_again()
    {
        var face = Installed.Serif;
        foreach (var some in Enumerable.Range(0, face.GlyphCount).Where(g => g % 13 == 0).Select(g => (ushort)g).Chunk(1_000))
        {
            var subset = face.Subset(some);
            var again = FontFace.Load(subset.Bytes);
            foreach (var glyph in some) Outlines.Same(face.OutlineOf(glyph), again.OutlineOf(subset.NewGlyph(glyph))).ShouldBeTrue($"glyph {glyph}");
        }
    }

    [Theory]
    [InlineData("sans", 150), InlineData("serif", 205), InlineData("bold", 150)]
    public void A_permit_needs_little_of_a_large_font(string font, int bytesPerGlyph)
    {
        var face = Installed.Named(font);
        var glyphs = GlyphsOf(face, Permit);
        face.Subset(glyphs).Bytes.Length.ShouldBeLessThan(bytesPerGlyph * glyphs.Length);
    }

    [Theory]
    [InlineData("sans"), InlineData("truetype")]
    public void Equal_glyphs_in_any_order_give_equal_bytes(string font)
    {
        var face = Installed.Named(font);
        var glyphs = GlyphsOf(face, TextFor(font));
        var (one, two) = (face.Subset(glyphs), face.Subset([.. glyphs.Reverse(), .. glyphs, 0]));
        two.Bytes.ShouldBe(one.Bytes);
        two.Name.ShouldBe(one.Name);
        face.Subset(glyphs[1..]).Name.ShouldNotBe(one.Name);
        FontFace.Load(File.ReadAllBytes(face.Path!), face.Index).Subset(glyphs).Bytes.ShouldBe(one.Bytes);
    }

    [Fact]
    public void A_glyph_the_font_lacks_and_one_that_was_not_asked_for_are_refused()
    {
        var face = Installed.TrueType;
        Should.Throw<ArgumentOutOfRangeException>(() => face.Subset([ushort.MaxValue]));
        Should.Throw<ArgumentException>(() => face.Subset([36]).NewGlyph(37));
        var nothing = face.Subset([]);
        nothing.Glyphs.ShouldBe([(ushort)0]);
        FontFace.Load(nothing.Bytes).GlyphCount.ShouldBe(1);
    }

    [Fact]
    public void A_composite_brings_its_parts()
    {
        var face = Installed.TrueType;
        var glyph = face.GlyphOf(new Rune('é'));
        var subset = face.Subset([glyph]);
        subset.Glyphs.Count.ShouldBeGreaterThan(2);
        subset.Glyphs.ShouldContain(face.GlyphOf(new Rune('e')));
        FontFace.Load(subset.Bytes).GlyphOf(new Rune('e')).ShouldBe(subset.NewGlyph(face.GlyphOf(new Rune('e'))));
    }

    [Theory]
    [InlineData("sans", "CFF", "Noto Sans CJK SC"), InlineData("truetype", "TrueType", "DejaVu Sans")]
    public void The_font_system_of_the_machine_reads_a_subset(string font, string format, string family)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/fc-scan"), "no fontconfig on this machine");
        var face = Installed.Named(font);
        var file = Path.Combine(Path.GetTempPath(), $"kapok-font-{Guid.NewGuid():N}.otf");
        File.WriteAllBytes(file, face.Subset(GlyphsOf(face, TextFor(font))).Bytes);
        try
        {
            using var scan = Process.Start(new ProcessStartInfo("/usr/bin/fc-scan", ["-f", "%{fontformat}|%{family}|%{weight}|%{charset}", file]) { RedirectStandardOutput = true })!;
            var answer = scan.StandardOutput.ReadToEnd().Split('|');
            answer[..2].ShouldBe([format, family]);
            answer[3].ShouldContain(font == "sans" ? "8bc1" : "3a9");
        }
        finally
        {
            File.Delete(file);
        }
    }
}
