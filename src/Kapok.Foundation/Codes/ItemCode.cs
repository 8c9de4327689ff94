namespace Kapok.Foundation.Codes;

/// <summary>One part of a code and what it says, for people who must read codes.</summary>
public sealed record CodePart(string Digits, string Name, string Meaning);

/// <summary>Basic catalogue code (基本编码), 12 digits: 2 region, 2 type, 2 department, 3 main item, 3 sub-item.</summary>
public sealed record BasicItemCode
{
    private BasicItemCode(string code) => Code = code;

    public string Code { get; }

    /// <summary>00 for the national catalogue, otherwise the province.</summary>
    public string Region => Code[..2];

    /// <summary>Type of item, table A.1: <see cref="CodeTables.ItemType"/>.</summary>
    public string Type => Code[2..4];

    /// <summary>Number of the department in its line of business; a table of the province, not of the standard.</summary>
    public string Department => Code[4..6];

    public string MainItem => Code[6..9];

    /// <summary>000 when the item has no sub-items.</summary>
    public string SubItem => Code[9..];

    public static BasicItemCode? Parse(string? text) => Check(text).Value is { } code ? new(code) : null;

    public static CodeVerdict Check(string? text)
    {
        var code = CodeText.Clean(text);
        if (code.Length != 12) return CodeVerdict.Wrong($"事项基本编码应为 12 位，现在是 {code.Length} 位。");
        if (!CodeText.IsDigits(code)) return CodeVerdict.Wrong("事项基本编码应当都是数字。");
        if (code[..2] != "00" && !DivisionCode.IsProvince(code[..2])) return CodeVerdict.Wrong($"事项基本编码开头应当是 00（国家）或者省级代码，不是“{code[..2]}”。");
        if (code[6..9] == "000") return CodeVerdict.Wrong("事项基本编码第 7 至 9 位是主项序号，从 001 开始。");
        return CodeTables.ItemType.Contains(code[2..4])
            ? CodeVerdict.Ok(code)
            : CodeVerdict.Ok(code, $"事项类型“{code[2..4]}”不在国家标准代码表中，视为地方类型。");
    }

    public static BasicItemCode Compose(string region, string type, string department, int mainItem, int subItem = 0) =>
        Parse($"{region}{type}{department}{mainItem:D3}{subItem:D3}") ?? throw new ArgumentException($"no item code {region} {type} {department} {mainItem} {subItem}");

    public IReadOnlyList<CodePart> Explain() =>
    [
        new(Region, "设定层级", Region == "00" ? "国家目录" : $"省级代码 {Region}"),
        new(Type, "事项类型", CodeTables.ItemType.Find(Type) ?? "地方类型"),
        new(Department, "部门", $"部门编号 {Department}"),
        new(MainItem, "主项", $"第 {int.Parse(MainItem)} 个主项"),
        new(SubItem, "子项", SubItem == "000" ? "不分子项" : $"第 {int.Parse(SubItem)} 个子项"),
    ];

    public override string ToString() => Code;
}

/// <summary>Implementation code (实施编码), 31 characters: credit code of the implementing body, level, basic code.</summary>
public sealed record ImplementationCode
{
    private ImplementationCode(string code) => (Code, Body, Basic) = (code, CreditCode.Parse(code[..18])!, BasicItemCode.Parse(code[19..])!);

    public string Code { get; }
    public CreditCode Body { get; }

    /// <summary>Level that exercises the power, table A.2: <see cref="CodeTables.Level"/>.</summary>
    public string Level => Code[18..19];

    public BasicItemCode Basic { get; }

    public static ImplementationCode? Parse(string? text) => Check(text).Value is { } code ? new(code) : null;

    public static CodeVerdict Check(string? text)
    {
        var code = CodeText.Clean(text);
        if (code.Length != 31) return CodeVerdict.Wrong($"实施编码应为 31 位，现在是 {code.Length} 位。");
        var body = CreditCode.Check(code[..18]);
        if (!body.IsValid) return CodeVerdict.Wrong("实施编码的前 18 位应当是实施主体的统一社会信用代码：" + body.Problem);
        if (!CodeTables.Level.Contains(code[18..19])) return CodeVerdict.Wrong($"实施编码第 19 位是行使层级，不能是“{code[18]}”。");
        var basic = BasicItemCode.Check(code[19..]);
        return basic.IsValid
            ? CodeVerdict.Ok(code, [.. body.Warnings, .. basic.Warnings])
            : CodeVerdict.Wrong("实施编码的后 12 位应当是基本编码：" + basic.Problem);
    }

    /// <param name="level">2 province … 6 village.</param>
    public static ImplementationCode Compose(string creditCode, int level, string basicCode) =>
        Parse($"{creditCode}{level}{basicCode}") ?? throw new ArgumentException(Check($"{creditCode}{level}{basicCode}").Problem);

    public IReadOnlyList<CodePart> Explain() =>
        [new(Body.Code, "实施主体", $"{Body.Authority}登记的{Body.Category}"), new(Level, "行使层级", CodeTables.Level[Level]), .. Basic.Explain()];

    public override string ToString() => Code;
}

/// <summary>Handling-item code (业务办理项编码), 33 characters: implementation code and a number 01–99. Only items split into handling items have one.</summary>
public static class HandlingItemCode
{
    public static CodeVerdict Check(string? text)
    {
        var code = CodeText.Clean(text);
        if (code.Length != 33) return CodeVerdict.Wrong($"业务办理项编码应为 33 位，现在是 {code.Length} 位。");
        var implementation = ImplementationCode.Check(code[..31]);
        if (!implementation.IsValid) return implementation;
        return CodeText.IsDigits(code.AsSpan(31)) && code[31..] != "00"
            ? CodeVerdict.Ok(code, implementation.Warnings)
            : CodeVerdict.Wrong($"业务办理项编码最后两位是序号 01 至 99，不能是“{code[31..]}”。");
    }

    /// <param name="number">1–99.</param>
    public static string Compose(ImplementationCode implementation, int number) =>
        number is >= 1 and <= 99 ? $"{implementation.Code}{number:D2}" : throw new ArgumentOutOfRangeException(nameof(number), number, "1 to 99");

    /// <summary>The two parts of a valid code; null otherwise.</summary>
    public static (ImplementationCode Implementation, int Number)? Parse(string? text) =>
        Check(text).Value is { } code ? (ImplementationCode.Parse(code[..31])!, int.Parse(code[31..])) : null;

    public static IReadOnlyList<CodePart> Explain(string code)
    {
        var (implementation, number) = Parse(code) ?? throw new ArgumentException(Check(code).Problem);
        return [.. implementation.Explain(), new(code[31..], "办理项", $"第 {number} 个办理项")];
    }
}
