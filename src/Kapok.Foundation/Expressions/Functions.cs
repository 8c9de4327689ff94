using System.Globalization;
using System.Text;

namespace Kapok.Foundation.Expressions;

/// <summary>A built-in function. <see cref="Body"/> gets between <see cref="Least"/> and <see cref="Most"/> values.</summary>
internal sealed record Function(string Name, int Least, int Most, Func<Value[], Value> Body)
{
    public int Words { get; } = Name.Count(c => c == ' ') + 1;

    public string Takes => (Least, Most) switch
    {
        (0, 0) => "没有参数",
        (_, int.MaxValue) => $"至少要 {Least} 个参数",
        _ when Least == Most => $"要 {Least} 个参数",
        _ => $"要 {Least} 到 {Most} 个参数",
    };
}

/// <summary>The built-in functions. Given a value of another kind than they work on they answer null, as FEEL does.</summary>
internal static class Functions
{
    private static readonly Dictionary<string, Function> All = new Function[]
    {
        // The compiler puts the scope's date in for today() and for age with one argument.
        new("today", 0, 0, _ => Value.Null),
        new("age", 1, 2, a => YearsBetween(a[0], a[1])),
        new("not", 1, 1, a => a[0].AsBoolean is { } b ? !b : Value.Null),
        new("count", 1, int.MaxValue, a => Many(a).Count),
        new("sum", 1, int.MaxValue, a => Sum(Many(a))),
        new("min", 1, int.MaxValue, a => Extreme(Many(a), -1)),
        new("max", 1, int.MaxValue, a => Extreme(Many(a), 1)),
        new("empty", 1, 1, a => Empty(a[0])),
        new("contains", 2, 2, a => Contains(a[0], a[1])),
        new("list contains", 2, 2, a => a[0].IsNull ? Value.Null : a[0].Items.Contains(a[1])),
        new("starts with", 2, 2, a => Texts(a, (x, y) => x.StartsWith(y, StringComparison.Ordinal))),
        new("ends with", 2, 2, a => Texts(a, (x, y) => x.EndsWith(y, StringComparison.Ordinal))),
        new("string length", 1, 1, a => a[0].AsText is { } t ? t.EnumerateRunes().Count() : Value.Null),
        new("upper case", 1, 1, a => a[0].AsText?.ToUpperInvariant()),
        new("lower case", 1, 1, a => a[0].AsText?.ToLowerInvariant()),
        new("substring", 2, 3, Substring),
        new("matches", 2, 2, a => a[0].AsText is { } t && a[1].AsText is { } p ? Pattern.Of(p).IsMatch(t) : Value.Null),
        new("number", 1, 1, a => Number(a[0])),
        new("string", 1, 1, a => a[0].IsNull ? Value.Null : a[0].ToString()),
        new("abs", 1, 1, a => a[0].AsNumber is { } n ? Math.Abs(n) : Value.Null),
        new("floor", 1, 2, a => Round(a, MidpointRounding.ToNegativeInfinity)),
        new("ceiling", 1, 2, a => Round(a, MidpointRounding.ToPositiveInfinity)),
        new("round", 1, 2, a => Round(a, MidpointRounding.AwayFromZero)),
        new("date", 1, 3, Date),
        new("years between", 2, 2, a => YearsBetween(a[0], a[1])),
        new("days between", 2, 2, a => a[0].AsDate is { } x && a[1].AsDate is { } y ? y.DayNumber - x.DayNumber : Value.Null),
    }.ToDictionary(f => f.Name);

    public static Function Named(string name) => All[name];

    /// <summary>The function whose name stands here and is followed by a bracket; null when there is none.</summary>
    public static Function? Match(Func<int, Token> ahead)
    {
        if (ahead(1).Kind == TokenKind.Name && ahead(2).IsSymbol("(") && All.TryGetValue($"{ahead(0).Text} {ahead(1).Text}", out var two)) return two;
        return ahead(1).IsSymbol("(") && All.TryGetValue(ahead(0).Text, out var one) ? one : null;
    }

