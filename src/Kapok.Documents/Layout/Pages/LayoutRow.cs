namespace Kapok.Documents.Layout.Pages;

/// <param name="Key"><c>package/name</c>.</param>
/// <param name="Width">Millimetres.</param>
public sealed record LayoutRow(string Key, string Title, double Width, double Height);
