using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;

namespace Kapok.Documents.Licences.Desk;

/// <summary>An act that waits for a second official, or what became of it.</summary>
public sealed record Proposal(Guid Id, Guid Licence, string Act, string Ground, string Reason, Guid ProposedBy, string ProposedName, DateTime ProposedAt, string? DecidedName, DateTime? DecidedAt, bool? Granted);

/// <summary>What an office does with standing licences: at once, or proposed by one and decided by another where the type wants two (双人办理).</summary>
public sealed class LicenceActs(Database database, LicenceTypes types, TimeProvider time)
{
    public const string Manage = "licences.manage", Approve = "licences.approve", Read = "licences.read";

    const string Columns = "id, licence, act, ground, reason, proposed_by, proposed_name, proposed_at, decided_name, decided_at, granted";

    public static Target Of(LicenceRow row) => new(row.Division, row.Issuer, row.Line);

    /// <returns>The licence afterwards and, when a second official must agree, the proposal.</returns>
    public Task<Outcome<(LicenceRow Licence, Guid? Proposal)>> Do(Guid licence, DeskAct act, Actor actor) => database.Write(async (c, _) =>
    {
        Outcome<(LicenceRow, Guid?)> No(Refusal refusal, string message) => Outcome<(LicenceRow, Guid?)>.No(refusal, message);
        var now = time.GetUtcNow();
        if (await LicenceRegister.Lock(c, licence) is not { } chain) return No(Refusal.NotFound, "没有这本证照");
        if (Access.Decide(actor, Manage, Of(chain.Current)) is { Allowed: false } no) return No(Refusal.Forbidden, no.Reason);
        if (chain.Current.Id != licence) return No(Refusal.Conflict, "这不是最新的版本，请在最新版上办理");
        var decided = LicenceDecisions.Act(chain, act, actor, now);
        if (!decided.Ok) return decided.As<(LicenceRow, Guid?)>();
        var type = await types.At(chain.Current.Type, chain.Current.TypeVersion);
        if (!type.TwoPerson.Contains(act.Verb))
        {
            await LicenceWriting.Write(c, [decided.Value!], now);
            return (decided.Value!.After, (Guid?)null);
        }
        var id = Guid.CreateVersion7();
        var added = await c.ExecuteAsync("""
            insert into documents.licence_proposal (id, licence, act, ground, reason, proposed_by, proposed_name, proposed_at) values (@id, @licence, @Verb, @ground, @reason, @Person, @Name, @at)
            on conflict (licence) where decided_at is null do nothing
            """, new { id, licence, act.Verb, ground = act.Ground.Trim(), reason = act.Reason.Trim(), actor.Person, actor.Name, at = now.UtcDateTime });
        if (added == 0) return No(Refusal.Conflict, "这本证照已经有一项处置在等复核");
        await LicenceWriting.Write(c, [LicenceDecisions.Noted(chain, actor, now, new NewEvent(LicenceEvents.Proposed, Json.Write(new { id, act.Verb, reason = act.Reason.Trim() }), act.Ground.Trim()))], now);
        return (chain.Current, (Guid?)id);
    });

    /// <summary>The second official agrees or not; never the one who proposed.</summary>
    public Task<Outcome<LicenceRow>> Decide(Guid proposal, bool granted, Actor actor) => database.Write(async (c, _) =>
    {
        Outcome<LicenceRow> No(Refusal refusal, string message) => Outcome<LicenceRow>.No(refusal, message);
        var now = time.GetUtcNow();
        if (await c.QuerySingleOrDefaultAsync<Proposal>($"select {Columns} from documents.licence_proposal where id = @proposal for update", new { proposal }) is not { } found) return No(Refusal.NotFound, "没有这项处置");
        var chain = (await LicenceRegister.Lock(c, found.Licence))!;
        if (Access.Decide(actor, Approve, Of(chain.Current)) is { Allowed: false } no) return No(Refusal.Forbidden, no.Reason);
        if (found.DecidedAt is not null) return No(Refusal.Conflict, "这项处置已经复核过了");
        if (found.ProposedBy == actor.Person) return No(Refusal.Forbidden, "提出的人不能自己复核");
        var change = granted ? LicenceDecisions.Act(chain, new(found.Act, found.Ground, found.Reason), actor, now)
            : (Outcome<LicenceChange>)LicenceDecisions.Noted(chain, actor, now, new NewEvent(LicenceEvents.Declined, Json.Write(new { proposal, found.Act })));
        if (!change.Ok) return change.As<LicenceRow>();
        await c.ExecuteAsync("update documents.licence_proposal set decided_by = @Person, decided_name = @Name, decided_at = @at, granted = @granted where id = @proposal", new { actor.Person, actor.Name, at = now.UtcDateTime, granted, proposal });
        await LicenceWriting.Write(c, [change.Value!], now);
        return change.Value!.After;
    });

    public Task<IReadOnlyList<Proposal>> Proposals(Guid licence) => database.Read<IReadOnlyList<Proposal>>(async c =>
        (await c.QueryAsync<Proposal>($"select {Columns} from documents.licence_proposal where licence = @licence order by proposed_at desc limit 20", new { licence })).AsList());
}
