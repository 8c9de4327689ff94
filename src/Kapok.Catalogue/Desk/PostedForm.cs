using Kapok.Catalogue.Content;
using Kapok.Foundation.Pages;
using Microsoft.AspNetCore.Http;

namespace Kapok.Catalogue.Desk;

/// <summary>Values of an edit form as <see cref="Written"/>; the place of each is its field name, so that faults lead back to the field.</summary>
static class PostedForm
{
    const int MaxEntries = 200;

    /// <summary>The fields of a section. An entry of a list that is ticked for removal or wholly empty is left out.</summary>
    public static WrittenMap Read(IFormCollection form, Section section) =>
        new("", [.. section.Elements.Select(e => (e.Name, e.Name, Value(form, e, e.Name)))]);

    static Written Value(IFormCollection form, Elements.Element element, string name)
    {
        var item = StrictReader.ItemOf(element.Type);
        if (item is not null && Elements.Of(item).Count > 0) return Entries(form, item, name);
        if (item is not null && element.Table is not null) return new WrittenList(name, [.. form[name].Where(v => !string.IsNullOrEmpty(v)).Select(v => new WrittenValue(name, v))]);
        if (item is not null) return new WrittenList(name, [.. Lines(form[name].ToString()).Select(v => new WrittenValue(name, v, Quoted: true))]);
        if (Elements.Of(element.Type).Count > 0) return Record(form, element.Type, name) is { Entries.Count: > 0 } record ? record : new WrittenValue(name, null);
        return Scalar(form, element, name);
    }

    static WrittenList Entries(IFormCollection form, Type item, string name)
    {
        var entries = new List<Written>();
        for (var i = 0; i < MaxEntries && form.ContainsKey($"{name}[{i}].present"); i++)
        {
            if (form[$"{name}[{i}].remove"] == "true") continue;
            if (Record(form, item, $"{name}[{i}]") is { Entries.Count: > 0 } record && !Empty(form, item, $"{name}[{i}]")) entries.Add(record);
        }
        return new(name, entries);
    }

    static WrittenMap Record(IFormCollection form, Type type, string name) =>
        new(name, [.. Elements.Of(type).Select(e => (e.Name, $"{name}.{e.Name}", Value: Value(form, e, $"{name}.{e.Name}"))).Where(e => e.Value is not WrittenValue { Text: null })]);

    /// <summary>Whether nobody typed anything: choices have always some value.</summary>
    static bool Empty(IFormCollection form, Type type, string name) =>
        Elements.Of(type).Where(e => e.Type == typeof(string) && e.Table is null).All(e => string.IsNullOrWhiteSpace(form[$"{name}.{e.Name}"]));

    static WrittenValue Scalar(IFormCollection form, Elements.Element element, string name)
    {
        var type = Nullable.GetUnderlyingType(element.Type) ?? element.Type;
        if (type == typeof(bool)) return new(name, form[name] == "true" ? "true" : "false");
        if (type == typeof(DateOnly)) return new(name, DateInput.Read(form, name));
        if (element.Name == "amountFen") return MoneyInput.TryRead(form[name].ToString(), out var fen) ? new(name, fen.ToString(System.Globalization.CultureInfo.InvariantCulture)) : new(name, form[name].ToString().Trim() is { Length: > 0 } wrong ? wrong : "0");
        var text = form[name].ToString().ReplaceLineEndings("\n").Trim();
        return new(name, text.Length == 0 ? null : text, Quoted: type == typeof(string));
    }

    static IEnumerable<string> Lines(string text) => text.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
