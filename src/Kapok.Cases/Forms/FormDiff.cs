using System.Collections.Immutable;
using System.Text.Json;

namespace Kapok.Cases.Forms;

/// <summary>What happened to an answer between two versions.</summary>
public enum ChangeKind { Added, Removed, Changed }

/// <summary>One difference between two versions of the answers.</summary>
/// <param name="Path">Field path; row numbers are those of the later version, for removed rows of the earlier one.</param>
/// <param name="Label">What people call it, with the row: 成员 2：姓名.</param>
/// <param name="Before">As people read it; empty when it was not there.</param>
/// <param name="After">As people read it; empty when it is not there any more.</param>
public sealed record FormChange(string Path, string Label, ChangeKind Kind, string Before, string After, FormField Field);

/// <summary>Compares two versions of the answers to a form, for correction rounds.</summary>
public static class FormDiff
{
    /// <summary>The differences in the order of the form. Both sides are brought into the canonical shape first.</summary>
    /// <param name="divisions">Names division codes.</param>
    public static ImmutableArray<FormChange> Between(FormDefinition definition, JsonElement before, JsonElement after, Func<string, string?>? divisions = null)
    {
        var changes = ImmutableArray.CreateBuilder<FormChange>();
        var (old, _) = CanonicalAnswers.Of(definition, before);
        var (now, _) = CanonicalAnswers.Of(definition, after);
        foreach (var field in definition.Fields) Compare(field, Member(old, field), Member(now, field), field.Name, "");
        return changes.ToImmutable();

        void Compare(FormField field, JsonElement was, JsonElement @is, string path, string row)
        {
            if (field.Widget == Widget.Rows) { Rows(field, was, @is, path); return; }
            if (field.HasMembers && field.Widget != Widget.Address)
            {
                foreach (var member in field.Members) Compare(member, Member(was, member), Member(@is, member), $"{path}.{member.Name}", row);
                return;
            }
            var (hadValue, hasValue) = (was.ValueKind != JsonValueKind.Undefined, @is.ValueKind != JsonValueKind.Undefined);
            if (!hadValue && !hasValue || hadValue && hasValue && JsonElement.DeepEquals(was, @is)) return;
            var kind = !hadValue ? ChangeKind.Added : !hasValue ? ChangeKind.Removed : ChangeKind.Changed;
            changes.Add(new(path, row + field.Label, kind, FieldRules.Show(field, was, divisions), FieldRules.Show(field, @is, divisions), field));
        }

        // Rows have no identity of their own: equal rows at the start and the end are paired, what lies between is compared
        // in order, and what is left over was added or removed.
        void Rows(FormField field, JsonElement was, JsonElement @is, string path)
        {
            JsonElement[] olds = was.ValueKind == JsonValueKind.Array ? [.. was.EnumerateArray()] : [];
            JsonElement[] news = @is.ValueKind == JsonValueKind.Array ? [.. @is.EnumerateArray()] : [];
            var start = 0;
            while (start < olds.Length && start < news.Length && JsonElement.DeepEquals(olds[start], news[start])) start++;
            var end = 0;
            while (end < olds.Length - start && end < news.Length - start && JsonElement.DeepEquals(olds[^(end + 1)], news[^(end + 1)])) end++;
            for (var i = start; i < Math.Max(olds.Length, news.Length) - end; i++)
            {
                var (hadRow, hasRow) = (i < olds.Length - end, i < news.Length - end);
                var title = $"{field.ItemTitle} {i + 1}";
                if (hadRow && hasRow)
                    foreach (var member in field.Members) Compare(member, Member(olds[i], member), Member(news[i], member), $"{path}[{i}].{member.Name}", title + "：");
                else if (hadRow) changes.Add(new($"{path}[{i}]", title, ChangeKind.Removed, Row(field, olds[i]), "", field));
                else if (hasRow) changes.Add(new($"{path}[{i}]", title, ChangeKind.Added, "", Row(field, news[i]), field));
            }
        }

        string Row(FormField field, JsonElement row) => string.Join("，", field.Members
            .Select(m => (m.Label, Text: FieldRules.Show(m, Member(row, m), divisions))).Where(m => m.Text != "").Select(m => $"{m.Label} {m.Text}"));
    }

    /// <summary>The changes that a correction round does not allow: those outside the open fields. Computed values change by themselves and do not count.</summary>
    public static ImmutableArray<FormChange> Outside(FormDefinition definition, IReadOnlySet<string> openFields, ImmutableArray<FormChange> changes)
    {
        var open = new OpenPaths(definition, openFields);
        return [.. changes.Where(c => c.Field.Computed is null && !open.Includes(c.Path))];
    }

    static JsonElement Member(JsonElement of, FormField field) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(field.Name, out var value) ? value : default;
}
