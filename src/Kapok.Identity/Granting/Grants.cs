using System.Collections.Immutable;
using Dapper;
using Kapok.Foundation;
using Kapok.Identity.Divisions;
using Npgsql;

namespace Kapok.Identity.Granting;

/// <summary>Turns posts held into grants with a scope.</summary>
public static class Grants
{
    /// <summary>The permission of the machine room. It never stands beside any other in one person (D06).</summary>
    public const string Operate = "node.operate", Manage = "identity.manage", Audit = "audit.read";

    /// <summary>What holding a post in an organisation gives.</summary>
    /// <param name="title">Set before the title, for substitutes: 代张三 ….</param>
    public static Grant Of(DirectorySnapshot directory, Post post, Organisation organisation, string title = "")
    {
        var named = $"{title}{organisation.Name} {post.Name}";
        var permissions = post.Permissions.ToImmutableHashSet();
        return post.Scope switch
        {
            PostScope.Division => new(post.Key, permissions, organisation.DivisionPath) { Title = named },
            PostScope.Line => new(post.Key, permissions, organisation.DivisionPath, Line: Coordinates(directory, organisation) ? null : organisation.Line) { Title = named },
            PostScope.Node => new(post.Key, permissions.Intersect([Operate])) { Title = named },
            _ => new(post.Key, permissions, Organisation: organisation.Id) { Title = named },
        };
    }

    static bool Coordinates(DirectorySnapshot directory, Organisation organisation) => directory.Line(organisation.Line)?.Coordinates == true;

    /// <summary>
    /// All grants of a person on a day: posts held, roles given, posts of those the person stands in for. Closed
    /// organisations give nothing.
    /// </summary>
    /// <returns>The grants, and the organisation of the first post for "my office".</returns>
    public static async Task<(ImmutableArray<Grant> Grants, Guid? Organisation)> Of(NpgsqlConnection connection, DirectorySnapshot directory, Guid person, DateOnly today)
    {
        var held = (await connection.QueryAsync<Held>("""
            select 1 as kind, post, organisation, null as division, null as line, '' as absent, from_date from identity.appointment
            where person = @person and from_date <= @today and (to_date is null or to_date >= @today)
            union all
            select 2, post, organisation, division, line, '', from_date from identity.role_grant
            where person = @person and from_date <= @today and (to_date is null or to_date >= @today)
            union all
            select 3, a.post, a.organisation, null, null, p.name, b.from_date
            from identity.absence b join identity.appointment a on a.person = b.person and a.organisation = b.organisation join identity.person p on p.id = b.person
            where b.substitute = @person and b.cancelled_at is null and b.from_date <= @today and b.to_date >= @today
              and a.from_date <= @today and (a.to_date is null or a.to_date >= @today)
            order by 1, from_date, organisation, post
            """, new { person, today })).AsList();
        var grants = ImmutableArray.CreateBuilder<Grant>(held.Count);
        Guid? first = null;
        foreach (var h in held)
        {
            if (directory.Post(h.Post) is not { } post) continue;
            var organisation = h.Organisation is { } id ? directory.Organisation(id) : null;
            if (h.Organisation is not null && (organisation is null || organisation.ClosedOn < today)) continue;
            if (h.Kind == 1) first ??= h.Organisation;
            if (h.Kind == 2) grants.Add(Role(directory, post, h.Division, organisation, h.Line));
            else if (h.Kind == 1 || post.Scope != PostScope.Node) grants.Add(Of(directory, post, organisation!, h.Kind == 3 ? $"代{h.Absent} " : ""));
        }
        return (grants.ToImmutable(), first);
    }

    /// <summary>A role bound to a scope of its own.</summary>
    public static Grant Role(DirectorySnapshot directory, Post post, string? division, Organisation? organisation, string? line)
    {
        var path = division is null ? null : directory.Division(division)?.Path ?? "?"; // an unknown place reaches nothing
        var where = organisation?.Name ?? (division is null ? "" : directory.Division(division)?.FullName);
        var title = line is null ? $"{where} {post.Name}" : $"{where} {directory.Line(line)?.Name} {post.Name}";
        return new(post.Key, post.Scope == PostScope.Node ? [] : [.. post.Permissions], path, organisation?.Id, line) { Title = title };
    }

    /// <summary>
    /// Whether everything <paramref name="inner"/> reaches is also reached by <paramref name="outer"/>. Organisations
    /// are resolved to their place and line first.
    /// </summary>
    public static bool Within(DirectorySnapshot directory, Grant inner, Grant outer)
    {
        var organisation = inner.Organisation is { } id ? directory.Organisation(id) : null;
        var (division, line) = (inner.Division ?? organisation?.DivisionPath, inner.Line ?? organisation?.Line);
        return (outer.Division is null || division is not null && (division == outer.Division || division.StartsWith(outer.Division + ".", StringComparison.Ordinal)))
            && (outer.Organisation is null || outer.Organisation == inner.Organisation)
            && (outer.Line is null || outer.Line == line);
    }

    sealed record Held(int Kind, string Post, Guid? Organisation, string? Division, string? Line, string Absent, DateOnly FromDate);
}
