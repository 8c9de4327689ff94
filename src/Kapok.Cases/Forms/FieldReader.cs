using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Kapok.Cases.Forms.Schemas;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Forms;

/// <summary>Turns the properties of a form's schema into fields.</summary>
internal sealed partial class FieldReader(JsonElement root, Action<string, string> fault)
{
    static readonly Dictionary<string, Widget> widgets = new()
    {
        ["text"] = Widget.Text, ["name"] = Widget.Name, ["id-number"] = Widget.IdNumber, ["credit-code"] = Widget.CreditCode, ["phone"] = Widget.Phone,
        ["email"] = Widget.Email, ["division"] = Widget.Division, ["date"] = Widget.Date, ["money"] = Widget.Money, ["number"] = Widget.Number,
        ["textarea"] = Widget.TextArea, ["radio"] = Widget.Radio, ["select"] = Widget.Select, ["checkbox"] = Widget.Checkbox,
        ["checkboxes"] = Widget.Checkboxes, ["address"] = Widget.Address, ["file"] = Widget.File, ["group"] = Widget.Group, ["rows"] = Widget.Rows,
    };

    static readonly Dictionary<string, Widget> byFormat = new()
    {
        ["id-number"] = Widget.IdNumber, ["credit-code"] = Widget.CreditCode, ["phone-cn"] = Widget.Phone, ["mobile-cn"] = Widget.Phone, ["email"] = Widget.Email,
        ["division"] = Widget.Division, ["date"] = Widget.Date, ["money-fen"] = Widget.Money, ["person-name"] = Widget.Name,
    };

    static readonly string[] fieldKeys = ["hint", "why", "width", "widget", "prefill", "when", "options", "autocomplete", "itemTitle", "accept", "maxMegabytes"];

    /// <summary>Every array is bounded, whether the author thought of it or not.</summary>
    const int DefaultMaxItems = 200, MaxItems = 2_000;

    public Dictionary<string, Expression> ReadComputed(JsonElement ui)
    {
        var computed = new Dictionary<string, Expression>();
        if (ui.ValueKind != JsonValueKind.Object || !ui.TryGetProperty("computed", out var map)) return computed;
        if (map.ValueKind != JsonValueKind.Object) { fault("/ui/computed", "应是“字段: 算式”的对象"); return computed; }
        foreach (var entry in map.EnumerateObject())
            if (ExpressionOf(map, entry.Name, "/ui/computed", fault) is { } formula) computed[entry.Name] = formula;
        return computed;
    }

