using System.Globalization;

namespace Kapok.Foundation.Codes;

/// <summary>A citizen identity number (公民身份号码, GB 11643-1999): division, birth date, sequence (odd is male), check character.</summary>
public sealed record CitizenId
{
    private CitizenId(string number) => Number = number;

    /// <summary>18 characters, the last 0–9 or X.</summary>
    public string Number { get; }

    /// <summary>
    /// The six-digit division where the number was first issued. It may since have been withdrawn: never a reason to refuse.
    /// </summary>
    public string Division => Number[..6];

    public DateOnly BirthDate => DateOnly.ParseExact(Number.AsSpan(6, 8), "yyyyMMdd", CultureInfo.InvariantCulture);

    public bool IsMale => (Number[16] - '0') % 2 == 1;

    /// <summary>The number, or null when <see cref="Check"/> finds a problem.</summary>
    public static CitizenId? Parse(string? text, DateOnly today) => Check(text, today).Value is { } number ? new(number) : null;

    /// <param name="today">A birth date after this local date is refused.</param>
    public static CodeVerdict Check(string? text, DateOnly today)
    {
        var number = CodeText.Clean(text);
        if (number.Length == 0) return CodeVerdict.Wrong("请填写身份证号码。");
        if (number.Length == 15 && FromFifteen(number) is { } converted)
            return CodeVerdict.Wrong($"15 位的旧号码已经停用，对应的 18 位号码是 {converted}，请核对后填写。");
        if (number.Length != 18) return CodeVerdict.Wrong($"身份证号码应为 18 位，现在是 {number.Length} 位。");
        if (!CodeText.IsDigits(number.AsSpan(0, 17))) return CodeVerdict.Wrong("身份证号码前 17 位应当都是数字。");
        if (!char.IsAsciiDigit(number[17]) && number[17] != 'X') return CodeVerdict.Wrong("身份证号码最后一位应当是数字或者字母 X。");
        if (!DateOnly.TryParseExact(number.AsSpan(6, 8), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var birth))
            return CodeVerdict.Wrong($"身份证号码第 7 至 14 位是出生日期，“{number[6..14]}”不是有效日期。");
        if (birth > today) return CodeVerdict.Wrong($"身份证号码中的出生日期 {birth:yyyy-MM-dd} 晚于今天。");
        if (CheckCharacters.Mod11_2(number.AsSpan(0, 17)) != number[17]) return CodeVerdict.Wrong("身份证号码的校验位不对，请检查是否有数字输错或者颠倒。");
        var warnings = new List<string>();
        if (!DivisionCode.IsProvince(number[..2]) && number[0] != '9') warnings.Add($"号码开头的“{number[..2]}”不是已知的省级代码。");
        if (birth < today.AddYears(-120)) warnings.Add($"按号码计算已超过 120 岁（{birth:yyyy-MM-dd} 出生），请核对。");
        return CodeVerdict.Ok(number, warnings);
    }

    /// <summary>The 18-character number of an old 15-digit one (born 19yy); null when it is not one.</summary>
    public static string? FromFifteen(string? text)
    {
        var old = CodeText.Clean(text);
        if (old.Length != 15 || !CodeText.IsDigits(old)) return null;
        var body = old.Insert(6, "19");
        return DateOnly.TryParseExact(body.AsSpan(6, 8), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            ? body + CheckCharacters.Mod11_2(body)
            : null;
    }

    public override string ToString() => Number;
}
