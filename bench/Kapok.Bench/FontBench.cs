using System.Text;
using Kapok.Documents.Fonts;

namespace Kapok.Bench;

/// <summary>What the fonts of one licence cost: its regular and bold subset and the breaking of its text.</summary>
static class FontBench
{
    const string Licence = "食品经营许可证统一社会信用代码经营者名称法定代表人（负责人）住所经营场所主体业态经营项目许可证编号有效期至年月日日常监督管理机构日常监督管理人员投诉举报电话" +
        "发证机关签发人二维码广东省广州市天河区黄埔大道中人民路中华人民共和国国家市场监督管理总局监制热食类食品制售冷食类糕点类自制饮品预包装食品销售含冷藏冷冻散装特殊婴幼儿配方乳粉保健" +
        "有限责任公司张三李四王五赵六0123456789ABCDEFGHJKLMNPQRTUWXY，。、：；（）-/";

    /// <exception cref="InvalidOperationException">The machine has no Chinese font.</exception>
    public static async Task<IReadOnlyList<Figure>> Run(TimeSpan time)
    {
        var book = new FontBook(FontBook.UsualFolders("data"));
        if (book.Lack is { } lack) throw new InvalidOperationException(lack);
        var chain = book.Of(FontStyle.Song);
        var face = chain.Faces[0];
        var glyphs = Licence.EnumerateRunes().Select(face.GlyphOf).Distinct().ToArray();
        var size = face.Subset(glyphs).Bytes.Length;
        // The floor: what any way of making the file must do at least once, copying its bytes.
        var file = face.Subset(glyphs).Bytes;
        var floor = await Load.Run("copy", "/s", 1, time / 4, _ => Task.FromResult(file.ToArray()), warmUp: 100);
        // Other characters every time, as no two licences have the same, from three thousand common ones.
        var common = Enumerable.Range(0x4E00, 0x51A5).Select(c => face.GlyphOf(new Rune(c))).Where(g => g != 0).Where((_, i) => i % 7 == 0).ToArray();
        var random = new Random(1);
        var sets = Enumerable.Range(0, 256).Select(_ => random.GetItems(common, 40).Concat(glyphs).Distinct().ToArray()).ToArray();
        var next = 0;
        var subset = await Load.Run("font-subset", "/s", 1, time / 2, _ => Task.FromResult(face.Subset(sets[next++ % sets.Length])), floor.Value, warmUp: 2_000);
        var lines = await Load.Run("font-lines", "/s", 1, time / 4, _ => Task.FromResult(LineBreaker.Break(Licence, 30, chain.AdvanceOf)), warmUp: 2_000);
        Console.Error.WriteLine($"{face.PostScriptName}: {glyphs.Length} glyphs in {size:N0} bytes ({(double)size / glyphs.Length:N0} each)");
        return [subset, lines];
    }
}
