using System.Collections.Immutable;
using System.Text.Json;
using Kapok.Cases.Forms.Schemas;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Forms;

/// <summary>
/// A form, read from <c>forms/*.json</c> of a package (docs/forms.md): a JSON Schema with display hints, checked and
/// compiled. Immutable; a running case keeps the definition it started with.
/// </summary>
public sealed class FormDefinition
{
    internal FormDefinition(string name, Schema schema, FormParts parts)
    {
        (Name, Schema, Title, Declaration, Pages, Fields, Rules) = (name, schema, parts.Title, parts.Declaration, parts.Pages, parts.Fields, parts.Rules);
        (Order, NeedsWholeSchema, readers) = (parts.Order, parts.NeedsWholeSchema, parts.Readers);
        root = Fields.ToDictionary(f => f.Name);
        pages = Pages.ToDictionary(p => p.Id);
    }

    readonly Dictionary<string, FormField> root;
    readonly Dictionary<string, QuestionPage> pages;
    readonly IReadOnlyDictionary<string, ImmutableArray<string>> readers;

    /// <summary>Name of the file without its ending.</summary>
    public string Name { get; }
    public string Title { get; }
    /// <summary>The sentence the applicant confirms before submitting; null when there is none.</summary>
    public string? Declaration { get; }
    public Schema Schema { get; }
    public ImmutableArray<QuestionPage> Pages { get; }
    /// <summary>The fields at the root, in the order of the pages.</summary>
    public ImmutableArray<FormField> Fields { get; }
    public ImmutableArray<FormRule> Rules { get; }

    /// <summary>Root fields so that everything a field's condition or formula reads stands before it.</summary>
    internal ImmutableArray<FormField> Order { get; }
    /// <summary>The schema has keywords beyond those of single fields (<c>if</c>, <c>anyOf</c> …), so it is also run as a whole.</summary>
    internal bool NeedsWholeSchema { get; }

    /// <summary>Reads and checks a form.</summary>
    /// <param name="json">The text of the file.</param>
    /// <param name="name">Name of the file without its ending.</param>
    public static FormParse Parse(string json, string name) => new FormReader(json, name).Read();

    public QuestionPage? Page(string id) => pages.GetValueOrDefault(id);

    /// <summary>The field at a path; row numbers do not matter: <c>rows[2].amount</c>, <c>rows[].amount</c>. Null when unknown.</summary>
    public FormField? Find(string path)
    {
        FormField? field = null;
        foreach (var part in path.Split('.'))
        {
            var bracket = part.IndexOf('[');
            var name = bracket < 0 ? part : part[..bracket];
            field = field is null ? root.GetValueOrDefault(name) : field.Members.FirstOrDefault(m => m.Name == name);
            if (field is null) return null;
        }
        return field;
    }

    /// <summary>Root fields whose condition or formula reads the given root field, directly or through others.</summary>
    public ImmutableArray<string> DependentsOf(string name) => readers.GetValueOrDefault(name, []);
}

/// <summary>A page: what is asked together.</summary>
public sealed record QuestionPage(string Id, string Title, string? Intro, ImmutableArray<FormField> Fields, Expression? When)
{
    public override string ToString() => Id;
}

/// <summary>A rule over several fields. With <see cref="Rows"/> it is checked in each row of that group.</summary>
/// <param name="Id">Name within the form.</param>
/// <param name="When">Checked only when true; null means always.</param>
/// <param name="Assert">Must be true.</param>
/// <param name="Message">What to do when it is not, in plain Chinese.</param>
/// <param name="Fields">Paths of the fields concerned; the fault stands at the first.</param>
/// <param name="Rows">The repeating group whose rows are checked one by one; null for the whole form.</param>
/// <param name="Page">The page on which the fault is shown.</param>
public sealed record FormRule(string Id, Expression? When, Expression Assert, string Message, ImmutableArray<string> Fields, FormField? Rows, QuestionPage Page);

/// <summary>A choice.</summary>
/// <param name="Key">The value as text, as forms post it.</param>
/// <param name="Label">What people read.</param>
/// <param name="Value">The value as JSON.</param>
public sealed record FormOption(string Key, string Label, JsonElement Value);

