using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Kapok.Cases.Forms.Schemas;

/// <summary>
/// Turns a pattern of ECMA-262 (Unicode mode, what JSON Schema means) into a .NET one. The two differ in what
/// <c>\d \w \s $ .</c> match and in that .NET counts a rare character (𠮷) as two: it is rewritten as a pair.
/// Matching takes linear time where the pattern allows; otherwise it is cut off after 100 ms.
/// </summary>
internal static class EcmaPattern
{
    public const int MaxPatternLength = 2_000;

    const string Pair = @"[\uD800-\uDBFF][\uDC00-\uDFFF]";
    /// <summary>Half of a pair; never a character of its own.</summary>
    const string Halves = @"\uD800-\uDFFF";
    const string SpaceSet = @"\t\n\v\f\r\x20\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000\uFEFF";
    const string NotSpaceSet = @"\0-\x08\x0E-\x1F!-\u009F\u00A1-\u167F\u1681-\u1FFF\u200B-\u2027\u202A-\u202E\u2030-\u205E\u2060-\u2FFF\u3001-\uD7FF\uE000-\uFEFE\uFF00-\uFFFF";
    const string NotDigitSet = @"\0-/:-\uD7FF\uE000-\uFFFF";
    const string NotWordSet = @"\0-/:-@\[-\^`{-\uD7FF\uE000-\uFFFF";

