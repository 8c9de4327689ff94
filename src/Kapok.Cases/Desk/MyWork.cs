using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;
using Kapok.Identity;

namespace Kapok.Cases.Desk;

/// <summary>A piece of work on the desk.</summary>
public sealed record WorkRow(Guid CaseId, string Task, string Kind, string? AssigneeName, bool Own, string Number, string ItemName, string PartyName, string State, DateTime? DueAt, DateTime? YellowAt, DateTime SubmittedAt, int Unread);

/// <summary>How much waits, by kind.</summary>
/// <param name="Questions">Of other units to ours.</param>
/// <param name="Asked">Questions of ours that other units have not answered.</param>
/// <param name="Notices">News nobody has read: cases followed, words that name me.</param>
public sealed record WorkCounts(int Red, int Today, int Yellow, int Mine, int Pool, int Correcting, int Others, int Messages, int Questions, int Asked, int Notices);

/// <summary>The landing page: how much waits, and the most urgent of it.</summary>
public sealed record WorkToday(WorkCounts Counts, IReadOnlyList<WorkRow> Rows);

/// <summary>
/// What waits for an official: open tasks of the posts he holds, found through the index of organisation and post.
/// Nothing is counted over the table of cases.
/// </summary>
public sealed class MyWork(Database database, OrganisationDirectory directory, TimeProvider time)
{
    /// <summary>More open tasks of one office than this are not looked through for the counts.</summary>
    const int Most = 20_000;

    /// <summary>Tasks and their cases are brought together once; counts and rows are read from that.</summary>
    const string Work = """
        with work as materialized (
          select t.case_id, t.name, t.kind, t.assignee, t.assignee_name, c.state, c.due_at, c.yellow_at, c.state in ('submitted', 'accepted') as running,
                 (t.assignee is null or t.assignee = @me) and (t.organisation, t.post) in (select * from unnest(@organisations, @posts)) as mine
          from (select * from cases.task where organisation = any(@units) limit @most) t join cases."case" c on c.id = t.case_id),
        unread as materialized (
          select m.case_id, count(*)::int as n from cases.message m where m.from_party and m.read_at is null and m.case_id in (select case_id from work where mine) group by m.case_id)
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

    /// <param name="show">red, today, yellow, mine, pool, correcting, others or messages; anything else is all I can do now.</param>
    public async Task<WorkToday> Today(Actor actor, string? show, int limit = 60)
    {
        var condition = show switch
        {
            "red" => "mine and running and due_at < @now",
            "today" => "mine and running and due_at >= @now and due_at < @midnight",
            "yellow" => "mine and running and due_at >= @midnight and yellow_at <= @now",
            "mine" => "assignee = @me and state <> 'correcting'",
            "pool" => "mine and assignee is null and state <> 'correcting'",
            "correcting" => "mine and state = 'correcting'",
            "others" => "not mine",
            "messages" => "mine and case_id in (select case_id from unread)",
            _ => "mine and state <> 'correcting'",
        };
        var values = Values(actor);
        values.Add("limit", limit);
        var (counts, rows) = ((WorkCounts?)null, new List<WorkRow>());
        await using var c = await database.Open();
        await c.QueryAsync<WorkCounts, WorkRow?, int>($"""
            {Work},
            counts as (
              select count(*) filter (where mine and running and due_at < @now)::int as red,
                     count(*) filter (where mine and running and due_at >= @now and due_at < @midnight)::int as today,
                     count(*) filter (where mine and running and due_at >= @midnight and yellow_at <= @now)::int as yellow,
                     count(*) filter (where assignee = @me and state <> 'correcting')::int as mine,
                     count(*) filter (where mine and assignee is null and state <> 'correcting')::int as pool,
                     count(*) filter (where mine and state = 'correcting')::int as correcting,
                     count(*) filter (where not mine)::int as others,
                     (select count(*) from unread)::int as messages,
                     (select count(*) from cases.consultation where organisation = @unit and answered_at is null and (person is null or person = @me))::int as questions,
                     (select count(*) from cases.consultation where from_organisation = @unit and answered_at is null)::int as asked,
                     (select count(*) from cases.desk_notice where person = @me and read_at is null and show_at <= @now)::int as notices
              from work),
            picked as (select * from work where {condition} order by due_at nulls last, case_id limit @limit)
            select n.*, p.case_id, p.name as task, p.kind, p.assignee_name, coalesce(p.assignee = @me, false) as own, c.number, c.item_name, c.party_name, c.state, c.due_at, c.yellow_at, c.submitted_at,
                   coalesce(u.n, 0) as unread
            from counts n left join (picked p join cases."case" c on c.id = p.case_id left join unread u on u.case_id = p.case_id) on true
            order by p.due_at nulls last, p.case_id
            """, (n, row) =>
            {
                counts = n;
                if (row is not null) rows.Add(row);
                return 0;
            }, values, splitOn: "case_id");
        return new(counts!, rows);
    }
}
