using System.Runtime.InteropServices;
using System.Text.Json;
using Kapok.Cases.Forms.Schemas;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Forms;

/// <summary>Finds everything wrong with the answers: field by field, then the rules, then what the schema says beyond single fields.</summary>
internal sealed class AnswerCheck(FormDefinition definition, FormState state)
{
    const int MaxFaults = 500;

    readonly List<AnswerFault> faults = [];
    readonly HashSet<string> at = [], above = [];
    readonly SchemaRun schema = new(collect: true);
    QuestionPage page = null!;

    public IEnumerable<AnswerFault> Run()
    {
        foreach (var next in definition.Pages)
        {
            page = next;
            foreach (var field in state.FieldsOn(page)) Field(field, null, required: field.Field.Required);
        }
        foreach (var rule in definition.Rules) Rule(rule);
        if (definition.NeedsWholeSchema) WholeSchema();
        var order = definition.Pages;
        return faults.OrderBy(f => order.IndexOf(f.Page));
    }

    void Field(FieldState field, string? row, bool required)
    {
        if (!field.Visible) return;
        if (field.Field.Widget == Widget.Rows) { Rows(field, required); return; }
        if (!field.Field.HasMembers || field.HasValue && field.Members.IsEmpty) { Leaf(field, row, required); return; }
        var answered = field.Members.Any(m => m.IsAnswered);
        if (!answered && !required) return;
        var before = faults.Count;
        foreach (var member in field.Members) Field(member, row, member.Field.Required);
        if (!answered && faults.Count == before && field.Members.Any(m => m.Visible && m.Field.Computed is null)) Add(field, FieldRules.Missing(field.Field), row);
    }

    void Rows(FieldState field, bool required)
    {
        if (field.HasValue && field.Value.ValueKind != JsonValueKind.Array) { Leaf(field, null, required); return; }
        var count = field.Rows.Length;
        if (count == 0 && required) Add(field, FieldRules.Missing(field.Field), null);
        else if (count > 0 && count < field.Field.MinItems) Add(field, $"{field.Field.Label}至少 {field.Field.MinItems} 项，现在有 {count} 项", null);
        else if (count > field.Field.MaxItems) Add(field, $"{field.Field.Label}最多 {field.Field.MaxItems} 项", null);
        for (var i = 0; i < count; i++)
            foreach (var member in field.Rows[i]) Field(member, RowTitle(field.Field, i), member.Field.Required);
    }

    void Leaf(FieldState field, string? row, bool required)
    {
        if (!field.HasValue)
        {
            if (required) Add(field, FieldRules.Missing(field.Field), row);
            return;
        }
        if (field.Value.ValueKind == JsonValueKind.String)
        {
            var raw = JsonMarshal.GetRawUtf8Value(field.Value);
            if (raw.IndexOf("\uFFFD"u8) >= 0) { Add(field, $"{field.Field.Label}里有无法识别的字符，请重新输入", row); return; }
            if (raw.Length > FieldRules.MaxText && FieldRules.Text(field.Value).Length > FieldRules.MaxText) { Add(field, $"{field.Field.Label}太长：最多 {field.Field.MaxLength ?? FieldRules.MaxText} 个字", row); return; }
        }
        if (field.Field.Widget == Widget.File && FileAnswer.Read(FieldRules.Text(field.Value)) is null) Add(field, FieldRules.Missing(field.Field), row);
        else if (schema.FirstError(field.Field.Node, field.Value) is { } error) Add(field, Message(field.Field, error), row, named: error.Keyword != "format");
        // The schema knows no clock; whether a person is born yet depends on the day.
        else if (field.Field.Widget == Widget.IdNumber && CitizenId.Check(FieldRules.Text(field.Value), state.Context.Today).Problem is { } problem) Add(field, problem.TrimEnd('。'), row, named: false);
    }

    void Rule(FormRule rule)
    {
        if (rule.Rows is null) { Check(rule, state.Scope, path => state.Field(path), name => name, null); return; }
        if (state.Field(rule.Rows.Name) is not { Visible: true } rows) return;
        for (var i = 0; i < rows.Rows.Length; i++)
        {
            var (index, cells) = (i, rows.Rows[i]);
            Check(rule, rows.RowScopes[i], Cell, name => rule.Rows.IndexOf(name) is >= 0 and var at ? cells[at].Path : name, RowTitle(rule.Rows, i));

            FieldState? Cell(string path) => rule.Rows.IndexOf(path[(path.IndexOf("[].", StringComparison.Ordinal) + 3)..]) is >= 0 and var at
                ? cells[at] : state.Field(path.Replace("[]", $"[{index}]"));
        }
    }

