using System.Collections.Immutable;
using Kapok.Cases.Flow.Running;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Flow;

/// <summary>Where a flow as a whole stands.</summary>
public enum FlowStatus : byte { NotStarted, Running, Ended, Cancelled, Faulted }

/// <summary>A place where the flow waits.</summary>
/// <param name="Key">Key of the task, timer or wait; for a sub-process or multi-instance activity the key of the whole.</param>
/// <param name="Instance">Number of the instance from 0; -1 = single.</param>
/// <param name="Item">Member of the collection this instance is for.</param>
public sealed record FlowPlace(string Key, FlowNode Node, int Instance, Value Item);

/// <summary>
/// Where a flow stands: only what is alive – tokens, open scopes, joins, counters. What is finished leaves no trace here,
/// so size and cost do not grow with history. Immutable.
/// </summary>
public sealed class FlowState
{
    internal FlowState(FlowDefinition definition, FlowStatus status, int sequence, int end, ImmutableArray<FlowToken> tokens)
    {
        Definition = definition;
        Status = status;
        Sequence = sequence;
        End = end;
        Tokens = tokens;
    }

    /// <summary>Definition it was made with.</summary>
    public FlowDefinition Definition { get; }

    public FlowStatus Status { get; }

    /// <summary>Result of the end event reached so far; null when there is none.</summary>
    public string? Result => Status == FlowStatus.Cancelled ? FlowEngine.Withdrawn : End < 0 ? null : Definition.Nodes[End].Result;

    /// <summary>Number of the last token; makes keys unique.</summary>
    internal int Sequence { get; }

    /// <summary>End event of the flow itself reached last (one with a result is not replaced by one without); -1 = none.</summary>
    internal int End { get; }

    /// <summary>In the order of their numbers, so parents stand before children.</summary>
    internal ImmutableArray<FlowToken> Tokens { get; }

    /// <summary>The state before the first trigger.</summary>
    public static FlowState NotStarted(FlowDefinition definition) => new(definition, FlowStatus.NotStarted, 0, -1, []);

    /// <summary>Every place where the flow waits, open scopes included, oldest first.</summary>
    public IEnumerable<FlowPlace> Places =>
        Tokens.Select(t => new FlowPlace(Keys.Of(Definition.Nodes[t.Node], t.Id), Definition.Nodes[t.Node], t.Extra?.Instance ?? -1, t.Extra?.Item ?? Value.Null));

    /// <summary>Open user tasks, oldest first.</summary>
    public IEnumerable<FlowPlace> OpenTasks => Tokens.Zip(Places)
        .Where(p => p.Second.Node.Kind == NodeKind.UserTask && p.First.Extra?.Progress is null).Select(p => p.Second);

    /// <summary>Compact JSON with stable short keys; see docs/flows.md.</summary>
    public string ToJson() => StateJson.Write(this);

    /// <summary>Reads what <see cref="ToJson"/> wrote; nodes are found by their ids.</summary>
    /// <exception cref="FormatException">Not a state, of a newer format, or of a flow with other nodes.</exception>
    public static FlowState FromJson(string json, FlowDefinition definition) => StateJson.Read(json, definition);

    public override string ToString() => ToJson();
}
