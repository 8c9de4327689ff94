using System.Text.Json;
using Kapok.Catalogue.FillingSheet;
using Kapok.Foundation;
using Kapok.Foundation.Data;

namespace Kapok.Documents.Licences.Stock;

/// <summary>Reads stock from a workbook (one sheet a type, first row the titles) or a JSON list. Bounded by the readers it uses.</summary>
public static class StockReading
{
    public const int MostRows = 20_000;

    static readonly Dictionary<string, Action<StockBuilder, string>> Titles = new()
    {
        ["证照类型"] = (b, v) => b.Type = v, ["证照编号"] = (b, v) => b.Number = v, ["颁发机构"] = (b, v) => b.Issuer = v, ["持证主体"] = (b, v) => b.HolderName = v, ["持证主体代码"] = (b, v) => b.HolderCode = v,
        ["颁发日期"] = (b, v) => b.IssuedOn = v, ["有效期起始"] = (b, v) => b.ValidFrom = v, ["有效期截止"] = (b, v) => b.ValidTo = v, ["可信等级"] = (b, v) => b.Grade = v, ["状态"] = (b, v) => b.State = v,
    };

    /// <summary>Titles every sheet may have; all others are 照面项.</summary>
    public static IEnumerable<string> Known => Titles.Keys;

    sealed class StockBuilder
    {
        public string Type = "", Number = "", Issuer = "", HolderName = "", HolderCode = "", IssuedOn = "", ValidFrom = "", ValidTo = "", Grade = "B", State = "";
        public Dictionary<string, string> Fields { get; } = [];
        public StockRow Row(string where) => new()
        {
            Type = Type, Number = Number, Issuer = Issuer, HolderName = HolderName, HolderCode = HolderCode, IssuedOn = IssuedOn, ValidFrom = ValidFrom, ValidTo = ValidTo, Grade = Grade, State = State, Fields = Fields, Where = where,
        };
    }

    public static Outcome<IReadOnlyList<StockRow>> Read(byte[] file) => file.AsSpan().StartsWith("PK"u8) ? Sheet(file) : List(file);

    static Outcome<IReadOnlyList<StockRow>> Sheet(byte[] file)
    {
        var read = SheetReader.Read(file);
        if (!read.Ok) return read.As<IReadOnlyList<StockRow>>();
        var rows = new List<StockRow>();
        foreach (var sheet in read.Value!.GroupBy(r => r.Sheet))
        {
            var titles = sheet.First().Cells;
            if (!titles.Values.Contains("证照编号")) return Outcome<IReadOnlyList<StockRow>>.No(Refusal.Invalid, "第一行应为列名，至少有 证照编号、颁发机构、持证主体、持证主体代码、颁发日期", sheet.Key);
            foreach (var row in sheet.Skip(1))
            {
                // Without a column for it the name of the sheet is the type.
                var built = new StockBuilder { Type = titles.Values.Contains("证照类型") ? "" : sheet.Key };
                foreach (var (column, text) in row.Cells)
                    if (titles.TryGetValue(column, out var title))
                        if (Titles.TryGetValue(title, out var put)) put(built, text); else built.Fields[title] = text;
                rows.Add(built.Row($"{sheet.Key} 第 {row.Number} 行"));
            }
        }
        return rows.Count <= MostRows ? rows : Outcome<IReadOnlyList<StockRow>>.No(Refusal.TooLarge, $"一次最多 {MostRows} 行");
    }

    static Outcome<IReadOnlyList<StockRow>> List(byte[] file)
    {
        if (file.Length > SheetReader.MaxFile) return Outcome<IReadOnlyList<StockRow>>.No(Refusal.TooLarge, $"文件超过 {SheetReader.MaxFile >> 20} MB");
        try
        {
            using var document = JsonDocument.Parse(file, new() { MaxDepth = 8 });
            if (document.RootElement.ValueKind != JsonValueKind.Array) return Outcome<IReadOnlyList<StockRow>>.No(Refusal.Invalid, "JSON 文件应为一个列表，每一项是一本证照");
            if (document.RootElement.GetArrayLength() > MostRows) return Outcome<IReadOnlyList<StockRow>>.No(Refusal.TooLarge, $"一次最多 {MostRows} 行");
            var (rows, faults) = (new List<StockRow>(), new List<Fault>());
            foreach (var element in document.RootElement.EnumerateArray())
            {
                var where = $"第 {rows.Count + faults.Count + 1} 项";
                try { rows.Add(element.Deserialize<StockRow>(Json.Options)! with { Where = where }); }
                catch (Exception e) when (e is JsonException or NullReferenceException) { faults.Add(new(where, "应为一组字段，值都是文字")); }
            }
            return faults.Count > 0 ? Outcome<IReadOnlyList<StockRow>>.Invalid(faults) : rows;
        }
        catch (JsonException e) { return Outcome<IReadOnlyList<StockRow>>.No(Refusal.Invalid, "不是 XLSX，也不是合法的 JSON", $"第 {e.LineNumber + 1} 行"); }
    }
}
