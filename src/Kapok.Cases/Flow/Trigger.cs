namespace Kapok.Cases.Flow;

/// <summary>What happened outside that lets a flow go on. Variables that came with it are in the <see cref="FlowVariables"/> of the same step.</summary>
public abstract record Trigger
{
    private Trigger() { }

    /// <summary>Begins at the plain start event. A message or timer start begins with <see cref="MessageReceived"/> or <see cref="TimerFired"/> (key = its id).</summary>
    public sealed record Start : Trigger;

    /// <summary>An official finished a user task.</summary>
    /// <param name="Outcome">One of the task's outcomes; null is taken for the only one when there is only one.</param>
    public sealed record TaskCompleted(string TaskKey, string? Outcome) : Trigger;

    /// <summary>The operation of a service task ended well.</summary>
    public sealed record ServiceFinished(string TaskKey) : Trigger;

    /// <summary>A user or service task ended with a business error; it is closed by a <see cref="Effect.CloseTask"/> like everything the error ends.</summary>
    public sealed record ErrorRaised(string TaskKey, string Code) : Trigger;

    /// <summary>A timer ran out.</summary>
    public sealed record TimerFired(string TimerKey) : Trigger;

    /// <summary>A message came in. One waiting place takes it: first events and tasks that wait (the one waiting longest), then boundary events (the innermost).</summary>
    /// <param name="WaitKey">Names the one place that shall take it, e.g. one of several instances.</param>
    public sealed record MessageReceived(string Name, string? WaitKey = null) : Trigger;

    /// <summary>Withdrawn or stopped from outside: closes everything.</summary>
    public sealed record Cancel(string Reason) : Trigger;

    /// <summary>退回: gives a task back to an earlier user task of the same path (see <see cref="FlowEngine.ReturnTargets"/>).</summary>
    public sealed record Rewind(string TaskKey, string NodeId) : Trigger;
}
