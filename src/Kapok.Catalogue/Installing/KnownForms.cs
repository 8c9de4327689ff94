using System.Text.Json;
using Dapper;
using Kapok.Foundation.Packages;
using Npgsql;

namespace Kapok.Catalogue.Installing;

/// <summary>Which questions the forms of packages ask, so that the linter can tell whether a condition names one of them. The forms themselves belong to the case module.</summary>
static class KnownForms
{
    /// <summary>Forms installed so far and those of this package, by <c>package/name</c>.</summary>
    public static async Task<Dictionary<string, IReadOnlySet<string>>> Read(NpgsqlConnection connection, Package? package = null)
    {
        var forms = (await connection.QueryAsync<(string Name, string[] Fields)>("select name, fields from catalogue.form"))
            .ToDictionary(f => f.Name, f => (IReadOnlySet<string>)f.Fields.ToHashSet());
        if (package is not null) foreach (var (name, fields) in Of(package)) forms[name] = fields.ToHashSet();
        return forms;
    }

    public static async Task Write(NpgsqlConnection connection, Package package)
    {
        foreach (var (name, fields) in Of(package))
            await connection.ExecuteAsync("insert into catalogue.form (name, fields) values (@name, @fields) on conflict (name) do update set fields = excluded.fields", new { name, fields });
    }

    static IEnumerable<(string Name, string[] Fields)> Of(Package package)
    {
        foreach (var (path, text) in package.In("forms", ".json"))
        {
            string[] fields;
            try
            {
                using var schema = JsonDocument.Parse(text);
                fields = [.. Properties(schema.RootElement)];
            }
            catch (JsonException) { continue; } // the case module names the fault with its line
            yield return (ItemFile.Name(package.Head.Id, path), fields);
        }
    }

    static IEnumerable<string> Properties(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object) yield break;
        if (schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object)
            foreach (var property in properties.EnumerateObject()) yield return property.Name;
        if (schema.TryGetProperty("ui", out var ui) && ui.ValueKind == JsonValueKind.Object && ui.TryGetProperty("computed", out var computed) && computed.ValueKind == JsonValueKind.Object)
            foreach (var property in computed.EnumerateObject()) yield return property.Name;
    }
}
