using System.Globalization;

namespace Kapok.Foundation.Codes;

/// <summary>
/// Case number (办件编号): implementation code (31), date received (8), serial of that item on that day (4 digits, 6 beyond 9,999).
/// 43 or 45 characters, within the an..50 of GB/T 39046.
/// </summary>
public sealed record CaseNumber(ImplementationCode Implementation, DateOnly Date, int Serial)
{
    public string Code => $"{Implementation.Code}{Date.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}{(Serial <= 9_999 ? Serial.ToString("D4") : Serial.ToString("D6"))}";

    /// <param name="serial">1–999,999.</param>
    /// <exception cref="ArgumentOutOfRangeException">The serial is outside its range.</exception>
    public static string Compose(ImplementationCode implementation, DateOnly date, int serial) =>
        serial is >= 1 and <= 999_999 ? new CaseNumber(implementation, date, serial).Code : throw new ArgumentOutOfRangeException(nameof(serial), serial, "1 to 999,999");

    public static CodeVerdict Check(string? text)
    {
        var code = CodeText.Clean(text);
        if (code.Length is not (43 or 45)) return CodeVerdict.Wrong($"办件编号应为 43 位或者 45 位，现在是 {code.Length} 位。");
        var implementation = ImplementationCode.Check(code[..31]);
        if (!implementation.IsValid) return CodeVerdict.Wrong("办件编号的前 31 位应当是实施编码：" + implementation.Problem);
        if (!DateOnly.TryParseExact(code.AsSpan(31, 8), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            return CodeVerdict.Wrong($"办件编号第 32 至 39 位是收件日期，“{code[31..39]}”不是有效日期。");
        var serial = code[39..];
        if (!CodeText.IsDigits(serial) || int.Parse(serial) == 0) return CodeVerdict.Wrong("办件编号最后是当日流水号，应当是从 1 开始的数字。");
        return serial.Length == 4 || int.Parse(serial) > 9_999
            ? CodeVerdict.Ok(code, implementation.Warnings)
            : CodeVerdict.Wrong("办件编号的流水号不超过 9999 时应为 4 位。");
    }

    public static CaseNumber? Parse(string? text) => Check(text).Value is { } code
        ? new(ImplementationCode.Parse(code[..31])!, DateOnly.ParseExact(code.AsSpan(31, 8), "yyyyMMdd", CultureInfo.InvariantCulture), int.Parse(code[39..]))
        : null;

    public override string ToString() => Code;
}

/// <summary>
/// Short query code of a case (查询码): nine characters and a check character of <see cref="CheckCharacters.QueryAlphabet"/>, shown as two groups of five.
/// It opens nothing by itself, but must not be guessable from a neighbour: make it from a random number.
/// </summary>
public static class QueryCode
{
    /// <summary>How many different codes there are: 31^9.</summary>
    public const ulong Count = 26_439_622_160_671;

    /// <param name="number">Any number; only its remainder by <see cref="Count"/> matters.</param>
    public static string Compose(ulong number)
    {
        Span<char> code = stackalloc char[10];
        number %= Count;
        for (var i = 8; i >= 0; i--)
        {
            code[i] = CheckCharacters.QueryAlphabet[(int)(number % 31)];
            number /= 31;
        }
        code[9] = CheckCharacters.Query(code[..9]);
        return new(code);
    }

    public static CodeVerdict Check(string? text)
    {
        var code = CodeText.CleanJoined(text);
        if (code.Length != 10) return CodeVerdict.Wrong($"查询码应为 10 位，现在是 {code.Length} 位。");
        foreach (var c in code)
            if (!CheckCharacters.QueryAlphabet.Contains(c))
                return CodeVerdict.Wrong(c is '0' or '1' or 'I' or 'L' or 'O' ? $"查询码中没有“{c}”：为免看错，不用数字 0、1 和字母 I、L、O。" : $"查询码只由数字和字母组成，不能有“{c}”。");
        return CheckCharacters.Query(code.AsSpan(0, 9)) == code[9] ? CodeVerdict.Ok(code) : CodeVerdict.Wrong("查询码不对，请检查是否有字符输错或者颠倒。");
    }

    /// <summary>For reading: two groups of five.</summary>
    public static string Display(string code) => $"{code[..5]}-{code[5..]}";
}
