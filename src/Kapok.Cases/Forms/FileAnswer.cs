namespace Kapok.Cases.Forms;

/// <summary>
/// The answer to a question with the widget <c>file</c>: the id of the file in the draft or case and its name,
/// <c>ID/NAME</c>. The name travels along, so that an answer reads by itself wherever answers are shown.
/// </summary>
/// <param name="Id">Id of the file among those of the draft or case.</param>
/// <param name="Name">Name as the person gave it.</param>
public readonly record struct FileAnswer(Guid Id, string Name)
{
    /// <summary>Most megabytes of a file where the form does not say.</summary>
    public const int UsualMegabytes = 20;

    /// <summary>Kinds taken where the form does not say.</summary>
    public static readonly IReadOnlyList<string> UsualKinds = ["pdf", "jpg", "png"];

    /// <summary>Such files are kept with the materials of the case under this name and the path of the field.</summary>
    const string Prefix = "field:";

    public static string Key(string path) => Prefix + path;

    /// <summary>The path of the field a file was given for; null when it belongs to a material of the item.</summary>
    public static string? PathOf(string material) => material.StartsWith(Prefix, StringComparison.Ordinal) ? material[Prefix.Length..] : null;

    public static FileAnswer? Read(string text) =>
        text.Length > 37 && text[36] == '/' && Guid.TryParseExact(text.AsSpan(0, 36), "D", out var id) ? new(id, text[37..]) : null;

    public override string ToString() => $"{Id:D}/{Name}";
}
