using System.Text;

namespace Kapok.Foundation.Expressions;

/// <summary>Writes a syntax tree with no more brackets than it needs.</summary>
internal static class Printer
{
    private const int Any = 0, OrLevel = 1, AndLevel = 2, CompareLevel = 3, AddLevel = 4, MultiplyLevel = 5, PowerLevel = 6, UnaryLevel = 7, PostfixLevel = 8;

    private static readonly (string Sign, int Level)[] Operators =
    [
        ("or", OrLevel), ("and", AndLevel), ("=", CompareLevel), ("!=", CompareLevel), ("<", CompareLevel), ("<=", CompareLevel), (">", CompareLevel),
        (">=", CompareLevel), ("+", AddLevel), ("-", AddLevel), ("*", MultiplyLevel), ("/", MultiplyLevel), ("**", PowerLevel),
    ];

    public static string Print(Syntax node)
    {
        var text = new StringBuilder();
        Write(text, node, Any);
        return text.ToString();
    }

    private static void Write(StringBuilder text, Syntax node, int level)
    {
        var own = Level(node);
        if (own < level) text.Append('(');
        switch (node)
        {
            case Syntax.Literal literal: WriteLiteral(text, literal.Value); break;
            case Syntax.Name name: text.Append(NameOf(name.Text)); break;
            case Syntax.Path path: WritePath(text, path); break;
            case Syntax.Index index: Write(text, index.Target, PostfixLevel); text.Append('['); Write(text, index.Key, Any); text.Append(']'); break;
            case Syntax.List list: WriteAll(text, '[', list.Items, ']'); break;
            case Syntax.Negate negate: text.Append('-'); Write(text, negate.Operand, UnaryLevel); break;
            case Syntax.Binary binary:
                // Comparisons do not chain, so both their sides stand one level tighter; the others lean left.
                Write(text, binary.Left, own == CompareLevel ? own + 1 : own);
                text.Append(' ').Append(Operators[(int)binary.Operator].Sign).Append(' ');
                Write(text, binary.Right, own + 1);
                break;
            case Syntax.In inside: Write(text, inside.Value, AddLevel); WriteAll(text.Append(" in "), '(', inside.Tests, ')'); break;
            case Syntax.Between between:
                Write(text, between.Value, AddLevel);
                Write(text.Append(" between "), between.Low, AddLevel);
                Write(text.Append(" and "), between.High, AddLevel);
                break;
            case Syntax.If choice:
                Write(text.Append("if "), choice.Condition, Any);
                Write(text.Append(" then "), choice.Then, Any);
                Write(text.Append(" else "), choice.Else, Any);
                break;
            case Syntax.Quantified quantified:
                text.Append(quantified.Every ? "every " : "some ").Append(NameOf(quantified.Variable));
                Write(text.Append(" in "), quantified.Domain, Any);
                Write(text.Append(" satisfies "), quantified.Condition, Any);
                break;
            case Syntax.Call call: WriteAll(text.Append(call.Function), '(', call.Arguments, ')'); break;
        }
        if (own < level) text.Append(')');
    }

    private static int Level(Syntax node) => node switch
    {
        Syntax.If or Syntax.Quantified => Any,
        Syntax.Binary binary => Operators[(int)binary.Operator].Level,
        Syntax.In or Syntax.Between => CompareLevel,
        Syntax.Negate => UnaryLevel,
        _ => PostfixLevel,
    };

    private static void WritePath(StringBuilder text, Syntax.Path path)
    {
        Write(text, path.Target, PostfixLevel);
        if (path.Member.Length == 0 || path.Member.Contains('`')) WriteText(text.Append('['), path.Member).Append(']');
        else text.Append('.').Append(Lexer.IsPlainName(path.Member) ? path.Member : $"`{path.Member}`");
    }

    private static void WriteLiteral(StringBuilder text, Value value)
    {
        if (value.AsText is { } content) WriteText(text, content);
        else text.Append(value.IsNull ? "null" : value.ToString());
    }

    private static StringBuilder WriteText(StringBuilder text, string content)
    {
        text.Append('"');
        foreach (var c in content)
            _ = c switch
            {
                '"' or '\\' => text.Append('\\').Append(c),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                _ => text.Append(c),
            };
        return text.Append('"');
    }

    private static void WriteAll(StringBuilder text, char open, Nodes nodes, char close)
    {
        text.Append(open);
        for (var i = 0; i < nodes.Count; i++) Write(i == 0 ? text : text.Append(", "), nodes[i], Any);
        text.Append(close);
    }

    private static string NameOf(string name) => Lexer.IsPlainName(name) && !Parser.IsReserved(name) ? name : $"`{name}`";
}
