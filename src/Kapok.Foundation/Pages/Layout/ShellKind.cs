namespace Kapok.Foundation.Pages;

/// <summary>Frame of a page.</summary>
public enum ShellKind
{
    /// <summary>For citizens and companies: a column of at most 1120 px.</summary>
    Portal,
    /// <summary>For officers: side navigation and the full width.</summary>
    Desk,
    /// <summary>For signing in: one narrow column, nothing around it.</summary>
    Plain,
}
