using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kapok.Foundation.Pages;
using Microsoft.Extensions.Primitives;

namespace Kapok.Cases.Forms;

/// <summary>What came of a posted page.</summary>
/// <param name="Answers">The answers with what was posted; evaluate them before keeping them.</param>
/// <param name="Stay">A button changed rows or asked for the next level of divisions: show the same page again.</param>
/// <param name="Refused">Paths and names that were posted and left out: not on the page, too many, or closed.</param>
public sealed record FormPost(JsonElement Answers, bool Stay, ImmutableArray<string> Refused);

/// <summary>
/// Binds the post of a page. Names are paths (<c>rows[0].amount</c>); a date comes as <c>d.year d.month d.day</c>, or shorter <c>d.y d.m d.d</c>; a division as one value a level; a checkbox is
/// preceded by a hidden empty input of its name, so that "nothing ticked" differs from "not on the page"; the button
/// <c>do</c> carries <c>rows:add</c>, <c>rows[2]:remove</c>, <c>rows[2]:up</c> or <c>rows[2]:down</c>.
/// </summary>
internal sealed class PageBinding
{
    /// <summary>Framework fields that pages add themselves.</summary>
    static readonly HashSet<string> ours = ["do", "go"];

    readonly FormDefinition definition;
    readonly OpenPaths open;
    readonly Dictionary<string, StringValues> posted = new(StringComparer.Ordinal);
    readonly HashSet<string> used = new(StringComparer.Ordinal);
    bool deeper;
    readonly ImmutableArray<string>.Builder refused = ImmutableArray.CreateBuilder<string>();

    public PageBinding(FormDefinition definition, IEnumerable<KeyValuePair<string, StringValues>> posted, FormContext context)
    {
        (this.definition, open) = (definition, new OpenPaths(definition, context.OpenFields));
        foreach (var (name, values) in posted) this.posted[name] = this.posted.TryGetValue(name, out var earlier) ? StringValues.Concat(earlier, values) : values;
    }

    public FormPost Apply(JsonElement answers, string pageId)
    {
        var (canonical, _) = CanonicalAnswers.Of(definition, answers);
        var all = JsonObject.Create(canonical)!;
        var page = definition.Page(pageId);
        var changed = false;
        foreach (var field in page?.Fields ?? []) Bind(field, all, field.Name);
        if (page is not null && posted.TryGetValue("do", out var action)) changed = Move(page, all, action.ToString());
        changed |= deeper;
        foreach (var name in posted.Keys)
            if (!used.Contains(name) && !name.StartsWith('_') && !ours.Contains(name) && refused.Count < 100) refused.Add(name.Length > 120 ? name[..120] : name);
        return new(JsonSerializer.SerializeToElement(all), changed, refused.ToImmutable());
    }

    void Bind(FormField field, JsonObject into, string path)
    {
        if (field.Widget == Widget.Rows) { Rows(field, into, path); return; }
        if (field.HasMembers)
        {
            var group = into[field.Name] as JsonObject;
            var fresh = group ?? [];
            foreach (var member in field.Members) Bind(member, fresh, $"{path}.{member.Name}");
            if (group is null && fresh.Count > 0) into[field.Name] = fresh;
            return;
        }
        if (Posted(field, path) is not { } value || field.Computed is not null) return;
        var before = into[field.Name] is { } old ? JsonSerializer.SerializeToElement(old) : default;
        if (!open.Includes(path))
        {
            if (!Same(CanonicalAnswers.Of(field, value), CanonicalAnswers.Of(field, before))) refused.Add(path);
            return;
        }
        into[field.Name] = JsonSerializer.SerializeToNode(value);
    }

    /// <summary>What was posted for a field, as raw JSON; null when the page did not carry the field.</summary>
    JsonElement? Posted(FormField field, string path)
    {
        if (field.Widget == Widget.Date && DateParts(path) is { } parts)
            return JsonSerializer.SerializeToElement(parts.All(p => p == "") ? "" : string.Join('-', parts));
        if (field.Widget == Widget.Division && Take(path + ".choose") is not null) deeper = true;
        if (Take(path) is not { } values) return null;
        return field.Widget switch
        {
            Widget.Checkboxes => JsonSerializer.SerializeToElement(values.Where(v => !string.IsNullOrEmpty(v)).Distinct().Take(field.Options.Length + 1)),
            Widget.Checkbox => JsonSerializer.SerializeToElement(values[^1] is { Length: > 0 } last ? last : "false"),
            Widget.Division => JsonSerializer.SerializeToElement(Cut(DivisionPicker.Read(values) ?? "")),
            _ => JsonSerializer.SerializeToElement(Cut(values[^1] ?? "")),
        };
    }

