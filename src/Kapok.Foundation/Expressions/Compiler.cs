namespace Kapok.Foundation.Expressions;

/// <summary>One evaluation: where names are found, the variables of quantifiers, and how much work is still allowed.</summary>
internal struct Frame(IScope scope, int locals)
{
    public const int Budget = 100_000;

    public readonly IScope Scope = scope;
    public readonly Value[]? Locals = locals == 0 ? null : new Value[locals];
    private int left = Budget;

    public void Spend(int items)
    {
        if ((left -= items) < 0) throw new ExpressionFault($"计算量太大：一次计算最多逐项检查 {Budget:N0} 项", -1);
    }
}

internal delegate Value Evaluator(ref Frame frame);

/// <summary>Turns a syntax tree into nested delegates, once; evaluating allocates nothing but what values need.</summary>
internal sealed class Compiler
{
    private readonly Stack<string> variables = new();

    /// <summary>How many variables are alive at once at most.</summary>
    public int Locals { get; private set; }

    public Evaluator Compile(Syntax node)
    {
        switch (node)
        {
            case Syntax.Literal { Value: var value }: return (ref _) => value;
            case Syntax.Name { Text: var name }: return Name(name);
            case Syntax.Path { Member: var member } path:
            {
                var target = Compile(path.Target);
                return (ref frame) =>
                {
                    var value = target(ref frame);
                    if (value.Kind == ValueKind.List) frame.Spend(value.Items.Count);
                    return value[member];
                };
            }
            case Syntax.Index index: return Index(Compile(index.Target), Compile(index.Key));
            case Syntax.List list:
            {
                var items = All(list.Items);
                return (ref frame) => Value.Of(Evaluate(items, ref frame));
            }
            case Syntax.Negate negate:
            {
                var operand = Compile(negate.Operand);
                return (ref frame) => Arithmetic.Negate(operand(ref frame));
            }
            case Syntax.Binary { Operator: Operator.And or Operator.Or } binary: return Junction(binary);
            case Syntax.Binary binary: return Binary(binary);
            case Syntax.In inside: return In(inside);
            case Syntax.Between between:
            {
                var (value, low, high) = (Compile(between.Value), Compile(between.Low), Compile(between.High));
                return (ref frame) =>
                {
                    var v = value(ref frame);
                    return Value.Compare(v, low(ref frame)) >= 0 && Value.Compare(v, high(ref frame)) <= 0;
                };
            }
            case Syntax.If choice:
            {
                var (condition, then, otherwise) = (Compile(choice.Condition), Compile(choice.Then), Compile(choice.Else));
                return (ref frame) => condition(ref frame).IsTrue ? then(ref frame) : otherwise(ref frame);
            }
            case Syntax.Quantified quantified: return Quantified(quantified);
            case Syntax.Call call: return Call(call);
            default: throw new InvalidOperationException(node.GetType().Name);
        }
    }

    private Evaluator Name(string name)
    {
        // A stack lists the innermost variable first; slots count from the outermost.
        var depth = variables.ToList().IndexOf(name);
        if (depth < 0) return (ref frame) => frame.Scope.Get(name);
        var slot = variables.Count - 1 - depth;
        return (ref frame) => frame.Locals![slot];
    }

    private static Evaluator Index(Evaluator target, Evaluator key) => (ref frame) =>
    {
        var (value, at) = (target(ref frame), key(ref frame));
        if (at.AsNumber is { } number) return value.At(number);
        if (at.AsText is not { } member) return Value.Null;
        if (value.Kind == ValueKind.List) frame.Spend(value.Items.Count);
        return value[member];
    };

    // Chains of and/or are run as one loop: hundreds of conditions must not become hundreds of nested calls.
    private Evaluator Junction(Syntax.Binary binary)
    {
        var nodes = new List<Syntax>();
        Syntax left = binary;
        while (left is Syntax.Binary spine && spine.Operator == binary.Operator) (left, _) = (spine.Left, Add(spine.Right));
        Add(left);
        nodes.Reverse();
        var parts = nodes.ConvertAll(Compile).ToArray();
        var stop = binary.Operator == Operator.Or;
        return (ref frame) =>
        {
            foreach (var part in parts)
                if (part(ref frame).IsTrue == stop) return stop;
            return !stop;
        };

        int Add(Syntax node) { nodes.Add(node); return 0; }
    }

