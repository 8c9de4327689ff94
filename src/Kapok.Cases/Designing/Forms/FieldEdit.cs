using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kapok.Foundation;

namespace Kapok.Cases.Designing.Forms;

/// <summary>Where a field stands in the text of a form.</summary>
/// <param name="Holder">The schema object whose <c>properties</c> and <c>required</c> it is in.</param>
/// <param name="Group">Path of the group or rows around it; empty at the root.</param>
sealed record FieldPlace(JsonObject Holder, string Group, string Name, JsonObject Field)
{
    public JsonObject Properties => Holder["properties"]!.AsObject();
    public string Path => Group.Length == 0 ? Name : $"{Group}.{Name}";
    public bool Required => Holder["required"] is JsonArray required && required.Any(r => r!.ToString() == Name);
}

/// <summary>Acts on single fields: add, change, rename, move, remove. Everything that names the field follows.</summary>
static partial class FieldEdit
{
    /// <summary>Finds a field by its path: <c>a</c>, <c>group.b</c>, <c>rows[].c</c>.</summary>
    public static FieldPlace? Find(JsonObject root, string path)
    {
        var (holder, group) = (root, "");
        var parts = path.Split('.');
        for (var i = 0; i < parts.Length; i++)
        {
            var name = parts[i].Replace("[]", "", StringComparison.Ordinal);
            if ((holder["properties"] as JsonObject)?[name] is not JsonObject field) return null;
            if (i == parts.Length - 1) return new(holder, group, name, field);
            group = group.Length == 0 ? parts[i] : $"{group}.{parts[i]}";
            if ((parts[i].EndsWith("[]", StringComparison.Ordinal) ? field["items"] as JsonObject : field) is not { } inner) return null;
            holder = inner;
        }
        return null;
    }

    public static string FreeName(JsonObject properties, string start)
    {
        if (!properties.ContainsKey(start)) return start;
        var number = 2;
        while (properties.ContainsKey($"{start}{number}")) number++;
        return $"{start}{number}";
    }

    public static Outcome<FormEdited> Add(JsonObject root, FormAct act)
    {
        if (FieldKind.Find(act["kind"]) is not { } kind) return FormEdit.No("请选择字段的种类", "kind");
        if (act["title"].Length == 0) return FormEdit.No("请填写字段的名称", "title");
        JsonObject holder = root;
        JsonObject? page = null;
        if (act["group"].Length > 0)
        {
            if (Find(root, act["group"].Replace("[]", "", StringComparison.Ordinal)) is not { } group) return FormEdit.No("没有这一组", "group");
            holder = FieldKind.Of(group.Field).Key == "rows" ? FormEdit.Child(group.Field, "items") : group.Field;
        }
        else if ((page = FormEdit.PageOf(root, act["page"])) is null) return FormEdit.No("没有这个页面", "page");
        var properties = FormEdit.Child(holder, "properties");
        var name = act["name"].Length > 0 ? act["name"] : FreeName(properties, "field");
        if (Wrong(name) is { } wrong) return FormEdit.No(wrong, "name");
        if (properties.ContainsKey(name)) return FormEdit.No($"已经有字段“{name}”", "name");
        properties[name] = kind.Make(act["title"]);
        if (act["required"] == "true") FormEdit.List(holder, "required").Add(name);
        if (page is not null) FormEdit.List(page, "fields").Add(name);
        return new FormEdited(root, $"加了字段“{act["title"]}”");
    }

