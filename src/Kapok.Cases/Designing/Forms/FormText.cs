using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kapok.Cases.Designing.Forms;

/// <summary>Writes a form as people do by hand: what fits on a line stands on one, so that a field is a line.</summary>
public static class FormText
{
    const int Longest = 150;
    static readonly JsonSerializerOptions Short = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(JsonNode node)
    {
        var text = new StringBuilder();
        Write(text, node, 0);
        return text.Append('\n').ToString();
    }

    static void Write(StringBuilder text, JsonNode? node, int depth)
    {
        var line = Line(node);
        if (node is not (JsonObject { Count: > 0 } or JsonArray { Count: > 0 }) || line.Length + 2 * depth <= Longest && depth > 1) { text.Append(line); return; }
        var (open, close) = node is JsonObject ? ('{', '}') : ('[', ']');
        text.Append(open);
        var first = true;
        foreach (var (key, value) in node is JsonObject map ? map.Select(p => ((string?)p.Key, p.Value)) : node.AsArray().Select(v => ((string?)null, v)))
        {
            text.Append(first ? "\n" : ",\n").Append(' ', 2 * depth + 2);
            if (key is not null) text.Append(JsonSerializer.Serialize(key, Short)).Append(": ");
            Write(text, value, depth + 1);
            first = false;
        }
        text.Append('\n').Append(' ', 2 * depth).Append(close);
    }

    static string Line(JsonNode? node) => node switch
    {
        JsonObject { Count: > 0 } map => "{ " + string.Join(", ", map.Select(p => $"{JsonSerializer.Serialize(p.Key, Short)}: {Line(p.Value)}")) + " }",
        JsonArray { Count: > 0 } list => "[" + string.Join(", ", list.Select(Line)) + "]",
        null => "null",
        _ => node.ToJsonString(Short),
    };
}
