namespace Kapok.Cases.Flow.Running;

/// <summary>Ends of scopes: completed, terminated, broken off by an error, closed from outside.</summary>
internal static class Scopes
{
    /// <summary>Looks at a scope in which something ended: completed? a join that may open now? stuck?</summary>
    public static void Look(Work work, int scope)
    {
        FlowToken? owner = null;
        if (scope != 0 && ((owner = work.Live(scope)) is null || owner.Extra?.Progress is not null)) return;
        var (alive, waiting) = (0, 0);
        foreach (var token in work.Tokens)
        {
            if (token.Parent != scope) continue;
            alive++;
            if (token.Edge >= 0) waiting++;
        }
        if (alive == 0) Complete(work, owner);
        else if (waiting > 0)
        {
            if (Joins.OpenInclusive(work, scope)) work.Touched.Push(scope);
            else if (waiting == alive) Joins.BreakCircle(work, scope);
        }
    }

    public static void End(Work work, FlowNode end, int scope)
    {
        switch (end.Event)
        {
            case EventKind.Error:
                Raise(work, scope == 0 ? null : work.Live(scope), end.ErrorCode!, end.Index);
                return;
            case EventKind.Message:
                Moves.Send(work, end, scope);
                break;
            case EventKind.Terminate when scope == 0:
                CloseAll(work, CloseReason.Terminated);
                break;
            case EventKind.Terminate:
                CloseInside(work, scope, CloseReason.Terminated);
                break;
        }
        Remember(work, end, scope);
        // A terminated scope is looked at before anything else moves; tokens on their way in it have nowhere to arrive.
        if (end.Event == EventKind.Terminate) Complete(work, scope == 0 ? null : work.Live(scope));
        else work.Touched.Push(scope);
    }

    /// <summary>The result of a scope is that of the end event reached last; one without a result does not take a result away.</summary>
    private static void Remember(Work work, FlowNode end, int scope)
    {
        if (scope == 0)
        {
            if (end.Result is not null || end.Event == EventKind.Terminate || work.End < 0 || work.Node(work.End).Result is null) work.End = end.Index;
        }
        else if (end.Result is not null && work.Live(scope) is { } owner)
            work.Replace(owner, (owner.Extra ?? new()) with { Result = end.Result });
    }

    private static void Complete(Work work, FlowToken? owner)
    {
        if (owner is not null)
        {
            Moves.Finish(work, owner, owner.Extra?.Result);
            return;
        }
        work.Status = FlowStatus.Ended;
        var end = work.Node(work.End);
        work.Emit(new Effect.Ended(end.Id, end.Result));
    }

    /// <summary>
    /// An error arises in an activity (or, null, in the flow itself): the nearest boundary event that catches its code, from the inside out,
    /// goes on; one without a code catches all. Nobody catches: the flow ends faulted.
    /// </summary>
    public static void Raise(Work work, FlowToken? from, string code, int origin)
    {
        for (var at = from; at is not null; at = work.Live(at.Parent))
        {
            var activity = work.Whole(at) ?? at;
            if (Catcher(work, activity, code) is { } boundary)
            {
                Close(work, activity.Id, CloseReason.Faulted, boundary);
                work.Set("error", code);
                Moves.Leave(work, boundary, activity.Parent, activity.Trail);
                return;
            }
            at = activity;
        }
        CloseAll(work, CloseReason.Faulted);
        work.Status = FlowStatus.Faulted;
        work.Emit(new Effect.Faulted(code, work.Node(origin).Id));
    }

    private static FlowNode? Catcher(Work work, FlowToken activity, string code)
    {
        FlowNode? any = null;
        foreach (var index in work.Node(activity).Boundaries)
        {
            var boundary = work.Node(index);
            if (boundary.Event != EventKind.Error) continue;
            if (boundary.ErrorCode == code) return boundary;
            if (boundary.ErrorCode is null) any = boundary;
        }
        return any;
    }

    /// <summary>Closes an activity with everything in it.</summary>
    /// <param name="fired">Boundary event that brings this about; it needs no disarming.</param>
    public static void Close(Work work, int id, CloseReason reason, FlowNode? fired)
    {
        CloseInside(work, id, reason);
        var token = work.Live(id)!;
        work.Remove(token);
        Closed(work, token, reason, fired);
    }

    /// <summary>Closes everything in a scope or multi-instance activity.</summary>
    public static void CloseInside(Work work, int id, CloseReason reason)
    {
        HashSet<int>? closed = null;
        var kept = 0;
        // Parents stand before their children, so one pass finds all of them.
        for (var i = 0; i < work.Tokens.Count; i++)
        {
            var token = work.Tokens[i];
            if (token.Parent == id && id != 0 || closed is not null && closed.Contains(token.Parent))
            {
                (closed ??= []).Add(token.Id);
                Closed(work, token, reason, null);
            }
            else work.Tokens[kept++] = token;
        }
        work.Tokens.RemoveRange(kept, work.Tokens.Count - kept);
    }

    public static void CloseAll(Work work, CloseReason reason)
    {
        foreach (var token in work.Tokens) Closed(work, token, reason, null);
        work.Tokens.Clear();
        work.Queue.Clear();
        work.Touched.Clear();
    }

    private static void Closed(Work work, FlowToken token, CloseReason reason, FlowNode? fired)
    {
        var node = work.Node(token);
        if (token.Extra?.Progress is null && token.Edge < 0) Waits.Close(work, node, token, reason);
        if (node.Boundaries.Length > 0 && token.Extra is not { Instance: >= 0 }) Waits.DisarmBoundaries(work, node, token, fired);
    }
}
