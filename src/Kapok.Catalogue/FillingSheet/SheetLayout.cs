using Kapok.Catalogue.Content;
using Kapok.Foundation.Codes;

namespace Kapok.Catalogue.FillingSheet;

/// <summary>A column of the filling sheet.</summary>
/// <param name="Field">Name of the element; null for the keys in front.</param>
/// <param name="Many">Several values in one cell, each on its line or parted by 、；^.</param>
/// <param name="Money">Shown and filled in yuan, kept in fen.</param>
public sealed record SheetColumn(string Header, string? Field, Type Type, CodeTable? Table, bool Many, bool Money = false);

/// <summary>A sheet: the item's own values, or one of its lists.</summary>
/// <param name="Field">List of the content whose entries are the rows; null for the sheet with one row an item.</param>
public sealed record SheetPart(string Name, string? Field, IReadOnlyList<SheetColumn> Columns);

/// <summary>The filling sheet officials know: one sheet with a row an item, and one a list, joined by basic code and body.</summary>
public static class SheetLayout
{
    public const string Main = "基本信息", Tables = "代码表", CodeHeader = "基本编码", BodyHeader = "实施机构代码";

    /// <summary>Keys in front of every sheet. A row with a body is an implementation, one without an item of the basic list.</summary>
    static readonly SheetColumn[] Keys = [new(CodeHeader, null, typeof(string), null, false), new(BodyHeader, null, typeof(string), null, false)];

    static readonly Dictionary<string, string> Names = new()
    {
        ["materials"] = "材料", ["fees"] = "收费", ["faq"] = "常见问题", ["windows"] = "窗口", ["basis"] = "设定依据", ["results"] = "审批结果",
        ["eligibility"] = "自测问题", ["specialProcedures"] = "特别程序", ["handlingItems"] = "业务办理项",
    };

    public static readonly IReadOnlyList<SheetPart> Parts =
    [
        new(Main, null, [.. Keys, .. Elements.Of(typeof(ItemContent)).Where(e => e.Name != "code" && !Names.ContainsKey(e.Name) && e.Name is not ("flowSettings" or "documents")).Select(Column)]),
        .. Names.Select(n => new SheetPart(n.Value, n.Key, [.. Keys, .. Elements.Of(Elements.RecordOf(Elements.Of(typeof(ItemContent)).Single(e => e.Name == n.Key).Type)!).SelectMany(Columns)])),
    ];

    public static readonly IReadOnlyList<CodeTable> UsedTables = [.. Parts.SelectMany(p => p.Columns).Select(c => c.Table).OfType<CodeTable>().Distinct()];

    static IEnumerable<SheetColumn> Columns(Elements.Element element) => element.Type == typeof(Replacement)
        ? [new("替代方式", "replacedBy.kind", typeof(string), null, false), new("替代的证照或数据", "replacedBy.code", typeof(string), null, false)]
        : [Column(element)];

    static SheetColumn Column(Elements.Element element)
    {
        var item = StrictReader.ItemOf(element.Type);
        var money = element.Name == "amountFen";
        return new(money ? "金额（元）" : element.Title, element.Name, item ?? Nullable.GetUnderlyingType(element.Type) ?? element.Type, element.Table, item is not null, money);
    }

    /// <summary>Code of a cell text in a table: the label, the code, or <c>code label</c>; null when it is none of them.</summary>
    public static string? CodeOf(CodeTable table, string text)
    {
        text = text.Trim();
        if (table.Contains(text)) return text;
        if (table.FirstOrDefault(e => e.Label == text) is { } byLabel) return byLabel.Code;
        var head = text.Split([' ', '-', '：', ':', '.'], 2)[0];
        if (head != text && table.Contains(head)) return head;
        return text.Length == 1 && table.Contains("0" + text) ? "0" + text : null; // spreadsheets eat the zero of 01
    }

    /// <summary>A, B … Z, AA … of a column counted from 0.</summary>
    public static string Letters(int column) => column < 26 ? $"{(char)('A' + column)}" : Letters(column / 26 - 1) + (char)('A' + column % 26);
}