    string[]? DateParts(string path)
    {
        string[][] spellings = [[".year", ".month", ".day"], [".y", ".m", ".d"]];
        foreach (var names in spellings)
        {
            var parts = names.Select(n => Take(path + n)).ToList();
            if (parts.Any(p => p is not null)) return [.. parts.Select(p => p is { } values ? (values[^1] ?? "").Trim() : "").Select(t => t.Length > 10 ? t[..10] : t)];
        }
        return null;
    }

    static string Cut(string text) => text.Length > FieldRules.MaxText + 2 ? text[..(FieldRules.MaxText + 2)] : text;

    StringValues? Take(string name)
    {
        if (!posted.TryGetValue(name, out var values)) return null;
        used.Add(name);
        if (values.Count == 0) return null;
        return values;
    }

    void Rows(FormField field, JsonObject into, string path)
    {
        var rows = into[field.Name] as JsonArray ?? [];
        var existing = rows.Count;
        for (var i = 0; i < existing; i++)
            if (rows[i] is JsonObject row) Members(field, row, $"{path}[{i}]");
        foreach (var index in PostedRows(path, existing))
        {
            var row = new JsonObject();
            Members(field, row, $"{path}[{index}]");
            // An empty row that the page offered and nobody filled is no row.
            if (IsEmpty(JsonSerializer.SerializeToElement(row))) continue;
            if (rows.Count >= field.MaxItems || !open.Includes(path)) { refused.Add($"{path}[{index}]"); continue; }
            rows.Add(row);
        }
        if (rows.Count > 0 && existing == 0) into[field.Name] = rows;
    }

    void Members(FormField field, JsonObject row, string path)
    {
        foreach (var member in field.Members) Bind(member, row, $"{path}.{member.Name}");
    }

    /// <summary>Row numbers posted beyond the rows there are, in order.</summary>
    IEnumerable<int> PostedRows(string path, int from)
    {
        var found = new SortedSet<int>();
        foreach (var key in posted.Keys)
        {
            if (!key.StartsWith(path + "[", StringComparison.Ordinal)) continue;
            var end = key.IndexOf(']', path.Length);
            if (end > 0 && int.TryParse(key.AsSpan(path.Length + 1, end - path.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index >= from) found.Add(index);
        }
        return found;
    }

    bool Move(QuestionPage page, JsonObject all, string action)
    {
        var colon = action.LastIndexOf(':');
        if (colon < 0) return false;
        var (target, verb) = (action[..colon], action[(colon + 1)..]);
        var bracket = target.IndexOf('[');
        var name = bracket < 0 ? target : target[..bracket];
        if (page.Fields.FirstOrDefault(f => f.Name == name) is not { Widget: Widget.Rows } field) return false;
        if (!open.Includes(name)) { refused.Add(name); return false; }
        var rows = all[name] as JsonArray;
        if (verb == "add")
        {
            if (rows is null) all[name] = rows = [];
            if (rows.Count >= field.MaxItems) { refused.Add(action); return true; }
            rows.Add(new JsonObject());
            return true;
        }
        if (rows is null || bracket < 0 || !int.TryParse(target.AsSpan(bracket + 1).TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index >= rows.Count) return false;
        var to = verb switch { "up" => index - 1, "down" => index + 1, "remove" => -1, _ => index };
        if (verb != "remove" && (to < 0 || to >= rows.Count)) return true;
        var row = rows[index];
        rows.RemoveAt(index);
        if (verb != "remove") rows.Insert(to, row);
        if (rows.Count == 0) all.Remove(name);
        return true;
    }

    static bool IsEmpty(JsonElement posted) => posted.ValueKind switch
    {
        JsonValueKind.Object => posted.EnumerateObject().All(m => IsEmpty(m.Value)),
        JsonValueKind.Array => posted.GetArrayLength() == 0,
        JsonValueKind.String => posted.GetString() is "false" || string.IsNullOrWhiteSpace(posted.GetString()),
        _ => false,
    };

    static bool Same(JsonElement a, JsonElement b) =>
        a.ValueKind == JsonValueKind.Undefined || b.ValueKind == JsonValueKind.Undefined ? a.ValueKind == b.ValueKind : JsonElement.DeepEquals(a, b);
}
