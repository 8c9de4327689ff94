using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Flow.Running;

/// <summary>A token on its way to a node.</summary>
/// <param name="Edge">Edge it comes over; -1 = it starts here.</param>
/// <param name="Instance">Number of the instance to open, from 0; -1 = arrives as usual.</param>
internal readonly record struct Move(int Node, int Edge, int Parent, int Instance, int[]? Trail);

/// <summary>
/// The scratch sheet of one step: the live tokens, what is on the move, the effects so far. Thrown away when the step fails,
/// so there is never half a step.
/// </summary>
internal sealed class Work
{
    private readonly List<Effect> effects = new(6);
    private readonly List<FlowToken> tokens;
    private int sequence;

    public Work(FlowDefinition definition, FlowState state, FlowVariables variables)
    {
        Definition = definition;
        Status = state.Status;
        sequence = state.Sequence;
        End = state.End;
        tokens = new(state.Tokens.Length + 2);
        CollectionsMarshal.SetCount(tokens, state.Tokens.Length);
        state.Tokens.AsSpan().CopyTo(CollectionsMarshal.AsSpan(tokens));
        Scope = new(this, variables);
    }

    public FlowDefinition Definition { get; }
    public RunScope Scope { get; }
    public FlowStatus Status { get; set; }
    public int End { get; set; }
    public FlowStop? Stop { get; private set; }

    /// <summary>Node being worked on, for faults.</summary>
    public int At { get; set; } = -1;

    /// <summary>Automatic moves so far.</summary>
    public int Count { get; set; }

    public Queue<Move> Queue { get; } = new(4);

    /// <summary>Scopes in which a token ended or came to a join; looked at once nothing moves any more.</summary>
    public Stack<int> Touched { get; } = new(4);

    public List<FlowToken> Tokens => tokens;

    public IReadOnlyList<Effect> Effects => effects;

    public FlowNode Node(int index) => Definition.Nodes[index];

    public FlowNode Node(FlowToken token) => Definition.Nodes[token.Node];

    public int NextNumber() => ++sequence;

    public void Emit(Effect effect) => effects.Add(effect);

    public void Fail(FlowRefusal code, int node, string message) =>
        Stop ??= new(code, node < 0 ? null : Definition.Nodes[node].Id, message);

    public FlowToken Add(int node, int parent, int edge, int[]? trail, TokenExtra? extra)
    {
        var token = new FlowToken(++sequence, node, parent, edge, trail, extra);
        tokens.Add(token);
        return token;
    }

    /// <summary>Position of a live token; negative when it is gone. Tokens stand in the order of their numbers.</summary>
    public int Position(int id)
    {
        var (low, high) = (0, tokens.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var found = tokens[middle].Id;
            if (found == id) return middle;
            if (found < id) low = middle + 1;
            else high = middle - 1;
        }
        return -1;
    }

    public FlowToken? Live(int id) => Position(id) is >= 0 and var at ? tokens[at] : null;

    public void Remove(FlowToken token)
    {
        tokens.RemoveAt(Position(token.Id));
        Touched.Push(token.Parent);
    }

    public FlowToken Replace(FlowToken token, TokenExtra extra) => tokens[Position(token.Id)] = token with { Extra = extra };

    /// <summary>The multi-instance activity whose instance this is; null when it is none.</summary>
    public FlowToken? Whole(FlowToken token) => token.Extra is { Instance: >= 0 } ? Live(token.Parent) : null;

    public void Set(string variable, Value value)
    {
        effects.Add(new Effect.SetVariable(variable, value));
        Scope.Changed = true;
    }

    public Advance Finish()
    {
        var state = new FlowState(Definition, Status, sequence, End, ImmutableCollectionsMarshal.AsImmutableArray(tokens.ToArray()));
        return new(state, ImmutableCollectionsMarshal.AsImmutableArray(effects.ToArray()), null);
    }
}
