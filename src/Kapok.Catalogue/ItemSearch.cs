using System.Globalization;
using Dapper;
using Kapok.Catalogue.Search;
using Kapok.Foundation.Chinese;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Data;
using Kapok.Identity;

namespace Kapok.Catalogue;

/// <summary>What somebody looks for. Everything may be left out.</summary>
/// <param name="Words">Chinese words, initials or full pinyin, a code, or a whole sentence.</param>
/// <param name="Place">Division code: only what is done there or at its upper levels, the nearest first.</param>
/// <param name="Audience">服务对象, GB/T 39046 A.4.</param>
/// <param name="Line">Line of business.</param>
/// <param name="Organisation">Only what this organisation implements.</param>
/// <param name="Level">行使层级, A.2.</param>
/// <param name="Type">事项类型, A.1.</param>
/// <param name="Online">Only what can be filed over the net.</param>
/// <param name="After">Key of the last hit of the page before.</param>
public sealed record ItemQuery(string? Words = null, string? Place = null, int? Audience = null, string? Line = null, Guid? Organisation = null, int? Level = null, string? LifeEvent = null, string? Type = null, bool Online = false, string? After = null, int Limit = 20);

/// <summary>An item that was found, with the body nearest to the place asked for.</summary>
/// <param name="Code">Where to go: the implementation's code when there is one to show, else the basic code.</param>
/// <param name="Bodies">How many bodies implement it altogether.</param>
/// <param name="PromisedDays">Promised time in working days.</param>
public sealed record ItemHit(string BasicCode, string Code, string Name, string Summary, string Type, Guid? OrganisationId, string? Organisation, int Bodies, decimal PromisedDays, int Visits, bool Online);

/// <param name="Next">Key of the next page; null on the last.</param>
/// <param name="Reading">How the words were understood, when not word for word; a sentence to show.</param>
/// <param name="Place">Place that was recognised in the words.</param>
public sealed record SearchAnswer(IReadOnlyList<ItemHit> Hits, string? Next, string? Reading = null, string? Place = null);

/// <summary>A name or alias offered while somebody types.</summary>
public sealed record Suggestion(string Text, string Name, string BasicCode);

/// <summary>
/// Search over the published lists. Texts stand once for an item of the basic list, however many bodies implement it; the
/// bodies stand in a narrow table by place. A query ranks the few texts its words select (at most <see cref="RankCut"/>) and
/// looks up the nearest body for those it shows.
/// </summary>
public sealed class ItemSearch
{
    /// <summary>Most texts that are ranked for a very frequent word; exact names and beginnings of names are always among them.</summary>
    public const int RankCut = 3_000;

    /// <summary>Sorts behind every text that begins with what stands before it; a range, unlike a pattern, uses the index in prepared statements too.</summary>
    const string End = "\U0010FFFF";

    readonly Database database;
    readonly OrganisationDirectory directory;
    readonly Synonyms synonyms;
    readonly PlaceWords places;

    public ItemSearch(Database database, OrganisationDirectory directory, Signals signals)
    {
        (this.database, this.directory) = (database, directory);
        (synonyms, places) = (new(database, signals), new(directory));
    }

    public async Task<SearchAnswer> Find(ItemQuery query)
    {
        var words = (query.Words ?? "").Trim();
        if (words.Length > 100) words = words[..100];
        if (words.Length == 0) return await Ask(query, null, null, words);
        var parsed = SearchText.Parse(words);
        if (parsed.Code is { Length: 12 or 31 or 33 } code && await ByCode(code) is { } exact) return new([exact], null);
        if (parsed.All is null) return new([], null);

        var variants = await synonyms.Variants(words.ToLowerInvariant());
        var answer = await Ask(query, parsed.All, Wide(parsed.All, variants), words);
        if (answer.Hits.Count > 0 || query.After is not null) return answer;
        if (query.Place is null && places.In(words) is var (place, rest) && SearchText.Parse(rest).All is { } narrower)
        {
            answer = await Ask(query with { Place = place }, narrower, Wide(narrower, await synonyms.Variants(rest.ToLowerInvariant())), rest);
            if (answer.Hits.Count > 0) return answer with { Place = place, Reading = $"已按“{directory.Division(place)!.FullName}”查找“{rest}”" };
        }
        answer = await Ask(query, parsed.Any!, Wide(parsed.Any!, variants), words, loose: true);
        return answer with { Reading = answer.Hits.Count > 0 ? "没有完全对上的事项，下面是相近的" : null };
    }

