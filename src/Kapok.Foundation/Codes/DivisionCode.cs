namespace Kapok.Foundation.Codes;

/// <summary>Levels of division; the numbers are those of table A.2 of GB/T 39046.</summary>
public enum DivisionLevel { Province = 2, City = 3, County = 4, Town = 5, Village = 6 }

/// <summary>
/// A division code (GB/T 2260 and the 12-digit statistical code). What contains what is told by the tree of divisions and not by the digits:
/// the towns of Dongguan and Zhongshan hang directly under the city.
/// </summary>
public sealed record DivisionCode
{
    private static readonly HashSet<string> Provinces =
        [.. "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".Split(' ')];

    private DivisionCode(string code) => Code = code;

    /// <summary>The one canonical form: 12 digits, filled with zeros.</summary>
    public string Code { get; }

    /// <summary>The form of GB/T 2260; the county's for a town or village.</summary>
    public string SixDigits => Code[..6];

    /// <summary>The form older systems use for towns.</summary>
    public string NineDigits => Code[..9];

    /// <summary>The form people write: six digits down to the county, nine for a town, twelve for a village.</summary>
    public string Short => Level switch { DivisionLevel.Town => NineDigits, DivisionLevel.Village => Code, _ => SixDigits };

    public DivisionLevel Level =>
        Code[9..] != "000" ? DivisionLevel.Village
        : Code[6..9] != "000" ? DivisionLevel.Town
        : Code[4..6] != "00" ? DivisionLevel.County
        : Code[2..4] != "00" ? DivisionLevel.City
        : DivisionLevel.Province;

    /// <summary>What kind of place the digits say it is, e.g. 街道; 省、市、县 are told by the level only.</summary>
    public string Kind => Level switch
    {
        DivisionLevel.Province => "省级",
        DivisionLevel.City => "地级",
        DivisionLevel.County => int.Parse(Code[4..6]) switch { <= 20 => "市辖区", <= 80 => "县", _ => "县级市" },
        DivisionLevel.Town => int.Parse(Code[6..9]) switch { < 100 => "街道", < 200 => "镇", < 400 => "乡", _ => "类似乡级单位" },
        _ => int.Parse(Code[9..]) switch { < 200 => "居民委员会", < 400 => "村民委员会", _ => "类似村级单位" },
    };

    public static bool IsProvince(string twoDigits) => Provinces.Contains(twoDigits);

    /// <summary>The code, or null when <see cref="Check"/> finds a problem.</summary>
    public static DivisionCode? Parse(string? text) => Check(text).Value is { } code ? new(code) : null;

    /// <summary>Accepts 2, 4, 6, 9 and 12 digits.</summary>
    public static CodeVerdict Check(string? text)
    {
        var code = CodeText.Clean(text);
        if (code.Length == 0) return CodeVerdict.Wrong("请填写行政区划代码。");
        if (!CodeText.IsDigits(code)) return CodeVerdict.Wrong("行政区划代码应当都是数字。");
        if (code.Length is not (2 or 4 or 6 or 9 or 12)) return CodeVerdict.Wrong($"行政区划代码应为 6 位、9 位或者 12 位，现在是 {code.Length} 位。");
        code = code.PadRight(12, '0');
        if (!IsProvince(code[..2])) return CodeVerdict.Wrong($"行政区划代码开头的“{code[..2]}”不是省级代码。");
        if (code[2..4] == "00" && code[4..] != "00000000") return CodeVerdict.Wrong("行政区划代码缺少第 3、4 位（市级），后面却有下级代码。");
        if (code[2..4] != "00" && int.Parse(code[2..4]) is > 70 and not 90) return CodeVerdict.Wrong($"行政区划代码第 3、4 位不能是“{code[2..4]}”。");
        if (code[6..9] == "000" && code[9..] != "000") return CodeVerdict.Wrong("行政区划代码缺少第 7 至 9 位（镇街），后面却有村居代码。");
        if (int.Parse(code[6..9]) >= 600) return CodeVerdict.Wrong($"行政区划代码第 7 至 9 位不能是“{code[6..9]}”。");
        return code[4..6] == "01" && code[6..] == "000000" && code[2..4] != "90"
            ? CodeVerdict.Ok(code, "这是“市辖区”的汇总代码，不是一个实际的地方。")
            : CodeVerdict.Ok(code);
    }

    public override string ToString() => Code;
}
