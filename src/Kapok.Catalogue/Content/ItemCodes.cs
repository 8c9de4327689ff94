namespace Kapok.Catalogue.Content;

/// <summary>The codes of service items: basic 12 digits, implementation 31 characters, handling item 33 (ZWFW C0109, GB/T 39046-2020).</summary>
public static class ItemCodes
{
    public static bool IsBasic(string code) => code.Length == 12 && code.All(char.IsAsciiDigit);

    /// <summary>Credit code of the implementing body 18 + level 1 + basic code 12. The credit code's own check digit is for the caller.</summary>
    public static bool IsImplementation(string code) =>
        code.Length == 31 && code.AsSpan(0, 18).IndexOfAnyExceptInRange('0', 'Z') < 0 && char.IsAsciiDigit(code[18]) && IsBasic(code[19..]);

    public static bool IsHandlingItem(string code) => code.Length == 33 && IsImplementation(code[..31]) && code[31..].All(char.IsAsciiDigit) && code[31..] != "00";

    /// <exception cref="ArgumentException">A part has the wrong length or shape.</exception>
    public static string Implementation(string creditCode, int level, string basicCode)
    {
        var code = $"{creditCode}{level}{basicCode}";
        return IsImplementation(code) ? code : throw new ArgumentException($"实施编码应为 18 位信用代码、1 位层级和 12 位基本编码：{code}");
    }

    /// <param name="order">1–99.</param>
    public static string HandlingItem(string implementationCode, int order) =>
        order is >= 1 and <= 99 ? $"{implementationCode}{order:00}" : throw new ArgumentOutOfRangeException(nameof(order), order, "业务办理项序号为 1–99");

    /// <summary>Region that set the item: <c>00</c> the nation, else the first two digits of the province.</summary>
    public static string Region(string basicCode) => basicCode[..2];
    public static string Type(string basicCode) => basicCode.Substring(2, 2);
    public static string Department(string basicCode) => basicCode.Substring(4, 2);
}