/// <summary>How a field is asked and shown.</summary>
public enum Widget
{
    Text, Name, IdNumber, CreditCode, Phone, Email, Division, Date, Money, Number, TextArea, Radio, Select, Checkbox, Checkboxes, File,
    /// <summary>An object with <c>division</c> and <c>detail</c>.</summary>
    Address,
    /// <summary>An object: fields that belong together.</summary>
    Group,
    /// <summary>An array of objects: the same fields several times.</summary>
    Rows,
}

/// <summary>A question, or a group of questions.</summary>
public sealed class FormField
{
    internal FormField(string name, SchemaNode node) => (Name, Node, JsonName) = (name, node, JsonEncodedText.Encode(name));

    public string Name { get; }
    /// <summary>Path with empty brackets for rows: <c>rows[].amount</c>.</summary>
    public string Path { get; internal init; } = "";
    public Widget Widget { get; internal init; }
    public string Label { get; internal init; } = "";
    public string? Hint { get; internal init; }
    /// <summary>Why it is asked.</summary>
    public string? Why { get; internal init; }
    /// <summary><c>short</c>, <c>medium</c> or <c>long</c>.</summary>
    public string? Width { get; internal init; }
    public string? Autocomplete { get; internal init; }
    /// <summary>Key of the fact that fills it, e.g. <c>person.name</c>.</summary>
    public string? Prefill { get; internal init; }
    /// <summary>Shown, asked and kept only when true.</summary>
    public Expression? When { get; internal init; }
    /// <summary>Formula of a computed field; people cannot change it.</summary>
    public Expression? Computed { get; internal init; }
    /// <summary>Kinds of files taken, by ending; only for the widget <c>file</c>.</summary>
    public ImmutableArray<string> Accept { get; internal init; } = [];
    /// <summary>Greatest size of a file.</summary>
    public int MaxMegabytes { get; internal init; }
    /// <summary>Must be answered whenever it is shown.</summary>
    public bool Required { get; internal init; }
    public ImmutableArray<FormOption> Options { get; internal init; } = [];
    /// <summary>Fields of a group, an address or a row, in the order of the schema.</summary>
    public ImmutableArray<FormField> Members { get; internal init; } = [];
    /// <summary>What one row is called: 成员, 设备.</summary>
    public string ItemTitle { get; internal init; } = "";
    public int MinItems { get; internal init; }
    public int MaxItems { get; internal init; }
    /// <summary>Longest text in characters, as far as the schema limits it.</summary>
    public int? MaxLength { get; internal init; }
    /// <summary>The answer is a JSON number (for money: whole fen).</summary>
    public bool IsNumeric { get; internal init; }

    internal SchemaNode Node { get; }
    /// <summary>Members so that conditions and formulas find what they read.</summary>
    internal ImmutableArray<FormField> MemberOrder { get; set; } = [];

    /// <summary>The name as it stands in JSON.</summary>
    internal JsonEncodedText JsonName { get; }
    /// <summary>Place of a member by its name; -1 when there is none.</summary>
    internal int IndexOf(string name) => (places ??= Members.Select((m, i) => (m.Name, i)).ToDictionary(m => m.Name, m => m.i)).GetValueOrDefault(name, -1);
    Dictionary<string, int>? places;

    public bool HasMembers => Members.Length > 0;
    /// <summary>It is a file, or a group with one in it.</summary>
    public bool AsksForFile => Widget == Widget.File || Members.Any(m => m.AsksForFile);
    public override string ToString() => Path;
}

/// <summary>The outcome of reading a form: a definition, or everything that is wrong with it.</summary>
public sealed record FormParse(FormDefinition? Definition, ImmutableArray<FormFault> Faults);

/// <summary>Something wrong with a form file.</summary>
/// <param name="Pointer">JSON pointer.</param>
/// <param name="Line">Line in the file, from 1.</param>
/// <param name="Message">What to do, in plain Chinese.</param>
public sealed record FormFault(string Pointer, int Line, string Message);

/// <summary>What the reader hands over to a definition.</summary>
internal sealed record FormParts(string Title, string? Declaration, ImmutableArray<QuestionPage> Pages, ImmutableArray<FormField> Fields,
    ImmutableArray<FormRule> Rules, ImmutableArray<FormField> Order, IReadOnlyDictionary<string, ImmutableArray<string>> Readers, bool NeedsWholeSchema);
