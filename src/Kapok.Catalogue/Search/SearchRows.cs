using Dapper;
using Kapok.Catalogue.Content;
using Kapok.Catalogue.Publishing;
using Kapok.Foundation.Chinese;
using Npgsql;

namespace Kapok.Catalogue.Search;

/// <summary>Keeps the search tables in step with what is published, in the transaction of the publication.</summary>
static class SearchRows
{
    public static async Task Update(NpgsqlConnection connection, IReadOnlyList<NewVersion> versions)
    {
        foreach (var version in versions.Where(v => v.Entry.IsBase)) await Text(connection, version.Entry.Id, version.Content);
        var bodies = versions.Where(v => !v.Entry.IsBase).ToList();
        if (bodies.Count == 0) return;
        await connection.ExecuteAsync("""
            insert into catalogue.search_body (item, base, code, version, organisation, place, depth, level, online, visits, promised)
            select * from unnest(@items, @bases, @codes, @versions, @organisations, @places, @depths, @levels, @onlines, @visits, @promised)
            on conflict (item) do update set version = excluded.version, place = excluded.place, depth = excluded.depth, online = excluded.online, visits = excluded.visits, promised = excluded.promised
            """, new
        {
            items = bodies.Select(v => v.Entry.Id).ToArray(), bases = bodies.Select(v => v.Entry.Root).ToArray(), codes = bodies.Select(v => v.Entry.ImplementationCode!).ToArray(),
            versions = bodies.Select(v => v.Id).ToArray(), organisations = bodies.Select(v => v.Entry.Organisation!.Value).ToArray(),
            places = bodies.Select(v => v.Entry.Division[(v.Entry.Division.LastIndexOf('.') + 1)..]).ToArray(), depths = bodies.Select(v => (short)v.Entry.Division.Split('.').Length).ToArray(),
            levels = bodies.Select(v => v.Entry.Level).ToArray(), onlines = bodies.Select(v => v.Content.OnlineDoable()).ToArray(), visits = bodies.Select(v => (short)v.Content.Visits).ToArray(),
            promised = bodies.Select(v => v.PromisedDays).ToArray(),
        });
        await Count(connection, [.. bodies.Select(v => v.Entry.Root).Distinct()]);
    }

    /// <summary>Takes withdrawn entries out of the search.</summary>
    public static async Task Remove(NpgsqlConnection connection, IReadOnlyList<Entry> entries)
    {
        var ids = entries.Select(e => e.Id).ToArray();
        await connection.ExecuteAsync("delete from catalogue.suggestion where item = any(@ids); delete from catalogue.search where item = any(@ids); delete from catalogue.search_body where item = any(@ids)", new { ids });
        await Count(connection, [.. entries.Select(e => e.Root).Distinct()]);
    }

    static Task Count(NpgsqlConnection connection, Guid[] bases) => connection.ExecuteAsync("""
        update catalogue.search s set bodies = n.bodies
        from (select b.base, (select count(*)::int from catalogue.search_body x where x.base = b.base) as bodies from unnest(@bases) as b (base)) n
        where s.item = n.base and s.bodies <> n.bodies
        """, new { bases });

    static async Task Text(NpgsqlConnection connection, Guid item, ItemContent content)
    {
        await connection.ExecuteAsync("""
            insert into catalogue.search (item, basic_code, name, name_key, alias_keys, summary, tokens, type, line, audience, levels, life_events, online, visits, promised)
            values (@item, @Code, @Name, @key, @aliases, @Summary, @tokens::tsvector, @Type, @Line, @audience, @levels, @events, @online, @visits, @promised)
            on conflict (item) do update set name = excluded.name, name_key = excluded.name_key, alias_keys = excluded.alias_keys, summary = excluded.summary, tokens = excluded.tokens,
              type = excluded.type, line = excluded.line, audience = excluded.audience, levels = excluded.levels, life_events = excluded.life_events, online = excluded.online,
              visits = excluded.visits, promised = excluded.promised
            """, new
        {
            item, content.Code, content.Name, key = Key(content.Name), aliases = content.Aliases.Select(Key).ToArray(), content.Summary, tokens = Tokens(content), content.Type, content.Line,
            audience = Shorts(content.Audience), levels = Shorts(content.Levels), events = content.LifeEvents.ToArray(), online = content.OnlineDoable(), visits = (short)content.Visits,
            promised = TimeLimit.InWorkingDays(content.PromisedDays, content.PromisedUnit),
        });
        var words = content.Aliases.Select(a => (Text: a, Kind: (short)1)).Prepend((Text: content.Name, Kind: (short)0)).DistinctBy(w => w.Text).ToList();
        await connection.ExecuteAsync("""
            delete from catalogue.suggestion where item = @item;
            insert into catalogue.suggestion (item, text, key, initials, kind) select @item, * from unnest(@texts, @keys, @initials, @kinds)
            """, new { item, texts = words.Select(w => w.Text).ToArray(), keys = words.Select(w => Key(w.Text)).ToArray(), initials = words.Select(w => Pinyin.Initials(w.Text)).ToArray(), kinds = words.Select(w => w.Kind).ToArray() });
    }

    internal static string Tokens(ItemContent content) => SearchText.Vector(
        [new(content.Name, 'A', ByPinyin: true), .. content.Aliases.Select(a => new SearchField(a, 'B', ByPinyin: true)), new(content.Summary, 'C'), .. content.Results.Select(r => new SearchField(r.Name)), new(content.Code)]);

    /// <summary>Lower case, nothing but letters and digits.</summary>
    internal static string Key(string text) => new([.. text.ToLowerInvariant().Where(char.IsLetterOrDigit)]);

    static short[] Shorts(IReadOnlyList<int> codes) => [.. codes.Select(c => (short)c)];
}
