using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Forms;

/// <summary>One evaluation of a form: first what is shown and computed, in the order of dependencies; then what is wrong, in the order of pages.</summary>
internal sealed class Evaluation(FormDefinition definition, FormContext context)
{
    readonly AnswerScope scope = new(context.Today);
    readonly Dictionary<FormPage, bool> pageVisible = [];
    readonly OpenPaths open = new(definition, context.OpenFields);

    public FormState Run(JsonElement input)
    {
        var (answers, unknown) = CanonicalAnswers.Of(definition, input, context.Facts);
        var given = new Dictionary<string, JsonElement>();
        foreach (var member in answers.EnumerateObject()) given[member.Name] = member.Value;
        var pageOf = new Dictionary<FormField, FormPage>();
        foreach (var page in definition.Pages) foreach (var field in page.Fields) pageOf[field] = page;

        var states = new Dictionary<string, FieldState>(definition.Fields.Length);
        foreach (var field in definition.Order)
        {
            var state = Field(field, given.GetValueOrDefault(field.Name), field.Name, scope, PageVisible(pageOf[field]), inRow: false, out var value);
            states[field.Name] = state;
            if (state.Visible) scope.Set(field.Name, value);
        }
        var result = new FormState(definition, context, states, scope, unknown);
        var check = new AnswerCheck(definition, result);
        result.Set(check.Run());
        result.Pages = [.. definition.Pages.Select(p => new PageState(p, Progress(p, result), result.FaultsOn(p).Count()))];
        return result;
    }

    /// <summary>A page's condition is asked when its first field is due: by then everything it reads has been evaluated.</summary>
    bool PageVisible(FormPage page)
    {
        if (page.When is null) return true;
        if (!pageVisible.TryGetValue(page, out var visible)) pageVisible[page] = visible = Holds(page.When, scope);
        return visible;
    }

    FieldState Field(FormField field, JsonElement given, string path, IScope names, bool parentVisible, bool inRow, out Value value)
    {
        var visible = parentVisible && (field.When is null || Holds(field.When, names));
        var fact = !inRow && field.Prefill is { } key && context.Facts.TryGetValue(key, out var found) ? found : null;
        var isOpen = open.Includes(path);
        if (field.Computed is { } formula)
        {
            value = visible ? Computed(formula, names) : Value.Null;
            return new FieldState(field, path, value.IsNull ? default : JsonSerializer.SerializeToElement(value.ToJson()), visible, isOpen);
        }
        var state = new FieldState(field, path, given, visible, isOpen)
        {
            Fact = fact,
            Disputed = fact is not null && given.ValueKind != JsonValueKind.Undefined && !JsonElement.DeepEquals(given, CanonicalAnswers.Of(field, fact.Value)),
        };
        value = field.Widget switch
        {
            Widget.Rows => Rows(state, names),
            _ when field.HasMembers && given.ValueKind is (JsonValueKind.Object or JsonValueKind.Undefined) => Group(state, names, inRow),
            _ => Value.FromJson(given),
        };
        return state;
    }

    Value Rows(FieldState state, IScope names)
    {
        var given = state.Value;
        if (given.ValueKind != JsonValueKind.Array) return Value.Null;
        var count = given.GetArrayLength();
        var rows = ImmutableArray.CreateBuilder<ImmutableArray<FieldState>>(count);
        var values = new List<Value>(count);
        var scopes = new List<IScope>(count);
        foreach (var row in given.EnumerateArray())
        {
            var rowScope = new GroupScope(state.Field, names);
            rows.Add(Members(state, row, $"{state.Path}[{rows.Count}].", rowScope, inRow: true));
            values.Add(rowScope.AsValue());
            scopes.Add(rowScope);
        }
        state.Rows = rows.ToImmutable();
        state.RowScopes = scopes;
        return Value.Of(values);
    }

