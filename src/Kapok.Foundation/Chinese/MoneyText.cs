using System.Globalization;
using System.Text;

namespace Kapok.Foundation.Chinese;

/// <summary>Money as people and vouchers write it. Amounts are whole fen.</summary>
public static class MoneyText
{
    private const string Digits = "零壹贰叁肆伍陆柒捌玖";
    private static readonly string[] Places = ["", "拾", "佰", "仟"];
    private static readonly string[] Groups = ["", "万", "亿", "万亿"];

    /// <summary>¥1,280.00</summary>
    public static string Yuan(long fen)
    {
        var yuan = Math.Abs((decimal)fen) / 100m;
        return $"{(fen < 0 ? "-" : "")}¥{yuan.ToString("N2", CultureInfo.InvariantCulture)}";
    }

    /// <summary>
    /// 大写金额 by the rules for vouchers (支付结算办法 附一): 壹仟贰佰捌拾元整. 整 stands after 元 and 角, not after 分; zeros between digits are written
    /// once, those before 万 and 元 that may be left out are left out.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">More than 16 digits of yuan.</exception>
    public static string Capital(long fen)
    {
        var amount = Math.Abs((decimal)fen);
        var yuan = (long)(amount / 100);
        if (yuan >= 10_000_000_000_000_000) throw new ArgumentOutOfRangeException(nameof(fen), fen, "at most 16 digits of yuan");
        var (jiao, cents) = ((int)(amount / 10 % 10), (int)(amount % 10));
        var text = new StringBuilder(fen < 0 ? "负" : "");
        if (yuan > 0) Whole(text, yuan).Append('元');
        if (jiao > 0) text.Append(Digits[jiao]).Append('角');
        if (cents > 0) text.Append(jiao == 0 && yuan > 0 ? "零" : "").Append(Digits[cents]).Append('分');
        else text.Append(yuan == 0 && jiao == 0 ? "零元整" : "整");
        return text.ToString();
    }

    private static StringBuilder Whole(StringBuilder text, long yuan)
    {
        var begun = false;
        var skipped = false;
        for (var group = 3; group >= 0; group--)
        {
            var part = (int)(yuan / (long)Math.Pow(10, 4 * group) % 10_000);
            if (part == 0) { skipped |= begun; continue; }
            // 万亿 needs its 亿 even when the group of 亿 itself is empty.
            if (begun && (skipped || part < 1_000)) text.Append('零');
            Group(text, part).Append(group == 3 && yuan / 100_000_000 % 10_000 > 0 ? "万" : Groups[group]);
            (begun, skipped) = (true, false);
        }
        return text;
    }

    private static StringBuilder Group(StringBuilder text, int part)
    {
        var zero = false;
        var begun = false;
        for (var place = 3; place >= 0; place--)
        {
            var digit = part / (int)Math.Pow(10, place) % 10;
            if (digit == 0) { zero = begun; continue; }
            if (zero) text.Append('零');
            text.Append(Digits[digit]).Append(Places[place]);
            (begun, zero) = (true, false);
        }
        return text;
    }
}
