using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Flow.Running;

/// <summary>
/// The stored form of a state. Nodes and edges are named by id, so a state survives a new build of the program and a corrected
/// definition that keeps the nodes it stands on. Keys are listed in docs/flows.md; a new meaning needs a new version.
/// </summary>
internal static class StateJson
{
    private const int Version = 1;

    private static readonly JsonWriterOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static string Write(FlowState state)
    {
        var nodes = state.Definition.Nodes;
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer, Plain);
        json.WriteStartObject();
        json.WriteNumber("v", Version);
        json.WriteString("s", Letter(state.Status));
        json.WriteNumber("q", state.Sequence);
        if (state.End >= 0) json.WriteString("e", nodes[state.End].Id);
        json.WriteStartArray("t");
        foreach (var token in state.Tokens) Write(json, token, state.Definition);
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, FlowToken token, FlowDefinition flow)
    {
        json.WriteStartObject();
        json.WriteNumber("i", token.Id);
        json.WriteString("n", flow.Nodes[token.Node].Id);
        if (token.Parent != 0) json.WriteNumber("p", token.Parent);
        if (token.Edge >= 0) json.WriteString("f", flow.Edges[token.Edge].Id);
        if (token.Trail is { } trail)
        {
            json.WriteStartArray("h");
            foreach (var step in trail)
                if (step < 0) json.WriteNumberValue(-1 - step);
                else json.WriteStringValue(flow.Nodes[step].Id);
            json.WriteEndArray();
        }
        if (token.Extra is { } extra) Write(json, extra, flow.Nodes[token.Node], flow);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, TokenExtra extra, FlowNode node, FlowDefinition flow)
    {
        if (extra.Instance >= 0) json.WriteNumber("k", extra.Instance);
        if (!extra.Item.IsNull) WriteValue(json, "c", extra.Item);
        if (!extra.Fired.IsDefault)
        {
            json.WriteStartObject("b");
            for (var i = 0; i < extra.Fired.Length; i++)
                if (extra.Fired[i] > 0) json.WriteNumber(flow.Nodes[node.Boundaries[i]].Id, extra.Fired[i]);
            json.WriteEndObject();
        }
        if (extra.Result is not null) json.WriteString("r", extra.Result);
        if (extra.Progress is not { } progress) return;
        json.WriteStartObject("m");
        json.WriteNumber("n", progress.Total);
        json.WriteNumber("s", progress.Started);
        json.WriteNumber("d", progress.Done);
        if (!progress.Items.IsDefault) WriteValue(json, "c", Value.Of(progress.Items));
        json.WriteStartArray("o");
        foreach (var outcome in progress.Outcomes)
            if (outcome is null) json.WriteNullValue();
            else json.WriteStringValue(outcome);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteValue(Utf8JsonWriter json, string name, Value value)
    {
        json.WritePropertyName(name);
        if (value.ToJson() is { } node) node.WriteTo(json);
        else json.WriteNullValue();
    }

    public static FlowState Read(string text, FlowDefinition flow)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            var version = root.GetProperty("v").GetInt32();
            if (version != Version) throw new FormatException($"流程状态的格式是第 {version} 版，这个程序只认识第 {Version} 版。");
            var tokens = root.GetProperty("t");
            var read = ImmutableArray.CreateBuilder<FlowToken>(tokens.GetArrayLength());
            var sequence = root.GetProperty("q").GetInt32();
            foreach (var token in tokens.EnumerateArray())
            {
                var next = ReadToken(token, flow);
                if (next.Id > sequence || read.Count > 0 && next.Id <= read[^1].Id || next.Parent != 0 && !read.Any(t => t.Id == next.Parent))
                    throw new FormatException($"流程状态里的第 {read.Count + 1} 个令牌次序不对。");
                read.Add(next);
            }
            return new(flow, StatusOf(root.GetProperty("s").GetString()), sequence,
                root.TryGetProperty("e", out var end) ? Node(flow, end) : -1, read.MoveToImmutable());
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException("这不是流程状态：" + error.Message, error);
        }
    }

    private static FlowToken ReadToken(JsonElement token, FlowDefinition flow)
    {
        var (id, node, parent, edge) = (0, -1, 0, -1);
        int[]? trail = null;
        TokenExtra? extra = null;
        foreach (var field in token.EnumerateObject())
        {
            var value = field.Value;
            switch (field.Name)
            {
                case "i": id = value.GetInt32(); break;
                case "n": node = Node(flow, value); break;
                case "p": parent = value.GetInt32(); break;
                case "f": edge = Edge(flow, node, value.GetString()!); break;
                case "h": trail = [.. value.EnumerateArray().Select(s => s.ValueKind == JsonValueKind.Number ? -1 - s.GetInt32() : Node(flow, s))]; break;
                case "k": extra = (extra ?? new()) with { Instance = value.GetInt32() }; break;
                case "c": extra = (extra ?? new()) with { Item = Value.FromJson(value.Clone()) }; break;
                case "b": extra = (extra ?? new()) with { Fired = Fired(flow, node, value) }; break;
                case "r": extra = (extra ?? new()) with { Result = value.GetString() }; break;
                case "m": extra = (extra ?? new()) with { Progress = ReadProgress(value) }; break;
                default: throw new FormatException($"流程状态里有不认识的“{field.Name}”。");
            }
        }
        if (id <= 0 || node < 0) throw new FormatException("流程状态缺少编号或节点。");
        return new(id, node, parent, edge, trail, extra);
    }

    private static ImmutableArray<int> Fired(FlowDefinition flow, int node, JsonElement counts)
    {
        var fired = new int[node < 0 ? 0 : flow.Nodes[node].Boundaries.Length];
        foreach (var count in counts.EnumerateObject())
            if (node >= 0 && flow.Nodes[node].Boundaries.IndexOf(flow.IndexOf(count.Name)) is >= 0 and var at) fired[at] = count.Value.GetInt32();
        return ImmutableArray.Create(fired);
    }

    private static Progress ReadProgress(JsonElement value) => new(
        value.GetProperty("n").GetInt32(), value.GetProperty("s").GetInt32(), value.GetProperty("d").GetInt32(),
        value.TryGetProperty("c", out var items) ? [.. Value.FromJson(items.Clone()).Items] : default,
        [.. value.GetProperty("o").EnumerateArray().Select(o => o.GetString())]);

    private static int Node(FlowDefinition flow, JsonElement id) =>
        flow.IndexOf(id.GetString()!) is >= 0 and var index ? index : throw new FormatException($"流程“{flow.Name}”没有节点“{id}”。");

    private static int Edge(FlowDefinition flow, int node, string id)
    {
        if (node >= 0)
            foreach (var edge in flow.Nodes[node].Incoming)
                if (flow.Edges[edge].Id == id) return edge;
        throw new FormatException($"流程“{flow.Name}”没有通到这里的连线“{id}”。");
    }

    /// <summary>The same state on another reading of the flow; null when that has other nodes.</summary>
    public static FlowState? Rebind(FlowState state, FlowDefinition flow)
    {
        try
        {
            return Read(Write(state), flow);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static string Letter(FlowStatus status) => status switch
    {
        FlowStatus.NotStarted => "n", FlowStatus.Running => "r", FlowStatus.Ended => "e", FlowStatus.Cancelled => "c", _ => "f",
    };

    private static FlowStatus StatusOf(string? letter) => letter switch
    {
        "n" => FlowStatus.NotStarted, "r" => FlowStatus.Running, "e" => FlowStatus.Ended, "c" => FlowStatus.Cancelled, "f" => FlowStatus.Faulted,
        _ => throw new FormatException($"流程状态里有不认识的“s”：{letter}。"),
    };
}
