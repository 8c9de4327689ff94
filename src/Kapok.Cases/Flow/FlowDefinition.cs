using System.Collections.Frozen;
using System.Collections.Immutable;
using Kapok.Cases.Flow.Drawing;
using Kapok.Cases.Flow.Parsing;
using Kapok.Cases.Flow.Running;

namespace Kapok.Cases.Flow;

/// <summary>
/// A flow that can be executed: BPMN 2.0, checked and compiled. Immutable and safe to share between threads.
/// Called flows are copied in when the definition is linked, so a running case keeps the version it started with.
/// </summary>
public sealed class FlowDefinition
{
    /// <summary>Largest file, in characters.</summary>
    public const int MaxCharacters = 2 * 1024 * 1024;

    /// <summary>Most XML elements of a file, diagram part included.</summary>
    public const int MaxElements = 20_000;

    /// <summary>Most nodes of a flow, called flows included.</summary>
    public const int MaxNodes = 2_000;

    private readonly FrozenDictionary<string, int> byId;
    private FlowPicture? drawn;

    internal FlowDefinition(string name, string processId, string title, ImmutableArray<FlowNode> nodes, ImmutableArray<FlowEdge> edges,
        ImmutableArray<FlowLane> lanes, FlowPicture? picture)
    {
        Name = name;
        ProcessId = processId;
        Title = title;
        Nodes = nodes;
        Edges = edges;
        Lanes = lanes;
        Picture = picture;
        byId = nodes.ToFrozenDictionary(n => n.Id, n => n.Index, StringComparer.Ordinal);
        Starts = [.. nodes.Where(n => n is { Kind: NodeKind.StartEvent, Parent: -1 }).Select(n => n.Index)];
        UnlinkedCalls = [.. nodes.Where(n => n is { Kind: NodeKind.CallActivity, Start: -1 }).Select(n => n.Index)];
        Joins = new JoinPaths(nodes, edges);
    }

    /// <summary>Name under which the flow is installed and called, e.g. <c>promised</c>.</summary>
    public string Name { get; }

    /// <summary>Id of the process element.</summary>
    public string ProcessId { get; }

    /// <summary>Name of the process for people.</summary>
    public string Title { get; }

    public ImmutableArray<FlowNode> Nodes { get; }

    public ImmutableArray<FlowEdge> Edges { get; }

    public ImmutableArray<FlowLane> Lanes { get; }

    /// <summary>Start events of the flow itself, as node indices.</summary>
    public ImmutableArray<int> Starts { get; }

    /// <summary>Call activities whose flow has not been linked yet.</summary>
    public ImmutableArray<int> UnlinkedCalls { get; }

    internal FlowPicture? Picture { get; }

    /// <summary>Where everything stands in the picture: as the author drew it, else laid out on first use.</summary>
    internal FlowPicture Drawn => drawn ??= Picture ?? Layout.Of(this);

    internal JoinPaths Joins { get; }

    /// <summary>
    /// Reads BPMN 2.0 XML. Refuses, with every finding at once, what is not well-formed, not executable or not sound;
    /// nothing executable is ever ignored.
    /// </summary>
    /// <param name="name">Name under which other flows call this one.</param>
    public static FlowParse Parse(string xml, string name) => BpmnFile.Read(xml, name);

    /// <summary>
    /// Copies the called flows in. The same call chain may not come back to a flow it passed (cycle), and all called flows must exist.
    /// </summary>
    /// <param name="resolve">Definition of a name; null when there is none.</param>
    public FlowParse Link(Func<string, FlowDefinition?> resolve) => Linker.Link(this, resolve);

    /// <summary>The node with this id, or null.</summary>
    public FlowNode? Find(string id) => byId.TryGetValue(id, out var index) ? Nodes[index] : null;

    internal int IndexOf(string id) => byId.TryGetValue(id, out var index) ? index : -1;

    public override string ToString() => $"{Name} ({Nodes.Length})";
}
