using System.Collections;
using System.Globalization;
using System.Text.Json;
using Kapok.Foundation.Codes;

namespace Kapok.Catalogue.Content;

/// <summary>Values of elements in words: codes by their names, records as "element：value".</summary>
public static class Describe
{
    /// <summary>The value in words; null when there is nothing to say.</summary>
    public static string? Value(object? value, CodeTable? table = null) => value switch
    {
        null => null,
        string text when table is not null => table.Find(text) is { } label ? $"{label}（{text}）" : text,
        string text => text.Length == 0 ? null : text,
        bool yes => yes ? "是" : "否",
        int number when table is not null => table.Find($"{number}") is { } label ? $"{label}（{number}）" : $"{number}",
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        JsonElement json => json.GetRawText(),
        IReadOnlyDictionary<string, string> words => words.Count == 0 ? null : string.Join("；", words.OrderBy(w => w.Key, StringComparer.Ordinal).Select(w => $"{w.Key}：{w.Value}")),
        IEnumerable list => List(list, table),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => Record(value),
    };

    /// <summary>A money amount in fen as people write it, <c>¥10.00</c>.</summary>
    public static string Money(long fen) => string.Create(CultureInfo.InvariantCulture, $"¥{fen / 100m:#,##0.00}");

    static string? List(IEnumerable list, CodeTable? table)
    {
        var texts = list.Cast<object?>().Select(v => Value(v, table)).OfType<string>().ToList();
        return texts.Count == 0 ? null : string.Join("、", texts);
    }

    static string? Record(object record)
    {
        var parts = Elements.Of(record.GetType())
            .Select(e => (e.Title, Text: Value(e.Property.GetValue(record), e.Table)))
            .Where(p => p.Text is not null).Select(p => $"{p.Title}：{p.Text}").ToList();
        return parts.Count == 0 ? null : string.Join("；", parts);
    }

    /// <summary>What tells a list entry from its neighbours, and what it is called.</summary>
    internal static (string Key, string Name) Identity(object entry) => entry switch
    {
        Material m => (m.Id, m.Name),
        EasedMaterial m => (m.Id, m.Id),
        ItemResult r => (r.Id, r.Name),
        EligibilityQuestion q => (q.Id, q.Question),
        LegalBasis b => ($"{b.Law} {b.Article}", $"{b.Law}{b.Article}"),
        Fee f => (f.Name, f.Name),
        LoweredFee f => (f.Name, f.Name),
        SpecialProcedure p => (p.Code, p.Name),
        FrequentQuestion q => (q.Question, q.Question),
        HandlingItem h => ($"{h.Order}", h.Name),
        Window w => (w.Name, w.Name),
        _ => (Value(entry) ?? "", Value(entry) ?? ""),
    };
}
