using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Forms;

/// <summary>One evaluation of a form: first what is shown and computed, in the order of dependencies; then what is wrong, in the order of pages.</summary>
internal sealed class Evaluation(FormDefinition definition, FormContext context)
{
    readonly AnswerScope scope = new(context.Today);
    readonly Dictionary<QuestionPage, bool> pageVisible = [];
    readonly OpenPaths open = new(definition, context.OpenFields);

    public FormState Run(JsonElement input, bool check = true)
    {
        // What is only shown was brought into its shape when it was kept.
        var (answers, unknown) = check || input.ValueKind != JsonValueKind.Object ? CanonicalAnswers.Of(definition, input, context.Facts) : (input, []);
        var given = new Dictionary<string, JsonElement>();
        foreach (var member in answers.EnumerateObject()) given[member.Name] = member.Value;
        var pageOf = new Dictionary<FormField, QuestionPage>();
        foreach (var page in definition.Pages) foreach (var field in page.Fields) pageOf[field] = page;

        foreach (var field in definition.Order)
            scope.Add(Field(field, given.GetValueOrDefault(field.Name), field.Name, scope, PageVisible(pageOf[field]), inRow: false));
        var result = new FormState(definition, context, scope, unknown);
        if (check) result.Set(new AnswerCheck(definition, result).Run());
        result.Pages = [.. definition.Pages.Select(p => new PageState(p, Progress(p, result), result.FaultsOn(p).Count()))];
        return result;
    }

    /// <summary>A page's condition is asked when its first field is due: by then everything it reads has been evaluated.</summary>
    bool PageVisible(QuestionPage page)
    {
        if (page.When is null) return true;
        if (!pageVisible.TryGetValue(page, out var visible)) pageVisible[page] = visible = Holds(page.When, scope);
        return visible;
    }

    FieldState Field(FormField field, JsonElement given, string path, IScope names, bool parentVisible, bool inRow)
    {
        var visible = parentVisible && (field.When is null || Holds(field.When, names));
        if (field.Computed is { } formula)
        {
            var value = visible ? Computed(formula, names) : Value.Null;
            return new FieldState(field, path, AsJson(value), visible, open.Includes(path)) { Known = value };
        }
        var fact = !inRow && field.Prefill is { } key && context.Facts.TryGetValue(key, out var found) ? found : null;
        var state = new FieldState(field, path, given, visible, open.Includes(path))
        {
            Fact = fact,
            Disputed = fact is not null && given.ValueKind != JsonValueKind.Undefined && !JsonElement.DeepEquals(given, CanonicalAnswers.Of(field, fact.Value)),
        };
        if (field.Widget == Widget.Rows) Rows(state, names);
        else if (field.HasMembers && given.ValueKind is JsonValueKind.Object or JsonValueKind.Undefined) Group(state, names, inRow);
        return state;
    }

    void Rows(FieldState state, IScope names)
    {
        state.Known = Value.Null;
        var given = state.Value;
        if (given.ValueKind != JsonValueKind.Array)
        {
            if (!state.HasValue && (state.Field.Required || state.Field.MinItems > 0)) state.Offered = Members(state, default, $"{state.Path}[0].", new GroupScope(state.Field, names), inRow: true);
            return;
        }
        var count = given.GetArrayLength();
        var rows = ImmutableArray.CreateBuilder<ImmutableArray<FieldState>>(count);
        var values = new Value[count];
        var scopes = new IScope[count];
        foreach (var row in given.EnumerateArray())
        {
            var rowScope = new GroupScope(state.Field, names);
            scopes[rows.Count] = rowScope;
            values[rows.Count] = Value.Of(rowScope);
            rows.Add(Members(state, row, $"{state.Path}[{rows.Count}].", rowScope, inRow: true));
        }
        state.Rows = rows.MoveToImmutable();
        state.RowScopes = scopes;
        state.Known = Value.Of(values);
    }

    void Group(FieldState state, IScope names, bool inRow)
    {
        if (!state.Field.HasMembers) return;
        var groupScope = new GroupScope(state.Field, names);
        state.Members = Members(state, state.Value, state.Path + ".", groupScope, inRow);
        // A group may consist of computed values only.
        if (!state.HasValue && state.Members.Any(m => m.HasValue)) state.Value = JsonSerializer.SerializeToElement(new { });
        state.Known = state.Members.Any(m => m.Visible && m.HasValue) ? Value.Of(groupScope) : Value.Null;
    }

    ImmutableArray<FieldState> Members(FieldState group, JsonElement row, string prefix, GroupScope names, bool inRow)
    {
        var members = group.Field.Members;
        var given = Given(members, row);
        foreach (var member in group.Field.MemberOrder)
        {
            var at = group.Field.IndexOf(member.Name);
            names.States[at] = Field(member, given[at], prefix + member.Name, names, group.Visible, inRow);
        }
        return ImmutableCollectionsMarshal.AsImmutableArray<FieldState>(names.States!);
    }

    /// <summary>The answers to the members of a group, by their place. Mostly they stand in the order of the members; the database has an order of its own.</summary>
    static JsonElement[] Given(ImmutableArray<FormField> members, JsonElement group)
    {
        var given = new JsonElement[members.Length];
        if (group.ValueKind != JsonValueKind.Object) return given;
        var at = 0;
        foreach (var answer in group.EnumerateObject())
            for (var tried = 0; tried < members.Length; tried++, at = (at + 1) % members.Length)
                if (answer.NameEquals(members[at].Name)) { given[at] = answer.Value; break; }
        return given;
    }

    static JsonElement AsJson(Value value) => value.IsNull ? default
        : value.AsNumber is { } number ? JsonSerializer.SerializeToElement(number / 1.0000000000000000000000000000m)
        : JsonSerializer.SerializeToElement(value.ToJson());

    PageProgress Progress(QuestionPage page, FormState state)
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