    /// <summary>
    /// A rule is left alone where one of its fields is hidden, or one of those and of what it reads is already wrong: the
    /// applicant could do nothing about it, or is told so already. In a correction round it stands at the first field that is open.
    /// </summary>
    void Check(FormRule rule, IScope names, Func<string, FieldState?> find, Func<string, string> pathOf, string? row)
    {
        FieldState? shown = null;
        foreach (var path in rule.Fields)
        {
            if (find(path) is not { Visible: true } field || HasFault(field.Path)) return;
            if (field.Open) shown ??= field;
        }
        if (shown is null || rule.When is { } when && !Evaluation.Holds(when, names) || Evaluation.Holds(rule.Assert, names)) return;
        foreach (var name in rule.Assert.Names) if (HasFault(pathOf(name))) return;
        page = rule.Page;
        Add(shown, rule.Message, row);
    }

    /// <summary>Keywords such as <c>if</c> and <c>anyOf</c> look at several fields; they are checked on what would be submitted.</summary>
    void WholeSchema()
    {
        foreach (var error in definition.Schema.Validate(state.Submission))
        {
            var path = Path(error);
            var field = path == "" ? null : state.Field(path);
            if (path != "" && (field is not { Visible: true } || HasFault(path))) continue;
            if (path == "" && faults.Count > 0) continue;
            page = field is null ? state.Definition.Pages[^1] : definition.Pages.First(p => p.Fields.Any(f => f.Name == path.Split('.', '[')[0]));
            if (field is null) { if (at.Add("")) faults.Add(new("", error.Message, page, null)); }
            else Add(field, error.Keyword is "required" or "dependentRequired" ? FieldRules.Missing(field.Field) : Message(field.Field, error), null);
        }
    }

    string Path(SchemaError error)
    {
        var path = new System.Text.StringBuilder();
        foreach (var part in error.InstancePointer.Split('/').Skip(1))
            if (int.TryParse(part, out var index)) path.Append('[').Append(index).Append(']');
            else path.Append(path.Length > 0 ? "." : "").Append(part);
        if (error.Keyword is "required" or "dependentRequired") path.Append(path.Length > 0 ? "." : "").Append(error.Property);
        // An item of a list of choices is shown at the list.
        var text = path.ToString();
        return text.EndsWith(']') && state.Field(text[..text.LastIndexOf('[')])?.Field.Widget != Widget.Rows ? text[..text.LastIndexOf('[')] : text;
    }

    /// <summary>A fault stands at the path or inside it.</summary>
    bool HasFault(string path) => at.Contains(path) || above.Contains(path);

    void Add(FieldState field, string message, string? row, bool named = true)
    {
        // What is closed in a correction round was accepted and cannot be mended.
        if (!field.Open || faults.Count >= MaxFaults || !at.Add(field.Path)) return;
        faults.Add(new(field.Path, message, page, field.Field) { Row = row, IsNamed = named });
        for (var end = field.Path.LastIndexOfAny(['.', '[']); end > 0; end = field.Path.LastIndexOfAny(['.', '['], end - 1)) above.Add(field.Path[..end]);
    }

    static string RowTitle(FormField rows, int index) => $"{rows.ItemTitle} {index + 1}";

    static string Message(FormField field, SchemaError error) => error.Keyword switch
    {
        "format" => error.Message,
        "type" when field.Widget == Widget.Money => "请填写金额，最多两位小数，例如 1200.50",
        "type" when field.Widget == Widget.Number => field.Node.Target.Types.HasFlag(JsonTypes.Number) ? $"{field.Label}应填写数字，例如 12.5" : $"{field.Label}应填写整数，例如 12",
        "type" when field.Widget is Widget.Radio or Widget.Select => $"请从选项中选择{field.Label}",
        "type" => $"请重新填写{field.Label}",
        "enum" => $"请从选项中选择{field.Label}",
        "const" when field.Widget == Widget.Checkbox => FieldRules.Missing(field),
        "pattern" => $"{field.Label}的格式不对，请核对后重新填写",
        "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" when field.Widget == Widget.Money => $"{field.Label}{Amount(field, error.Keyword)} 元",
        "minLength" when error.Message.StartsWith("不能") => FieldRules.Missing(field),
        "" or "anyOf" or "oneOf" or "not" or "if" => $"{field.Label}：{error.Message}",
        _ => $"{field.Label}{error.Message}",
    };

    static string Amount(FormField field, string keyword)
    {
        var node = field.Node.Target;
        var (words, limit) = keyword switch
        {
            "minimum" => ("不能少于 ", node.Minimum), "maximum" => ("不能超过 ", node.Maximum),
            "exclusiveMinimum" => ("应多于 ", node.ExclusiveMinimum), _ => ("应少于 ", node.ExclusiveMaximum),
        };
        return words + (decimal.TryParse(limit?.ToString(), out var fen) ? FieldRules.Amount(fen) : "");
    }
}
