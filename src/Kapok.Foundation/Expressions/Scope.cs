using System.Text.Json;

namespace Kapok.Foundation.Expressions;

/// <summary>Where an expression finds the names it reads.</summary>
public interface IScope
{
    /// <summary>The value of a root name; <see cref="Value.Null"/> when there is none.</summary>
    Value Get(string name);

    /// <summary>The local date that <c>today()</c> and <c>age(…)</c> use; null makes them null.</summary>
    DateOnly? Today => null;
}

/// <summary>
/// Names read from a JSON object. <paramref name="extra"/> stands before the object, so that what an applicant sends
/// never hides what the program supplies.
/// </summary>
public sealed class JsonScope(JsonElement root, DateOnly today, IReadOnlyDictionary<string, Value>? extra = null) : IScope
{
    private readonly Value root = Value.FromJson(root);

    public DateOnly? Today { get; } = today;

    public Value Get(string name) =>
        extra is not null && extra.TryGetValue(name, out var value) ? value : root[name];
}

/// <summary>Names read from a dictionary.</summary>
public sealed class DictionaryScope(IReadOnlyDictionary<string, Value> values, DateOnly? today = null) : IScope
{
    public DateOnly? Today { get; } = today;

    public Value Get(string name) => values.TryGetValue(name, out var value) ? value : Value.Null;
}
