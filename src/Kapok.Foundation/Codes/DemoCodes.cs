namespace Kapok.Foundation.Codes;

/// <summary>
/// Valid codes for demonstration and test data: the same arguments always give the same code. A code made here may by chance be a real
/// one's, so they never go into a production node.
/// </summary>
public static class DemoCodes
{
    /// <param name="divisionCode">Six digits or longer; the registering organ's division.</param>
    /// <param name="kind">First two characters: authority and category, e.g. 91 company, 92 individual business, 11 government organ, 12 public institution.</param>
    public static string CreditCode(string divisionCode, int seed, string kind = "91")
    {
        if (!CodeTables.CreditCodeCategory.Contains(kind)) throw new ArgumentException($"no such kind: {kind}", nameof(kind));
        var random = Mix(seed, Six(divisionCode), kind);
        Span<char> body = stackalloc char[8];
        (body[0], body[1]) = ('M', kind[0] == '9' ? 'A' : 'B');
        for (var i = 2; i < 8; i++)
        {
            body[i] = CheckCharacters.CreditCodeAlphabet[(int)(random % 31)];
            random /= 31;
        }
        var code = $"{kind}{Six(divisionCode)}{body}{CheckCharacters.OrganisationCode(body)}";
        return code + CheckCharacters.CreditCode(code);
    }

    /// <param name="divisionCode">Six digits or longer.</param>
    public static string CitizenId(string divisionCode, DateOnly birth, bool male, int seed)
    {
        // 500 sequence numbers of each sex a day and division; seeds 0–499 never collide.
        var sequence = (int)(((uint)seed + Mix(0, Six(divisionCode), birth.ToString("yyyyMMdd")) % 500) % 500) * 2 + (male ? 1 : 0);
        var body = $"{Six(divisionCode)}{birth:yyyyMMdd}{sequence:D3}";
        return body + CheckCharacters.Mod11_2(body);
    }

    private static string Six(string divisionCode) =>
        divisionCode.Length >= 6 && CodeText.IsDigits(divisionCode) ? divisionCode[..6] : throw new ArgumentException("at least six digits", nameof(divisionCode));

    // SplitMix64: string.GetHashCode and Random differ between runs or versions.
    private static ulong Mix(int seed, params ReadOnlySpan<string> texts)
    {
        var state = (ulong)(uint)seed;
        foreach (var text in texts)
            foreach (var c in text) state = Step(state ^ c);
        return Step(state);

        static ulong Step(ulong z)
        {
            z += 0x9e3779b97f4a7c15;
            z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
            z = (z ^ z >> 27) * 0x94d049bb133111eb;
            return z ^ z >> 31;
        }
    }
}
