using System.Globalization;
using Kapok.Catalogue.Content;
using Kapok.Foundation;
using Kapok.Foundation.Codes;

namespace Kapok.Catalogue.FillingSheet;

/// <summary>One item as filled in, every value with its cell.</summary>
/// <param name="Body">Credit code of the implementing body; null for the basic list.</param>
public sealed record FilledItem(string Code, string? Body, WrittenMap Values)
{
    public string Where => Values.Where;
}

/// <summary>Rows of the filling sheet as items. Names every fault with sheet, column and row.</summary>
public static class SheetImport
{
    public const int MaxItems = 2_000;

    public static IReadOnlyList<FilledItem> Read(IReadOnlyList<SheetRow> rows, List<Fault> faults)
    {
        var parts = Columns(rows, faults);
        if (!parts.ContainsKey(SheetLayout.Main)) faults.Add(new(SheetLayout.Main, $"缺少“{SheetLayout.Main}”表，请用导出的填报表填写"));
        var items = new Dictionary<(string, string?), (string Where, List<(string, string, Written)> Values)>();
        foreach (var row in rows.Where(r => r.Sheet == SheetLayout.Main && r.Number > 1 && parts.ContainsKey(SheetLayout.Main)))
        {
            if (Key(row, parts[SheetLayout.Main], faults) is not { } key) continue;
            if (items.ContainsKey(key)) { faults.Add(new(row.Where(0), "同一个事项写了两行")); continue; }
            if (items.Count >= MaxItems) { faults.Add(new(row.Where(0), $"一次最多导入 {MaxItems} 个事项")); break; }
            var values = Values(row, parts[SheetLayout.Main], faults);
            values.Insert(0, ("code", row.Where(0), new WrittenValue(row.Where(0), key.Code, Quoted: true)));
            items[key] = (row.Where(0), values);
        }
        foreach (var part in SheetLayout.Parts.Where(p => p.Field is not null && parts.ContainsKey(p.Name)))
        {
            var lists = items.Keys.ToDictionary(k => k, _ => new List<Written>());
            foreach (var row in rows.Where(r => r.Sheet == part.Name && r.Number > 1))
            {
                if (Key(row, parts[part.Name], faults) is not { } key) continue;
                if (!lists.TryGetValue(key, out var list)) { faults.Add(new(row.Where(0), $"“{SheetLayout.Main}”里没有这个事项")); continue; }
                list.Add(new WrittenMap(row.Where(2), Nested(Values(row, parts[part.Name], faults))));
            }
            foreach (var (key, list) in lists) items[key].Values.Add((part.Field!, items[key].Where, new WrittenList(list.Count > 0 ? list[0].Where : items[key].Where, list)));
        }
        return [.. items.Select(i => new FilledItem(i.Key.Item1, i.Key.Item2, new(i.Value.Where, i.Value.Values)))];
    }

    /// <summary>Which column of the layout stands where, by the headers in the first row; sheets nobody knows are left alone, unknown headers are faults.</summary>
    static Dictionary<string, Dictionary<int, SheetColumn>> Columns(IReadOnlyList<SheetRow> rows, List<Fault> faults)
    {
        var parts = new Dictionary<string, Dictionary<int, SheetColumn>>();
        foreach (var head in rows.Where(r => r.Number == 1))
        {
            if (SheetLayout.Parts.FirstOrDefault(p => p.Name == head.Sheet) is not { } part) continue;
            var columns = new Dictionary<int, SheetColumn>();
            foreach (var (at, header) in head.Cells)
            {
                if (part.Columns.FirstOrDefault(c => c.Header == header) is not { } column) faults.Add(new(head.Where(at), $"没有名为“{header}”的列"));
                else if (columns.ContainsValue(column)) faults.Add(new(head.Where(at), $"“{header}”列写了两次"));
                else columns[at] = column;
            }
            if (columns.Values.All(c => c.Header != SheetLayout.CodeHeader)) faults.Add(new(head.Where(0), $"缺少“{SheetLayout.CodeHeader}”列"));
            else parts[part.Name] = columns;
        }
        return parts;
    }

