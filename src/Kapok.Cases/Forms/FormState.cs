using System.Collections.Immutable;
using System.Text.Json;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Forms;

/// <summary>What an evaluation knows besides the answers.</summary>
/// <param name="Today">The local date.</param>
public sealed record FormContext(DateOnly Today)
{
    /// <summary>Facts by the keys of <c>ui.prefill</c>, e.g. <c>person.name</c>.</summary>
    public IReadOnlyDictionary<string, PrefillFact> Facts { get; init; } = ImmutableDictionary<string, PrefillFact>.Empty;

    /// <summary>In a correction round: paths of the fields that may change (<c>name</c>, <c>rows</c>, <c>rows[2].amount</c>). Null: all.</summary>
    public IReadOnlySet<string>? OpenFields { get; init; }

    /// <summary>Pages the applicant has been to; a page without any required field is done once it was visited.</summary>
    public IReadOnlySet<string>? Visited { get; init; }
}

/// <summary>A fact that fills a field.</summary>
/// <param name="Value">The value as an answer of that field.</param>
/// <param name="Source">Where it comes from, as people say it: 您的实名信息.</param>
public sealed record PrefillFact(JsonElement Value, string Source)
{
    public static PrefillFact Of(string value, string source) => new(JsonSerializer.SerializeToElement(value), source);
}

/// <summary>How far a page is. <see cref="CannotStart"/>: an answer on another page decides whether it is needed.</summary>
public enum PageProgress { Hidden, CannotStart, NotStarted, InProgress, Done }

/// <summary>A page with where it stands.</summary>
public sealed record PageState(QuestionPage Page, PageProgress Progress, int Faults)
{
    public bool Visible => Progress is not (PageProgress.Hidden or PageProgress.CannotStart);
}

/// <summary>Something in the answers that must be mended.</summary>
/// <param name="Path">Field path: <c>rows[2].amount</c>.</param>
/// <param name="Message">What is wrong and how to mend it, in plain Chinese.</param>
/// <param name="Page">The page to mend it on.</param>
/// <param name="Field">The field; null when it concerns the form as a whole.</param>
public sealed record AnswerFault(string Path, string Message, QuestionPage Page, FormField? Field)
{
    /// <summary>The row it stands in: 成员 3; null outside of rows.</summary>
    public string? Row { get; init; }

    /// <summary>The message says by itself which field it speaks of.</summary>
    internal bool IsNamed { get; init; } = true;

    /// <summary>The message for a list of all faults: with the row in front, and the field where the message alone does not say it.</summary>
    public string Sentence => (Row is null ? "" : Row + "：") + (IsNamed || Field is null || Message.Contains(Field.Label) ? "" : Field.Label + "：") + Message;

    public override string ToString() => $"{Path}: {Sentence}";
}

/// <summary>A field with its answer and everything a page needs to show it.</summary>
public sealed class FieldState
{
    internal FieldState(FormField field, string path, JsonElement value, bool visible, bool open) =>
        (Field, Path, Value, Visible, Open) = (field, path, value, visible, open);

    public FormField Field { get; }
    /// <summary>Path with row numbers: <c>rows[2].amount</c>; also the name of the input.</summary>
    public string Path { get; }
    /// <summary>The answer as kept in a draft; undefined when there is none.</summary>
    public JsonElement Value { get; internal set; }
    /// <summary>Its condition and those of its group and page hold.</summary>
    public bool Visible { get; }
    /// <summary>False in a correction round for everything that was not asked for.</summary>
    public bool Open { get; }
    /// <summary>The fact behind the field, when there is one.</summary>
    public PrefillFact? Fact { get; internal init; }
    /// <summary>The applicant answered otherwise than the fact says.</summary>
    public bool Disputed { get; internal init; }
    /// <summary>Fields of a group or address.</summary>
    public ImmutableArray<FieldState> Members { get; internal set; } = [];
    /// <summary>Rows of a repeating group.</summary>
    public ImmutableArray<ImmutableArray<FieldState>> Rows { get; internal set; } = [];

