using System.Text.Json;
using System.Text.RegularExpressions;

namespace Kapok.Cases.Forms.Schemas;

/// <summary>One place of a schema document, compiled. Filled by the compiler, read-only afterwards.</summary>
internal sealed class SchemaNode(string location, SchemaResource resource)
{
    /// <summary>JSON pointer of this schema in its document.</summary>
    public string Location { get; } = location;
    public SchemaResource Resource { get; } = resource;

    /// <summary>Set for the boolean schemas <c>true</c> and <c>false</c>.</summary>
    public bool? Always;

    public SchemaNode? Ref;
    public SchemaNode? DynamicRef;
    /// <summary>Name looked for in the dynamic scope; null when the initial target is no dynamic anchor.</summary>
    public string? DynamicAnchor;

    public JsonTypes Types = JsonTypes.Any;
    public JsonElement[]? Enum;
    public JsonElement? Const;

    public JsonNumber? Minimum, Maximum, ExclusiveMinimum, ExclusiveMaximum, MultipleOf;
    public long MinLength, MaxLength = long.MaxValue;
    public Regex? Pattern;
    public string? PatternText;
    public SchemaFormat? Format;

    public SchemaNode[] PrefixItems = [];
    public SchemaNode? Items, Contains, UnevaluatedItems;
    public long MinItems, MaxItems = long.MaxValue, MinContains = 1, MaxContains = long.MaxValue;
    public bool UniqueItems;

    public Dictionary<string, SchemaNode> Properties = [];
    public (Regex Pattern, SchemaNode Schema)[] PatternProperties = [];
    public SchemaNode? AdditionalProperties, PropertyNames, UnevaluatedProperties;
    public string[] Required = [];
    public (string Property, string[] Needs)[] DependentRequired = [];
    public (string Property, SchemaNode Schema)[] DependentSchemas = [];
    public long MinProperties, MaxProperties = long.MaxValue;

    public SchemaNode[] AllOf = [], AnyOf = [], OneOf = [];
    public SchemaNode? Not, If, Then, Else;

    /// <summary>The schema that a mere reference leads to; itself when it is none.</summary>
    public SchemaNode Target => Ref is { } target ? target.Target : this;

    public bool Tracks => UnevaluatedItems is not null || UnevaluatedProperties is not null;

    public bool ChecksObjects => Properties.Count > 0 || PatternProperties.Length > 0 || AdditionalProperties is not null
        || PropertyNames is not null || Required.Length > 0 || DependentRequired.Length > 0 || DependentSchemas.Length > 0
        || MinProperties > 0 || MaxProperties != long.MaxValue;

    /// <summary>Schemas that apply to the same instance as this one: a cycle through these would never end.</summary>
    public IEnumerable<SchemaNode> InPlace()
    {
        foreach (var node in (SchemaNode?[])[Ref, Not, If, Then, Else, .. AllOf, .. AnyOf, .. OneOf, .. DependentSchemas.Select(d => d.Schema)])
            if (node is not null) yield return node;
    }
}

/// <summary>A schema resource: what one <c>$id</c> (or a whole document) spans, with the dynamic anchors found in it.</summary>
internal sealed class SchemaResource(Uri uri)
{
    public Uri Uri { get; } = uri;
    public Dictionary<string, SchemaNode> DynamicAnchors { get; } = [];
}

[Flags]
internal enum JsonTypes
{
    None = 0, Null = 1, Boolean = 2, Object = 4, Array = 8, String = 16, Number = 32, Integer = 64,
    Any = Null | Boolean | Object | Array | String | Number | Integer,
}