    static (string Code, string? Body)? Key(SheetRow row, Dictionary<int, SheetColumn> columns, List<Fault> faults)
    {
        (string? Text, string Where) Of(string header)
        {
            var at = columns.FirstOrDefault(c => c.Value.Header == header, new(-1, null!)).Key;
            return at < 0 ? (null, row.Where(0)) : (row.Cells.GetValueOrDefault(at), row.Where(at));
        }
        var (code, body) = (Of(SheetLayout.CodeHeader), Of(SheetLayout.BodyHeader));
        var checkedCode = BasicItemCode.Check(code.Text);
        if (!checkedCode.IsValid) { faults.Add(new(code.Where, checkedCode.Problem!)); return null; }
        if (body.Text is null) return (checkedCode.Value!, null);
        var checkedBody = CreditCode.Check(body.Text);
        if (!checkedBody.IsValid) { faults.Add(new(body.Where, checkedBody.Problem!)); return null; }
        return (checkedCode.Value!, checkedBody.Value);
    }

    static List<(string, string, Written)> Values(SheetRow row, Dictionary<int, SheetColumn> columns, List<Fault> faults)
    {
        var values = new List<(string, string, Written)>();
        foreach (var (at, column) in columns)
        {
            if (column.Field is not { } field) continue;
            var (text, where) = (row.Cells.GetValueOrDefault(at), row.Where(at));
            if (column.Many)
            {
                // Sentences are parted by lines only; they may well contain the marks that part codes and words.
                char[] marks = column.Header is "受理条件" ? ['\n'] : ['\n', '、', '；', ';', '^', '，', ','];
                var parts = (text ?? "").Split(marks, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                values.Add((field, where, new WrittenList(where, [.. parts.Select(p => One(column, p, where, faults)).OfType<Written>()])));
            }
            else if (text is null) { if (column.Type == typeof(string) && column.Table is null) values.Add((field, where, new WrittenValue(where, null))); } // an emptied cell empties the text; codes and numbers stay
            else if (One(column, text, where, faults) is { } value) values.Add((field, where, value));
        }
        return values;
    }

    static WrittenValue? One(SheetColumn column, string text, string where, List<Fault> faults)
    {
        if (column.Table is { } table)
        {
            if (SheetLayout.CodeOf(table, text) is { } code) return new(where, code, Quoted: column.Type == typeof(string));
            faults.Add(new(where, $"{column.Header}“{text}”不在代码表“{table.Name}”中，可填：{string.Join("、", table.Select(e => e.Label))}"));
            return null;
        }
        if (column.Type == typeof(bool))
        {
            if (text is "是" or "否" or "true" or "false") return new(where, text is "是" or "true" ? "true" : "false");
            faults.Add(new(where, $"{column.Header}应填“是”或“否”，写的是“{text}”"));
            return null;
        }
        if (column.Money)
        {
            if (decimal.TryParse(text.TrimStart('¥', '￥').Replace(",", ""), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var yuan) && yuan * 100 == decimal.Truncate(yuan * 100) && yuan < 1_000_000_000)
                return new(where, ((long)(yuan * 100)).ToString(CultureInfo.InvariantCulture));
            faults.Add(new(where, $"{column.Header}应为元，最多两位小数，写的是“{text}”"));
            return null;
        }
        if (column.Type == typeof(DateOnly) && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var serial) && serial is > 1 and < 200_000)
            return new(where, DateTime.FromOADate(serial).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)); // spreadsheets keep dates as days since 1900
        if (column.Type == typeof(int) && text.EndsWith(".0", StringComparison.Ordinal)) text = text[..^2];
        return new(where, text, Quoted: true);
    }

    /// <summary><c>replacedBy.kind</c> and <c>replacedBy.code</c> become one record.</summary>
    static List<(string, string, Written)> Nested(List<(string Field, string Where, Written Value)> values)
    {
        var flat = values.Where(v => !v.Field.Contains('.')).ToList();
        foreach (var group in values.Where(v => v.Field.Contains('.')).GroupBy(v => v.Field.Split('.')[0]).Where(g => g.Any(v => v.Value is not WrittenValue { Text: null })))
            flat.Add((group.Key, group.First().Where, new WrittenMap(group.First().Where, [.. group.Select(v => (v.Field.Split('.')[1], v.Where, v.Value))])));
        return flat;
    }
}
