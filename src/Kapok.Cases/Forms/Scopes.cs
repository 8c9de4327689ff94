using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Forms;

/// <summary>The answers of an evaluated form as the names of expressions: a hidden field is null, a computed one has its value.</summary>
public sealed class AnswerScope : IScope
{
    readonly Dictionary<string, FieldState> states = [];

    internal AnswerScope(DateOnly today) => Today = today;

    public DateOnly? Today { get; }
    public Value Get(string name) => states.TryGetValue(name, out var state) ? state.AsValue() : Value.Null;

    internal void Add(FieldState state) => states[state.Field.Name] = state;
    internal FieldState? State(string name) => states.GetValueOrDefault(name);
}

/// <summary>
/// Names inside a group or row: its own members first (a hidden one is null), then those around it. At the same time the
/// value of the row: members are turned into values only when an expression reads them.
/// </summary>
internal sealed class GroupScope(FormField group, IScope around) : IScope, IReadOnlyDictionary<string, Value>
{
    /// <summary>By the place of the member; null until it has been evaluated.</summary>
    public FieldState?[] States { get; } = new FieldState?[group.Members.Length];

    public DateOnly? Today => around.Today;

    public Value Get(string name) => group.IndexOf(name) is >= 0 and var at ? States[at]?.AsValue() ?? Value.Null : around.Get(name);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out Value value)
    {
        value = group.IndexOf(key) is >= 0 and var at ? States[at]?.AsValue() ?? Value.Null : Value.Null;
        return !value.IsNull;
    }

    public Value this[string key] => TryGetValue(key, out var value) ? value : throw new KeyNotFoundException(key);
    public bool ContainsKey(string key) => TryGetValue(key, out _);
    public IEnumerable<string> Keys => this.Select(m => m.Key);
    public IEnumerable<Value> Values => this.Select(m => m.Value);
    public int Count => this.Count();

    public IEnumerator<KeyValuePair<string, Value>> GetEnumerator()
    {
        foreach (var state in States)
            if (state?.AsValue() is { IsNull: false } value) yield return KeyValuePair.Create(state.Field.Name, value);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
