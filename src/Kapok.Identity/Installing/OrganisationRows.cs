using Dapper;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Data;
using Kapok.Identity.Divisions;
using Npgsql;

namespace Kapok.Identity.Installing;

/// <summary>Writes planned organisations, many in one statement.</summary>
static class OrganisationRows
{
    /// <summary>The lines as installed, with their name patterns.</summary>
    public static async Task<IReadOnlyList<LineEntry>> Lines(NpgsqlConnection connection) =>
        [.. (await connection.QueryAsync<string>("select names::text from identity.line order by department, key")).Select(Json.Read<LineEntry>)];

    /// <summary>Inserts, or renames those of the same origin. Parents are found among what stands and what is being written.</summary>
    public static async Task Insert(NpgsqlConnection connection, DirectorySnapshot directory, IReadOnlyList<PlannedOrganisation> planned, string origin, DateTimeOffset now)
    {
        var ids = planned.ToDictionary(p => p.Key, p => directory.OrganisationByKey(p.Key)?.Id ?? Guid.CreateVersion7());
        var taken = directory.Organisations.Select(o => o.CreditCode).ToHashSet();
        var codes = planned.Select(p => p.CreditCode ?? directory.OrganisationByKey(p.Key)?.CreditCode ?? NewCode(directory, p, taken)).ToArray();
        Guid? Known(string line, string division) => ids.TryGetValue($"{line}@{division}", out var id) ? id : directory.OrganisationByKey($"{line}@{division}")?.Id;
        await connection.ExecuteAsync("""
            insert into identity.organisation (id, key, credit_code, name, short_name, division, line, parent, opened_on, origin)
            select id, key, code, name, short, division, line, parent, @today, @origin
            from unnest(@ids, @keys, @codes, @names, @shorts, @divisions, @lines, @parents) v (id, key, code, name, short, division, line, parent)
            on conflict (key) do update set name = excluded.name, short_name = excluded.short_name, parent = excluded.parent where organisation.origin = excluded.origin
            """, new
        {
            today = DateOnly.FromDateTime(now.ToOffset(LocalDate.Offset).DateTime), origin, codes,
            ids = planned.Select(p => ids[p.Key]).ToArray(), keys = planned.Select(p => p.Key).ToArray(), names = planned.Select(p => p.Name).ToArray(), shorts = planned.Select(p => p.ShortName).ToArray(),
            divisions = planned.Select(p => p.Division).ToArray(), lines = planned.Select(p => p.Line).ToArray(), parents = planned.Select(p => ParentOf(directory, p, Known)).ToArray(),
        });
    }

    /// <summary>The same line in the nearest division above; a village answers to its town, a town to the government office.</summary>
    static Guid? ParentOf(DirectorySnapshot directory, PlannedOrganisation planned, Func<string, string, Guid?> known)
    {
        var above = directory.Ancestry(planned.Division).Reverse().Skip(1).ToList();
        foreach (var line in (string[])[planned.Line, "town", "office"])
            foreach (var division in above)
                if (known(line, division.Code) is { } id) return id;
        return null;
    }

    /// <summary>An illustrative credit code: valid by GB 32100, made from place and line, the next one when taken.</summary>
    static string NewCode(DirectorySnapshot directory, PlannedOrganisation planned, HashSet<string> taken)
    {
        var head = directory.Line(planned.Line)!.CreditHead;
        for (var seed = Seed(planned.Key); ; seed++)
            if (DemoCodes.CreditCode(planned.Division, seed, head) is var code && taken.Add(code)) return code;
    }

    /// <summary>FNV-1a: the same in every process and version.</summary>
    static int Seed(string text)
    {
        var hash = 2166136261u;
        foreach (var ch in text) hash = (hash ^ ch) * 16777619;
        return (int)(hash & 0x3fffffff);
    }
}
