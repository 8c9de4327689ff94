using System.Collections.Immutable;
using System.Globalization;
using Kapok.Cases.Definitions;
using Kapok.Cases.Forms;
using Kapok.Documents.Licences;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Identity;

namespace Kapok.Cases.Applying;

/// <summary>What the register has of an applicant for one item: licences that stand for materials, and what forms may take from them.</summary>
/// <param name="Standing">Licences in force, by type.</param>
/// <param name="Known">Types that are kept on the register.</param>
/// <param name="Facts">By the keys of <c>ui.prefill</c>.</param>
public sealed record HeldLicences(ILookup<string, LicenceRow> Standing, ImmutableHashSet<string> Known, IReadOnlyDictionary<string, PrefillFact> Facts)
{
    public static readonly HeldLicences None = new(Array.Empty<LicenceRow>().ToLookup(l => l.Type), [], ImmutableDictionary<string, PrefillFact>.Empty);

    /// <summary>Materials with the licences that stand for them, checked for state and holder.</summary>
    public ImmutableArray<MaterialState> Into(ImmutableArray<MaterialState> materials) => Known.IsEmpty ? materials : [.. materials.Select(m =>
        m.Source != "licence" || m.Material.ReplacedBy is not { } by || !Known.Contains(by.Code) ? m
        : Standing[by.Code].FirstOrDefault() is { } licence ? m with { Licence = licence } : m with { NotHeld = true })];
}

/// <summary>Never ask twice (D32): looks on the register for what an application would otherwise ask of its applicant.</summary>
public sealed class LicencesAtHand(LicenceTypes types, LicenceRegister register, LicenceUses uses, TimeProvider time)
{
    public const string Source = "您的电子证照";

    /// <summary>Asks the register only when the item or its form means a licence that is kept there.</summary>
    public async Task<HeldLicences> Of(Party party, CaseDefinition definition)
    {
        var book = types.Current;
        var replacing = definition.Item.Content.Materials.Where(m => m.ReplacedBy is { Kind: "licence" }).Select(m => m.ReplacedBy!.Code);
        var keys = definition.Form.Fields.Select(f => f.Prefill).Where(p => p?.StartsWith("licence.", StringComparison.Ordinal) == true).Select(p => p!.Split('.')).Where(p => p.Length == 3).ToList();
        var known = replacing.Concat(keys.Select(k => k[1])).Where(k => book.Find(k) is not null).ToImmutableHashSet();
        if (known.IsEmpty) return HeldLicences.None;
        var today = ChinaTime.DateOf(time.GetUtcNow());
        var standing = (await register.OfHolder($"{party.CertificateType}:{party.CertificateNumber}")).Where(l => known.Contains(l.Type) && l.StandsOn(today)).ToLookup(l => l.Type);
        var facts = new Dictionary<string, PrefillFact>();
        foreach (var key in keys)
            // With several licences of a type nobody knows which is meant; then the applicant says it.
            if (standing[key[1]].ToList() is [var only] && Value(only, key[2]) is { Length: > 0 } value) facts[string.Join('.', key)] = PrefillFact.Of(value, Source);
        return new(standing, known, facts);
    }

    static string Value(LicenceRow licence, string field) => field switch
    {
        "number" => licence.Number,
        "identifier" => licence.Identifier,
        "issuer" => licence.IssuerName,
        "issuedOn" => Day(licence.IssuedOn),
        "validUntil" or "endorsedUntil" => licence.ValidTo is { } to ? Day(to) : "",
        _ => licence.Value(field),
    };

    static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>Writes down for the holder that his licences were used.</summary>
    public async Task Used(IEnumerable<MaterialState> materials, Actor actor, string item, string number)
    {
        foreach (var licence in materials.Where(m => m is { Needed: true, Licence: not null }).Select(m => m.Licence!).DistinctBy(l => l.Id))
            await uses.Record(licence, actor, "case", $"申请{item}", "申请人提交时同意", number);
    }
}
