using System.Globalization;
using Kapok.Documents.Licences;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Expressions;

namespace Kapok.Documents.Layout;

/// <summary>What a licence gives its template to print, and the metadata that go into its file (GB/T 36903-2018).</summary>
public static class LicenceSheet
{
    static readonly string[] Common =
    [
        "licence.name", "licence.number", "licence.identifier", "licence.version", "licence.issuedOn", "licence.validFrom", "licence.validTo", "issuer.name", "issuer.code", "holder.name", "holder.code", "holder.codeType",
        "verify.url", "items", "notes",
    ];

    /// <summary>Names that templates of licences of this type can read.</summary>
    public static IReadOnlyCollection<string> Names(LicenceType type) => [.. Common, .. type.Fields.Select(f => $"fields.{f.Id}")];

    /// <param name="verifyUrl">What the code on the licence leads to.</param>
    /// <param name="created">Moment of making; goes into the metadata.</param>
    public static PrintData Of(LicenceRow licence, LicenceType type, string verifyUrl, DateTimeOffset created)
    {
        var (first, values) = (licence.Holders.FirstOrDefault(), new Dictionary<string, Value>());
        values["licence"] = Members(("name", licence.Name), ("number", licence.Number), ("identifier", licence.Identifier), ("version", licence.Version), ("issuedOn", licence.IssuedOn), ("validFrom", licence.ValidFrom),
            ("validTo", licence.ValidTo is { } end ? Value.Of(end) : Value.Null));
        values["issuer"] = Members(("name", licence.IssuerName), ("code", licence.IssuerCode));
        values["holder"] = Members(("name", licence.HolderName), ("code", string.Join('、', licence.Holders.Select(h => h.Code))), ("codeType", first is null ? "" : LicenceWords.CodeType(first.CodeType)));
        values["verify"] = Members(("url", verifyUrl));
        values["fields"] = Value.Of(licence.Fields.DistinctBy(f => f.Id).ToDictionary(f => f.Id, f => Value.Of(f.Value)));
        values["items"] = Value.Of([.. licence.Fields.Where(f => f.Value.Length > 0).Select(f => Members(("id", f.Id), ("name", f.Name), ("value", f.Value)))]);
        values["notes"] = Value.Of([.. licence.Notes.Select(n => Members(("on", n.On), ("text", n.Text), ("by", n.By)))]);
        return new(new DictionaryScope(values, licence.IssuedOn), created) { Author = licence.IssuerName, Subject = licence.Identifier, Data = Metadata(licence, type, created) };
    }

    static Value Members(params (string Name, Value Value)[] members) => Value.Of(members.ToDictionary(m => m.Name, m => m.Value));

    /// <summary>The elements by their short names, in the order of the standard; extension elements KZ_ for each item of the type. Several holders are joined by ^.</summary>
    static List<KeyValuePair<string, string>> Metadata(LicenceRow licence, LicenceType type, DateTimeOffset created)
    {
        static string Day(DateOnly? date) => date?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";
        string Holders(Func<LicenceHolder, string> part) => string.Join('^', licence.Holders.Select(part));
        return
        [
            new("ZZBS", licence.Identifier), new("ZZLXMC", type.Name), new("ZZLXDM", licence.TypeCode), new("ZZMC", licence.Name), new("ZZBH", licence.Number), new("ZZBFJG", licence.IssuerName), new("ZZBFJGDM", licence.IssuerCode),
            new("ZZBFRQ", Day(licence.IssuedOn)), new("CZZT", Holders(h => h.Name)), new("CZZTDM", Holders(h => h.Code)), new("CZZTDMLX", Holders(h => LicenceWords.CodeType(h.CodeType))), new("CZZTDMLXDM", Holders(h => h.CodeType)),
            new("ZZYXQQSRQ", Day(licence.ValidFrom)), new("ZZYXQJZRQ", Day(licence.ValidTo)), new("CJSJ", ChinaTime.Local(created).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)),
            .. licence.Fields.Select(f => KeyValuePair.Create("KZ_" + f.Id, f.Value)),
        ];
    }
}