    private Evaluator Binary(Syntax.Binary binary)
    {
        var (left, right) = (Compile(binary.Left), Compile(binary.Right));
        var (leftIsNull, rightIsNull) = (IsNull(binary.Left), IsNull(binary.Right));
        switch (binary.Operator)
        {
            case Operator.Equal when leftIsNull || rightIsNull: return (ref frame) => left(ref frame).IsNull == right(ref frame).IsNull;
            case Operator.NotEqual when leftIsNull || rightIsNull: return (ref frame) => left(ref frame).IsNull != right(ref frame).IsNull;
            case Operator.Equal:
                return (ref frame) =>
                {
                    var (a, b) = (left(ref frame), right(ref frame));
                    if (a.Kind == ValueKind.List) frame.Spend(a.Items.Count);
                    return !a.IsNull && a.Equals(b);
                };
            case Operator.NotEqual:
                return (ref frame) =>
                {
                    var (a, b) = (left(ref frame), right(ref frame));
                    if (a.Kind == ValueKind.List) frame.Spend(a.Items.Count);
                    return !a.IsNull && !b.IsNull && !a.Equals(b);
                };
            case Operator.Less: return (ref frame) => Value.Compare(left(ref frame), right(ref frame)) < 0;
            case Operator.LessOrEqual: return (ref frame) => Value.Compare(left(ref frame), right(ref frame)) <= 0;
            case Operator.Greater: return (ref frame) => Value.Compare(left(ref frame), right(ref frame)) > 0;
            case Operator.GreaterOrEqual: return (ref frame) => Value.Compare(left(ref frame), right(ref frame)) >= 0;
            case Operator.Add: return (ref frame) => Arithmetic.Add(left(ref frame), right(ref frame));
            case Operator.Subtract: return (ref frame) => Arithmetic.Subtract(left(ref frame), right(ref frame));
            case Operator.Multiply: return (ref frame) => Arithmetic.Multiply(left(ref frame), right(ref frame));
            case Operator.Divide: return (ref frame) => Arithmetic.Divide(left(ref frame), right(ref frame));
            default: return (ref frame) => Arithmetic.Power(left(ref frame), right(ref frame));
        }
    }

    private Evaluator In(Syntax.In inside)
    {
        var value = Compile(inside.Value);
        var tests = All(inside.Tests);
        var acceptsNull = inside.Tests.Any(IsNull) || IsNull(inside.Value);
        return (ref frame) =>
        {
            var wanted = value(ref frame);
            if (wanted.IsNull && !acceptsNull) return false;
            foreach (var test in tests)
            {
                var candidate = test(ref frame);
                if (candidate.Equals(wanted)) return true;
                if (candidate.Kind != ValueKind.List) continue;
                frame.Spend(candidate.Items.Count);
                if (candidate.Items.Contains(wanted)) return true;
            }
            return false;
        };
    }

    private Evaluator Quantified(Syntax.Quantified quantified)
    {
        var domain = Compile(quantified.Domain);
        var slot = variables.Count;
        variables.Push(quantified.Variable);
        Locals = Math.Max(Locals, variables.Count);
        var condition = Compile(quantified.Condition);
        variables.Pop();
        var stop = !quantified.Every;
        return (ref frame) =>
        {
            foreach (var item in domain(ref frame).Items)
            {
                frame.Spend(1);
                frame.Locals![slot] = item;
                if (condition(ref frame).IsTrue == stop) return stop;
            }
            return !stop;
        };
    }

    private Evaluator Call(Syntax.Call call)
    {
        var arguments = All(call.Arguments);
        switch (call)
        {
            case { Function: "today" }: return Today;
            case { Function: "age", Arguments.Count: 1 }: arguments = [arguments[0], Today]; break;
            case { Function: "matches", Arguments: [_, Syntax.Literal { Value.AsText: { } pattern }] }:
                var (text, regex) = (arguments[0], Pattern.Of(pattern));
                return (ref frame) => text(ref frame).AsText is { } t ? regex.IsMatch(t) : Value.Null;
            case { Function: "date", Arguments: [Syntax.Literal { Value: var written }] }:
                if (written.AsDate is not { } date) throw new ExpressionFault($"日期请写成 date(\"2026-01-31\")，“{written}”不是有效日期", -1);
                return (ref _) => date;
        }
        var body = Functions.Named(call.Function).Body;
        return (ref frame) =>
        {
            var values = Evaluate(arguments, ref frame);
            foreach (var value in values)
                if (value.Kind == ValueKind.List) frame.Spend(value.Items.Count);
            return body(values);
        };
    }

    private static Value Today(ref Frame frame) => frame.Scope.Today ?? Value.Null;

    private Evaluator[] All(Nodes nodes) => [.. nodes.Select(Compile)];

    private static Value[] Evaluate(Evaluator[] parts, ref Frame frame)
    {
        var values = new Value[parts.Length];
        for (var i = 0; i < parts.Length; i++) values[i] = parts[i](ref frame);
        return values;
    }

    private static bool IsNull(Syntax node) => node is Syntax.Literal { Value.IsNull: true };
}