    /// <exception cref="ArgumentException">The pattern is not a valid or not a supported one.</exception>
    public static Regex Compile(string pattern)
    {
        if (pattern.Length > MaxPatternLength) throw new ArgumentException($"正则表达式超过 {MaxPatternLength} 个字符");
        var translated = new Translation(pattern).Run();
        try
        {
            return new Regex(translated, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (NotSupportedException) // look-around, back references: only the backtracking engine has them
        {
            return new Regex(translated, RegexOptions.CultureInvariant, TimeSpan.FromMilliseconds(100));
        }
    }

    /// <summary>Matches; a pattern that runs out of time does not match.</summary>
    public static bool Matches(Regex pattern, string text)
    {
        try { return pattern.IsMatch(text); }
        catch (RegexMatchTimeoutException) { return false; }
    }

    sealed class Translation(string source)
    {
        readonly StringBuilder output = new();
        int at;

        public string Run()
        {
            while (at < source.Length)
            {
                switch (source[at])
                {
                    case '\\': output.Append(Escape(inSet: false)); break;
                    case '[': Set(); break;
                    case '.': at++; output.Append($@"(?:{Pair}|[^\n\r\u2028\u2029{Halves}])"); break;
                    case '$': at++; output.Append(@"\z"); break;
                    case '(' when source.AsSpan(at).StartsWith("(?#"): throw new ArgumentException("不支持 (?#…)");
                    default: Literal(NextRune()); break;
                }
            }
            return output.ToString();
        }

        void Literal(int rune)
        {
            if (rune <= 0xFFFF) output.Append((char)rune is ' ' or '#' ? "\\" + (char)rune : ((char)rune).ToString());
            else output.Append("(?:").Append(char.ConvertFromUtf32(rune)).Append(')');
        }

        int NextRune()
        {
            if (char.IsHighSurrogate(source[at]) && at + 1 < source.Length && char.IsLowSurrogate(source[at + 1]))
            {
                at += 2;
                return char.ConvertToUtf32(source[at - 2], source[at - 1]);
            }
            return source[at++];
        }

        /// <summary>Reads an escape. Outside a set the answer is complete; inside it is the text that belongs into the brackets.</summary>
        string Escape(bool inSet)
        {
            if (at + 1 >= source.Length) throw new ArgumentException("反斜杠后面缺少字符");
            var c = source[at + 1];
            at += 2;
            string Wrap(string set, bool complement = false) =>
                inSet ? set : complement ? $"(?:{Pair}|[{set}])" : $"[{set}]";
            switch (c)
            {
                case 'd': return Wrap("0-9");
                case 'D': return Wrap(NotDigitSet, true);
                case 'w': return Wrap("A-Za-z0-9_");
                case 'W': return Wrap(NotWordSet, true);
                case 's': return Wrap(SpaceSet);
                case 'S': return Wrap(NotSpaceSet, true);
                case 'p' or 'P': return Property(c == 'P', inSet);
                case 'u':
                    at -= 2;
                    var rune = EscapedRune();
                    if (rune <= 0xFFFF) return $"\\u{rune:X4}";
                    return inSet ? throw new ArgumentException("unexpected") : $"(?:{char.ConvertFromUtf32(rune)})";
                case 'c' when at < source.Length && char.IsAsciiLetter(source[at]):
                    return $"\\x{source[at++] % 32:X2}";
                case 'b' when inSet: return @"\x08";
                case 'b' or 'B' or 'n' or 'r' or 't' or 'v' or 'f' or 'k': return "\\" + c;
                case '0': return @"\0";
                case 'x': return "\\x";
                default:
                    if (char.IsAsciiLetter(c)) throw new ArgumentException($"不支持 \\{c}");
                    return "\\" + c;
            }
        }

        string Property(bool negated, bool inSet)
        {
            var end = source.IndexOf('}', at);
            if (at >= source.Length || source[at] != '{' || end < 0) throw new ArgumentException(@"\p 后面应为 {…}");
            var name = source[(at + 1)..end];
            at = end + 1;
            if (name.StartsWith("General_Category=") || name.StartsWith("gc=")) name = name[(name.IndexOf('=') + 1)..];
            if (name is "Script=Han" or "sc=Han" or "Ideographic")
            {
                if (inSet || negated) throw new ArgumentException(@"\p{Script=Han} 不能写在方括号里或取反");
                return @"(?:[\u2E80-\u2FDF\u3005\u3007\u3021-\u3029\u3038-\u303B\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF]|[\uD840-\uD88D][\uDC00-\uDFFF])";
            }
            name = LongNames.GetValueOrDefault(name, name);
            if (name.Length > 2) throw new ArgumentException($"不支持 \\p{{{name}}}");
            return (negated ? "\\P{" : "\\p{") + name + "}";
        }

        /// <summary>A bracket set. Members beyond the basic plane become alternatives of surrogate pairs.</summary>
        void Set()
        {
            at++;
            var negated = at < source.Length && source[at] == '^';
            if (negated) at++;
            var basic = new StringBuilder();
            var pairs = new List<string>();
            while (true)
            {
                if (at >= source.Length) throw new ArgumentException("缺少右方括号");
                if (source[at] == ']') { at++; break; }
                var (rune, text) = Member();
                if (rune >= 0 && at + 1 < source.Length && source[at] == '-' && source[at + 1] != ']')
                {
                    at++;
                    var (last, _) = Member();
                    if (last < rune) throw new ArgumentException("方括号里的范围写反了");
                    if (rune <= 0xFFFF) basic.Append($"\\u{rune:X4}-\\u{Math.Min(last, 0xFFFF):X4}");
                    if (last > 0xFFFF) pairs.AddRange(PairRange(Math.Max(rune, 0x10000), last));
                }
                else if (rune > 0xFFFF) pairs.AddRange(PairRange(rune, rune));
                else basic.Append(rune >= 0 ? $"\\u{rune:X4}" : text);
            }
            if (negated)
            {
                var anyPair = pairs.Count == 0 ? Pair : throw new ArgumentException("取反的方括号里不支持四字节字符");
                output.Append(basic.Length == 0 ? $@"(?:{Pair}|[^{Halves}])" : $"(?:{anyPair}|[^{basic}{Halves}])");
            }
            else if (basic.Length == 0 && pairs.Count == 0) output.Append("(?!)");
            else if (pairs.Count == 0) output.Append('[').Append(basic).Append(']');
            else output.Append("(?:").AppendJoin('|', basic.Length == 0 ? pairs : [$"[{basic}]", .. pairs]).Append(')');
        }

        (int Rune, string Text) Member()
        {
            if (source[at] != '\\') return (NextRune(), "");
            if (at + 1 < source.Length && source[at + 1] == 'u') return (EscapedRune(), "");
            if (at + 1 < source.Length && !char.IsAsciiLetterOrDigit(source[at + 1])) { at++; return (NextRune(), ""); }
            return (-1, Escape(inSet: true));
        }

        int EscapedRune()
        {
            at += 2;
            if (at < source.Length && source[at] == '{')
            {
                var end = source.IndexOf('}', at);
                if (end < 0 || !int.TryParse(source.AsSpan(at + 1, end - at - 1), NumberStyles.AllowHexSpecifier, null, out var code) || code > 0x10FFFF || code is >= 0xD800 and < 0xE000)
                    throw new ArgumentException(@"\u{…} 不是有效的字符");
                at = end + 1;
                return code;
            }
            var first = Hex4();
            if (first is >= 0xD800 and < 0xDC00 && at + 1 < source.Length && source[at] == '\\' && source[at + 1] == 'u')
            {
                at += 2;
                return char.ConvertToUtf32((char)first, (char)Hex4());
            }
            return first;
        }

        int Hex4()
        {
            if (at + 4 > source.Length || !int.TryParse(source.AsSpan(at, 4), NumberStyles.AllowHexSpecifier, null, out var code))
                throw new ArgumentException(@"\u 后面应为四位十六进制数");
            at += 4;
            return code;
        }

        static IEnumerable<string> PairRange(int from, int to)
        {
            for (var next = from; next <= to;)
            {
                var text = char.ConvertFromUtf32(next);
                var lastOfBlock = Math.Min(to, next | 0x3FF);
                // Whole blocks of a thousand share one alternative.
                var blockEnd = lastOfBlock;
                if ((next & 0x3FF) == 0)
                    while (blockEnd == (blockEnd | 0x3FF) && blockEnd + 0x400 <= to) blockEnd += 0x400;
                var low = char.ConvertFromUtf32(lastOfBlock)[1];
                var high = char.ConvertFromUtf32(blockEnd)[0];
                yield return $"[\\u{(int)text[0]:X4}-\\u{(int)high:X4}][\\u{(int)text[1]:X4}-\\u{(int)low:X4}]";
                next = blockEnd + 1;
            }
        }
    }

    static readonly Dictionary<string, string> LongNames = new()
    {
        ["Letter"] = "L", ["Lowercase_Letter"] = "Ll", ["Uppercase_Letter"] = "Lu", ["Mark"] = "M", ["Number"] = "N",
        ["Decimal_Number"] = "Nd", ["digit"] = "Nd", ["Punctuation"] = "P", ["punct"] = "P", ["Symbol"] = "S", ["Separator"] = "Z",
        ["Space_Separator"] = "Zs", ["Other_Letter"] = "Lo",
    };
}