    public FormField? Read(string name, JsonElement property, SchemaNode node, string at, bool required, IReadOnlyDictionary<string, Expression> computed, string prefix = "", int depth = 0)
    {
        if (!FieldName().IsMatch(name) || name == "do") { fault(at, $"字段名“{name}”不能用：以字母开头，只用字母、数字和下划线，且不是 do"); return null; }
        if (depth > 2) { fault(at, "字段的层次太深：最多是“组里的地址”"); return null; }
        var view = new View(property, root);
        var ui = view["ui"] is { ValueKind: not JsonValueKind.Undefined } hints && OnlyKeys(hints, at + "/ui", fieldKeys, fault) ? hints : default;
        var uiAt = at + "/ui";
        var types = Types(node);
        if (view["format"].ValueKind == JsonValueKind.String && view["format"].GetString() is { } format && !SchemaFormats.IsKnown(format)) fault(at + "/format", $"没有“{format}”这种格式");
        var options = Options(view, ui, types, at);
        var widget = WidgetOf(view, ui, node, types, options.Length, uiAt);
        var label = view["title"].ValueKind == JsonValueKind.String ? view["title"].GetString()! : "";
        if (label.Trim() == "") fault(at, $"字段“{name}”要有 title");
        if (!Fits(widget, types, options.Length > 0)) fault(uiAt, $"控件与类型不配：“{name}”");

        var path = prefix + name;
        var members = ImmutableArray<FormField>.Empty;
        if (widget is Widget.Rows or Widget.Group or Widget.Address)
        {
            var inner = widget == Widget.Rows ? view["items"] : property;
            var innerNode = widget == Widget.Rows ? node.Target.Items : node;
            if (innerNode is not null) members = Members(inner, innerNode.Target, widget == Widget.Rows ? at + "/items" : at, path + (widget == Widget.Rows ? "[]." : "."), computed, depth);
            if (members.IsEmpty) fault(at, "组里没有字段");
            if (widget == Widget.Address && !(members.Any(m => m.Name == "division") && members.Any(m => m.Name == "detail"))) fault(at, "地址要有 division 和 detail 两个字段");
            if (depth > 0 && widget == Widget.Rows) fault(at, "可重复的组里不能再有可重复的组");
        }
        if (node.Format is null && FieldRules.FormatOf(widget) is { } implied) node.Format = SchemaFormats.Find(implied);
        return new FormField(name, node)
        {
            Path = path, Widget = widget, Label = label.Trim(), Hint = Text(ui, "hint", uiAt, fault), Why = Text(ui, "why", uiAt, fault),
            Width = OneOf(ui, "width", uiAt, ["short", "medium", "long"]), Autocomplete = Text(ui, "autocomplete", uiAt, fault), Prefill = Prefill(ui, uiAt),
            When = ExpressionOf(ui, "when", uiAt, fault), Computed = computed.GetValueOrDefault(path), Required = required && !computed.ContainsKey(path),
            Options = options, Members = members, MemberOrder = members, ItemTitle = Text(ui, "itemTitle", uiAt, fault) ?? label,
            MinItems = (int)Math.Min(node.Target.MinItems, MaxItems), MaxItems = (int)Math.Min(node.Target.MaxItems, node.Target.MaxItems == long.MaxValue ? DefaultMaxItems : MaxItems),
            MaxLength = node.Target.MaxLength < int.MaxValue ? (int)node.Target.MaxLength : null,
            Accept = Accept(ui, uiAt), MaxMegabytes = Megabytes(ui, uiAt),
            IsNumeric = (types & ~(JsonTypes.Number | JsonTypes.Integer | JsonTypes.Null)) == 0,
        };
    }

    /// <summary>Kinds of files a field takes, by ending.</summary>
    ImmutableArray<string> Accept(JsonElement ui, string uiAt)
    {
        if (ui.ValueKind != JsonValueKind.Object || !ui.TryGetProperty("accept", out var list)) return [.. FileAnswer.UsualKinds];
        string[] known = ["pdf", "jpg", "png", "heic", "ofd", "docx", "xlsx", "zip"];
        if (list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0 && list.EnumerateArray().All(k => k.ValueKind == JsonValueKind.String && known.Contains(k.GetString()))) return [.. list.EnumerateArray().Select(k => k.GetString()!)];
        fault(uiAt + "/accept", $"accept 写文件的种类，可用：{string.Join("、", known)}");
        return [.. FileAnswer.UsualKinds];
    }

    int Megabytes(JsonElement ui, string uiAt)
    {
        if (ui.ValueKind != JsonValueKind.Object || !ui.TryGetProperty("maxMegabytes", out var most)) return FileAnswer.UsualMegabytes;
        if (most.ValueKind == JsonValueKind.Number && most.TryGetInt32(out var number) && number is >= 1 and <= 200) return number;
        fault(uiAt + "/maxMegabytes", "maxMegabytes 写 1 到 200 的整数");
        return FileAnswer.UsualMegabytes;
    }

    ImmutableArray<FormField> Members(JsonElement schema, SchemaNode node, string at, string prefix, IReadOnlyDictionary<string, Expression> computed, int depth)
    {
        var view = new View(schema, root);
        if (view["properties"].ValueKind != JsonValueKind.Object) return [];
        var members = ImmutableArray.CreateBuilder<FormField>();
        foreach (var property in view["properties"].EnumerateObject())
            if (node.Properties.TryGetValue(property.Name, out var child)
                && Read(property.Name, property.Value, child, $"{at}/properties/{SchemaDocuments.Escape(property.Name)}", node.Required.Contains(property.Name), computed, prefix, depth + 1) is { } field)
                members.Add(field);
        foreach (var required in node.Required)
            if (!node.Properties.ContainsKey(required)) fault(at + "/required", $"required 里的“{required}”不是字段");
        return members.ToImmutable();
    }

