using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Identity;

namespace Kapok.Documents.Licences.Desk;

/// <summary>A registered type with its use.</summary>
public sealed record TypeLine(string Key, string Code, string Name, string Owner, string State, int Version, int Issued, int Waiting);

/// <summary>How much a unit has issued of a type: for the department of the line that oversees it.</summary>
public sealed record IssuingLine(Guid Issuer, string IssuerName, string Name, int Issued, int Waiting, int Ended, DateTime? Last, string Division, string Line);

/// <summary>证照目录: registered by packages, published and taken out of use by the unit that owns the type.</summary>
public sealed class LicenceTypeDesk(Database database, LicenceTypes types, OrganisationDirectory directory, TimeProvider time)
{
    public const string Publish = "licences.publish";

    public Task<IReadOnlyList<TypeLine>> All() => database.Read<IReadOnlyList<TypeLine>>(async c => (await c.QueryAsync<TypeLine>("""
        select t.key, t.code, t.name, t.owner, t.state, t.version,
          (select count(*)::int from documents.licence l where l.type = t.key and l.state not in ('to-make', 'to-seal', 'superseded')) as issued,
          (select count(*)::int from documents.licence l where l.type = t.key and l.state in ('to-make', 'to-seal')) as waiting
        from documents.licence_type t order by t.name, t.key
        """)).AsList());

    /// <summary>What local units of the actor's scope issue, for oversight by the line (主管部门对本系统签发的督查).</summary>
    public async Task<IReadOnlyList<IssuingLine>> Issuing(Actor actor)
    {
        var rows = await database.Read(c => c.QueryAsync<IssuingLine>("""
            select issuer, issuer_name, name, count(*) filter (where state not in ('to-make', 'to-seal', 'superseded'))::int as issued, count(*) filter (where state in ('to-make', 'to-seal'))::int as waiting,
              count(*) filter (where state in ('cancelled', 'annulled', 'revoked'))::int as ended, max(sealed_at) as last, division, line
            from documents.licence group by issuer, issuer_name, name, division, line order by issuer_name, name limit 500
            """));
        return [.. rows.Where(r => Access.Decide(actor, LicenceActs.Read, new(r.Division, r.Issuer, r.Line)) || Access.Decide(actor, Publish, new(r.Division, r.Issuer, r.Line)))];
    }

    /// <summary>Publishes a registered type or takes it out of use; licences that were issued stay as they are.</summary>
    public async Task<Outcome<bool>> Set(string key, bool published, string reason, Actor actor)
    {
        if (types.Current.Find(key) is not { } type) return Outcome<bool>.No(Refusal.NotFound, "没有这个证照类型");
        var owner = directory.OrganisationByKey(type.Owner);
        if (Access.Decide(actor, Publish, owner?.AsTarget() ?? new()) is { Allowed: false } no) return Outcome<bool>.No(Refusal.Forbidden, no.Reason);
        if (!published && reason.Trim().Length < 4) return Outcome<bool>.No(Refusal.Invalid, "请写明停用的理由", "reason");
        var now = time.GetUtcNow();
        var result = await database.Write(async (c, _) =>
        {
            var id = await c.ExecuteScalarAsync<Guid?>("update documents.licence_type set state = @state, published_at = case when @published then @at else published_at end where key = @Key and state <> @state returning id",
                new { type.Key, published, state = published ? "published" : "withdrawn", at = now.UtcDateTime });
            if (id is null) return Outcome<bool>.No(Refusal.Conflict, published ? "已经发布" : "已经停用");
            await EventLog.Append(c, id.Value, actor, now, new NewEvent(published ? LicenceEvents.TypePublished : LicenceEvents.TypeWithdrawn, Json.Write(new { type.Key, type.Version }), reason.Trim()));
            await Signals.Send(c, LicenceTypes.Topic, type.Key);
            return (Outcome<bool>)true;
        });
        if (result.Ok) await types.Refresh();
        return result;
    }
}
