using System.Text.RegularExpressions;
using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Data;
using Kapok.Identity.Divisions;
using Kapok.Identity.Granting;
using Kapok.Identity.Installing;
using Kapok.Identity.SignIn;
using Npgsql;

namespace Kapok.Identity.Administration;

/// <summary>A department, a county, its people: everything that is opened by data alone (D28).</summary>
public sealed record Opening
{
    public List<OpenDivision> Divisions { get; init => field = value ?? []; } = [];
    public List<OpenOrganisation> Organisations { get; init => field = value ?? []; } = [];
    public List<OpenOfficial> Officials { get; init => field = value ?? []; } = [];

    /// <summary>Entries with nothing in them, as JSON may bring them.</summary>
    public IEnumerable<string> Holes() =>
    [
        .. Divisions.Index().Where(d => d.Item is null).Select(d => $"divisions[{d.Index}]"), .. Organisations.Index().Where(o => o.Item is null).Select(o => $"organisations[{o.Index}]"),
        .. Officials.Index().Where(o => o.Item is null).Select(o => $"officials[{o.Index}]"),
        .. Officials.Index().Where(o => o.Item is not null).SelectMany(o => o.Item.Posts.Index().Where(p => p.Item is null).Select(p => $"officials[{o.Index}].posts[{p.Index}]")),
    ];
}

/// <param name="Level">province, city, county, town or village.</param>
public sealed record OpenDivision(string? Code, string? Name, string? Level, string? Parent);

/// <param name="Name">Left out: by the pattern of the line.</param>
/// <param name="CreditCode">Needed in production; a demonstration node makes an illustrative one.</param>
public sealed record OpenOrganisation(string? Line, string? Division, string? Name = null, string? ShortName = null, string? CreditCode = null);

public sealed record OpenOfficial(string? Name, string? IdNumber, string? Phone, string? Account)
{
    public List<NewPost> Posts { get; init => field = value ?? []; } = [];
}

/// <summary>What was opened. The initial passwords are shown this once.</summary>
public sealed record Opened(IReadOnlyList<string> Divisions, IReadOnlyList<string> Organisations, IReadOnlyList<OpenedOfficial> Officials);

/// <param name="InitialPassword">Null when the person had an account already.</param>
public sealed record OpenedOfficial(Guid Person, string Name, string Account, string? InitialPassword);

/// <summary>Opens divisions, organisations and officials in one transaction: all of it, or nothing and every fault.</summary>
public sealed partial class Openings(Database database, OrganisationDirectory directory, Officials officials, Accounts accounts, Sessions sessions, NodeOptions node, TimeProvider time)
{
    public const int Most = 2_000;

    public async Task<Outcome<Opened>> Open(Actor actor, Opening opening)
    {
        var size = opening.Divisions.Count + opening.Organisations.Count + opening.Officials.Count;
        if (size == 0) return Outcome<Opened>.No(Refusal.Invalid, "没有要开设的内容：至少要有 divisions、organisations、officials 之一");
        if (size > Most) return Outcome<Opened>.No(Refusal.TooLarge, $"一次最多开设 {Most} 项");
        if (opening.Holes().ToList() is { Count: > 0 } holes) return Outcome<Opened>.Invalid([.. holes.Select(h => new Fault(h, "没有内容"))]);
        // Hashes cost tens of milliseconds each: made before the transaction, so that no row is locked meanwhile.
        var passwords = new List<(string Password, string Hash)>();
        foreach (var _ in opening.Officials) passwords.Add(await accounts.Initial());
        var faults = new List<Fault>();
        await using var connection = await database.Open();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("select pg_advisory_xact_lock(hashtext('identity.opening'))");
        var divisions = await Divisions(connection, actor, opening.Divisions, faults);
        var organisations = faults.Count > 0 ? [] : await Organisations(connection, actor, opening.Organisations, faults);
        var people = faults.Count > 0 ? [] : await People(connection, actor, opening.Officials, passwords, faults);
        if (faults.Count > 0) return Outcome<Opened>.Invalid(faults);
        await Signals.Send(connection, OrganisationDirectory.Topic, "directory");
        await transaction.CommitAsync();
        await directory.Refresh();
        sessions.Forget("directory");
        return new Opened(divisions, organisations, people);
    }

