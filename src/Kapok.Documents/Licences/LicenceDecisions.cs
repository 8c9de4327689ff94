using System.Collections.Immutable;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;

namespace Kapok.Documents.Licences;

/// <summary>Everything one decision on a licence writes, in one transaction.</summary>
/// <param name="Rows">Versions as they stand afterwards: new ones and changed ones.</param>
public sealed record LicenceChange(ImmutableArray<LicenceRow> Rows, ImmutableArray<LoggedEvent> Events)
{
    /// <summary>The version the decision was about.</summary>
    public LicenceRow After => Rows[^1];

    /// <summary>The licence it continues, as it stood before.</summary>
    public LicenceChain? Before { get; init; }

    /// <summary>The file still has to be made: a job does it.</summary>
    public bool Waits => After.State is LicenceState.ToMake or LicenceState.ToSeal;
}

/// <summary>An act of an office on a standing licence.</summary>
/// <param name="Verb">suspend, resume, cancel, annul, revoke.</param>
/// <param name="Ground">Law and article.</param>
public sealed record DeskAct(string Verb, string Ground, string Reason);

/// <summary>The file of a licence that was rendered, sealed and stored.</summary>
public sealed record SealedFile(Guid File, string Digest, DateTimeOffset At);

/// <summary>What may become of a licence, and what it leaves behind. Pure.</summary>
public static class LicenceDecisions
{
    /// <summary>A decided licence gets its number and identifier; the file is still to be made. The version before keeps its state until then.</summary>
    public static LicenceChange Order(LicenceOrder order, string number, Actor actor, DateTimeOffset now)
    {
        var before = order.Before?.Current;
        var version = (order.Before?.Versions.Max(v => v.Version) ?? 0) + 1;
        var serial = before is not null && LicenceIdentifier.Parse(before.Identifier, out var old).IsValid ? old!.Serial : order.SerialFor(number);
        var identifier = LicenceIdentifier.Compose(order.Type.Code, order.Issuer.CreditCode, serial, version);
        var row = new LicenceRow
        {
            Id = order.Id, Chain = before?.Chain ?? order.Id, Version = version, Identifier = identifier.ToString(), Type = order.Type.Key, TypeVersion = order.Type.Version, TypeCode = order.Type.Code,
            Name = order.Type.Name, Number = number, Issuer = order.Issuer.Id, IssuerCode = order.Issuer.CreditCode, IssuerName = order.Issuer.Name, Division = order.Issuer.DivisionPath, Line = order.Issuer.Line,
            Holders = order.Holders, IssuedOn = order.IssuedOn, ValidFrom = order.ValidFrom ?? order.IssuedOn, ValidTo = order.ValidTo, State = LicenceState.ToMake, Waits = "等待制证", Fields = order.Fields,
            Notes = order.Note is { } note ? [.. before?.Notes ?? [], note] : before?.Notes ?? [], Grade = order.Grade, Source = order.Source, CaseId = order.CaseId, CaseNumber = order.CaseNumber,
            Previous = before?.Id, ChangedAt = now,
        };
        // A version that was decided earlier and never made gives way to this one.
        ImmutableArray<LicenceRow> rows = order.Before?.Pending is { } unmade
            ? [unmade with { State = LicenceState.Superseded, StateReason = $"未制证，由第 {version} 版代替", Waits = "", Next = row.Id, ChangedAt = now }, row] : [row];
        return Chained(rows, order.Before?.Head, actor, now, new NewEvent(LicenceEvents.Ordered, Json.Write(new
        {
            row.Id, order.Act, row.Identifier, row.Number, row.Version, row.Type, row.TypeVersion, issuer = row.IssuerName, row.ValidTo, row.CaseNumber, previous = before?.Identifier,
        }))) with { Before = order.Before };
    }

    /// <summary>The file is sealed and stored: the licence is in force, and the version before it no longer is, in the same moment.</summary>
    /// <param name="ordered">The row that waited.</param>
    /// <param name="before">The version that counted until now.</param>
    /// <param name="head">Row with the head of the events.</param>
    public static LicenceChange Sealed(LicenceRow ordered, LicenceRow? before, LicenceRow head, SealedFile file, Actor actor, DateTimeOffset now)
    {
        var row = ordered with { State = LicenceState.Valid, File = file.File, FileDigest = file.Digest, SealedAt = file.At, Waits = "", ChangedAt = now };
        var act = ordered.Version == 1 || before is null ? "issue" : "replace";
        ImmutableArray<LicenceRow> rows = before is not null && before.Id != row.Id && Stands(before.State)
            ? [before with { State = LicenceState.Superseded, StateReason = $"已换发第 {row.Version} 版", Next = row.Id, ChangedAt = now }, row] : [row];
        return Chained(rows, head, actor, now, new NewEvent(LicenceEvents.Issued, Json.Write(new { row.Id, act, row.Identifier, row.Number, row.Version, file = file.Digest, superseded = rows.Length > 1 ? rows[0].Identifier : null })));
    }

    static bool Stands(LicenceState state) => state is LicenceState.Valid or LicenceState.Suspended or LicenceState.Expired;

