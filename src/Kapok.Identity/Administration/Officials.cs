using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Identity.Granting;
using Kapok.Identity.SignIn;
using Npgsql;

namespace Kapok.Identity.Administration;

/// <summary>A post somebody takes up.</summary>
/// <param name="Organisation"><c>line@division</c>.</param>
public sealed record NewPost(string? Organisation, string? Post, DateOnly? From = null, DateOnly? To = null);

/// <summary>A role bound to a scope of its own; at least a division or an organisation.</summary>
public sealed record NewRole(string? Post, string? Division = null, string? Organisation = null, string? Line = null, DateOnly? From = null, DateOnly? To = null);

/// <summary>Somebody away, and who stands in.</summary>
public sealed record NewAbsence(Guid? Substitute, string? Organisation, DateOnly? From, DateOnly? To, string? Reason);

/// <summary>
/// Posts, roles and absences of officials. Nobody gives more than he holds, nobody touches what lies outside his
/// scope, nobody acts on himself, and technical posts never mix with business ones (D06).
/// </summary>
public sealed class Officials(Database database, OrganisationDirectory directory, Sessions sessions, TimeProvider time)
{
    AdminScope Scope(Actor actor) => new(actor, Grants.Manage, directory.Current);

    /// <summary>Appoints a person to a post.</summary>
    public Task<Outcome<Guid>> Appoint(Actor actor, Guid person, NewPost post) => Change(person, async c =>
    {
        var faults = new List<Fault>();
        var planned = Plan(Scope(actor), post, "", faults);
        if (planned is null) return Outcome<Guid>.Invalid(faults);
        if (actor.Person == person) return Outcome<Guid>.No(Refusal.Forbidden, "不能给自己任免岗位，请由其他业务管理员办理");
        if (await Mixes(c, person, planned.Post) is { } mixed) return Outcome<Guid>.No(Refusal.Conflict, mixed);
        return await Take(c, actor, person, planned, time.GetUtcNow());
    });

    /// <summary>A post whose place, name and reach have been found right.</summary>
    internal sealed record PlannedPost(Organisation Organisation, Post Post, DateOnly From, DateOnly? To);

    /// <summary>Finds the post and decides whether the actor may give it; faults begin with <paramref name="where"/>.</summary>
    internal PlannedPost? Plan(AdminScope scope, NewPost post, string where, List<Fault> faults)
    {
        var organisation = scope.Directory.OrganisationByKey(post.Organisation ?? "");
        var named = scope.Directory.Post(post.Post ?? "");
        if (organisation is null) faults.Add(new(where + "organisation", $"没有机构“{post.Organisation}”，应写作 条线@区划，例如 market@440106"));
        if (named is null) faults.Add(new(where + "post", $"没有岗位“{post.Post}”"));
        if (organisation is null || named is null) return null;
        var from = post.From ?? time.Today();
        if (post.To < from) { faults.Add(new(where + "to", "结束日期不能早于开始日期")); return null; }
        if (named.Scope == PostScope.Node && scope.Actor.Kind != ActorKind.System) { faults.Add(new(where + "post", "技术运维岗位不由业务管理员任命")); return null; }
        if (scope.Over(organisation.AsTarget()) is { Allowed: false } no) { faults.Add(new(where + "organisation", no.Reason)); return null; }
        if (!scope.Covers(Grants.Of(scope.Directory, named, organisation))) { faults.Add(new(where + "post", $"“{named.Name}”的权限范围超出您自己的管理范围，不能授予")); return null; }
        return new(organisation, named, from, post.To);
    }

    internal static async Task<Outcome<Guid>> Take(NpgsqlConnection c, Actor actor, Guid person, PlannedPost planned, DateTimeOffset now)
    {
        var id = Guid.CreateVersion7();
        var taken = await c.ExecuteAsync("""
            insert into identity.appointment (id, person, organisation, post, from_date, to_date, created_at)
            select @id, @person, @organisation, @post, @From, @To, @at
            where not exists (select 1 from identity.appointment where person = @person and organisation = @organisation and post = @post and (to_date is null or to_date >= @From) and (@To::date is null or from_date <= @To))
            """, new { id, person, organisation = planned.Organisation.Id, post = planned.Post.Key, planned.From, planned.To, at = now.UtcDateTime });
        if (taken == 0) return Outcome<Guid>.No(Refusal.Conflict, $"此人在{planned.Organisation.Name}已经担任{planned.Post.Name}");
        await AccountEvents.Append(c, person, actor, now, "official-appointed", new { appointment = id, organisation = planned.Organisation.Key, post = planned.Post.Key, planned.From, planned.To });
        return id;
    }

