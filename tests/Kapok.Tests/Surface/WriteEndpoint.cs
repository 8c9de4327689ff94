using System.Text.Json.Nodes;
using Kapok.Foundation.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Kapok.Tests.Surface;

/// <summary>An endpoint that writes, as the OpenAPI document describes it, with an account that may knock at its door.</summary>
/// <param name="Fields">Top fields of its JSON body with their JSON types; empty when it takes none.</param>
sealed record WriteEndpoint(string Method, string Path, string? Account, bool TakesJson, IReadOnlyDictionary<string, string> Fields)
{
    public string Name => $"{Method} {Path}";

    /// <summary>The path with things that do not exist in it.</summary>
    public string Nowhere => System.Text.RegularExpressions.Regex.Replace(Path, @"\{(\w+)\}", m => m.Groups[1].Value switch
    {
        "material" => "nonsense", "task" => "nonsense/completion", _ => "00000000-dead-7000-8000-00000000beef",
    });

    static readonly (string Account, string[] Permissions)[] Accounts =
    [
        ("tianhe-market-acceptor", [""]), ("tianhe-market-approver", ["cases.bulk"]), ("tianhe-org-admin", ["identity.manage"]),
        ("guangdong-market-item-admin", ["catalogue.edit", "catalogue.review", "catalogue.publish"]), ("tech", ["node.operate"]), ("tianhe-market-seal-keeper", ["seals.manage"]), ("auditor", ["audit.read"]), ("tianhe-market-issuer", ["licences.manage", "licences.import", "licences.read"]), ("tianhe-market-acceptor", ["cases.accept"]), ("tianhe-market-archivist", ["cases.archive"]),
    ];

    public static async Task<IReadOnlyList<WriteEndpoint>> All(App app)
    {
        var document = JsonNode.Parse(await (await app.Api("zhangsan")).GetStringAsync("/api/v1/openapi.json"))!;
        var doors = app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(e => (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []).Select(m => (Key: $"{m} {Plain(e.RoutePattern.RawText!)}", Door: e.Metadata.GetMetadata<Door>()!)))
            .DistinctBy(d => d.Key).ToDictionary(d => d.Key, d => d.Door);
        var all = new List<WriteEndpoint>();
        foreach (var (path, operations) in document["paths"]!.AsObject())
            foreach (var (verb, operation) in operations!.AsObject().Where(o => o.Key is "post" or "put" or "patch" or "delete"))
            {
                var door = doors[$"{verb.ToUpperInvariant()} {Plain(path)}"];
                var account = door.Kind switch
                {
                    DoorKind.Anyone => null,
                    DoorKind.SignedIn => "zhangsan",
                    DoorKind.Official => "tianhe-market-acceptor",
                    DoorKind.Family => Accounts.First(a => a.Permissions.Any(p => p.StartsWith(door.Permission!, StringComparison.Ordinal))).Account,
                    _ => Accounts.First(a => a.Permissions.Contains(door.Permission)).Account,
                };
                var schema = operation!["requestBody"]?["content"]?["application/json"]?["schema"];
                all.Add(new(verb.ToUpperInvariant(), path, account, schema is not null, Properties(document, schema)));
            }
        return all;
    }

    /// <summary>Route and OpenAPI path in one spelling: no constraints, no slash at the end.</summary>
    static string Plain(string path) => "/" + System.Text.RegularExpressions.Regex.Replace(path, @"\{\**(\w+)[^}]*\}", "{$1}").Trim('/');

    static Dictionary<string, string> Properties(JsonNode document, JsonNode? schema)
    {
        schema = Resolve(document, schema);
        return schema?["properties"] is not JsonObject properties ? []
            : properties.ToDictionary(p => p.Key, p => TypeOf(Resolve(document, p.Value)));
    }

    static JsonNode? Resolve(JsonNode document, JsonNode? schema)
    {
        if (schema?["oneOf"] is JsonArray choices) schema = choices.FirstOrDefault(c => c?["type"]?.ToString() != "null");
        return schema?["$ref"]?.ToString() is { } reference ? document["components"]!["schemas"]![reference.Split('/')[^1]] : schema;
    }

    static string TypeOf(JsonNode? schema) => schema?["type"] switch
    {
        JsonArray types => types.Select(t => t!.ToString()).First(t => t != "null"),
        JsonValue type => type.ToString(),
        _ => "any",
    };

    /// <summary>Values that a field of a type must refuse.</summary>
    public static IEnumerable<(string What, string Json)> Wrong(string type)
    {
        var text = new (string, string)[] { ("NUL", "\"a\\u0000b\""), ("half a pair", "\"\\ud800\""), ("1 MB", $"\"{new string('x', 1 << 20)}\"") };
        return type switch
        {
            "string" => [("number", "7"), ("object", "{}"), ("array", "[]"), .. text],
            "integer" or "number" => [("word", "\"viele\""), ("object", "{}"), ("too large", "1e400"), .. text],
            "boolean" => [("word", "\"vielleicht\""), ("number", "7"), .. text],
            "array" => [("word", "\"x\""), ("object", "{}"), ("array of wrong", "[[[7]]]"), .. text],
            "object" => [("word", "\"x\""), ("array", "[7]"), ("number", "7"), .. text],
            _ => text,
        };
    }
}
