using System.Diagnostics;
using System.Text.Json;
using Kapok.Cases.Forms;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Designing.Forms;

/// <summary>What one condition, formula or rule costs for one sample.</summary>
/// <param name="Kind">when, rule, computed, page.</param>
/// <param name="Microseconds">Median of many runs, for all rows together.</param>
/// <param name="Times">How often it is evaluated for this sample: once, or once a row.</param>
public sealed record ExpressionCost(string Kind, string Where, string Text, double Microseconds, int Times);

/// <summary>What evaluating a form costs on this server.</summary>
/// <param name="Microseconds">Median of a whole evaluation of the sample, as each saving of a page does it.</param>
/// <param name="Slowest">The 95th of a hundred.</param>
public sealed record FormCost(int Fields, int Rules, int Conditions, int Formulas, int Runs, double Microseconds, double Slowest, IReadOnlyList<ExpressionCost> Heaviest)
{
    static readonly TimeSpan WholeLimit = TimeSpan.FromMilliseconds(250), OneLimit = TimeSpan.FromMilliseconds(8);

    /// <summary>Measures: many runs until they are enough or the time is up, so that a heavy form does not hold the server.</summary>
    public static FormCost Measure(FormDefinition form, JsonElement answers, FormContext context)
    {
        FormState? state = null;
        var whole = Timed(() => state = FormEngine.Evaluate(form, answers, context), 1_000, WholeLimit);
        var all = Expressions(form, state!).ToList();
        var costs = all.Select(e => new ExpressionCost(e.Kind, e.Where, e.Expression.ToString(), Median(Timed(() => { foreach (var scope in e.Scopes) Evaluation.Holds(e.Expression, scope); }, 200, OneLimit)), e.Scopes.Count))
            .OrderByDescending(c => c.Microseconds).Take(20).ToList();
        return new(Every(form.Fields).Count(), form.Rules.Length, all.Count(e => e.Kind is "when" or "page"), all.Count(e => e.Kind == "computed"), whole.Count, Median(whole), whole[(int)(whole.Count * 0.95)], costs);
    }

    static IEnumerable<FormField> Every(IEnumerable<FormField> fields) => fields.SelectMany(f => (IEnumerable<FormField>)[f, .. Every(f.Members)]);

    static List<double> Timed(Action run, int most, TimeSpan limit)
    {
        for (var i = 0; i < 3; i++) run();
        var (times, begun) = (new List<double>(most), Stopwatch.GetTimestamp());
        do
        {
            var start = Stopwatch.GetTimestamp();
            run();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        } while (times.Count < most && Stopwatch.GetElapsedTime(begun) < limit);
        times.Sort();
        return times;
    }

    static double Median(List<double> sorted) => sorted[sorted.Count / 2];

    sealed record Found(string Kind, string Where, Expression Expression, IReadOnlyList<IScope> Scopes);

    static IEnumerable<Found> Expressions(FormDefinition form, FormState state)
    {
        foreach (var page in form.Pages) if (page.When is { } when) yield return new("page", page.Title, when, [state.Scope]);
        foreach (var field in form.Fields) foreach (var found in Of(field, [state.Scope], state.Field(field.Name))) yield return found;
        foreach (var rule in form.Rules)
        {
            IReadOnlyList<IScope> scopes = rule.Rows is null ? [state.Scope] : state.Field(rule.Rows.Name)?.RowScopes ?? [];
            yield return new("rule", rule.Id, rule.Assert, scopes);
            if (rule.When is { } when) yield return new("rule", $"{rule.Id}（何时检查）", when, scopes);
        }
    }

    static IEnumerable<Found> Of(FormField field, IReadOnlyList<IScope> scopes, FieldState? state)
    {
        if (field.When is { } when) yield return new("when", field.Label, when, scopes);
        if (field.Computed is { } formula) yield return new("computed", field.Label, formula, scopes);
        var inner = field.Widget == Widget.Rows ? state?.RowScopes ?? [] : scopes;
        foreach (var member in field.Members) foreach (var found in Of(member, inner, null)) yield return found;
    }
}
