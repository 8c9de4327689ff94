namespace Kapok.Cases.Flow.Running;

/// <summary>Parallel and inclusive joins.</summary>
internal static class Joins
{
    /// <summary>A token comes to a join. A parallel join opens when every incoming edge has one; an inclusive one is looked at when all is quiet.</summary>
    public static void Wait(Work work, FlowNode join, Move move)
    {
        work.Add(join.Index, move.Parent, move.Edge, move.Trail, null);
        work.Touched.Push(move.Parent);
        if (join.Kind != NodeKind.Parallel) return;
        foreach (var edge in join.Incoming)
            if (First(work, join.Index, move.Parent, edge) is null) return;
        Open(work, join, move.Parent);
    }

    /// <summary>
    /// Opens an inclusive join of the scope if one may open: no other live token can still come over an edge that is empty,
    /// unless it can as well come over one that is not (BPMN 2.0.2, 13.4.3).
    /// </summary>
    public static bool OpenInclusive(Work work, int scope)
    {
        foreach (var token in work.Tokens)
        {
            if (token.Parent != scope || token.Edge < 0) continue;
            var join = work.Node(token);
            if (join.Kind != NodeKind.Inclusive || !MayOpen(work, join, scope)) continue;
            Open(work, join, scope);
            return true;
        }
        return false;
    }

    /// <summary>
    /// Nothing in the scope can move by itself or from outside any more. Inclusive joins that wait for each other in a circle are
    /// opened, the longest waiting first; a parallel join is starved.
    /// </summary>
    public static void BreakCircle(Work work, int scope)
    {
        FlowToken? starved = null;
        foreach (var token in work.Tokens)
        {
            if (token.Parent != scope) continue;
            starved ??= token;
            if (work.Node(token) is not { Kind: NodeKind.Inclusive } join) continue;
            Open(work, join, scope);
            work.Touched.Push(scope);
            return;
        }
        work.Fail(FlowRefusal.JoinStarved, starved!.Node, $"并行网关“{work.Node(starved).Title}”等不齐：有的分支没有走到这里。");
    }

    private static bool MayOpen(Work work, FlowNode join, int scope)
    {
        ulong filled = 0;
        foreach (var token in work.Tokens)
            if (token.Parent == scope && token.Node == join.Index) filled |= 1ul << join.Incoming.IndexOf(token.Edge);
        foreach (var token in work.Tokens)
        {
            if (token.Parent != scope || token.Node == join.Index) continue;
            var arrivals = work.Definition.Joins.Arrivals(join.Index, token.Node);
            if ((arrivals & ~filled) != 0 && (arrivals & filled) == 0) return false;
        }
        return true;
    }

    /// <summary>Takes one token from each incoming edge that has one and sends one on.</summary>
    private static void Open(Work work, FlowNode join, int scope)
    {
        int[]? trail = null;
        var first = true;
        foreach (var edge in join.Incoming)
        {
            if (First(work, join.Index, scope, edge) is not { } token) continue;
            trail = first ? token.Trail : Trails.Join(work, trail, token.Trail);
            first = false;
            work.Remove(token);
        }
        if (++work.Count > FlowEngine.MaxMoves) work.Fail(FlowRefusal.EndlessLoop, join.Index, $"流程在“{join.Title}”附近自己转圈。");
        Moves.Leave(work, join, scope, Trails.Trim(work, trail, scope));
    }

    private static FlowToken? First(Work work, int join, int scope, int edge)
    {
        foreach (var token in work.Tokens)
            if (token.Edge == edge && token.Parent == scope && token.Node == join) return token;
        return null;
    }
}
