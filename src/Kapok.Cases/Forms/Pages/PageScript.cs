namespace Kapok.Cases.Forms.Pages;

/// <summary>What the browser needs to show and hide fields while somebody types.</summary>
internal static class PageScript
{
    public static string? For(FormState state, QuestionPage page) => null;
}
