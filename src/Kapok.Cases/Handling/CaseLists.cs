using System.Text;
using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Identity;
using Kapok.Identity.Divisions;
using Npgsql;

namespace Kapok.Cases.Handling;

/// <summary>What an official asks the list for. Every part is optional.</summary>
public sealed record CaseQuery
{
    /// <summary>due, submitted or closed.</summary>
    public string Sort { get; init; } = "due";
    /// <summary>Open cases, or those closed.</summary>
    public bool Closed { get; init; }
    public string? Lamp { get; init; }
    public string? State { get; init; }
    public string? Item { get; init; }
    public Guid? Organisation { get; init; }
    /// <summary>Number, query code, part of the party's name; by the index of fragments also what was filled in.</summary>
    public string? Text { get; init; }
    /// <summary>Cases that the index of fragments has found for <see cref="Text"/>; set by the search, never by a caller.</summary>
    [System.Text.Json.Serialization.JsonIgnore] public Guid[]? Among { get; init; }
    /// <summary>Row after which the page begins: sort value and id.</summary>
    public string? After { get; init; }
    public int Limit { get; init; } = 100;
}

public sealed record CaseListRow(Guid Id, string Number, string ItemName, string PartyName, string State, string? Result, DateTime? DueAt, DateTime? YellowAt, bool Provisional,
    DateTime SubmittedAt, DateTime? ClosedAt, Guid Organisation, string Division);

public sealed record CasePage(IReadOnlyList<CaseListRow> Rows, string? Next);

/// <summary>
/// Lists for officials. Rights are the way in, not a filter afterwards: a narrow scope reads each of its organisations
/// through an index in the asked order and merges; a wide scope reads the common index.
/// </summary>
public static class CaseLists
{
    /// <summary>More organisations than this and the common index is the quicker way.</summary>
    const int Narrow = 200;

    const string Columns = "id, number, item_name, party_name, state, result, due_at, yellow_at, provisional, submitted_at, closed_at, organisation, division";

    public static async Task<CasePage> Page(NpgsqlConnection connection, Scope scope, CaseQuery query, DateTimeOffset now)
    {
        var limit = Math.Clamp(query.Limit, 1, 500);
        var (sort, direction, fallback) = query.Sort switch
        {
            "submitted" => ("submitted_at", "desc", "-infinity"),
            _ when query.Closed => ("submitted_at", "desc", "-infinity"),
            _ => ("due_at", "asc", "infinity"),
        };
        var (where, values) = Filter(query, now);
        values.Add("limit", limit + 1);
        // Open cases by due time are read through their own small table, which the steps of a case do not rewrite.
        var (by, id) = sort == "due_at" ? ("o.due_at", "o.case_id") : ("c.submitted_at", "c.id");
        // A null sort value (no clock yet) stands at the end; the row comparison must know it.
        if (Cursor(query.After) is { } after)
        {
            where.Append($" and ({(sort == "due_at" ? "coalesce(o.due_at, 'infinity')" : by)}, {id}) {(direction == "asc" ? ">" : "<")} (@afterTime, @afterId)");
            values.AddDynamicParams(new { afterTime = after.Time, afterId = after.Id });
        }
        var order = $"order by {by} {direction} {(direction == "asc" ? "nulls last" : "")}, {id} {direction} limit @limit";
        var (from, organisation) = sort == "due_at" ? ("""cases.open o join cases."case" c on c.id = o.case_id""", "o.organisation") : ("""cases."case" c""", "c.organisation");
        var organisations = Reach(scope, query);
        string sql;
        if (organisations is { Length: <= Narrow })
        {
            values.AddDynamicParams(new { organisations });
            sql = $"""
                select {Columns} from unnest(@organisations) as reach(unit)
                cross join lateral (select c.* from {from} where {organisation} = reach.unit and {where} {order}) c
                order by c.{sort} {direction} {(direction == "asc" ? "nulls last" : "")}, c.id {direction} limit @limit
                """;
        }
        else
        {
            values.AddDynamicParams(new { organisations });
            var reach = organisations is null ? "" : $" and {organisation} = any(@organisations)";
            sql = $"select {Columns} from (select c.* from {from} where {where}{reach} {order}) c order by c.{sort} {direction} {(direction == "asc" ? "nulls last" : "")}, c.id {direction}";
        }
        var rows = (await connection.QueryAsync<CaseListRow>(sql, values)).AsList();
        var more = rows.Count > limit;
        if (more) rows.RemoveAt(limit);
        return new(rows, more ? Write(rows[^1], sort) : null);
    }

