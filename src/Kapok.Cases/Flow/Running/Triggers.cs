using System.Collections.Immutable;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Flow.Running;

/// <summary>Takes in what came from outside: finds the place it is meant for, or refuses.</summary>
internal static class Triggers
{
    public static void Take(Work work, Trigger trigger)
    {
        if (work.Status == FlowStatus.NotStarted)
        {
            Begin(work, trigger);
            return;
        }
        if (work.Status != FlowStatus.Running)
        {
            work.Fail(trigger is Trigger.Start ? FlowRefusal.AlreadyStarted : FlowRefusal.AlreadyEnded, -1, "流程已经结束。");
            return;
        }
        switch (trigger)
        {
            case Trigger.TaskCompleted done: Complete(work, done); break;
            case Trigger.ServiceFinished done: Finish(work, done); break;
            case Trigger.ErrorRaised raised: Raise(work, raised); break;
            case Trigger.TimerFired fired: Fire(work, fired.TimerKey); break;
            case Trigger.MessageReceived received: Receive(work, received); break;
            case Trigger.Cancel: Cancel(work); break;
            case Trigger.Rewind back: Rewind(work, back); break;
            default: work.Fail(FlowRefusal.AlreadyStarted, -1, "流程已经开始。"); break;
        }
    }

    /// <summary>The live token of an open task of this kind, single or one instance; null when the key names none.</summary>
    public static FlowToken? Find(Work work, string key, NodeKind kind)
    {
        if (!Keys.TryRead(key, out var id, out var number, out var occurrence) || occurrence != 1) return null;
        if (work.Live(number) is not { } token || token.Extra?.Progress is not null) return null;
        var node = work.Node(token);
        return node.Kind == kind && id.SequenceEqual(node.Id) ? token : null;
    }

    private static void Begin(Work work, Trigger trigger)
    {
        var start = trigger switch
        {
            Trigger.Start => Start(n => n.Event == EventKind.None),
            Trigger.MessageReceived message => Start(n => n.Event == EventKind.Message && n.Message == message.Name),
            Trigger.TimerFired timer => Start(n => n.Event == EventKind.Timer && n.Id == timer.TimerKey),
            _ => null,
        };
        if (start is not null)
        {
            work.Status = FlowStatus.Running;
            work.Queue.Enqueue(new(start.Index, -1, 0, -1, null));
        }
        else if (trigger is Trigger.Start or Trigger.MessageReceived or Trigger.TimerFired)
            work.Fail(FlowRefusal.NoSuchStart, -1, "流程没有相应的开始事件。");
        else work.Fail(FlowRefusal.NotStarted, -1, "流程还没有开始。");

        FlowNode? Start(Func<FlowNode, bool> fits)
        {
            foreach (var index in work.Definition.Starts)
                if (fits(work.Node(index))) return work.Node(index);
            return null;
        }
    }

    private static void Complete(Work work, Trigger.TaskCompleted done)
    {
        if (Find(work, done.TaskKey, NodeKind.UserTask) is not { } token)
        {
            work.Fail(FlowRefusal.NoSuchTask, -1, "这个任务已经办结或已经收回。");
            return;
        }
        var outcomes = work.Node(token).Task!.Outcomes;
        var outcome = done.Outcome ?? (outcomes.Length == 1 ? outcomes[0].Id : null);
        foreach (var allowed in outcomes)
            if (allowed.Id == outcome)
            {
                Moves.Finish(work, token, allowed.Id);
                return;
            }
        work.Fail(FlowRefusal.NoSuchOutcome, token.Node, $"任务“{work.Node(token).Title}”没有“{outcome}”这个结果。");
    }

    private static void Finish(Work work, Trigger.ServiceFinished done)
    {
        if (Find(work, done.TaskKey, NodeKind.ServiceTask) is { } token) Moves.Finish(work, token, null);
        else work.Fail(FlowRefusal.NoSuchTask, -1, "这次调用已经结束或已经取消。");
    }

    private static void Raise(Work work, Trigger.ErrorRaised raised)
    {
        if ((Find(work, raised.TaskKey, NodeKind.ServiceTask) ?? Find(work, raised.TaskKey, NodeKind.UserTask)) is { } token)
            Scopes.Raise(work, token, raised.Code, token.Node);
        else work.Fail(FlowRefusal.NoSuchTask, -1, "这个任务已经办结或已经收回。");
    }

    private static void Fire(Work work, string key)
    {
        if (Keys.TryRead(key, out var id, out var number, out var occurrence) && work.Live(number) is { } token
            && work.Definition.Find(id.ToString()) is { Timer: not null } node)
        {
            if (occurrence == 1 && Waits.TakesCatch(work, token, node.Index))
            {
                Waits.Catch(work, token, node.Index);
                return;
            }
            if (node.Kind == NodeKind.Boundary && node.AttachedTo == token.Node && token.Extra is not { Instance: >= 0 }
                && occurrence == Waits.Fired(token, work.Node(token), node.Index) + 1 && occurrence <= node.Timer.Times)
            {
                Waits.FireBoundary(work, token, node);
                return;
            }
        }
        work.Fail(FlowRefusal.NoSuchTimer, -1, "这个定时已经到过或已经取消。");
    }

    private static void Receive(Work work, Trigger.MessageReceived message)
    {
        foreach (var token in work.Tokens)
            foreach (var node in Waits.Direct(work, token))
                if (Fits(token, node))
                {
                    Waits.Catch(work, token, node.Index);
                    return;
                }
        for (var i = work.Tokens.Count - 1; i >= 0; i--)
        {
            var token = work.Tokens[i];
            if (token.Extra is { Instance: >= 0 }) continue;
            foreach (var boundary in work.Node(token).Boundaries)
                if (Fits(token, work.Node(boundary)))
                {
                    Waits.FireBoundary(work, token, work.Node(boundary));
                    return;
                }
        }
        work.Fail(FlowRefusal.NoSuchMessage, -1, $"现在没有环节在等待消息“{message.Name}”。");

        bool Fits(FlowToken token, FlowNode node) =>
            node.Message == message.Name && (message.WaitKey is null || message.WaitKey == Keys.Of(node, token.Id));
    }

    private static void Cancel(Work work)
    {
        Scopes.CloseAll(work, CloseReason.Cancelled);
        work.Status = FlowStatus.Cancelled;
        work.Emit(new Effect.Ended(null, FlowEngine.Withdrawn));
    }

    private static void Rewind(Work work, Trigger.Rewind back)
    {
        if (Find(work, back.TaskKey, NodeKind.UserTask) is not { } token)
        {
            work.Fail(FlowRefusal.NoSuchTask, -1, "这个任务已经办结或已经收回。");
            return;
        }
        var target = work.Definition.IndexOf(back.NodeId);
        if (target < 0 || !Trails.Targets(work, token).Contains(target))
        {
            work.Fail(FlowRefusal.NotReturnable, token.Node, Trails.WhyNot(work, token, target));
            return;
        }
        Scopes.Close(work, token.Id, CloseReason.Returned, null);
        work.Queue.Enqueue(new(target, -1, token.Parent, -1, Trails.Before(token.Trail!, target)));
    }
}
