using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Kapok.Cases.Forms;

/// <summary>Finds the line on which a JSON pointer stands. Only used when there is a fault to report.</summary>
internal static class JsonLines
{
    /// <summary>The line (from 1) of the value at each pointer; of the nearest parent for pointers that do not exist.</summary>
    public static Func<string, int> Of(string json)
    {
        var (lines, _) = Scan(json);
        return pointer =>
        {
            while (!lines.ContainsKey(pointer)) pointer = pointer[..Math.Max(pointer.LastIndexOf('/'), 0)];
            return lines[pointer];
        };
    }

    /// <summary>The first name that an object holds twice; null when there is none.</summary>
    public static (string Pointer, int Line)? Duplicate(string json) => Scan(json).Duplicate;

    static (Dictionary<string, int> Lines, (string, int)? Duplicate) Scan(string json)
    {
        var lines = new Dictionary<string, int> { [""] = 1 };
        (string, int)? duplicate = null;
        var bytes = Encoding.UTF8.GetBytes(json);
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip });
        var path = new Stack<(string Pointer, int Index)>(); // index -1: inside an object
        var (next, line, counted) = ("", 1, 0);
        try
        {
            while (reader.Read())
            {
                for (; counted < reader.TokenStartIndex; counted++) if (bytes[counted] == '\n') line++;
                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    next = $"{path.Peek().Pointer}/{reader.GetString()!.Replace("~", "~0").Replace("/", "~1")}";
                    if (!lines.TryAdd(next, line)) duplicate ??= (next, line);
                    continue;
                }
                if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray) { path.Pop(); continue; }
                if (path.TryPeek(out var parent) && parent.Index >= 0)
                {
                    next = $"{parent.Pointer}/{parent.Index.ToString(CultureInfo.InvariantCulture)}";
                    lines.TryAdd(next, line);
                    path.Pop();
                    path.Push((parent.Pointer, parent.Index + 1));
                }
                if (reader.TokenType == JsonTokenType.StartObject) path.Push((next, -1));
                else if (reader.TokenType == JsonTokenType.StartArray) path.Push((next, 0));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The lines found so far are right; the syntax error itself carries its own.
        }
        return (lines, duplicate);
    }
}
