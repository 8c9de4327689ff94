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

    /// <summary>How many bodies implement a text, and where.</summary>
    internal static Task Count(NpgsqlConnection connection, Guid[] bases) => connection.ExecuteAsync("""
        update catalogue.search s set bodies = n.bodies, tokens = s.words || array_to_tsvector(n.places)
        from (select t.base, count(b.item)::int as bodies, coalesce(array_agg(distinct '@' || b.place) filter (where b.place is not null), '{}') as places
              from unnest(@bases) as t (base) left join catalogue.search_body b on b.base = t.base group by t.base) n
        where s.item = n.base and s.tokens <> s.words || array_to_tsvector(n.places)
           or s.item = n.base and s.bodies <> n.bodies
        """, new { bases }, commandTimeout: 600);

    internal static async Task Text(NpgsqlConnection connection, Guid item, ItemContent content)
    {
        await connection.ExecuteAsync("""
            insert into catalogue.search (item, basic_code, name, name_key, summary, words, tokens, type, line, audience, life_events, online, visits, promised)
            values (@item, @Code, @Name, @key, @Summary, array_to_tsvector(@words), array_to_tsvector(@words), @Type, @Line, @audience, @events, @online, @visits, @promised)
            on conflict (item) do update set name = excluded.name, name_key = excluded.name_key, summary = excluded.summary, words = excluded.words,
              tokens = excluded.words || array_to_tsvector(array(select distinct '@' || b.place from catalogue.search_body b where b.base = excluded.item)),
              type = excluded.type, line = excluded.line, audience = excluded.audience, life_events = excluded.life_events, online = excluded.online,
              visits = excluded.visits, promised = excluded.promised
            """, new
        {
            item, content.Code, content.Name, key = Key(content.Name), content.Summary, words = Words(content), content.Type, content.Line,
            audience = content.Audience.Select(a => (short)a).ToArray(), events = content.LifeEvents.ToArray(), online = content.OnlineDoable(), visits = (short)content.Visits,
            promised = TimeLimit.InWorkingDays(content.PromisedDays, content.PromisedUnit),
        });
        var names = content.Aliases.Select(a => (Text: a, Kind: (short)1)).Prepend((Text: content.Name, Kind: (short)0)).DistinctBy(w => w.Text).ToList();
        await connection.ExecuteAsync("""
            delete from catalogue.suggestion where item = @item;
            insert into catalogue.suggestion (item, text, key, initials, kind) select @item, * from unnest(@texts, @keys, @initials, @kinds)
            """, new { item, texts = names.Select(w => w.Text).ToArray(), keys = names.Select(w => Key(w.Text)).ToArray(), initials = names.Select(w => Pinyin.Initials(w.Text)).ToArray(), kinds = names.Select(w => w.Kind).ToArray() });
    }

    /// <summary>Lexemes of a text; what the prefixes mean stands in the schema.</summary>
    internal static string[] Words(ItemContent content)
    {
        var name = SearchText.Tokens(content.Name, byPinyin: true);
        var aliases = content.Aliases.SelectMany(a => SearchText.Tokens(a, byPinyin: true)).Distinct().ToList();
        IEnumerable<string> rest = [.. SearchText.Tokens(content.Summary), .. content.Results.SelectMany(r => SearchText.Tokens(r.Name)), .. SearchText.Tokens(content.Code)];
        return [.. content.Aliases.Prepend(content.Name).Select(t => "=" + Key(t)).Concat(name.Select(t => "n" + t)).Concat(aliases.Select(t => "a" + t)).Concat(name).Concat(aliases).Concat(rest).Where(t => t.Length > 1 || t[0] > 0x7f)
            .Concat(content.Audience.Select(a => ForAudience((short)a))).Concat(content.LifeEvents.Select(InLifeEvent)).Append(OfType(content.Type)).Append(OfLine(content.Line)).Concat(content.OnlineDoable() ? [IsOnline] : []).Distinct()];
    }

    // What narrows a search stands among the lexemes, in a form no word has.
    internal const string IsOnline = "#online";
    internal static string ForAudience(int audience) => "#audience:" + audience.ToString(System.Globalization.CultureInfo.InvariantCulture);
    internal static string InLifeEvent(string lifeEvent) => "#event:" + lifeEvent;
    internal static string OfType(string type) => "#type:" + type;
    internal static string OfLine(string line) => "#line:" + line;

    /// <summary>Lower case, nothing but letters and digits.</summary>
    internal static string Key(string text) => new([.. text.ToLowerInvariant().Where(char.IsLetterOrDigit)]);
}