    /// <summary>The condition a query means, without rights and paging, on cases as <c>c</c>: list, export and bulk work share it.</summary>
    public static (StringBuilder Where, DynamicParameters Values) Filter(CaseQuery query, DateTimeOffset now)
    {
        var where = new StringBuilder(query.Closed ? "c.state = 'closed'" : "c.state <> 'closed'");
        var values = new DynamicParameters(new { now = now.UtcDateTime, query.Item, query.State, query.Among });
        if (query.State is not null) where.Append(" and c.state = @State");
        if (query.Item is not null) where.Append(" and c.item_code = @Item");
        where.Append(query.Lamp switch
        {
            "red" => " and c.due_at < @now and c.state in ('submitted', 'accepted')",
            "yellow" => " and c.yellow_at <= @now and c.due_at >= @now and c.state in ('submitted', 'accepted')",
            "green" => " and (c.yellow_at is null or c.yellow_at > @now) and (c.due_at is null or c.due_at >= @now) and c.state in ('submitted', 'accepted')",
            "paused" => " and c.state in ('suspended', 'correcting')",
            _ => "",
        });
        if (query.Text is { Length: > 0 } text)
        {
            where.Append(" and (c.number = @text or c.query_code = @code or c.party_name like @like or c.number like @tail").Append(query.Among is null ? ")" : " or c.id = any(@Among))");
            values.AddDynamicParams(new { text, code = text.Replace("-", "", StringComparison.Ordinal).ToUpperInvariant(), like = $"%{Like(text)}%", tail = $"%{Like(text)}" });
        }
        return (where, values);
    }

    /// <summary>The organisations a query may touch: those of the scope, or the one asked for if it is among them; null = all.</summary>
    public static Guid[]? Reach(Scope scope, CaseQuery query) =>
        query.Organisation is { } one ? scope.Organisations is null || scope.Organisations.Contains(one) ? [one] : [] : scope.Organisations;

    static string Write(CaseListRow row, string sort)
    {
        var time = sort == "due_at" ? row.DueAt : row.SubmittedAt;
        return $"{(time is { } t ? t.Ticks.ToString(System.Globalization.CultureInfo.InvariantCulture) : "x")}.{row.Id:N}";
    }

    static (DateTime Time, Guid Id)? Cursor(string? text)
    {
        if (text?.Split('.') is not [var time, var id] || !Guid.TryParse(id, out var guid)) return null;
        if (time == "x") return (DateTime.MaxValue, guid); // Npgsql writes this as infinity
        return long.TryParse(time, out var ticks) && ticks > 0 && ticks < DateTime.MaxValue.Ticks ? (new DateTime(ticks, DateTimeKind.Utc), guid) : null;
    }

    static string Like(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
}

/// <summary>The organisations whose cases an actor may see; null = all.</summary>
public sealed record Scope(Guid[]? Organisations)
{
    /// <summary>Whoever may read, accept, review, decide or issue sees the cases of the organisations his grants reach.</summary>
    public static Scope Of(Actor actor, DirectorySnapshot directory)
    {
        var grants = actor.Grants.Where(g => g.Permissions.Any(p => p.StartsWith("cases.", StringComparison.Ordinal))).ToList();
        if (grants.Any(g => g is { Division: null, Organisation: null, Line: null })) return new((Guid[]?)null);
        if (grants.All(g => g.Organisation is not null)) return new([.. grants.Select(g => g.Organisation!.Value).Distinct()]);
        return new([.. directory.Organisations.Where(o => grants.Any(g => g.Reaches(new(o.DivisionPath, o.Id, o.Line)))).Select(o => o.Id)]);
    }
}
