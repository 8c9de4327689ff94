namespace Kapok.Documents.Seals;

/// <summary>Where a seal stands in a document.</summary>
public abstract record StampPlace
{
    /// <summary>Once on a page.</summary>
    /// <param name="Page">From 1; negative counts from the end, -1 is the last page.</param>
    /// <param name="X">Left edge of the picture, millimetres from the left of the page.</param>
    /// <param name="Y">Upper edge of the picture, millimetres from the top.</param>
    public sealed record At(int Page, double X, double Y) : StampPlace;

    /// <summary>
    /// Across the edges of all pages (骑缝章): each page carries a strip, and the pages laid like a fan show the whole seal.
    /// A seal is cut into at most <see cref="MostStrips"/>; longer documents repeat it.
    /// </summary>
    /// <param name="Y">Upper edge, millimetres from the top; null is the middle of the page.</param>
    public sealed record Straddle(StraddleEdge Edge = StraddleEdge.Right, double? Y = null) : StampPlace
    {
        /// <summary>A strip of a 42 mm seal is then at least 3 mm wide and can still be told apart.</summary>
        public const int MostStrips = 14;
    }
}

public enum StraddleEdge { Right, Left }

/// <summary>A seal picture on one page, as it is written into the document. Millimetres.</summary>
/// <param name="PageId">Object id of the page.</param>
/// <param name="Clip">The part of the picture that is shown, from its own upper left corner; null shows all.</param>
public sealed record Stamp(string PageId, StampBox Boundary, StampBox? Clip = null);

/// <summary>A rectangle, millimetres.</summary>
public readonly record struct StampBox(double X, double Y, double Width, double Height)
{
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{X:0.###} {Y:0.###} {Width:0.###} {Height:0.###}");

    /// <summary>Reads <c>x y w h</c>; null when it is something else.</summary>
    public static StampBox? Parse(string? text)
    {
        var parts = (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != 4) return null;
        var numbers = new double[4];
        for (var i = 0; i < 4; i++)
            if (!double.TryParse(parts[i], System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out numbers[i]) || !double.IsFinite(numbers[i]) || Math.Abs(numbers[i]) > 1e6) return null;
        return new(numbers[0], numbers[1], numbers[2], numbers[3]);
    }
}

/// <summary>Turns places into stamps on the pages of one document.</summary>
static class Stamping
{
    /// <summary>A page: object id and size in millimetres.</summary>
    public readonly record struct PageSize(string Id, double Width, double Height);

    /// <summary>The stamps of a place; null when it names a page that is not there.</summary>
    public static IReadOnlyList<Stamp>? Of(StampPlace place, IReadOnlyList<PageSize> pages, double width, double height) => place switch
    {
        StampPlace.At at => (at.Page < 0 ? pages.Count + at.Page : at.Page - 1) is var index && index >= 0 && index < pages.Count ? [new(pages[index].Id, new(at.X, at.Y, width, height))] : null,
        StampPlace.Straddle straddle => Straddle(straddle, pages, width, height),
        _ => null,
    };

    static List<Stamp> Straddle(StampPlace.Straddle straddle, IReadOnlyList<PageSize> pages, double width, double height)
    {
        var groups = (pages.Count + StampPlace.Straddle.MostStrips - 1) / StampPlace.Straddle.MostStrips;
        var stamps = new List<Stamp>(pages.Count);
        for (var group = 0; group < groups; group++)
        {
            // Strips as even as can be: 15 pages are 8 and 7, never 14 and 1.
            var (from, to) = (group * pages.Count / groups, (group + 1) * pages.Count / groups);
            var strip = width / (to - from);
            for (var i = from; i < to; i++)
            {
                var page = pages[i];
                // On the right edge the first page shows the left part of the seal; on the left edge the last page does.
                var part = straddle.Edge == StraddleEdge.Right ? i - from : to - 1 - i;
                var x = straddle.Edge == StraddleEdge.Right ? page.Width - strip * (part + 1) : -strip * part;
                stamps.Add(new(page.Id, new(x, straddle.Y ?? (page.Height - height) / 2, width, height), new(strip * part, 0, strip, height)));
            }
        }
        return stamps;
    }
}
