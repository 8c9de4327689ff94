using Dapper;
using Kapok.Cases.Definitions;
using Kapok.Cases.Model;
using Npgsql;

namespace Kapok.Cases.Storage;

/// <summary>Names of the materials handed in, read only for cases whose documents list them: the others pay nothing.</summary>
static class MaterialNames
{
    static readonly IReadOnlyDictionary<Guid, IReadOnlyList<string>> None = new Dictionary<Guid, IReadOnlyList<string>>();

    /// <returns>By case, in the order of the item; every name once.</returns>
    public static async Task<IReadOnlyDictionary<Guid, IReadOnlyList<string>>> Read(NpgsqlConnection connection, IEnumerable<CaseSnapshot> cases, DefinitionStore definitions)
    {
        var wanted = new Dictionary<Guid, CaseDefinition>();
        foreach (var snapshot in cases)
            if (await definitions.Get(snapshot.Row.Definition) is { NamesMaterials: true } definition) wanted[snapshot.Row.Id] = definition;
        if (wanted.Count == 0) return None;
        var rows = await connection.QueryAsync<(Guid Owner, string Material)>(
            "select distinct owner, material from cases.material where owner = any(@ids) and removed_at is null", new { ids = wanted.Keys.ToArray() });
        return rows.GroupBy(r => r.Owner).ToDictionary(g => g.Key, g =>
        {
            var given = g.Select(r => r.Material).ToHashSet();
            return (IReadOnlyList<string>)[.. wanted[g.Key].Item.Content.Materials.Where(m => given.Contains(m.Id)).Select(m => m.Name)];
        });
    }
}
