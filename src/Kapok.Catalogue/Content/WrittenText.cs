using System.Text.Json;
using Kapok.Foundation;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Kapok.Catalogue.Content;

/// <summary>YAML and JSON texts as <see cref="Written"/>.</summary>
public static class WrittenText
{
    const int MaxNodes = 50_000, MaxDepth = 32;

    /// <summary>The only document of a YAML file. A fault names <c>file:line</c>; aliases cannot blow it up (at most 50,000 values).</summary>
    public static Outcome<Written> Yaml(string file, string text)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text.TrimStart((char)0xFEFF))); // Windows editors put a mark in front
            if (stream.Documents.Count == 0) return Outcome<Written>.No(Refusal.Invalid, "文件是空的", file);
            if (stream.Documents.Count > 1) return Outcome<Written>.No(Refusal.Invalid, "一个文件只能有一份内容（不要用 --- 分隔）", file);
            var left = MaxNodes;
            return From(file, stream.Documents[0].RootNode, 0, ref left);
        }
        catch (YamlException e)
        {
            return Outcome<Written>.No(Refusal.Invalid, $"不是合法的 YAML：{e.InnerException?.Message ?? e.Message}", $"{file}:{e.Start.Line}");
        }
        catch (InvalidDataException e)
        {
            return Outcome<Written>.No(Refusal.TooLarge, e.Message, file);
        }
    }

    static Written From(string file, YamlNode node, int depth, ref int left)
    {
        if (--left < 0 || depth > MaxDepth) throw new InvalidDataException($"内容太多或嵌套太深（最多 {MaxNodes} 个值、{MaxDepth} 层）");
        var where = $"{file}:{node.Start.Line}";
        switch (node)
        {
            case YamlMappingNode map:
                var entries = new List<(string, string, Written)>();
                foreach (var (key, value) in map.Children) entries.Add(((key as YamlScalarNode)?.Value ?? key.ToString(), $"{file}:{key.Start.Line}", From(file, value, depth + 1, ref left)));
                return new WrittenMap(where, entries);
            case YamlSequenceNode list:
                var items = new List<Written>();
                foreach (var item in list.Children) items.Add(From(file, item, depth + 1, ref left));
                return new WrittenList(where, items);
            default:
                var scalar = (YamlScalarNode)node;
                var plain = scalar.Style == ScalarStyle.Plain;
                return new WrittenValue(where, plain && scalar.Value is "" or "~" or "null" ? null : scalar.Value, !plain);
        }
    }

    /// <summary>A JSON text; places are paths (<c>materials[0].name</c>).</summary>
    public static Outcome<Written> Json(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new() { MaxDepth = MaxDepth });
            return From("", document.RootElement);
        }
        catch (JsonException e)
        {
            return Outcome<Written>.No(Refusal.Invalid, "不是合法的 JSON", $"第 {e.LineNumber + 1} 行");
        }
    }

    public static Written From(string path, JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => new WrittenMap(path, [.. element.EnumerateObject().Select(p => (p.Name, Join(path, p.Name), From(Join(path, p.Name), p.Value)))]),
        JsonValueKind.Array => new WrittenList(path, [.. element.EnumerateArray().Select((e, i) => From($"{path}[{i}]", e))]),
        JsonValueKind.String => new WrittenValue(path, element.GetString(), Quoted: true),
        JsonValueKind.Null => new WrittenValue(path, null),
        _ => new WrittenValue(path, element.GetRawText()),
    };

    static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";
}
