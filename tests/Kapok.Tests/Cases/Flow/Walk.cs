using Kapok.Cases.Flow;
using Kapok.Foundation.Expressions;

namespace Kapok.Tests.Cases.Flow;

/// <summary>
/// Walks one case through a flow as a host would: keeps open tasks, timers and waits by the effects alone. Every step is made twice –
/// from the state and from its stored form – and must come out the same; every effect must fit what is open; an end leaves nothing open.
/// </summary>
public sealed class Walk(FlowDefinition flow, FlowVariables? variables = null)
{
    public FlowState? State { get; private set; }
    public FlowVariables Variables { get; private set; } = variables ?? FlowVariables.Empty;
    public Advance? Last { get; private set; }
    public SortedDictionary<string, Effect> Tasks { get; } = new(ByNumber);
    public SortedDictionary<string, Effect.ArmTimer> Timers { get; } = new(ByNumber);
    public SortedDictionary<string, Effect.WaitMessage> Waits { get; } = new(ByNumber);
    public List<string> Sent { get; } = [];
    public int Steps { get; private set; }

    /// <summary>Node ids of open tasks, in the order they were opened.</summary>
    public string Open => string.Join(' ', Tasks.Keys.Select(NodeOf));
    public string Armed => string.Join(' ', Timers.Keys.Select(NodeOf));
    public string Waiting => string.Join(' ', Waits.Keys.Select(NodeOf));
    public string? Result => Last?.Effects.OfType<Effect.Ended>().SingleOrDefault()?.Result;
    public bool Over => State!.Status is FlowStatus.Ended or FlowStatus.Cancelled or FlowStatus.Faulted;
    public FlowRefusal? Refused => Last?.Fault?.Code;

    public static Walk On(string lines) => new Walk(Draw.Flow(lines)).Start();

    public Walk Set(string name, Value value)
    {
        Variables = Variables.With(name, value);
        return this;
    }

    public Walk Start() => Make(new Trigger.Start());
    public Walk Do(string node, string? outcome = null, int nth = 0) => Make(new Trigger.TaskCompleted(Key(node, nth), outcome));
    public Walk Served(string node, int nth = 0) => Make(new Trigger.ServiceFinished(Key(node, nth)));
    public Walk Error(string node, string code, int nth = 0) => Make(new Trigger.ErrorRaised(Key(node, nth), code));
    public Walk Timer(string node) => Make(new Trigger.TimerFired(Timers.Keys.First(k => NodeOf(k) == node)));
    public Walk Message(string name, string? key = null) => Make(new Trigger.MessageReceived(name, key));
    public Walk Back(string node, string to) => Make(new Trigger.Rewind(Key(node, 0), to));
    public Walk Cancel() => Make(new Trigger.Cancel("不办了"));

    public string Key(string node, int nth = 0) => Tasks.Keys.Where(k => NodeOf(k) == node).ElementAt(nth);

    /// <summary>A step that must succeed.</summary>
    public Walk Make(Trigger trigger)
    {
        Try(trigger);
        Last!.Fault.ShouldBeNull();
        return this;
    }

    /// <summary>A step that must be refused, and change nothing.</summary>
    public Walk No(Trigger trigger, FlowRefusal code)
    {
        var before = State?.ToJson();
        Try(trigger);
        Refused.ShouldBe(code);
        Last!.Effects.ShouldBeEmpty();
        (State?.ToJson()).ShouldBe(before ?? FlowState.NotStarted(flow).ToJson());
        Last.Fault!.Message.ShouldNotBeNullOrWhiteSpace();
        return this;
    }

    public void Try(Trigger trigger)
    {
        Steps++;
        var step = FlowEngine.Advance(flow, State, trigger, Variables);
        if (State is not null)
        {
            var stored = State.ToJson();
            var again = FlowEngine.Advance(flow, FlowState.FromJson(stored, flow), trigger, Variables);
            State.ToJson().ShouldBe(stored, "a step must not change the state it starts from");
            again.State.ToJson().ShouldBe(step.State.ToJson());
            again.Effects.ShouldBe(step.Effects);
            again.Fault.ShouldBe(step.Fault);
        }
        FlowState.FromJson(step.State.ToJson(), flow).ToJson().ShouldBe(step.State.ToJson());
        Last = step;
        State = step.State;
        // What the trigger itself used up is the host's to know.
        if (step.Fault is null) Use(trigger);
        foreach (var effect in step.Effects) Apply(effect);
        Variables = Variables.With(step.Effects);
        State.OpenTasks.Select(t => t.Key).ShouldBe(Tasks.Where(t => t.Value is Effect.OpenTask).Select(t => t.Key));
        if (!Over) return;
        Tasks.Keys.ShouldBeEmpty();
        Timers.Keys.ShouldBeEmpty();
        Waits.Keys.ShouldBeEmpty();
        State.Places.ShouldBeEmpty();
    }

    private void Use(Trigger trigger)
    {
        var key = trigger switch
        {
            Trigger.TaskCompleted t => t.TaskKey, Trigger.ServiceFinished t => t.TaskKey, _ => null,
        };
        if (key is not null) Tasks.Remove(key).ShouldBeTrue();
        if (trigger is Trigger.TimerFired fired) Timers.Remove(fired.TimerKey);
    }

    private void Apply(Effect effect)
    {
        switch (effect)
        {
            case Effect.OpenTask open: Tasks.Add(open.Key, open); break;
            case Effect.CallService call: Tasks.Add(call.Key, call); break;
            case Effect.CloseTask close: Tasks.Remove(close.Key).ShouldBeTrue($"{close.Key} was not open"); break;
            case Effect.ArmTimer arm: Timers.Add(arm.Key, arm); break;
            case Effect.DisarmTimer disarm: Timers.Remove(disarm.Key).ShouldBeTrue($"{disarm.Key} was not armed"); break;
            case Effect.WaitMessage wait: Waits.Add(wait.Key, wait); break;
            case Effect.StopWaiting stop: Waits.Remove(stop.Key).ShouldBeTrue($"{stop.Key} did not wait"); break;
            case Effect.SendMessage send: Sent.Add(send.Name); break;
        }
    }

    public static string NodeOf(string key) => key[..key.LastIndexOf('.')];

    private static readonly Comparer<string> ByNumber = Comparer<string>.Create((a, b) =>
    {
        var order = Number(a).CompareTo(Number(b));
        return order != 0 ? order : string.CompareOrdinal(a, b);
    });

    private static int Number(string key) => int.Parse(key[(key.LastIndexOf('.') + 1)..].Split('-')[0]);
}
