using System.Text.Json;

namespace Kapok.Cases.Forms.Schemas;

/// <summary>What successful subschemas have looked at, for <c>unevaluatedItems</c> and <c>unevaluatedProperties</c>.</summary>
internal sealed class Evaluated
{
    readonly HashSet<string> properties = [];
    readonly HashSet<int> items = [];

    public void Property(string name) => properties.Add(name);
    public void Item(int index) => items.Add(index);
    public bool HasProperty(string name) => properties.Contains(name);
    public bool HasItem(int index) => items.Contains(index);

    public void Add(Evaluated other)
    {
        properties.UnionWith(other.properties);
        items.UnionWith(other.items);
    }
}

/// <summary>Equality of JSON values by the standard: numbers by amount, objects whatever their order.</summary>
internal static class JsonEquality
{
    /// <summary>A JSON string.</summary>
    public static JsonElement Text(string text) => JsonSerializer.SerializeToElement(text);

    /// <summary>Whether two items of an array are equal. Hashes first, so that long lists stay cheap.</summary>
    public static bool HasDuplicates(JsonElement array)
    {
        var buckets = new Dictionary<int, List<JsonElement>>();
        foreach (var item in array.EnumerateArray())
        {
            var hash = Hash(item);
            if (!buckets.TryGetValue(hash, out var bucket)) buckets[hash] = bucket = [];
            foreach (var other in bucket) if (JsonElement.DeepEquals(item, other)) return true;
            bucket.Add(item);
        }
        return false;
    }

    static int Hash(JsonElement value)
    {
        var hash = (int)value.ValueKind;
        switch (value.ValueKind)
        {
            case JsonValueKind.Number: return JsonNumber.Of(value).GetHashCode();
            case JsonValueKind.String: return value.GetString()!.GetHashCode();
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray()) hash = HashCode.Combine(hash, Hash(item));
                return hash;
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject()) hash ^= HashCode.Combine(member.Name, Hash(member.Value));
                return hash;
            default: return hash;
        }
    }
}

/// <summary>Sentences that need more than one line to choose.</summary>
internal static class SchemaMessages
{
    public static string Type(JsonTypes types)
    {
        if (types == JsonTypes.Integer) return "请填写整数";
        if (types == (JsonTypes.Number | JsonTypes.Integer)) return "请填写数字";
        var names = new List<string>();
        if (types.HasFlag(JsonTypes.String)) names.Add("文字");
        if (types.HasFlag(JsonTypes.Number)) names.Add("数字");
        else if (types.HasFlag(JsonTypes.Integer)) names.Add("整数");
        if (types.HasFlag(JsonTypes.Boolean)) names.Add("是或否");
        if (types.HasFlag(JsonTypes.Array)) names.Add("列表");
        if (types.HasFlag(JsonTypes.Object)) names.Add("一组内容");
        if (types.HasFlag(JsonTypes.Null)) names.Add("空");
        return "应为" + string.Join("或", names);
    }
}