    /// <summary>Names and aliases that begin so, typed in characters or initials; then names that contain it.</summary>
    public async Task<IReadOnlyList<Suggestion>> Suggest(string typed, int limit = 8)
    {
        var key = SearchRows.Key(typed.Length > 40 ? typed[..40] : typed);
        if (key.Length == 0) return [];
        var found = (await database.Read(c => c.QueryAsync<Suggestion>("""
            select g.text, s.name, s.basic_code
            from (select text, item, kind from catalogue.suggestion where (key ~>=~ @key and key ~<~ @end) or (initials ~>=~ @key and initials ~<~ @end)
                  order by kind, length(text), text limit @limit) g
            join catalogue.search s on s.item = g.item order by g.kind, length(g.text), g.text
            """, new { key, end = key + End, limit }))).AsList();
        if (found.Count < limit && SearchText.Parse(typed).All is { } all)
            found.AddRange(await database.Read(c => c.QueryAsync<Suggestion>("""
                select s.name as text, s.name, s.basic_code from catalogue.search s
                where s.tokens @@ @all::tsquery and ts_filter(s.tokens, '{a,b}') @@ @all::tsquery order by s.bodies desc, length(s.name), s.basic_code limit @limit
                """, new { all, limit })));
        return [.. found.DistinctBy(s => s.Text).Take(limit)];
    }

    static string Wide(string all, IReadOnlyList<string> variants) =>
        string.Join(" | ", variants.Select(v => SearchText.Parse(v).All).OfType<string>().Prepend(all).Distinct().Select(v => $"({v})"));

    async Task<SearchAnswer> Ask(ItemQuery query, string? all, string? wide, string words, bool loose = false)
    {
        var values = new DynamicParameters(new { all, wide, key = SearchRows.Key(words), end = SearchRows.Key(words) + End, cut = RankCut, limit = Math.Clamp(query.Limit, 1, 100) + 1 });
        if (Filters(query, values) is not { } filters) return new([], null);
        var near = Near(query);
        var key = loose ? "(1 - ts_rank(s.tokens, @wide::tsquery))::numeric(8,6)" : all is null ? "0" : Tier;
        if (After(query, values) is not { } after) return new([], null);
        var sql = $"""
            with near as ({(near ? $"select base, max(depth) as depth from catalogue.search_body b where {Bodies(query)} group by base" : "select null::uuid as base, 0 as depth where false")}),
            candidates as (
              {(all is null ? "" : $"(select s.item{(near ? ", n.depth" : ", 0 as depth")} from catalogue.search s {(near ? "join near n on n.base = s.item" : "")} where s.name_key ~>=~ @key and s.name_key ~<~ @end and {filters} limit 100) union")}
              (select s.item{(near ? ", n.depth" : ", 0 as depth")} from catalogue.search s {(near ? "join near n on n.base = s.item" : "")}
               where {(all is null ? "true" : "s.tokens @@ @wide::tsquery")} and {filters} {(all is null ? "order by " + (near ? "n.depth desc, " : "") + "s.bodies desc, s.basic_code" : "limit @cut")})),
            ranked as (
              select s.item, s.basic_code, s.bodies, c.depth, {key} as tier from candidates c join catalogue.search s on s.item = c.item),
            page as (
              select * from ranked r where {after} order by r.tier, r.depth desc, r.bodies desc, r.basic_code limit @limit)
            select p.tier, p.depth, p.bodies, s.basic_code, s.name, s.summary, s.type, b.code, b.organisation, coalesce(b.promised, s.promised) as promised, coalesce(b.visits, s.visits) as visits, coalesce(b.online, s.online) as online
            from page p join catalogue.search s on s.item = p.item
            left join lateral (select * from catalogue.search_body b where b.base = p.item and {(near ? Bodies(query) : "p.bodies = 1")} order by b.depth desc, b.code limit 1) b on true
            order by p.tier, p.depth desc, p.bodies desc, p.basic_code
            """;
        var rows = (await database.Read(c => c.QueryAsync<Row>(sql, values))).AsList();
        var more = rows.Count > query.Limit && !loose;
        var hits = rows.Take(query.Limit).Select(r => new ItemHit(r.BasicCode, r.Code ?? r.BasicCode, r.Name, r.Summary, r.Type, r.Organisation, r.Organisation is { } o ? directory.Organisation(o)?.Name : null, r.Bodies, r.Promised, r.Visits, r.Online)).ToList();
        return new(hits, more ? rows[query.Limit - 1].Key : null);
    }

