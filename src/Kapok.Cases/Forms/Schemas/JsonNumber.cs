using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Kapok.Cases.Forms.Schemas;

/// <summary>
/// A JSON number kept exactly: <c>digits × 10^exponent</c> without trailing zeros in the digits. JSON knows no
/// precision; amounts such as 0.1 or 12345678901234567890.01 must not be rounded before they are compared.
/// </summary>
internal readonly struct JsonNumber : IComparable<JsonNumber>, IEquatable<JsonNumber>
{
    readonly BigInteger digits;
    readonly long exponent;

    JsonNumber(BigInteger digits, long exponent) => (this.digits, this.exponent) = (digits, exponent);

    /// <summary>True when there is no fractional part; <c>1.0</c> and <c>1e3</c> are integers by the standard.</summary>
    public bool IsInteger => exponent >= 0;

    public static JsonNumber Of(JsonElement number)
    {
        if (number.TryGetInt64(out var small)) return Of(small);
        return Parse(number.GetRawText());
    }

    public static JsonNumber Of(long value)
    {
        if (value == 0) return default;
        long exponent = 0;
        for (; value % 10 == 0; value /= 10) exponent++;
        return new(value, exponent);
    }

    /// <summary>Reads the text of a valid JSON number. Exponents beyond ±10^12 are clamped; such numbers only need an order.</summary>
    public static JsonNumber Parse(ReadOnlySpan<char> text)
    {
        long exponent = 0;
        var e = text.IndexOfAny('e', 'E');
        if (e >= 0)
        {
            exponent = long.TryParse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed)
                ? Math.Clamp(parsed, -1_000_000_000_000, 1_000_000_000_000)
                : text[e + 1] == '-' ? -1_000_000_000_000 : 1_000_000_000_000;
            text = text[..e];
        }
        var point = text.IndexOf('.');
        if (point >= 0)
        {
            exponent -= text.Length - point - 1;
            text = string.Concat(text[..point], text[(point + 1)..]);
        }
        var significant = text.TrimEnd('0');
        if (significant is "" or "-") return default;
        return new(BigInteger.Parse(significant, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture), exponent + text.Length - significant.Length);
    }

    public int CompareTo(JsonNumber other)
    {
        if (digits.Sign != other.digits.Sign) return digits.Sign.CompareTo(other.digits.Sign);
        if (digits.IsZero) return 0;
        if (exponent == other.exponent) return digits.CompareTo(other.digits);
        // Different orders of magnitude decide without aligning, so that 1e1000000 costs nothing.
        var order = Magnitude.CompareTo(other.Magnitude);
        if (order != 0) return order * digits.Sign;
        return exponent > other.exponent
            ? (digits * BigInteger.Pow(10, (int)(exponent - other.exponent))).CompareTo(other.digits)
            : digits.CompareTo(other.digits * BigInteger.Pow(10, (int)(other.exponent - exponent)));
    }

    /// <summary>Whether this number is a whole multiple of a positive divisor.</summary>
    public bool IsMultipleOf(JsonNumber divisor)
    {
        if (digits.IsZero) return true;
        // Without trailing zeros our digits cannot be divided by a further ten.
        if (divisor.exponent > exponent) return false;
        var shift = exponent - divisor.exponent;
        return (BigInteger.Remainder(digits, divisor.digits) * BigInteger.ModPow(10, shift, divisor.digits) % divisor.digits).IsZero;
    }

    public bool Equals(JsonNumber other) => exponent == other.exponent && digits == other.digits;
    public override bool Equals(object? obj) => obj is JsonNumber other && Equals(other);
    public override int GetHashCode() => HashCode.Combine(digits, exponent);
    public override string ToString() => exponent switch
    {
        >= 0 and < 30 => (digits * BigInteger.Pow(10, (int)exponent)).ToString(CultureInfo.InvariantCulture),
        < 0 and > -30 => Plain(),
        _ => $"{digits}e{exponent}",
    };

    long Magnitude => BigInteger.Abs(digits).ToString(CultureInfo.InvariantCulture).Length + exponent;

    string Plain()
    {
        var text = BigInteger.Abs(digits).ToString(CultureInfo.InvariantCulture).PadLeft((int)-exponent + 1, '0');
        return (digits.Sign < 0 ? "-" : "") + text[..^(int)-exponent] + "." + text[^(int)-exponent..];
    }
}
