namespace Kapok.Foundation.Codes;

/// <summary>
/// What a check of a code says. Input is cleaned before it is judged (spaces, full-width and lower-case letters), so what is kept
/// must be <see cref="Value"/>, never what was typed.
/// </summary>
/// <param name="Value">The code in its one canonical form; null when it is not valid.</param>
/// <param name="Problem">What is wrong, a plain Chinese sentence for the person who typed it; null when valid.</param>
/// <param name="Warnings">What is unusual about a valid code.</param>
public sealed record CodeVerdict(string? Value, string? Problem, IReadOnlyList<string> Warnings)
{
    public bool IsValid => Problem is null;

    internal static CodeVerdict Ok(string value, params IReadOnlyList<string> warnings) => new(value, null, warnings);

    internal static CodeVerdict Wrong(string problem) => new(null, problem, []);
}
