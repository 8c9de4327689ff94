using Kapok.Foundation.Codes;
using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kapok.Foundation;
using Kapok.Foundation.Data;

namespace Kapok.Catalogue.Content;

/// <summary>
/// Turns something written into a record and finds everything wrong with its shape at once: unknown and doubled fields,
/// values of the wrong kind. What the values mean is for the linter.
/// </summary>
public static class StrictReader
{
    /// <returns>The record, or null when a fault was added.</returns>
    public static T? Read<T>(Written written, List<Fault> faults) where T : class
    {
        var before = faults.Count;
        var node = Convert(written, typeof(T), faults, "");
        return faults.Count == before ? node.Deserialize<T>(Json.Options) : null;
    }

    static JsonNode? Convert(Written written, Type type, List<Fault> faults, string title)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (written is WrittenValue { Text: null }) return null;
        if (type == typeof(JsonElement)) return Free(written);
        if (ItemOf(type) is { } item) return written is WrittenList list ? Sequence(list, item, faults, title) : Wrong(written, faults, title, "应为列表");
        if (typeof(IReadOnlyDictionary<string, string>).IsAssignableFrom(type)) return written is WrittenMap words ? Words(words, faults, title) : Wrong(written, faults, title, "应为“名称: 值”的对照");
        if (Scalar(type)) return written is WrittenValue value ? Value(value, type, faults, title) : Wrong(written, faults, title, "应为一个值");
        return written is WrittenMap map ? Record(map, type, faults) : Wrong(written, faults, title, "应为一组字段");
    }

    static JsonObject Record(WrittenMap map, Type type, List<Fault> faults)
    {
        var result = new JsonObject();
        foreach (var (key, where, value) in map.Entries)
        {
            var property = Elements.Of(type).FirstOrDefault(e => e.Name == key);
            if (property is null) { faults.Add(new(where, $"没有名为“{key}”的字段{Near(key, type)}")); continue; }
            if (result.ContainsKey(key)) { faults.Add(new(where, $"字段“{key}”写了两次")); continue; }
            if (Convert(value, property.Type, faults, property.Title) is { } node) result[key] = node;
        }
        return result;
    }

    static JsonArray Sequence(WrittenList list, Type item, List<Fault> faults, string title)
    {
        var result = new JsonArray();
        foreach (var element in list.Items)
            if (Convert(element, item, faults, title) is { } node) result.Add(node);
            else if (element is WrittenValue { Text: null }) faults.Add(new(element.Where, $"{title}里有一项是空的"));
        return result;
    }

    static JsonObject Words(WrittenMap map, List<Fault> faults, string title)
    {
        var result = new JsonObject();
        foreach (var (key, where, value) in map.Entries)
            if (value is not WrittenValue { Text: { } text }) faults.Add(new(where, $"{title}：“{key}”应为一个值"));
            else if (!result.TryAdd(key, JsonValue.Create(text))) faults.Add(new(where, $"“{key}”写了两次"));
        return result;
    }

    static JsonValue? Value(WrittenValue value, Type type, List<Fault> faults, string title)
    {
        var text = value.Text!;
        if (type == typeof(string)) return JsonValue.Create(text);
        if (type == typeof(bool) && bool.TryParse(text, out var yes)) return JsonValue.Create(yes);
        if (type == typeof(int) && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return JsonValue.Create(number);
        if (type == typeof(long) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var large)) return JsonValue.Create(large);
        if (type == typeof(DateOnly) && DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)) return JsonValue.Create(date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        var kind = type == typeof(bool) ? "true 或 false" : type == typeof(DateOnly) ? "日期，写作 2026-01-31" : "整数";
        faults.Add(new(value.Where, $"{title}应为{kind}，写的是“{(text.Length > 40 ? text[..40] + "…" : text)}”"));
        return null;
    }

    static JsonNode? Free(Written written) => written switch
    {
        WrittenMap map => new JsonObject(map.Entries.DistinctBy(e => e.Key).Select(e => KeyValuePair.Create(e.Key, Free(e.Value)))),
        WrittenList list => new JsonArray([.. list.Items.Select(Free)]),
        WrittenValue { Text: null } => null,
        WrittenValue { Quoted: false, Text: "true" or "false" } v => JsonValue.Create(v.Text == "true"),
        WrittenValue { Quoted: false } v when decimal.TryParse(v.Text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var n) => JsonValue.Create(n),
        WrittenValue v => JsonValue.Create(v.Text),
        _ => null,
    };

    static JsonNode? Wrong(Written written, List<Fault> faults, string title, string should)
    {
        faults.Add(new(written.Where, $"{title}{should}"));
        return null;
    }

    static string Near(string key, Type type)
    {
        var near = Elements.Of(type).Select(e => e.Name).Where(n => Distance(n, key) <= 2 || n.Equals(key, StringComparison.OrdinalIgnoreCase)).ToList();
        return near.Count > 0 ? $"，是不是 {string.Join("、", near)}？" : "";
    }

    static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }
        return row[^1];
    }

    static bool Scalar(Type type) => type == typeof(string) || type == typeof(bool) || type == typeof(int) || type == typeof(long) || type == typeof(DateOnly);

    internal static Type? ItemOf(Type type) =>
        type != typeof(string) && type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type) && type.GetGenericArguments() is [var item] ? item : null;
}

/// <summary>The fields of a record as the outside sees them.</summary>
public static class Elements
{
    /// <param name="Name">Camel case, as in YAML and JSON.</param>
    /// <param name="Title">Chinese name.</param>
    public sealed record Element(string Name, string Title, Type Type, CodeTable? Table, PropertyInfo Property);

    static readonly System.Collections.Concurrent.ConcurrentDictionary<Type, IReadOnlyList<Element>> known = new();

    public static IReadOnlyList<Element> Of(Type type) => known.GetOrAdd(type, t =>
        [.. from p in t.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            let element = p.GetCustomAttribute<ElementAttribute>()
            where element is not null
            select new Element(JsonNamingPolicy.CamelCase.ConvertName(p.Name), element.Title, p.PropertyType, element.Table is null ? null : (CodeTable)typeof(CodeTables).GetField(element.Table)!.GetValue(null)!, p)]);

    /// <summary>The record type a field holds, itself or as list items; null for plain values.</summary>
    public static Type? RecordOf(Type type)
    {
        type = StrictReader.ItemOf(type) ?? type;
        return Of(type).Count > 0 ? type : null;
    }
}
