using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;
using Kapok.Identity;

namespace Kapok.Cases.Archiving;

/// <summary>What an archivist asks for.</summary>
/// <param name="State">waiting, kept, destroyed, expired (the period has passed), unsound (a check failed).</param>
/// <param name="Text">Archive number, case number or name of the item, from its beginning for numbers.</param>
/// <param name="After">Where the page before ended.</param>
public sealed record ArchiveQuery(string? State = null, string? Text = null, string? After = null)
{
    public const int Page = 50;
}

/// <summary>A page of records in order of the end of their period, permanent ones last.</summary>
/// <param name="Next">For the page after; null on the last.</param>
public sealed record ArchivePageOfRows(IReadOnlyList<ArchiveRow> Rows, string? Next);

/// <summary>Lists of archives within an archivist's scope.</summary>
public sealed class ArchiveLists(Database database, TimeProvider time)
{
    public async Task<ArchivePageOfRows> Page(Actor actor, ArchiveQuery query)
    {
        var grants = actor.Grants.Where(g => g.Permissions.Contains(Archives.Permission)).ToList();
        if (grants.Count == 0) return new([], null);
        var text = query.Text?.Trim() is { Length: > 0 } t ? t : null;
        var (until, id) = Place(query.After);
        var rows = (await database.Read(c => c.QueryAsync<ArchiveRow>($"""
            select {ArchiveRow.Columns} from cases.archive a
            where exists (select 1 from unnest(@divisions, @organisations, @lines) as g(division, organisation, line)
                where (g.division is null or a.division = g.division or starts_with(a.division, g.division || '.')) and (g.organisation is null or a.organisation = g.organisation) and (g.line is null or a.line = g.line))
              and (@state::text is null or (case @state when 'expired' then a.state = 'kept' and a.keep_until < @today when 'unsound' then a.state = 'kept' and a.sound = false else a.state = @state end))
              and (@text::text is null or starts_with(a.number, @text) or starts_with(a.case_number, @text) or strpos(a.item_name, @text) > 0)
              and (@after::uuid is null or (coalesce(a.keep_until, '9999-12-31'), a.id) > (@until, @after::uuid))
            order by coalesce(a.keep_until, '9999-12-31'), a.id limit @limit
            """, new
        {
            divisions = grants.Select(g => g.Division).ToArray(), organisations = grants.Select(g => g.Organisation).ToArray(), lines = grants.Select(g => g.Line).ToArray(), state = query.State is { Length: > 0 } s ? s : null, text, after = id, until,
            today = ChinaTime.DateOf(time.GetUtcNow()), limit = ArchiveQuery.Page + 1,
        }))).AsList();
        var more = rows.Count > ArchiveQuery.Page;
        if (more) rows.RemoveAt(rows.Count - 1);
        return new(rows, more ? $"{rows[^1].KeepUntil ?? DateOnly.MaxValue:yyyy-MM-dd}_{rows[^1].Id}" : null);
    }

    static (DateOnly, Guid?) Place(string? after) =>
        after?.Split('_') is [var day, var id] && DateOnly.TryParseExact(day, "yyyy-MM-dd", out var until) && Guid.TryParse(id, out var key) ? (until, key) : (default, null);
}
