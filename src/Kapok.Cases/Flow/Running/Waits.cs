namespace Kapok.Cases.Flow.Running;

/// <summary>Timers and messages: setting them, taking them away, and what happens when one comes.</summary>
internal static class Waits
{
    /// <summary>Begins to wait in a catch event or behind an event gateway.</summary>
    public static void Open(Work work, FlowNode node, FlowToken token)
    {
        if (node.Kind == NodeKind.EventBased)
            foreach (var edge in node.Outgoing) Set(work, work.Node(work.Definition.Edges[edge].To), token, 1);
        else Set(work, node, token, 1);
    }

    public static void ArmBoundaries(Work work, FlowNode host, FlowToken token)
    {
        foreach (var boundary in host.Boundaries) Set(work, work.Node(boundary), token, 1);
    }

    private static void Set(Work work, FlowNode node, FlowToken token, int occurrence)
    {
        work.Scope.Context = token.Parent;
        if (node.Event == EventKind.Timer)
        {
            if (Due.Of(work, node) is not { } due) return;
            var left = node.Timer!.Times == FlowTimer.Endless ? FlowTimer.Endless : node.Timer.Times - occurrence + 1;
            work.Emit(new Effect.ArmTimer(Keys.Of(node, token.Id, occurrence), node.Id, due, left));
        }
        else if (node.Event == EventKind.Message) work.Emit(new Effect.WaitMessage(Keys.Of(node, token.Id), node.Id, node.Message!));
    }

    /// <param name="fired">Boundary event that has just fired; its timer needs no disarming.</param>
    public static void DisarmBoundaries(Work work, FlowNode host, FlowToken token, FlowNode? fired)
    {
        foreach (var index in host.Boundaries)
        {
            var boundary = work.Node(index);
            if (boundary.Event == EventKind.Message) work.Emit(new Effect.StopWaiting(Keys.Of(boundary, token.Id)));
            if (boundary.Event != EventKind.Timer || boundary.Index == fired?.Index) continue;
            var occurrence = Fired(token, host, index) + 1;
            if (occurrence <= boundary.Timer!.Times) work.Emit(new Effect.DisarmTimer(Keys.Of(boundary, token.Id, occurrence)));
        }
    }

    /// <summary>Takes back what a waiting token has asked of the host.</summary>
    public static void Close(Work work, FlowNode node, FlowToken token, CloseReason reason)
    {
        if (node.Kind is NodeKind.UserTask or NodeKind.ServiceTask) work.Emit(new Effect.CloseTask(Keys.Of(node, token.Id), reason));
        else Stop(work, node, token, -1);
    }

    /// <summary>Whether the event may come to this token: it waits there, or at the event gateway before it.</summary>
    public static bool TakesCatch(Work work, FlowToken token, int node) =>
        token.Node == node && work.Node(node).Kind == NodeKind.CatchEvent
        || work.Node(token) is { Kind: NodeKind.EventBased } gateway && gateway.Outgoing.Any(e => work.Definition.Edges[e].To == node);

    /// <summary>The event came: the token goes on behind it, the other events of a gateway are forgotten.</summary>
    public static void Catch(Work work, FlowToken token, int node)
    {
        if (token.Node == node && work.Node(token).Kind == NodeKind.ReceiveTask)
        {
            work.Emit(new Effect.StopWaiting(Keys.Of(work.Node(token), token.Id)));
            Moves.Finish(work, token, null);
            return;
        }
        Stop(work, work.Node(token), token, node);
        work.Remove(token);
        Moves.Leave(work, work.Node(node), token.Parent, token.Trail);
    }

    public static void FireBoundary(Work work, FlowToken host, FlowNode boundary)
    {
        if (boundary.Interrupting)
        {
            Scopes.Close(work, host.Id, CloseReason.Interrupted, boundary);
            Moves.Leave(work, boundary, host.Parent, host.Trail);
            return;
        }
        if (boundary.Event == EventKind.Timer)
        {
            var node = work.Node(host);
            var count = Fired(host, node, boundary.Index) + 1;
            var fired = host.Extra is { Fired.IsDefault: false } ? host.Extra.Fired : [.. new int[node.Boundaries.Length]];
            work.Replace(host, (host.Extra ?? new()) with { Fired = fired.SetItem(node.Boundaries.IndexOf(boundary.Index), count) });
            if (count < boundary.Timer!.Times) Set(work, boundary, host, count + 1);
        }
        // A side branch: the way back of the main path is not its own.
        Moves.Leave(work, boundary, host.Parent, null);
    }

    /// <summary>How often a boundary timer of a live activity has fired.</summary>
    public static int Fired(FlowToken host, FlowNode node, int boundary) =>
        host.Extra is { Fired.IsDefault: false } extra ? extra.Fired[node.Boundaries.IndexOf(boundary)] : 0;

    /// <summary>Nodes whose message this token waits for directly.</summary>
    public static IEnumerable<FlowNode> Direct(Work work, FlowToken token)
    {
        var node = work.Node(token);
        if (token.Extra?.Progress is not null) return [];
        return node.Kind switch
        {
            NodeKind.CatchEvent or NodeKind.ReceiveTask => [node],
            NodeKind.EventBased => node.Outgoing.Select(e => work.Node(work.Definition.Edges[e].To)),
            _ => [],
        };
    }

    private static void Stop(Work work, FlowNode node, FlowToken token, int come)
    {
        switch (node.Kind)
        {
            case NodeKind.EventBased:
                foreach (var edge in node.Outgoing) Stop(work, work.Node(work.Definition.Edges[edge].To), token, come);
                break;
            case NodeKind.CatchEvent or NodeKind.ReceiveTask when node.Event == EventKind.Message:
                work.Emit(new Effect.StopWaiting(Keys.Of(node, token.Id)));
                break;
            case NodeKind.CatchEvent when node.Index != come:
                work.Emit(new Effect.DisarmTimer(Keys.Of(node, token.Id)));
                break;
        }
    }
}