    /// <summary>Ends a post from tomorrow on, or from an earlier day when it has not begun.</summary>
    public Task<Outcome<bool>> End(Actor actor, Guid appointment, string? ground) => Undo(async c =>
    {
        var row = await c.QuerySingleOrDefaultAsync<(Guid Person, Guid Organisation, string Post, DateOnly FromDate, DateOnly? ToDate)>(
            "select person, organisation, post, from_date, to_date from identity.appointment where id = @appointment for update", new { appointment });
        var scope = Scope(actor);
        if (row.Post is null || directory.Organisation(row.Organisation) is not { } organisation || !scope.Reaches(organisation)) return Outcome<bool>.No(Refusal.NotFound, "没有找到这条任职");
        if (actor.Person == row.Person) return Outcome<bool>.No(Refusal.Forbidden, "不能给自己任免岗位，请由其他业务管理员办理");
        if (directory.Post(row.Post)?.Scope == PostScope.Node) return Outcome<bool>.No(Refusal.Forbidden, "技术运维岗位不由业务管理员任免");
        var last = time.Today().AddDays(-1);
        if (row.ToDate <= last) return Outcome<bool>.No(Refusal.Conflict, "这条任职已经结束");
        await c.ExecuteAsync("update identity.appointment set to_date = greatest(@last, from_date - 1) where id = @appointment", new { appointment, last });
        await AccountEvents.Append(c, row.Person, actor, time.GetUtcNow(), "post-ended", new { appointment, organisation = organisation.Key, post = row.Post }, ground ?? "");
        await Announce(c, row.Person);
        return true;
    });

    /// <summary>Gives a role bound to a scope of its own.</summary>
    public Task<Outcome<Guid>> Give(Actor actor, Guid person, NewRole role) => Change(person, async c =>
    {
        var (scope, faults) = (Scope(actor), new List<Fault>());
        var post = scope.Directory.Post(role.Post ?? "");
        var organisation = string.IsNullOrEmpty(role.Organisation) ? null : scope.Directory.OrganisationByKey(role.Organisation);
        if (post is null) faults.Add(new("post", $"没有岗位“{role.Post}”"));
        if (!string.IsNullOrEmpty(role.Organisation) && organisation is null) faults.Add(new("organisation", $"没有机构“{role.Organisation}”"));
        if (!string.IsNullOrEmpty(role.Division) && scope.Directory.Division(role.Division) is null) faults.Add(new("division", $"没有行政区划“{role.Division}”"));
        if (!string.IsNullOrEmpty(role.Line) && scope.Directory.Line(role.Line) is null) faults.Add(new("line", $"没有业务条线“{role.Line}”"));
        if (string.IsNullOrEmpty(role.Division) && organisation is null) faults.Add(new("division", "请写明区划或机构，授权必须有范围"));
        if (role.To < (role.From ?? time.Today())) faults.Add(new("to", "结束日期不能早于开始日期"));
        if (faults.Count > 0) return Outcome<Guid>.Invalid(faults);
        if (actor.Person == person) return Outcome<Guid>.No(Refusal.Forbidden, "不能给自己授权，请由其他业务管理员办理");
        if (post!.Scope == PostScope.Node) return Outcome<Guid>.No(Refusal.Forbidden, "技术运维权限不由业务管理员授予");
        var (division, line) = (Null(role.Division), Null(role.Line));
        if (!scope.Covers(Grants.Role(scope.Directory, post, division, organisation, line))) return Outcome<Guid>.No(Refusal.Forbidden, "授权范围超出您自己的管理范围，不能授予");
        if (await scope.WhyNot(c, person, time.Today()) is { } why) return Outcome<Guid>.No(Refusal.Forbidden, why);
        var id = Guid.CreateVersion7();
        var from = role.From ?? time.Today();
        await c.ExecuteAsync("""
            insert into identity.role_grant (id, person, post, division, organisation, line, from_date, to_date, created_at)
            values (@id, @person, @Key, @division, @organisation, @line, @from, @To, @at)
            """, new { id, person, post.Key, division, organisation = organisation?.Id, line, from, role.To, at = time.GetUtcNow().UtcDateTime });
        await AccountEvents.Append(c, person, actor, time.GetUtcNow(), "role-granted", new { grant = id, post = post.Key, division, organisation = organisation?.Key, line, from, role.To });
        return id;
    });

