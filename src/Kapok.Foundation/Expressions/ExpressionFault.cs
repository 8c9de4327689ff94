namespace Kapok.Foundation.Expressions;

/// <summary>
/// What is wrong with an expression: in its text (found when parsing) or with the work it asks for (found when evaluating).
/// <see cref="Exception.Message"/> is a plain Chinese sentence for the author of the expression.
/// </summary>
public sealed class ExpressionFault(string message, int position) : Exception(message)
{
    /// <summary>Where in the text, counted in UTF-16 units from 0; -1 when the fault has no place in the text.</summary>
    public int Position { get; } = position;
}
