using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Kapok.Foundation.Expressions;

public enum ValueKind : byte { Null, Boolean, Number, Text, Date, List, Context }

/// <summary>
/// A value of the expression language: null, boolean, decimal number, text, date, list or context (named members).
/// Immutable. Objects and arrays that come from JSON are opened only when they are read.
/// </summary>
public readonly struct Value : IEquatable<Value>
{
    private readonly object? reference;
    private readonly decimal number;

    private Value(ValueKind kind, decimal number, object? reference = null)
    {
        Kind = kind;
        this.number = number;
        this.reference = reference;
    }

    public static Value Null => default;
    public static Value True => new(ValueKind.Boolean, 1m);
    public static Value False => new(ValueKind.Boolean, 0m);

    public static Value Of(bool value) => value ? True : False;
    public static Value Of(decimal value) => new(ValueKind.Number, value);
    public static Value Of(string? value) => value is null ? Null : new(ValueKind.Text, 0m, value);
    public static Value Of(DateOnly value) => new(ValueKind.Date, value.DayNumber);
    public static Value Of(IReadOnlyList<Value> items) => new(ValueKind.List, 0m, items);
    public static Value Of(IReadOnlyDictionary<string, Value> members) => new(ValueKind.Context, 0m, new LazyMembers(members));

    public static implicit operator Value(bool value) => Of(value);
    public static implicit operator Value(int value) => Of((decimal)value);
    public static implicit operator Value(decimal value) => Of(value);
    public static implicit operator Value(string? value) => Of(value);
    public static implicit operator Value(DateOnly value) => Of(value);

    public ValueKind Kind { get; }
    public bool IsNull => Kind == ValueKind.Null;

    /// <summary>True only for the boolean true: null and every other kind count as not true.</summary>
    public bool IsTrue => Kind == ValueKind.Boolean && number != 0m;

    public bool? AsBoolean => Kind == ValueKind.Boolean ? number != 0m : null;
    public decimal? AsNumber => Kind == ValueKind.Number ? number : null;
    public string? AsText => Kind == ValueKind.Text ? (string)reference! : null;

    /// <summary>The date, also of a text written <c>yyyy-MM-dd</c> because JSON has no dates; otherwise null.</summary>
    public DateOnly? AsDate => Kind switch
    {
        ValueKind.Date => DateOnly.FromDayNumber((int)number),
        ValueKind.Text when ((string)reference!).Length == 10
            && DateOnly.TryParseExact((string)reference, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) => date,
        _ => null,
    };

    /// <summary>The items of a list; nothing for null; any other value stands for a list of itself.</summary>
    public IReadOnlyList<Value> Items => Kind switch
    {
        ValueKind.List => (IReadOnlyList<Value>)reference!,
        ValueKind.Null => [],
        _ => [this],
    };

    /// <summary>The members of a context; empty for every other kind.</summary>
    public IReadOnlyDictionary<string, Value> Members =>
        Kind == ValueKind.Context ? ((LazyMembers)reference!).All : LazyMembers.None;

    /// <summary>
    /// A member of a context; of a list, the list of that member of each item; <c>year</c>, <c>month</c>, <c>day</c> of a date;
    /// otherwise null.
    /// </summary>
    public Value this[string member]
    {
        get
        {
            switch (Kind)
            {
                case ValueKind.Context:
                    return ((LazyMembers)reference!).All.TryGetValue(member, out var value) ? value : Null;
                case ValueKind.List:
                    var items = Items;
                    var result = new Value[items.Count];
                    for (var i = 0; i < result.Length; i++) result[i] = items[i][member];
                    return Of(result);
                case ValueKind.Date:
                    var date = DateOnly.FromDayNumber((int)number);
                    return member switch { "year" => date.Year, "month" => date.Month, "day" => date.Day, _ => Null };
                default:
                    return Null;
            }
        }
    }

    /// <summary>Item number <paramref name="index"/> of a list, counted from 1, from the end when negative; null outside.</summary>
    public Value At(decimal index)
    {
        var items = Items;
        if (decimal.Truncate(index) != index || Math.Abs(index) > items.Count || index == 0) return Null;
        return items[(int)(index > 0 ? index - 1 : items.Count + index)];
    }

    /// <summary>Wraps JSON. Numbers that a decimal cannot hold become null.</summary>
    public static Value FromJson(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.True => True,
        JsonValueKind.False => False,
        JsonValueKind.Number => element.TryGetDecimal(out var number) ? Of(number) : Null,
        JsonValueKind.String => Of(element.GetString()),
        JsonValueKind.Array => new(ValueKind.List, 0m, new LazyItems(() => [.. element.EnumerateArray().Select(FromJson)])),
        JsonValueKind.Object => new(ValueKind.Context, 0m, new LazyMembers(() =>
        {
            var members = new Dictionary<string, Value>(StringComparer.Ordinal);
            foreach (var property in element.EnumerateObject()) members[property.Name] = FromJson(property.Value);
            return members;
        })),
        _ => Null,
    };

    /// <inheritdoc cref="FromJson(JsonElement)"/>
    public static Value FromJson(JsonNode? node) => node switch
    {
        null => Null,
        JsonObject members => new(ValueKind.Context, 0m,
            new LazyMembers(() => members.ToDictionary(m => m.Key, m => FromJson(m.Value), StringComparer.Ordinal))),
        JsonArray items => new(ValueKind.List, 0m, new LazyItems(() => [.. items.Select(FromJson)])),
        // A JSON value may hold any CLR type; its JSON text is the one form all of them share.
        _ => FromJson(JsonElement.Parse(node.ToJsonString())),
    };

    /// <summary>The value as JSON; a date as <c>yyyy-MM-dd</c>.</summary>
    public JsonNode? ToJson() => Kind switch
    {
        ValueKind.Boolean => JsonValue.Create(number != 0m),
        ValueKind.Number => JsonValue.Create(Plain(number)),
        ValueKind.Text => JsonValue.Create((string)reference!),
        ValueKind.Date => JsonValue.Create(ToString()),
        ValueKind.List => new JsonArray([.. Items.Select(i => i.ToJson())]),
        ValueKind.Context => new JsonObject(Members.Select(m => KeyValuePair.Create(m.Key, m.Value.ToJson()))),
        _ => null,
    };

    /// <summary>Equality of values: numbers by amount, lists and contexts member by member, a date and its ISO text alike.</summary>
    public bool Equals(Value other)
    {
        if (Kind != other.Kind)
            return (Kind == ValueKind.Date && other.Kind == ValueKind.Text || Kind == ValueKind.Text && other.Kind == ValueKind.Date)
                && AsDate is { } date && date == other.AsDate;
        return Kind switch
        {
            ValueKind.Text => string.Equals((string)reference!, (string)other.reference!),
            ValueKind.List => Items.SequenceEqual(other.Items),
            ValueKind.Context => Members.Count == other.Members.Count
                && Members.All(m => other.Members.TryGetValue(m.Key, out var value) && m.Value.Equals(value)),
            _ => number == other.number,
        };
    }

    public override bool Equals(object? other) => other is Value value && Equals(value);
    public static bool operator ==(Value left, Value right) => left.Equals(right);
    public static bool operator !=(Value left, Value right) => !left.Equals(right);

    // A date and its text are equal, so they must share a hash.
    public override int GetHashCode() => Kind switch
    {
        ValueKind.Text or ValueKind.Date => ToString().GetHashCode(),
        ValueKind.List => Items.Count,
        ValueKind.Context => ~Members.Count,
        _ => HashCode.Combine(Kind, number),
    };

    /// <summary>Order of two numbers, texts (by code unit) or dates; null when they cannot be ordered.</summary>
    public static int? Compare(in Value left, in Value right)
    {
        if (left.Kind == ValueKind.Number && right.Kind == ValueKind.Number) return left.number.CompareTo(right.number);
        if (left.Kind == ValueKind.Text && right.Kind == ValueKind.Text) return string.CompareOrdinal(left.AsText, right.AsText);
        return (left.Kind == ValueKind.Date || right.Kind == ValueKind.Date) && left.AsDate is { } a && right.AsDate is { } b ? a.CompareTo(b) : null;
    }

    /// <summary>As people read it: numbers without trailing zeros, dates as <c>yyyy-MM-dd</c>, lists and contexts as JSON, null as nothing.</summary>
    public override string ToString() => Kind switch
    {
        ValueKind.Boolean => number != 0m ? "true" : "false",
        ValueKind.Number => Plain(number).ToString(CultureInfo.InvariantCulture),
        ValueKind.Text => (string)reference!,
        ValueKind.Date => DateOnly.FromDayNumber((int)number).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        ValueKind.List or ValueKind.Context => ToJson()!.ToJsonString(Readable),
        _ => "",
    };

    private static readonly JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Dividing by 1 with 28 decimals drops the trailing zeros a decimal carries along (1.50 -> 1.5).
    private static decimal Plain(decimal number) => number / 1.0000000000000000000000000000m;
}
