using System.Text;
using Kapok.Documents.Fonts;
using static Kapok.Tests.Documents.Fonts.TinyFont;

namespace Kapok.Tests.Documents.Fonts;

public sealed class HostileFontTests
{
    /// <summary>Everything a document asks of a font.</summary>
    static void Use(byte[] bytes, int index = 0)
    {
        var face = FontFace.Load(bytes, index);
        _ = face.FamilyName + face.PostScriptName + face.Names.Count;
        foreach (var rune in "ABé国𠮷".EnumerateRunes()) face.GlyphOf(rune).ShouldBeLessThan((ushort)face.GlyphCount);
        var glyphs = Enumerable.Range(0, Math.Min(face.GlyphCount, 8)).Select(g => (ushort)g).ToArray();
        foreach (var glyph in glyphs)
        {
            _ = face.AdvanceOf(glyph);
            _ = face.OutlineOf(glyph).Box;
            _ = face.BoxOf(glyph);
        }
        var subset = face.Subset(glyphs);
        var again = FontFace.Load(subset.Bytes);
        foreach (var glyph in glyphs) Outlines.Same(face.OutlineOf(glyph), again.OutlineOf(subset.NewGlyph(glyph))).ShouldBeTrue();
    }

    static FontFault Fault(byte[] bytes) => Should.Throw<FontFault>(() => Use(bytes));

    [Fact]
    public void The_seeds_themselves_are_good()
    {
        Use(TrueType());
        Use(Cff());
        Use(Collection(TrueType()), 1);
        var face = FontFace.Load(Cff());
        face.OutlineOf(1).Steps.Select(s => (s.Verb, s.X, s.Y)).ShouldBe([(OutlineVerb.Move, 100, 200), (OutlineVerb.Line, 150, 260), (OutlineVerb.Curve, 159, 272), (OutlineVerb.Line, 159, 372), (OutlineVerb.Curve, 219, 377), (OutlineVerb.Curve, 289, 372)]);
        face.OutlineOf(2).Steps.Select(s => (s.X, s.Y)).ShouldBe([(200, 3.5), (211, 14.5), (251, 14.5), (251, 64.5), (311, 64.5)]);
        var composite = FontFace.Load(TrueType()).OutlineOf(2);
        composite.Steps.Count(s => s.Verb == OutlineVerb.Move).ShouldBe(2);
        composite.Box.ShouldBe(new FontBox(0, 0, 550, 467));
    }

    [Theory]
    [InlineData("head"), InlineData("hhea"), InlineData("hmtx"), InlineData("maxp"), InlineData("cmap"), InlineData("glyf"), InlineData("loca")]
    public void A_missing_or_empty_table_is_named(string table)
    {
        Fault(TrueType(other: (table, []))).Table.ShouldBe(table);
        // A table of one byte: too short for all of them.
        if (table is not "glyf") Fault(TrueType(other: (table, [0]))).Table.ShouldBe(table);
    }

    [Theory]
    [InlineData("OS/2"), InlineData("post"), InlineData("name")]
    public void What_a_document_can_do_without_may_be_missing(string table) => Use(TrueType(other: (table, [])));

    [Fact]
    public void A_font_made_of_itself_is_refused()
    {
        foreach (var (one, two) in ((int, int)[])[(2, 1), (1, 2), (2, 2), (3, 1), (0xFFFF, 0)])
        {
            var (glyf, loca) = Glyphs(Simple, Simple, Composite(one, two));
            Fault(TrueType(other: [("glyf", glyf), ("loca", loca)])).Table.ShouldBe("glyf");
        }
    }

    [Fact]
    public void Subroutines_without_end_are_cut()
    {
        byte[] self = [.. Numbers(-107), 10];
        Fault(Cff(a: self, subrs: [self])).Message.ShouldContain("嵌套过深");
        // Ten levels of a hundred calls each would run for ever.
        var many = Enumerable.Range(0, 12).Select(level => (byte[])[.. Enumerable.Repeat((byte[])[.. Numbers(level + 1 - 107), 10], 100).SelectMany(c => c)]).ToArray();
        Fault(Cff(a: [.. Numbers(-107), 10, 14], subrs: [.. many[..8], [11]])).Message.ShouldContain("过长");
    }

