using Dapper;
using Kapok.Catalogue.Content;
using Kapok.Catalogue.Desk;
using Kapok.Catalogue.Inheritance;
using Kapok.Catalogue.Publishing;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Npgsql;

namespace Kapok.Catalogue;

/// <summary>What the desk reads.</summary>
public sealed partial class CatalogueDesk
{
    const string RowColumns = """
        i.id, i.basic_code, i.implementation_code, i.name, i.organisation, i.division, i.line, i.level, i.state, i.number, i.conflicts,
        d.state as draft_state, d.changed_by as draft_by, d.publish_at, i.changed_at
        """;

    /// <summary>Entries within the actor's scope, by basic code and division, paged by key.</summary>
    public async Task<DeskPage> List(Actor actor, DeskFilter filter)
    {
        var values = new DynamicParameters();
        var where = Where(actor, filter, values);
        var limit = Math.Clamp(filter.Limit, 1, 200);
        values.Add("limit", limit + 1);
        var rows = (await database.Read(c => c.QueryAsync<DeskRow>($"""
            select {RowColumns} from catalogue.item i left join catalogue.draft d on d.item = i.id
            where {where} order by i.basic_code, i.division, i.id limit @limit
            """, values))).AsList();
        return rows.Count > limit ? new(rows[..limit], rows[limit - 1].Key) : new(rows, null);
    }

    string Where(Actor actor, DeskFilter filter, DynamicParameters values)
    {
        var where = new List<string> { Scope.Condition(actor, values) };
        void And(string condition, string name, object value) { where.Add(condition); values.Add(name, value); }
        if (!string.IsNullOrWhiteSpace(filter.Words))
        {
            var words = filter.Words.Trim();
            if (words.All(char.IsAsciiLetterOrDigit)) And("(i.basic_code like @words or i.implementation_code like @words)", "words", words.ToUpperInvariant() + "%");
            else And("i.name like @words", "words", $"%{Like(words)}%");
        }
        if (filter.Kind is "base" or "implementation") where.Add(filter.Kind == "base" ? "i.parent is null" : "i.parent is not null");
        if (filter.State is { Length: > 0 } state) And("i.state = @state", "state", state);
        if (filter.Work == "conflicts") where.Add("i.conflicts > 0");
        else if (filter.Work == "expired") And("i.state = 'published' and i.basis_until < @today", "today", ChinaTime.DateOf(Now));
        else if (filter.Work is { Length: > 0 } work) And("d.state = @work", "work", work);
        if (filter.Line is { Length: > 0 } line) And("i.line = @line", "line", line);
        if (filter.Division is { Length: > 0 } code && directory.PathOf(code) is { } path)
        {
            where.Add("(i.division = @path or i.division like @below)");
            values.Add("path", path);
            values.Add("below", path + ".%");
        }
        if (filter.After?.Split('|') is [var afterCode, var afterDivision, var afterId] && Guid.TryParse(afterId, out var after))
        {
            where.Add("(i.basic_code, i.division, i.id) > (@afterCode, @afterDivision, @after)");
            values.AddDynamicParams(new { afterCode, afterDivision, after });
        }
        return string.Join(" and ", where);
    }

    public async Task<DeskCounts> Counts(Actor actor)
    {
        var values = new DynamicParameters();
        var scope = Scope.Condition(actor, values);
        return await database.Read(async c =>
        {
            var drafts = (await c.QueryAsync<(string State, int Count)>($"select d.state, count(*)::int from catalogue.draft d join catalogue.item i on i.id = d.item where {scope} group by d.state", values)).ToDictionary(r => r.State, r => r.Count);
            var conflicts = await c.ExecuteScalarAsync<int>($"select count(*)::int from catalogue.item i where i.conflicts > 0 and {scope}", values);
            values.Add("today", ChinaTime.DateOf(Now));
            var expired = await c.ExecuteScalarAsync<int>($"select count(*)::int from catalogue.item i where i.state = 'published' and i.basis_until < @today and {scope}", values);
            return new DeskCounts(conflicts, drafts.GetValueOrDefault("editing"), drafts.GetValueOrDefault("review"), drafts.GetValueOrDefault("approved"), drafts.GetValueOrDefault("scheduled")) { Expired = expired };
        });
    }

