using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Kapok.Documents.Fonts;

/// <summary>What a character means for the breaking of lines; after the classes of Unicode (UAX #14), those that Chinese and Latin text need.</summary>
enum BreakClass
{
    /// <summary>Characters between which a line may break: Chinese, kana, most symbols.</summary>
    Ideograph,
    Letter, Number, Space, NewLine,
    /// <summary>Allows a break without being seen (U+200B).</summary>
    Gap,
    /// <summary>Forbids a break on both sides (no-break space, word joiner).</summary>
    Glue,
    Opening, Closing, Exclamation,
    /// <summary>Not at the start of a line: colon, middle dot, iteration mark, small kana.</summary>
    NonStarter,
    /// <summary>Neither at the start nor at the end of a line (GB/T 15834-2011, 5.1.9: 分隔号).</summary>
    Divider,
    /// <summary>Comma, stop and colon inside numbers and names.</summary>
    Infix,
    Slash, Hyphen, BreakAfter, Dash, Ellipsis, Quote,
    /// <summary>Currency and signs before a number.</summary>
    Prefix,
    /// <summary>Per cent, degrees and units after a number.</summary>
    Postfix,
}

static class BreakClasses
{
    static readonly FrozenDictionary<int, BreakClass> Listed = new (BreakClass Class, string Characters)[]
    {
        (BreakClass.NewLine, "\n\r\v\f\u0085\u2028\u2029"),
        (BreakClass.Space, " \t\u3000\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200A\u205F"),
        (BreakClass.Gap, "\u200B"),
        (BreakClass.Glue, "\u00A0\u2007\u202F\u2060\uFEFF"),
        (BreakClass.Opening, "([{（［｛〔〖【《〈「『〘〚〝“‘｟｢﹙﹛﹝︵︷︹︻︽︿﹁﹃¿¡"),
        (BreakClass.Closing, ")]}）］｝〕〗】》〉」』〙〛〞〟”’｠｣﹚﹜﹞︶︸︺︼︾﹀﹂﹄、。，．﹐﹑﹒｡､"),
        (BreakClass.Exclamation, "!?！？﹖﹗‼⁇⁈⁉"),
        (BreakClass.NonStarter, "：；∶﹔﹕·・･‧〜～々〻ゝゞヽヾーｰぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ"),
        (BreakClass.Divider, "／"),
        (BreakClass.Infix, ",.:;"),
        (BreakClass.Slash, "/"),
        (BreakClass.Hyphen, "-"),
        (BreakClass.BreakAfter, "\u2010\u2012\u2013\u00AD|"),
        (BreakClass.Dash, "—―⸺"),
        (BreakClass.Ellipsis, "…‥⋯"),
        (BreakClass.Quote, "\"'«»‹›"),
        (BreakClass.Prefix, "$£¥€₩￡￥＄№±+−＋－#＃\\@＠"),
        (BreakClass.Postfix, "%‰‱°′″℃℉％¢￠㎡㎥㎏㎜㎝㎞㎎㎖㏄"),
        (BreakClass.Number, "０１２３４５６７８９"),
        (BreakClass.Glue, "\u2011"),
    }.SelectMany(row => row.Characters.EnumerateRunes().Select(rune => (rune.Value, row.Class))).ToFrozenDictionary(p => p.Value, p => p.Class);

    /// <summary>Units that stay with the number before them, the longest first.</summary>
    static readonly string[] Units =
        [.. "个工作日|工作日|平方公里|平方千米|平方米|立方米|公顷|公里|千米|厘米|毫米|公斤|千克|毫克|毫升|小时|分钟|自然日|周岁|个月|人次|万元|亿元|美元|港元|个人|万人|年|月|日|天|时|分|秒|元|角|万|亿|号|个|人|名|岁|份|页|件|次|级|条|款|项|米|克|吨|升|层|室|栋|周|户|倍|期"
            .Split('|').OrderByDescending(u => u.Length)];

    public static BreakClass Of(Rune rune)
    {
        if (Listed.TryGetValue(rune.Value, out var listed)) return listed;
        if (rune.IsAscii) return Rune.IsDigit(rune) ? BreakClass.Number : BreakClass.Letter;
        // The CJK blocks begin at U+2E80; below stand the alphabets and their signs, and Chinese symbols at U+2000–2E7F.
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.DecimalDigitNumber => BreakClass.Number,
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter => rune.Value is >= 0xFF21 and <= 0xFF5A ? BreakClass.Ideograph : BreakClass.Letter,
            UnicodeCategory.OtherLetter => rune.Value < 0x2E80 ? BreakClass.Letter : BreakClass.Ideograph,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format => BreakClass.Letter,
            _ => rune.Value < 0x2000 ? BreakClass.Letter : BreakClass.Ideograph,
        };
    }

    /// <summary>Length of the Chinese unit that begins here, in UTF-16 units; 0 when none does.</summary>
    public static int UnitAt(string text, int at)
    {
        foreach (var unit in Units) if (string.CompareOrdinal(text, at, unit, 0, unit.Length) == 0) return unit.Length;
        return 0;
    }

    /// <summary>Whether a full-width mark leaves its right half empty, so that the half may stand outside the line.</summary>
    public static bool HasEmptyRight(Rune rune) => rune.Value is '，' or '。' or '、' or '；' or '：' or '．' or '）' or '》' or '〉' or '」' or '』' or '】' or '〕' or '〗' or '”' or '’' or '］' or '｝' or '！' or '？';

    /// <summary>Whether a line may break between two classes.</summary>
    /// <param name="spaces">Spaces stand between.</param>
    /// <param name="narrow">The bracket is ASCII, as in f(x).</param>
    public static bool Between(BreakClass before, BreakClass after, bool spaces, bool narrow)
    {
        if (after is BreakClass.NewLine or BreakClass.Space or BreakClass.Gap) return false;
        if (before is BreakClass.NewLine or BreakClass.Gap) return true;
        // 避头尾: these neither begin nor end a line, spaces or not.
        if (after is BreakClass.Closing or BreakClass.Exclamation or BreakClass.NonStarter or BreakClass.Divider || before is BreakClass.Opening or BreakClass.Divider) return false;
        if (before == BreakClass.Dash && after == BreakClass.Dash) return false;
        if (spaces) return true;
        if (before == BreakClass.Glue || after is BreakClass.Glue or BreakClass.Ellipsis or BreakClass.Hyphen or BreakClass.BreakAfter or BreakClass.Infix or BreakClass.Slash) return false;
        if (before == BreakClass.Quote || after == BreakClass.Quote) return false;
        return (before, after) switch
        {
            (BreakClass.Letter or BreakClass.Number, BreakClass.Letter or BreakClass.Number) => false,
            (BreakClass.Infix, BreakClass.Letter or BreakClass.Number) => false,
            (BreakClass.Slash or BreakClass.Hyphen, BreakClass.Number) => false,
            (BreakClass.Prefix, _) or (_, BreakClass.Postfix) => false,
            (BreakClass.Number or BreakClass.Letter, BreakClass.Prefix) => false,
            (BreakClass.Postfix, BreakClass.Letter or BreakClass.Number) => false,
            (BreakClass.Letter or BreakClass.Number, BreakClass.Opening) => !narrow,
            (BreakClass.Closing, BreakClass.Letter or BreakClass.Number) => !narrow,
            _ => true,
        };
    }
}
