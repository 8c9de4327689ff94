using Kapok.Foundation.Expressions;

namespace Kapok.Documents.Layout;

/// <summary>On which pages a thing with a place stands.</summary>
enum OnPages { First, Every, Last }

/// <summary>A part of a template.</summary>
abstract record Block(string Where)
{
    /// <summary>Only when this holds.</summary>
    public Expression? When { get; init; }
    public OnPages On { get; init; }
    /// <summary>Says the same in every document; it then belongs to the form.</summary>
    public abstract bool IsFixed { get; }
    /// <summary>Expressions with their places.</summary>
    public virtual IEnumerable<(Expression Value, string Where)> Expressions => When is null ? [] : [(When, Where)];

    protected static IEnumerable<(Expression, string)> In(Words words) => words.Pieces.Where(p => p.Value is not null).Select(p => (p.Value!, p.Where));
}

/// <summary>Text at a place.</summary>
/// <param name="Area">Height 0: as high as it becomes.</param>
/// <param name="Smallest">The text may shrink to this part of its size so that it fits.</param>
sealed record TextBlock(string Where, Words Words, TextStyle Style, Area Area, Align Align, bool Middle, double Smallest, string? Tag) : Block(Where)
{
    /// <summary>Where the first line stands, from the top of the area; by itself the line is in the middle of its height.</summary>
    public double? Baseline { get; init; }
    public override bool IsFixed => When is null && Words.IsFixed;
    public override IEnumerable<(Expression, string)> Expressions => base.Expressions.Concat(In(Words));
}

/// <summary>Lines and surfaces.</summary>
sealed record ShapeBlock(string Where, IReadOnlyList<PrintedPath> Paths) : Block(Where)
{
    public override bool IsFixed => When is null;
}

/// <summary>A picture of the package, or one that comes with the document.</summary>
sealed record ImageBlock(string Where, byte[]? File, Words Name, Area Area) : Block(Where)
{
    public override bool IsFixed => When is null && File is not null;
    public override IEnumerable<(Expression, string)> Expressions => base.Expressions.Concat(In(Name));
}

sealed record QrBlock(string Where, Words Words, Area Area, Ink Ink) : Block(Where)
{
    public override bool IsFixed => When is null && Words.IsFixed;
    public override IEnumerable<(Expression, string)> Expressions => base.Expressions.Concat(In(Words));
}

/// <summary>Where a seal will stand: at a place, or at a word that is found on the pages (its last occurrence).</summary>
/// <param name="Area">Place; with a keyword only its size, the middle of the seal on the middle of the word.</param>
sealed record SealBlock(string Where, string Name, Area Area, string? Keyword) : Block(Where)
{
    public override bool IsFixed => false;
}

/// <summary>Text that flows over the pages.</summary>
/// <param name="Indent">Of the first line, in characters.</param>
sealed record ParagraphBlock(string Where, Words Words, TextStyle Style, Align Align, double Indent, double Before, double After, string? Tag) : Block(Where)
{
    public override bool IsFixed => false;
    public override IEnumerable<(Expression, string)> Expressions => base.Expressions.Concat(In(Words));
}

/// <summary>A table that flows over the pages; its head is repeated.</summary>
/// <param name="Left">From the left edge of the text; null when it stands there.</param>
sealed record TableBlock(string Where, Expression? Each, IReadOnlyList<TableBlock.Column> Columns, TextStyle Style, TextStyle HeadStyle, Ink Ink, double LineWidth, double Padding, double MinRows, Area? Place) : Block(Where)
{
    public sealed record Column(Words Title, Words Value, double Width, Align Align);

    public override bool IsFixed => false;

    public override IEnumerable<(Expression, string)> Expressions
    {
        get
        {
            if (Each is { } each) yield return (each, Where);
            if (When is { } when) yield return (when, Where);
            foreach (var column in Columns)
            {
                foreach (var title in In(column.Title)) yield return title;
                // Values of a column read the row first; what the row holds is known only when it is printed.
                if (Each is null) foreach (var value in In(column.Value)) yield return value;
            }
        }
    }
}

sealed record SpaceBlock(string Where, double Height, bool NewPage) : Block(Where)
{
    public override bool IsFixed => false;
}
