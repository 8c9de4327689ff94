using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Kapok.Foundation.Expressions;
using Markdig;

namespace Kapok.Cases.Documents;

/// <summary>
/// Markdown is read once for each shape a template takes – which conditions hold, how many rows a list has, which values
/// are blank – with a mark in place of each value. Writing a document then only puts the values between the pieces of HTML.
/// </summary>
public sealed partial class DocumentTemplate
{
    const char Open = '\uFDD0', Close = '\uFDD1'; // noncharacters: no text holds them
    const int MostShapes = 64;

    static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().DisableHtml().Build();

    readonly ConcurrentDictionary<string, Shape> shapes = new(StringComparer.Ordinal);

    /// <summary>The body as HTML, safe to show.</summary>
    public string Render(IScope scope)
    {
        var filling = new Filling();
        filling.Fill(pieces, scope);
        var key = filling.Key.ToString();
        if (!shapes.TryGetValue(key, out var shape))
        {
            shape = Shape.Of(Markdown.ToHtml(filling.Marked(pieces), Pipeline));
            if (shapes.Count < MostShapes) shapes[key] = shape;
        }
        return shape.With(filling.Values);
    }

    /// <summary>HTML between the values, and which value follows each part but the last.</summary>
    sealed record Shape(ImmutableArray<string> Parts, ImmutableArray<int> Values)
    {
        public static Shape Of(string html)
        {
            var (parts, values) = (ImmutableArray.CreateBuilder<string>(), ImmutableArray.CreateBuilder<int>());
            var at = 0;
            for (int open; (open = html.IndexOf(Open, at)) >= 0;)
            {
                var close = html.IndexOf(Close, open);
                parts.Add(html[at..open]);
                values.Add(int.Parse(html.AsSpan(open + 1, close - open - 1), CultureInfo.InvariantCulture));
                at = close + 1;
            }
            parts.Add(html[at..]);
            return new(parts.ToImmutable(), values.ToImmutable());
        }

        public string With(IReadOnlyList<string> values)
        {
            var html = new StringBuilder(Parts.Sum(p => p.Length) + 256);
            for (var i = 0; i < Values.Length; i++) Encode(values[Values[i]], html.Append(Parts[i]));
            return html.Append(Parts[^1]).ToString();
        }
    }

    static void Encode(string value, StringBuilder to)
    {
        foreach (var c in value)
            _ = c switch { '<' => to.Append("&lt;"), '>' => to.Append("&gt;"), '&' => to.Append("&amp;"), '"' => to.Append("&quot;"), _ => to.Append(c) };
    }

    /// <summary>Whether every value of the template comes out where it is read: one in the address of a link would not.</summary>
    static bool ShowsEverything(ImmutableArray<Piece> pieces)
    {
        var filling = new Filling();
        filling.Whole(pieces);
        return Shape.Of(Markdown.ToHtml(filling.Marked(pieces), Pipeline)).Values.Distinct().Count() == filling.Key.ToString().Count(c => c == '+');
    }

    /// <summary>What a scope puts into the template: the values in order, and the choices that make the shape.</summary>
    sealed class Filling
    {
        public List<string> Values { get; } = [];
        public StringBuilder Key { get; } = new();

        public void Fill(ImmutableArray<Piece> pieces, IScope scope)
        {
            foreach (var piece in pieces)
                switch (piece)
                {
                    case Show s:
                        var value = Line((scope as IShownAnswers)?.Shown(s.Value.ToString()) ?? s.Value.Evaluate(scope).ToString() ?? "");
                        Values.Add(value);
                        Key.Append(value.Length == 0 ? '-' : '+');
                        break;
                    case If i:
                        var holds = i.Condition.IsTrue(scope);
                        Key.Append(holds ? 'y' : 'n');
                        if (holds) Fill(i.Then, scope);
                        break;
                    case Each e:
                        var items = e.List.Evaluate(scope).Items;
                        Key.Append(items.Count).Append('x');
                        for (var i = 0; i < items.Count; i++) Fill(e.Body, new ItemScope(scope, items[i], e.List.ToString(), i + 1));
                        break;
                }
        }

        /// <summary>The shape in which everything stands once.</summary>
        public void Whole(ImmutableArray<Piece> pieces)
        {
            foreach (var piece in pieces)
                switch (piece)
                {
                    case Show: Key.Append('+'); break;
                    case If i: Key.Append('y'); Whole(i.Then); break;
                    case Each e: Key.Append("1x"); Whole(e.Body); break;
                }
        }

        /// <summary>The Markdown of this shape, read along the key.</summary>
        public string Marked(ImmutableArray<Piece> pieces)
        {
            var (text, value, at) = (new StringBuilder(), 0, 0);
            Write(pieces);
            return text.ToString();

            void Write(ImmutableArray<Piece> pieces)
            {
                foreach (var piece in pieces)
                    switch (piece)
                    {
                        case Literal l: text.Append(l.Text); break;
                        case Show:
                            // A value that is blank leaves nothing behind, so that its line or cell is read as empty.
                            if (Key[at++] == '+') text.Append(Open).Append(value).Append(Close);
                            value++;
                            break;
                        case If i: if (Key[at++] == 'y') Write(i.Then); break;
                        case Each e:
                            var count = 0;
                            while (Key[at++] is >= '0' and <= '9' and var digit) count = count * 10 + digit - '0';
                            for (var n = 0; n < count; n++) Write(e.Body);
                            break;
                    }
            }
        }

        /// <summary>A value is one line of text; signs that end lines elsewhere become spaces.</summary>
        static string Line(string value) => value.AsSpan().ContainsAny('\r', '\n') ? value.Replace("\r", "").Replace('\n', ' ').Trim() : value.Trim();
    }
}
