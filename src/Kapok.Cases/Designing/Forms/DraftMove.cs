using System.Text.Json;
using System.Text.Json.Nodes;
using Kapok.Cases.Forms;
using Kapok.Cases.Forms.Schemas;

namespace Kapok.Cases.Designing.Forms;

/// <summary>An answer a draft loses.</summary>
/// <param name="Was">As people read it; told to the applicant alone.</param>
/// <param name="Why">gone: no such question any more; other: the question is of another kind now.</param>
public sealed record LostAnswer(string Label, string Was, string Why);

/// <summary>What moving one draft to another version of its form does.</summary>
/// <param name="Answers">The answers under the new version.</param>
/// <param name="Kept">Labels of answers that stay.</param>
/// <param name="Missing">Labels of questions that must be answered now and were not asked or not needed before.</param>
/// <param name="Recheck">Labels of answers that stay but are no longer right.</param>
public sealed record MovedAnswers(JsonElement Answers, IReadOnlyList<string> Kept, IReadOnlyList<LostAnswer> Dropped, IReadOnlyList<string> Missing, IReadOnlyList<string> Recheck)
{
    public bool IsQuiet => Dropped.Count == 0 && Missing.Count == 0 && Recheck.Count == 0;
}

/// <summary>
/// Brings the answers of a draft to another version of its form. Pure. An answer stays where its field still stands,
/// under its new name; it is dropped where the question is gone, or is now of a kind the answer does not fit.
/// </summary>
public static class DraftMove
{
    /// <param name="renames">Old path → new path.</param>
    public static MovedAnswers Of(FormDefinition from, FormDefinition to, IReadOnlyDictionary<string, string> renames, JsonElement answers, FormContext context)
    {
        var run = new Run(renames);
        var (old, _) = CanonicalAnswers.Of(from, answers);
        var moved = run.Object(from.Fields, to.Fields, old, "");
        var element = JsonSerializer.SerializeToElement(moved);
        var (before, after) = (FormEngine.Evaluate(from, old, context), FormEngine.Evaluate(to, element, context));
        var (asked, wrong) = (Wanting(before), after.Faults.Where(f => f.Field is not null).ToList());
        var missing = wrong.Where(f => !Has(after, f.Path) && !asked.Contains(f.Path) && f.Field!.Prefill is null).Select(f => f.Field!.Label).Distinct().ToList();
        var recheck = wrong.Where(f => Has(after, f.Path) && before.FaultAt(run.Old(f.Path)) is null).Select(f => f.Field!.Label).Distinct().ToList();
        return new(element, [.. run.Kept.Distinct()], run.Dropped, missing, recheck);

        HashSet<string> Wanting(FormState state) => [.. state.Faults.Where(f => f.Field is not null && !Has(state, f.Path)).Select(f => run.New(f.Path))];
        static bool Has(FormState state, string path) => state.Field(path) is { HasValue: true };
    }

    sealed class Run(IReadOnlyDictionary<string, string> renames)
    {
        readonly Dictionary<string, string> back = renames.GroupBy(r => r.Value).ToDictionary(g => g.Key, g => g.First().Key);
        readonly SchemaRun schema = new(collect: true);

        public List<string> Kept { get; } = [];
        public List<LostAnswer> Dropped { get; } = [];

        /// <summary>A path of the new version in the old one, row numbers kept.</summary>
        public string Old(string path) => Numbered(path, FormVersions.PathNow(Bare(path), back));
        public string New(string path) => Numbered(path, FormVersions.PathNow(Bare(path), renames));

        static string Bare(string path) => System.Text.RegularExpressions.Regex.Replace(path, @"\[\d+\]", "[]");

        static string Numbered(string with, string bare)
        {
            var numbers = new Queue<string>(System.Text.RegularExpressions.Regex.Matches(with, @"\[\d+\]").Select(m => m.Value));
            return System.Text.RegularExpressions.Regex.Replace(bare, @"\[\]", _ => numbers.TryDequeue(out var number) ? number : "[]");
        }

        public JsonObject Object(IReadOnlyList<FormField> olds, IReadOnlyList<FormField> news, JsonElement given, string row)
        {
            var result = new JsonObject();
            if (given.ValueKind != JsonValueKind.Object) return result;
            var met = new HashSet<string>();
            foreach (var field in news)
            {
                var path = FormVersions.PathNow(field.Path, back);
                if (olds.FirstOrDefault(o => o.Path == path) is not { } old || !given.TryGetProperty(old.Name, out var value)) continue;
                met.Add(old.Name);
                if (Value(old, field, value, row) is { } kept) result[field.Name] = kept;
            }
            foreach (var old in olds.Where(o => !met.Contains(o.Name)))
                if (given.TryGetProperty(old.Name, out var value)) Drop(old, value, row, "gone");
            return result;
        }

        JsonNode? Value(FormField old, FormField now, JsonElement value, string row)
        {
            if (old.Computed is not null || now.Computed is not null) return null;
            if (old.Widget == Widget.Rows && now.Widget == Widget.Rows && value.ValueKind == JsonValueKind.Array)
                return new JsonArray([.. value.EnumerateArray().Select((r, i) => (JsonNode)Object(old.Members, now.Members, r, $"{now.ItemTitle} {i + 1}："))]);
            if (old.HasMembers && now.HasMembers && old.Widget != Widget.Rows && now.Widget != Widget.Rows) return Object(old.Members, now.Members, value, row);
            if (old.HasMembers || now.HasMembers) { Drop(old, value, row, "other"); return null; }
            var canonical = CanonicalAnswers.Of(now, value);
            var fits = canonical.ValueKind != JsonValueKind.Undefined && schema.FirstError(now.Node, canonical) is null;
            // An answer that was not right yet stays as typed in a field of the same kind; a choice that is gone cannot be shown.
            if (fits || old.Widget == now.Widget && now.Options.IsEmpty || old.Widget == now.Widget && schema.FirstError(old.Node, value) is not null)
            {
                Kept.Add(now.Label);
                return JsonNode.Parse((fits ? canonical : value).GetRawText());
            }
            Drop(old, value, row, "other");
            return null;
        }

        void Drop(FormField old, JsonElement value, string row, string why)
        {
            if (old.Computed is not null) return;
            if (old.Widget == Widget.Rows && value.ValueKind == JsonValueKind.Array)
            {
                var n = 0;
                foreach (var one in value.EnumerateArray()) { n++; Dropped.Add(new($"{old.ItemTitle} {n}", string.Join("，", old.Members.Select(m => Shown(m, one)).Where(t => t.Length > 0)), why)); }
            }
            else if (old.HasMembers && value.ValueKind == JsonValueKind.Object) Dropped.Add(new(row + old.Label, string.Join("，", old.Members.Select(m => Shown(m, value)).Where(t => t.Length > 0)), why));
            else Dropped.Add(new(row + old.Label, FieldRules.Show(old, value), why));
        }

        static string Shown(FormField member, JsonElement of) => of.ValueKind == JsonValueKind.Object && of.TryGetProperty(member.Name, out var value) ? $"{member.Label} {FieldRules.Show(member, value)}" : "";
    }
}
