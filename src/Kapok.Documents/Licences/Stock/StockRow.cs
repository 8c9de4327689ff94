using System.Collections.Immutable;
using System.Globalization;
using Kapok.Foundation;
using Kapok.Foundation.Codes;
using Kapok.Identity;
using Kapok.Identity.Divisions;

namespace Kapok.Documents.Licences.Stock;

/// <summary>A licence that was issued before or elsewhere, as a unit hands it in: one row of a sheet, one object of a list.</summary>
public sealed record StockRow
{
    /// <summary>Short name, 21-character code or full name of the type.</summary>
    public string Type { get; init; } = "";
    public string Number { get; init; } = "";
    /// <summary><c>line@division</c> or credit code of the issuer.</summary>
    public string Issuer { get; init; } = "";
    public string HolderName { get; init; } = "";
    public string HolderCode { get; init; } = "";
    public string IssuedOn { get; init; } = "";
    public string ValidFrom { get; init; } = "";
    /// <summary>Last day; empty or 长期 for none.</summary>
    public string ValidTo { get; init; } = "";
    /// <summary>B, C or D. A is given by a seal alone.</summary>
    public string Grade { get; init; } = "B";
    /// <summary>有效, 暂扣, 注销 …; empty = 有效.</summary>
    public string State { get; init; } = "";
    /// <summary>照面项 by id or name.</summary>
    public Dictionary<string, string> Fields { get; init; } = [];

    /// <summary>Where it stood, for the report.</summary>
    public string Where { get; init; } = "";
}

/// <summary>A row that may be taken: the order of a licence, its number and its state.</summary>
/// <param name="Identifier">What it will be called; a second row of the same licence is found by it.</param>
public sealed record TakenRow(string Where, LicenceOrder Order, string Number, LicenceState State, string Identifier);

/// <summary>Checks rows of stock. Pure.</summary>
public static class StockCheck
{
    /// <summary>Every fault of a row at its place, or the licence it describes.</summary>
    public static Outcome<TakenRow> Check(StockRow row, LicenceTypeBook book, DirectorySnapshot directory, DateOnly today)
    {
        var faults = new List<Fault>();
        void No(string message) => faults.Add(new(row.Where, message));
        var type = book.Find(row.Type.Trim()) ?? book.Types.FirstOrDefault(t => t.Type.Name == row.Type.Trim())?.Type;
        if (type is null) No(row.Type.Trim().Length == 0 ? "没有写证照类型" : $"没有登记过证照类型“{row.Type.Trim()}”");
        var issuer = directory.OrganisationByKey(row.Issuer.Trim()) ?? directory.Organisations.FirstOrDefault(o => o.CreditCode == row.Issuer.Trim());
        if (issuer is null) No(row.Issuer.Trim().Length == 0 ? "没有写颁发机构" : $"没有颁发机构“{row.Issuer.Trim()}”（写统一社会信用代码，或者 业务条线@行政区划）");
        var number = row.Number.Trim();
        if (number.Length is 0 or > 100) No(number.Length == 0 ? "没有写证照编号" : "证照编号超过 100 个字");
        var holders = Holders(row, type, today, No);
        var issued = Day(row.IssuedOn, "颁发日期", No);
        var from = row.ValidFrom.Trim().Length == 0 ? issued : Day(row.ValidFrom, "有效期起始", No);
        var to = row.ValidTo.Trim() is "" or "长期" ? null : Day(row.ValidTo, "有效期截止", No);
        if (issued is null && row.IssuedOn.Trim().Length == 0) No("没有写颁发日期");
        if (issued > today) No("颁发日期在今天以后");
        if (to < from) No("有效期截止早于起始");
        if (row.Grade.Trim().ToUpperInvariant() is not ("B" or "C" or "D")) No("可信等级应为 B（发证机关数据）、C（核对过的扫描件）或 D（没有核对的扫描件）；A 只能在线签发");
        var state = StateOf(row.State.Trim());
        if (state is null) No($"不认识状态“{row.State.Trim()}”，可以写 有效、暂扣、注销、撤销、吊销");
        var fields = type is null ? [] : Fields(row, type, No);
        if (faults.Count > 0) return Outcome<TakenRow>.Invalid(faults);
        var order = new LicenceOrder(Guid.CreateVersion7(), type!, "issue", issuer!, "", holders, fields, issued!.Value, to, GivenNumber: number) { Source = "import", Grade = char.ToUpperInvariant(row.Grade.Trim()[0]), ValidFrom = from };
        return new TakenRow(row.Where, order, number, state!.Value, LicenceIdentifier.Compose(type!.Code, issuer!.CreditCode, order.SerialFor(number), 1).ToString());
    }

