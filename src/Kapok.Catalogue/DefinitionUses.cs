using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Npgsql;

namespace Kapok.Catalogue;

/// <summary>An item of the basic list with the form and flow it names. Who answers for the item answers for these too.</summary>
/// <param name="Form"><c>package/name</c>; null when it cannot be applied for.</param>
/// <param name="Flow"><c>package/name</c>, or a template.</param>
/// <param name="Bodies">How many bodies implement it.</param>
public sealed record DefinitionUse(Guid Item, string BasicCode, string Name, string Division, string Line, Guid? Organisation, string? Form, string Flow, int Bodies)
{
    public Target AsTarget() => new(Division, Organisation, Line);
}

/// <summary>Which items use which forms and flows: for the designer, which stands above the catalogue.</summary>
public sealed class DefinitionUses(Database database)
{
    /// <summary>Published items of the basic list.</summary>
    public Task<IReadOnlyList<DefinitionUse>> All() => database.Read<IReadOnlyList<DefinitionUse>>(async c => (await c.QueryAsync<DefinitionUse>("""
        select i.id as item, i.basic_code, i.name, i.division, i.line, i.organisation, b.content->>'form' as form, coalesce(b.content->>'flow', '') as flow,
               (select count(*)::int from catalogue.item k where k.root = i.id and k.parent is not null and k.state = 'published') as bodies
        from catalogue.item i join catalogue.version v on v.id = i.version join catalogue.content x on x.digest = v.content
        cross join lateral (select x.body::jsonb as content) b
        where i.parent is null and i.state = 'published' order by i.basic_code
        """)).AsList());

    /// <summary>Tells the linter which questions a form asks, so that conditions of items can name them.</summary>
    public static Task KnowForm(NpgsqlConnection connection, string name, string[] fields) =>
        connection.ExecuteAsync("insert into catalogue.form (name, fields) values (@name, @fields) on conflict (name) do update set fields = excluded.fields", new { name, fields });
}
