namespace Kapok.Foundation.Expressions;

/// <summary>The operators on values. What has no result – another kind, division by zero, overflow – is null.</summary>
internal static class Arithmetic
{
    /// <summary>Numbers, texts joined, a date plus days.</summary>
    public static Value Add(in Value left, in Value right)
    {
        if (left.AsNumber is { } a && right.AsNumber is { } b) return Guarded(a, b, static (x, y) => x + y);
        if (left.AsText is { } s && right.AsText is { } t) return s + t;
        if (left.AsDate is { } date && right.AsNumber is { } days) return Shift(date, days);
        return right.AsDate is { } other && left.AsNumber is { } more ? Shift(other, more) : Value.Null;
    }

    /// <summary>Numbers, a date minus days, days from one date to another.</summary>
    public static Value Subtract(in Value left, in Value right)
    {
        if (left.AsNumber is { } a && right.AsNumber is { } b) return Guarded(a, b, static (x, y) => x - y);
        if (left.AsDate is not { } date) return Value.Null;
        if (right.AsDate is { } earlier) return date.DayNumber - earlier.DayNumber;
        return right.AsNumber is { } days ? Shift(date, -days) : Value.Null;
    }

    public static Value Multiply(in Value left, in Value right) =>
        left.AsNumber is { } a && right.AsNumber is { } b ? Guarded(a, b, static (x, y) => x * y) : Value.Null;

    public static Value Divide(in Value left, in Value right) =>
        left.AsNumber is { } a && right.AsNumber is { } b && b != 0 ? Guarded(a, b, static (x, y) => x / y) : Value.Null;

    /// <summary>Exact for whole exponents, otherwise as near as a double gets.</summary>
    public static Value Power(in Value left, in Value right) =>
        left.AsNumber is { } a && right.AsNumber is { } b ? Guarded(a, b, Power) : Value.Null;

    public static Value Negate(in Value value) => value.AsNumber is { } number ? -number : Value.Null;

    private static decimal Power(decimal number, decimal exponent)
    {
        if (decimal.Truncate(exponent) != exponent || Math.Abs(exponent) > 1_000) return (decimal)Math.Pow((double)number, (double)exponent);
        if (exponent < 0) return 1m / Power(number, -exponent);
        var result = 1m;
        for (var left = (int)exponent; left > 0; left >>= 1)
        {
            if ((left & 1) == 1) result *= number;
            if (left > 1) number *= number;
        }
        return result;
    }

    private static Value Shift(DateOnly date, decimal days)
    {
        if (decimal.Truncate(days) != days) return Value.Null;
        var day = date.DayNumber + days;
        return day < 0 || day > DateOnly.MaxValue.DayNumber ? Value.Null : DateOnly.FromDayNumber((int)day);
    }

    private static Value Guarded(decimal left, decimal right, Func<decimal, decimal, decimal> operation)
    {
        try
        {
            return operation(left, right);
        }
        catch (Exception fault) when (fault is OverflowException or DivideByZeroException)
        {
            return Value.Null;
        }
    }
}
