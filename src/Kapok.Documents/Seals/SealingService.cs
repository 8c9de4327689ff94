using System.Collections.Concurrent;
using Dapper;
using Kapok.Documents.Ofd;
using Kapok.Documents.Seals.Ledger;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Identity;
using Kapok.Trust.Algorithms;
using Kapok.Trust.Keys;
using Kapok.Trust.Timestamps;
using Npgsql;

namespace Kapok.Documents.Seals;

/// <summary>What is to be sealed.</summary>
/// <param name="Organisation">The unit whose seal it takes.</param>
/// <param name="DocumentKind">Kind of document, against the rights of the seal: a licence type, <c>decision</c>, <c>letter</c>.</param>
/// <param name="Title">What people call the document, for the ledger.</param>
/// <param name="Reference">Number of the case, licence or letter, for the ledger.</param>
public sealed record SealRequest(Guid Organisation, string DocumentKind, string Title, string Reference, IReadOnlyList<StampPlace> Places)
{
    public SealMode Mode { get; init; } = SealMode.Continue;

    /// <summary>A certain seal by id; null takes the best that the actor may use.</summary>
    public Guid? Seal { get; init; }
}

/// <summary>A sealed document and the record of the use.</summary>
public sealed record SealedDocument(OfdPackage Package, SealUse Use);

/// <summary>The front door to sealing: a unit's seal on a document, with the record of the use in the caller's transaction.</summary>
public sealed class SealingService
{
    readonly Database database;
    readonly SealMaking making;
    readonly Keys keys;
    readonly TimestampAuthority timestamps;
    readonly OrganisationDirectory directory;
    readonly NodeOptions node;
    readonly TimeProvider time;
    readonly ConcurrentDictionary<Guid, IReadOnlyList<Usable>> known = new();

    public SealingService(Database database, SealMaking making, Keys keys, TimestampAuthority timestamps, OrganisationDirectory directory, NodeOptions node, TimeProvider time, Signals signals)
    {
        (this.database, this.making, this.keys, this.timestamps, this.directory, this.node, this.time) = (database, making, keys, timestamps, directory, node, time);
        signals.Listen(SealLedger.Topic, _ => Forget());
    }

    /// <summary>Reads seals anew, for whoever in this process has just changed one.</summary>
    internal void Forget() => known.Clear();

    /// <summary>Timestamps signature values; without the service nothing is sealed, just as without the key.</summary>
    internal async ValueTask<byte[]> Stamp(byte[] value, SignatureSuite suite, CancellationToken stop)
    {
        try { return await timestamps.Stamp(suite.Digest(value), suite.DigestOid, stop); }
        catch (TimestampUnavailable e) { throw new KeyUnavailable(e.Message, e); }
    }

    internal sealed record Usable(SealRecord Record, ElectronicSeal Seal, byte[] Certificate, SignatureSuite Suite, IReadOnlyList<SealRight> Rights);

    /// <summary>
    /// Seals a document with a seal that the actor may use on this kind of document. Signing, the check that the seal is in use
    /// and the record of the use all belong to the caller's transaction on <paramref name="connection"/>: when it fails, the
    /// sealed bytes must be thrown away, and a verification of them would find no record.
    /// </summary>
    /// <returns>The sealed package; <see cref="Refusal.Forbidden"/> without the right, <see cref="Refusal.Conflict"/> without a seal in use, <see cref="Refusal.Invalid"/> for a place outside the document.</returns>
    /// <exception cref="KeyUnavailable">The key holder or the timestamp service does not answer; nothing was sealed, the same call may succeed later.</exception>
    public async Task<Outcome<SealedDocument>> Seal(NpgsqlConnection connection, OfdPackage package, SealRequest request, Actor actor, CancellationToken stop = default)
    {
        var chosen = await Choose(request, actor);
        if (!chosen.Ok) return chosen.As<SealedDocument>();
        var usable = chosen.Value!;
        var signer = new Signer(usable.Certificate, usable.Suite, data => keys.Sign(usable.Record.Key!.Value, data, stop), value => Stamp(value, usable.Suite, stop));
        Outcome<SealedOfd> made;
        try { made = await OfdSealing.Run(package, new(usable.Seal, signer), request.Places, time.GetUtcNow(), request.Mode); }
        catch (KeyRefused e) { return Outcome<SealedDocument>.No(Refusal.Conflict, $"印章“{usable.Record.Name}”不能用：{e.Message}"); }
        if (!made.Ok) return made.As<SealedDocument>();
        var use = await Enter(connection, usable, request, actor, made.Value!.Digest, usable.Suite.Digest(made.Value.Signature));
        return use.Ok ? new SealedDocument(made.Value.Package, use.Value!) : use.As<SealedDocument>();
    }

    /// <summary>Enters a use, provided the seal is in use now.</summary>
    internal async Task<Outcome<SealUse>> Enter(NpgsqlConnection connection, Usable usable, SealRequest request, Actor actor, byte[] digest, byte[] signature)
    {
        var now = time.GetUtcNow();
        var use = new SealUse(Guid.CreateVersion7(now), usable.Record.Id, now.UtcDateTime, actor.Person, actor.Name, request.DocumentKind, Cut(request.Title, 200), Cut(request.Reference, 100), Convert.ToHexStringLower(digest));
        var entered = await connection.ExecuteAsync("""
            insert into documents.seal_use (id, seal, at, actor, actor_name, document_kind, title, reference, digest, signature)
            select @Id, @Seal, @At, @Actor, @ActorName, @DocumentKind, @Title, @Reference, @digest, @signature
            from documents.seal where id = @Seal and state = 'active' and valid_from < @second and valid_to > @At
            """, new { use.Id, use.Seal, use.At, use.Actor, use.ActorName, use.DocumentKind, use.Title, use.Reference, digest, signature, second = use.At.AddSeconds(1) });
        if (entered == 1) return use;
        known.TryRemove(request.Organisation, out _);
        return Outcome<SealUse>.No(Refusal.Conflict, $"印章“{usable.Record.Name}”现在不能用：不在使用状态，或不在有效期内");
    }