    public bool HasValue => Value.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);
    /// <summary>Shown and answered by somebody; an unticked box is no answer.</summary>
    internal bool IsAnswered => Visible && HasValue && Value.ValueKind != JsonValueKind.False && Field.Computed is null;
    /// <summary>Must be answered here and now.</summary>
    public bool Required => Field.Required && Visible;

    /// <summary>An empty row to fill in where a required group has none yet.</summary>
    public ImmutableArray<FieldState> Offered { get; internal set; } = [];

    internal IScope[] RowScopes { get; set; } = [];
    /// <summary>The value for expressions, where it is not simply the answer.</summary>
    internal Value? Known { get; set; }
    /// <summary>The value for expressions; null while hidden.</summary>
    internal Value AsValue()
    {
        if (!Visible) return Kapok.Foundation.Expressions.Value.Null;
        if (Known is { } known) return known;
        var value = Kapok.Foundation.Expressions.Value.FromJson(Value);
        // JSON has no dates, but expressions have: openingDate.year.
        return Field.Widget == Widget.Date && value.AsDate is { } date ? date : value;
    }

    /// <summary>The file, where the answer is one.</summary>
    public FileAnswer? File => Field.Widget == Widget.File && Value.ValueKind == JsonValueKind.String ? FileAnswer.Read(FieldRules.Text(Value)) : null;

    /// <summary>The answer as people read it.</summary>
    public string Show(Func<string, string?>? divisions = null) => FieldRules.Show(Field, Value, divisions);
}

/// <summary>A form with answers, evaluated: what is shown, what is computed, what is wrong, how far it is.</summary>
public sealed class FormState
{
    readonly Dictionary<string, AnswerFault> faultAt = [];
    readonly Lazy<JsonElement> answers, submission;

    internal FormState(FormDefinition definition, FormContext context, AnswerScope scope, ImmutableArray<string> unknown)
    {
        (Definition, Context, Scope, Unknown) = (definition, context, scope, unknown);
        Fields = [.. definition.Fields.Select(f => scope.State(f.Name)!)];
        answers = new(() => Written(visibleOnly: false));
        submission = new(() => Written(visibleOnly: true));
    }

    public FormDefinition Definition { get; }
    public FormContext Context { get; }
    /// <summary>Root fields in the order of the pages, hidden ones too.</summary>
    public ImmutableArray<FieldState> Fields { get; }
    public ImmutableArray<PageState> Pages { get; internal set; } = [];
    /// <summary>Everything that must be mended, in the order of the pages. Empty: the form can be submitted.</summary>
    public ImmutableArray<AnswerFault> Faults { get; private set; } = [];
    /// <summary>Names in the answers that are no fields; they were left out.</summary>
    public ImmutableArray<string> Unknown { get; }
    /// <summary>The answers for expressions: hidden answers are null, computed values are there.</summary>
    public AnswerScope Scope { get; }
    /// <summary>The answers as a draft keeps them, hidden ones too.</summary>
    public JsonElement Answers => answers.Value;
    /// <summary>The answers as they are submitted: hidden ones are dropped.</summary>
    public JsonElement Submission => submission.Value;
    public bool IsComplete => Faults.IsEmpty;

    /// <summary>The visible pages in order.</summary>
    public IEnumerable<PageState> VisiblePages => Pages.Where(p => p.Visible);

    /// <summary>The fields of a page, hidden ones too.</summary>
    public IEnumerable<FieldState> FieldsOn(QuestionPage page) => page.Fields.Select(f => Scope.State(f.Name)!);

    public IEnumerable<AnswerFault> FaultsOn(QuestionPage page) => Faults.Where(f => f.Page == page);

