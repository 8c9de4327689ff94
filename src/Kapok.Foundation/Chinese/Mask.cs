using System.Globalization;

namespace Kapok.Foundation.Chinese;

/// <summary>Personal data as it is shown to those who need to recognise it and not to read it. The length of what is hidden is not told where it would help.</summary>
public static class Mask
{
    /// <summary>陈*满, 陈*, 阿*提: the first and, from three characters on, the last.</summary>
    public static string Name(string? name)
    {
        if (string.IsNullOrEmpty(name)) return "";
        var elements = new StringInfo(name);
        return elements.LengthInTextElements switch
        {
            1 => "*",
            2 => elements.SubstringByTextElements(0, 1) + "*",
            var length => elements.SubstringByTextElements(0, 1) + "*" + elements.SubstringByTextElements(length - 1),
        };
    }

    /// <summary>4401**********002X: neither birth date nor county; short numbers of other certificates keep their last two characters.</summary>
    public static string IdNumber(string? number)
    {
        if (string.IsNullOrEmpty(number)) return "";
        if (number.Length >= 15) return number[..4] + new string('*', number.Length - 8) + number[^4..];
        return number.Length > 4 ? new string('*', number.Length - 2) + number[^2..] : new string('*', number.Length);
    }

    /// <summary>138****8000, 020-****0000.</summary>
    public static string Phone(string? phone)
    {
        if (string.IsNullOrEmpty(phone)) return "";
        var dash = phone.IndexOf('-');
        if (dash is 3 or 4 && phone.Length - dash > 5) return phone[..(dash + 1)] + "****" + phone[^4..];
        return phone.Length >= 10 ? phone[..3] + "****" + phone[^4..] : new string('*', Math.Max(0, phone.Length - 2)) + phone[Math.Max(0, phone.Length - 2)..];
    }
}
