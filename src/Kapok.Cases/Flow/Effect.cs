using System.Collections.Immutable;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Flow;

/// <summary>Why an open task was closed without being finished.</summary>
public enum CloseReason : byte
{
    /// <summary>A boundary event ended the activity.</summary>
    Interrupted,
    /// <summary>A terminate end event ended the scope.</summary>
    Terminated,
    /// <summary>The completion condition of a multi-instance activity was met without it.</summary>
    NotNeeded,
    /// <summary>The task was given back to an earlier one.</summary>
    Returned,
    /// <summary>The case was withdrawn.</summary>
    Cancelled,
    /// <summary>The case ended by an error nobody caught, or an error event ended the scope.</summary>
    Faulted,
}

/// <summary>When a timer is due, counted from the moment it is armed.</summary>
/// <param name="Duration">For <see cref="FlowTimerKind.Duration"/>.</param>
/// <param name="Date">For <see cref="FlowTimerKind.Date"/>; a day without an hour begins at 00:00 in China (UTC+8).</param>
/// <param name="WorkingDays">For <see cref="FlowTimerKind.WorkingDays"/>.</param>
public sealed record FlowDue(FlowTimerKind Kind, FlowDuration Duration, DateTimeOffset? Date, int WorkingDays);

/// <summary>
/// What the host has to do, in this order, in the same transaction in which it stores the new state.
/// Keys are the same whenever the same trigger meets the same state, so a step that is repeated does nothing twice.
/// </summary>
public abstract record Effect
{
    private Effect() { }

    /// <summary>Puts a task on the desks of a post.</summary>
    /// <param name="Key">Names it in later triggers.</param>
    /// <param name="Line">Line of business; null = that of the case.</param>
    /// <param name="WorkingDays">Working days for this task; null = no limit of its own.</param>
    /// <param name="Instance">Number of the instance from 0; -1 = single.</param>
    /// <param name="Item">Member of the collection this instance is for.</param>
    public sealed record OpenTask(string Key, FlowNode Node, string? Line, int? WorkingDays, int Instance, Value Item) : Effect
    {
        public string NodeId => Node.Id;
        public string Name => Node.Title;
        public FlowTaskKind Kind => Node.Task!.Kind;
        public string Post => Node.Task!.Post;
        public string? Form => Node.Task!.Form;
        public ImmutableArray<FlowOutcome> Outcomes => Node.Task!.Outcomes;
        public FlowCondition? Candidates => Node.Task!.Candidates;
    }

    /// <summary>Takes a user task back, or calls a service off, that was not finished.</summary>
    public sealed record CloseTask(string Key, CloseReason Reason) : Effect;

    /// <summary>Asks the host to carry out an operation and to answer with <c>ServiceFinished</c> or <c>ErrorRaised</c>.</summary>
    public sealed record CallService(string Key, FlowNode Node, ImmutableArray<KeyValuePair<string, Value>> Parameters, int Instance, Value Item) : Effect
    {
        public string NodeId => Node.Id;
        public string Operation => Node.Operation!;

        public bool Equals(CallService? other) =>
            other is not null && Key == other.Key && Node == other.Node && Instance == other.Instance && Item == other.Item && Parameters.SequenceEqual(other.Parameters);

        public override int GetHashCode() => Key.GetHashCode();
    }

    /// <summary>Sets one timer. A repeating one is armed again, under a new key, each time it fires.</summary>
    /// <param name="Remaining">How often it still fires, this time included; <see cref="FlowTimer.Endless"/> without an end.</param>
    public sealed record ArmTimer(string Key, string NodeId, FlowDue Due, int Remaining) : Effect
    {
        public bool Repeating => Remaining > 1;
    }

    /// <summary>Forgets a timer that has not fired.</summary>
    public sealed record DisarmTimer(string Key) : Effect;

    /// <summary>Sends a message out; the flow does not wait.</summary>
    public sealed record SendMessage(string NodeId, string Name, ImmutableArray<KeyValuePair<string, Value>> Parameters) : Effect
    {
        public bool Equals(SendMessage? other) =>
            other is not null && NodeId == other.NodeId && Name == other.Name && Parameters.SequenceEqual(other.Parameters);

        public override int GetHashCode() => HashCode.Combine(NodeId, Name);
    }

    /// <summary>From now on a message of this name is taken here.</summary>
    public sealed record WaitMessage(string Key, string NodeId, string Name) : Effect;

    /// <summary>The wait is over, because the message came or because it is no longer needed.</summary>
    public sealed record StopWaiting(string Key) : Effect;

    /// <summary>
    /// A variable of the flow: <c>outcome</c> (of the last finished activity), <c>outcomes.NODE</c> (text, or a list for multi-instance),
    /// <c>error</c> (code last caught). Keep them with <see cref="FlowVariables.With(IEnumerable{Effect})"/>.
    /// </summary>
    public sealed record SetVariable(string Name, Value Value) : Effect;

    /// <summary>The flow is over.</summary>
    /// <param name="EndEventId">End event reached; null when it was withdrawn.</param>
    /// <param name="Result"><c>approved</c>, <c>refused</c>, <c>not-accepted</c>, <c>withdrawn</c>, or null when the end event names none.</param>
    public sealed record Ended(string? EndEventId, string? Result) : Effect;

    /// <summary>The flow is over because of an error nobody caught.</summary>
    /// <param name="NodeId">Where the error arose.</param>
    public sealed record Faulted(string Code, string NodeId) : Effect;
}