    async Task<IReadOnlyList<string>> Divisions(NpgsqlConnection c, Actor actor, List<OpenDivision> wanted, List<Fault> faults)
    {
        if (wanted.Count == 0) return [];
        var standing = await OrganisationDirectory.Load(c);
        var scope = new AdminScope(actor, Grants.Manage, standing);
        var entries = new List<DivisionEntry>();
        for (var i = 0; i < wanted.Count; i++)
        {
            var (d, where) = (wanted[i], $"divisions[{i}]");
            if (DivisionFile.LevelOf(d.Level ?? "") is not { } level) faults.Add(new($"{where}.level", "级别应为 province、city、county、town 或 village"));
            else entries.Add(new(where, d.Code?.Trim() ?? "", d.Name?.Trim() ?? "", level, d.Parent, false));
            if (standing.Division(d.Code ?? "") is { } there) faults.Add(new($"{where}.code", $"区划 {d.Code} 已经有了：{there.FullName}"));
        }
        var paths = DivisionFile.Paths(entries, standing.Division, faults);
        foreach (var e in entries)
            if (paths.TryGetValue(e.Code, out var path) && scope.OverDivision(path) is { Allowed: false } no) faults.Add(new(e.Where, no.Reason));
        if (faults.Count > 0) return [];
        // Parents before children, because each refers to the one above.
        foreach (var e in entries.OrderBy(e => e.Level))
        {
            await c.ExecuteAsync("insert into identity.division (code, name, level, parent, path, origin) values (@Code, @Name, @level, @Parent, @path, 'admin')",
                new { e.Code, e.Name, level = (short)e.Level, e.Parent, path = paths[e.Code] });
            await AccountEvents.Append(c, AccountEvents.StreamOf("division", e.Code), actor, time.GetUtcNow(), "division-opened", new { e.Code, e.Name, e.Level, e.Parent });
        }
        return [.. entries.Select(e => e.Code)];
    }

    async Task<IReadOnlyList<string>> Organisations(NpgsqlConnection c, Actor actor, List<OpenOrganisation> wanted, List<Fault> faults)
    {
        if (wanted.Count == 0) return [];
        var standing = await OrganisationDirectory.Load(c);
        var scope = new AdminScope(actor, Grants.Manage, standing);
        var lines = (await OrganisationRows.Lines(c)).ToDictionary(l => l.Key);
        var planned = new List<PlannedOrganisation>();
        for (var i = 0; i < wanted.Count; i++)
            if (Plan(scope, lines, wanted[i], $"organisations[{i}].", faults) is { } plan)
                if (planned.Exists(p => p.Key == plan.Key)) faults.Add(new($"organisations[{i}]", $"{plan.Key} 写了两次"));
                else planned.Add(plan);
        foreach (var twice in planned.Where(p => p.CreditCode is not null).GroupBy(p => p.CreditCode).Where(g => g.Count() > 1)) faults.Add(new("organisations", $"统一社会信用代码 {twice.Key} 重复"));
        if (faults.Count > 0) return [];
        await OrganisationRows.Insert(c, standing, planned, "admin", time.GetUtcNow());
        var opened = await OrganisationDirectory.Load(c);
        foreach (var p in planned)
            await AccountEvents.Append(c, opened.OrganisationByKey(p.Key)!.Id, actor, time.GetUtcNow(), "organisation-opened", new { p.Key, p.Name, opened.OrganisationByKey(p.Key)!.CreditCode });
        return [.. planned.Select(p => p.Key)];
    }

