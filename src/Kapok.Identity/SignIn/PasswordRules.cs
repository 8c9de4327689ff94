using System.Text;
using Kapok.Foundation;

namespace Kapok.Identity.SignIn;

/// <summary>What a new password must be (GB/T 22239 level 3: at least eight characters of several kinds; here ten).</summary>
public static class PasswordRules
{
    public const int Shortest = 10, Longest = 128, LongEnoughAlone = 16;

    public const string Hint = "至少 10 位，包含大写字母、小写字母、数字、符号中的三种；或者至少 16 位、容易记住的一句话。不要用姓名、生日、手机号。";

    static readonly string[] Common =
        ["password", "passw0rd", "p@ssw0rd", "qwerty", "asdfgh", "zxcvbn", "1qaz2wsx", "abc123", "abcdef", "123456", "654321", "111111", "000000", "888888", "666666",
         "iloveyou", "woaini", "admin", "welcome", "letmein", "5201314", "147258", "112233"];

    /// <summary>Everything that is wrong with a password, in words that say how to mend it; empty when it is good.</summary>
    /// <param name="personal">Account name, name, phone, certificate number, birth date as yyyyMMdd: none may stand in it.</param>
    public static IReadOnlyList<Fault> Check(string field, string password, params IEnumerable<string?> personal)
    {
        var faults = new List<Fault>();
        var length = password.EnumerateRunes().Count();
        if (length < Shortest) faults.Add(new(field, $"口令至少 {Shortest} 位，现在是 {length} 位"));
        if (password.Length > Longest) { faults.Add(new(field, $"口令最多 {Longest} 位")); return faults; }
        if (password.Any(char.IsControl)) faults.Add(new(field, "口令中有看不见的控制字符，请重新输入"));
        if (length is >= Shortest and < LongEnoughAlone)
        {
            var missing = Missing(password);
            // Chinese characters are drawn from thousands, not from 26: they stand for both kinds of letters.
            if (missing.Count > 1 && !password.Any(c => c > 127 && char.IsLetter(c))) faults.Add(new(field, $"口令太简单：请再加入{string.Join("、", missing)}中的{(missing.Count == 3 ? "两种" : "一种")}，或者加长到 {LongEnoughAlone} 位以上"));
        }
        if (length >= Shortest && password.EnumerateRunes().Distinct().Count() < 6) faults.Add(new(field, "口令中重复的字符太多，请多用几个不同的字符"));
        var lower = password.ToLowerInvariant();
        if (personal.Any(p => p is { Length: >= 3 } && Pieces(p).Any(piece => lower.Contains(piece, StringComparison.Ordinal))))
            faults.Add(new(field, "口令中不能有您的账号、姓名、手机号、证件号码或生日"));
        if (Common.FirstOrDefault(c => lower.Contains(c, StringComparison.Ordinal)) is { } common && length - common.Length < 8)
            faults.Add(new(field, $"“{common}”是最常被猜中的口令，请换一个"));
        if (IsRun(lower)) faults.Add(new(field, "口令是连续的字符，容易被猜中，请换一个"));
        return faults;
    }

    static List<string> Missing(string password)
    {
        var missing = new List<string>();
        if (!password.Any(char.IsUpper)) missing.Add("大写字母");
        if (!password.Any(char.IsLower)) missing.Add("小写字母");
        if (!password.Any(char.IsDigit)) missing.Add("数字");
        if (password.All(char.IsLetterOrDigit)) missing.Add("符号");
        return missing;
    }

    /// <summary>Long numbers count by their last six digits too, because those are what people use.</summary>
    static IEnumerable<string> Pieces(string personal)
    {
        var lower = personal.ToLowerInvariant();
        yield return lower;
        if (lower.Length >= 11 && lower[..^1].All(char.IsAsciiDigit)) { yield return lower[^6..]; yield return lower[^8..]; }
    }

    /// <summary>1234567890, abcdefgh, 9876 …: three quarters of the steps go the same way; after 9 comes 0.</summary>
    static bool IsRun(string text)
    {
        if (text.Length < Shortest) return false;
        var steps = Enumerable.Range(1, text.Length - 1).Select(i => (text[i - 1], text[i]) switch { ('9', '0') => 1, ('0', '9') => -1, var (a, b) => b - a }).ToList();
        return steps.Where(s => s is >= -1 and <= 1).GroupBy(s => s).Any(g => g.Count() * 4 >= steps.Count * 3);
    }
}
