using System.Collections.Immutable;

namespace Kapok.Cases.Flow;

/// <summary>What a node of a flow is (BPMN 2.0.2, clause 10).</summary>
public enum NodeKind : byte
{
    StartEvent, EndEvent, UserTask, ServiceTask, PassTask, SendTask, ReceiveTask,
    Exclusive, Parallel, Inclusive, EventBased, SubProcess, CallActivity, CatchEvent, ThrowEvent, Boundary,
}

/// <summary>What an event waits for or does.</summary>
public enum EventKind : byte { None, Timer, Message, Error, Terminate }

/// <summary>What an official does in a user task; decides the page, the rights and the wording.</summary>
public enum FlowTaskKind : byte { Work, Accept, Review, Decide, Deliver }

/// <summary>One way to finish a user task.</summary>
/// <param name="Id">Value of <c>outcome</c> in conditions.</param>
/// <param name="Label">Word on the button, Chinese.</param>
public sealed record FlowOutcome(string Id, string Label);

/// <summary>What a user task asks of whom.</summary>
/// <param name="Post">Post that works it (<c>acceptor</c>, <c>reviewer</c> …).</param>
/// <param name="Line">Line of business when it is not that of the case; may be computed.</param>
/// <param name="WorkingDays">Working days the post has; null = no limit of its own.</param>
/// <param name="Candidates">Expression that names the persons who may claim it; null = everyone of the post.</param>
public sealed record FlowTask(
    FlowTaskKind Kind,
    string Post,
    FlowText? Line,
    ImmutableArray<FlowOutcome> Outcomes,
    string? Form,
    FlowText? WorkingDays,
    FlowCondition? Candidates);

/// <summary>A named input of a service call, computed when the call is made.</summary>
public sealed record FlowParameter(string Name, FlowCondition Value);

/// <summary>Several instances of one activity (BPMN 2.0.2, 10.3.8). Exactly one of cardinality and collection is given.</summary>
/// <param name="Item">Name under which an instance sees its member of the collection.</param>
/// <param name="Completion">Ends the rest as soon as it is true.</param>
public sealed record FlowMulti(bool Sequential, FlowCondition? Cardinality, FlowCondition? Collection, string Item, FlowCondition? Completion);

/// <summary>One arrow between two nodes of the same process or sub-process.</summary>
public sealed record FlowEdge
{
    public required int Index { get; init; }
    public required string Id { get; init; }
    public string Name { get; init; } = "";
    public required int From { get; init; }
    public required int To { get; init; }
    /// <summary>Null = always taken (or the default of its source).</summary>
    public FlowCondition? Condition { get; init; }
    /// <summary>Line in the file, from 1.</summary>
    public int XmlLine { get; init; }
}

/// <summary>One node of a flow, immutable; edges and other nodes are named by their index in the definition.</summary>
public sealed record FlowNode
{
    public required int Index { get; init; }
    /// <summary>Unique in the definition; nodes of a called flow carry the call's id: <c>call/review</c>.</summary>
    public required string Id { get; init; }
    /// <summary>Id in its own file.</summary>
    public required string LocalId { get; init; }
    public string Name { get; init; } = "";
    public required NodeKind Kind { get; init; }
    public EventKind Event { get; init; }
    /// <summary>Sub-process or call this node stands in; -1 = the flow itself.</summary>
    public int Parent { get; init; } = -1;
    /// <summary>Lane in <see cref="FlowDefinition.Lanes"/>; -1 = none.</summary>
    public int Lane { get; init; } = -1;
    /// <summary>Line in the file, from 1.</summary>
    public int XmlLine { get; init; }
    public ImmutableArray<int> Incoming { get; init; } = [];
    public ImmutableArray<int> Outgoing { get; init; } = [];
    /// <summary>Edge taken when no condition holds; -1 = none.</summary>
    public int Default { get; init; } = -1;
    /// <summary>Boundary events attached to this activity.</summary>
    public ImmutableArray<int> Boundaries { get; init; } = [];
    /// <summary>Activity a boundary event is attached to; -1 = none.</summary>
    public int AttachedTo { get; init; } = -1;
    /// <summary>Boundary event: whether it ends its activity.</summary>
    public bool Interrupting { get; init; } = true;
    /// <summary>Sub-process or linked call: where it begins; -1 = none.</summary>
    public int Start { get; init; } = -1;
    public FlowMulti? Multi { get; init; }
    public FlowTimer? Timer { get; init; }
    /// <summary>Name of the message sent or waited for.</summary>
    public string? Message { get; init; }
    /// <summary>Error thrown or caught; null on a boundary event = any.</summary>
    public string? ErrorCode { get; init; }
    public FlowTask? Task { get; init; }
    /// <summary>Service task: operation the host calls.</summary>
    public string? Operation { get; init; }
    public ImmutableArray<FlowParameter> Parameters { get; init; } = [];
    /// <summary>End event: result of the case (or of the sub-process it ends).</summary>
    public string? Result { get; init; }
    /// <summary>Call activity: name of the called flow.</summary>
    public string? Calls { get; init; }

    /// <summary>Variable that keeps this activity's last outcome: <c>outcomes.ID</c>.</summary>
    public string OutcomeVariable { get; init; } = "";

    public bool IsActivity => Kind is NodeKind.UserTask or NodeKind.ServiceTask or NodeKind.PassTask or NodeKind.SendTask
        or NodeKind.ReceiveTask or NodeKind.SubProcess or NodeKind.CallActivity;

    public bool IsGateway => Kind is NodeKind.Exclusive or NodeKind.Parallel or NodeKind.Inclusive or NodeKind.EventBased;

    /// <summary>Whether the node holds further nodes.</summary>
    public bool IsScope => Kind is NodeKind.SubProcess or NodeKind.CallActivity;

    /// <summary>Name, or the id where the author gave none.</summary>
    public string Title => Name.Length > 0 ? Name : LocalId;
}

/// <summary>A lane: who works the nodes in it.</summary>
/// <param name="Post">Post bound to it; null = the lane only groups.</param>
/// <param name="Nodes">Node indices, in file order.</param>
/// <param name="Scope">Sub-process the lane divides; -1 = the flow.</param>
public sealed record FlowLane(string Id, string Name, string? Post, string? Line, int Scope, ImmutableArray<int> Nodes);