    /// <summary>Takes a role back at once.</summary>
    public Task<Outcome<bool>> TakeBack(Actor actor, Guid grant, string? ground) => Undo(async c =>
    {
        var row = await c.QuerySingleOrDefaultAsync<(Guid Person, string Post, string? Division, Guid? Organisation, string? Line)>(
            "select person, post, division, organisation, line from identity.role_grant where id = @grant and (to_date is null or to_date >= @today) for update", new { grant, today = time.Today() });
        var scope = Scope(actor);
        if (row.Post is null || scope.Directory.Post(row.Post) is not { } post
            || !scope.Covers(Grants.Role(scope.Directory, post, row.Division, row.Organisation is { } o ? scope.Directory.Organisation(o) : null, row.Line)))
            return Outcome<bool>.No(Refusal.NotFound, "没有找到这项授权");
        if (actor.Person == row.Person) return Outcome<bool>.No(Refusal.Forbidden, "不能给自己授权，请由其他业务管理员办理");
        await c.ExecuteAsync("update identity.role_grant set to_date = @last where id = @grant", new { grant, last = time.Today().AddDays(-1) });
        await AccountEvents.Append(c, row.Person, actor, time.GetUtcNow(), "role-taken-back", new { grant, post = row.Post }, ground ?? "");
        await Announce(c, row.Person);
        return true;
    });

    /// <summary>Records an absence; by the official himself or by his administrator. The substitute must hold a post in the same house.</summary>
    public Task<Outcome<Guid>> Absent(Actor actor, Guid person, NewAbsence absence) => Change(person, async c =>
    {
        var (scope, faults, today) = (Scope(actor), new List<Fault>(), time.Today());
        var organisation = scope.Directory.OrganisationByKey(absence.Organisation ?? "");
        if (organisation is null) faults.Add(new("organisation", $"没有机构“{absence.Organisation}”"));
        if (absence.From is null || absence.To is null) faults.Add(new("from", "请填写开始和结束日期"));
        else if (absence.To < absence.From || absence.To < today) faults.Add(new("to", "结束日期应当不早于开始日期，也不早于今天"));
        else if (absence.To > absence.From.Value.AddYears(1)) faults.Add(new("to", "一次最多一年"));
        if (absence.Substitute is null || absence.Substitute == person) faults.Add(new("substitute", "请选择另一位同事代办"));
        if (absence.Reason?.Length > 200) faults.Add(new("reason", "事由最多 200 个字"));
        if (faults.Count > 0) return Outcome<Guid>.Invalid(faults);
        if (actor.Person != person && !scope.Reaches(organisation!)) return Outcome<Guid>.No(Refusal.NotFound, "没有找到这位工作人员");
        var here = (await c.QueryAsync<Guid>("""
            select distinct person from identity.appointment a join identity.post p on p.key = a.post
            where a.organisation = @Id and a.person = any(@people) and p.scope <> 'node' and a.from_date <= @From and (a.to_date is null or a.to_date >= @To)
            """, new { organisation!.Id, people = (Guid[])[person, absence.Substitute!.Value], absence.From, absence.To })).ToHashSet();
        if (!here.Contains(person)) return Outcome<Guid>.No(Refusal.Invalid, $"此人这段时间不在{organisation.Name}任职", "organisation");
        if (!here.Contains(absence.Substitute.Value)) return Outcome<Guid>.No(Refusal.Invalid, "代办人应当在同一机构任职，并且任期包含这段时间", "substitute");
        var clash = await c.ExecuteScalarAsync<bool>("""
            select exists (select 1 from identity.absence where organisation = @Id and cancelled_at is null and from_date <= @To and to_date >= @From and (person = @person or person = @Substitute))
            """, new { organisation.Id, person, absence.Substitute, absence.From, absence.To });
        if (clash) return Outcome<Guid>.No(Refusal.Conflict, "此人或代办人这段时间已有请假安排，请先取消");
        var id = Guid.CreateVersion7();
        await c.ExecuteAsync("""
            insert into identity.absence (id, person, substitute, organisation, from_date, to_date, reason, created_at) values (@id, @person, @Substitute, @organisation, @From, @To, @reason, @at)
            """, new { id, person, absence.Substitute, organisation = organisation.Id, absence.From, absence.To, reason = absence.Reason ?? "", at = time.GetUtcNow().UtcDateTime });
        await AccountEvents.Append(c, person, actor, time.GetUtcNow(), "absence-recorded", new { absence = id, absence.Substitute, organisation = organisation.Key, absence.From, absence.To });
        await Announce(c, absence.Substitute.Value);
        return id;
    });

