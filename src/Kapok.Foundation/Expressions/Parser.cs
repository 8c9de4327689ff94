namespace Kapok.Foundation.Expressions;

/// <summary>Recursive descent over the tokens, one method a level of precedence.</summary>
internal sealed class Parser
{
    public const int MaxLength = 4_000;
    public const int MaxDepth = 64;
    public const int MaxHeight = 256;

    private static readonly HashSet<string> Keywords =
        ["true", "false", "null", "and", "or", "not", "in", "between", "if", "then", "else", "some", "every", "satisfies"];

    private readonly List<Token> tokens;
    private int at;
    private int depth;

    private Parser(List<Token> tokens) => this.tokens = tokens;

    public static Syntax Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MaxLength) throw new ExpressionFault($"表达式太长：{text.Length:N0} 个字符，最多 {MaxLength:N0} 个", MaxLength);
        var parser = new Parser(Lexer.Read(text));
        if (parser.Next.Kind == TokenKind.End) throw new ExpressionFault("表达式是空的", 0);
        var node = parser.Expression();
        if (parser.Next.Kind != TokenKind.End) throw parser.Unexpected("这里应当结束");
        return node.Height <= MaxHeight ? node : throw new ExpressionFault($"连写太长：一串运算或路径最多 {MaxHeight} 步", 0);
    }

    /// <summary>Names that must stand in backticks: keywords, <c>today</c>, and the first words of functions whose second word is a keyword.</summary>
    public static bool IsReserved(string name) => Keywords.Contains(name) || name is "today" or "years" or "days";

    private Token Next => tokens[at];
    private Token Ahead(int count) => tokens[Math.Min(at + count, tokens.Count - 1)];

    private Syntax Expression()
    {
        if (++depth > MaxDepth) throw new ExpressionFault($"嵌套太深：最多 {MaxDepth} 层", Next.Position);
        var node = Or();
        depth--;
        return node;
    }

    private Syntax Or()
    {
        var left = And();
        while (TakeWord("or")) left = new Syntax.Binary(Operator.Or, left, And());
        return left;
    }

    private Syntax And()
    {
        var left = Comparison();
        while (TakeWord("and")) left = new Syntax.Binary(Operator.And, left, Comparison());
        return left;
    }

    private Syntax Comparison()
    {
        var left = Sum();
        Syntax result;
        if (ComparisonSign(Next) is { } sign)
        {
            at++;
            result = new Syntax.Binary(sign, left, Sum());
        }
        else if (TakeWord("between"))
        {
            var low = Sum();
            ExpectWord("and", "between … and …");
            result = new Syntax.Between(left, low, Sum());
        }
        else if (TakeWord("in"))
        {
            result = new Syntax.In(left, TakeSymbol("(") ? Items(")") : new Nodes(Sum()));
        }
        else return left;
        if (ComparisonSign(Next) is not null) throw new ExpressionFault("比较不能连写，请用 between … and … 或者 and", Next.Position);
        return result;
    }

    private static Operator? ComparisonSign(Token token) => token.Kind != TokenKind.Symbol ? null : token.Text switch
    {
        "=" => Operator.Equal, "!=" => Operator.NotEqual,
        "<" => Operator.Less, "<=" => Operator.LessOrEqual, ">" => Operator.Greater, ">=" => Operator.GreaterOrEqual,
        _ => null,
    };

    private Syntax Sum()
    {
        var left = Product();
        while (true)
        {
            if (TakeSymbol("+")) left = new Syntax.Binary(Operator.Add, left, Product());
            else if (TakeSymbol("-")) left = new Syntax.Binary(Operator.Subtract, left, Product());
            else return left;
        }
    }

    private Syntax Product()
    {
        var left = Power();
        while (true)
        {
            if (TakeSymbol("*")) left = new Syntax.Binary(Operator.Multiply, left, Power());
            else if (TakeSymbol("/")) left = new Syntax.Binary(Operator.Divide, left, Power());
            else return left;
        }
    }

    private Syntax Power()
    {
        var left = Unary();
        while (TakeSymbol("**")) left = new Syntax.Binary(Operator.Power, left, Unary());
        return left;
    }

    private Syntax Unary()
    {
        if (!TakeSymbol("-")) return Postfix();
        if (++depth > MaxDepth) throw new ExpressionFault($"嵌套太深：最多 {MaxDepth} 层", Next.Position);
        var node = new Syntax.Negate(Unary());
        depth--;
        return node;
    }

    private Syntax Postfix()
    {
        var node = Primary();
        while (true)
        {
            if (TakeSymbol("."))
            {
                if (Next.Kind is not (TokenKind.Name or TokenKind.QuotedName)) throw Unexpected("句点后面应当是名称");
                node = new Syntax.Path(node, tokens[at++].Text);
            }
            else if (TakeSymbol("["))
            {
                var key = Expression();
                ExpectSymbol("]");
                node = key is Syntax.Literal { Value.AsText: { } member } ? new Syntax.Path(node, member) : new Syntax.Index(node, key);
            }
            else return node;
        }
    }

    private Syntax Primary()
    {
        var token = Next;
        switch (token.Kind)
        {
            case TokenKind.Number: at++; return new Syntax.Literal(token.Number);
            case TokenKind.Text: at++; return new Syntax.Literal(token.Text);
            case TokenKind.QuotedName: at++; return new Syntax.Name(token.Text);
            case TokenKind.Name: return Word(token);
        }
        if (TakeSymbol("("))
        {
            var inner = Expression();
            ExpectSymbol(")");
            return inner;
        }
        if (TakeSymbol("[")) return new Syntax.List(Items("]"));
        throw Unexpected("这里缺少一个值");
    }

    private Syntax Word(Token token)
    {
        if (Functions.Match(Ahead) is { } function) return Call(function, token.Position);
        if (token.Text is "not") throw new ExpressionFault("“非”请写 not(…)", token.Position);
        if (Keywords.Contains(token.Text) && token.Text is not ("true" or "false" or "null" or "if" or "some" or "every")) throw Unexpected("这里缺少一个值");
        at++;
        switch (token.Text)
        {
            case "true": return new Syntax.Literal(true);
            case "false": return new Syntax.Literal(false);
            case "null": return new Syntax.Literal(Value.Null);
            case "today": return new Syntax.Call("today", new Nodes());
            case "if": return If();
            case "some": return Quantified(every: false);
            case "every": return Quantified(every: true);
        }
        if (Next.IsSymbol("(")) throw new ExpressionFault($"没有名为“{token.Text}”的函数", token.Position);
        return new Syntax.Name(token.Text);
    }

    private Syntax.If If()
    {
        var condition = Expression();
        ExpectWord("then", "if … then … else …");
        var then = Expression();
        ExpectWord("else", "if … then … else …");
        return new(condition, then, Expression());
    }

    private Syntax Quantified(bool every)
    {
        if (Next.Kind != TokenKind.QuotedName && (Next.Kind != TokenKind.Name || IsReserved(Next.Text))) throw Unexpected("这里应当是变量名");
        var variable = tokens[at++].Text;
        ExpectWord("in", "some … in … satisfies …");
        if (++depth > MaxDepth) throw new ExpressionFault($"嵌套太深：最多 {MaxDepth} 层", Next.Position);
        var domain = Expression();
        Syntax condition;
        if (TakeSymbol(",")) condition = Quantified(every);
        else
        {
            ExpectWord("satisfies", "some … in … satisfies …");
            condition = Expression();
        }
        depth--;
        return new Syntax.Quantified(every, variable, domain, condition);
    }

    private Syntax.Call Call(Function function, int position)
    {
        at += function.Words;
        ExpectSymbol("(");
        var arguments = Items(")");
        if (arguments.Count < function.Least || arguments.Count > function.Most)
            throw new ExpressionFault($"函数“{function.Name}”{function.Takes}，这里有 {arguments.Count} 个", position);
        return new(function.Name, arguments);
    }

    private Nodes Items(string close)
    {
        var items = new List<Syntax>();
        if (TakeSymbol(close)) return new Nodes(items);
        do items.Add(Expression()); while (TakeSymbol(","));
        ExpectSymbol(close);
        return new Nodes(items);
    }

    private bool TakeSymbol(string symbol)
    {
        if (!Next.IsSymbol(symbol)) return false;
        at++;
        return true;
    }

    private bool TakeWord(string word)
    {
        if (!Next.IsWord(word)) return false;
        at++;
        return true;
    }

    private void ExpectSymbol(string symbol)
    {
        if (!TakeSymbol(symbol)) throw Unexpected($"这里应当是“{symbol}”");
    }

    private void ExpectWord(string word, string form)
    {
        if (!TakeWord(word)) throw Unexpected($"这里应当是“{word}”（写法：{form}）");
    }

    private ExpressionFault Unexpected(string what) => Next.Kind == TokenKind.End
        ? new($"{what}，但表达式到此为止", Next.Position)
        : new($"{what}，不是“{Next.Text}”", Next.Position);
}