    PlannedOrganisation? Plan(AdminScope scope, Dictionary<string, LineEntry> lines, OpenOrganisation o, string where, List<Fault> faults)
    {
        var division = scope.Directory.Division(o.Division ?? "");
        if (division is null) faults.Add(new(where + "division", $"没有行政区划“{o.Division}”"));
        if (!lines.TryGetValue(o.Line ?? "", out var line)) faults.Add(new(where + "line", $"没有业务条线“{o.Line}”"));
        if (division is null || line is null) return null;
        if (scope.Over(new(division.Path, Line: line.Key)) is { Allowed: false } no) { faults.Add(new(where + "division", no.Reason)); return null; }
        if (scope.Directory.Organisations.Any(x => x.Key == $"{line.Key}@{division.Code}")) { faults.Add(new(where + "line", $"{division.FullName}已经有{line.Short}机构")); return null; }
        var name = o.Name?.Trim() is { Length: > 0 } own ? own : OrganisationPlan.NameOf(line, scope.Directory.Ancestry(division.Code));
        if (name is null) { faults.Add(new(where + "name", $"{line.Short}条线在这一级没有通用名称，请填写机构名称")); return null; }
        if (name.Length > 100) { faults.Add(new(where + "name", "名称最多 100 个字")); return null; }
        var code = string.IsNullOrWhiteSpace(o.CreditCode) ? null : o.CreditCode;
        if (code is null && node.Mode == NodeMode.Production) { faults.Add(new(where + "creditCode", "请填写统一社会信用代码")); return null; }
        if (code is not null)
        {
            var verdict = CreditCode.Check(code);
            if (verdict.Problem is { } problem) { faults.Add(new(where + "creditCode", problem)); return null; }
            if (scope.Directory.Organisations.FirstOrDefault(x => x.CreditCode == verdict.Value) is { } holder) { faults.Add(new(where + "creditCode", $"统一社会信用代码已属于{holder.Name}")); return null; }
            code = verdict.Value;
        }
        return new(line.Key, division.Code, name, o.ShortName?.Trim() is { Length: > 0 } small ? small : OrganisationPlan.ShortNameOf(line, division)) { CreditCode = code };
    }

    async Task<IReadOnlyList<OpenedOfficial>> People(NpgsqlConnection c, Actor actor, List<OpenOfficial> wanted, List<(string Password, string Hash)> passwords, List<Fault> faults)
    {
        var scope = new AdminScope(actor, Grants.Manage, await OrganisationDirectory.Load(c));
        var opened = new List<OpenedOfficial>();
        for (var i = 0; i < wanted.Count; i++)
        {
            var where = $"officials[{i}].";
            if (await Person(c, actor, scope, wanted[i], passwords[i], where, faults) is { } official) opened.Add(official);
        }
        return opened;
    }

