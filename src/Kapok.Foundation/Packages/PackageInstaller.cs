using Dapper;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Npgsql;

namespace Kapok.Foundation.Packages;

/// <summary>What a module does with its folders of a package. Parts run from the lowest floor up, in one transaction.</summary>
public interface IPackagePart
{
    int Floor { get; }

    /// <summary>Adds every finding; writes nothing. The connection sees what lower parts have already written in this installation.</summary>
    Task Check(Package package, InstallContext context, List<Fault> faults);

    /// <summary>Writes, idempotently. Called only when no part has found anything.</summary>
    Task Install(Package package, InstallContext context);
}

/// <summary>The transaction of an installation and who does it.</summary>
public sealed record InstallContext(NpgsqlConnection Connection, Actor Actor, DateTimeOffset Now, NodeOptions Node);

public sealed record InstalledPackage(string Id, string Version, string Title, string Digest, DateTime InstalledAt);

/// <summary>Checks, installs and exports packages: every finding at once, atomic, idempotent, versioned.</summary>
public sealed class PackageInstaller(Database database, IEnumerable<IPackagePart> parts, NodeOptions node, TimeProvider time)
{
    readonly IPackagePart[] inOrder = [.. parts.OrderBy(p => p.Floor)];

    static readonly Guid Stream = new("6b61706f-6b00-7000-8000-7061636b6167");

    /// <summary>Every finding of every part. Installs nothing: works in a transaction that is rolled back.</summary>
    public async Task<IReadOnlyList<Fault>> Check(Package package, Actor actor)
    {
        await using var connection = await database.Open();
        await using var transaction = await connection.BeginTransactionAsync();
        return (await Apply(package, new(connection, actor, time.GetUtcNow(), node))).Faults;
    }

    /// <returns>True when something was installed, false when this very version already stood.</returns>
    public async Task<Outcome<bool>> Install(Package package, Actor actor)
    {
        await using var connection = await database.Open();
        await using var transaction = await connection.BeginTransactionAsync();
        var result = await Apply(package, new(connection, actor, time.GetUtcNow(), node));
        if (result.Ok && result.Value) await transaction.CommitAsync();
        return result;
    }

    async Task<Outcome<bool>> Apply(Package package, InstallContext context)
    {
        var (head, c) = (package.Head, context.Connection);
        await c.ExecuteAsync("select pg_advisory_xact_lock(hashtext('kapok.package'))");
        var standing = (await c.QueryAsync<(string Id, string Version, string Digest)>("select id, version, digest from kapok.package")).ToDictionary(p => p.Id);
        var faults = new List<Fault>();
        foreach (var need in head.Needs.Where(n => !standing.ContainsKey(n))) faults.Add(new("package.yaml", $"需要先安装应用包 {need}"));
        if (standing.TryGetValue(head.Id, out var known))
        {
            if (known.Digest == package.Digest) return false;
            var (old, now) = (Version.Parse(known.Version), Version.Parse(head.Version));
            if (old == now) return Outcome<bool>.No(Refusal.Conflict, $"版本 {head.Version} 已经安装过，内容却不同：请提高版本号", "package.yaml");
            if (now < old) faults.Add(new("package.yaml", $"已安装更新的版本 {known.Version}"));
        }
        if (faults.Count > 0) return Outcome<bool>.Invalid(faults);

        // A part is checked after the lower ones have installed, because it refers to what they bring.
        foreach (var part in inOrder)
        {
            var before = faults.Count;
            await part.Check(package, context, faults);
            if (faults.Count == before) await part.Install(package, context);
        }
        if (faults.Count > 0) return Outcome<bool>.Invalid(faults);

        await c.ExecuteAsync("""
            insert into kapok.package (id, version, title, digest, content, installed_at) values (@Id, @Version, @Title, @digest, @content, @at)
            on conflict (id) do update set version = excluded.version, title = excluded.title, digest = excluded.digest, content = excluded.content, installed_at = excluded.installed_at
            """, new { head.Id, head.Version, head.Title, digest = package.Digest, content = package.ToZip(), at = context.Now.UtcDateTime });
        await EventLog.Append(c, Stream, context.Actor, context.Now, new NewEvent("package-installed", Json.Write(new { head.Id, head.Version, package.Digest })));
        return true;
    }

    public async Task<IReadOnlyList<InstalledPackage>> List() => await database.Read(async c =>
        (await c.QueryAsync<InstalledPackage>("select id, version, title, digest, installed_at from kapok.package order by id")).AsList());

    /// <summary>The ZIP as installed, or null.</summary>
    public Task<byte[]?> Export(string id) => database.Read(c => c.ExecuteScalarAsync<byte[]?>("select content from kapok.package where id = @id", new { id }));
}
