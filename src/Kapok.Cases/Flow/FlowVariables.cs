using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Flow;

/// <summary>
/// What the expressions of a flow may read: variables of the flow itself (<c>outcome</c>, <c>outcomes</c>, what tasks set)
/// before the data of the case (<c>answers</c>, <c>case</c> …). Immutable.
/// </summary>
public sealed class FlowVariables : IScope
{
    private static readonly ImmutableDictionary<string, Value> None = ImmutableDictionary.Create<string, Value>(StringComparer.Ordinal);

    private readonly IScope? data;
    private readonly ImmutableDictionary<string, Value> own;

    private FlowVariables(IScope? data, ImmutableDictionary<string, Value> own, DateOnly? today) => (this.data, this.own, Today) = (data, own, today);

    /// <summary>No variables, no date.</summary>
    public static FlowVariables Empty { get; } = new(null, None, null);

    /// <summary>The data of a case; <c>today()</c> is the date of the scope.</summary>
    public static FlowVariables Of(IScope data) => new(data, None, data.Today);

    /// <summary>The data of a case and the flow's own variables as <see cref="ToJson"/> kept them.</summary>
    public static FlowVariables Of(IScope data, JsonElement own) => own.ValueKind != JsonValueKind.Object ? Of(data)
        : new(data, None.AddRange(own.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, Value.FromJson(p.Value)))), data.Today);

    public DateOnly? Today { get; }

    public Value Get(string name) => own.TryGetValue(name, out var value) ? value : data?.Get(name) ?? Value.Null;

    /// <summary>Sets a variable; <c>a.b</c> sets a member of the context <c>a</c>.</summary>
    public FlowVariables With(string name, Value value)
    {
        var dot = name.IndexOf('.');
        if (dot < 0) return new(data, own.SetItem(name, value), Today);
        var members = new Dictionary<string, Value>(Get(name[..dot]).Members, StringComparer.Ordinal) { [name[(dot + 1)..]] = value };
        return new(data, own.SetItem(name[..dot], Value.Of(members)), Today);
    }

    /// <summary>Sets what a step has set.</summary>
    public FlowVariables With(IEnumerable<Effect> effects) =>
        effects.OfType<Effect.SetVariable>().Aggregate(this, (all, set) => all.With(set.Name, set.Value));

    /// <summary>The flow's own variables, to be stored with the state; names in order.</summary>
    public JsonObject ToJson() => new(own.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => KeyValuePair.Create(v.Key, v.Value.ToJson())));
}
