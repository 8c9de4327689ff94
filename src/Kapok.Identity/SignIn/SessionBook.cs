using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Npgsql;

namespace Kapok.Identity.SignIn;

/// <summary>A session as its owner sees it in the list.</summary>
public sealed record SessionRow(Guid Id, string Kind, DateTime CreatedAt, DateTime LastSeen, DateTime ExpiresAt, string Device, string Address);

/// <summary>The sessions of an account: list, end, act for another.</summary>
public sealed class SessionBook(Database database, Sessions sessions, IdentityOptions options, TimeProvider time)
{
    /// <summary>Sessions in force, the newest first.</summary>
    public Task<IReadOnlyList<SessionRow>> Of(Guid account) => database.Read(async c => (IReadOnlyList<SessionRow>)[.. await c.QueryAsync<SessionRow>("""
        select id, kind, created_at, last_seen, expires_at, device, address from identity.session
        where account = @account and ended_at is null and expires_at > @now and last_seen > @idle order by created_at desc, id desc limit 200
        """, new { account, now = time.GetUtcNow().UtcDateTime, idle = (time.GetUtcNow() - options.SessionIdle).UtcDateTime })]);

    /// <summary>Ends one session of an account; every process forgets it.</summary>
    /// <returns>False when the account has no such session in force.</returns>
    public async Task<bool> End(Guid account, Guid session, string why, Actor actor) => await End(account, why, actor, "id = @session", session) > 0;

    /// <summary>Ends all sessions of an account, except one to keep.</summary>
    /// <returns>How many ended.</returns>
    public Task<int> EndAll(Guid account, string why, Actor actor, Guid? except = null) => End(account, why, actor, "id is distinct from @session", except);

    async Task<int> End(Guid account, string why, Actor actor, string condition, Guid? session)
    {
        var ended = await database.Write((c, _) => End(c, account, why, actor, condition, session));
        if (ended > 0) sessions.Forget($"account:{account}");
        return ended;
    }

    /// <summary>The same inside a transaction of the caller, who must have <see cref="Sessions.Forget"/> called after the commit.</summary>
    public Task<int> EndAll(NpgsqlConnection connection, Guid account, string why, Actor actor, Guid? except = null) => End(connection, account, why, actor, "id is distinct from @session", except);

    async Task<int> End(NpgsqlConnection c, Guid account, string why, Actor actor, string condition, Guid? session)
    {
        var ended = (await c.QueryAsync<Guid>($"update identity.session set ended_at = @now, ended_why = @why where account = @account and ended_at is null and {condition} returning id",
            new { account, session, why, now = time.GetUtcNow().UtcDateTime })).AsList();
        if (ended.Count == 0) return 0;
        await AccountEvents.Append(c, account, actor, time.GetUtcNow(), "sessions-ended", new { why, sessions = ended });
        await Signals.Send(c, Sessions.Topic, $"account:{account}");
        return ended.Count;
    }

    /// <summary>Acts for a company from now on in this session; null for oneself.</summary>
    public async Task<Outcome<bool>> ActFor(ActiveSession session, Guid? company, People people, Actor actor)
    {
        if (company is not null && (await people.PartiesOf(actor)).All(p => p.Kind != PartyKind.Company || p.Id != company))
            return Outcome<bool>.No(Refusal.Forbidden, "您不是这家单位的法定代表人或经办人，不能代它办事", "company");
        await database.Write(async (c, _) =>
        {
            await c.ExecuteAsync("update identity.session set acting_for = @company where id = @Id and ended_at is null", new { company, session.Id });
            await AccountEvents.Append(c, session.Account, actor, time.GetUtcNow(), "acting-for-changed", new { session = session.Id, company });
            await Signals.Send(c, Sessions.Topic, session.Id.ToString());
        });
        sessions.Forget(session.Id.ToString());
        return true;
    }
}