    static ImmutableArray<LicenceHolder> Holders(StockRow row, LicenceType? type, DateOnly today, Action<string> no)
    {
        var names = row.HolderName.Split(['^', '、', ';', '；'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var codes = row.HolderCode.Split(['^', '、', ';', '；'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (names.Length == 0 || codes.Length == 0) { no("没有写持证主体的名称和代码"); return []; }
        if (names.Length != codes.Length) { no($"有 {names.Length} 个持证主体名称、{codes.Length} 个代码，要一样多（用 ^ 隔开）"); return []; }
        var holders = ImmutableArray.CreateBuilder<LicenceHolder>();
        foreach (var (name, code) in names.Zip(codes))
        {
            var (citizen, company) = (CitizenId.Check(code, today), CreditCode.Check(code));
            var (kind, clean) = citizen.IsValid ? ("111", citizen.Value!) : company.IsValid ? ("001", company.Value!) : ("999", string.Concat(code.Where(c => !char.IsWhiteSpace(c))).ToUpperInvariant());
            if (kind == "999" && clean.Length == 18) no($"“{name}”的代码 {clean[..6]}… 既不是有效的公民身份号码，也不是有效的统一社会信用代码");
            if (type?.Holder == "自然人" && kind == "001") no($"“{type.Name}”由自然人持有，“{name}”写的是统一社会信用代码");
            if (type?.Holder is "法人" or "其他组织" && kind == "111") no($"“{type.Name}”由单位持有，“{name}”写的是公民身份号码");
            holders.Add(new(name, kind, clean));
        }
        return holders.ToImmutable();
    }

    static ImmutableArray<FieldValue> Fields(StockRow row, LicenceType type, Action<string> no)
    {
        foreach (var unknown in row.Fields.Keys.Where(k => type.Fields.All(f => f.Id != k && f.Name != k))) no($"“{type.Name}”没有照面项“{unknown}”");
        var values = ImmutableArray.CreateBuilder<FieldValue>();
        foreach (var field in type.Fields)
        {
            var value = (row.Fields.GetValueOrDefault(field.Id) ?? row.Fields.GetValueOrDefault(field.Name) ?? "").Trim();
            if (value.Length == 0 && field.Required && row.Grade.Trim() is "B" or "b") no($"照面项“{field.Name}”是空的");
            if (value.Length > 2000) no($"照面项“{field.Name}”超过 2000 个字");
            values.Add(new(field.Id, field.Name, value));
        }
        return values.ToImmutable();
    }

    static LicenceState? StateOf(string text) => text switch
    {
        "" or "有效" => LicenceState.Valid, "暂扣" => LicenceState.Suspended, "注销" => LicenceState.Cancelled, "撤销" => LicenceState.Annulled, "吊销" => LicenceState.Revoked, _ => null,
    };

    static readonly string[] Formats = ["yyyy-MM-dd", "yyyy/M/d", "yyyyMMdd", "yyyy年M月d日"];

    static DateOnly? Day(string text, string what, Action<string> no)
    {
        text = text.Trim();
        if (text.Length == 0) return null;
        if (DateOnly.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return day;
        // A date cell of a sheet is a number of days since 1899-12-30.
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var serial) && serial is > 10_000 and < 80_000) return new DateOnly(1899, 12, 30).AddDays((int)serial);
        no($"{what}“{text}”不是日期，写作 2026-01-31");
        return null;
    }
}
