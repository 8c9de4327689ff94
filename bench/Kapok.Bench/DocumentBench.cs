using System.IO.Compression;
using Kapok.Documents.Fonts;
using Kapok.Documents.Layout;
using Kapok.Documents.Ofd;
using Kapok.Documents.Pdf;
using Kapok.Foundation.Expressions;

namespace Kapok.Bench;

/// <summary>One licence from values to file: set, fonts subset, packed. No two have the same characters.</summary>
static class DocumentBench
{
    /// <exception cref="InvalidOperationException">The machine has no Chinese font, or the template is faulty.</exception>
    public static async Task<IReadOnlyList<Figure>> Run(string root, TimeSpan time)
    {
        var book = new FontBook(FontBook.UsualFolders("data"));
        var file = Path.Combine(root, "packages/food-business-permit/layouts/food-business-permit.yaml");
        var template = Template.Parse("food-business-permit.yaml", await File.ReadAllTextAsync(file));
        if (!template.Ok) throw new InvalidOperationException(template.Message);
        var printer = new TemplatePrinter(template.Value!, book);
        var values = Enumerable.Range(0, 512).Select(Values).ToArray();
        var next = 0;
        PrintedDocument Print()
        {
            var printed = printer.Print(values[(uint)Interlocked.Increment(ref next) % values.Length]);
            return printed.Ok ? printed.Value! : throw new InvalidOperationException(printed.Message);
        }

        var package = OfdWriter.Write(Print());
        var size = package.ToZip().Length;
        // The floor: any program that makes this file must at least pack what differs from document to document.
        var own = package.Files.Where(f => f.Key.Contains("/Pages/", StringComparison.Ordinal) || f.Key.Contains("/Res/", StringComparison.Ordinal)).Select(f => f.Value).ToArray();
        var floor = await Load.Run("pack", "/s", 2, time / 5, _ => { foreach (var content in own) SafeZip.PackedFile.Of(content, CompressionLevel.Optimal); return Task.CompletedTask; }, warmUp: 50);
        var ofd = await Load.Run("document-ofd", "/s", 2, time * 2 / 5, _ => Task.FromResult(OfdWriter.Write(Print()).ToZip()), floor.Value, warmUp: 1_000);
        var pdf = await Load.Run("document-pdf", "/s", 2, time * 2 / 5, _ => Task.FromResult(PdfWriter.Write(Print())), floor.Value, warmUp: 1_000);
        Console.Error.WriteLine($"one licence: OFD {size:N0} bytes, PDF {PdfWriter.Write(Print()).Length:N0} bytes");
        return [ofd, pdf];
    }

    static PrintData Values(int number)
    {
        var random = new Random(number);
        // Common characters stand in the first part of the block; the step spreads over all of them.
        string Words(int count) => string.Concat(Enumerable.Range(0, count).Select(_ => (char)(0x4E00 + random.Next(3_000) * 6)));
        Value Of(params (string Name, string Text)[] members) => Value.Of(members.ToDictionary(m => m.Name, m => Value.Of(m.Text)));
        return new(new DictionaryScope(new Dictionary<string, Value>
        {
            ["licence"] = Of(("name", "食品经营许可证"), ("number", $"JY2440106{number:D7}"), ("identifier", $"1.2.156.3005.2.11440000006940247M001.11440106007500123X.JY2440106{number:D7}.001.K"), ("issuedOn", "2026-11-30"), ("validTo", "2031-11-29")),
            ["issuer"] = Of(("name", "广州市天河区市场监督管理局")), ["verify"] = Of(("url", $"https://kapok.example.gov.cn/v/{number:D10}")),
            ["fields"] = Of(("operatorName", Words(6) + "餐饮管理有限公司"), ("creditCode", "91440106MA5XXXXX0K"), ("legalRepresentative", Words(3)), ("address", "广州市天河区" + Words(14)), ("category", "餐饮服务经营者（中型餐馆）"),
                ("items", "热食类食品制售，冷食类食品制售，糕点类食品制售，自制饮品制售，预包装食品销售（含冷藏冷冻食品）"), ("supervisor", "广州市天河区市场监督管理局" + Words(2) + "所"), ("complaint", "12315")),
        }), new DateTimeOffset(2026, 11, 30, 9, 0, 0, TimeSpan.FromHours(8)));
    }
}