    /// <summary>Back early: the substitute's rights end at once.</summary>
    public Task<Outcome<bool>> Return(Actor actor, Guid absence) => Undo(async c =>
    {
        var row = await c.QuerySingleOrDefaultAsync<(Guid Person, Guid Substitute, Guid Organisation)>(
            "select person, substitute, organisation from identity.absence where id = @absence and cancelled_at is null and to_date >= @today for update", new { absence, today = time.Today() });
        var mine = row.Person != default && row.Person == actor.Person;
        if (row.Person == default || !mine && !(directory.Organisation(row.Organisation) is { } o && Scope(actor).Reaches(o))) return Outcome<bool>.No(Refusal.NotFound, "没有找到这条请假安排");
        await c.ExecuteAsync("update identity.absence set cancelled_at = @at where id = @absence", new { absence, at = time.GetUtcNow().UtcDateTime });
        await AccountEvents.Append(c, row.Person, actor, time.GetUtcNow(), "absence-cancelled", new { absence });
        await Announce(c, row.Person);
        await Announce(c, row.Substitute);
        return true;
    });

    /// <summary>Technical and business posts never stand in one person.</summary>
    internal async Task<string?> Mixes(NpgsqlConnection c, Guid person, Post post)
    {
        var held = await c.QueryAsync<string>("""
            select distinct p.scope from identity.appointment a join identity.post p on p.key = a.post where a.person = @person and (a.to_date is null or a.to_date >= @today)
            """, new { person, today = time.Today() });
        return held.Any(scope => scope == "node" != (post.Scope == PostScope.Node)) ? "技术运维岗位与业务岗位不能由同一人担任" : null;
    }

    async Task<Outcome<T>> Change<T>(Guid person, Func<NpgsqlConnection, Task<Outcome<T>>> work)
    {
        await using var connection = await database.Open();
        await using var transaction = await connection.BeginTransactionAsync();
        if (!await connection.ExecuteScalarAsync<bool>("select exists (select 1 from identity.person where id = @person for update)", new { person })) return Outcome<T>.No(Refusal.NotFound, "没有找到这个人");
        var outcome = await work(connection);
        if (!outcome.Ok) return outcome;
        await Announce(connection, person);
        await transaction.CommitAsync();
        sessions.Forget($"person:{person}");
        return outcome;
    }

    async Task<Outcome<bool>> Undo(Func<NpgsqlConnection, Task<Outcome<bool>>> work)
    {
        var outcome = await database.Write((c, _) => work(c));
        if (outcome.Ok) sessions.Forget(Signals.Everything);
        return outcome;
    }

    /// <summary>Sessions of the person are read anew everywhere, with the rights as they are now.</summary>
    static Task Announce(NpgsqlConnection c, Guid person) => Signals.Send(c, OrganisationDirectory.Topic, $"person:{person}");

    static string? Null(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
