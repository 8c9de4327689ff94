using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Kapok.Foundation.Codes;
using Kapok.Identity;

namespace Kapok.Documents.Licences;

/// <summary>All versions of one licence, oldest first, locked for a change.</summary>
public sealed record LicenceChain(ImmutableArray<LicenceRow> Versions)
{
    /// <summary>The version that counts: the last that was sealed, or the only one.</summary>
    public LicenceRow Current => Versions.LastOrDefault(v => v.State is not (LicenceState.ToMake or LicenceState.ToSeal or LicenceState.Superseded)) ?? Versions[^1];

    /// <summary>A version that waits to be made, beside the one that counts.</summary>
    public LicenceRow? Pending => Versions.LastOrDefault(v => v.State is LicenceState.ToMake or LicenceState.ToSeal);

    /// <summary>The row that carries the head of the events.</summary>
    public LicenceRow Head => Versions.MaxBy(v => v.Seq)!;
}

/// <summary>
/// A licence that is decided and waits for its number: what will stand in it, and what it comes from. The number is taken
/// outside the deciding function, in the order of the batch.
/// </summary>
/// <param name="Act">issue, renew, change, annotate.</param>
/// <param name="Before">The licence it continues; null for a new one.</param>
/// <param name="GivenNumber">Number that something else gives; then no running number is used.</param>
public sealed partial record LicenceOrder(Guid Id, LicenceType Type, string Act, Organisation Issuer, string DivisionName, ImmutableArray<LicenceHolder> Holders, ImmutableArray<FieldValue> Fields,
    DateOnly IssuedOn, DateOnly? ValidTo, LicenceChain? Before = null, string? GivenNumber = null)
{
    public Guid? CaseId { get; init; }
    public string? CaseNumber { get; init; }
    public string Source { get; init; } = "case";
    public char Grade { get; init; } = 'A';
    public LicenceNote? Note { get; init; }
    public DateOnly? ValidFrom { get; init; }

    /// <summary>The series its number is taken from; null when it takes none.</summary>
    public string? Series => Before is not null || GivenNumber is not null || !Type.Number.Contains("{serial", StringComparison.Ordinal) ? null : $"licence {Type.Key} {Issuer.Id} {(Yearly ? IssuedOn.Year : 0)}";

    bool Yearly => Type.Number.Contains("{year}", StringComparison.Ordinal) || Type.Number.Contains("{date}", StringComparison.Ordinal);

    /// <summary>The number by the pattern of the type.</summary>
    public string NumberFor(long serial) => Before?.Current.Number ?? GivenNumber ?? LicenceTypeFile.Part().Replace(Type.Number, m =>
    {
        var parts = m.Groups[1].Value.Split(':');
        return parts[0] switch
        {
            "year" => IssuedOn.Year.ToString(CultureInfo.InvariantCulture),
            "date" => IssuedOn.ToString("yyyyMMdd", CultureInfo.InvariantCulture),
            "division" => Issuer.DivisionCode.Length >= 6 ? Issuer.DivisionCode[..6] : Issuer.DivisionCode,
            "divisionShort" => DivisionName,
            _ => serial.ToString(parts.Length > 1 ? "D" + parts[1] : "D", CultureInfo.InvariantCulture),
        };
    });

    /// <summary>
    /// Serial of the identifier: the number itself where it consists of digits and capital letters, else twenty characters made
    /// from type, issuer and number, so that the same licence always gets the same one.
    /// </summary>
    public string SerialFor(string number) => SerialFor(Type, Issuer, number);

    internal static string SerialFor(LicenceType type, Organisation issuer, string number) => PlainNumber().IsMatch(number) ? number : Twenty($"{type.Code}|{issuer.CreditCode}|{number}");

    static string Twenty(string from)
    {
        var value = new System.Numerics.BigInteger(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(from)), isUnsigned: true, isBigEndian: true);
        Span<char> text = stackalloc char[20];
        for (var i = 0; i < text.Length; i++) { text[i] = CheckCharacters.Alphanumeric[(int)(value % 36)]; value /= 36; }
        return new(text);
    }

    [GeneratedRegex("^[0-9A-Z]{4,30}$")]
    private static partial Regex PlainNumber();
}
