namespace Kapok.Foundation.Codes;

/// <summary>A unified social credit code (统一社会信用代码, GB 32100-2015).</summary>
public sealed record CreditCode
{
    private CreditCode(string code) => Code = code;

    /// <summary>18 characters.</summary>
    public string Code { get; }

    /// <summary>Who registers, e.g. 市场监管.</summary>
    public string Authority => CodeTables.CreditCodeAuthority.Find(Code[..1]) ?? "未知登记管理部门";

    /// <summary>What kind of body inside that authority, e.g. 企业.</summary>
    public string Category => CodeTables.CreditCodeCategory.Find(Code[..2]) ?? "未知机构类别";

    /// <summary>Six-digit division of the registering organ; 100000 for the centre.</summary>
    public string Division => Code[2..8];

    /// <summary>The nine-character organisation code (GB 11714) inside.</summary>
    public string BodyCode => Code[8..17];

    /// <summary>The code, or null when <see cref="Check"/> finds a problem.</summary>
    public static CreditCode? Parse(string? text) => Check(text).Value is { } code ? new(code) : null;

    /// <summary>
    /// Checks form and check character. A wrong check inside the body code is only a warning: a few historic codes have it.
    /// </summary>
    public static CodeVerdict Check(string? text)
    {
        var code = CodeText.CleanJoined(text);
        if (code.Length == 0) return CodeVerdict.Wrong("请填写统一社会信用代码。");
        if (code.Length != 18) return CodeVerdict.Wrong($"统一社会信用代码应为 18 位，现在是 {code.Length} 位。");
        foreach (var c in code)
            if (!CheckCharacters.CreditCodeAlphabet.Contains(c))
                return CodeVerdict.Wrong(c is 'I' or 'O' or 'S' or 'V' or 'Z'
                    ? $"统一社会信用代码中没有字母 {c}，请检查是否与数字混淆。"
                    : $"统一社会信用代码只由数字和大写字母组成，不能有“{c}”。");
        if (!CodeText.IsDigits(code.AsSpan(2, 6))) return CodeVerdict.Wrong("统一社会信用代码第 3 至 8 位是登记机关行政区划，应当都是数字。");
        if (CheckCharacters.CreditCode(code.AsSpan(0, 17)) != code[17]) return CodeVerdict.Wrong("统一社会信用代码的校验位不对，请检查是否有字符输错或者颠倒。");
        var warnings = new List<string>();
        if (CheckCharacters.OrganisationCode(code.AsSpan(8, 8)) != code[16]) warnings.Add("其中的主体标识码（第 9 至 17 位）自身校验不符，个别历史代码有此情况，请核对。");
        if (!CodeTables.CreditCodeCategory.Contains(code[..2])) warnings.Add($"开头的“{code[..2]}”不是已知的登记管理部门和机构类别。");
        return CodeVerdict.Ok(code, warnings);
    }

    public override string ToString() => Code;
}

/// <summary>The organisation code (组织机构代码, GB 11714-1997): eight characters and a check character.</summary>
public static class OrganisationCode
{
    /// <summary>Accepts it with and without the hyphen before the check character; the canonical form is without.</summary>
    public static CodeVerdict Check(string? text)
    {
        var code = CodeText.CleanJoined(text);
        if (code.Length != 9) return CodeVerdict.Wrong($"组织机构代码应为 9 位，现在是 {code.Length} 位。");
        foreach (var c in code)
            if (!CheckCharacters.Alphanumeric.Contains(c)) return CodeVerdict.Wrong($"组织机构代码只由数字和大写字母组成，不能有“{c}”。");
        return CheckCharacters.OrganisationCode(code.AsSpan(0, 8)) == code[8]
            ? CodeVerdict.Ok(code)
            : CodeVerdict.Wrong("组织机构代码的校验位不对，请检查是否有字符输错或者颠倒。");
    }
}
