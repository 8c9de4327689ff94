using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Kapok.Cases.Forms.Schemas;

/// <summary>Turns schema documents into a graph of nodes and collects everything wrong with them.</summary>
internal sealed class SchemaCompiler(SchemaSettings settings)
{
    const string Draft = "https://json-schema.org/draft/2020-12/schema";

    readonly SchemaDocuments documents = new(settings);
    readonly Dictionary<SchemaPlace, SchemaNode> nodes = [];
    readonly Queue<(SchemaPlace Place, SchemaNode Node)> pending = [];
    readonly ImmutableArray<SchemaFault>.Builder faults = ImmutableArray.CreateBuilder<SchemaFault>();
    readonly HashSet<SchemaResource> anchored = [];

    public SchemaCompile Compile(JsonElement schema)
    {
        try
        {
            var root = documents.Add(schema, settings.BaseUri ?? new Uri("schema://local/"), Fault);
            var node = Node(root);
            while (pending.TryDequeue(out var next)) Fill(next.Place, next.Node);
            foreach (var cyclic in InPlaceCycles()) Fault(cyclic.Location, "引用绕成了圈，没有终点");
            return faults.Count > 0 ? new(null, faults.ToImmutable()) : new(new Schema(node), []);
        }
        catch (SchemaTooLargeException)
        {
            return new(null, [new("", $"模式过大：最多 {SchemaDocuments.MaxSchemas} 个子模式")]);
        }
        catch (InvalidOperationException) // a lone half of a surrogate pair in a JSON string
        {
            return new(null, [new("", "模式里有不完整的字符")]);
        }
    }

    /// <summary>The node of a place; compiled later, so that schemas may refer to each other freely.</summary>
    SchemaNode Node(SchemaPlace place)
    {
        if (nodes.TryGetValue(place, out var node)) return node;
        node = nodes[place] = new SchemaNode(place.Pointer, place.Resource);
        pending.Enqueue((place, node));
        if (anchored.Add(place.Resource))
            foreach (var anchor in documents.DynamicAnchorsOf(place.Resource).ToList())
                place.Resource.DynamicAnchors[anchor.DynamicAnchor!] = Node(anchor);
        return node;
    }

    void Fill(SchemaPlace place, SchemaNode node)
    {
        switch (place.Element.ValueKind)
        {
            case JsonValueKind.True: node.Always = true; return;
            case JsonValueKind.False: node.Always = false; return;
            case JsonValueKind.Object: break;
            default: Fault(place.Pointer, "这里应是一个模式（对象、true 或 false）"); return;
        }
        foreach (var keyword in place.Element.EnumerateObject())
            Keyword(place, node, keyword.Name, keyword.Value, $"{place.Pointer}/{SchemaDocuments.Escape(keyword.Name)}");
    }

