using System.Collections.Immutable;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Flow.Running;

/// <summary>What <c>outcome</c> may be at some point: that of a task, or (null) unknown.</summary>
internal readonly record struct Chance(int Task, string? Outcome)
{
    public string Label(FlowDefinition flow)
    {
        var outcome = Outcome;
        return flow.Nodes[Task].Task?.Outcomes.FirstOrDefault(o => o.Id == outcome)?.Label ?? outcome ?? "";
    }
}

/// <summary>Follows the possible values of <c>outcome</c> over one node.</summary>
internal static class Chances
{
    public static readonly ImmutableArray<Chance> Unknown = [new(-1, null)];

    /// <summary>What <c>outcome</c> may be when the node is left, given what it may be when it is reached.</summary>
    public static ImmutableArray<Chance> After(FlowDefinition flow, FlowNode node, ImmutableArray<Chance> before)
    {
        switch (node.Kind)
        {
            case NodeKind.UserTask:
                var own = node.Task!.Outcomes.Select(o => new Chance(node.Index, o.Id));
                return node.Multi is null ? [.. own] : [.. own, .. Unknown];
            // While these wait, a task beside them may finish and set the outcome.
            case NodeKind.SubProcess or NodeKind.CallActivity or NodeKind.ServiceTask or NodeKind.ReceiveTask or NodeKind.CatchEvent or NodeKind.EventBased or NodeKind.Boundary:
                return Unknown;
            case NodeKind.Parallel or NodeKind.Inclusive when node.Incoming.Length > 1:
                return Unknown;
            default:
                return before;
        }
    }

    /// <summary>Edges that can be taken, each with the values that take it.</summary>
    /// <param name="dead">Receives values of a task for which no edge can be taken.</param>
    public static List<(int Edge, ImmutableArray<Chance> Left)> Ways(FlowDefinition flow, FlowNode node, ImmutableArray<Chance> chances, Action<Chance>? dead)
    {
        var ways = new List<(int, ImmutableArray<Chance>)>();
        var left = node.Outgoing.ToDictionary(e => e, _ => ImmutableArray.CreateBuilder<Chance>());
        foreach (var chance in chances)
        {
            var (possible, certain) = (false, false);
            foreach (var edge in node.Outgoing)
            {
                if (edge == node.Default) continue;
                var holds = Holds(flow.Edges[edge].Condition, chance);
                if (holds == false) continue;
                possible = true;
                certain |= holds == true && flow.Edges[edge].Condition is not null;
                left[edge].Add(chance);
                if (holds == true && node.Kind == NodeKind.Exclusive) break;
            }
            if (node.Default >= 0 && !certain) left[node.Default].Add(chance);
            else if (!possible && node.Outgoing.Length > 0 && chance.Task >= 0) dead?.Invoke(chance);
        }
        foreach (var edge in node.Outgoing)
            if (left[edge].Count > 0) ways.Add((edge, left[edge].ToImmutable()));
        return ways;
    }

    /// <summary>Null = may hold or not.</summary>
    private static bool? Holds(FlowCondition? condition, Chance chance)
    {
        if (condition is null) return true;
        if (condition.Names.Count > 0 && chance.Outcome is null || condition.Names.Any(n => n != "outcome")) return null;
        try
        {
            return condition.IsTrue(FlowVariables.Empty.With("outcome", chance.Outcome));
        }
        catch (ExpressionFault)
        {
            return null;
        }
    }
}

/// <summary>Which nodes some run can reach: the possible outcomes are carried along until nothing new comes.</summary>
internal sealed class Coverage(FlowDefinition flow)
{
    private readonly HashSet<Chance>?[] arrived = new HashSet<Chance>?[flow.Nodes.Length];
    private readonly Queue<int> open = new();

    public HashSet<(int Gateway, Chance Chance)> Dead { get; } = [];

    public bool Reached(int node) => arrived[node] is not null;

    public void Run()
    {
        foreach (var start in flow.Starts) Arrive(start, Chances.Unknown);
        while (open.TryDequeue(out var index))
        {
            var node = flow.Nodes[index];
            if (node.IsScope && node.Start >= 0) Arrive(node.Start, Chances.Unknown);
            foreach (var boundary in node.Boundaries) Arrive(boundary, Chances.Unknown);
            foreach (var (edge, left) in Chances.Ways(flow, node, Chances.After(flow, node, [.. arrived[index]!]), c => Dead.Add((index, c))))
                Arrive(flow.Edges[edge].To, left);
        }
    }

    private void Arrive(int node, ImmutableArray<Chance> chances)
    {
        var known = arrived[node] ??= [];
        var before = known.Count;
        known.UnionWith(chances);
        if (known.Count > before) open.Enqueue(node);
    }
}
