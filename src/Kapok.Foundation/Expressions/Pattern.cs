using System.Text.RegularExpressions;

namespace Kapok.Foundation.Expressions;

/// <summary>
/// Regular expressions for <c>matches</c>: never backtracking, so that time grows linearly with the text whatever the pattern.
/// They match anywhere unless anchored with ^ and $.
/// </summary>
internal static class Pattern
{
    private const int MaxLength = 1_000;

    // For patterns that are computed rather than written down; those written down are kept by the compiled expression.
    private static volatile Regex? last;

    public static Regex Of(string pattern, int position = -1)
    {
        var known = last;
        if (known is not null && known.ToString() == pattern) return known;
        if (pattern.Length > MaxLength) throw new ExpressionFault($"正则表达式太长，最多 {MaxLength:N0} 个字符", position);
        try
        {
            return last = new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (ArgumentException e)
        {
            throw new ExpressionFault($"正则表达式写法有误：{e.Message}", position);
        }
        catch (NotSupportedException)
        {
            throw new ExpressionFault("正则表达式不支持前后断言、反向引用和过大的重复次数", position);
        }
    }
}
