using System.Globalization;
using System.Text;

namespace Kapok.Foundation.Codes;

/// <summary>
/// Names of people: 1–50 characters as people count them, any script, rare Chinese characters of every extension, the middle dot of
/// minority names (its many look-alikes become U+00B7).
/// </summary>
public static class PersonName
{
    public const int MaxLength = 50;
    public const char MiddleDot = '·';

    private const string DotLikes = "•‧∙⋅・･●▪᛫⸱ꞏ．";

    public static CodeVerdict Check(string? text)
    {
        var name = Normalise(text);
        if (name.Length == 0) return CodeVerdict.Wrong("请填写姓名。");
        var warnings = new List<string>();
        foreach (var rune in name.EnumerateRunes())
        {
            switch (Rune.GetUnicodeCategory(rune))
            {
                case UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator:
                    return CodeVerdict.Wrong("姓名中有看不见的控制字符，请重新输入。");
                // Planes 2 and 3 are kept for Chinese characters; new ones are encoded faster than runtimes learn them.
                case UnicodeCategory.OtherNotAssigned when rune.Value is >= 0x20000 and <= 0x3ffff:
                    continue;
                case UnicodeCategory.PrivateUse:
                    warnings.Add("姓名中有自造字，其他系统可能显示不出，请尽量改用国家标准编码的字。");
                    continue;
                case UnicodeCategory.DecimalDigitNumber:
                    return CodeVerdict.Wrong("姓名中不能有数字。");
            }
            if (rune == Rune.ReplacementChar) return CodeVerdict.Wrong("姓名中有损坏的字符，请重新输入。");
            if (!Rune.IsLetter(rune) && !IsMark(rune) && rune.Value is not (MiddleDot or ' ' or '-' or '\'' or '’' or '.' or '〇'))
                return CodeVerdict.Wrong($"姓名中不能有“{rune}”。");
        }
        if (name[0] == MiddleDot || name[^1] == MiddleDot || name.Contains("··")) return CodeVerdict.Wrong("间隔号“·”应当写在两段姓名之间，只写一个。");
        if (!name.EnumerateRunes().Any(r => Rune.IsLetter(r) || r.Value == '〇' || Rune.GetUnicodeCategory(r) == UnicodeCategory.PrivateUse)) return CodeVerdict.Wrong("姓名中没有文字。");
        var length = new StringInfo(name).LengthInTextElements;
        return length > MaxLength ? CodeVerdict.Wrong($"姓名最多 {MaxLength} 个字，现在是 {length} 个字。") : CodeVerdict.Ok(name, warnings.Distinct().ToArray());
    }

    /// <summary>The form in which names are kept and compared: half-width, single spaces, none around the middle dot or between Chinese characters.</summary>
    public static string Normalise(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return "";
        var half = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            var plain = DotLikes.Contains(c) ? MiddleDot : CodeText.HalfWidth(c);
            half.Append(plain != '\t' && char.IsWhiteSpace(plain) && plain is not ('\n' or '\r' or '\u2028' or '\u2029' or '\u0085' or '\v' or '\f') ? ' ' : plain);
        }
        var result = new StringBuilder(half.Length);
        for (var i = 0; i < half.Length; i++)
        {
            if (half[i] == ' ')
            {
                while (i + 1 < half.Length && half[i + 1] == ' ') i++;
                var before = result.Length == 0 ? MiddleDot : result[^1];
                var after = i + 1 < half.Length ? half[i + 1] : MiddleDot;
                if (before == MiddleDot || after == MiddleDot || IsWide(before) && IsWide(after)) continue;
            }
            result.Append(half[i]);
        }
        return result.ToString();
    }

    private static bool IsWide(char c) => c >= '\u2e80' || char.IsSurrogate(c);

    private static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
}