    [Fact]
    public void Broken_charstrings_are_refused()
    {
        Fault(Cff(a: [.. Numbers(Enumerable.Repeat(1, 49).ToArray()), 14])).Message.ShouldContain("操作数过多");
        Fault(Cff(a: [21, 14])).Message.ShouldContain("缺少操作数");
        Fault(Cff(a: [.. Numbers(1, 2, 65, 66), 14])).Message.ShouldContain("seac");
        Fault(Cff(a: [.. Numbers(30_000, 1), 21, 14])).Message.ShouldContain("坐标过大");
        Fault(Cff(a: [.. Numbers(1, 0), 12, 12, 22, 14])).Message.ShouldContain("除以零");
        Fault(Cff(a: [15, 14])).Message.ShouldContain("不认识的操作 15");
        Fault(Cff(a: [.. Numbers(9), 10, 14])).Table.ShouldBe("CFF");
    }

    [Theory]
    [InlineData(1u, 0x41u, 0x40u), InlineData(1u, 0x41u, 0x110000u), InlineData(0x10000000u, 0x41u, 0x41u), InlineData(2u, 0x41u, 0x50u)]
    public void A_character_map_that_goes_backwards_or_too_far_is_refused(uint count, uint first, uint last)
    {
        static byte[] Long(uint value) => Words((int)(value >> 16), (int)(value & 0xFFFF));
        byte[] groups = [.. Long(first), .. Long(last), .. Long(1), .. Long(0x45), .. Long(0x46), .. Long(1)];
        Fault(TrueType(other: ("cmap", [.. Words(0, 1, 3, 10, 0, 12), .. Words(12, 0), .. Long(40), .. Long(0), .. Long(count), .. groups]))).Table.ShouldBe("cmap");
    }

    [Fact]
    public void A_collection_has_only_the_faces_it_has()
    {
        Should.Throw<FontFault>(() => FontFace.Load(Collection(TrueType()), 2)).Table.ShouldBe("file");
        Should.Throw<FontFault>(() => FontFace.Load([.. "ttcf"u8, 0, 1, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF])).Table.ShouldBe("ttcf");
    }

    public static TheoryData<string> Seeds => ["TrueType", "CFF", "collection"];

    static byte[] Seed(string name) => name switch { "TrueType" => TrueType(), "CFF" => Cff(), _ => Collection(Cff()) };

    [Theory, MemberData(nameof(Seeds))]
    public void A_font_cut_anywhere_is_used_or_refused(string seed)
    {
        var bytes = Seed(seed);
        for (var length = 0; length < bytes.Length; length++) Try(bytes[..length], $"{seed} cut at {length}");
    }

    [Theory, MemberData(nameof(Seeds))]
    public void A_font_with_changed_bytes_is_used_or_refused(string seed)
    {
        var good = Seed(seed);
        var random = new Random(20261130);
        byte[] edges = [0, 1, 0x7F, 0x80, 0xFE, 0xFF];
        var used = 0;
        for (var round = 0; round < 6_000; round++)
        {
            var bytes = good.ToArray();
            for (var change = random.Next(1, 6); change > 0; change--)
            {
                var at = random.Next(bytes.Length);
                bytes[at] = random.Next(3) switch { 0 => edges[random.Next(edges.Length)], 1 => (byte)(bytes[at] ^ 1 << random.Next(8)), _ => (byte)random.Next(256) };
            }
            if (Try(bytes, $"{seed} round {round}")) used++;
        }
        // Both must happen, or the test looks at nothing.
        used.ShouldBeInRange(100, 5_900);
    }

    /// <summary>Whether the font could be used; a refusal must be a <see cref="FontFault"/>, and neither may take much memory.</summary>
    static bool Try(byte[] bytes, string what)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            Use(bytes);
            return true;
        }
        catch (FontFault)
        {
            return false;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException(what, e);
        }
        finally
        {
            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(32 << 20, what);
        }
    }
}