    Widget WidgetOf(View view, JsonElement ui, SchemaNode node, JsonTypes types, int options, string uiAt)
    {
        if (Text(ui, "widget", uiAt, fault) is { } named)
        {
            if (widgets.TryGetValue(named, out var chosen)) return chosen;
            fault(uiAt + "/widget", $"没有“{named}”这种控件；可用：{string.Join("、", widgets.Keys)}");
        }
        if (view["format"].ValueKind == JsonValueKind.String && byFormat.TryGetValue(view["format"].GetString()!, out var formatted)) return formatted;
        if (types == JsonTypes.Array) return options > 0 ? Widget.Checkboxes : Widget.Rows;
        if (types == JsonTypes.Object) return Widget.Group;
        if (options > 0) return options <= 6 ? Widget.Radio : Widget.Select;
        if (types == JsonTypes.Boolean) return Widget.Checkbox;
        if (types is JsonTypes.Integer or (JsonTypes.Number | JsonTypes.Integer)) return Widget.Number;
        return node.Target.MaxLength is > 200 and < long.MaxValue ? Widget.TextArea : Widget.Text;
    }

    static bool Fits(Widget widget, JsonTypes types, bool options) => widget switch
    {
        Widget.Rows => types == JsonTypes.Array && !options,
        Widget.Group or Widget.Address => types == JsonTypes.Object,
        Widget.Checkboxes => types == JsonTypes.Array && options,
        Widget.Checkbox => types == JsonTypes.Boolean,
        Widget.Radio or Widget.Select => (types & (JsonTypes.Array | JsonTypes.Object)) == 0 && options,
        Widget.Money => types == JsonTypes.Integer,
        Widget.Number => (types & ~(JsonTypes.Number | JsonTypes.Integer)) == 0,
        _ => types == JsonTypes.String,
    };

