using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kapok.Foundation;

namespace Kapok.Cases.Designing.Forms;

/// <summary>One act of an author on a form; pages and programs send the same.</summary>
/// <param name="Do">add-page, page, move-page, remove-page, add-field, field, move-field, remove-field, rule, remove-rule, form.</param>
/// <param name="With">What goes with it; see <see cref="FormEdit"/>.</param>
public sealed record FormAct(string Do, IReadOnlyDictionary<string, string> With)
{
    public string this[string key] => With.GetValueOrDefault(key)?.Trim() ?? "";
    public bool Has(string key) => With.ContainsKey(key);
}

/// <summary>A form after an act.</summary>
/// <param name="Words">What was done.</param>
/// <param name="Renamed">A field that only changed its name.</param>
public sealed record FormEdited(JsonObject Form, string Words, (string From, string To)? Renamed = null);

/// <summary>
/// Acts on the text of a form. Pure: a copy is changed. Whether the result is right is for the form reader, so a form may
/// be wrong for a while; an act is refused only when it makes no sense.
/// </summary>
public static partial class FormEdit
{
    public static Outcome<FormEdited> Apply(JsonObject form, FormAct act)
    {
        var root = form.DeepClone().AsObject();
        try
        {
            return act.Do switch
            {
                "form" => Heading(root, act),
                "add-page" => AddPage(root, act),
                "page" => Page(root, act),
                "move-page" => MovePage(root, act),
                "remove-page" => RemovePage(root, act),
                "add-field" => FieldEdit.Add(root, act),
                "field" => FieldEdit.Change(root, act),
                "move-field" => FieldEdit.Move(root, act),
                "remove-field" => FieldEdit.Remove(root, act),
                "rule" => Rule(root, act),
                "remove-rule" => RemoveRule(root, act),
                _ => No($"没有“{act.Do}”这种操作", "do"),
            };
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            return No("表单的写法和这个操作对不上，请在“文本”里修改");
        }
    }

    internal static Outcome<FormEdited> No(string message, string where = "") => Outcome<FormEdited>.No(Refusal.Invalid, message, where);

    internal static JsonObject Ui(JsonObject of) => Child(of, "ui");

    internal static JsonObject Child(JsonObject of, string key)
    {
        if (of[key] is not JsonObject child) of[key] = child = [];
        return child;
    }

    internal static JsonArray List(JsonObject of, string key)
    {
        if (of[key] is not JsonArray list) of[key] = list = [];
        return list;
    }

    internal static JsonArray Pages(JsonObject root) => List(Ui(root), "pages");

    /// <summary>Sets a text, or takes the key away when there is none.</summary>
    internal static void Set(JsonObject of, string key, string text)
    {
        if (text.Length == 0) of.Remove(key);
        else of[key] = text;
    }

