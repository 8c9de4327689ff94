using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Forms.Pages;

/// <summary>
/// What the browser needs to show and hide fields while somebody types: the fields of the page in an order of evaluation,
/// their conditions as trees, and the answers of other pages that the conditions read (nothing else leaves the server).
/// </summary>
public static class PageScript
{
    /// <summary>JSON for <c>form.js</c>; null when nothing on the page depends on an answer.</summary>
    public static string? For(FormState state, QuestionPage page)
    {
        var fields = state.Definition.Order.Where(f => page.Fields.Contains(f)).ToList();
        var rules = state.Definition.Rules.Where(r => Tells(r, state, page)).ToList();
        if (!fields.Any(Depends) && rules.Count == 0) return null;
        var (outside, days) = (new JsonObject(), new JsonArray());
        foreach (var name in fields.SelectMany(Reads).Concat(rules.SelectMany(Reads)).Distinct())
        {
            if (state.Field(name) is not { } read || page.Fields.Contains(read.Field)) continue;
            outside[name] = read.AsValue().ToJson();
            if (read.Field.Widget == Widget.Date) days.Add(name);
        }
        var json = new JsonObject
        {
            ["today"] = state.Context.Today.ToString("yyyy-MM-dd"),
            ["outside"] = outside,
            ["days"] = days,
            ["rules"] = new JsonArray([.. rules.Select(Describe)]),
            ["fields"] = new JsonArray([.. fields.Select(f => Describe(f, state.Field(f.Name)!))]),
        };
        // The default encoder leaves no < in the text, so it cannot end the script element it stands in.
        return json.ToJsonString(new JsonSerializerOptions { Encoder = JavaScriptEncoder.Default });
    }

    /// <summary>The tree of an expression as nested arrays, the operator first; read by <c>evaluate</c> of <c>form.js</c>.</summary>
    public static JsonArray Tree(Syntax node) => node switch
    {
        Syntax.Literal { Value: var value } => ["v", value.ToJson()],
        Syntax.Name { Text: var name } => ["n", name],
        Syntax.Path path => ["p", Tree(path.Target), path.Member],
        Syntax.Index index => ["i", Tree(index.Target), Tree(index.Key)],
        Syntax.List list => ["l", .. list.Items.Select(Tree)],
        Syntax.Negate negate => ["neg", Tree(negate.Operand)],
        Syntax.Binary binary => [Symbol(binary.Operator), Tree(binary.Left), Tree(binary.Right)],
        Syntax.In inside => ["in", Tree(inside.Value), .. inside.Tests.Select(Tree)],
        Syntax.Between between => ["between", Tree(between.Value), Tree(between.Low), Tree(between.High)],
        Syntax.If choice => ["if", Tree(choice.Condition), Tree(choice.Then), Tree(choice.Else)],
        Syntax.Quantified quantified => [quantified.Every ? "every" : "some", quantified.Variable, Tree(quantified.Domain), Tree(quantified.Condition)],
        Syntax.Call call => ["f", call.Function, .. call.Arguments.Select(Tree)],
        _ => throw new InvalidOperationException(node.GetType().Name),
    };

    static string Symbol(Operator @operator) => @operator switch
    {
        Operator.Or => "or", Operator.And => "and", Operator.Equal => "=", Operator.NotEqual => "!=", Operator.Less => "<", Operator.LessOrEqual => "<=",
        Operator.Greater => ">", Operator.GreaterOrEqual => ">=", Operator.Add => "+", Operator.Subtract => "-", Operator.Multiply => "*", Operator.Divide => "/", _ => "**",
    };

    /// <summary>A rule whose fields all stand open on the page: it can be mended here, so it is also told here.</summary>
    static bool Tells(FormRule rule, FormState state, QuestionPage page) =>
        rule.Fields.All(path => page.Fields.FirstOrDefault(f => f.Name == path.Split('.', '[')[0]) is { } field && state.Field(field.Name) is { Open: true });

    static IEnumerable<string> Reads(FormRule rule) => [.. rule.When?.Names ?? Enumerable.Empty<string>(), .. rule.Assert.Names];

    static JsonObject Describe(FormRule rule)
    {
        var json = new JsonObject
        {
            ["assert"] = Tree(rule.Assert.Root), ["message"] = rule.Message, ["names"] = new JsonArray([.. rule.Assert.Names.Select(n => JsonValue.Create(n))]),
            ["fields"] = new JsonArray([.. rule.Fields.Select(f => JsonValue.Create(f))]),
        };
        if (rule.When is { } when) json["when"] = Tree(when.Root);
        if (rule.Rows is { } rows) json["rows"] = rows.Name;
        return json;
    }

    static bool Depends(FormField field) => field.When is not null || field.Computed is not null || field.Members.Any(Depends);

    static IEnumerable<string> Reads(FormField field) =>
        [.. field.When?.Names ?? Enumerable.Empty<string>(), .. field.Computed?.Names ?? Enumerable.Empty<string>(), .. field.Members.SelectMany(Reads)];

    static JsonObject Describe(FormField field, FieldState? state)
    {
        var json = new JsonObject
        {
            ["name"] = field.Name,
            ["kind"] = field.Widget switch
            {
                Widget.Number => "number", Widget.Money => "money", Widget.Date => "date", Widget.Checkbox => "bool", Widget.Checkboxes => "many", Widget.Rows => "rows", _ => "text",
            },
        };
        if (field.When is { } when) json["when"] = Tree(when.Root);
        if (field.Computed is { } formula) json["computed"] = Tree(formula.Root);
        // A closed field has no input to read.
        else if (state is { Open: false } && !field.HasMembers) json["fixed"] = state.AsValue().ToJson();
        if (field.Options.Any(o => o.Value.ValueKind != JsonValueKind.String))
            json["values"] = new JsonObject(field.Options.Select(o => KeyValuePair.Create(o.Key, JsonNode.Parse(o.Value.GetRawText()))));
        if (field.HasMembers) json["members"] = new JsonArray([.. field.MemberOrder.Select(m => Describe(m, state?.Members.FirstOrDefault(s => s.Field == m)))]);
        return json;
    }
}
