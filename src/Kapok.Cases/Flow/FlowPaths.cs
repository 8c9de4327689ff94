using System.Collections.Immutable;
using Kapok.Cases.Flow.Running;

namespace Kapok.Cases.Flow;

/// <summary>One node of a path.</summary>
/// <param name="Outcomes">Outcomes of a user task with which the path goes on this way; empty = all of them, or no user task.</param>
public sealed record FlowStep(FlowNode Node, ImmutableArray<FlowOutcome> Outcomes)
{
    public override string ToString() => Outcomes.IsEmpty ? Node.Title : $"{Node.Title}（{string.Join("、", Outcomes.Select(o => o.Label))}）";
}

/// <summary>A way from a start to an end on which no node comes twice. A sub-process counts as one node.</summary>
public sealed record FlowPath(ImmutableArray<FlowStep> Steps)
{
    public FlowNode End => Steps[^1].Node;

    public override string ToString() => string.Join(" → ", Steps);
}

/// <summary>Paths found; not complete when there are more than were asked for.</summary>
public sealed record FlowPathList(ImmutableArray<FlowPath> Paths, bool Complete);

/// <summary>Something that no run of the flow can do.</summary>
/// <param name="NodeId">The node never reached, or the gateway where an outcome ends.</param>
/// <param name="Message">What and why, Chinese.</param>
public sealed record FlowGap(string NodeId, string Message);

/// <summary>What runs of a flow are possible, judged by the outcomes its tasks have. Conditions on anything else may always hold or not.</summary>
public static class FlowPaths
{
    private const int MaxVisits = 200_000;

    /// <summary>All simple paths of the flow itself to each of its ends, shortest first within the limit; made for the designer and for package checks.</summary>
    public static FlowPathList ToEnds(FlowDefinition flow, int limit = 200)
    {
        var search = new Search(flow, limit);
        foreach (var start in flow.Starts) search.Visit(flow.Nodes[start], Chances.Unknown);
        return new([.. search.Found.OrderBy(p => p.Steps.Length)], search.Complete);
    }

    /// <summary>
    /// Nodes that no outcome of any task leads to, and outcomes that no gateway lets through. Never reports what can happen;
    /// a condition on data of the case is taken as open.
    /// </summary>
    public static ImmutableArray<FlowGap> Gaps(FlowDefinition flow)
    {
        var coverage = new Coverage(flow);
        coverage.Run();
        var gaps = ImmutableArray.CreateBuilder<FlowGap>();
        foreach (var node in flow.Nodes)
            if (!coverage.Reached(node.Index) && (node.Parent < 0 || coverage.Reached(node.Parent)))
                gaps.Add(new(node.Id, $"没有任何办理结果能走到“{node.Title}”。"));
        foreach (var (gateway, chance) in coverage.Dead)
        {
            var task = flow.Nodes[chance.Task];
            gaps.Add(new(flow.Nodes[gateway].Id, $"任务“{task.Title}”的结果“{chance.Label(flow)}”走到“{flow.Nodes[gateway].Title}”就没有出路。"));
        }
        return gaps.ToImmutable();
    }

    private sealed class Search(FlowDefinition flow, int limit)
    {
        private readonly List<(FlowNode Node, ImmutableArray<Chance> Chances)> path = [];
        private readonly bool[] onPath = new bool[flow.Nodes.Length];
        private int visits;

        public List<FlowPath> Found { get; } = [];
        public bool Complete { get; private set; } = true;

        public void Visit(FlowNode node, ImmutableArray<Chance> chances)
        {
            if (Found.Count >= limit || ++visits > MaxVisits)
            {
                Complete = false;
                return;
            }
            onPath[node.Index] = true;
            path.Add((node, chances));
            if (node.Kind == NodeKind.EndEvent) Found.Add(Path());
            foreach (var (edge, left) in Chances.Ways(flow, node, Chances.After(flow, node, chances), null))
                if (!onPath[flow.Edges[edge].To]) Visit(flow.Nodes[flow.Edges[edge].To], left);
            foreach (var boundary in node.Boundaries) Visit(flow.Nodes[boundary], Chances.Unknown);
            path.RemoveAt(path.Count - 1);
            onPath[node.Index] = false;
        }

        /// <summary>The outcome of a task is what is left of its chances when the next task begins.</summary>
        private FlowPath Path()
        {
            var steps = new FlowStep[path.Count];
            for (var i = path.Count - 1; i >= 0; i--)
            {
                var node = path[i].Node;
                ImmutableArray<FlowOutcome> outcomes = [];
                if (node.Task is { } task)
                {
                    var last = i + 1;
                    while (last + 1 < path.Count && path[last + 1].Chances.Any(c => c.Task == node.Index)) last++;
                    var left = last < path.Count ? path[last].Chances.Where(c => c.Task == node.Index).Select(c => c.Outcome).ToHashSet() : [];
                    if (left.Count > 0 && left.Count < task.Outcomes.Length) outcomes = [.. task.Outcomes.Where(o => left.Contains(o.Id))];
                }
                steps[i] = new(node, outcomes);
            }
            return new(ImmutableArray.Create(steps));
        }
    }
}
