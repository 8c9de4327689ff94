using System.Globalization;
using Dapper;
using Kapok.Catalogue.Search;
using Kapok.Foundation.Chinese;
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
/// Search over the published lists. Texts stand once for an item of the basic list, however many bodies implement it. A
/// query is a row of steps – whole name, name, alias, anywhere; in each the nearest place first – that the index answers
/// one after another, lazily, until the page is full: the commonest word costs no more than a page of its best step.
/// </summary>
public sealed class ItemSearch
{
    /// <summary>Most texts a step ranks. Beyond it, for words that stand nearly everywhere, what is ranked is a part of the step.</summary>
    public const int RankCut = 3_000;

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
        if (words.Length == 0) return await Ask(query, Steps.Everything(PathOf(query)));
        var parsed = SearchText.Parse(words);
        if (parsed.Code is { Length: 12 or 31 or 33 } code && await ByCode(code) is { } exact) return new([exact], null);
        if (parsed.All is null) return new([], null);

        var variants = await Variants(words);
        var answer = await Ask(query, Steps.For(SearchRows.Key(words), parsed.All, variants, PathOf(query)));
        if (answer.Hits.Count > 0 || query.After is not null) return answer;
        if (query.Place is null && places.In(words) is var (place, rest) && SearchText.Parse(rest).All is { } narrower)
        {
            var there = query with { Place = place };
            answer = await Ask(there, Steps.For(SearchRows.Key(rest), narrower, await Variants(rest), PathOf(there)));
            if (answer.Hits.Count > 0) return answer with { Place = place, Reading = $"已按“{directory.Division(place)!.FullName}”查找“{rest}”" };
        }
        answer = await Loose(query, parsed.Any!, variants);
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
                select name as text, name, basic_code from (select name, basic_code, bodies from catalogue.search where tokens @@ @name::tsquery limit 500) s
                order by bodies desc, length(name), basic_code limit @limit
                """, new { name = Steps.In('n', all), limit })));
        return [.. found.DistinctBy(s => s.Text).Take(limit)];
    }

    /// <summary>Sorts behind every text that begins with what stands before it; a range, unlike a pattern, uses the index in prepared statements too.</summary>
    const string End = "\U0010FFFF";

    async Task<IReadOnlyList<string>> Variants(string words) =>
        [.. (await synonyms.Variants(words.ToLowerInvariant())).Select(v => SearchText.Parse(v).All).OfType<string>().Distinct()];

    /// <summary>Codes from the place up to the province; empty without a place.</summary>
    string[] PathOf(ItemQuery query) => query.Place is null ? [] : [.. (directory.PathOf(query.Place)?.Split('.') ?? ["0"]).Reverse()];

    async Task<SearchAnswer> Ask(ItemQuery query, IReadOnlyList<string?> steps)
    {
        var limit = Math.Clamp(query.Limit, 1, 100);
        var values = new DynamicParameters();
        var (filters, narrowed) = (Filters(query, values), Steps.Narrowed(query));
        var (first, bodies, code) = (0, int.MaxValue, "");
        if (query.After is { Length: > 0 } after)
        {
            if (after.Split('-') is not [var s, var b, var c] || !int.TryParse(s, out first) || !int.TryParse(b, out bodies) || c.Length != 12 || first < 0 || first >= steps.Count) return new([], null);
            code = c;
        }
        values.AddDynamicParams(new { first, bodies, code, limit = limit + 1, cut = RankCut });
        const string later = "(-bodies, basic_code) > (-@bodies, @code)";
        string page;
        if (steps[first] is null)
            page = $"select 0 as step, item, bodies, basic_code from catalogue.search s where {filters}{Everywhere(query, values)}{(code.Length > 0 ? " and " + later : "")} order by bodies desc, basic_code limit @limit";
        else
        {
            values.AddDynamicParams(new { numbers = Enumerable.Range(first, steps.Count - first).ToArray(), queries = steps.Skip(first).Select(s => s + narrowed).ToArray() });
            // The loop asks the index for one step after another and stops when the outer limit is reached. One short statement for
            // any number of steps: it is planned fast, and without the words in sight, which would make a planner read the whole table for frequent ones.
            page = $"""
                select x.step, l.item, l.bodies, l.basic_code from unnest(@numbers, @queries::tsquery[]) x (step, query)
                cross join lateral (select item, bodies, basic_code from (select item, bodies, basic_code from catalogue.search s where tokens @@ x.query and {filters} limit @cut) s{(code.Length > 0 ? $" where x.step > @first or {later}" : "")} order by bodies desc, basic_code limit @limit) l
                limit @limit
                """;
        }
        var rows = await Shown(query, page, values);
        var more = rows.Count > limit;
        return new(Hits(rows.Take(limit)), more ? rows[limit - 1].Key : null);
    }

    /// <summary>Nothing had all the words: what has most of them.</summary>
    async Task<SearchAnswer> Loose(ItemQuery query, string any, IReadOnlyList<string> variants)
    {
        var values = new DynamicParameters();
        var filters = Filters(query, values);
        var place = (PathOf(query) is { Length: > 0 } path ? $" & ({string.Join(" | ", path.Select(p => $"'@{p}'"))})" : "") + Steps.Narrowed(query);
        var parts = Steps.Parts(any).Concat(variants.Select(v => $"({v})")).Take(10).ToList();
        values.AddDynamicParams(new { limit = Math.Clamp(query.Limit, 1, 100), cut = RankCut / 3, queries = parts.Select(p => p + place).ToArray() });
        // The index counts the matches: one scan a part, and only texts that can stand on the page are opened to order them.
        var rows = await Shown(query, $"""
            select -m.parts as step, s.item, s.bodies, s.basic_code
            from (select item, count(*)::int as parts, rank() over (order by count(*) desc) as better
                  from unnest(@queries::tsquery[]) x (query) cross join lateral (select item from catalogue.search s where tokens @@ x.query and {filters} limit @cut) l group by item) m
            join catalogue.search s on s.item = m.item where m.better <= @limit
            order by 1, s.bodies desc, s.basic_code limit @limit
            """, values);
        return new(Hits(rows), null);
    }

    /// <summary>The rows of a page with the body to show: the nearest of the place, or the only one there is.</summary>
    async Task<List<Row>> Shown(ItemQuery query, string page, DynamicParameters values)
    {
        var bodies = new List<string>();
        if (PathOf(query) is { Length: > 0 } path) { bodies.Add("b.place = any(@path)"); values.Add("path", path); }
        if (query.Level is not null) bodies.Add("b.level = @level");
        if (query.Organisation is not null) bodies.Add("b.organisation = @organisation");
        return (await database.Read(c => c.QueryAsync<Row>($"""
            select p.step, p.bodies, s.basic_code, s.name, s.summary, s.type, b.code, b.organisation, coalesce(b.promised, s.promised) as promised, coalesce(b.visits, s.visits) as visits, coalesce(b.online, s.online) as online
            from ({page}) p join catalogue.search s on s.item = p.item
            left join lateral (select * from catalogue.search_body b where b.base = p.item and {(bodies.Count > 0 ? string.Join(" and ", bodies) : "p.bodies = 1")} order by b.depth desc, b.code limit 1) b on true
            order by p.step, p.bodies desc, s.basic_code
            """, values))).AsList();
    }

    /// <summary>Conditions that no lexeme of a text tells (see <see cref="Steps.Narrowed"/>).</summary>
    static string Filters(ItemQuery query, DynamicParameters values)
    {
        var where = new List<string> { "true" };
        if (query.Level is { } level) { where.Add("exists (select from catalogue.search_body b where b.base = s.item and b.level = @level)"); values.Add("level", (short)Math.Clamp(level, 0, 99)); }
        if (query.Organisation is { } organisation) { where.Add("s.item in (select b.base from catalogue.search_body b where b.organisation = @organisation)"); values.Add("organisation", organisation); }
        return string.Join(" and ", where);
    }

    /// <summary>The conditions of <see cref="Steps.Narrowed"/> on columns, for the list of everything, which walks along its order.</summary>
    static string Everywhere(ItemQuery query, DynamicParameters values)
    {
        var where = "";
        if (query.Audience is { } audience) { where += " and s.audience @> array[@audience]::smallint[]"; values.Add("audience", (short)Math.Clamp(audience, 0, 99)); }
        if (query.Line is { Length: > 0 } line) { where += " and s.line = @line"; values.Add("line", line); }
        if (query.Type is { Length: > 0 } type) { where += " and s.type = @type"; values.Add("type", type); }
        if (query.LifeEvent is { Length: > 0 } lifeEvent) { where += " and s.life_events @> array[@lifeEvent]"; values.Add("lifeEvent", lifeEvent); }
        return query.Online ? where + " and s.online" : where;
    }

    async Task<ItemHit?> ByCode(string code) => Hits(await database.Read(c => c.QueryAsync<Row>("""
        select 0 as step, s.bodies, s.basic_code, s.name, s.summary, s.type, b.code, b.organisation, coalesce(b.promised, s.promised) as promised, coalesce(b.visits, s.visits) as visits, coalesce(b.online, s.online) as online
        from catalogue.search s left join catalogue.search_body b on b.base = s.item and b.code = @implementation
        where s.item = (select item.id from catalogue.item where item.basic_code = @basic and item.parent is null) and (@implementation is null or b.code is not null)
        """, new { basic = code.Length == 12 ? code : code[19..31], implementation = code.Length == 12 ? null : code[..31] }))).FirstOrDefault();

    List<ItemHit> Hits(IEnumerable<Row> rows) =>
        [.. rows.Select(r => new ItemHit(r.BasicCode, r.Code ?? r.BasicCode, r.Name, r.Summary, r.Type, r.Organisation, r.Organisation is { } o ? directory.Organisation(o)?.Name : null, r.Bodies, r.Promised, r.Visits, r.Online))];

    sealed record Row
    {
        public int Step { get; init; }
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
        public string Key => string.Create(CultureInfo.InvariantCulture, $"{Step}-{Bodies}-{BasicCode}");
    }
}
