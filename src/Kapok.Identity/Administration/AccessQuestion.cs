using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Identity.Granting;

namespace Kapok.Identity.Administration;

/// <summary>Somebody who may, and why.</summary>
public sealed record WhoMay(Guid Person, string Name, string Reason);

/// <summary>Answers "who may do this here, and why" with the very function that decides everywhere.</summary>
public sealed class AccessQuestion(Database database, OrganisationDirectory directory, TimeProvider time)
{
    public const int Most = 500;

    /// <summary>Permissions that any post carries.</summary>
    public IReadOnlyList<string> Permissions => [.. directory.Current.Posts.SelectMany(p => p.Permissions).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>Everybody whose posts, roles or stand-ins let him use a permission on an organisation's things today.</summary>
    public async Task<Outcome<IReadOnlyList<WhoMay>>> Ask(Actor asker, string permission, string organisation)
    {
        var now = directory.Current;
        if (now.OrganisationByKey(organisation) is not { } place) return Outcome<IReadOnlyList<WhoMay>>.No(Refusal.Invalid, $"没有机构“{organisation}”，应写作 条线@区划，例如 market@440106", "organisation");
        if (!Permissions.Contains(permission)) return Outcome<IReadOnlyList<WhoMay>>.No(Refusal.Invalid, $"没有权限“{permission}”", "permission");
        if (new AdminScope(asker, Grants.Manage, now).Over(place.AsTarget()) is { Allowed: false } no) return Outcome<IReadOnlyList<WhoMay>>.No(Refusal.Forbidden, no.Reason);
        var posts = now.Posts.Where(p => p.Permissions.Contains(permission)).Select(p => p.Key).ToArray();
        return await database.Read(async c =>
        {
            // Candidates: whoever holds such a post here or above, or was given such a role. The decision itself is not made in SQL.
            var people = (await c.QueryAsync<(Guid Id, string Name)>("""
                select distinct p.id, p.name from identity.person p join (
                  select a.person from identity.appointment a join identity.organisation o on o.id = a.organisation join identity.division d on d.code = o.division
                  where a.post = any(@posts) and (d.path = @path or starts_with(@path, d.path || '.'))
                  union select b.substitute from identity.absence b where b.organisation = @id and b.cancelled_at is null
                  union select person from identity.role_grant where post = any(@posts)) held on held.person = p.id
                order by p.name, p.id limit @Most
                """, new { posts, path = place.DivisionPath, id = place.Id, Most })).AsList();
            var answers = new List<WhoMay>();
            foreach (var (id, name) in people)
            {
                var actor = new Actor(ActorKind.Official, id, name, (await Grants.Of(c, now, id, time.Today())).Grants);
                if (Access.Decide(actor, permission, place.AsTarget()) is { Allowed: true } yes) answers.Add(new(id, name, yes.Reason));
            }
            return (Outcome<IReadOnlyList<WhoMay>>)answers;
        });
    }

    /// <summary>May this person, and why or why not.</summary>
    public async Task<Outcome<Decision>> Ask(Actor asker, string permission, string organisation, Guid person)
    {
        var now = directory.Current;
        if (now.OrganisationByKey(organisation) is not { } place) return Outcome<Decision>.No(Refusal.Invalid, $"没有机构“{organisation}”", "organisation");
        if (new AdminScope(asker, Grants.Manage, now).Over(place.AsTarget()) is { Allowed: false } no) return Outcome<Decision>.No(Refusal.Forbidden, no.Reason);
        var grants = await database.Read(c => Grants.Of(c, now, person, time.Today()));
        return Access.Decide(new(ActorKind.Official, person, "", grants.Grants), permission, place.AsTarget());
    }
}
