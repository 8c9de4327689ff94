using System.Globalization;
using Kapok.Catalogue.Content;
using Kapok.Foundation;
using Kapok.Foundation.Expressions;

namespace Kapok.Documents.Layout;

/// <summary>Reads the fields of one written map; keeps account of which were read, so that a misspelt one is found.</summary>
sealed class Reading(WrittenMap map, List<Fault> faults)
{
    readonly HashSet<string> read = [];

    public string Where => map.Where;
    public List<Fault> Faults => faults;
    public bool Has(string key) => map[key] is not (null or WrittenValue { Text: null });
    public string WhereOf(string key) => map.Entries.FirstOrDefault(e => e.Key == key).KeyWhere ?? map.Where;
    public Written? Value(string key) { read.Add(key); return map[key]; }
    public void No(string key, string message) => faults.Add(new(WhereOf(key), message));

    public string? Text(string key) => Value(key) switch
    {
        null or WrittenValue { Text: null } => null,
        WrittenValue value => value.Text,
        _ => Wrong<string>(key, "应为一个值"),
    };

    public Words Words(string key) => Text(key) is { } text ? Layout.Words.Parse(text, map[key]!.Where, faults) : Layout.Words.Empty;

    public Expression? Expression(string key)
    {
        if (Text(key) is not { } text) return null;
        if (Foundation.Expressions.Expression.TryParse(text, out var expression, out var fault)) return expression;
        return Wrong<Expression>(key, $"表达式“{text}”不正确：{fault.Message}");
    }

    public double Number(string key, double otherwise, double least = 0, double most = 2_000)
    {
        if (Text(key) is not { } text) return otherwise;
        if (double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        No(key, $"{key} 应为 {least:0.##} 到 {most:0.##} 的数");
        return otherwise;
    }

    public bool Flag(string key)
    {
        if (Text(key) is not { } text) return false;
        if (bool.TryParse(text, out var yes)) return yes;
        No(key, $"{key} 应为 true 或 false");
        return false;
    }

    public Ink Ink(string key, Ink otherwise)
    {
        if (Text(key) is not { } text) return otherwise;
        if (Layout.Ink.Parse(text) is { } ink) return ink;
        No(key, $"{key} 应为颜色，写作 \"#8a1c1c\"");
        return otherwise;
    }

    public Ink? OptionalInk(string key) => Has(key) ? Ink(key, Layout.Ink.Black) : null;

    public T Choice<T>(string key, T otherwise, params (string Name, T Value)[] choices)
    {
        if (Text(key) is not { } text) return otherwise;
        foreach (var (name, value) in choices) if (name == text) return value;
        No(key, $"{key} 应为 {string.Join("、", choices.Select(c => c.Name))}");
        return otherwise;
    }

    /// <summary>A list of numbers, <c>[20, 30]</c>; null when it is not there.</summary>
    public double[]? Numbers(string key, params int[] counts)
    {
        if (Value(key) is not { } value) return null;
        if (value is WrittenList list && counts.Contains(list.Items.Count))
        {
            var numbers = new double[list.Items.Count];
            for (var i = 0; i < numbers.Length; i++)
                if (list.Items[i] is not WrittenValue { Text: { } text } || !double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out numbers[i]) || Math.Abs(numbers[i]) > 2_000)
                    return Wrong<double[]>(key, $"{key} 里应为 -2000 到 2000 的数");
            return numbers;
        }
        return Wrong<double[]>(key, $"{key} 应为 {string.Join(" 或 ", counts)} 个数，例如 [20, 30]");
    }

    public IEnumerable<Reading> Maps(string key)
    {
        switch (Value(key))
        {
            case null: yield break;
            case WrittenList list:
                foreach (var item in list.Items)
                    if (item is WrittenMap inner) yield return new(inner, faults);
                    else faults.Add(new(item.Where, $"{key} 的每一项应为一组字段"));
                yield break;
            default: No(key, $"{key} 应为列表"); yield break;
        }
    }

    public Reading? Map(string key)
    {
        switch (Value(key))
        {
            case null: return null;
            case WrittenMap inner: return new(inner, faults);
            default: No(key, $"{key} 应为一组字段"); return null;
        }
    }

    /// <summary>Fields that nobody has read are faults.</summary>
    public void Finish()
    {
        foreach (var (key, where, _) in map.Entries)
            if (!read.Contains(key)) faults.Add(new(where, $"没有名为“{key}”的字段，这里可以写 {string.Join("、", read)}"));
        foreach (var twice in map.Entries.GroupBy(e => e.Key).Where(g => g.Count() > 1)) faults.Add(new(twice.Last().KeyWhere, $"字段“{twice.Key}”写了两次"));
    }

    T? Wrong<T>(string key, string message) where T : class { No(key, message); return null; }
}
