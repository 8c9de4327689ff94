using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;

namespace Kapok.Cases.Desk;

/// <summary>Somebody else who has the case open.</summary>
public sealed record Presence(Guid Person, string Name, DateTime SeenAt);

/// <summary>Who has a case open just now, so that two officers see each other before they get in each other's way.</summary>
public sealed class Presences(Database database, TimeProvider time)
{
    /// <summary>A page says every 20 seconds that it is still open; without script it said so once.</summary>
    static readonly TimeSpan Here = TimeSpan.FromMinutes(2);

    /// <summary>Notes that the actor is here and answers who else is.</summary>
    public async Task<IReadOnlyList<Presence>> Enter(Guid id, Actor actor)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return await database.Read<IReadOnlyList<Presence>>(async c => (await c.QueryAsync<Presence>("""
            with me as (insert into cases.presence (case_id, person, name, seen_at) values (@id, @me, @name, @now) on conflict (case_id, person) do update set seen_at = excluded.seen_at),
                 gone as (delete from cases.presence where case_id = @id and seen_at < @since)
            select person, name, seen_at from cases.presence where case_id = @id and person <> @me and seen_at >= @since order by seen_at desc, person
            """, new { id, me = actor.Person, name = actor.Name, now, since = now - Here })).AsList());
    }

    /// <summary>The actor has acted and left.</summary>
    public Task Leave(Guid id, Actor actor) => database.Read(c => c.ExecuteAsync("delete from cases.presence where case_id = @id and person = @me", new { id, me = actor.Person }));
}
