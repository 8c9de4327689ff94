using System.Text;
using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Foundation.Packages;
using Kapok.Identity.Divisions;
using Kapok.Identity.Granting;
using Kapok.Identity.SignIn;
using Npgsql;

namespace Kapok.Identity.Installing;

/// <summary>
/// Divisions, lines, organisations, posts and, on a demonstration node, people of a package. Rows that an
/// administrator has made or changed keep what he wrote.
/// </summary>
public sealed class IdentityPackagePart(IdentityOptions options) : IPackagePart
{
    const string DivisionsFile = "divisions.csv", LinesFile = "lines.yaml", OrganisationsFile = "organisations.yaml", PostsFile = "posts.yaml";

    public int Floor => 2;

    static bool Concerns(Package package) =>
        package.Files.Keys.Any(f => f is DivisionsFile or LinesFile or OrganisationsFile or PostsFile || f.StartsWith("demo/", StringComparison.Ordinal));

    public async Task Check(Package package, InstallContext context, List<Fault> faults)
    {
        if (!Concerns(package)) return;
        var before = faults.Count;
        var standing = await OrganisationDirectory.Load(context.Connection);
        if (package.Text(DivisionsFile) is { } csv)
        {
            var entries = DivisionFile.Read(DivisionsFile, csv, faults);
            DivisionFile.Paths(entries, standing.Division, faults);
        }
        foreach (var line in Lines(package, faults))
        {
            if (!Key(line.Key)) faults.Add(new(LinesFile, $"条线 key“{line.Key}”应为小写字母和连字符"));
            if (line.Short.Length == 0) faults.Add(new(LinesFile, $"条线 {line.Key} 缺少 short"));
            if (line.Department.Length != 2 || !line.Department.All(char.IsAsciiDigit)) faults.Add(new(LinesFile, $"条线 {line.Key} 的 department 应为两位数字"));
            if (!CodeTables.CreditCodeCategory.Contains(line.CreditHead)) faults.Add(new(LinesFile, $"条线 {line.Key} 的 creditHead“{line.CreditHead}”不是登记管理部门和机构类别代码"));
        }
        foreach (var twice in Lines(package, []).GroupBy(l => l.Key).Where(g => g.Count() > 1)) faults.Add(new(LinesFile, $"条线 {twice.Key} 重复"));
        foreach (var post in Posts(package, faults))
        {
            if (!Key(post.Key) || post.Name.Length == 0) faults.Add(new(PostsFile, $"岗位“{post.Key}”缺少 key 或 name"));
            if (post.Scope is not (null or "organisation" or "division" or "line" or "node")) faults.Add(new(PostsFile, $"岗位 {post.Key} 的 scope 应为 organisation、division、line 或 node"));
            foreach (var permission in post.Permissions.Where(p => !p.Contains('.'))) faults.Add(new(PostsFile, $"岗位 {post.Key} 的权限“{permission}”应写作 模块.动作"));
            if (post.Permissions.Contains(Grants.Operate) && post.Permissions.Count > 1) faults.Add(new(PostsFile, $"岗位 {post.Key}：技术权限 {Grants.Operate} 不能与业务权限放在同一岗位"));
        }
        if (faults.Count > before) return;
        // Rules and people refer to what the files before them bring, so that they are checked against a trial run.
        await using var trial = await Savepoint.Begin(context.Connection);
        await InstallBase(package, context);
        await InstallOrganisations(package, context, faults);
        if (faults.Count == before && context.Node.Mode == NodeMode.Demonstration) await DemonstrationPeople.Check(package, context, faults);
    }

    public async Task Install(Package package, InstallContext context)
    {
        if (!Concerns(package)) return;
        var faults = new List<Fault>();
        await InstallBase(package, context);
        var organisations = await InstallOrganisations(package, context, faults);
        var people = context.Node.Mode == NodeMode.Demonstration ? await DemonstrationPeople.Install(package, context, options, faults) : 0;
        if (faults.Count > 0) throw new InvalidOperationException(string.Join('\n', faults));
        await EventLog.Append(context.Connection, AccountEvents.StreamOf("package", package.Head.Id), context.Actor, context.Now,
            new NewEvent("directory-installed", Json.Write(new { package = package.Head.Id, package.Head.Version, organisations, people })));
        await Signals.Send(context.Connection, OrganisationDirectory.Topic, "directory");
    }

