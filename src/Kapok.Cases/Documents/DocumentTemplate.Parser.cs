using System.Collections.Immutable;
using Kapok.Foundation;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Documents;

public sealed partial class DocumentTemplate
{
    sealed class Parser(string body, string file, int offset, List<Fault> faults)
    {
        int at;

        public ImmutableArray<Piece> Parse()
        {
            var pieces = Block(null);
            return pieces;
        }

        ImmutableArray<Piece> Block(string? end)
        {
            var pieces = ImmutableArray.CreateBuilder<Piece>();
            while (at < body.Length)
            {
                var open = body.IndexOf("{{", at, StringComparison.Ordinal);
                if (open < 0) { pieces.Add(new Literal(body[at..])); at = body.Length; break; }
                if (open > at) pieces.Add(new Literal(body[at..open]));
                var close = body.IndexOf("}}", open, StringComparison.Ordinal);
                if (close < 0) { Fault(open, "“{{”没有配对的“}}”"); at = body.Length; break; }
                var inner = body[(open + 2)..close].Trim();
                at = close + 2;
                if (inner == end) return pieces.ToImmutable();
                if (inner.StartsWith("#each ", StringComparison.Ordinal)) { SkipLineEnd(); if (Read(inner[6..], open) is { } list) pieces.Add(new Each(list, Block("/each"))); }
                else if (inner.StartsWith("#if ", StringComparison.Ordinal)) { SkipLineEnd(); if (Read(inner[4..], open) is { } condition) pieces.Add(new If(condition, Block("/if"))); }
                else if (inner.StartsWith('/')) Fault(open, $"多出来的 {{{{{inner}}}}}");
                else if (Read(inner, open) is { } value) pieces.Add(new Show(value));
                if (inner.StartsWith('#') || inner.StartsWith('/')) SkipLineEnd();
            }
            if (end is not null) Fault(body.Length - 1, $"缺少 {{{{{end}}}}}");
            return pieces.ToImmutable();
        }

        // A line that holds only a block mark leaves no empty line behind: it would end a table.
        void SkipLineEnd()
        {
            if (at < body.Length && body[at] == '\n' && StandsAlone()) at++;
        }

        bool StandsAlone()
        {
            var open = body.LastIndexOf("{{", at - 1, StringComparison.Ordinal);
            return open <= 0 || body[open - 1] == '\n';
        }

        Expression? Read(string text, int position)
        {
            if (Expression.TryParse(text, out var expression, out var fault)) return expression;
            Fault(position, $"表达式“{text}”不正确：{fault!.Message}");
            return null;
        }

        void Fault(int position, string message) => faults.Add(new($"{file}:{offset + body.AsSpan(0, Math.Clamp(position, 0, body.Length)).Count('\n') + 1}", message));
    }
}