    /// <summary>
    /// An act of the office. The table: suspend from valid; resume from suspended; cancel from valid, suspended, expired or
    /// while it waits; annul from valid, suspended, expired; revoke from valid, suspended.
    /// </summary>
    public static Outcome<LicenceChange> Act(LicenceChain chain, DeskAct act, Actor actor, DateTimeOffset now)
    {
        var row = chain.Current;
        var state = row.StateOn(ChinaTime.DateOf(now));
        var (to, type) = (act.Verb, state) switch
        {
            ("suspend", LicenceState.Valid) => (LicenceState.Suspended, LicenceEvents.Suspended),
            ("resume", LicenceState.Suspended) => (LicenceState.Valid, LicenceEvents.Resumed),
            ("cancel", LicenceState.Valid or LicenceState.Suspended or LicenceState.Expired or LicenceState.ToMake or LicenceState.ToSeal) => (LicenceState.Cancelled, LicenceEvents.Cancelled),
            ("annul", LicenceState.Valid or LicenceState.Suspended or LicenceState.Expired) => (LicenceState.Annulled, LicenceEvents.Annulled),
            ("revoke", LicenceState.Valid or LicenceState.Suspended) => (LicenceState.Revoked, LicenceEvents.Revoked),
            _ => (state, ""),
        };
        if (type.Length == 0)
            return act.Verb is not ("suspend" or "resume" or "cancel" or "annul" or "revoke") ? Outcome<LicenceChange>.No(Refusal.Invalid, "没有这种处置", "act")
                : Outcome<LicenceChange>.No(Refusal.Conflict, $"证照现在是“{LicenceWords.Of(state)}”，不能{LicenceWords.Act(act.Verb)}");
        if (act.Ground.Trim().Length < 4) return Outcome<LicenceChange>.No(Refusal.Invalid, "请写明依据的法律和条款", "ground");
        if (act.Reason.Trim().Length < 4) return Outcome<LicenceChange>.No(Refusal.Invalid, "请写明理由和事实", "reason");
        var after = row with { State = to, StateReason = $"{act.Ground.Trim()}；{act.Reason.Trim()}", Waits = "", ChangedAt = now };
        // A version that waits falls with the licence it was to continue.
        ImmutableArray<LicenceRow> rows = to is LicenceState.Cancelled or LicenceState.Annulled or LicenceState.Revoked && chain.Pending is { } pending && pending.Id != row.Id
            ? [pending with { State = to, StateReason = after.StateReason, Waits = "", ChangedAt = now }, after] : [after];
        return Chained(rows, chain.Head, actor, now, new NewEvent(type, Json.Write(new { row.Id, row.Identifier, row.Number, reason = act.Reason.Trim(), from = LicenceWords.Key(state) }), act.Ground.Trim()));
    }

    /// <summary>The last day is over. Null when it is not, or when the licence does not stand any more.</summary>
    public static LicenceChange? Expire(LicenceChain chain, DateTimeOffset now)
    {
        var row = chain.Current;
        if (row.State is not (LicenceState.Valid or LicenceState.Suspended) || row.StateOn(ChinaTime.DateOf(now)) != LicenceState.Expired) return null;
        return Chained([row with { State = LicenceState.Expired, StateReason = "有效期届满", ChangedAt = now }], chain.Head, Actor.System, now,
            new NewEvent(LicenceEvents.Expired, Json.Write(new { row.Id, row.Identifier, row.Number, row.ValidTo }), "有效期届满"));
    }

    /// <summary>A licence that was issued elsewhere or before is taken onto the register as it stands (存量证照).</summary>
    public static LicenceChange Import(LicenceOrder order, string number, LicenceState state, SealedFile? file, Actor actor, DateTimeOffset now)
    {
        var ordered = Order(order, number, actor, now).After;
        var row = ordered with { State = state, Waits = "", File = file?.File, FileDigest = file?.Digest, Seq = 0, Digest = [] };
        return Chained([row], null, actor, now, new NewEvent(LicenceEvents.Imported, Json.Write(new { row.Id, row.Identifier, row.Number, row.Type, row.Grade, row.IssuedOn, row.ValidTo, state = LicenceWords.Key(state) })));
    }

    /// <summary>Something about a licence that changes no state goes on its record.</summary>
    public static LicenceChange Noted(LicenceChain chain, Actor actor, DateTimeOffset now, NewEvent said) => Chained([chain.Current], chain.Head, actor, now, said);

    /// <summary>Chains events after the head and gives the last row the new one.</summary>
    internal static LicenceChange Chained(ImmutableArray<LicenceRow> rows, LicenceRow? head, Actor actor, DateTimeOffset now, params IReadOnlyList<NewEvent> events)
    {
        var stream = rows[^1].Chain;
        var start = head is { Seq: > 0 } ? new ChainHead(head.Seq, head.Digest) : ChainHead.Start(stream);
        var (chained, end) = EventLog.Seal(stream, start, actor, now, events);
        return new([.. rows[..^1], rows[^1] with { Seq = end.Seq, Digest = end.Digest }], [.. chained]);
    }
}
