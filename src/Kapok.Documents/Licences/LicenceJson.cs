using Kapok.Identity;

namespace Kapok.Documents.Licences;

/// <summary>Licences as the interfaces write them.</summary>
static class LicenceJson
{
    public static object ForHolder(LicenceRow l, DateOnly today) => new
    {
        l.Id, l.Identifier, l.Name, l.Number, type = l.Type, l.TypeCode, l.Version, state = LicenceWords.Key(l.StateOn(today)), word = LicenceWords.Of(l.StateOn(today)), l.StateReason, issuer = l.IssuerName, l.IssuerCode,
        holder = l.HolderName, l.IssuedOn, l.ValidFrom, l.ValidTo, l.Fields, l.Notes, grade = l.Grade.ToString(), l.CaseNumber, hasFile = l.File is not null, waits = l.Waits.Length > 0 ? l.Waits : null,
    };

    /// <summary>Elements of GB/T 36903 by their short names; KZ_* are the 照面项 of the type. Identity numbers in full only where they are asked by them.</summary>
    public static IReadOnlyDictionary<string, string> Elements(LicenceRow l)
    {
        var elements = new Dictionary<string, string>
        {
            ["ZZBS"] = l.Identifier, ["ZZLXDM"] = l.TypeCode, ["ZZMC"] = l.Name, ["ZZBH"] = l.Number, ["ZZBFJG"] = l.IssuerName, ["ZZBFJGDM"] = l.IssuerCode, ["ZZBFRQ"] = Day(l.IssuedOn),
            ["CZZT"] = string.Join('^', l.Holders.Select(h => h.Name)), ["CZZTDM"] = string.Join('^', l.Holders.Select(h => h.Code)), ["CZZTDMLX"] = string.Join('^', l.Holders.Select(h => LicenceWords.CodeType(h.CodeType))),
            ["CZZTDMLXDM"] = string.Join('^', l.Holders.Select(h => h.CodeType)), ["ZZYXQQSRQ"] = Day(l.ValidFrom), ["ZZYXQJZRQ"] = l.ValidTo is { } to ? Day(to) : "长期",
        };
        foreach (var field in l.Fields) elements[$"KZ_{field.Id}"] = field.Value;
        return elements;
    }

    /// <summary>What a receiver gets: the directory record, state and fields, with identity numbers masked.</summary>
    public static object Metadata(LicenceRow l, DateOnly today) => new
    {
        l.Identifier, l.Name, l.Number, type = l.Type, l.TypeCode, l.Version, state = LicenceWords.Key(l.StateOn(today)), word = LicenceWords.Of(l.StateOn(today)), issuer = l.IssuerName, l.IssuerCode,
        holders = l.Holders.Select(h => new { h.Name, h.CodeType, code = h.CodeType == "001" ? h.Code : People.Masked(h.Code) }), l.IssuedOn, l.ValidFrom, l.ValidTo, grade = l.Grade.ToString(), l.Fields, l.Notes,
    };

    static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}