    Value Group(FieldState state, IScope names, bool inRow)
    {
        var groupScope = new GroupScope(state.Field, names);
        state.Members = Members(state, state.Value, state.Path + ".", groupScope, inRow);
        // A group may consist of computed values only.
        if (!state.HasValue && state.Members.Any(m => m.HasValue)) state.Value = JsonSerializer.SerializeToElement(new { });
        return groupScope.IsEmpty ? Value.Null : groupScope.AsValue();
    }

    ImmutableArray<FieldState> Members(FieldState group, JsonElement given, string prefix, GroupScope names, bool inRow)
    {
        var members = group.Field.Members;
        var states = new FieldState[members.Length];
        var hasAnswers = given.ValueKind == JsonValueKind.Object;
        foreach (var member in group.Field.MemberOrder)
        {
            var answer = hasAnswers && given.TryGetProperty(member.Name, out var found) ? found : default;
            var state = Field(member, answer, prefix + member.Name, names, group.Visible, inRow, out var value);
            states[members.IndexOf(member)] = state;
            if (state.Visible) names.Set(member.Name, value);
        }
        return ImmutableCollectionsMarshal.AsImmutableArray(states);
    }

    PageProgress Progress(FormPage page, FormState state)
    {
        if (!PageVisible(page))
        {
            // Not needed as far as we know; but an answer still to come may change that.
            var undecided = page.When!.Names.Any(n => state.Field(n) is { Visible: true, HasValue: false, Field.Computed: null });
            return undecided ? PageProgress.CannotStart : PageProgress.Hidden;
        }
        var answered = state.FieldsOn(page).Any(f => f.IsAnswered);
        var wrong = state.FaultsOn(page).Any();
        if (!wrong && (answered || context.Visited?.Contains(page.Id) == true || !state.FieldsOn(page).Any(f => f.Visible && f.Field.Computed is null))) return PageProgress.Done;
        return answered ? PageProgress.InProgress : PageProgress.NotStarted;
    }

    /// <summary>A condition that asks for too much work does not hold.</summary>
    public static bool Holds(Expression condition, IScope names)
    {
        try { return condition.IsTrue(names); }
        catch (ExpressionFault) { return false; }
    }

    static Value Computed(Expression formula, IScope names)
    {
        try { return formula.Evaluate(names); }
        catch (ExpressionFault) { return Value.Null; }
    }
}

/// <summary>Names inside a group or row: its own members first (a hidden one is null), then those around it.</summary>
internal sealed class GroupScope(FormField group, IScope around) : IScope
{
    readonly Dictionary<string, Value> values = new(group.Members.Length);

    public DateOnly? Today => around.Today;
    public bool IsEmpty => values.Values.All(v => v.IsNull);
    public Value Get(string name) => values.TryGetValue(name, out var value) ? value : group.MemberNames.Contains(name) ? Value.Null : around.Get(name);
    public void Set(string name, Value value) => values[name] = value;
    public Value AsValue() => Value.Of(values);
}

/// <summary>Which paths may change in a correction round.</summary>
internal sealed class OpenPaths(FormDefinition definition, IReadOnlySet<string>? named)
{
    readonly HashSet<string> dependents = named is null ? [] : [.. named.SelectMany(n => definition.DependentsOf(n.Split('.', '[')[0]))];

    public bool IsRestricted => named is not null;

    /// <summary>
    /// Open are the named fields, everything inside a named group, and fields that appear or disappear with a named one
    /// (otherwise an applicant could be made to answer something and be kept from it).
    /// </summary>
    public bool Includes(string path)
    {
        if (named is null) return true;
        for (var end = path.Length; end > 0; end = path.LastIndexOfAny(['.', '['], end - 1))
        {
            var prefix = path[..end];
            if (named.Contains(prefix)) return true;
            if (end == path.Length && named.Contains(WithoutNumbers(path))) return true;
        }
        return dependents.Contains(path.Split('.', '[')[0]);
    }

    static string WithoutNumbers(string path)
    {
        var plain = new System.Text.StringBuilder();
        var inside = false;
        foreach (var c in path)
        {
            if (c == ']') inside = false;
            if (!inside) plain.Append(c);
            if (c == '[') inside = true;
        }
        return plain.ToString();
    }
}