    internal static void SetNumber(JsonObject of, string key, string text)
    {
        if (text.Length == 0) { of.Remove(key); return; }
        of[key] = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) ? JsonValue.Create(whole) : JsonValue.Create(decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture));
    }

    internal static JsonObject? PageOf(JsonObject root, string id) => Pages(root).OfType<JsonObject>().FirstOrDefault(p => Read(p, "id") == id);

    internal static string Read(JsonObject? of, string key) => of?[key] is JsonValue value ? value.TryGetValue<string>(out var text) ? text : value.ToJsonString() : "";

    /// <summary>Puts an item of a list one place up or down.</summary>
    internal static bool Shift(JsonArray list, int at, string way)
    {
        var to = way == "up" ? at - 1 : at + 1;
        if (at < 0 || to < 0 || to >= list.Count) return false;
        var item = list[at];
        list.RemoveAt(at);
        list.Insert(to, item);
        return true;
    }

    static Outcome<FormEdited> Heading(JsonObject root, FormAct act)
    {
        if (act["title"].Length == 0) return No("请填写表单的名称", "title");
        root["title"] = act["title"];
        Set(Ui(root), "declaration", act["declaration"]);
        return new FormEdited(root, "改了表单的名称或声明");
    }

    static Outcome<FormEdited> AddPage(JsonObject root, FormAct act)
    {
        if (act["title"].Length == 0) return No("请填写页面的名称", "title");
        var pages = Pages(root);
        var number = pages.Count + 1;
        while (PageOf(root, $"page-{number}") is not null) number++;
        // A page with nothing on it is refused by the reader, so the first question comes along.
        var name = FieldEdit.FreeName(Child(root, "properties"), "field");
        Child(root, "properties")[name] = FieldKind.All[0].Make("新问题");
        pages.Add(new JsonObject { ["id"] = act["id"].Length > 0 ? act["id"] : $"page-{number}", ["title"] = act["title"], ["fields"] = new JsonArray(name) });
        return new FormEdited(root, $"加了页面“{act["title"]}”");
    }

    static Outcome<FormEdited> Page(JsonObject root, FormAct act)
    {
        if (PageOf(root, act["page"]) is not { } page) return No("没有这个页面", "page");
        if (act["title"].Length == 0) return No("请填写页面的名称", "title");
        if (act.Has("id") && act["id"] != act["page"])
        {
            if (!PageId().IsMatch(act["id"])) return No("页面的代号用小写字母、数字和连字符，以字母开头", "id");
            if (PageOf(root, act["id"]) is not null) return No("已经有这个代号的页面", "id");
            page["id"] = act["id"];
        }
        page["title"] = act["title"];
        Set(page, "intro", act["intro"]);
        Set(page, "when", act["when"]);
        return new FormEdited(root, $"改了页面“{act["title"]}”");
    }

    static Outcome<FormEdited> MovePage(JsonObject root, FormAct act)
    {
        if (PageOf(root, act["page"]) is not { } page) return No("没有这个页面", "page");
        return Shift(Pages(root), Pages(root).IndexOf(page), act["way"]) ? new FormEdited(root, $"移动了页面“{Read(page, "title")}”") : No("已经在最前或最后", "way");
    }

    static Outcome<FormEdited> RemovePage(JsonObject root, FormAct act)
    {
        if (PageOf(root, act["page"]) is not { } page) return No("没有这个页面", "page");
        var names = List(page, "fields").Select(f => f!.ToString()).ToList();
        Pages(root).Remove(page);
        foreach (var name in names) FieldEdit.Forget(root, name);
        return new FormEdited(root, $"删了页面“{Read(page, "title")}”和上面的 {names.Count} 个字段");
    }

    static Outcome<FormEdited> Rule(JsonObject root, FormAct act)
    {
        var rules = List(Ui(root), "rules");
        var faults = new List<Fault>();
        if (!RuleId().IsMatch(act["id"])) faults.Add(new("id", "规则的代号用字母、数字、连字符和下划线"));
        if (act["assert"].Length == 0) faults.Add(new("assert", "请写明必须成立的条件"));
        if (act["message"].Length == 0) faults.Add(new("message", "请写明不成立时怎样改正"));
        var fields = act["fields"].Split([',', '，', '\n', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (fields.Length == 0) faults.Add(new("fields", "请写明与哪些字段有关"));
        if (faults.Count > 0) return Outcome<FormEdited>.Invalid(faults);
        var standing = rules.OfType<JsonObject>().FirstOrDefault(r => Read(r, "id") == act["rule"]);
        if (rules.OfType<JsonObject>().Any(r => r != standing && Read(r, "id") == act["id"])) return No("已经有这个代号的规则", "id");
        var rule = standing ?? [];
        rule["id"] = act["id"];
        Set(rule, "when", act["when"]);
        rule["assert"] = act["assert"];
        rule["message"] = act["message"];
        rule["fields"] = new JsonArray([.. fields.Select(f => JsonValue.Create(f))]);
        if (standing is null) rules.Add(rule);
        return new FormEdited(root, $"{(standing is null ? "加了" : "改了")}规则“{act["id"]}”");
    }

    static Outcome<FormEdited> RemoveRule(JsonObject root, FormAct act)
    {
        var rules = List(Ui(root), "rules");
        if (rules.OfType<JsonObject>().FirstOrDefault(r => Read(r, "id") == act["rule"]) is not { } rule) return No("没有这条规则", "rule");
        rules.Remove(rule);
        if (rules.Count == 0) Ui(root).Remove("rules");
        return new FormEdited(root, $"删了规则“{act["rule"]}”");
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{0,62}$")] private static partial Regex PageId();
    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_-]{0,62}$")] private static partial Regex RuleId();
}
