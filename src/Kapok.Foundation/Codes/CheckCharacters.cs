namespace Kapok.Foundation.Codes;

/// <summary>
/// Check characters of national codes. Every method takes the code without its check character and throws
/// <see cref="ArgumentException"/> for a character outside its alphabet.
/// </summary>
public static class CheckCharacters
{
    public const string Alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    /// <summary>The 31 symbols of GB 32100: no I, O, S, V, Z.</summary>
    public const string CreditCodeAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

    /// <summary>The 31 symbols that cannot be mistaken for one another when read aloud or copied by hand: no 0, 1, I, L, O.</summary>
    public const string QueryAlphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

    /// <summary>ISO 7064 MOD 11-2 over digits: 0–9 or X. Finds every single error and every transposition of neighbours. Citizen identity numbers.</summary>
    public static char Mod11_2(ReadOnlySpan<char> digits)
    {
        var p = 0;
        foreach (var c in digits) p = (p + ValueOf(c, Alphanumeric, 10)) * 2 % 11;
        return "0123456789X"[(12 - p) % 11];
    }

    /// <summary>ISO 7064 MOD 11,10 over digits. Finds every single error. Investment project codes (GB/T 40058).</summary>
    public static char Mod11_10(ReadOnlySpan<char> digits) => Hybrid(digits, 10);

    /// <summary>ISO 7064 MOD 37,36 over 0–9 A–Z. Finds every single error. Identifiers of electronic licences (GB/T 36904).</summary>
    public static char Mod37_36(ReadOnlySpan<char> characters) => Hybrid(characters, 36);

    /// <summary>GB 32100: weights are powers of 3 modulo 31 over the 31 symbols. Finds every single error and every transposition.</summary>
    public static char CreditCode(ReadOnlySpan<char> characters)
    {
        var (sum, weight) = (0, 1);
        foreach (var c in characters)
        {
            sum += ValueOf(c, CreditCodeAlphabet, 31) * weight;
            weight = weight * 3 % 31;
        }
        return CreditCodeAlphabet[(31 - sum % 31) % 31];
    }

    /// <summary>GB 11714, over eight characters: 0–9 or X. Finds every single error among digits and among letters that differ by no multiple of 11.</summary>
    public static char OrganisationCode(ReadOnlySpan<char> characters)
    {
        ReadOnlySpan<int> weights = [3, 7, 9, 10, 5, 8, 4, 2];
        if (characters.Length != 8) throw new ArgumentException("eight characters", nameof(characters));
        var sum = 0;
        for (var i = 0; i < 8; i++) sum += ValueOf(characters[i], Alphanumeric, 36) * weights[i];
        return "0123456789X"[(11 - sum % 11) % 11];
    }

    /// <summary>
    /// The pure procedure of ISO 7064 with modulus 31 and radix 3 over <see cref="QueryAlphabet"/>. 31 is prime and 3 a primitive root of it,
    /// so every single error and every transposition within 30 characters is found. Short query codes.
    /// </summary>
    public static char Query(ReadOnlySpan<char> characters)
    {
        var p = 0;
        foreach (var c in characters) p = (p + ValueOf(c, QueryAlphabet, 31)) * 3 % 31;
        return QueryAlphabet[(32 - p) % 31];
    }

    private static char Hybrid(ReadOnlySpan<char> characters, int modulus)
    {
        var p = modulus;
        foreach (var c in characters)
        {
            var t = (p + ValueOf(c, Alphanumeric, modulus)) % modulus;
            p = (t == 0 ? modulus : t) * 2 % (modulus + 1);
        }
        return Alphanumeric[(modulus + 1 - p) % modulus];
    }

    private static int ValueOf(char c, string alphabet, int size)
    {
        var value = alphabet.IndexOf(c);
        return value >= 0 && value < size ? value : throw new ArgumentException($"'{c}' is not a symbol of this code");
    }
}