    static string Cut(string text, int most) => text.Length <= most ? text : text[..most];

    /// <summary>The best seal that the actor may use for a request.</summary>
    internal async Task<Outcome<Usable>> Choose(SealRequest request, Actor actor)
    {
        if (directory.Organisation(request.Organisation) is not { } organisation) return Outcome<Usable>.No(Refusal.NotFound, "没有找到用印单位");
        if (!known.TryGetValue(organisation.Id, out var seals))
        {
            seals = await Load(organisation.Id);
            if (seals.Count == 0 && node.Mode == NodeMode.Demonstration)
            {
                var made = await MakeForDemonstration(organisation);
                if (!made.Ok) return made.As<Usable>();
                seals = await Load(organisation.Id);
            }
            if (seals.Count > 0) known[organisation.Id] = seals;
        }
        if (request.Seal is { } wanted) seals = [.. seals.Where(s => s.Record.Id == wanted)];
        if (seals.Count == 0) return Outcome<Usable>.No(Refusal.Conflict, $"{organisation.Name}没有可用的印章，请先在印章台账申请");
        var kind = seals.Where(s => s.Rights.Any(r => r.DocumentKind == request.DocumentKind || r.DocumentKind == SealRight.AnyKind)).ToList();
        if (kind.Count == 0) return Outcome<Usable>.No(Refusal.Forbidden, $"{organisation.Name}的印章不能用在这种文件上（{request.DocumentKind}）");
        Decision refused = default;
        // A seal made for this kind of document goes before one for every kind, one for a purpose before that of the name.
        foreach (var seal in kind.OrderByDescending(s => s.Rights.Any(r => r.DocumentKind == request.DocumentKind)).ThenByDescending(s => s.Record.Kind == SealKind.ForPurpose).ThenBy(s => s.Record.AppliedAt))
            foreach (var right in seal.Rights.Where(r => r.DocumentKind == request.DocumentKind || r.DocumentKind == SealRight.AnyKind))
            {
                var decision = Access.Decide(actor, right.Permission, organisation.AsTarget());
                if (decision) return seal;
                refused = decision;
            }
        return Outcome<Usable>.No(Refusal.Forbidden, $"您不能用{organisation.Name}的印章：{refused.Reason}");
    }

    /// <summary>Read on a connection of its own: the caller's transaction may hold what is not for others yet.</summary>
    Task<IReadOnlyList<Usable>> Load(Guid organisation) => database.Read<IReadOnlyList<Usable>>(async c =>
    {
        var records = (await c.QueryAsync<SealRecord>($"select {SealRecord.Columns} from documents.seal where organisation = @organisation and state = 'active' and valid_to > @now order by applied_at", new { organisation, now = time.GetUtcNow().UtcDateTime })).AsList();
        var large = (await c.QueryAsync<(Guid Id, byte[] Data, byte[] Certificate)>("select id, data, certificate from documents.seal where id = any(@ids)", new { ids = records.Select(r => r.Id).ToArray() })).ToDictionary(r => r.Id);
        var rights = (await c.QueryAsync<(Guid Seal, string DocumentKind, string Permission)>("select seal, document_kind, permission from documents.seal_right where seal = any(@ids)", new { ids = records.Select(r => r.Id).ToArray() })).ToLookup(r => r.Seal);
        return [.. records.Select(r => new Usable(r, ElectronicSeal.Parse(large[r.Id].Data).Value!, large[r.Id].Certificate, SignatureSuite.Of(r.Suite!)!, [.. rights[r.Id].Select(x => new SealRight(x.DocumentKind, x.Permission))]))];
    });

    /// <summary>A demonstration node makes the seal of a unit's name when it is first needed, in a transaction of its own.</summary>
    async Task<Outcome<bool>> MakeForDemonstration(Organisation organisation) => await database.Write(async (c, _) =>
    {
        await c.ExecuteAsync("select pg_advisory_xact_lock(hashtextextended('documents.seal ' || @Id::text, 0))", new { organisation.Id });
        if (await c.ExecuteScalarAsync<bool>("select exists (select 1 from documents.seal where organisation = @Id)", new { organisation.Id })) return true;
        var now = time.GetUtcNow();
        var seal = new SealRecord
        {
            Id = Guid.CreateVersion7(now), Organisation = organisation.Id, Kind = SealKind.LegalName, Form = "round", Name = organisation.Name, UnitName = organisation.Name, Keeper = "演示", State = SealStates.Applied,
            ValidFrom = now.UtcDateTime, ValidTo = now.AddYears(5).UtcDateTime, AppliedAt = now.UtcDateTime, StateSince = now.UtcDateTime,
        };
        await SealLedger.Insert(c, seal, SealRight.Usual);
        var made = await making.Make(c, Actor.System, seal, organisation, now);
        if (!made.Ok) return made;
        await SealLedger.Enter(c, seal, new(SealStates.Active, null, "seal-made-for-demonstration"), Actor.System, now, null);
        return made;
    });
}
