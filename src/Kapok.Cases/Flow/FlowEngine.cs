using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Kapok.Cases.Flow.Running;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Flow;

/// <summary>Why a step could not be made.</summary>
public enum FlowRefusal : byte
{
    /// <summary>The task is not open (finished, closed, or never was).</summary>
    NoSuchTask,
    /// <summary>The timer is not armed.</summary>
    NoSuchTimer,
    /// <summary>Nothing waits for this message.</summary>
    NoSuchMessage,
    /// <summary>The flow has no such start event.</summary>
    NoSuchStart,
    /// <summary>The task has no such outcome.</summary>
    NoSuchOutcome,
    /// <summary>The flow has not begun.</summary>
    NotStarted,
    /// <summary>The flow has begun before.</summary>
    AlreadyStarted,
    /// <summary>The flow is over.</summary>
    AlreadyEnded,
    /// <summary>The definition still has calls that are not linked.</summary>
    NotLinked,
    /// <summary>The state stands on nodes this definition does not have.</summary>
    OtherDefinition,
    /// <summary>A task can only be given back to an earlier user task of its path in the same scope, not across an open split.</summary>
    NotReturnable,
    /// <summary>More than 10,000 automatic moves in one step: the flow runs in a circle.</summary>
    EndlessLoop,
    /// <summary>No condition of a gateway holds and it has no default.</summary>
    NoPath,
    /// <summary>A join waits for tokens that can no longer come.</summary>
    JoinStarved,
    /// <summary>An expression could not be computed or gave something unusable.</summary>
    BadExpression,
    /// <summary>More than 1,000 instances of one activity.</summary>
    TooManyInstances,
}

/// <summary>Why a step could not be made, where, and in words (Chinese).</summary>
public sealed record FlowStop(FlowRefusal Code, string? NodeId, string Message);

/// <summary>
/// Answer of one step. With a fault nothing has happened: the state is the one that was given and there are no effects.
/// </summary>
public sealed record Advance(FlowState State, ImmutableArray<Effect> Effects, FlowStop? Fault)
{
    [MemberNotNullWhen(false, nameof(Fault))]
    public bool Succeeded => Fault is null;
}

/// <summary>
/// Executes flows: one trigger, one step, from one state to the next. Pure – no clock, no store, no thread of its own.
/// </summary>
public static class FlowEngine
{
    /// <summary>Most automatic moves of one step.</summary>
    public const int MaxMoves = 10_000;

    /// <summary>Most instances of one multi-instance activity.</summary>
    public const int MaxInstances = 1_000;

    /// <summary>Result of a flow that was cancelled.</summary>
    public const string Withdrawn = "withdrawn";

    /// <summary>Makes one step.</summary>
    /// <param name="state">Null = not started.</param>
    /// <param name="variables">Data of the case, including what came with this trigger.</param>
    /// <returns>New state and effects, or a fault and nothing done; never an exception for a trigger that does not fit.</returns>
    public static Advance Advance(FlowDefinition definition, FlowState? state, Trigger trigger, FlowVariables variables)
    {
        state ??= FlowState.NotStarted(definition);
        if (!definition.UnlinkedCalls.IsEmpty)
            return Refuse(state, FlowRefusal.NotLinked, definition.Nodes[definition.UnlinkedCalls[0]].Id, "流程调用的其他流程还没有装入。");
        var current = ReferenceEquals(state.Definition, definition) ? state : StateJson.Rebind(state, definition);
        if (current is null) return Refuse(state, FlowRefusal.OtherDefinition, null, "办件停在这个流程版本没有的节点上。");

        var work = new Work(definition, current, variables);
        try
        {
            Triggers.Take(work, trigger);
            if (work.Stop is null) Moves.Settle(work);
        }
        catch (ExpressionFault fault)
        {
            work.Fail(FlowRefusal.BadExpression, work.At, $"表达式算不出来：{fault.Message}。");
        }
        return work.Stop is { } stop ? new(state, [], stop) : work.Finish();
    }

    /// <summary>Earlier user tasks to which an open task can be given back now, the latest first.</summary>
    public static IReadOnlyList<FlowNode> ReturnTargets(FlowState state, string taskKey)
    {
        var work = new Work(state.Definition, state, FlowVariables.Empty);
        return Triggers.Find(work, taskKey, NodeKind.UserTask) is { } token
            ? [.. Trails.Targets(work, token).Select(n => state.Definition.Nodes[n])] : [];
    }

    private static Advance Refuse(FlowState state, FlowRefusal code, string? node, string message) => new(state, [], new(code, node, message));
}
