using System.Collections.Immutable;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Flow.Running;

/// <summary>Multi-instance activities: one token for the whole, one for each instance that is open.</summary>
internal static class Instances
{
    public static void Open(Work work, FlowNode node, Move move)
    {
        var multi = node.Multi!;
        work.Scope.Context = move.Parent;
        ImmutableArray<Value> items = default;
        int total;
        if (multi.Collection is { } collection)
        {
            var value = collection.Evaluate(work.Scope);
            // Stored items come back from JSON; making them so from the start keeps a step the same before and after.
            items = [.. value.Items.Select(i => Value.FromJson(i.ToJson()))];
            total = items.Length;
        }
        else
        {
            var number = multi.Cardinality!.Evaluate(work.Scope).AsNumber;
            if (number is not { } count || count < 0 || count != decimal.Truncate(count))
            {
                work.Fail(FlowRefusal.BadExpression, node.Index, $"“{node.Title}”的实例个数“{multi.Cardinality.Text}”算出来不是个数。");
                return;
            }
            total = (int)Math.Min(count, FlowEngine.MaxInstances + 1);
        }
        if (total > FlowEngine.MaxInstances)
        {
            work.Fail(FlowRefusal.TooManyInstances, node.Index, $"“{node.Title}”超过 {FlowEngine.MaxInstances:N0} 个实例。");
            return;
        }
        if (total == 0)
        {
            work.Set(node.OutcomeVariable, Value.Of([]));
            Moves.Leave(work, node, move.Parent, move.Trail);
            return;
        }
        var opened = multi.Sequential ? 1 : total;
        var progress = new Progress(total, opened, 0, items, [.. Enumerable.Repeat<string?>(null, total)]);
        var whole = work.Add(node.Index, move.Parent, -1, move.Trail, new() { Progress = progress });
        Waits.ArmBoundaries(work, node, whole);
        for (var i = 0; i < opened; i++) work.Queue.Enqueue(new(node.Index, -1, whole.Id, i, null));
    }

    public static TokenExtra Extra(Work work, Move move)
    {
        var items = work.Live(move.Parent)!.Extra!.Progress!.Items;
        return new() { Instance = move.Instance, Item = items.IsDefault ? Value.Null : items[move.Instance] };
    }

    /// <summary>One instance is done; decides whether the whole is.</summary>
    public static void Done(Work work, FlowToken whole, int instance, string? outcome)
    {
        var node = work.Node(whole);
        work.At = node.Index;
        var progress = whole.Extra!.Progress!;
        progress = progress with { Done = progress.Done + 1, Outcomes = progress.Outcomes.SetItem(instance, outcome) };
        var enough = false;
        if (node.Multi!.Completion is { } completion)
        {
            work.Scope.Context = whole.Parent;
            work.Scope.Progress = progress;
            enough = completion.IsTrue(work.Scope);
            work.Scope.Progress = null;
        }
        if (enough || progress.Done == progress.Total)
        {
            Scopes.CloseInside(work, whole.Id, CloseReason.NotNeeded);
            work.Remove(whole);
            work.Set(node.OutcomeVariable, Value.Of(progress.Outcomes.Select(o => Value.Of(o)).ToArray()));
            Moves.Close(work, node, whole);
            return;
        }
        if (node.Multi.Sequential)
        {
            work.Queue.Enqueue(new(node.Index, -1, whole.Id, progress.Started, null));
            progress = progress with { Started = progress.Started + 1 };
        }
        work.Replace(whole, whole.Extra with { Progress = progress });
    }
}