    private static IReadOnlyList<Value> Many(Value[] arguments) => arguments.Length == 1 ? arguments[0].Items : arguments;

    private static Value Sum(IReadOnlyList<Value> items)
    {
        var sum = 0m;
        foreach (var item in items)
        {
            if (item.AsNumber is not { } number) return Value.Null;
            try { sum += number; } catch (OverflowException) { return Value.Null; }
        }
        return sum;
    }

    private static Value Extreme(IReadOnlyList<Value> items, int sign)
    {
        if (items.Count == 0) return Value.Null;
        var best = items[0];
        // The first item is compared with itself, so that a list of one thing without order is null too.
        foreach (var item in items)
        {
            if (Value.Compare(item, best) is not { } order) return Value.Null;
            if (Math.Sign(order) == sign) best = item;
        }
        return best;
    }

    private static bool Empty(Value value) => value.Kind switch
    {
        ValueKind.Null => true,
        ValueKind.Text => string.IsNullOrWhiteSpace(value.AsText),
        ValueKind.List => value.Items.Count == 0,
        ValueKind.Context => value.Members.Count == 0,
        _ => false,
    };

    private static Value Contains(Value whole, Value part) => whole.Kind switch
    {
        ValueKind.List => whole.Items.Contains(part),
        ValueKind.Text when part.AsText is { } text => whole.AsText!.Contains(text, StringComparison.Ordinal),
        _ => Value.Null,
    };

    private static Value Texts(Value[] arguments, Func<string, string, bool> test) =>
        arguments[0].AsText is { } a && arguments[1].AsText is { } b ? test(a, b) : Value.Null;

    // Positions count characters (code points) from 1, from the end when negative, so that no rare character is cut in half.
    private static Value Substring(Value[] arguments)
    {
        if (arguments[0].AsText is not { } text || arguments[1].AsNumber is not { } start || start == 0) return Value.Null;
        var length = decimal.MaxValue;
        if (arguments.Length == 3)
        {
            if (arguments[2].AsNumber is not { } wanted) return Value.Null;
            length = wanted;
        }
        Rune[] runes = [.. text.EnumerateRunes()];
        var from = decimal.Truncate(start > 0 ? start - 1 : Math.Max(0, runes.Length + Math.Max(start, -runes.Length)));
        if (from >= runes.Length || length < 1) return "";
        var count = Math.Min(decimal.Truncate(length), runes.Length - from);
        return string.Concat(runes.Skip((int)from).Take((int)count));
    }

    private static Value Number(Value value) => value.AsText is { } text
        ? decimal.TryParse(text.Trim(), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : Value.Null
        : value.AsNumber ?? Value.Null;

    private static Value Round(Value[] arguments, MidpointRounding mode)
    {
        var scale = arguments.Length == 2 ? arguments[1].AsNumber : 0m;
        return arguments[0].AsNumber is { } number && scale is >= 0 and <= 28 ? Math.Round(number, (int)scale, mode) : Value.Null;
    }

    private static Value Date(Value[] arguments)
    {
        if (arguments.Length == 1) return arguments[0].AsDate ?? Value.Null;
        if (arguments.Length != 3 || arguments[0].AsNumber is not { } year || arguments[1].AsNumber is not { } month || arguments[2].AsNumber is not { } day) return Value.Null;
        if (year is < 1 or > 9999 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth((int)year, (int)month)) return Value.Null;
        return new DateOnly((int)year, (int)month, (int)day);
    }

    /// <summary>
    /// Completed years from one day to another; negative when the second is earlier. Someone born on 29 February
    /// completes a year on 1 March of a common year.
    /// </summary>
    private static Value YearsBetween(Value from, Value to)
    {
        if (from.AsDate is not { } start || to.AsDate is not { } end) return Value.Null;
        return start <= end ? Completed(start, end) : -Completed(end, start);

        static int Completed(DateOnly start, DateOnly end) =>
            end.Year - start.Year - ((end.Month, end.Day).CompareTo((start.Month, start.Day)) < 0 ? 1 : 0);
    }
}
