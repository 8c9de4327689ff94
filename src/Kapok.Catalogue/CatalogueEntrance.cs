using Dapper;
using Kapok.Foundation.Data;

namespace Kapok.Catalogue;

/// <summary>A situation in life that brings people to an office.</summary>
/// <param name="Audience"><c>person</c>, <c>company</c> or <c>both</c>.</param>
public sealed record LifeEvent(string Key, string Name, string Summary, string Audience);

/// <summary>Ways into the catalogue for a home page.</summary>
public sealed class CatalogueEntrance
{
    readonly Database database;
    volatile IReadOnlyList<LifeEvent>? events;

    public CatalogueEntrance(Database database, Signals signals)
    {
        this.database = database;
        signals.Listen(Items.Topic, _ => events = null);
    }

    /// <summary>The life events in the order of their packages.</summary>
    public async ValueTask<IReadOnlyList<LifeEvent>> LifeEvents()
    {
        if (events is { } known) return known;
        var read = await database.Read(async c => (IReadOnlyList<LifeEvent>)(await c.QueryAsync<LifeEvent>("select key, name, summary, audience from catalogue.life_event order by position, key")).AsList());
        if (read.Count > 0) events = read;
        return read;
    }

    /// <summary>Basic codes of the items that most offices offer.</summary>
    public Task<IReadOnlyList<string>> MostOffered(int count) => database.Read(async c => (IReadOnlyList<string>)(await c.QueryAsync<string>("""
        select basic_code from catalogue.item where parent is not null and state = 'published' group by basic_code order by count(*) desc, basic_code limit @count
        """, new { count })).AsList());

    /// <summary>How many items of the basic list each line of business has; lines without any are left out.</summary>
    public Task<IReadOnlyDictionary<string, int>> ItemsOfLines() => database.Read(async c => (IReadOnlyDictionary<string, int>)(await c.QueryAsync<(string Line, int Count)>(
        "select line, count(*)::int from catalogue.item where parent is null and state = 'published' group by line")).ToDictionary(r => r.Line, r => r.Count));
}
