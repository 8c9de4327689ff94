using System.Globalization;
using System.Text;

namespace Kapok.Documents.Fonts;

/// <summary>A line of a text: what is seen of it is <c>text[Start..End]</c>; spaces at its end belong to no line.</summary>
/// <param name="Width">In the unit of the width that was asked for.</param>
/// <param name="EndsParagraph">The text, or a paragraph of it, ends here.</param>
public readonly record struct TextLine(int Start, int End, double Width, bool EndsParagraph);

/// <summary>
/// Breaks Chinese text with Latin words and numbers in it into lines: between any two Chinese characters, except that closing marks do
/// not begin and opening marks do not end a line (避头尾; GB/T 15834-2011, 5.1), and that words, numbers with their signs and units,
/// dashes and ellipses stay whole. What fits on no line is broken where it must be. Lines are filled one after the other; nothing is
/// stretched. The work grows with the length of the text only.
/// </summary>
public static class LineBreaker
{
    /// <param name="text">Paragraphs end with a line feed (or CR LF, or another separator of lines).</param>
    /// <param name="width">The room of a line.</param>
    /// <param name="advance">Width of a character, in the unit of <paramref name="width"/>.</param>
    /// <param name="firstWidth">The room of the first line, when a label or indent takes a part of it.</param>
    /// <param name="trimEnds">A full-width closing mark may end a line with its empty right half outside; its width then counts half.</param>
    /// <returns>No line for an empty text. A line is wider than the room only when a single character is.</returns>
    public static IReadOnlyList<TextLine> Break(string text, double width, Func<Rune, double> advance, double? firstWidth = null, bool trimEnds = false)
    {
        var pieces = Pieces(text, advance);
        var lines = new List<TextLine>();
        for (var from = 0; from < pieces.Count;)
        {
            var room = (lines.Count == 0 ? firstWidth ?? width : width) * (1 + 1e-9);
            var to = Fill(pieces, from, room, trimEnds, out var ends);
            var (seen, used) = (to, 0.0);
            while (seen > from && pieces[seen - 1].IsBlank) seen--;
            for (var i = from; i < seen; i++) used += pieces[i].Width;
            if (used > room && trimEnds && seen > from && pieces[seen - 1].Trims) used -= pieces[seen - 1].Width / 2;
            lines.Add(new(pieces[from].At, seen > from ? pieces[seen - 1].End : pieces[from].At, used, ends));
            from = to;
        }
        return lines;
    }

    /// <summary>A character with the marks that belong to it.</summary>
    /// <param name="Breaks">A line may begin here.</param>
    readonly record struct Piece(int At, int End, double Width, BreakClass Class, bool Breaks, bool Trims)
    {
        public bool IsBlank => Class is BreakClass.Space or BreakClass.NewLine or BreakClass.Gap;
    }

    /// <summary>How far a line reaches that begins at <paramref name="from"/>: the index of the piece that begins the next.</summary>
    static int Fill(List<Piece> pieces, int from, double room, bool trimEnds, out bool ends)
    {
        var (used, last) = (0.0, from);
        for (var i = from; i < pieces.Count; i++)
        {
            var piece = pieces[i];
            if (piece.Class == BreakClass.NewLine) { ends = true; return i + 1; }
            if (i > from && piece.Breaks) last = i;
            if (!piece.IsBlank && used + piece.Width > room && i > from)
            {
                var trimmed = trimEnds && piece.Trims && used + piece.Width / 2 <= room && (i + 1 == pieces.Count || pieces[i + 1].Breaks || pieces[i + 1].IsBlank);
                if (!trimmed)
                {
                    ends = false;
                    return last > from ? last : Forced(pieces, from, i);
                }
            }
            used += piece.Width;
        }
        ends = true;
        return pieces.Count;
    }

    /// <summary>Where to break what fits on no line: as late as possible, without a closing mark at the start or an opening one at the end if that can be had.</summary>
    static int Forced(List<Piece> pieces, int from, int over)
    {
        for (var i = over; i > from; i--)
            if (pieces[i].Class is not (BreakClass.Closing or BreakClass.Exclamation or BreakClass.NonStarter or BreakClass.Divider or BreakClass.Infix) && pieces[i - 1].Class is not (BreakClass.Opening or BreakClass.Divider)) return i;
        return over;
    }

    static List<Piece> Pieces(string text, Func<Rune, double> advance)
    {
        var pieces = new List<Piece>(text.Length);
        // The class before, apart from spaces, and whether spaces came after it.
        var (before, spaces, narrow, unit) = (BreakClass.NewLine, false, false, 0);
        for (var at = 0; at < text.Length;)
        {
            var length = StringInfo.GetNextTextElementLength(text, at);
            Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out _);
            var kind = BreakClasses.Of(rune);
            if (rune.Value == '’' && before == BreakClass.Letter && !spaces && at + 1 < text.Length && char.IsLetter(text[at + 1]) && text[at + 1] < 0x2E80) kind = BreakClass.Letter;
            if (kind == BreakClass.Ideograph && before == BreakClass.Number && !spaces && unit <= at) unit = at + BreakClasses.UnitAt(text, at);
            var ascii = rune.IsAscii;
            var breaks = at > 0 && at >= unit && BreakClasses.Between(before, kind, spaces, kind == BreakClass.Opening ? ascii : narrow);
            var width = 0.0;
            foreach (var part in text.AsSpan(at, length).EnumerateRunes()) width += advance(part);
            pieces.Add(new(at, at + length, kind == BreakClass.NewLine ? 0 : width, kind, breaks, BreakClasses.HasEmptyRight(rune)));
            if (kind == BreakClass.Space) spaces = true;
            else (before, spaces, narrow) = (kind, false, ascii);
            at += length;
        }
        return pieces;
    }
}