    void Keyword(SchemaPlace place, SchemaNode node, string name, JsonElement value, string at)
    {
        switch (name)
        {
            case "$schema":
                if (Text(value, at)?.TrimEnd('#') is { } draft && draft != Draft && settings.Resolve is null) Fault(at, $"只支持 {Draft}");
                break;
            case "$ref": node.Ref = Reference(place, value, at)?.Node; break;
            case "$dynamicRef":
                if (Reference(place, value, at) is { } dynamic)
                {
                    node.DynamicRef = dynamic.Node;
                    var fragment = value.GetString()!.Split('#')[^1];
                    if (dynamic.Place.DynamicAnchor == fragment) node.DynamicAnchor = fragment;
                }
                break;
            // A referenced meta-schema may declare its vocabularies; a schema of ours may not change what keywords mean.
            case "$vocabulary" when place.Document == 0: Fault(at, "不支持 $vocabulary"); break;
            case "type": node.Types = Types(value, at); break;
            case "enum":
                if (value.ValueKind == JsonValueKind.Array) node.Enum = [.. value.EnumerateArray()];
                else Fault(at, "应是一个列表");
                break;
            case "const": node.Const = value; break;
            case "minimum": node.Minimum = Number(value, at); break;
            case "maximum": node.Maximum = Number(value, at); break;
            case "exclusiveMinimum": node.ExclusiveMinimum = Number(value, at); break;
            case "exclusiveMaximum": node.ExclusiveMaximum = Number(value, at); break;
            case "multipleOf":
                node.MultipleOf = Number(value, at);
                if (node.MultipleOf is { } divisor && divisor.CompareTo(default) <= 0) { node.MultipleOf = null; Fault(at, "应大于 0"); }
                break;
            case "minLength": node.MinLength = Count(value, at) ?? 0; break;
            case "maxLength": node.MaxLength = Count(value, at) ?? node.MaxLength; break;
            case "minItems": node.MinItems = Count(value, at) ?? 0; break;
            case "maxItems": node.MaxItems = Count(value, at) ?? node.MaxItems; break;
            case "minContains": node.MinContains = Count(value, at) ?? 1; break;
            case "maxContains": node.MaxContains = Count(value, at) ?? node.MaxContains; break;
            case "minProperties": node.MinProperties = Count(value, at) ?? 0; break;
            case "maxProperties": node.MaxProperties = Count(value, at) ?? node.MaxProperties; break;
            case "uniqueItems":
                node.UniqueItems = value.ValueKind == JsonValueKind.True;
                if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False)) Fault(at, "应是 true 或 false");
                break;
            case "pattern":
                node.PatternText = Text(value, at);
                if (node.PatternText is not null) node.Pattern = Pattern(node.PatternText, at);
                break;
            case "format":
                if (Text(value, at) is { } format && settings.AssertFormats) node.Format = SchemaFormats.Find(format);
                break;
            case "required": node.Required = Names(value, at); break;
            case "dependentRequired":
                node.DependentRequired = [.. Members(value, at).Select(m => (m.Name, Names(m.Value, m.At)))];
                break;
            case "properties":
                foreach (var member in Members(value, at)) node.Properties[member.Name] = Child(place, member.At);
                break;
            case "patternProperties":
                node.PatternProperties = [.. Members(value, at).Select(m => (Pattern(m.Name, m.At)!, Child(place, m.At))).Where(p => p.Item1 is not null)];
                break;
            case "dependentSchemas": node.DependentSchemas = [.. Members(value, at).Select(m => (m.Name, Child(place, m.At)))]; break;
            case "additionalProperties": node.AdditionalProperties = Child(place, at); break;
            case "propertyNames": node.PropertyNames = Child(place, at); break;
            case "unevaluatedProperties": node.UnevaluatedProperties = Child(place, at); break;
            case "unevaluatedItems": node.UnevaluatedItems = Child(place, at); break;
            case "items": node.Items = Child(place, at); break;
            case "contains": node.Contains = Child(place, at); break;
            case "prefixItems": node.PrefixItems = Children(place, value, at); break;
            case "allOf": node.AllOf = Children(place, value, at); break;
            case "anyOf": node.AnyOf = Children(place, value, at); break;
            case "oneOf": node.OneOf = Children(place, value, at); break;
            case "not": node.Not = Child(place, at); break;
            case "if": node.If = Child(place, at); break;
            case "then": node.Then = Child(place, at); break;
            case "else": node.Else = Child(place, at); break;
        }
    }

    (SchemaPlace Place, SchemaNode Node)? Reference(SchemaPlace place, JsonElement value, string at)
    {
        if (Text(value, at) is not { } reference) return null;
        if (documents.Find(place.Resource.Uri, reference) is { } target) return (target, Node(target));
        Fault(at, $"找不到引用的 “{reference}”");
        return null;
    }

    SchemaNode Child(SchemaPlace place, string pointer) =>
        Node(documents.At(place.Document, pointer));

    SchemaNode[] Children(SchemaPlace place, JsonElement list, string at)
    {
        if (list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0)
            return [.. Enumerable.Range(0, list.GetArrayLength()).Select(i => Child(place, $"{at}/{i}"))];
        Fault(at, "应是至少有一个模式的列表");
        return [];
    }

    IEnumerable<(string Name, JsonElement Value, string At)> Members(JsonElement map, string at)
    {
        if (map.ValueKind == JsonValueKind.Object)
            return map.EnumerateObject().Select(m => (m.Name, m.Value, $"{at}/{SchemaDocuments.Escape(m.Name)}"));
        Fault(at, "应是一个对象");
        return [];
    }

    JsonTypes Types(JsonElement value, string at)
    {
        var names = value.ValueKind switch
        {
            JsonValueKind.String => [value.GetString()!],
            JsonValueKind.Array => Names(value, at),
            _ => [],
        };
        var types = JsonTypes.None;
        foreach (var name in names)
        {
            var type = name switch
            {
                "null" => JsonTypes.Null, "boolean" => JsonTypes.Boolean, "object" => JsonTypes.Object, "array" => JsonTypes.Array,
                "string" => JsonTypes.String, "number" => JsonTypes.Number | JsonTypes.Integer, "integer" => JsonTypes.Integer, _ => JsonTypes.None,
            };
            if (type == JsonTypes.None) Fault(at, $"没有 “{name}” 这种类型");
            types |= type;
        }
        if (names.Length == 0) Fault(at, "应写明类型，例如 \"string\"");
        return types;
    }

    string[] Names(JsonElement value, string at)
    {
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(n => n.ValueKind != JsonValueKind.String))
        {
            Fault(at, "应是名称的列表");
            return [];
        }
        string[] names = [.. value.EnumerateArray().Select(n => n.GetString()!)];
        if (names.Distinct().Count() != names.Length) Fault(at, "列表里有重复的名称");
        return names;
    }

    JsonNumber? Number(JsonElement value, string at)
    {
        if (value.ValueKind == JsonValueKind.Number) return JsonNumber.Of(value);
        Fault(at, "应是一个数");
        return null;
    }

    long? Count(JsonElement value, string at)
    {
        if (value.ValueKind == JsonValueKind.Number && JsonNumber.Of(value) is var number && number.IsInteger && number.CompareTo(default) >= 0)
            return number.CompareTo(JsonNumber.Of(long.MaxValue)) < 0 ? (long)value.GetDecimal() : long.MaxValue;
        Fault(at, "应是不小于 0 的整数");
        return null;
    }

    Regex? Pattern(string pattern, string at)
    {
        try { return EcmaPattern.Compile(pattern); }
        catch (ArgumentException e) { Fault(at, $"正则表达式不对：{e.Message}"); return null; }
    }

    string? Text(JsonElement value, string at)
    {
        if (value.ValueKind == JsonValueKind.String) return value.GetString();
        Fault(at, "应是文字");
        return null;
    }

    /// <summary>Nodes that apply to themselves without going into the instance: validation would never end.</summary>
    IEnumerable<SchemaNode> InPlaceCycles()
    {
        var state = new Dictionary<SchemaNode, bool>(); // false: on the path, true: done
        foreach (var start in nodes.Values)
        {
            if (state.ContainsKey(start)) continue;
            var path = new Stack<(SchemaNode Node, IEnumerator<SchemaNode> Next)>();
            state[start] = false;
            path.Push((start, start.InPlace().GetEnumerator()));
            while (path.TryPeek(out var top))
            {
                if (!top.Next.MoveNext()) { state[top.Node] = true; path.Pop(); continue; }
                var next = top.Next.Current;
                if (!state.TryGetValue(next, out var done))
                {
                    state[next] = false;
                    path.Push((next, next.InPlace().GetEnumerator()));
                }
                else if (!done) { yield return next; yield break; }
            }
        }
    }

    void Fault(string pointer, string message)
    {
        if (faults.Count < 200) faults.Add(new(pointer, message));
    }
}
