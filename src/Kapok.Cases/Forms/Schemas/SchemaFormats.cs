using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Kapok.Foundation.Codes;

namespace Kapok.Cases.Forms.Schemas;

/// <summary>A format that asserts.</summary>
/// <param name="Name">The value of the keyword <c>format</c>.</param>
/// <param name="Fault">What is wrong with a text, in plain Chinese and with the way to mend it; null when it is right.</param>
internal sealed record SchemaFormat(string Name, Func<string, string?> Fault);

/// <summary>The formats Kapok asserts: those of the standard that forms need, and the Chinese ones of <c>docs/packages.md</c>.</summary>
public static partial class SchemaFormats
{
    static readonly Dictionary<string, SchemaFormat> all = ((SchemaFormat[])
    [
        new("date", Date),
        new("time", text => IsTime(text) ? null : "请按“时:分:秒+时区”的格式填写"),
        new("date-time", text => text.Length > 11 && text[10] is 'T' or 't' && Date(text[..10]) is null && IsTime(text[11..]) ? null : "请填写完整的日期和时间"),
        new("email", text => IsEmail(text) ? null : "电子邮箱格式不对，例如 name@example.com"),
        new("uuid", text => Uuid().IsMatch(text) ? null : "编号格式不对"),
        new("ipv4", text => Ipv4().IsMatch(text) ? null : "IP 地址格式不对"),
        new("ipv6", text => IsIpv6(text) ? null : "IP 地址格式不对"),
        new("id-number", text => Problem(CitizenId.Check(text, DateOnly.MaxValue))),
        new("credit-code", text => Problem(CreditCode.Check(text))),
        new("mobile-cn", text => Problem(Contact.CheckMobile(text))),
        new("phone-cn", text => Problem(Contact.CheckPhone(text))),
        new("postcode", text => Problem(Contact.CheckPostcode(text))),
        new("division", text => DivisionCode.Check(text).IsValid ? null : "请从列表中选择行政区划"),
        new("person-name", text => Problem(PersonName.Check(text))),
        new("money-fen", _ => "请填写金额，最多两位小数，例如 1200.50"),
    ]).ToDictionary(format => format.Name);

    /// <summary>Whether the format is known, and therefore checked.</summary>
    public static bool IsKnown(string name) => all.ContainsKey(name);

    internal static SchemaFormat? Find(string name) => all.GetValueOrDefault(name);

    /// <summary>Our sentences stand alone beside a field and need no full stop.</summary>
    static string? Problem(CodeVerdict verdict) => verdict.Problem?.TrimEnd('。');

    static string? Date(string text)
    {
        var parts = text.Split('-');
        if (parts.Length != 3 || parts.Any(p => p.Length > 4 || p.Any(c => !char.IsAsciiDigit(c))) || parts.Any(p => p == ""))
            return "请把年、月、日都填上，例如 2026 年 9 月 1 日";
        var (year, month, day) = (int.Parse(parts[0]), int.Parse(parts[1]), int.Parse(parts[2]));
        if (parts[0].Length != 4 || year == 0) return "年份应为四位数字，例如 2026";
        if (month is < 1 or > 12) return "月份应在 1 到 12 之间";
        if (day < 1 || day > DateTime.DaysInMonth(year, month))
            return month == 2 && day == 29 ? $"{year} 年 2 月只有 28 天" : day is > 0 and <= 31 ? $"{month} 月没有 {day} 日" : "日应在 1 到 31 之间";
        return parts[1].Length == 2 && parts[2].Length == 2 ? null : "日期应写成 2026-09-01 的格式";
    }

    static bool IsTime(string text)
    {
        var match = Time().Match(text);
        if (!match.Success) return false;
        var (hour, minute, second) = (Part("h"), Part("m"), Part("s"));
        var (offsetHour, offsetMinute) = (Part("oh"), Part("om"));
        if (hour > 23 || minute > 59 || offsetHour > 23 || offsetMinute > 59) return false;
        if (second < 60) return true;
        // A leap second can only be 23:59:60 in universal time.
        var offset = (offsetHour * 60 + offsetMinute) * (match.Groups["sign"].Value == "-" ? -1 : 1);
        return second == 60 && ((hour * 60 + minute - offset) % 1440 + 1440) % 1440 == 1439;

        int Part(string group) => match.Groups[group].Success ? int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture) : 0;
    }

    static bool IsEmail(string text)
    {
        if (!Email().IsMatch(text)) return false;
        if (!text.EndsWith(']')) return true;
        var literal = text[(text.LastIndexOf('[') + 1)..^1];
        return literal.StartsWith("IPv6:") ? IsIpv6(literal[5..]) : Ipv4().IsMatch(literal);
    }

    static bool IsIpv6(string text) =>
        text.AsSpan().IndexOfAnyExcept("0123456789abcdefABCDEF:.") < 0 && text.Contains(':')
        && (!text.Contains('.') || Ipv4().IsMatch(text[(text.LastIndexOf(':') + 1)..]))
        && IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6;

    const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    [GeneratedRegex(@"^(?<h>[0-9]{2}):(?<m>[0-9]{2}):(?<s>[0-9]{2})(\.[0-9]+)?([zZ]|(?<sign>[+-])(?<oh>[0-9]{2}):(?<om>[0-9]{2}))\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Time();
    [GeneratedRegex(@"^(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-]+)*|""[^""\\\p{C}]{1,62}"")@(?:[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?)*|\[[0-9.]{7,15}\]|\[IPv6:[0-9A-Fa-f:.]{2,45}\])\z", Linear)]
    private static partial Regex Email();
    [GeneratedRegex(@"^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\z", Linear)]
    private static partial Regex Uuid();
    [GeneratedRegex(@"^((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\.(?=[0-9])|\z)){4}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Ipv4();
}
