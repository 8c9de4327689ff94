using Dapper;
using Kapok.Cases.Definitions;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Npgsql;

namespace Kapok.Cases.Designing;

/// <summary>The versions of definitions: what packages bring and what officials publish stand in one row of numbers.</summary>
static class Releases
{
    /// <summary>
    /// A package brings a text. It comes into force unless the definition was changed here since the package's last word:
    /// then the local one stays, the package's is kept as a release that can be taken over.
    /// </summary>
    public static async Task FromPackage(NpgsqlConnection c, Actor actor, DateTimeOffset at, string kind, string name, string digest, string version)
    {
        await c.ExecuteAsync("insert into cases.design (kind, name) values (@kind, @name) on conflict do nothing", new { kind, name });
        var design = await c.QuerySingleAsync<Design>($"select {Design.Columns} from cases.design d where kind = @kind and name = @name for update", new { kind, name });
        var all = await Of(c, design.Id);
        if (all.FirstOrDefault(r => r.Cause == "package")?.Digest == digest) return;
        var local = all.FirstOrDefault(r => r.Number == design.Released) is { Cause: not "package" };
        var number = (all.FirstOrDefault()?.Number ?? 0) + 1;
        await Insert(c, design.Id, new(number, digest, "package", "{}", version, "", "应用包", at.UtcDateTime));
        if (!local) await Enforce(c, design, number, digest);
        await EventLog.Append(c, design.Id, actor, at, new NewEvent(DesignEvents.Package, Json.Write(new { number, digest, package = version, inForce = !local }), local ? "本地改过，保留本地版本" : ""));
    }

    /// <summary>Newest first.</summary>
    public static async Task<IReadOnlyList<Release>> Of(NpgsqlConnection c, Guid design) => (await c.QueryAsync<Release>("""
        select number, digest, cause, renamed::text as renamed, note, author_name, released_name, released_at from cases.release where design = @design order by number desc
        """, new { design })).AsList();

    public static Task Insert(NpgsqlConnection c, Guid design, Release release) => c.ExecuteAsync("""
        insert into cases.release (design, number, digest, cause, renamed, note, author_name, released_name, released_at)
        values (@design, @Number, @Digest, @Cause, @Renamed::jsonb, @Note, @AuthorName, @ReleasedName, @ReleasedAt)
        """, new { design, release.Number, release.Digest, release.Cause, release.Renamed, release.Note, release.AuthorName, release.ReleasedName, release.ReleasedAt });

    /// <summary>From now on new applications get this text; what runs keeps its own.</summary>
    public static async Task Enforce(NpgsqlConnection c, Design design, int number, string digest)
    {
        await c.ExecuteAsync("update cases.design set released = @number where id = @Id", new { number, design.Id });
        await c.ExecuteAsync("insert into cases.artifact_name (kind, name, digest) values (@Kind, @Name, @digest) on conflict (kind, name) do update set digest = excluded.digest", new { design.Kind, design.Name, digest });
        await Signals.Send(c, DefinitionStore.Topic, design.Name);
    }

    public static Task<string> Text(NpgsqlConnection c, string digest) => c.QuerySingleAsync<string>("select content from cases.artifact where digest = @digest", new { digest });

    /// <summary>
    /// How a field of an older text is called now: the renames of all releases after it, one after the other. What a
    /// release between them removed is not followed further.
    /// </summary>
    public static Dictionary<string, string> Renames(IEnumerable<Release> all, string fromDigest, int to)
    {
        var from = all.Where(r => r.Digest == fromDigest && r.Number < to).Select(r => r.Number).DefaultIfEmpty(0).Max();
        var now = new Dictionary<string, string>();
        if (from == 0) return now;
        foreach (var release in all.Where(r => r.Number > from && r.Number <= to).OrderBy(r => r.Number)) Follow(now, Json.Read<Dictionary<string, string>>(release.Renamed));
        return now;
    }

    /// <summary>Adds later renames to earlier ones.</summary>
    public static void Follow(Dictionary<string, string> known, IReadOnlyDictionary<string, string> later)
    {
        var sources = known.ToDictionary(k => k.Value, k => k.Key);
        foreach (var (old, now) in later)
        {
            var first = sources.GetValueOrDefault(old, old);
            if (first == now) known.Remove(first);
            else known[first] = now;
        }
    }
}