    /// <summary>Sets what is given of a field; what is not given stays. An empty text takes it away.</summary>
    public static Outcome<FormEdited> Change(JsonObject root, FormAct act)
    {
        if (Find(root, act["field"]) is not { } place) return FormEdit.No("没有这个字段", "field");
        var field = place.Field;
        if (act.Has("title") && act["title"].Length == 0) return FormEdit.No("请填写字段的名称", "title");
        if (act.Has("kind") && FieldKind.Find(act["kind"]) is { } kind && kind != FieldKind.Of(field)) kind.Turn(field);
        if (act.Has("title")) field["title"] = act["title"];
        foreach (var key in (string[])["hint", "why", "when", "prefill", "width", "itemTitle", "autocomplete"])
            if (act.Has(key)) FormEdit.Set(FormEdit.Ui(field), key, act[key]);
        foreach (var key in (string[])["maxLength", "minimum", "maximum", "minItems", "maxItems"])
        {
            if (!act.Has(key)) continue;
            if (act[key].Length > 0 && !Number().IsMatch(act[key])) return FormEdit.No("请填写数字", key);
            FormEdit.SetNumber(field, key, act[key]);
        }
        if (act.Has("pattern")) FormEdit.Set(field, "pattern", act["pattern"]);
        if (act.Has("options") && Options(field, act["options"]) is { } fault) return FormEdit.No(fault, "options");
        if (act.Has("computed")) Compute(root, place.Path, act["computed"]);
        if (act.Has("required")) Require(place.Holder, place.Name, act["required"] == "true");
        if (FormEdit.Ui(field).Count == 0) field.Remove("ui");
        var title = FormEdit.Read(field, "title");
        if (!act.Has("name") || act["name"] == place.Name) return new FormEdited(root, $"改了字段“{title}”");
        if (Wrong(act["name"]) is { } wrong) return FormEdit.No(wrong, "name");
        if (place.Properties.ContainsKey(act["name"])) return FormEdit.No($"已经有字段“{act["name"]}”", "name");
        var to = place.Group.Length == 0 ? act["name"] : $"{place.Group}.{act["name"]}";
        Renaming.Apply(root, place, act["name"]);
        return new FormEdited(root, $"字段“{title}”的代号 {place.Name} 改成 {act["name"]}", (place.Path, to));
    }

