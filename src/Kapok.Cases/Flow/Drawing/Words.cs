using System.Globalization;

namespace Kapok.Cases.Flow.Drawing;

/// <summary>Measures and breaks Chinese and Latin text for pictures, without a font at hand: a Chinese character is one em wide.</summary>
internal static class Words
{
    /// <summary>Width in em.</summary>
    public static double Width(string text)
    {
        var width = 0.0;
        foreach (var rune in text.EnumerateRunes()) width += Width(rune.Value);
        return width;
    }

    private static double Width(int rune) => rune >= 0x2E80 ? 1 : rune is >= 'A' and <= 'Z' or 'm' or 'w' ? 0.68 : rune is 'i' or 'l' or 'j' or 't' or 'f' or '.' or ',' or ' ' or '\'' ? 0.32 : 0.56;

    /// <summary>Breaks a text into lines of at most so many em, evenly rather than full; what does not fit ends with an ellipsis.</summary>
    public static List<string> Wrap(string text, double width, int maxLines)
    {
        text = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        var total = Width(text);
        var lines = Math.Clamp((int)Math.Ceiling(total / width - 0.001), 1, maxLines);
        // Even lines look better than one long and one with a single character left over.
        for (var target = Math.Max(total / lines, 1.0); ; target = Math.Min(width, target + 0.5))
        {
            var broken = Break(text, Math.Min(width, target));
            if (broken.Count <= lines) return broken;
            if (target < width) continue;
            if (broken.Count <= maxLines) return broken;
            return [.. broken.Take(maxLines - 1), Cut(string.Concat(broken.Skip(maxLines - 1)), width)];
        }
    }

    private static List<string> Break(string text, double width)
    {
        var lines = new List<string>();
        var line = "";
        foreach (var piece in Pieces(text))
        {
            var fits = Width((line + piece).TrimEnd()) <= width + 0.01;
            // A closing mark may hang over the edge rather than begin a line.
            if (!fits && line.Length > 0 && !"，。、；：？！）》”".Contains(piece[0]))
            {
                lines.Add(line.Trim());
                line = "";
            }
            line += piece;
        }
        if (line.Trim().Length > 0) lines.Add(line.Trim());
        return lines.Count == 0 ? [""] : lines;
    }

    /// <summary>Single Chinese characters, whole Latin words (cut when longer than 12 letters).</summary>
    private static IEnumerable<string> Pieces(string text)
    {
        var word = "";
        var elements = StringInfo.GetTextElementEnumerator(text);
        while (elements.MoveNext())
        {
            var element = elements.GetTextElement();
            if (char.IsAscii(element[0]) && element != " " && word.Length < 12)
            {
                word += element;
                continue;
            }
            if (word.Length > 0) yield return word;
            word = "";
            if (char.IsAscii(element[0]) && element != " ") word = element;
            else yield return element;
        }
        if (word.Length > 0) yield return word;
    }

    private static string Cut(string text, double width)
    {
        var result = "";
        foreach (var piece in Pieces(text))
        {
            if (Width(result + piece) > width - 1) break;
            result += piece;
        }
        return result.TrimEnd() + "…";
    }
}
