using System.Collections.Immutable;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Flow.Running;

/// <summary>Moves tokens until every one of them waits for something outside.</summary>
internal static class Moves
{
    public static void Settle(Work work)
    {
        while (work.Stop is null)
        {
            if (work.Queue.TryDequeue(out var move))
            {
                // The scope may have been closed while the token was on its way.
                if (move.Parent == 0 || work.Position(move.Parent) >= 0) Arrive(work, move);
            }
            else if (work.Status == FlowStatus.Running && work.Touched.TryPop(out var scope)) Scopes.Look(work, scope);
            else return;
        }
    }

    private static void Arrive(Work work, Move move)
    {
        var node = work.Node(move.Node);
        work.At = move.Node;
        if (++work.Count > FlowEngine.MaxMoves)
        {
            work.Fail(FlowRefusal.EndlessLoop, move.Node, $"流程在“{node.Title}”附近自己转圈，{FlowEngine.MaxMoves:N0} 步也没有停下来。");
            return;
        }
        switch (node.Kind)
        {
            case NodeKind.EndEvent:
                Scopes.End(work, node, move.Parent);
                break;
            case NodeKind.Parallel or NodeKind.Inclusive when node.Incoming.Length > 1:
                Joins.Wait(work, node, move);
                break;
            case NodeKind.EventBased:
                Waits.Open(work, node, work.Add(node.Index, move.Parent, -1, move.Trail, null));
                break;
            case NodeKind.CatchEvent:
                Waits.Open(work, node, work.Add(node.Index, move.Parent, -1, move.Trail, null));
                break;
            case NodeKind.ThrowEvent:
                if (node.Event == EventKind.Message) Send(work, node, move.Parent);
                Leave(work, node, move.Parent, move.Trail);
                break;
            default:
                if (!node.IsActivity) Leave(work, node, move.Parent, move.Trail);
                else if (node.Multi is not null && move.Instance < 0) Instances.Open(work, node, move);
                else Enter(work, node, move);
                break;
        }
    }

    /// <summary>Opens one activity, or one instance of it.</summary>
    private static void Enter(Work work, FlowNode node, Move move)
    {
        var extra = move.Instance < 0 ? null : Instances.Extra(work, move);
        var token = work.Add(node.Index, move.Parent, -1, move.Trail, extra);
        var (instance, item) = (extra?.Instance ?? -1, extra?.Item ?? Value.Null);
        work.Scope.Context = token.Id;
        switch (node.Kind)
        {
            case NodeKind.UserTask:
                var task = node.Task!;
                work.Emit(new Effect.OpenTask(Keys.Of(node, token.Id), node, task.Line?.Read(work.Scope), Due.Days(work, node, task.WorkingDays), instance, item));
                break;
            case NodeKind.ServiceTask:
                work.Emit(new Effect.CallService(Keys.Of(node, token.Id), node, Parameters(work, node), instance, item));
                break;
            case NodeKind.ReceiveTask:
                work.Emit(new Effect.WaitMessage(Keys.Of(node, token.Id), node.Id, node.Message!));
                break;
            case NodeKind.SendTask:
                Send(work, node, token.Id);
                Finish(work, token, null);
                return;
            case NodeKind.PassTask:
                Finish(work, token, null);
                return;
            default:
                work.Queue.Enqueue(new(node.Start, -1, token.Id, -1, null));
                break;
        }
        if (instance < 0) Waits.ArmBoundaries(work, node, token);
    }

    /// <summary>An activity, or one instance of it, is done.</summary>
    public static void Finish(Work work, FlowToken token, string? outcome)
    {
        var node = work.Node(token);
        var whole = work.Whole(token);
        work.Remove(token);
        if (outcome is not null) work.Set("outcome", outcome);
        if (whole is not null)
        {
            Instances.Done(work, whole, token.Extra!.Instance, outcome);
            return;
        }
        if (outcome is not null) work.Set(node.OutcomeVariable, outcome);
        Close(work, node, token);
    }

    /// <summary>The activity as a whole is done: its boundary events go, its token moves on.</summary>
    public static void Close(Work work, FlowNode node, FlowToken token)
    {
        Waits.DisarmBoundaries(work, node, token, null);
        Leave(work, node, token.Parent, node.Kind == NodeKind.UserTask ? Trails.Pass(token.Trail, node.Index) : token.Trail);
    }

    /// <summary>Sends a token out of a node over the edges that its kind and the conditions choose.</summary>
    public static void Leave(Work work, FlowNode node, int parent, int[]? trail)
    {
        work.At = node.Index;
        var outgoing = node.Outgoing;
        if (outgoing.Length == 1)
        {
            Take(work, outgoing[0], parent, trail);
            return;
        }
        work.Scope.Context = parent;
        if (node.Kind == NodeKind.Exclusive)
        {
            var chosen = node.Default;
            foreach (var edge in outgoing)
                if (edge != node.Default && work.Definition.Edges[edge].Condition!.IsTrue(work.Scope))
                {
                    chosen = edge;
                    break;
                }
            if (chosen < 0) NoPath(work, node);
            else Take(work, chosen, parent, trail);
            return;
        }
        Fork(work, node, parent, trail);
    }

    private static void Fork(Work work, FlowNode node, int parent, int[]? trail)
    {
        Span<int> chosen = node.Outgoing.Length <= 64 ? stackalloc int[node.Outgoing.Length] : new int[node.Outgoing.Length];
        var count = 0;
        var byCondition = false;
        foreach (var edge in node.Outgoing)
        {
            if (edge == node.Default) continue;
            var condition = work.Definition.Edges[edge].Condition;
            if (condition is not null && !condition.IsTrue(work.Scope)) continue;
            byCondition |= condition is not null;
            chosen[count++] = edge;
        }
        if (node.Default >= 0 && !byCondition) chosen[count++] = node.Default;
        if (count == 0) NoPath(work, node);
        if (count > 1) trail = Trails.Split(work, trail, parent);
        foreach (var edge in chosen[..count]) Take(work, edge, parent, trail);
    }

    private static void Take(Work work, int edge, int parent, int[]? trail) =>
        work.Queue.Enqueue(new(work.Definition.Edges[edge].To, edge, parent, -1, trail));

    private static void NoPath(Work work, FlowNode node) =>
        work.Fail(FlowRefusal.NoPath, node.Index, $"“{node.Title}”的出线条件都不成立，也没有默认出线。");

    public static void Send(Work work, FlowNode node, int context)
    {
        work.Scope.Context = context;
        work.Emit(new Effect.SendMessage(node.Id, node.Message!, Parameters(work, node)));
    }

    private static ImmutableArray<KeyValuePair<string, Value>> Parameters(Work work, FlowNode node)
    {
        if (node.Parameters.IsEmpty) return [];
        var values = ImmutableArray.CreateBuilder<KeyValuePair<string, Value>>(node.Parameters.Length);
        foreach (var parameter in node.Parameters) values.Add(new(parameter.Name, parameter.Value.Evaluate(work.Scope)));
        return values.MoveToImmutable();
    }
}
