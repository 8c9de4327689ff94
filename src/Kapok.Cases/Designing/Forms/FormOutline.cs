using System.Text.Json.Nodes;

namespace Kapok.Cases.Designing.Forms;

/// <summary>A field as its author wrote it, right or wrong.</summary>
/// <param name="Path"><c>a</c>, <c>group.b</c>, <c>rows[].c</c>.</param>
/// <param name="Page">Title of the page it stands on; that of its group for members.</param>
public sealed record FieldLine(string Path, string Name, string Title, FieldKind Kind, bool Required, string Page, string Computed, IReadOnlyList<FieldLine> Members, JsonObject Json)
{
    JsonObject? Ui => Json["ui"] as JsonObject;

    /// <summary>A hint of the author: hint, why, when, prefill, width, itemTitle.</summary>
    public string Hint(string key) => FormEdit.Read(Ui, key);

    /// <summary>A keyword of the schema as text.</summary>
    public string Word(string key) => FormEdit.Read(Json, key);

    /// <summary>Options, a line each: <c>key=label</c>.</summary>
    public string Options => string.Join('\n', ((Kind.Key == "checkboxes" ? Json["items"]?["enum"] : Json["enum"]) as JsonArray ?? []).Select(o => o?.ToString() ?? "")
        .Select(key => $"{key}={(Ui?["options"] as JsonObject)?[key]?.ToString() ?? key}"));

    /// <summary>Everything about it in words, for comparing.</summary>
    public IEnumerable<(string What, string Text)> Facts =>
    [
        ("名称", Title), ("种类", Kind.Title), ("必填", Required ? "是" : "否"), ("所在页面", Page), ("提示", Hint("hint")), ("为什么要填", Hint("why")), ("显示条件", Hint("when")),
        ("预填来源", Hint("prefill")), ("算式", Computed), ("选项", Options.Replace("\n", "；")), ("格式", Word("format")), ("最长", Word("maxLength")), ("最短", Word("minLength")), ("文字格式", Word("pattern")),
        ("最小", Word("minimum") + Word("exclusiveMinimum")), ("最大", Word("maximum") + Word("exclusiveMaximum")), ("至少几项", Word("minItems")), ("最多几项", Word("maxItems")), ("每项叫什么", Hint("itemTitle")), ("必须是", Word("const")),
    ];
}

public sealed record PageLine(string Id, string Title, string Intro, string When, IReadOnlyList<FieldLine> Fields);

public sealed record RuleLine(string Id, string When, string Assert, string Message, IReadOnlyList<string> Fields);

/// <summary>The tree of a form as its author wrote it, as far as it can be made out: pages, fields, rules. Shows broken forms too.</summary>
public sealed record FormOutline(string Title, string Declaration, IReadOnlyList<PageLine> Pages, IReadOnlyList<FieldLine> Unplaced, IReadOnlyList<RuleLine> Rules)
{
    public static FormOutline Of(JsonObject form)
    {
        var ui = form["ui"] as JsonObject;
        var computed = ui?["computed"] as JsonObject;
        var placed = new HashSet<string>();
        var pages = Objects(ui?["pages"]).Select(p =>
        {
            var title = FormEdit.Read(p, "title");
            return new PageLine(FormEdit.Read(p, "id"), title, FormEdit.Read(p, "intro"), FormEdit.Read(p, "when"),
                [.. FieldEdit.Names(p).Where(placed.Add).Select(n => Field(form, n, "", title, computed)).OfType<FieldLine>()]);
        }).ToList();
        return new(FormEdit.Read(form, "title"), FormEdit.Read(ui, "declaration"), pages,
            [.. (form["properties"] as JsonObject ?? []).Select(p => p.Key).Where(n => !placed.Contains(n)).Select(n => Field(form, n, "", "", computed)).OfType<FieldLine>()],
            [.. Objects(ui?["rules"]).Select(r => new RuleLine(FormEdit.Read(r, "id"), FormEdit.Read(r, "when"), FormEdit.Read(r, "assert"), FormEdit.Read(r, "message"), FieldEdit.Names(r)))]);
    }

    static IEnumerable<JsonObject> Objects(JsonNode? list) => (list as JsonArray)?.OfType<JsonObject>() ?? [];

    static FieldLine? Field(JsonObject holder, string name, string prefix, string page, JsonObject? computed)
    {
        if ((holder["properties"] as JsonObject)?[name] is not JsonObject field) return null;
        var kind = FieldKind.Of(field);
        var path = prefix + name;
        var title = FormEdit.Read(field, "title");
        var inner = kind.Key == "rows" ? field["items"] as JsonObject : kind.Key is "group" or "address" ? field : null;
        var members = (inner?["properties"] as JsonObject ?? []).Select(m => Field(inner!, m.Key, path + (kind.Key == "rows" ? "[]." : "."), title, computed)).OfType<FieldLine>();
        return new(path, name, title.Length > 0 ? title : name, kind, (holder["required"] as JsonArray)?.Any(r => r?.ToString() == name) == true, page, FormEdit.Read(computed, path), [.. members], field);
    }

    /// <summary>All fields, groups before their members.</summary>
    public IEnumerable<FieldLine> All => Pages.SelectMany(p => p.Fields).Concat(Unplaced).SelectMany(Whole);

    static IEnumerable<FieldLine> Whole(FieldLine field) => [field, .. field.Members.SelectMany(Whole)];

    public FieldLine? Find(string path) => All.FirstOrDefault(f => f.Path == path);
}
