using System.Text;

namespace Kapok.Foundation.Pages;

/// <summary>
/// Last step before a page leaves in a language other than the source. For <c>zh-Hant</c> it turns the texts and the
/// spoken attributes into traditional characters; for <c>en</c> it gives composed sentences in English and marks what is still Chinese with
/// <c>lang="zh-Hans"</c>, so that a screen reader changes its voice (WCAG 2.2, 3.1.2). What people typed stays as they
/// typed it: field values, text areas and everything under <c>translate="no"</c>.
/// </summary>
public static class LanguagePass
{
    private static readonly HashSet<string> Void = ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];
    private static readonly HashSet<string> Spoken = ["title", "alt", "placeholder", "label", "aria-label", "aria-description", "aria-roledescription", "data-confirm", "data-leave", "data-label", "data-offline", "data-failed"];

    private readonly record struct Frame(string Name, bool Keep, bool NoMark, bool Drawing = false);

    /// <summary>The page in the language; the page itself when the language is the source.</summary>
    /// <param name="composed">English of composed sentences.</param>
    public static string Apply(string html, string language, ComposedTexts? composed = null)
    {
        if (language is not ("zh-Hant" or "en")) return html;
        var traditional = language == "zh-Hant";
        var result = new StringBuilder(html.Length + 256);
        var open = new Stack<Frame>();
        open.Push(new("", false, false));
        for (var at = 0; at < html.Length;)
        {
            if (html[at] != '<')
            {
                var end = html.IndexOf('<', at);
                if (end < 0) end = html.Length;
                WriteText(result, html.AsSpan(at, end - at), traditional, open.Peek(), composed);
                at = end;
                continue;
            }
            if (At(html, at, "<!"))
            {
                var end = At(html, at, "<!--") ? After(html, "-->", at) : After(html, ">", at);
                result.Append(html, at, end - at);
                at = end;
                continue;
            }
            var close = EndOfTag(html, at);
            var tag = html.AsSpan(at, close - at);
            if (tag.Length > 1 && tag[1] == '/')
            {
                if (open.Count > 1) open.Pop();
                result.Append(tag);
                at = close;
                continue;
            }
            var name = NameOf(tag);
            var frame = Open(tag, name, open.Peek());
            if (!frame.Keep && (traditional || composed is not null)) WriteTag(result, tag, traditional ? null : composed); else result.Append(tag);
            at = close;
            if (name is "script" or "style" or "textarea")
            {
                var end = html.IndexOf("</" + name, at, StringComparison.OrdinalIgnoreCase);
                if (end < 0) end = html.Length;
                result.Append(html, at, end - at);
                at = end;
            }
            if (!Void.Contains(name) && tag[^2] != '/') open.Push(frame);
        }
        return result.ToString();
    }

    private static Frame Open(ReadOnlySpan<char> tag, string name, Frame parent)
    {
        var keep = parent.Keep || tag.IndexOf(" translate=\"no\"", StringComparison.Ordinal) >= 0;
        var noMark = parent.NoMark || name is "title" or "option" or "svg";
        if (name != "html" && tag.IndexOf(" lang=\"", StringComparison.Ordinal) >= 0) (keep, noMark) = (true, true);
        return new(name, keep, noMark, parent.Drawing || name == "svg");
    }

    private static void WriteText(StringBuilder result, ReadOnlySpan<char> text, bool traditional, Frame frame, ComposedTexts? composed)
    {
        if (!text.ContainsAnyInRange('\u3400', '\u9FFF')) result.Append(text);
        else if (traditional) { if (frame.Keep) result.Append(text); else result.Append(TraditionalChinese.Convert(text)); }
        // The words of a drawing have their boxes; English would not fit them.
        else if (!frame.Keep && !frame.Drawing && composed?.Find(text.ToString()) is { } english)
        {
            // Names inside it may still be Chinese.
            if (frame.NoMark) result.Append(english); else Mark(result, english);
        }
        else if (frame.NoMark) result.Append(text);
        else Mark(result, text);
    }

    private static void Mark(StringBuilder result, ReadOnlySpan<char> text)
    {
        while (text.IndexOfAnyInRange('\u3400', '\u9FFF') is var start and >= 0)
        {
            while (start > 0 && IsChinese(text[start - 1])) start--;
            result.Append(text[..start]);
            text = text[start..];
            var (end, at) = (0, 0);
            while (at < text.Length && (IsChinese(text[at]) || char.IsAsciiDigit(text[at]) || text[at] == ' '))
            {
                if (IsChinese(text[at])) end = at + 1;
                at++;
            }
            result.Append("<span lang=\"zh-Hans\">").Append(text[..end]).Append("</span>");
            text = text[end..];
        }
        result.Append(text);
    }

    private static bool IsChinese(char c) => c is >= '\u3400' and <= '\u9FFF' or >= '\u3000' and <= '\u303F' or >= '\uFF00' and <= '\uFFEF' or '“' or '”' or '…' or '·';

    private static void WriteTag(StringBuilder result, ReadOnlySpan<char> tag, ComposedTexts? composed)
    {
        var written = 0;
        for (var equals = tag.IndexOf('='); equals >= 0;)
        {
            if (equals + 1 >= tag.Length || tag[equals + 1] is not ('"' or '\'')) break;
            var length = tag[(equals + 2)..].IndexOf(tag[equals + 1]);
            if (length < 0) break;
            var start = tag[..equals].LastIndexOfAny(" \n\t") + 1;
            var value = tag.Slice(equals + 2, length);
            var spoken = Spoken.Contains(tag[start..equals].ToString()) ||
                tag[start..equals].StartsWith("data-say", StringComparison.Ordinal) ||
                (tag[start..equals] is "content" && tag.IndexOf("name=\"description\"", StringComparison.Ordinal) >= 0);
            if (spoken && value.ContainsAnyInRange('\u3400', '\u9FFF'))
            {
                result.Append(tag[written..(equals + 2)]).Append(composed is null ? TraditionalChinese.Convert(value) : composed.Find(value.ToString()) ?? value.ToString());
                written = equals + 2 + length;
            }
            var next = tag[(equals + 3 + length)..].IndexOf('=');
            equals = next < 0 ? -1 : equals + 3 + length + next;
        }
        result.Append(tag[written..]);
    }

    private static string NameOf(ReadOnlySpan<char> tag)
    {
        var end = 1;
        while (end < tag.Length && (char.IsAsciiLetterOrDigit(tag[end]) || tag[end] is '-' or ':')) end++;
        return tag[1..end].ToString().ToLowerInvariant();
    }

    private static int EndOfTag(string html, int at)
    {
        var quote = '\0';
        for (; at < html.Length; at++)
        {
            var c = html[at];
            if (quote != '\0') { if (c == quote) quote = '\0'; }
            else if (c is '"' or '\'') quote = c;
            else if (c == '>') return at + 1;
        }
        return html.Length;
    }

    private static bool At(string html, int at, string text) => string.CompareOrdinal(html, at, text, 0, text.Length) == 0;

    private static int After(string html, string text, int at)
    {
        var found = html.IndexOf(text, at, StringComparison.Ordinal);
        return found < 0 ? html.Length : found + text.Length;
    }
}
