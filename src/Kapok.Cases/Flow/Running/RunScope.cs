using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Flow.Running;

/// <summary>
/// What an expression sees in the middle of a step: the instance it belongs to, what the step has set so far, the variables of the case.
/// </summary>
internal sealed class RunScope(Work work, FlowVariables variables) : IScope
{
    private FlowVariables current = variables;
    private int applied;

    /// <summary>Token in whose place the expression is computed; 0 = the flow itself.</summary>
    public int Context { get; set; }

    /// <summary>Counters, while a completion condition is computed.</summary>
    public Progress? Progress { get; set; }

    /// <summary>Whether the step has set variables that <see cref="current"/> may not know yet.</summary>
    public bool Changed { get; set; }

    public DateOnly? Today => current.Today;

    public Value Get(string name)
    {
        if (Progress is { } progress && Counter(progress, name) is { } counter) return counter;
        for (var id = Context; id != 0;)
        {
            if (work.Live(id) is not { } token) break;
            if (token.Extra is { Instance: >= 0 } extra)
            {
                if (name == "loopCounter") return extra.Instance + 1;
                if (name == work.Node(token).Multi!.Item) return extra.Item;
            }
            id = token.Parent;
        }
        if (!Changed) return current.Get(name);
        // The two names nearly every gateway asks for are answered without building a new set of variables.
        for (var i = work.Effects.Count - 1; i >= applied; i--)
            if (work.Effects[i] is Effect.SetVariable set && set.Name == name) return set.Value;
        if (name != "outcomes") return current.Get(name);
        current = current.With(work.Effects.Skip(applied));
        applied = work.Effects.Count;
        return current.Get(name);
    }

    private static Value? Counter(Progress progress, string name)
    {
        switch (name)
        {
            case "numberOfInstances": return progress.Total;
            case "numberOfActiveInstances": return progress.Started - progress.Done;
            case "numberOfCompletedInstances": return progress.Done;
            case "numberOfTerminatedInstances": return 0;
            case "tally":
                var counts = new Dictionary<string, Value>(StringComparer.Ordinal);
                foreach (var outcome in progress.Outcomes)
                    if (outcome is not null) counts[outcome] = (counts.GetValueOrDefault(outcome).AsNumber ?? 0) + 1;
                return Value.Of(counts);
            default: return null;
        }
    }
}
