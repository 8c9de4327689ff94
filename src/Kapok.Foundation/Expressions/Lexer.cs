using System.Globalization;
using System.Text;

namespace Kapok.Foundation.Expressions;

internal enum TokenKind { Number, Text, Name, QuotedName, Symbol, End }

internal readonly record struct Token(TokenKind Kind, string Text, int Position, decimal Number = 0)
{
    public bool IsWord(string word) => Kind == TokenKind.Name && Text == word;
    public bool IsSymbol(string symbol) => Kind == TokenKind.Symbol && Text == symbol;
}

/// <summary>Cuts the text of an expression into tokens; says what to write instead of the usual slips.</summary>
internal static class Lexer
{
    private static readonly Dictionary<string, string> Slips = new()
    {
        ["=="] = "“等于”请写 =", ["&&"] = "“并且”请写 and", ["||"] = "“或者”请写 or", ["<>"] = "“不等于”请写 !=", ["!"] = "“非”请写 not(…)",
        ["'"] = "文本请用英文双引号 \"", ["“"] = "文本请用英文双引号 \"", ["”"] = "文本请用英文双引号 \"",
        ["（"] = "请用半角括号 (", ["）"] = "请用半角括号 )", ["，"] = "请用半角逗号 ,", ["＝"] = "请用半角 =", ["＞"] = "请用半角 >", ["＜"] = "请用半角 <",
        ["≥"] = "“不小于”请写 >=", ["≤"] = "“不大于”请写 <=", ["≠"] = "“不等于”请写 !=", ["。"] = "请用半角句点 .", ["【"] = "请用半角括号 [", ["】"] = "请用半角括号 ]",
    };

    private static readonly string[] Symbols =
        ["**", "!=", "<=", ">=", "(", ")", "[", "]", ",", ".", "=", "<", ">", "+", "-", "*", "/"];

    public static List<Token> Read(string text)
    {
        var tokens = new List<Token>();
        var at = 0;
        while (at < text.Length)
        {
            var c = text[at];
            if (char.IsWhiteSpace(c)) at++;
            else if (char.IsAsciiDigit(c)) tokens.Add(Number(text, ref at));
            else if (c == '"') tokens.Add(Text(text, ref at));
            else if (c == '`') tokens.Add(QuotedName(text, ref at));
            else if (IsNameStart(text, at)) tokens.Add(Name(text, ref at));
            else tokens.Add(Symbol(text, ref at));
        }
        tokens.Add(new(TokenKind.End, "", text.Length));
        return tokens;
    }

    /// <summary>Whether a name may be written without backticks.</summary>
    public static bool IsPlainName(string name)
    {
        if (name.Length == 0 || !IsNameStart(name, 0)) return false;
        var at = 0;
        return Name(name, ref at).Text.Length == name.Length;
    }

    private static Token Number(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        if (at + 1 < text.Length && text[at] == '.' && char.IsAsciiDigit(text[at + 1]))
        {
            at++;
            while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
        }
        var digits = text[start..at];
        if (at < text.Length && IsNameStart(text, at)) throw new ExpressionFault($"数字 {digits} 后面不能直接跟文字", at);
        return decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            ? new(TokenKind.Number, digits, start, number)
            : throw new ExpressionFault("数字太长", start);
    }

    private static Token Text(string text, ref int at)
    {
        var start = at++;
        var result = new StringBuilder();
        while (at < text.Length && text[at] != '"')
        {
            if (text[at] != '\\') { result.Append(text[at++]); continue; }
            var escaped = at + 1 < text.Length ? text[at + 1] : '\0';
            if (escaped == 'u' && at + 6 <= text.Length && ushort.TryParse(text.AsSpan(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
            {
                result.Append((char)unit);
                at += 6;
                continue;
            }
            result.Append(escaped switch
            {
                'n' => '\n', 'r' => '\r', 't' => '\t', '"' or '\\' => escaped,
                _ => throw new ExpressionFault("文本中的反斜杠只能写成 \\\" \\\\ \\n \\r \\t 或 \\uXXXX", at),
            });
            at += 2;
        }
        if (at++ >= text.Length) throw new ExpressionFault("文本缺少结尾的双引号", start);
        return new(TokenKind.Text, result.ToString(), start);
    }

    private static Token QuotedName(string text, ref int at)
    {
        var start = at;
        var end = text.IndexOf('`', at + 1);
        if (end < 0) throw new ExpressionFault("名称缺少结尾的反引号 `", start);
        if (end == start + 1) throw new ExpressionFault("反引号中没有名称", start);
        at = end + 1;
        return new(TokenKind.QuotedName, text[(start + 1)..end], start);
    }

    private static Token Name(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && (IsNameStart(text, at) || char.IsAsciiDigit(text[at])))
            at += char.IsSurrogatePair(text, at) ? 2 : 1;
        return new(TokenKind.Name, text[start..at], start);
    }

    private static Token Symbol(string text, ref int at)
    {
        foreach (var length in (ReadOnlySpan<int>)[2, 1])
            if (at + length <= text.Length && Slips.TryGetValue(text.Substring(at, length), out var advice) && !StartsSymbol(text, at, length))
                throw new ExpressionFault(advice, at);
        foreach (var symbol in Symbols)
            if (string.CompareOrdinal(text, at, symbol, 0, symbol.Length) == 0)
            {
                at += symbol.Length;
                return new(TokenKind.Symbol, symbol, at - symbol.Length);
            }
        throw new ExpressionFault($"不认识的符号“{text[at]}”", at);
    }

    // "!" alone is a slip, "!=" is not.
    private static bool StartsSymbol(string text, int at, int length) =>
        length == 1 && text[at] == '!' && at + 1 < text.Length && text[at + 1] == '=';

    private static bool IsNameStart(string text, int at) =>
        text[at] == '_' || char.IsLetter(text, at);
}
