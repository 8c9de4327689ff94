namespace Kapok.Foundation.Codes;

/// <summary>
/// 电子证照标识 (GB/T 36904-2018): <c>1.2.156.3005.2.TYPE.ISSUER.SERIAL.VERSION.CHECK</c>. The check character is ISO 7064
/// MOD 37,36 over type, issuer, serial and version, without the root and without the points.
/// </summary>
/// <param name="Type">21 characters: credit code of the body that defines the type, and three more.</param>
/// <param name="Issuer">Credit code of the issuing body; six digits of a division are read in foreign data, never made.</param>
/// <param name="Serial">Digits and capital letters, at most 32.</param>
/// <param name="Version">1–999; one more with each change of the same licence.</param>
public sealed record LicenceIdentifier(string Type, string Issuer, string Serial, int Version)
{
    /// <summary>Object identifier of electronic licences.</summary>
    public const string Root = "1.2.156.3005.2";

    public const int MostVersions = 999, LongestSerial = 32;

    public char Check => CheckCharacters.Mod37_36($"{Type}{Issuer}{Serial}{Version:D3}");

    public override string ToString() => $"{Root}.{Type}.{Issuer}.{Serial}.{Version:D3}.{Check}";

    /// <summary>A new identifier of ours; the issuer must be a credit code.</summary>
    /// <exception cref="ArgumentException">A part is not what the standard allows.</exception>
    public static LicenceIdentifier Compose(string type, string issuer, string serial, int version)
    {
        if (type.Length != 21 || !Plain(type)) throw new ArgumentException("a type has 21 characters", nameof(type));
        if (issuer.Length != 18 || !Plain(issuer)) throw new ArgumentException("an issuer has 18 characters", nameof(issuer));
        if (serial.Length is 0 or > LongestSerial || !Plain(serial)) throw new ArgumentException("a serial has 1 to 32 digits and capital letters", nameof(serial));
        if (version is < 1 or > MostVersions) throw new ArgumentException("a version is 1 to 999", nameof(version));
        return new(type, issuer, serial, version);
    }

    /// <summary>Reads an identifier as people paste it: spaces around it, small letters, a <c>.ofd</c> at the end.</summary>
    /// <returns>The verdict with the words for the one who typed it; <paramref name="identifier"/> only when it is right.</returns>
    public static CodeVerdict Parse(string? text, out LicenceIdentifier? identifier)
    {
        identifier = null;
        var clean = CodeText.CleanJoined(text);
        if (clean.EndsWith(".OFD", StringComparison.Ordinal)) clean = clean[..^4];
        if (clean.Length == 0) return CodeVerdict.Wrong("请填写证照标识。");
        if (clean.Length > 120) return CodeVerdict.Wrong("证照标识太长了，请核对。");
        if (!clean.StartsWith(Root + ".", StringComparison.Ordinal)) return CodeVerdict.Wrong($"证照标识应当以 {Root} 开头。");
        var parts = clean[(Root.Length + 1)..].Split('.');
        if (parts.Length != 5) return CodeVerdict.Wrong("证照标识应当有类型、颁发机构、流水号、版本号和校验位五段，用点隔开。");
        if (parts[0].Length != 21 || !Plain(parts[0])) return CodeVerdict.Wrong("证照类型代码应为 21 位数字和大写字母。");
        if (parts[1].Length is not (18 or 6) || !Plain(parts[1])) return CodeVerdict.Wrong("颁发机构代码应为 18 位统一社会信用代码。");
        if (parts[2].Length is 0 or > LongestSerial || !Plain(parts[2])) return CodeVerdict.Wrong("流水号应为 1 到 32 位数字和大写字母。");
        if (parts[3].Length != 3 || !CodeText.IsDigits(parts[3]) || parts[3] == "000") return CodeVerdict.Wrong("版本号应为 001 到 999。");
        var read = new LicenceIdentifier(parts[0], parts[1], parts[2], int.Parse(parts[3], System.Globalization.CultureInfo.InvariantCulture));
        if (parts[4].Length != 1 || parts[4][0] != read.Check) return CodeVerdict.Wrong("证照标识的校验位不对，请检查是否有字符输错或者颠倒。");
        identifier = read;
        return CodeVerdict.Ok(read.ToString(), []);
    }

    static bool Plain(string text) => text.All(c => c is >= '0' and <= '9' or >= 'A' and <= 'Z');
}
