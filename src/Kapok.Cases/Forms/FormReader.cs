using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kapok.Cases.Forms.Schemas;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Forms;

/// <summary>Reads a form file and collects every fault, so that an author mends them in one go.</summary>
internal sealed partial class FormReader(string json, string name)
{
    const int MaxBytes = 4 << 20;

    readonly List<(string Pointer, string Message)> faults = [];
    readonly Dictionary<string, FormField> fields = [];

    public FormParse Read()
    {
        if (json.Length > MaxBytes) return new(null, [new("", 1, "文件过大：表单最多 4 MB")]);
        JsonElement root;
        try
        {
            root = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false }).RootElement;
        }
        catch (JsonException) when (JsonLines.Duplicate(json) is { } twice)
        {
            return new(null, [new(twice.Pointer, twice.Line, "同一个名称写了两次")]);
        }
        catch (JsonException e)
        {
            return new(null, [new("", (int)(e.LineNumber ?? 0) + 1, "JSON 写法不对：" + e.Message)]);
        }
        var compile = Schema.Compile(root);
        foreach (var fault in compile.Faults) Fault(fault.Pointer, fault.Message);
        FormParts? parts = null;
        if (compile.Schema is { } schema) parts = Parts(root, schema);
        var lines = faults.Count > 0 ? JsonLines.Of(json) : null;
        return faults.Count > 0
            ? new(null, [.. faults.Distinct().Select(f => new FormFault(f.Pointer, lines!(f.Pointer), f.Message)).OrderBy(f => f.Line)])
            : new(new FormDefinition(name, compile.Schema!, parts!), []);
    }

    FormParts? Parts(JsonElement root, Schema schema)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("properties", out var properties) || !properties.EnumerateObject().Any())
        {
            Fault("", "表单应是一个对象，用 properties 列出字段");
            return null;
        }
        if (!schema.Root.Types.HasFlag(JsonTypes.Object)) Fault("/type", "表单的 type 应是 object");
        var ui = Ui(root, "", ["pages", "rules", "computed", "declaration"]);
        var reader = new FieldReader(root, Fault);
        var computed = reader.ReadComputed(ui);
        foreach (var property in properties.EnumerateObject())
            if (reader.Read(property.Name, property.Value, schema.Root.Properties[property.Name], $"/properties/{SchemaDocuments.Escape(property.Name)}", schema.Root.Required.Contains(property.Name), computed) is { } field)
                fields[property.Name] = field;
        foreach (var required in schema.Root.Required)
            if (!properties.TryGetProperty(required, out _)) Fault("/required", $"required 里的“{required}”不是字段");

        var pages = Pages(ui);
        foreach (var path in computed.Keys)
            if (Find(path) is null) Fault($"/ui/computed/{path}", $"没有“{path}”这个字段");
        var graph = new FormGraph(fields, pages, Fault);
        graph.CheckNames();
        var rules = Rules(ui, pages, graph);
        var order = graph.Order();
        var title = root.TryGetProperty("title", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : name;
        return new(title, Text(ui, "declaration", "/ui"), pages, [.. pages.SelectMany(p => p.Fields)], rules, order, graph.Dependents(), NeedsWholeSchema(schema));
    }

    bool NeedsWholeSchema(Schema schema) =>
        FieldReader.SpansFields(schema.Root) || fields.Values.Any(Spans);

    static bool Spans(FormField field) =>
        field.HasMembers && (FieldReader.SpansFields(field.Node) || field.Node.Target.Items is { } row && FieldReader.SpansFields(row) || field.Members.Any(Spans));

    ImmutableArray<QuestionPage> Pages(JsonElement ui)
    {
        var pages = ImmutableArray.CreateBuilder<QuestionPage>();
        var standsOn = new Dictionary<string, string>();
        if (ui.ValueKind != JsonValueKind.Object || !ui.TryGetProperty("pages", out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            Fault("/ui", "请在 ui.pages 里列出页面");
            return [];
        }
        var i = -1;
        foreach (var page in list.EnumerateArray())
        {
            var at = $"/ui/pages/{++i}";
            if (!OnlyKeys(page, at, ["id", "title", "intro", "fields", "when"])) continue;
            var id = Text(page, "id", at);
            var title = Text(page, "title", at);
            if (id is null || !PageId().IsMatch(id)) Fault(at, "页面要有 id：小写字母、数字和连字符，以字母开头");
            else if (pages.Any(p => p.Id == id)) Fault(at + "/id", $"页面 id “{id}” 重复");
            if (string.IsNullOrWhiteSpace(title)) Fault(at, "页面要有 title");
            var on = ImmutableArray.CreateBuilder<FormField>();
            foreach (var (fieldName, fieldAt) in Names(page, "fields", at))
            {
                if (!fields.TryGetValue(fieldName, out var field)) { Fault(fieldAt, $"没有“{fieldName}”这个字段"); continue; }
                if (!standsOn.TryAdd(fieldName, id ?? "")) { Fault(fieldAt, $"字段“{fieldName}”已经在页面“{standsOn[fieldName]}”上"); continue; }
                on.Add(field);
            }
            if (on.Count == 0) Fault(at, "页面上没有字段");
            pages.Add(new(id ?? "", title ?? "", Text(page, "intro", at), on.ToImmutable(), ExpressionOf(page, "when", at)));
        }
        foreach (var field in fields.Keys.Where(f => !standsOn.ContainsKey(f)))
            Fault($"/properties/{field}", $"字段“{field}”不在任何页面上，请加到 ui.pages");
        return pages.ToImmutable();
    }

    ImmutableArray<FormRule> Rules(JsonElement ui, ImmutableArray<QuestionPage> pages, FormGraph graph)
    {
        var rules = ImmutableArray.CreateBuilder<FormRule>();
        if (ui.ValueKind != JsonValueKind.Object || !ui.TryGetProperty("rules", out var list)) return [];
        if (list.ValueKind != JsonValueKind.Array) { Fault("/ui/rules", "应是列表"); return []; }
        var ids = new HashSet<string>();
        var i = -1;
        foreach (var rule in list.EnumerateArray())
        {
            var at = $"/ui/rules/{++i}";
            if (!OnlyKeys(rule, at, ["id", "when", "assert", "message", "fields"])) continue;
            var id = Text(rule, "id", at) ?? "";
            if (id == "" || !ids.Add(id)) Fault(at, id == "" ? "规则要有 id" : $"规则 id “{id}” 重复");
            var message = Text(rule, "message", at);
            if (string.IsNullOrWhiteSpace(message)) Fault(at, "规则要有 message：写明怎样改正");
            var paths = Names(rule, "fields", at).ToList();
            foreach (var (path, pathAt) in paths)
                if (Find(path) is null) Fault(pathAt, $"没有“{path}”这个字段");
            if (paths.Count == 0) Fault(at, "规则要有 fields：至少写一个有关的字段");
            var (when, assert) = (ExpressionOf(rule, "when", at), ExpressionOf(rule, "assert", at));
            if (assert is null) { if (!rule.TryGetProperty("assert", out _)) Fault(at, "规则要有 assert"); continue; }

            if (paths.Count == 0 || paths.Any(p => Find(p.Path) is null)) continue;
            // Fields written rows[].amount make it a rule of each row; then the row's own names come first.
            var groups = paths.Select(p => p.Path.Contains("[]") ? p.Path[..p.Path.IndexOf('[')] : null).Distinct().ToList();
            if (groups.Count > 1) { Fault(at + "/fields", "一条规则的 fields 应都在同一组里，或都不在组里"); continue; }
            var rows = groups is [{ } group] ? fields.GetValueOrDefault(group) : null;
            if (rows is not null && rows.Widget != Widget.Rows) { Fault(at + "/fields", $"“{rows.Name}”不是可重复的组"); continue; }
            graph.Check(assert, rows is null ? [] : [rows], at + "/assert");
            if (when is not null) graph.Check(when, rows is null ? [] : [rows], at + "/when");
            var page = pages.LastOrDefault(p => p.Fields.Any(f => paths.Any(path => RootName(path.Path) == f.Name)));
            if (page is not null) rules.Add(new(id, when, assert, message ?? "", [.. paths.Select(p => p.Path)], rows, page));
        }
        return rules.ToImmutable();
    }

    FormField? Find(string path)
    {
        FormField? field = null;
        foreach (var part in path.Split('.'))
        {
            var plain = part.EndsWith("[]") ? part[..^2] : part;
            field = field is null ? fields.GetValueOrDefault(plain) : field.Members.FirstOrDefault(m => m.Name == plain);
            if (field is null || part != plain && field.Widget != Widget.Rows) return null;
        }
        return field;
    }

    static string RootName(string path) => path.Split('.', '[')[0];

    void Fault(string pointer, string message) => faults.Add((pointer, message));

    JsonElement Ui(JsonElement of, string at, string[] keys)
    {
        if (!of.TryGetProperty("ui", out var ui)) return default;
        return OnlyKeys(ui, at + "/ui", keys) ? ui : default;
    }

    bool OnlyKeys(JsonElement map, string at, string[] keys) => FieldReader.OnlyKeys(map, at, keys, Fault);

    string? Text(JsonElement map, string key, string at) => FieldReader.Text(map, key, at, Fault);

    Expression? ExpressionOf(JsonElement map, string key, string at) => FieldReader.ExpressionOf(map, key, at, Fault);

    IEnumerable<(string Path, string At)> Names(JsonElement map, string key, string at)
    {
        if (!map.TryGetProperty(key, out var list)) yield break;
        if (list.ValueKind != JsonValueKind.Array || list.EnumerateArray().Any(n => n.ValueKind != JsonValueKind.String)) { Fault($"{at}/{key}", "应是字段名的列表"); yield break; }
        var i = 0;
        foreach (var item in list.EnumerateArray()) yield return (item.GetString()!, $"{at}/{key}/{i++}");
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{0,40}$")]
    private static partial Regex PageId();
}
