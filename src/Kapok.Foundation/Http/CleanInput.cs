using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Kapok.Foundation.Http;

/// <summary>An endpoint that takes longer single texts than <see cref="CleanInput.LongestText"/>, in characters.</summary>
public sealed record LongText(int Most);

/// <summary>
/// Refuses, before any use case sees it, what no use case can mean: bytes that are not UTF-8, characters a database
/// cannot keep (NUL, half of a pair), numbers beyond all measure, nesting without end, single texts of the length of a
/// book. The answer names the field.
/// </summary>
public static class CleanInput
{
    /// <summary>Longest single text of a JSON body, in characters.</summary>
    public const int LongestText = 100_000;
    const int LargestBody = 8 << 20, Deepest = 64, LongestNumber = 100;

    public static IApplicationBuilder UseCleanInput(this IApplicationBuilder app) => app.Use(async (http, next) =>
    {
        var faults = Query(http.Request.Query, HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method));
        var status = StatusCodes.Status400BadRequest;
        if (http.Request.RouteValues.FirstOrDefault(v => v.Value is string s && s.Contains('\0')) is { Key: { } route }) faults = [new(route, Invisible)];
        if (faults.Count == 0 && http.Request.HasFormContentType && !http.Request.Path.StartsWithSegments("/api")) faults = Form(await http.Request.ReadFormAsync(http.RequestAborted));
        else if (faults.Count == 0 && http.Request.ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true)
        {
            if (await Body(http) is not { } body) (status, faults) = (StatusCodes.Status413PayloadTooLarge, [new("", $"请求内容最大 {LargestBody >> 20} MB")]);
            else
            {
                http.Request.Body = new MemoryStream(body, writable: false);
                if (body.Length > 0) (status, faults) = Json(body, http.GetEndpoint()?.Metadata.GetMetadata<LongText>()?.Most ?? LongestText);
            }
        }
        if (faults.Count == 0) { await next(); return; }
        await Problems.Write(http, status, status == StatusCodes.Status413PayloadTooLarge ? "内容太长" : "请求里有不能接受的内容", faults);
    });

    const string Invisible = "含有不能保存的字符（空字符），请删去后再提交";
    const string NotUtf8 = "不是 UTF-8 编码的文字，请改正后再提交";

    static List<Fault> Query(IQueryCollection query, bool reading) => [.. query
        .Where(q => q.Value.Any(v => v is not null && (v.Contains('\0') || (!reading && v.Contains('\uFFFD')))) || q.Key.Contains('\0'))
        .Select(q => new Fault(Field(q.Key), q.Value.Any(v => v!.Contains('\0')) || q.Key.Contains('\0') ? Invisible : NotUtf8))];

    static List<Fault> Form(IFormCollection form) => [.. form
        .Where(f => Bad(f.Key) is not null || f.Value.Any(v => Bad(v) is not null)).Select(f => new Fault(Field(f.Key), Bad(f.Key) ?? f.Value.Select(Bad).First(b => b is not null)!))];

    static string? Bad(string? text) => text is null ? null : text.Contains('\0') ? Invisible : text.Contains('\uFFFD') ? NotUtf8 : null;

    static string Field(string key) => key.Replace("\0", "", StringComparison.Ordinal);

    static async Task<byte[]?> Body(HttpContext http)
    {
        if (http.Request.ContentLength > LargestBody) return null;
        using var body = new MemoryStream((int)(http.Request.ContentLength ?? 4096));
        var buffer = new byte[16 << 10];
        for (int read; (read = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0;)
        {
            if (body.Length + read > LargestBody) return null;
            body.Write(buffer, 0, read);
        }
        return body.ToArray();
    }

    /// <summary>Reads a JSON text once from end to end and names the first thing in it that cannot be taken.</summary>
    public static (int Status, List<Fault> Faults) Json(ReadOnlySpan<byte> json, int longest)
    {
        if (!Utf8.IsValid(json)) return (400, [new(Place(json), NotUtf8)]);
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Deepest });
        var path = new Stack<(string? Name, int Index)>();
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray) { path.Pop(); continue; }
                if (reader.TokenType is not JsonTokenType.PropertyName && path.TryPeek(out var inside) && inside.Name is null) { path.Pop(); path.Push((null, inside.Index + 1)); }
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartObject: path.Push(("", 0)); break;
                    case JsonTokenType.StartArray: path.Push((null, -1)); break;
                    case JsonTokenType.PropertyName:
                        path.Pop();
                        if (Text(ref reader) is not { } name) return (400, [new(Where(path), Invisible)]);
                        path.Push((name, 0));
                        break;
                    case JsonTokenType.String:
                        if (Text(ref reader) is null) return (400, [new(Where(path), Invisible)]);
                        if (reader.ValueSpan.Length > longest && System.Text.Encoding.UTF8.GetCharCount(reader.ValueSpan) > longest)
                            return (413, [new(Where(path), $"最长 {longest.ToString("N0", CultureInfo.InvariantCulture)} 个字")]);
                        break;
                    case JsonTokenType.Number when reader.ValueSpan.Length > LongestNumber || !reader.TryGetDouble(out var number) || !double.IsFinite(number):
                        return (400, [new(Where(path), "数字太大")]);
                }
            }
            return (200, []);
        }
        catch (JsonException e)
        {
            var depth = reader.CurrentDepth >= Deepest;
            return (400, [new(Where(path) is { Length: > 0 } where && !depth ? where : $"第 {e.LineNumber + 1} 行第 {e.BytePositionInLine + 1} 个字节", depth ? $"嵌套超过 {Deepest} 层" : "不是合法的 JSON")]);
        }
    }

    /// <summary>The text of a token, or null when it holds what cannot be kept. Only escapes can bring that in.</summary>
    static string? Text(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped) return reader.TokenType == JsonTokenType.PropertyName ? reader.GetString() : "";
        try { return reader.GetString() is { } text && !text.Contains('\0') ? text : null; }
        catch (InvalidOperationException) { return null; }
    }

    static string Where(Stack<(string? Name, int Index)> path)
    {
        var place = new System.Text.StringBuilder();
        foreach (var (name, index) in path.Reverse())
            if (name is null) place.Append('[').Append(index).Append(']');
            else if (name.Length > 0) place.Append(place.Length > 0 ? "." : "").Append(name.Length <= 100 ? name : name[..100]);
        return place.ToString();
    }

    static string Place(ReadOnlySpan<byte> json)
    {
        var line = 1;
        for (var i = 0; i < json.Length;)
        {
            if (System.Text.Rune.DecodeFromUtf8(json[i..], out _, out var used) != System.Buffers.OperationStatus.Done) break;
            if (json[i] == '\n') line++;
            i += used;
        }
        return $"第 {line} 行";
    }
}
