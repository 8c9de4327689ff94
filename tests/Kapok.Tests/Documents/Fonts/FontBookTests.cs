using System.Text;
using Kapok.Documents.Fonts;

namespace Kapok.Tests.Documents.Fonts;

public sealed class FontBookTests
{
    static readonly FontBook Machine = new(FontBook.UsualFolders("/nowhere"));

    static void NeedsNoto() => Assert.SkipUnless(File.Exists("/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc"), "the Noto fonts are not installed");

    [Theory]
    [InlineData(FontStyle.Song, false, "NotoSerifCJKsc-Regular"), InlineData(FontStyle.Song, true, "NotoSerifCJKsc-Bold")]
    [InlineData(FontStyle.Hei, false, "NotoSansCJKsc-Regular"), InlineData(FontStyle.Hei, true, "NotoSansCJKsc-Bold")]
    public void The_style_decides_the_font(FontStyle style, bool bold, string face)
    {
        NeedsNoto();
        Machine.Lack.ShouldBeNull();
        Machine.Of(style, bold).Faces[0].PostScriptName.ShouldBe(face);
    }

    [Theory]
    [InlineData("宋体", "NotoSerifCJKsc-Regular"), InlineData("方正小标宋", "NotoSerifCJKsc-Regular"), InlineData("SimHei", "NotoSansCJKsc-Regular"), InlineData("Noto Sans Mono CJK SC", "NotoSansMonoCJKsc-Regular")]
    [InlineData("DejaVu Sans", "DejaVuSans"), InlineData("某个没有的字体", "NotoSerifCJKsc-Regular")]
    public void A_family_of_a_template_is_taken_or_replaced_by_its_like(string family, string face)
    {
        NeedsNoto();
        Machine.Of(family).Faces[0].PostScriptName.ShouldBe(face);
    }

    [Fact]
    public void A_style_that_is_not_installed_falls_back()
    {
        NeedsNoto();
        Machine.Of(FontStyle.Kai).FaceOf(new Rune('楷')).ShouldNotBeNull();
        Machine.Of(FontStyle.FangSong).FaceOf(new Rune('仿')).ShouldNotBeNull();
    }

    [Fact]
    public void Each_character_comes_from_the_first_font_that_has_it()
    {
        NeedsNoto();
        var chain = Machine.Of("DejaVu Sans");
        var glyphs = chain.Shape("Ж字\u200B𠮷 e");
        glyphs.Select(g => g.Face.FamilyName).ShouldBe(["DejaVu Sans", "Noto Sans CJK SC", "Noto Sans CJK SC", "DejaVu Sans", "DejaVu Sans"]);
        glyphs.Select(g => g.Index).ShouldBe([0, 1, 3, 5, 6]);
        glyphs[1].Advance.ShouldBe(1);
        chain.AdvanceOf(new Rune('字')).ShouldBe(1);
        chain.AdvanceOf(new Rune(0x200B)).ShouldBe(0);
    }

    [Fact]
    public void A_rare_character_of_a_supplementary_plane_is_found()
    {
        NeedsNoto();
        var chain = Machine.Of(FontStyle.Song);
        var rune = new Rune(0x2CB5A);
        var glyph = chain.Shape("𬭚").ShouldHaveSingleItem();
        glyph.Rune.ShouldBe(rune);
        var again = FontFace.Load(glyph.Face.Subset([glyph.Glyph]).Bytes);
        again.GlyphOf(rune).ShouldBe((ushort)1);
    }

    [Fact]
    public void A_character_that_no_font_has_is_named()
    {
        NeedsNoto();
        var chain = Machine.Of(FontStyle.Hei);
        chain.WhyNot("许可证").ShouldBeNull();
        chain.Missing("许\U0003134A可\U0003134A证").ShouldBe([new Rune(0x3134A)]);
        chain.WhyNot("许\U0003134A可证").ShouldNotBeNull().ShouldStartWith("字库中没有这些字，不能打印：“\U0003134A”（U+3134A）");
        chain.Shape("许\U0003134A可").Count.ShouldBe(2);
    }

    [Fact]
    public void A_machine_without_Chinese_fonts_says_what_to_install()
    {
        var folder = Directory.CreateTempSubdirectory("kapok-fonts-");
        try
        {
            var book = new FontBook(folder.FullName, "/nowhere");
            book.Faces.ShouldBeEmpty();
            book.Lack.ShouldNotBeNull().ShouldContain("fonts-noto-cjk");
            var chain = book.Of(FontStyle.Song);
            chain.Faces.ShouldBeEmpty();
            chain.FaceOf(new Rune('证')).ShouldBeNull();
            chain.Shape("许可证").ShouldBeEmpty();
            chain.WhyNot("许可证").ShouldBe(book.Lack);
        }
        finally
        {
            folder.Delete(true);
        }
    }

    [Fact]
    public void A_broken_font_is_passed_over_with_its_reason()
    {
        var folder = Directory.CreateTempSubdirectory("kapok-fonts-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "a.ttf"), "this is not a font at all");
            File.WriteAllBytes(Path.Combine(folder.FullName, "b.otf"), TinyFont.TrueType());
            File.WriteAllBytes(Path.Combine(folder.FullName, "c.TTF"), TinyFont.TrueType(embedding: 2));
            var book = new FontBook(folder.FullName);
            book.Faces.ShouldHaveSingleItem().FamilyName.ShouldBe("Tiny");
            book.Refused.Select(r => (Path.GetFileName(r.Path), r.Reason)).ShouldBe([("a.ttf", "字体文件有误：不是 TrueType 或 OpenType 字体"), ("c.TTF", "字体的许可不允许嵌入文件")]);
            book.Lack.ShouldNotBeNull();
            book.Of(FontStyle.Song).Shape("A").ShouldHaveSingleItem().Advance.ShouldBe(0.6);
        }
        finally
        {
            folder.Delete(true);
        }
    }
}
