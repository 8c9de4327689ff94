using System.Text.Json;

namespace Kapok.Cases.Forms.Schemas;

/// <summary>
/// Finds every schema of the documents at hand before anything is compiled: where it stands, which resource
/// (<c>$id</c>) it belongs to, and its anchors. Only schema positions count; an <c>$id</c> inside <c>enum</c> is data.
/// </summary>
internal sealed class SchemaDocuments(SchemaSettings settings)
{
    public const int MaxSchemas = 50_000;

    readonly Dictionary<string, SchemaPlace> resources = [];
    readonly Dictionary<string, SchemaPlace> anchors = [];
    readonly Dictionary<(int Document, string Pointer), SchemaPlace> places = [];
    readonly Action<string, string> nothing = static (_, _) => { };
    int documents;

    static readonly string[] single =
        ["not", "if", "then", "else", "items", "contains", "additionalProperties", "propertyNames", "unevaluatedItems", "unevaluatedProperties", "contentSchema"];
    static readonly string[] lists = ["allOf", "anyOf", "oneOf", "prefixItems"];
    static readonly string[] maps = ["$defs", "properties", "patternProperties", "dependentSchemas", "definitions"];

    /// <summary>Adds a document and answers with its root.</summary>
    public SchemaPlace Add(JsonElement document, Uri retrieval, Action<string, string> fault)
    {
        var id = documents++;
        var root = Scan(document, id, "", new SchemaResource(retrieval), retrieval, fault, isRoot: true);
        resources.TryAdd(Key(retrieval), root);
        return root;
    }

    /// <summary>The place a reference leads to, or null when there is none.</summary>
    public SchemaPlace? Find(Uri baseUri, string reference)
    {
        var hash = reference.IndexOf('#');
        var fragment = hash < 0 ? "" : reference[(hash + 1)..];
        var address = hash < 0 ? reference : reference[..hash];
        Uri? target = baseUri;
        if (address != "" && !Uri.TryCreate(baseUri, address, out target)) return null;
        if (!resources.TryGetValue(Key(target), out var root))
        {
            if (settings.Resolve?.Invoke(target) is not { } document) return null;
            root = Add(document, target, nothing);
        }
        fragment = Uri.UnescapeDataString(fragment);
        if (fragment == "") return root;
        if (fragment[0] != '/') return anchors.GetValueOrDefault(Key(root.Resource.Uri) + "#" + fragment);
        return Walk(root, fragment);
    }

    SchemaPlace? Walk(SchemaPlace root, string pointer)
    {
        var element = root.Element;
        foreach (var part in pointer[1..].Split('/'))
        {
            var name = part.Replace("~1", "/").Replace("~0", "~");
            if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member)) element = member;
            else if (element.ValueKind == JsonValueKind.Array && int.TryParse(name, out var index) && index >= 0 && index < element.GetArrayLength()) element = element[index];
            else return null;
        }
        var full = root.Pointer + pointer;
        return places.TryGetValue((root.Document, full), out var known) ? known
            : Scan(element, root.Document, full, root.Resource, root.Resource.Uri, nothing, isRoot: false);
    }

    SchemaPlace Scan(JsonElement schema, int document, string pointer, SchemaResource resource, Uri baseUri, Action<string, string> fault, bool isRoot)
    {
        if (places.Count >= MaxSchemas) throw new SchemaTooLargeException();
        var opensResource = isRoot;
        if (schema.ValueKind == JsonValueKind.Object && Text(schema, "$id") is { } id)
        {
            if (Uri.TryCreate(baseUri, id.TrimEnd('#'), out var own))
            {
                baseUri = own;
                resource = new SchemaResource(own);
                opensResource = true;
            }
            else fault(pointer + "/$id", $"“{id}” 不是有效的地址");
        }
        var place = new SchemaPlace(schema, document, pointer, resource);
        places[(document, pointer)] = place;
        if (opensResource && !resources.TryAdd(Key(baseUri), place) && pointer != "")
            fault(pointer + "/$id", $"“{baseUri}” 已经用过，请换一个 $id");
        if (schema.ValueKind != JsonValueKind.Object) return place;

        foreach (var keyword in (string[])["$anchor", "$dynamicAnchor"])
            if (Text(schema, keyword) is { } anchor)
            {
                if (!anchors.TryAdd(Key(baseUri) + "#" + anchor, place) && anchors[Key(baseUri) + "#" + anchor] != place)
                    fault($"{pointer}/{keyword}", $"锚点 “{anchor}” 重复");
                if (keyword == "$dynamicAnchor") place.DynamicAnchor = anchor;
            }

        foreach (var member in schema.EnumerateObject())
        {
            var at = $"{pointer}/{Escape(member.Name)}";
            if (Array.IndexOf(single, member.Name) >= 0) Scan(member.Value, document, at, resource, baseUri, fault, false);
            else if (Array.IndexOf(lists, member.Name) >= 0 && member.Value.ValueKind == JsonValueKind.Array)
            {
                var i = 0;
                foreach (var item in member.Value.EnumerateArray()) Scan(item, document, $"{at}/{i++}", resource, baseUri, fault, false);
            }
            else if (Array.IndexOf(maps, member.Name) >= 0 && member.Value.ValueKind == JsonValueKind.Object)
                foreach (var item in member.Value.EnumerateObject()) Scan(item.Value, document, $"{at}/{Escape(item.Name)}", resource, baseUri, fault, false);
        }
        return place;
    }

    /// <summary>The schema at a pointer of a document; it must be a schema position.</summary>
    public SchemaPlace At(int document, string pointer) => places[(document, pointer)];

    /// <summary>The dynamic anchors that stand in a resource.</summary>
    public IEnumerable<SchemaPlace> DynamicAnchorsOf(SchemaResource resource) =>
        places.Values.Where(p => p.Resource == resource && p.DynamicAnchor is not null);

    public static string Escape(string name) => name.Replace("~", "~0").Replace("/", "~1");

    static string? Text(JsonElement schema, string keyword) =>
        schema.TryGetProperty(keyword, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static string Key(Uri uri) => uri.AbsoluteUri.TrimEnd('#');
}

/// <summary>A schema somewhere in a document.</summary>
internal sealed class SchemaPlace(JsonElement element, int document, string pointer, SchemaResource resource)
{
    public JsonElement Element { get; } = element;
    public int Document { get; } = document;
    public string Pointer { get; } = pointer;
    public SchemaResource Resource { get; } = resource;
    public string? DynamicAnchor { get; set; }
}

internal sealed class SchemaTooLargeException : Exception;