    /// <summary>Name before alias before summary; what was typed before what synonyms made of it.</summary>
    const string Tier = """
        case when s.name_key = @key then 0
             when s.name_key like @key || '%' then 1
             when @key = any(s.alias_keys) then 2
             when ts_filter(s.tokens, '{a}') @@ @all::tsquery then 3
             when ts_filter(s.tokens, '{a,b}') @@ @wide::tsquery then 4
             else 5 end
        """;

    /// <summary>Whether bodies matter, and not only texts.</summary>
    static bool Near(ItemQuery query) => query.Place is not null || query.Level is not null || query.Organisation is not null;

    /// <summary>Conditions on texts; null when a filter can never be met.</summary>
    static string? Filters(ItemQuery query, DynamicParameters values)
    {
        var where = new List<string> { "true" };
        if (query.Audience is { } audience) { where.Add("s.audience @> array[@audience]::smallint[]"); values.Add("audience", (short)audience); }
        if (query.Line is { Length: > 0 } line) { where.Add("s.line = @line"); values.Add("line", line); }
        if (query.Type is { Length: > 0 } type) { where.Add("s.type = @type"); values.Add("type", type); }
        if (query.LifeEvent is { Length: > 0 } lifeEvent) { where.Add("s.life_events @> array[@lifeEvent]"); values.Add("lifeEvent", lifeEvent); }
        if (query.Online && !Near(query)) where.Add("s.online");
        return query.Audience is < 0 or > 99 || query.Level is < 0 or > 99 ? null : string.Join(" and ", where);
    }

    /// <summary>Condition on bodies: the place and its upper levels, a level, an organisation.</summary>
    string Bodies(ItemQuery query)
    {
        var where = new List<string>();
        if (query.Place is { } place)
        {
            // Codes come from the directory, never from the request.
            var path = directory.PathOf(place)?.Split('.') ?? [];
            where.Add(path.Length == 0 ? "false" : $"b.place in ({string.Join(", ", path.Select(p => $"'{p}'"))})");
        }
        if (query.Level is { } level) where.Add($"b.level = {level.ToString(CultureInfo.InvariantCulture)}");
        if (query.Organisation is { } organisation) where.Add($"b.organisation = '{organisation}'");
        if (query.Online) where.Add("b.online");
        return string.Join(" and ", where);
    }

    /// <summary>Condition "behind the last hit"; null for a key nobody gave out.</summary>
    static string? After(ItemQuery query, DynamicParameters values)
    {
        if (string.IsNullOrEmpty(query.After)) return "true";
        if (query.After.Split('-') is not [var tier, var depth, var bodies, var code] || !int.TryParse(tier, out var t) || !int.TryParse(depth, out var d) || !int.TryParse(bodies, out var b) || code.Length != 12) return null;
        values.AddDynamicParams(new { afterTier = t, afterDepth = -d, afterBodies = -b, afterCode = code });
        return "(r.tier, -r.depth, -r.bodies, r.basic_code) > (@afterTier, @afterDepth, @afterBodies, @afterCode)";
    }

    async Task<ItemHit?> ByCode(string code)
    {
        var row = await database.Read(c => c.QuerySingleOrDefaultAsync<Row>("""
            select 0::numeric as tier, 0 as depth, s.bodies, s.basic_code, s.name, s.summary, s.type, b.code, b.organisation, coalesce(b.promised, s.promised) as promised, coalesce(b.visits, s.visits) as visits, coalesce(b.online, s.online) as online
            from catalogue.search s left join catalogue.search_body b on b.base = s.item and b.code = @implementation
            where s.basic_code = @basic and (@implementation is null or b.code is not null)
            """, new { basic = code.Length == 12 ? code : code[19..31], implementation = code.Length == 12 ? null : code[..31] }));
        return row is null ? null : new(row.BasicCode, row.Code ?? row.BasicCode, row.Name, row.Summary, row.Type, row.Organisation, row.Organisation is { } o ? directory.Organisation(o)?.Name : null, row.Bodies, row.Promised, row.Visits, row.Online);
    }

    sealed record Row
    {
        public decimal Tier { get; init; }
        public int Depth { get; init; }
        public int Bodies { get; init; }
        public string BasicCode { get; init; } = "";
        public string Name { get; init; } = "";
        public string Summary { get; init; } = "";
        public string Type { get; init; } = "";
        public string? Code { get; init; }
        public Guid? Organisation { get; init; }
        public decimal Promised { get; init; }
        public short Visits { get; init; }
        public bool Online { get; init; }
        public string Key => string.Create(CultureInfo.InvariantCulture, $"{(int)Tier}-{Depth}-{Bodies}-{BasicCode}");
    }
}
