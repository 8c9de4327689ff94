using Dapper;
using Kapok.Catalogue.Content;
using Kapok.Catalogue.Desk;
using Kapok.Foundation;
using Kapok.Foundation.Data;

namespace Kapok.Catalogue;

/// <summary>无差别受理、同标准办理 (粤府办〔2018〕48号 五(四)2): where the same item is handled in another way, and how.</summary>
public sealed partial class CatalogueDesk
{
    /// <summary>What an applicant would notice from one office to the next. Windows, telephones and hours differ by nature.</summary>
    static readonly string[] Standard = ["promisedDays", "promisedUnit", "handling", "visits", "channels", "depth", "scope", "conditions", "materials", "fees", "appointment"];

    static readonly string[] StandardOwn = ["promisedDays", "promisedUnit", "handling", "visits", "channels", "depth", "scope", "dropConditions", "dropMaterials", "materials", "fees", "appointment"];

    /// <summary>Published implementations within the actor's scope that differ from what they inherit, by item, paged by key.</summary>
    /// <param name="words">Part of the name or the beginning of a code.</param>
    public async Task<DeviationPage> Deviations(Actor actor, string? words, string? after, int limit = 50)
    {
        limit = Math.Clamp(limit, 1, 200);
        var values = new DynamicParameters();
        var where = Where(actor, new DeskFilter(words, "implementation", "published", After: after), values);
        values.AddDynamicParams(new { own = StandardOwn, limit = limit + 1 });
        var rows = (await database.Read(c => c.QueryAsync<(Guid Id, string BasicCode, string Name, Guid? Organisation, string Division, string Upper, string Own)>($"""
            select i.id, i.basic_code, i.name, i.organisation, i.division, ut.body, vt.body
            from catalogue.item i join catalogue.version v on v.id = i.version join catalogue.content vt on vt.digest = v.content
            join catalogue.version u on u.id = v.upper join catalogue.content ut on ut.digest = u.content
            where {where} and v.own ?| @own and v.content <> u.content order by i.basic_code, i.division, i.id limit @limit
            """, values))).AsList();
        var shown = rows.Take(limit).Select(r => new Deviation(r.Id, r.BasicCode, r.Name, r.Organisation, r.Division,
            [.. Difference.Between(Json.Read<ItemContent>(r.Upper), Json.Read<ItemContent>(r.Own)).Where(c => Standard.Contains(c.Field))])).ToList();
        return new([.. shown.Where(d => d.Changes.Count > 0)], rows.Count > limit && shown[^1] is var last ? $"{last.BasicCode}|{last.Division}|{last.Item}" : null);
    }
}
