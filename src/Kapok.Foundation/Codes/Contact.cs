using System.Text.RegularExpressions;

namespace Kapok.Foundation.Codes;

/// <summary>Telephone numbers and postcodes of the mainland.</summary>
public static partial class Contact
{
    /// <summary>A mobile number: 11 digits from 13 to 19. A leading +86 or 0086 is taken off.</summary>
    public static CodeVerdict CheckMobile(string? text)
    {
        var number = CountryCode().Replace(CodeText.CleanJoined(text), "");
        if (number.Length == 0) return CodeVerdict.Wrong("请填写手机号码。");
        if (!CodeText.IsDigits(number)) return CodeVerdict.Wrong("手机号码应当都是数字。");
        if (number.Length != 11) return CodeVerdict.Wrong($"手机号码应为 11 位，现在是 {number.Length} 位。");
        return IsMobile(number) ? CodeVerdict.Ok(number) : CodeVerdict.Wrong("手机号码应当以 13 至 19 开头。");
    }

    /// <summary>
    /// A mobile number, a fixed line with area code (canonical <c>020-12345678</c>, with extension <c>020-12345678-801</c>),
    /// a 400 or 800 number, or a short service number such as 12345.
    /// </summary>
    public static CodeVerdict CheckPhone(string? text)
    {
        var joined = CodeText.CleanJoined(text);
        if (joined.Length == 0) return CodeVerdict.Wrong("请填写电话号码。");
        var number = CountryCode().Replace(joined, "");
        if (IsMobile(number) || ServiceNumber().IsMatch(number)) return CodeVerdict.Ok(number);
        var line = FixedLine().Match(CodeText.Clean(text).Replace('—', '-').Replace('–', '-').Replace("(", "").Replace(')', '-'));
        if (line.Success) return CodeVerdict.Ok($"0{line.Groups["area"]}-{line.Groups["line"]}{(line.Groups["extension"].Success ? $"-{line.Groups["extension"]}" : "")}");
        if (CodeText.IsDigits(number) && number.Length is 7 or 8) return CodeVerdict.Wrong("固定电话请写上区号，例如 020-12345678。");
        return CodeVerdict.Wrong("电话号码应当是 11 位手机号码，或者带区号的固定电话，例如 020-12345678。");
    }

    public static CodeVerdict CheckPostcode(string? text)
    {
        var code = CodeText.Clean(text);
        return code.Length == 6 && CodeText.IsDigits(code) ? CodeVerdict.Ok(code) : CodeVerdict.Wrong("邮政编码应为 6 位数字。");
    }

    private static bool IsMobile(string number) => number.Length == 11 && CodeText.IsDigits(number) && number[0] == '1' && number[1] >= '3';

    [GeneratedRegex(@"^(\+|00)86", RegexOptions.CultureInvariant)]
    private static partial Regex CountryCode();

    [GeneratedRegex("^([48]00[0-9]{7}|[19][0-9]{4,5}|1[12][0-9])$", RegexOptions.CultureInvariant)]
    private static partial Regex ServiceNumber();

    // Areas of two digits after the 0 are 010 and 020–029; all others have three. After +86 the 0 is usually left out.
    [GeneratedRegex("^((\\+|00)86-?0?|0)(?<area>10|2[0-9]|[3-9][0-9]{2})-?(?<line>[2-9][0-9]{6,7})([-转X](?<extension>[0-9]{1,6}))?$", RegexOptions.CultureInvariant)]
    private static partial Regex FixedLine();
}