    ImmutableArray<FormOption> Options(View view, JsonElement ui, JsonTypes types, string at)
    {
        var items = types == JsonTypes.Array && view["items"].ValueKind == JsonValueKind.Object ? new View(view["items"], root) : view;
        var labels = ui.ValueKind == JsonValueKind.Object && ui.TryGetProperty("options", out var map) ? map : default;
        if (labels.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Object)) { fault(at + "/ui/options", "应是“值: 文字”的对象"); labels = default; }
        var asRadio = ui.ValueKind == JsonValueKind.Object && ui.TryGetProperty("widget", out var widget) && widget.ValueEquals("radio");
        JsonElement[] values = items["enum"].ValueKind == JsonValueKind.Array ? [.. items["enum"].EnumerateArray()]
            : types == JsonTypes.Boolean && (labels.ValueKind == JsonValueKind.Object || asRadio) ? [JsonSerializer.SerializeToElement(true), JsonSerializer.SerializeToElement(false)] : [];
        var options = ImmutableArray.CreateBuilder<FormOption>();
        foreach (var value in values)
        {
            if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Null) { fault(at + "/enum", "选项应是文字、数字或是否"); continue; }
            var key = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
            var label = value.ValueKind switch { JsonValueKind.True => "是", JsonValueKind.False => "否", _ => key };
            if (labels.ValueKind == JsonValueKind.Object)
            {
                if (labels.TryGetProperty(key, out var text) && text.ValueKind == JsonValueKind.String) label = text.GetString()!;
                else fault(at + "/ui/options", $"选项“{key}”没有文字");
            }
            options.Add(new(key, label, value));
        }
        if (labels.ValueKind == JsonValueKind.Object)
            foreach (var extra in labels.EnumerateObject())
                if (!options.Any(o => o.Key == extra.Name)) fault($"{at}/ui/options/{SchemaDocuments.Escape(extra.Name)}", $"enum 里没有“{extra.Name}”");
        return options.ToImmutable();
    }

    string? Prefill(JsonElement ui, string at)
    {
        var key = Text(ui, "prefill", at, fault);
        if (key is not null && !PrefillKey().IsMatch(key)) { fault(at + "/prefill", $"没有“{key}”这种预填来源"); return null; }
        return key;
    }

    string? OneOf(JsonElement ui, string key, string at, string[] allowed)
    {
        var text = Text(ui, key, at, fault);
        if (text is not null && !allowed.Contains(text)) { fault($"{at}/{key}", $"应是 {string.Join("、", allowed)} 之一"); return null; }
        return text;
    }

    /// <summary>Keywords that concern more than one field, so that checking fields one by one is not enough.</summary>
    public static bool SpansFields(SchemaNode node) =>
        node.Ref is { } target && SpansFields(target) || node.DynamicRef is not null
        || node.AllOf.Length > 0 || node.AnyOf.Length > 0 || node.OneOf.Length > 0 || node.Not is not null || node.If is not null
        || node.DependentRequired.Length > 0 || node.DependentSchemas.Length > 0 || node.PatternProperties.Length > 0 || node.PropertyNames is not null
        || node.MinProperties > 0 || node.MaxProperties != long.MaxValue || node.UnevaluatedProperties is not null || node.UnevaluatedItems is not null
        || node.UniqueItems || node.Contains is not null || node.PrefixItems.Length > 0 || node.Const is not null || node.Enum is not null;

    static JsonTypes Types(SchemaNode node) => node.Types != JsonTypes.Any ? node.Types & ~JsonTypes.Null : node.Ref is { } target ? Types(target) : JsonTypes.Any;

    public static bool OnlyKeys(JsonElement map, string at, string[] keys, Action<string, string> fault)
    {
        if (map.ValueKind != JsonValueKind.Object) { fault(at, "应是一个对象"); return false; }
        foreach (var member in map.EnumerateObject())
            if (!keys.Contains(member.Name)) fault($"{at}/{SchemaDocuments.Escape(member.Name)}", $"不认识“{member.Name}”；可用：{string.Join("、", keys)}");
        return true;
    }

    public static string? Text(JsonElement map, string key, string at, Action<string, string> fault)
    {
        if (map.ValueKind != JsonValueKind.Object || !map.TryGetProperty(key, out var value)) return null;
        if (value.ValueKind == JsonValueKind.String) return value.GetString();
        fault($"{at}/{key}", "应是文字");
        return null;
    }

    public static Expression? ExpressionOf(JsonElement map, string key, string at, Action<string, string> fault)
    {
        if (Text(map, key, at, fault) is not { } text) return null;
        if (Expression.TryParse(text, out var expression, out var wrong)) return expression;
        fault($"{at}/{SchemaDocuments.Escape(key)}", wrong.Position >= 0 ? $"表达式第 {wrong.Position + 1} 个字符：{wrong.Message}" : $"表达式：{wrong.Message}");
        return null;
    }

    /// <summary>A schema together with what it refers to within the same file; its own keywords win.</summary>
    readonly struct View(JsonElement schema, JsonElement root)
    {
        public JsonElement this[string keyword]
        {
            get
            {
                var current = schema;
                for (var hops = 0; hops < 8 && current.ValueKind == JsonValueKind.Object; hops++)
                {
                    if (current.TryGetProperty(keyword, out var value)) return value;
                    if (!current.TryGetProperty("$ref", out var reference) || reference.GetString() is not { } text || !text.StartsWith("#/")) return default;
                    current = root;
                    foreach (var part in text[2..].Split('/'))
                        if (current.ValueKind != JsonValueKind.Object || !current.TryGetProperty(part, out current)) return default;
                }
                return default;
            }
        }
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_]{0,63}$")]
    private static partial Regex FieldName();
    [GeneratedRegex(@"^(person\.(name|idNumber|phone|birthDate|sex|address|division|email)|company\.(name|creditCode|legalRepresentative|address|division|phone)|licence\.[A-Za-z0-9-]+\.[A-Za-z0-9]+)$")]
    private static partial Regex PrefillKey();
}
