using Dapper;
using Kapok.Documents.Seals.Drawing;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Identity;
using Npgsql;

namespace Kapok.Documents.Seals.Ledger;

/// <summary>What is asked for when a seal is applied for.</summary>
/// <param name="Organisation">Id, or <c>line@division</c>.</param>
/// <param name="Kind">name, purpose, person.</param>
/// <param name="Form">round, round-with-purpose, oval, square; left out: what the kind usually has.</param>
/// <param name="UnitName">Text along the bow; left out: the organisation's name.</param>
/// <param name="Purpose">行政审批专用章; needed for the kind purpose.</param>
/// <param name="Years">Years of validity, 1–10; 5 when left out.</param>
/// <param name="DocumentKinds">Kinds of documents it may be used on; left out: all.</param>
public sealed record SealApplication(string? Organisation, string? Kind, string? Form, string? UnitName, string? Purpose, string? Keeper, int? Years, IReadOnlyList<string>? DocumentKinds, string? Ground);

/// <summary>The seal ledger: application, approval, making, suspension, loss, destruction; who may use what; every use.</summary>
public sealed class SealLedger(Database database, OrganisationDirectory directory, SealMaking making, SealingService sealing, TimeProvider time)
{
    /// <summary>Topic of <see cref="Signals"/>: key is the id of a seal that changed.</summary>
    public const string Topic = "seals";
    const int MostListed = 500, MostUses = 100;

    /// <summary>Applies for a seal; somebody else must approve it.</summary>
    public async Task<Outcome<Guid>> Apply(Actor actor, SealApplication application)
    {
        var faults = new List<Fault>();
        var organisation = Guid.TryParse(application.Organisation, out var id) ? directory.Organisation(id) : directory.Current.OrganisationByKey(application.Organisation?.Trim() ?? "");
        if (organisation is null || organisation.ClosedOn is not null) faults.Add(new("organisation", "没有找到这个机构"));
        else if (Access.Decide(actor, SealDecisions.Manage, organisation.AsTarget()) is { Allowed: false } no) return Outcome<Guid>.No(Refusal.Forbidden, no.Reason);
        var kind = SealKind.Of(application.Kind);
        if (kind is null) faults.Add(new("kind", "请选择印章种类"));
        var form = string.IsNullOrEmpty(application.Form) ? kind?.Key switch { SealKind.ForPurpose => "round-with-purpose", SealKind.Personal => "square", _ => "round" } : application.Form;
        if (!SealForms.All.ContainsKey(form)) faults.Add(new("form", "没有这种印章样式"));
        var name = application.UnitName?.Trim() is { Length: > 0 } given ? given : organisation?.Name ?? "";
        var purpose = application.Purpose?.Trim() ?? "";
        if (name.Length > 40) faults.Add(new("unitName", "印章上的名称最多 40 个字"));
        if (kind?.Key == SealKind.Personal && application.UnitName?.Trim() is not { Length: >= 2 and <= 9 }) faults.Add(new("unitName", "请填写姓名，2 到 9 个字"));
        if (kind?.Key == SealKind.ForPurpose && purpose.Length is < 2 or > 16) faults.Add(new("purpose", "请填写用途，2 到 16 个字，例如“行政审批专用章”"));
        if (application.Keeper?.Trim() is not { Length: > 0 and <= 40 } keeper) { faults.Add(new("keeper", "请填写保管人姓名")); keeper = ""; }
        if (application.Years is < 1 or > 10) faults.Add(new("years", "有效期为 1 到 10 年"));
        if (string.IsNullOrWhiteSpace(application.Ground) || application.Ground.Length > 500) faults.Add(new("ground", "请写明申请理由，最多 500 字"));
        foreach (var document in application.DocumentKinds ?? [])
            if (document is null || document.Length is 0 or > 60) faults.Add(new("documentKinds", "文件种类的代码为 1 到 60 个字符"));
        if (making.WhyNotDrawn(name + purpose) is { } missing && faults.Count == 0) faults.Add(new("unitName", missing));
        if (faults.Count > 0) return Outcome<Guid>.Invalid(faults);

        var now = time.GetUtcNow();
        var seal = Guid.CreateVersion7(now);
        await database.Write(async (c, _) =>
        {
            await Insert(c, new()
            {
                Id = seal, Organisation = organisation!.Id, Kind = kind!.Key, Form = form, UnitName = name, Purpose = purpose, Keeper = keeper, State = SealStates.Applied,
                Name = kind.Key == SealKind.Personal ? $"{organisation.Name} {name}" : name + purpose, ValidFrom = now.UtcDateTime, ValidTo = now.AddYears(application.Years ?? 5).UtcDateTime,
                AppliedBy = actor.Person, AppliedAt = now.UtcDateTime, StateSince = now.UtcDateTime,
            }, application.DocumentKinds is { Count: > 0 } kinds ? [.. kinds.Distinct().SelectMany(k => SealRight.Usual.Select(r => r with { DocumentKind = k }))] : SealRight.Usual);
            await EventLog.Append(c, seal, actor, now, new NewEvent("seal-applied", Json.Write(new { organisation = organisation.Key, kind = kind.Key, name, purpose, keeper }), application.Ground!));
        });
        return seal;
    }

