using System.Text.Json.Nodes;

namespace Kapok.Cases.Designing.Forms;

/// <summary>A kind of question an author can add.</summary>
/// <param name="Key">Name in acts.</param>
/// <param name="Title">What authors read.</param>
/// <param name="Schema">The keywords it begins with, as JSON.</param>
public sealed record FieldKind(string Key, string Title, string Group, string Schema)
{
    /// <summary>Keywords that make the kind; changing a field's kind replaces these and leaves the rest.</summary>
    static readonly string[] Making = ["type", "format", "enum", "items", "properties", "required", "const", "minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems", "uniqueItems", "$ref"];
    static readonly string[] MakingUi = ["widget", "options", "itemTitle", "prefill", "autocomplete", "width"];

    /// <summary>Every kind the form engine knows.</summary>
    public static IReadOnlyList<FieldKind> All { get; } =
    [
        new("text", "一行文字", "文字", """{"type":"string","maxLength":100}"""),
        new("textarea", "多行文字", "文字", """{"type":"string","maxLength":1000,"ui":{"widget":"textarea"}}"""),
        new("name", "姓名", "人和单位", """{"type":"string","format":"person-name"}"""),
        new("id-number", "身份证号码", "人和单位", """{"type":"string","format":"id-number"}"""),
        new("credit-code", "统一社会信用代码", "人和单位", """{"type":"string","format":"credit-code"}"""),
        new("phone", "电话", "人和单位", """{"type":"string","format":"phone-cn"}"""),
        new("email", "电子邮箱", "人和单位", """{"type":"string","format":"email"}"""),
        new("division", "所在地区", "人和单位", """{"type":"string","format":"division"}"""),
        new("address", "地址（地区和详细地址）", "人和单位", """{"type":"object","required":["division","detail"],"properties":{"division":{"title":"所在地区","type":"string","format":"division"},"detail":{"title":"详细地址","type":"string","maxLength":100}},"ui":{"widget":"address"}}"""),
        new("date", "日期", "数字和日期", """{"type":"string","format":"date"}"""),
        new("integer", "整数", "数字和日期", """{"type":"integer","minimum":0}"""),
        new("number", "数字（可以有小数）", "数字和日期", """{"type":"number","minimum":0}"""),
        new("money", "金额", "数字和日期", """{"type":"integer","format":"money-fen","minimum":0}"""),
        new("radio", "单选", "选择", """{"type":"string","enum":["a","b"],"ui":{"widget":"radio","options":{"a":"选项一","b":"选项二"}}}"""),
        new("select", "下拉选择", "选择", """{"type":"string","enum":["a","b"],"ui":{"widget":"select","options":{"a":"选项一","b":"选项二"}}}"""),
        new("checkboxes", "多选", "选择", """{"type":"array","items":{"type":"string","enum":["a","b"]},"ui":{"options":{"a":"选项一","b":"选项二"}}}"""),
        new("yes-no", "是或否", "选择", """{"type":"boolean","ui":{"widget":"radio"}}"""),
        new("checkbox", "打勾确认", "选择", """{"type":"boolean"}"""),
        new("file", "文件", "其他", """{"type":"string","ui":{"widget":"file"}}"""),
        new("group", "一组字段", "其他", """{"type":"object","properties":{"item":{"title":"第一项","type":"string","maxLength":100}}}"""),
        new("rows", "可重复填写的一组", "其他", """{"type":"array","items":{"type":"object","properties":{"item":{"title":"第一项","type":"string","maxLength":100}}},"maxItems":50}"""),
    ];

    public static FieldKind? Find(string key) => All.FirstOrDefault(k => k.Key == key);

    /// <summary>A new field of this kind.</summary>
    public JsonObject Make(string title)
    {
        var field = new JsonObject { ["title"] = title };
        foreach (var (key, value) in JsonNode.Parse(Schema)!.AsObject()) field[key] = value?.DeepClone();
        return field;
    }

    /// <summary>Makes an existing field one of this kind; title, hints and conditions stay.</summary>
    public void Turn(JsonObject field)
    {
        foreach (var key in Making) field.Remove(key);
        if (field["ui"] is JsonObject ui) foreach (var key in MakingUi) ui.Remove(key);
        foreach (var (key, value) in JsonNode.Parse(Schema)!.AsObject())
            if (key != "ui") field[key] = value?.DeepClone();
            else foreach (var (hint, text) in value!.AsObject()) FormEdit.Ui(field)[hint] = text?.DeepClone();
    }

    /// <summary>The kind of a field as it is written; the nearest one where the author wrote something of his own.</summary>
    public static FieldKind Of(JsonObject field)
    {
        string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
        var (type, format, widget) = (Text(field["type"]), Text(field["format"]), Text((field["ui"] as JsonObject)?["widget"]));
        var key = (widget, format, type) switch
        {
            ("address" or "textarea" or "file" or "select" or "checkboxes" or "rows" or "group", _, _) => widget,
            ("radio", _, "boolean") => "yes-no",
            ("name" or "id-number" or "credit-code" or "phone" or "email" or "division" or "date" or "money" or "radio", _, _) => widget,
            (_, "person-name", _) => "name",
            (_, "phone-cn" or "mobile-cn", _) => "phone",
            (_, "money-fen", _) => "money",
            (_, "id-number" or "credit-code" or "email" or "division" or "date", _) => format,
            (_, _, "array") => field["items"] is JsonObject items && items["enum"] is not null ? "checkboxes" : "rows",
            (_, _, "object") => "group",
            (_, _, "boolean") => (field["ui"] as JsonObject)?["options"] is not null ? "yes-no" : "checkbox",
            (_, _, "integer" or "number") when field["enum"] is null => type,
            _ when field["enum"] is JsonArray options => options.Count <= 6 ? "radio" : "select",
            _ => "text",
        };
        return Find(key!) ?? All[0];
    }
}
