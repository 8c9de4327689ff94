using Dapper;
using Kapok.Foundation;
using Kapok.Identity.Divisions;
using Kapok.Identity.Granting;
using Npgsql;

namespace Kapok.Identity.Administration;

/// <summary>
/// How far somebody's permission reaches over organisations and people, as a question and as an SQL condition. Lists
/// begin with the condition, so that what lies outside is not found rather than hidden.
/// </summary>
public sealed class AdminScope
{
    readonly Actor actor;
    readonly string permission;
    readonly DirectorySnapshot directory;
    readonly Grant[] grants;

    public AdminScope(Actor actor, string permission, DirectorySnapshot directory)
    {
        (this.actor, this.permission, this.directory) = (actor, permission, directory);
        grants = actor.Kind == ActorKind.System ? [new("system", [permission])] : [.. actor.Grants.Where(g => g.Permissions.Contains(permission))];
    }

    public Actor Actor => actor;

    public DirectorySnapshot Directory => directory;

    /// <summary>Says yes or no, and why.</summary>
    public Decision Over(Target target) => Access.Decide(actor, permission, target);

    public bool Reaches(Organisation organisation) => Over(organisation.AsTarget());

    /// <summary>A division itself belongs to whoever reaches all of its lines.</summary>
    public Decision OverDivision(string path) => Over(new(path));

    /// <summary>Organisations within reach, closed ones too, in order of division and line.</summary>
    public IEnumerable<Organisation> Organisations => directory.Organisations.Where(Reaches);

    /// <summary>Never wider than one's own: the whole of <paramref name="grant"/> lies within one grant of this scope.</summary>
    public bool Covers(Grant grant) => grants.Any(own => Grants.Within(directory, grant, own));

    /// <summary>
    /// Condition on an organisation with alias <c>o</c> and its division with alias <c>d</c>; takes the parameters
    /// of <see cref="Parameters"/>.
    /// </summary>
    public const string Sql = """
        exists (select 1 from unnest(@scopeDivisions::text[], @scopeOrganisations::uuid[], @scopeLines::text[]) s (division, organisation, line)
          where (s.division is null or d.path = s.division or starts_with(d.path, s.division || '.'))
            and (s.organisation is null or s.organisation = o.id) and (s.line is null or s.line = o.line))
        """;

    public DynamicParameters Parameters(object? more = null)
    {
        var parameters = new DynamicParameters(more);
        parameters.Add("scopeDivisions", grants.Select(g => g.Division).ToArray());
        parameters.Add("scopeOrganisations", grants.Select(g => g.Organisation).ToArray());
        parameters.Add("scopeLines", grants.Select(g => g.Line).ToArray());
        return parameters;
    }

    /// <summary>
    /// Why this administrator must leave a person alone, or null when he may act: somebody with a post outside is not
    /// his alone, one of the machine room is no business of his, and nobody administers himself.
    /// </summary>
    public async Task<string?> WhyNot(NpgsqlConnection connection, Guid person, DateOnly today)
    {
        if (actor.Person == person) return "不能管理自己的账号和岗位，请由其他业务管理员办理";
        var posts = (await connection.QueryAsync<(Guid Organisation, string Post, bool Current)>("""
            select organisation, post, from_date <= @today and (to_date is null or to_date >= @today) from identity.appointment where person = @person
            """, new { person, today })).AsList();
        var within = posts.Where(p => directory.Organisation(p.Organisation) is { } o && Reaches(o)).ToList();
        if (within.Count == 0) return "没有找到这位工作人员";
        if (posts.Any(p => p.Current && directory.Post(p.Post)?.Scope == PostScope.Node)) return "技术运维账号不由业务管理员管理";
        if (posts.FirstOrDefault(p => p.Current && !within.Contains(p)) is { Post: not null } outside)
            return $"此人还在{directory.Organisation(outside.Organisation)?.Name}任职，超出您的管理范围，请由上级业务管理员办理";
        return null;
    }
}