    /// <summary>Everything about one entry; not found outside the actor's scope.</summary>
    public async Task<Outcome<DeskItem>> Show(Actor actor, Guid item) => await database.Read<Outcome<DeskItem>>(async c =>
    {
        if (await Entry.Load(c, item) is not { } entry || !Scope.Reaches(actor, entry.AsTarget())) return Outcome<DeskItem>.No(Refusal.NotFound, "没有这个事项，或者不在您的管理范围内");
        var row = await c.QuerySingleAsync<DeskRow>($"select {RowColumns} from catalogue.item i left join catalogue.draft d on d.item = i.id where i.id = @item", new { item });
        var draft = await Draft.Load(c, item);
        var parent = entry.Parent is { } up ? await Entry.Load(c, up) : null;
        var inForce = entry.Content is { } content ? await Entry.ReadContent(c, content) : null;
        var view = await View(c, entry, draft ?? AsDraft(entry, await Standing(c, entry)));
        var changes = draft is null ? [] : Difference.Between(inForce, view.Content);
        var versions = (await c.QueryAsync<VersionRow>("""
            select id, number, cause, note, published_name, published_at, encode(content, 'hex') as digest, coalesce(jsonb_array_length(conflicts), 0) as conflicts
            from catalogue.version where item = @item order by number desc limit 200
            """, new { item })).AsList();
        var below = await c.QuerySingleAsync<int>("select count(*)::int from catalogue.item where parent = @item and state = 'published'", new { item });
        return new DeskItem(row, entry.Organisation is { } o ? directory.Organisation(o)?.Name : null, entry.Parent, parent?.Name, draft is null ? null : Head(draft), draft?.Note ?? "", draft?.Cause, draft?.Authors ?? [],
            inForce, view.Content, entry.IsBase ? null : draft?.Overrides() ?? entry.Overrides(), view.Upper,
            Merge.Carry(view.Conflicts, entry.ConflictList(), Now), view.Findings, changes, draft is not null && draft.Base != entry.Version && await OwnChanged(c, entry, draft),
            versions, below, await ConflictsBelow(c, item)) 
        {
            UpperIsBody = parent is { IsBase: false }, Dependents = draft is null || entry.Version is null ? [] : await Dependents(c, entry),
        };
    });

    /// <summary>Work under the entry and all that inherit from it, on the floors above.</summary>
    async Task<IReadOnlyList<DependentWork>> Dependents(NpgsqlConnection c, Entry entry)
    {
        var bodies = (await c.QueryAsync<Guid>("""
            with recursive below as (
              select id, organisation from catalogue.item where id = @Id
              union all select i.id, i.organisation from catalogue.item i join below b on i.parent = b.id where i.state = 'published')
            select distinct organisation from below where organisation is not null
            """, new { entry.Id })).AsList();
        var all = new List<DependentWork>();
        foreach (var floor in dependents) all.AddRange(await floor.On(entry.BasicCode, bodies));
        return all;
    }

    /// <summary>What happened to an entry, oldest first; for those whose scope reaches it.</summary>
    public async Task<Outcome<IReadOnlyList<LoggedEvent>>> History(Actor actor, Guid item) => await database.Read<Outcome<IReadOnlyList<LoggedEvent>>>(async c =>
        await Entry.Load(c, item) is { } entry && Scope.Reaches(actor, entry.AsTarget())
            ? new(await EventLog.Read(c, item), null, [])
            : Outcome<IReadOnlyList<LoggedEvent>>.No(Refusal.NotFound, "没有这个事项，或者不在您的管理范围内"));

    /// <summary>Published versions of an entry, newest first. Public, because what was published was public.</summary>
    public async Task<IReadOnlyList<VersionRow>> Versions(Guid item) => (await database.Read(c => c.QueryAsync<VersionRow>("""
        select id, number, cause, note, published_name, published_at, encode(content, 'hex') as digest, coalesce(jsonb_array_length(conflicts), 0) as conflicts
        from catalogue.version where item = @item order by number desc limit 500
        """, new { item }))).AsList();

    /// <summary>What differs between two published versions of an entry; null when one of them does not exist.</summary>
    public async Task<IReadOnlyList<Change>?> Compare(Guid item, int from, int to)
    {
        var contents = (await database.Read(c => c.QueryAsync<(int Number, string Body)>(
            "select v.number, t.body from catalogue.version v join catalogue.content t on t.digest = v.content where v.item = @item and v.number = any(@numbers)", new { item, numbers = new[] { from, to } })))
            .ToDictionary(v => v.Number, v => Json.Read<ItemContent>(v.Body));
        return contents.TryGetValue(from, out var before) && contents.TryGetValue(to, out var after) ? Difference.Between(before, after) : null;
    }

    async Task<IReadOnlyList<ConflictBelow>> ConflictsBelow(NpgsqlConnection c, Guid item)
    {
        var rows = await c.QueryAsync<(Guid Id, string? Code, Guid? Organisation, string Division, string Conflicts)>("""
            with recursive below as (
              select id from catalogue.item where parent = @item
              union all
              select i.id from catalogue.item i join below b on i.parent = b.id)
            select i.id, i.implementation_code, i.organisation, i.division, v.conflicts::text from below b
            join catalogue.item i on i.id = b.id join catalogue.version v on v.id = i.version
            where i.conflicts > 0 order by i.division limit 200
            """, new { item });
        return [.. rows.Select(r => new ConflictBelow(r.Id, r.Code, r.Organisation is { } o ? directory.Organisation(o)?.Name ?? "" : "", r.Division, Json.Read<List<Conflict>>(r.Conflicts)))];
    }

    static Draft AsDraft(Entry entry, string body) => new() { Item = entry.Id, Body = body, Base = entry.Version };

    static string Like(string text) => text.Replace("\\", "\\\\").Replace("%", "\\%").Replace("_", "\\_");
}
