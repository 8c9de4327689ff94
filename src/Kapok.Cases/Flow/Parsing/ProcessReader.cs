using System.Xml.Linq;

namespace Kapok.Cases.Flow.Parsing;

/// <summary>Nodes, edges and lanes while they are being read.</summary>
internal sealed record Draft(string ProcessId, int XmlLine, List<FlowNode> Nodes, List<FlowEdge> Edges, List<FlowLane> Lanes, Dictionary<string, int> Ids);

/// <summary>Turns a process element into nodes and edges. What cannot be read is a finding and leaves a hole, so reading goes on.</summary>
internal sealed class ProcessReader(XElement root, XElement process, Findings findings)
{
    private readonly Draft draft = new(process.Get("id") ?? "process", process.Line(), [], [], [], new(StringComparer.Ordinal));
    private readonly EventReader events = new(root, findings);
    private readonly TaskReader tasks = new(findings);
    private readonly List<(FlowNode Node, XElement Element)> read = [];

    public Draft Read()
    {
        ReadNodes(process, -1);
        var lanes = new LaneReader(draft, findings);
        lanes.Read(process, -1);
        foreach (var (node, element) in read.Where(r => r.Node.Kind == NodeKind.SubProcess)) lanes.Read(element, node.Index);
        ReadEdges(process, -1);
        foreach (var (node, element) in read.Where(r => r.Node.Kind == NodeKind.SubProcess)) ReadEdges(element, node.Index);
        foreach (var (node, element) in read) Connect(node.Index, element);
        return draft;
    }

    private void ReadNodes(XElement scope, int parent)
    {
        foreach (var element in scope.Elements().Where(e => e.Name.Namespace == Xml.Bpmn))
        {
            if (KindOf(element.Name.LocalName) is not { } kind) continue;
            var index = draft.Nodes.Count;
            if (element.Get("id") is not { Length: > 0 } id)
            {
                findings.Add(element, $"“{element.Name.LocalName}”没有编号（id）。", "给每个节点一个编号。");
                id = "node" + index;
            }
            var node = new FlowNode
            {
                Index = index, Id = id, LocalId = id, Name = (element.Get("name") ?? "").Trim(), Kind = kind, Parent = parent,
                XmlLine = element.Line(), OutcomeVariable = "outcomes." + id,
            };
            draft.Nodes.Add(node);
            draft.Ids.TryAdd(id, index);
            node = events.Read(element, tasks.Read(element, node));
            draft.Nodes[index] = node;
            read.Add((node, element));
            if (kind == NodeKind.SubProcess) ReadNodes(element, index);
        }
    }

    private static NodeKind? KindOf(string tag) => tag switch
    {
        "startEvent" => NodeKind.StartEvent,
        "endEvent" => NodeKind.EndEvent,
        "userTask" => NodeKind.UserTask,
        "serviceTask" => NodeKind.ServiceTask,
        "task" or "manualTask" => NodeKind.PassTask,
        "sendTask" => NodeKind.SendTask,
        "receiveTask" => NodeKind.ReceiveTask,
        "exclusiveGateway" => NodeKind.Exclusive,
        "parallelGateway" => NodeKind.Parallel,
        "inclusiveGateway" => NodeKind.Inclusive,
        "eventBasedGateway" => NodeKind.EventBased,
        "subProcess" => NodeKind.SubProcess,
        "callActivity" => NodeKind.CallActivity,
        "intermediateCatchEvent" => NodeKind.CatchEvent,
        "intermediateThrowEvent" => NodeKind.ThrowEvent,
        "boundaryEvent" => NodeKind.Boundary,
        _ => null,
    };

    private void ReadEdges(XElement scope, int parent)
    {
        foreach (var element in scope.Children("sequenceFlow"))
        {
            var from = End(element, "sourceRef", parent);
            var to = End(element, "targetRef", parent);
            var condition = element.Child("conditionExpression") is { } text ? findings.Expression(text, "条件", text.Value) : null;
            if (from < 0 || to < 0) continue;
            var edge = new FlowEdge
            {
                Index = draft.Edges.Count, Id = element.Get("id") ?? $"flow{draft.Edges.Count}", Name = (element.Get("name") ?? "").Trim(),
                From = from, To = to, Condition = condition, XmlLine = element.Line(),
            };
            draft.Edges.Add(edge);
            draft.Nodes[from] = draft.Nodes[from] with { Outgoing = draft.Nodes[from].Outgoing.Add(edge.Index) };
            draft.Nodes[to] = draft.Nodes[to] with { Incoming = draft.Nodes[to].Incoming.Add(edge.Index) };
        }
    }

    private int End(XElement flow, string attribute, int parent)
    {
        var id = flow.Get(attribute);
        if (id is null || !draft.Ids.TryGetValue(id, out var index))
        {
            findings.Add(flow, $"连线的 {attribute} 指向不存在的节点“{id}”。", "重新连线。");
            return -1;
        }
        if (draft.Nodes[index].Parent == parent) return index;
        findings.Add(flow, $"连线的 {attribute}“{id}”在另一个流程或子流程里。", "连线不能穿过子流程的边框；从子流程本身连出。");
        return -1;
    }

    /// <summary>Fills in what needs the other nodes: default edge, attachment, start of a sub-process.</summary>
    private void Connect(int index, XElement element)
    {
        var node = draft.Nodes[index];
        if (element.Get("default") is { } byDefault)
        {
            var edge = draft.Edges.FirstOrDefault(e => e.Id == byDefault && e.From == index);
            if (edge is null) findings.Add(node, $"默认出线“{byDefault}”不是这个节点的出线。", "把 default 改成这个节点的一条出线，或删去。");
            else node = node with { Default = edge.Index };
        }
        if (node.Kind == NodeKind.SubProcess)
            node = node with { Start = draft.Nodes.FirstOrDefault(n => n.Kind == NodeKind.StartEvent && n.Parent == index)?.Index ?? -1 };
        draft.Nodes[index] = node;
        if (node.Kind == NodeKind.Boundary) Attach(node, element);
    }

    private void Attach(FlowNode node, XElement element)
    {
        var host = element.Get("attachedToRef");
        if (host is null || !draft.Ids.TryGetValue(host, out var at) || draft.Nodes[at].Parent != node.Parent)
        {
            findings.Add(node, $"边界事件附着的活动“{host}”不存在。", "把它拖到同一层的一个任务或子流程的边框上。");
            return;
        }
        draft.Nodes[node.Index] = node with { AttachedTo = at };
        draft.Nodes[at] = draft.Nodes[at] with { Boundaries = draft.Nodes[at].Boundaries.Add(node.Index) };
    }
}