    internal static async Task Insert(NpgsqlConnection c, SealRecord seal, IReadOnlyList<SealRight> rights)
    {
        await c.ExecuteAsync("""
            insert into documents.seal (id, organisation, kind, form, name, unit_name, purpose, keeper, state, valid_from, valid_to, applied_by, applied_at, state_since)
            values (@Id, @Organisation, @Kind, @Form, @Name, @UnitName, @Purpose, @Keeper, @State, @ValidFrom, @ValidTo, @AppliedBy, @AppliedAt, @StateSince)
            """, seal);
        foreach (var right in rights.Distinct()) await c.ExecuteAsync("insert into documents.seal_right (seal, document_kind, permission) values (@Id, @DocumentKind, @Permission)", new { seal.Id, right.DocumentKind, right.Permission });
    }

    /// <summary>Does one act to a seal. Approving makes the seal; a loss and a destruction end its key.</summary>
    /// <exception cref="Kapok.Trust.Keys.KeyUnavailable">The key holder does not answer; nothing was changed.</exception>
    public async Task<Outcome<string>> Do(Actor actor, Guid id, SealAct act, string? ground, int? version = null)
    {
        ground = ground?.Trim();
        var outcome = await database.Write(async (c, _) =>
        {
            var seal = await c.QuerySingleOrDefaultAsync<SealRecord>($"select {SealRecord.Columns} from documents.seal where id = @id for update", new { id });
            if (seal is null || directory.Organisation(seal.Organisation) is not { } organisation || !Sees(actor, organisation)) return Outcome<string>.No(Refusal.NotFound, "没有找到这枚印章");
            if (Access.Decide(actor, SealDecisions.PermissionFor(act), organisation.AsTarget()) is { Allowed: false } no) return Outcome<string>.No(Refusal.Forbidden, no.Reason);
            if (version is { } seen && seen != seal.Version) return Outcome<string>.No(Refusal.Conflict, "印章刚被别人改动过，请刷新后再办");
            var decided = SealDecisions.Decide(seal, act, actor.Person, ground);
            if (!decided.Ok) return decided.As<string>();
            var (change, now) = (decided.Value!, time.GetUtcNow());
            if (change.Makes)
            {
                var made = await making.Make(c, actor, seal, organisation, now);
                if (!made.Ok) return made.As<string>();
                await c.ExecuteAsync("update documents.seal set approved_by = @person where id = @id", new { id, person = actor.Person });
            }
            await Enter(c, seal, change, actor, now, ground);
            // Last, since it commits by itself: what must not be used any more is better ended once too often.
            if (change.EndsKey && seal.Key is { } key) await making.EndKey(actor, key, change.State == SealStates.Lost, ground ?? "");
            return (Outcome<string>)change.State;
        });
        sealing.Forget();
        return outcome;
    }

    internal static async Task Enter(NpgsqlConnection c, SealRecord seal, SealChange change, Actor actor, DateTimeOffset now, string? ground)
    {
        var moved = change.State != seal.State;
        await c.ExecuteAsync("""
            update documents.seal set state = @State, asked = @Asked, asked_by = @askedBy, version = version + 1, state_since = case when @moved then @now else state_since end where id = @Id
            """, new { seal.Id, change.State, change.Asked, askedBy = change.Asked is null ? null : change.Asked == seal.Asked ? seal.AskedBy : actor.Person, moved, now = now.UtcDateTime });
        if (moved) await c.ExecuteAsync("insert into documents.seal_state (seal, state, since) values (@Id, @State, @now) on conflict do nothing", new { seal.Id, change.State, now = now.UtcDateTime });
        await EventLog.Append(c, seal.Id, actor, now, new NewEvent(change.Event, Json.Write(new { from = seal.State, to = change.State }), ground ?? ""));
        await Signals.Send(c, Topic, seal.Id.ToString());
    }

