using Kapok.Foundation.Pages;

namespace Kapok.Cases.Forms.Pages;

/// <summary>What the place of a form supplies to its fields.</summary>
public sealed record FieldSettings
{
    /// <summary>Divisions right below a code; null asks for the first level.</summary>
    public Func<string?, IReadOnlyList<Choice>> Divisions { get; init; } = _ => [];
    /// <summary>Code whose children are the first level.</summary>
    public string? DivisionRoot { get; init; }
    /// <summary>Address that answers with a picker again when a level was chosen: (field path) → address; null: without script only.</summary>
    public Func<string, string?>? DivisionLoadUrl { get; init; }
    /// <summary>Address that finds divisions by words; null: they are chosen level by level.</summary>
    public string? DivisionFindUrl { get; init; }
    /// <summary>Name of a division code.</summary>
    public Func<string, string?>? DivisionName { get; init; }
    /// <summary>Address that takes the file of a field in parts: (field path) → address; null: it comes with the form.</summary>
    public Func<string, string?>? FileUploadUrl { get; init; }
    /// <summary>What is known of a file that was given as an answer; null when it is not there (any more).</summary>
    public Func<FileAnswer, FileInput.AddedFile?>? FileOf { get; init; }
}