    static string? Options(JsonObject field, string lines)
    {
        if (FieldKind.Of(field).Key == "yes-no") return null;
        var (keys, labels) = (new JsonArray(), new JsonObject());
        foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var at = line.IndexOf('=');
            var (key, label) = at < 0 ? (line, line) : (line[..at].Trim(), line[(at + 1)..].Trim());
            if (key.Length == 0 || label.Length == 0) return $"“{line}”应写作 代号=文字";
            if (labels.ContainsKey(key)) return $"选项“{key}”写了两次";
            keys.Add(key);
            labels[key] = label;
        }
        if (keys.Count == 0) return "至少要有一个选项";
        if (FieldKind.Of(field).Key == "checkboxes") FormEdit.Child(field, "items")["enum"] = keys;
        else field["enum"] = keys;
        FormEdit.Ui(field)["options"] = labels;
        return null;
    }

    static void Compute(JsonObject root, string path, string formula)
    {
        var computed = FormEdit.Child(FormEdit.Ui(root), "computed");
        FormEdit.Set(computed, path, formula);
        if (computed.Count == 0) FormEdit.Ui(root).Remove("computed");
    }

    static void Require(JsonObject holder, string name, bool required)
    {
        var list = FormEdit.List(holder, "required");
        var at = list.Select(r => r!.ToString()).ToList().IndexOf(name);
        if (required && at < 0) list.Add(name);
        if (!required && at >= 0) list.RemoveAt(at);
        if (list.Count == 0) holder.Remove("required");
    }

    public static Outcome<FormEdited> Move(JsonObject root, FormAct act)
    {
        if (Find(root, act["field"]) is not { } place) return FormEdit.No("没有这个字段", "field");
        var title = FormEdit.Read(place.Field, "title");
        if (place.Group.Length > 0)
        {
            var names = place.Properties.Select(p => p.Key).ToList();
            var (at, to) = (names.IndexOf(place.Name), names.IndexOf(place.Name) + (act["way"] == "up" ? -1 : 1));
            if (to < 0 || to >= names.Count) return FormEdit.No("已经在最前或最后", "way");
            (names[at], names[to]) = (names[to], names[at]);
            Arrange(place.Holder, names, n => n);
            return new FormEdited(root, $"移动了字段“{title}”");
        }
        var page = FormEdit.Pages(root).OfType<JsonObject>().FirstOrDefault(p => Names(p).Contains(place.Name));
        if (act["page"].Length > 0)
        {
            if (FormEdit.PageOf(root, act["page"]) is not { } target) return FormEdit.No("没有这个页面", "page");
            if (target == page) return FormEdit.No("字段已经在这一页", "page");
            if (page is not null) FormEdit.List(page, "fields").RemoveAt(Names(page).IndexOf(place.Name));
            FormEdit.List(target, "fields").Add(place.Name);
            return new FormEdited(root, $"字段“{title}”移到页面“{FormEdit.Read(target, "title")}”");
        }
        return page is not null && FormEdit.Shift(FormEdit.List(page, "fields"), Names(page).IndexOf(place.Name), act["way"])
            ? new FormEdited(root, $"移动了字段“{title}”") : FormEdit.No("已经在最前或最后", "way");
    }

    public static Outcome<FormEdited> Remove(JsonObject root, FormAct act)
    {
        if (Find(root, act["field"]) is not { } place) return FormEdit.No("没有这个字段", "field");
        var title = FormEdit.Read(place.Field, "title");
        if (place.Group.Length == 0) Forget(root, place.Name);
        else
        {
            place.Properties.Remove(place.Name);
            Require(place.Holder, place.Name, false);
            Compute(root, place.Path, "");
        }
        return new FormEdited(root, $"删了字段“{title}”");
    }

    /// <summary>Takes a root field out of everything that lists it. Conditions that read it stay and become faults.</summary>
    public static void Forget(JsonObject root, string name)
    {
        (root["properties"] as JsonObject)?.Remove(name);
        Require(root, name, false);
        foreach (var page in FormEdit.Pages(root).OfType<JsonObject>())
            if (Names(page).IndexOf(name) is >= 0 and var at) FormEdit.List(page, "fields").RemoveAt(at);
        if (FormEdit.Ui(root)["computed"] is JsonObject computed)
        {
            foreach (var path in computed.Select(c => c.Key).Where(k => k == name || k.StartsWith(name + ".", StringComparison.Ordinal) || k.StartsWith(name + "[]", StringComparison.Ordinal)).ToList()) computed.Remove(path);
            if (computed.Count == 0) FormEdit.Ui(root).Remove("computed");
        }
        if (FormEdit.Ui(root)["rules"] is not JsonArray rules) return;
        foreach (var rule in rules.OfType<JsonObject>().Where(r => r["fields"] is JsonArray f && f.All(p => Renaming.RootOf(p!.ToString()) == name)).ToList()) rules.Remove(rule);
        if (rules.Count == 0) FormEdit.Ui(root).Remove("rules");
    }

    internal static List<string> Names(JsonObject page) => page["fields"] is JsonArray list ? [.. list.Select(f => f!.ToString())] : [];

    /// <summary>Puts properties into an order, with new names where wanted.</summary>
    internal static void Arrange(JsonObject holder, IEnumerable<string> order, Func<string, string> name)
    {
        var old = holder["properties"]!.AsObject();
        var now = new JsonObject();
        foreach (var key in order) now[name(key)] = old[key]?.DeepClone();
        holder["properties"] = now;
    }

    static string? Wrong(string name) => FieldName().IsMatch(name) && name != "do" ? null : $"代号“{name}”不能用：以字母开头，只用字母、数字和下划线";

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_]{0,63}$")] private static partial Regex FieldName();
    [GeneratedRegex(@"^-?\d{1,15}(\.\d{1,6})?$")] private static partial Regex Number();
}
