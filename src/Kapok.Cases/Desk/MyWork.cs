using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;
using Kapok.Identity;

namespace Kapok.Cases.Desk;

/// <summary>A piece of work on the desk.</summary>
public sealed record WorkRow(Guid CaseId, string Task, string Kind, string? AssigneeName, bool Own, string Number, string ItemName, string PartyName, string State, DateTime? DueAt, DateTime? YellowAt, DateTime SubmittedAt, int Unread);

/// <summary>How much waits, by kind.</summary>
public sealed record WorkCounts(int Red, int Today, int Yellow, int Mine, int Pool, int Correcting, int Others, int Messages)
{
    public int Questions { get; init; }
}

/// <summary>
/// What waits for an official: open tasks of the posts he holds, found through the index of organisation and post.
/// Nothing is counted over the table of cases.
/// </summary>
public sealed class MyWork(Database database, OrganisationDirectory directory, TimeProvider time)
{
    /// <summary>More open tasks of one office than this are not looked through for the counts.</summary>
    const int Most = 20_000;

    const string Work = """
        with work as materialized (
          select t.case_id, t.key, t.name, t.kind, t.assignee, t.assignee_name,
                 (t.assignee is null or t.assignee = @me) and (t.organisation, t.post) in (select * from unnest(@organisations, @posts)) as mine
          from cases.task t where t.organisation = any(@units) limit @most)
        """;

    /// <summary>Organisation and post pairs whose tasks the actor may work.</summary>
    public (Guid[] Organisations, string[] Posts) Reach(Actor actor)
    {
        var pairs = actor.Grants.Where(g => g.Permissions.Any(p => p.StartsWith("cases.", StringComparison.Ordinal)))
            .SelectMany(g => g.Organisation is { } one ? [(one, g.Role)] : directory.Current.Organisations.Where(o => g.Reaches(o.AsTarget())).Select(o => (o.Id, g.Role))).Distinct().ToList();
        return ([.. pairs.Select(p => p.Item1)], [.. pairs.Select(p => p.Item2)]);
    }

    DynamicParameters Values(Actor actor)
    {
        var (organisations, posts) = Reach(actor);
        var now = time.GetUtcNow();
        var midnight = ChinaTime.At(ChinaTime.DateOf(now).AddDays(1));
        return new(new { organisations, posts, units = organisations.Distinct().ToArray(), me = actor.Person, most = Most, now = now.UtcDateTime, midnight = midnight.UtcDateTime, unit = actor.Organisation });
    }

    public async Task<WorkCounts> Counts(Actor actor)
    {
        await using var c = await database.Open();
        var values = Values(actor);
        var counts = await c.QuerySingleAsync<WorkCounts>($"""
            {Work}
            select count(*) filter (where w.mine and running and c.due_at < @now)::int as red,
                   count(*) filter (where w.mine and running and c.due_at >= @now and c.due_at < @midnight)::int as today,
                   count(*) filter (where w.mine and running and c.due_at >= @midnight and c.yellow_at <= @now)::int as yellow,
                   count(*) filter (where w.assignee = @me and c.state <> 'correcting')::int as mine,
                   count(*) filter (where w.mine and w.assignee is null and c.state <> 'correcting')::int as pool,
                   count(*) filter (where w.mine and c.state = 'correcting')::int as correcting,
                   count(*) filter (where not w.mine)::int as others,
                   count(*) filter (where w.mine and exists (select 1 from cases.message m where m.case_id = c.id and m.from_party and m.read_at is null))::int as messages
            from work w join cases."case" c on c.id = w.case_id cross join lateral (select c.state in ('submitted', 'accepted') as running) r
            """, values);
        return counts with { Questions = await c.ExecuteScalarAsync<int>("select count(*)::int from cases.consultation where organisation = @unit and answered_at is null", values) };
    }

    /// <summary>The work itself, the most urgent first.</summary>
    /// <param name="show">red, today, yellow, mine, pool, correcting, others or messages; anything else is all I can do now.</param>
    public async Task<IReadOnlyList<WorkRow>> Rows(Actor actor, string? show, int limit = 60)
    {
        var condition = show switch
        {
            "red" => "w.mine and c.state in ('submitted', 'accepted') and c.due_at < @now",
            "today" => "w.mine and c.state in ('submitted', 'accepted') and c.due_at >= @now and c.due_at < @midnight",
            "yellow" => "w.mine and c.state in ('submitted', 'accepted') and c.due_at >= @midnight and c.yellow_at <= @now",
            "mine" => "w.assignee = @me and c.state <> 'correcting'",
            "pool" => "w.mine and w.assignee is null and c.state <> 'correcting'",
            "correcting" => "w.mine and c.state = 'correcting'",
            "others" => "not w.mine",
            "messages" => "w.mine and exists (select 1 from cases.message m where m.case_id = c.id and m.from_party and m.read_at is null)",
            _ => "w.mine and c.state <> 'correcting'",
        };
        var values = Values(actor);
        values.Add("limit", limit);
        return await database.Read<IReadOnlyList<WorkRow>>(async c => (await c.QueryAsync<WorkRow>($"""
            {Work}
            select w.case_id, w.name as task, w.kind, w.assignee_name, coalesce(w.assignee = @me, false) as own, c.number, c.item_name, c.party_name, c.state, c.due_at, c.yellow_at, c.submitted_at,
                   (select count(*)::int from cases.message m where m.case_id = c.id and m.from_party and m.read_at is null) as unread
            from work w join cases."case" c on c.id = w.case_id
            where {condition} order by c.due_at nulls last, c.id limit @limit
            """, values)).AsList());
    }
}
