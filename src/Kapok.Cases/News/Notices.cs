using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;

namespace Kapok.Cases.News;

/// <summary>News for an official.</summary>
/// <param name="ShowAt">Since when it shows; the same moment for all of a digest.</param>
public sealed record NoticeRow(Guid Id, Guid CaseId, string Kind, string Title, string Body, DateTime At, DateTime ShowAt, DateTime? ReadAt)
{
    /// <summary>Came with others at the hour of a digest.</summary>
    public bool Gathered => ShowAt > At.AddMinutes(5);
}

/// <summary>The inbox of an official, the cases he follows, and how often he wants to be told.</summary>
public sealed class Notices(Database database, TimeProvider time)
{
    const int Page = 100;

    public Task<IReadOnlyList<NoticeRow>> Of(Actor actor) => database.Read<IReadOnlyList<NoticeRow>>(async c => (await c.QueryAsync<NoticeRow>("""
        select id, case_id, kind, title, body, at, show_at, read_at from cases.desk_notice where person = @me and show_at <= @now order by show_at desc, id desc limit @Page
        """, new { me = actor.Person, now = time.GetUtcNow().UtcDateTime, Page })).AsList());

    /// <summary>How many wait for the hour of the digest.</summary>
    public Task<int> Gathering(Actor actor) => database.Read(c => c.ExecuteScalarAsync<int>(
        "select count(*)::int from cases.desk_notice where person = @me and show_at > @now", new { me = actor.Person, now = time.GetUtcNow().UtcDateTime }));

    /// <summary>Marks as read: all that show, or those of one case.</summary>
    public Task<int> Read(Actor actor, Guid? of = null) => database.Read(c => c.ExecuteAsync(
        "update cases.desk_notice set read_at = @now where person = @me and read_at is null and show_at <= @now and (@of::uuid is null or case_id = @of)", new { me = actor.Person, now = time.GetUtcNow().UtcDateTime, of }));

    public async Task<string> Pace(Actor actor) => await database.Read(c => c.ExecuteScalarAsync<string?>("select pace from cases.notice_pace where person = @me", new { me = actor.Person })) ?? NoticePace.Instant;

    /// <summary>From now on; with "instant" what was being gathered shows at once.</summary>
    public async Task<Outcome<string>> SetPace(Actor actor, string pace)
    {
        if (!NoticePace.All.Contains(pace)) return Outcome<string>.No(Refusal.Invalid, "请选择即时、每天或每周", "pace");
        await database.Write(async (c, _) =>
        {
            await c.ExecuteAsync("insert into cases.notice_pace (person, pace) values (@me, @pace) on conflict (person) do update set pace = excluded.pace", new { me = actor.Person, pace });
            if (pace == NoticePace.Instant) await c.ExecuteAsync("update cases.desk_notice set show_at = @now where person = @me and show_at > @now", new { me = actor.Person, now = time.GetUtcNow().UtcDateTime });
        });
        return pace;
    }

    public Task<bool> Follows(Actor actor, Guid id) => database.Read(c => c.ExecuteScalarAsync<bool>("select exists (select 1 from cases.follow where person = @me and case_id = @id)", new { me = actor.Person, id }));

    public Task Follow(Actor actor, Guid id, bool follow) => database.Read(c => follow
        ? c.ExecuteAsync("insert into cases.follow (person, case_id, since) values (@me, @id, @now) on conflict do nothing", new { me = actor.Person, id, now = time.GetUtcNow().UtcDateTime })
        : c.ExecuteAsync("delete from cases.follow where person = @me and case_id = @id", new { me = actor.Person, id }));
}
