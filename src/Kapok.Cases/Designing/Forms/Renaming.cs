using System.Text.Json.Nodes;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Designing.Forms;

/// <summary>
/// A new name for a field, in everything that says the old one: lists, rules, formulas and conditions. An expression is
/// rewritten only where it reads this field; others keep their text letter by letter.
/// </summary>
static class Renaming
{
    public static string RootOf(string path) => path.Split('.', '[')[0];

    public static void Apply(JsonObject root, FieldPlace place, string to)
    {
        var (from, group) = (place.Name, place.Group);
        var path = group.Length == 0 ? to : $"{group}.{to}";
        string Path(string old) => old == place.Path || old.StartsWith(place.Path + ".", StringComparison.Ordinal) || old.StartsWith(place.Path + "[]", StringComparison.Ordinal) ? path + old[place.Path.Length..] : old;

        FieldEdit.Arrange(place.Holder, place.Properties.Select(p => p.Key).ToList(), key => key == from ? to : key);
        Replace(place.Holder["required"] as JsonArray, name => name == from ? to : name);
        if (root["ui"] is not JsonObject ui) return;
        var rewrite = new Rewriting(group, from, to, root);
        foreach (var page in (ui["pages"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (group.Length == 0) Replace(page["fields"] as JsonArray, name => name == from ? to : name);
            rewrite.At(page, "when", "");
        }
        foreach (var rule in (ui["rules"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var first = (rule["fields"] as JsonArray)?.FirstOrDefault()?.ToString() ?? "";
            var within = first.LastIndexOf('.') is > 0 and var dot ? first[..dot] : "";
            rewrite.At(rule, "when", within);
            rewrite.At(rule, "assert", within);
            Replace(rule["fields"] as JsonArray, Path);
        }
        if (ui["computed"] is JsonObject computed)
        {
            var now = new JsonObject();
            foreach (var key in computed.Select(c => c.Key))
            {
                rewrite.At(computed, key, key.LastIndexOf('.') is > 0 and var dot ? key[..dot] : "");
                now[Path(key)] = computed[key]?.DeepClone();
            }
            ui["computed"] = now;
        }
        Conditions(root, "", rewrite);
    }

    static void Conditions(JsonObject holder, string group, Rewriting rewrite)
    {
        foreach (var (name, node) in holder["properties"] as JsonObject ?? [])
        {
            if (node is not JsonObject field) continue;
            if (field["ui"] is JsonObject ui) rewrite.At(ui, "when", group);
            var path = group.Length == 0 ? name : $"{group}.{name}";
            if (field["properties"] is JsonObject) Conditions(field, path, rewrite);
            if (field["items"] is JsonObject row) Conditions(row, path + "[]", rewrite);
        }
    }

    static void Replace(JsonArray? list, Func<string, string> name)
    {
        for (var i = 0; i < list?.Count; i++) if (list[i] is JsonValue value && value.TryGetValue<string>(out var text) && name(text) != text) list[i] = name(text);
    }

    /// <summary>Rewrites the expressions that read <paramref name="from"/> of <paramref name="group"/>.</summary>
    sealed class Rewriting(string group, string from, string to, JsonObject root)
    {
        readonly string[] holders = group.Length == 0 ? [] : [.. group.Replace("[]", "").Split('.')];

        /// <param name="within">Group in which the expression stands: its members come before those of the root.</param>
        public void At(JsonObject of, string key, string within)
        {
            if (of[key] is not JsonValue value || !value.TryGetValue<string>(out var text) || !Expression.TryParse(text, out var expression, out _)) return;
            var now = Node(expression.Root, within, []);
            if (!now.Equals(expression.Root)) of[key] = now.ToString();
        }

        Syntax Node(Syntax node, string within, Dictionary<string, string[]> variables) => node switch
        {
            Syntax.Name name when !variables.ContainsKey(name.Text) && name.Text == from && Means(within, name.Text) => new Syntax.Name(to),
            Syntax.Path path => new Syntax.Path(Node(path.Target, within, variables), path.Member == from && holders.Length > 0 && Chain(path.Target, within, variables)?.SequenceEqual(holders) == true ? to : path.Member),
            Syntax.Index index => new Syntax.Index(Node(index.Target, within, variables), Node(index.Key, within, variables)),
            Syntax.List list => new Syntax.List(All(list.Items, within, variables)),
            Syntax.Negate negate => new Syntax.Negate(Node(negate.Operand, within, variables)),
            Syntax.Binary binary => new Syntax.Binary(binary.Operator, Node(binary.Left, within, variables), Node(binary.Right, within, variables)),
            Syntax.In inside => new Syntax.In(Node(inside.Value, within, variables), All(inside.Tests, within, variables)),
            Syntax.Between between => new Syntax.Between(Node(between.Value, within, variables), Node(between.Low, within, variables), Node(between.High, within, variables)),
            Syntax.If choice => new Syntax.If(Node(choice.Condition, within, variables), Node(choice.Then, within, variables), Node(choice.Else, within, variables)),
            Syntax.Quantified some => Quantified(some, within, variables),
            Syntax.Call call => new Syntax.Call(call.Function, All(call.Arguments, within, variables)),
            _ => node,
        };

        Nodes All(Nodes nodes, string within, Dictionary<string, string[]> variables) => new([.. nodes.Select(n => Node(n, within, variables))]);

        Syntax Quantified(Syntax.Quantified some, string within, Dictionary<string, string[]> variables)
        {
            var inner = new Dictionary<string, string[]>(variables) { [some.Variable] = Chain(some.Domain, within, variables) ?? [] };
            return new Syntax.Quantified(some.Every, some.Variable, Node(some.Domain, within, variables), Node(some.Condition, within, inner));
        }

        /// <summary>Whether a bare name, written inside a group, is the field that is renamed.</summary>
        bool Means(string within, string name)
        {
            for (var at = within; ; at = at.Contains('.') ? at[..at.LastIndexOf('.')] : "")
            {
                if (at == group) return true;
                if (at.Length == 0 || FieldEdit.Find(root, $"{at}.{name}") is not null) return false;
            }
        }

        static string[]? Chain(Syntax node, string within, Dictionary<string, string[]> variables) => node switch
        {
            Syntax.Name name => variables.TryGetValue(name.Text, out var bound) ? bound : [name.Text],
            Syntax.Path path => Chain(path.Target, within, variables) is { } before ? [.. before, path.Member] : null,
            Syntax.Index index => Chain(index.Target, within, variables),
            _ => null,
        };
    }
}
