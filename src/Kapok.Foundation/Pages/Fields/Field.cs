using System.Collections;
using Microsoft.AspNetCore.Components;

namespace Kapok.Foundation.Pages;

/// <summary>How long an answer is expected to be; the width of a field tells it.</summary>
public enum FieldWidth
{
    /// <summary>The whole column.</summary>
    Full,
    /// <summary>An address, an e-mail: about 30 characters.</summary>
    Long,
    /// <summary>A name, an identity number: about 20 characters.</summary>
    Medium,
    /// <summary>A phone number, an amount: about 12 characters.</summary>
    Short,
    /// <summary>A year, a count: about 4 characters.</summary>
    Tiny,
}

/// <summary>One answer a person can choose.</summary>
/// <param name="Value">What is sent.</param>
/// <param name="Label">What is read.</param>
/// <param name="Hint">A second line in smaller type.</param>
/// <param name="Group">Heading the choice stands under in a select.</param>
/// <param name="Disabled">Shown but not available.</param>
public sealed record Choice(string Value, string Label, string? Hint = null, string? Group = null, bool Disabled = false);

/// <summary>A message that belongs to a field; an empty field name belongs to the whole form.</summary>
public readonly record struct FieldError(string Field, string Message);

/// <summary>The errors of a form in the order of its fields. The first of a field is shown beside it.</summary>
public sealed class FieldErrors : IEnumerable<FieldError>
{
    private readonly List<FieldError> errors = [];

    /// <summary>Notes an error. The message says how to repair it.</summary>
    public void Add(string field, string message) => errors.Add(new(field, message));

    /// <summary>True when there is an error.</summary>
    public bool Any => errors.Count > 0;

    /// <summary>How many there are.</summary>
    public int Count => errors.Count;

    /// <summary>The first message of a field, null when it has none.</summary>
    public string? this[string field] => errors.Find(error => error.Field == field).Message;

    /// <inheritdoc/>
    public IEnumerator<FieldError> GetEnumerator() => errors.GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>
/// What every field has: label above, hint below it, error between them and the control. The control's id is the
/// field's name, so that an error in the summary leads to it.
/// </summary>
public abstract class Field : PageComponent
{
    /// <summary>Name in the form, and id.</summary>
    [Parameter, EditorRequired] public string Name { get; set; } = "";

    /// <summary>Label; the question where the page asks one thing.</summary>
    [Parameter, EditorRequired] public string Label { get; set; } = "";

    /// <summary>How to answer, one sentence.</summary>
    [Parameter] public string? Hint { get; set; }

    /// <summary>Why we ask, folded away under "为什么要填".</summary>
    [Parameter] public string? Why { get; set; }

    /// <summary>What the field holds, as typed.</summary>
    [Parameter] public string? Value { get; set; }

    /// <summary>What is wrong and how to repair it; null takes it from the form's errors.</summary>
    [Parameter] public string? Error { get; set; }

    /// <summary>Expected length of the answer.</summary>
    [Parameter] public FieldWidth Width { get; set; }

    /// <summary>True when the field may stay empty; only these are marked.</summary>
    [Parameter] public bool Optional { get; set; }

    /// <summary>Purpose by the HTML list (<c>name</c>, <c>tel</c>, <c>street-address</c> …), WCAG 2.2, 1.3.5.</summary>
    [Parameter] public string? Autocomplete { get; set; }

    /// <summary>Cannot be used and is not sent.</summary>
    [Parameter] public bool Disabled { get; set; }

    /// <summary>Shown and sent, not changed: a fact from a register. Say the source in the hint.</summary>
    [Parameter] public bool ReadOnly { get; set; }

    /// <summary>Label is spoken but not shown; only where the place says what the field is (search, filters in a table head).</summary>
    [Parameter] public bool HideLabel { get; set; }

    /// <summary>Label in the size of a section heading.</summary>
    [Parameter] public bool LargeLabel { get; set; }

    /// <summary>Id when it must differ from the name (the same name twice on a page).</summary>
    [Parameter] public string? Id { get; set; }

    /// <summary>Further attributes of the control, for htmx and data hooks.</summary>
    [Parameter(CaptureUnmatchedValues = true)] public IReadOnlyDictionary<string, object>? Attributes { get; set; }

    /// <summary>Errors of the form around the field.</summary>
    [CascadingParameter] public FieldErrors? Errors { get; set; }

    /// <summary>Id of the control.</summary>
    public string FieldId => Id ?? Name;

    /// <summary>The message shown, null when the field is right.</summary>
    public string? ErrorText => Error ?? Errors?[Name];

    /// <summary>Ids of what describes the control.</summary>
    public string? DescribedBy => Css(
        Hint is null ? null : FieldId + "-hint",
        ErrorText is null ? null : FieldId + "-error",
        ExtraDescription);

    /// <summary>Id of a further description a field adds.</summary>
    protected virtual string? ExtraDescription => null;

    /// <summary><c>true</c> when there is an error, for <c>aria-invalid</c>.</summary>
    protected string? Invalid => ErrorText is null ? null : "true";

    /// <summary>Class that gives the control its width.</summary>
    protected string? WidthClass => Width switch
    {
        FieldWidth.Long => "w-long",
        FieldWidth.Medium => "w-medium",
        FieldWidth.Short => "w-short",
        FieldWidth.Tiny => "w-tiny",
        _ => null,
    };
}