    /// <summary>Replaces who may use a seal on what.</summary>
    public async Task<Outcome<int>> SetRights(Actor actor, Guid id, IReadOnlyList<SealRight> rights)
    {
        if (rights.Count is 0 or > 100 || rights.Any(r => r is null || string.IsNullOrWhiteSpace(r.DocumentKind) || string.IsNullOrWhiteSpace(r.Permission) || r.DocumentKind.Length > 60 || r.Permission.Length > 60))
            return Outcome<int>.No(Refusal.Invalid, "请至少写一条用印权限，每条写明文件种类和权限", "rights");
        var outcome = await database.Write(async (c, _) =>
        {
            var seal = await c.QuerySingleOrDefaultAsync<SealRecord>($"select {SealRecord.Columns} from documents.seal where id = @id for update", new { id });
            if (seal is null || directory.Organisation(seal.Organisation) is not { } organisation || !Sees(actor, organisation)) return Outcome<int>.No(Refusal.NotFound, "没有找到这枚印章");
            if (Access.Decide(actor, SealDecisions.Manage, organisation.AsTarget()) is { Allowed: false } no) return Outcome<int>.No(Refusal.Forbidden, no.Reason);
            await c.ExecuteAsync("delete from documents.seal_right where seal = @id", new { id });
            foreach (var right in rights.Distinct()) await c.ExecuteAsync("insert into documents.seal_right (seal, document_kind, permission) values (@id, @DocumentKind, @Permission)", new { id, right.DocumentKind, right.Permission });
            await c.ExecuteAsync("update documents.seal set version = version + 1 where id = @id", new { id });
            await EventLog.Append(c, id, actor, time.GetUtcNow(), new NewEvent("seal-rights-set", Json.Write(rights)));
            await Signals.Send(c, Topic, id.ToString());
            return (Outcome<int>)rights.Count;
        });
        sealing.Forget();
        return outcome;
    }

    bool Sees(Actor actor, Organisation organisation) => Access.Decide(actor, SealDecisions.Manage, organisation.AsTarget()) || Access.Decide(actor, SealDecisions.Approve, organisation.AsTarget());

    /// <summary>The seals an official may see, newest first; at most 500.</summary>
    /// <param name="query">Part of the name or number.</param>
    public async Task<IReadOnlyList<SealRow>> List(Actor actor, string? query, string? state)
    {
        var organisations = directory.Current.Organisations.Where(o => Sees(actor, o)).ToDictionary(o => o.Id);
        var rows = await database.Read(c => c.QueryAsync<SealRecord>($"""
            select {SealRecord.Columns} from documents.seal
            where organisation = any(@within) and (@state = '' or state = @state or (@state = 'asked' and (asked is not null or state = 'applied')))
              and (@query = '' or strpos(name, @query) > 0 or starts_with(number, @query))
            order by (asked is not null or state = 'applied') desc, applied_at desc, id limit @MostListed
            """, new { within = organisations.Keys.ToArray(), state = state ?? "", query = query?.Trim() ?? "", MostListed }));
        return [.. rows.Select(r => new SealRow(r, organisations[r.Organisation].Name))];
    }

    /// <summary>One seal with its rights, uses and history; null when there is none the actor may see.</summary>
    public Task<SealCard?> Find(Actor actor, Guid id) => database.Read(async c =>
    {
        var seal = await c.QuerySingleOrDefaultAsync<SealRecord>($"select {SealRecord.Columns} from documents.seal where id = @id", new { id });
        if (seal is null || directory.Organisation(seal.Organisation) is not { } organisation || !Sees(actor, organisation)) return null;
        var rights = (await c.QueryAsync<SealRight>("select document_kind, permission from documents.seal_right where seal = @id order by 1, 2", new { id })).AsList();
        var uses = (await c.QueryAsync<SealUse>("""
            select id, seal, at, actor, actor_name, document_kind, title, reference, encode(digest, 'hex') as digest from documents.seal_use where seal = @id order by at desc, id desc limit @MostUses
            """, new { id, MostUses })).AsList();
        var count = await c.ExecuteScalarAsync<long>("select count(*) from documents.seal_use where seal = @id", new { id });
        var history = await EventLog.Read(c, id);
        bool May(SealAct act) => Access.Decide(actor, SealDecisions.PermissionFor(act), organisation.AsTarget()) && SealDecisions.Decide(seal, act, actor.Person, "x").Ok;
        return new SealCard(seal, organisation.Name, rights, uses, count, [.. history.Select(e => new SealStep(e.Type, e.At.UtcDateTime, e.ActorName, e.Ground))], [.. Enum.GetValues<SealAct>().Where(May)]);
    });

    /// <summary>The picture of a seal as PNG; null when there is none or the actor may not see the seal.</summary>
    public async Task<byte[]?> Picture(Actor actor, Guid id) => await database.Read(async c =>
    {
        var (organisation, picture) = await c.QuerySingleOrDefaultAsync<(Guid, byte[]?)>("select organisation, picture from documents.seal where id = @id", new { id });
        return directory.Organisation(organisation) is { } o && Sees(actor, o) ? picture : null;
    });
}

/// <summary>A line of the list.</summary>
public sealed record SealRow(SealRecord Seal, string OrganisationName);

/// <summary>One seal as its page shows it.</summary>
/// <param name="Acts">What the viewer may do now.</param>
public sealed record SealCard(SealRecord Seal, string OrganisationName, IReadOnlyList<SealRight> Rights, IReadOnlyList<SealUse> Uses, long UseCount, IReadOnlyList<SealStep> History, IReadOnlyList<SealAct> Acts);

/// <summary>A step in the life of a seal.</summary>
public sealed record SealStep(string Type, DateTime At, string Who, string Ground);