    /// <summary>The fault shown at a field; null when it is right.</summary>
    public AnswerFault? FaultAt(string path) => faultAt.GetValueOrDefault(path);

    /// <summary>The page after the given one; null after the last.</summary>
    public QuestionPage? After(QuestionPage page) => VisiblePages.SkipWhile(p => p.Page != page).Skip(1).FirstOrDefault()?.Page;

    /// <summary>The page before the given one; null before the first.</summary>
    public QuestionPage? Before(QuestionPage page) => VisiblePages.TakeWhile(p => p.Page != page).LastOrDefault()?.Page;

    /// <summary>
    /// Required fields of a page that this evaluation shows and an earlier one hid: without script the page is shown again
    /// for them, and nothing is wrong yet.
    /// </summary>
    public IEnumerable<FieldState> Revealed(FormState earlier, QuestionPage page) =>
        FieldsOn(page).Where(f => f is { Visible: true, HasValue: false, Required: true } && earlier.Field(f.Path) is not { Visible: true });

    /// <summary>A field by its path (<c>rows[2].amount</c>); null when there is none.</summary>
    public FieldState? Field(string path)
    {
        if (path.AsSpan().IndexOfAny('.', '[') < 0) return Scope.State(path);
        FieldState? state = null;
        IEnumerable<FieldState> among = Fields;
        foreach (var part in path.Split('.'))
        {
            var bracket = part.IndexOf('[');
            var name = bracket < 0 ? part : part[..bracket];
            state = state is null ? Scope.State(name) : among.FirstOrDefault(f => f.Field.Name == name);
            if (state is null) return null;
            among = state.Members;
            if (bracket < 0) continue;
            if (!int.TryParse(part.AsSpan(bracket + 1).TrimEnd(']'), out var row) || row < 0 || row >= state.Rows.Length) return null;
            among = state.Rows[row];
        }
        return state;
    }

    /// <summary>The files that stand as answers and would be submitted, with the paths of their fields.</summary>
    public IEnumerable<(string Path, FileAnswer File)> Files => FilesIn(Fields.Where(f => f.Field.AsksForFile));

    static IEnumerable<(string, FileAnswer)> FilesIn(IEnumerable<FieldState> fields)
    {
        foreach (var field in fields.Where(f => f.Visible))
            if (field.Field.Widget != Widget.File) foreach (var file in FilesIn([.. field.Members, .. field.Rows.SelectMany(r => r)])) yield return file;
            else if (field.File is { } file) yield return (field.Path, file);
    }

    internal void Set(IEnumerable<AnswerFault> faults)
    {
        Faults = [.. faults];
        foreach (var fault in Faults) faultAt.TryAdd(fault.Path, fault);
    }

    JsonElement Written(bool visibleOnly) => CanonicalAnswers.Written(json => Write(json, Fields, visibleOnly));

    static void Write(System.Text.Json.Utf8JsonWriter json, ImmutableArray<FieldState> fields, bool visibleOnly)
    {
        json.WriteStartObject();
        foreach (var field in fields)
        {
            if (visibleOnly && !field.Visible || !field.HasValue) continue;
            if (field.Field.HasMembers && field.Members.IsEmpty && field.Rows.IsEmpty) { json.WritePropertyName(field.Field.Name); field.Value.WriteTo(json); continue; }
            if (field.Field.Widget == Widget.Rows)
            {
                json.WriteStartArray(field.Field.Name);
                foreach (var row in field.Rows) Write(json, row, visibleOnly);
                json.WriteEndArray();
            }
            else if (field.Field.HasMembers)
            {
                if (visibleOnly && !field.Members.Any(m => m.Visible && m.HasValue)) continue;
                json.WritePropertyName(field.Field.Name);
                Write(json, field.Members, visibleOnly);
            }
            else
            {
                json.WritePropertyName(field.Field.Name);
                field.Value.WriteTo(json);
            }
        }
        json.WriteEndObject();
    }
}