    static async Task InstallBase(Package package, InstallContext context)
    {
        var (c, origin, faults) = (context.Connection, package.Head.Id, new List<Fault>());
        if (package.Text(DivisionsFile) is { } csv)
        {
            var entries = DivisionFile.Read(DivisionsFile, csv, faults);
            var standing = await OrganisationDirectory.Load(c);
            var paths = DivisionFile.Paths(entries, standing.Division, faults);
            await c.ExecuteAsync("""
                insert into identity.division (code, name, level, parent, path, illustrative, origin)
                select code, name, level, parent, path, illustrative, @origin from unnest(@codes, @names, @levels, @parents, @paths, @illustrative) v (code, name, level, parent, path, illustrative)
                on conflict (code) do update set name = excluded.name, level = excluded.level, parent = excluded.parent, path = excluded.path, illustrative = excluded.illustrative
                where division.origin = excluded.origin
                """, new
            {
                origin, codes = entries.Select(e => e.Code).ToArray(), names = entries.Select(e => e.Name).ToArray(), levels = entries.Select(e => (short)e.Level).ToArray(),
                parents = entries.Select(e => e.Parent).ToArray(), paths = entries.Select(e => paths[e.Code]).ToArray(), illustrative = entries.Select(e => e.Illustrative).ToArray(),
            });
        }
        var lines = Lines(package, faults);
        await c.ExecuteAsync("""
            insert into identity.line (key, name, department, credit_head, coordinates, names)
            select key, name, department, head, coordinates, names::jsonb from unnest(@keys, @names, @departments, @heads, @coordinates, @patterns) v (key, name, department, head, coordinates, names)
            on conflict (key) do update set name = excluded.name, department = excluded.department, credit_head = excluded.credit_head, coordinates = excluded.coordinates, names = excluded.names
            """, new
        {
            keys = lines.Select(l => l.Key).ToArray(), names = lines.Select(l => l.Short).ToArray(), departments = lines.Select(l => l.Department).ToArray(), heads = lines.Select(l => l.CreditHead).ToArray(),
            // The line that runs government services and their data coordinates the others.
            coordinates = lines.Select(l => l.Coordinates ?? l.Key == "services-data").ToArray(), patterns = lines.Select(Json.Write).ToArray(),
        });
        foreach (var post in Posts(package, faults))
            await c.ExecuteAsync("""
                insert into identity.post (key, name, description, permissions, scope) values (@Key, @Name, @Description, @permissions, @scope)
                on conflict (key) do update set name = excluded.name, description = excluded.description, permissions = excluded.permissions, scope = excluded.scope
                """, new { post.Key, post.Name, post.Description, permissions = post.Permissions.ToArray(), scope = post.Scope ?? DefaultScope(post) });
    }

    /// <summary>Those who administer reach what lies below; those who handle cases only their own house.</summary>
    static string DefaultScope(PostEntry post) =>
        post.Permissions.Contains(Grants.Operate) ? "node"
        : post.Permissions.Any(p => p is Grants.Manage or Grants.Audit || p.StartsWith("catalogue.", StringComparison.Ordinal)) ? "line"
        : "organisation";

    static async Task<int> InstallOrganisations(Package package, InstallContext context, List<Fault> faults)
    {
        if (package.Text(OrganisationsFile) is not { } text) return 0;
        var rules = Yaml.Read<OrganisationRules>(OrganisationsFile, text);
        if (!rules.Ok) { faults.AddRange(rules.Faults); return 0; }
        var directory = await OrganisationDirectory.Load(context.Connection);
        var planned = OrganisationPlan.Expand(OrganisationsFile, rules.Value!, await OrganisationRows.Lines(context.Connection), directory, faults);
        if (faults.Count == 0) await OrganisationRows.Insert(context.Connection, directory, planned, package.Head.Id, context.Now);
        return planned.Count;
    }

    static IReadOnlyList<LineEntry> Lines(Package package, List<Fault> faults) => List<LineEntry>(package, LinesFile, faults);
    static IReadOnlyList<PostEntry> Posts(Package package, List<Fault> faults) => List<PostEntry>(package, PostsFile, faults);

    internal static IReadOnlyList<T> List<T>(Package package, string file, List<Fault> faults)
    {
        if (package.Text(file) is not { } text) return [];
        var read = Yaml.Read<List<T>>(file, text);
        if (!read.Ok) faults.AddRange(read.Faults);
        return read.Value ?? [];
    }

    static bool Key(string key) => key.Length is > 0 and <= 40 && key.All(ch => ch is '-' or (>= 'a' and <= 'z') or (>= '0' and <= '9'));

    /// <summary>A trial inside the transaction of the installation, rolled back at the end.</summary>
    sealed class Savepoint(NpgsqlConnection connection) : IAsyncDisposable
    {
        public static async Task<Savepoint> Begin(NpgsqlConnection connection)
        {
            await connection.ExecuteAsync("savepoint identity_trial");
            return new(connection);
        }

        public async ValueTask DisposeAsync() => await connection.ExecuteAsync("rollback to savepoint identity_trial");
    }
}