    async Task<OpenedOfficial?> Person(NpgsqlConnection c, Actor actor, AdminScope scope, OpenOfficial o, (string Password, string Hash) initial, string where, List<Fault> faults)
    {
        var before = faults.Count;
        var (name, number, phone) = (PersonName.Check(o.Name), CitizenId.Check(o.IdNumber, time.Today()), Contact.CheckMobile(o.Phone));
        if (name.Problem is { } n) faults.Add(new(where + "name", n));
        if (number.Problem is { } p) faults.Add(new(where + "idNumber", p));
        if (phone.Problem is { } t) faults.Add(new(where + "phone", t));
        if (!AccountName().IsMatch(o.Account ?? "")) faults.Add(new(where + "account", "账号名应以小写字母开头，由小写字母、数字、点、连字符组成，3 到 64 位"));
        if (o.Posts.Count == 0) faults.Add(new(where + "posts", "至少要有一个岗位：没有岗位的账号不能使用"));
        var posts = o.Posts.Select((post, k) => officials.Plan(scope, post, $"{where}posts[{k}].", faults)).ToList();
        if (posts.OfType<Officials.PlannedPost>().Select(x => x.Post.Scope == PostScope.Node).Distinct().Count() > 1) faults.Add(new(where + "posts", "技术运维岗位与业务岗位不能由同一人担任"));
        if (faults.Count > before) return null;
        var id = CitizenId.Parse(number.Value, time.Today())!;
        var known = await c.QuerySingleOrDefaultAsync<(Guid Id, string Name, string? Account)>("""
            select p.id, p.name, a.name from identity.person p left join identity.account a on a.person = p.id and a.kind = 'official' where p.certificate_type = '111' and p.certificate_number = @Number and p.verified_at is not null
            """, new { id.Number });
        if (known.Id != default && known.Name != name.Value) { faults.Add(new(where + "name", "该身份证号码已登记为另一个姓名，请核对")); return null; }
        if (known.Id != default && known.Id == actor.Person) { faults.Add(new(where + "idNumber", "不能给自己任免岗位，请由其他业务管理员办理")); return null; }
        if (known.Account is not null && known.Account != o.Account) { faults.Add(new(where + "account", "此人已有工作人员账号，请直接在其名下增加岗位")); return null; }
        var person = known.Id;
        if (person == default)
        {
            person = Guid.CreateVersion7();
            await c.ExecuteAsync("""
                insert into identity.person (id, name, certificate_number, phone, birth_date, sex, created_at) values (@person, @name, @Number, @phone, @BirthDate, @sex, @at)
                """, new { person, name = name.Value, id.Number, phone = phone.Value, id.BirthDate, sex = (short)(id.IsMale ? 1 : 2), at = time.GetUtcNow().UtcDateTime });
        }
        if (known.Account is null && await Accounts.Open(c, actor, person, "official", o.Account!, initial.Hash, time.GetUtcNow()) is { Ok: false } taken) { faults.Add(new(where + "account", taken.Message)); return null; }
        foreach (var (post, k) in posts.Select((x, k) => (x!, k)))
        {
            if (await officials.Mixes(c, person, post.Post) is { } mixed) { faults.Add(new($"{where}posts[{k}].post", mixed)); continue; }
            var outcome = await Officials.Take(c, actor, person, post, time.GetUtcNow());
            if (!outcome.Ok) faults.Add(new($"{where}posts[{k}]", outcome.Message));
        }
        return new(person, name.Value!, o.Account!, known.Account is null ? initial.Password : null);
    }

    /// <summary>Closes an organisation that has nobody left in it; it keeps its past.</summary>
    public async Task<Outcome<bool>> Close(Actor actor, Guid organisation, string? ground)
    {
        if (string.IsNullOrWhiteSpace(ground)) return Outcome<bool>.No(Refusal.Invalid, "请写明撤销机构的依据", "ground");
        var outcome = await database.Write(async (c, _) =>
        {
            var scope = new AdminScope(actor, Grants.Manage, directory.Current);
            if (scope.Directory.Organisation(organisation) is not { ClosedOn: null } standing || !scope.Reaches(standing)) return Outcome<bool>.No(Refusal.NotFound, "没有找到这个机构");
            await c.ExecuteAsync("select 1 from identity.organisation where id = @organisation for update", new { organisation });
            var left = await c.ExecuteScalarAsync<int>("select count(distinct person)::int from identity.appointment where organisation = @organisation and (to_date is null or to_date >= @today)", new { organisation, today = time.Today() });
            if (left > 0) return Outcome<bool>.No(Refusal.Conflict, $"还有 {left} 人在该机构任职，请先结束他们的任职");
            await c.ExecuteAsync("update identity.organisation set closed_on = @yesterday, version = version + 1 where id = @organisation", new { organisation, yesterday = time.Today().AddDays(-1) });
            await AccountEvents.Append(c, organisation, actor, time.GetUtcNow(), "organisation-closed", new { standing.Key }, ground);
            await Signals.Send(c, OrganisationDirectory.Topic, "directory");
            return true;
        });
        if (outcome.Ok) await directory.Refresh();
        return outcome;
    }

    [GeneratedRegex("^[a-z][a-z0-9._-]{2,63}$")] private static partial Regex AccountName();
}
