namespace Kapok.Cases.Flow.Running;

/// <summary>
/// The path a token has come, as far as a task may be given back along it. A split leaves a mark; the mark blocks the way back
/// as long as another token that came through the same split is still under way.
/// </summary>
internal static class Trails
{
    /// <summary>The path after one more user task; coming by again cuts the loop out.</summary>
    public static int[] Pass(int[]? trail, int node)
    {
        if (trail is null) return [node];
        var at = Array.IndexOf(trail, node);
        return at < 0 ? [.. trail, node] : at == trail.Length - 1 ? trail : trail[..(at + 1)];
    }

    /// <summary>The path of each branch of a split.</summary>
    public static int[] Split(Work work, int[]? trail, int parent) => [.. Trim(work, trail, parent) ?? [], -1 - work.NextNumber()];

    /// <summary>The path after a join: what the joined paths share.</summary>
    public static int[]? Join(Work work, int[]? first, int[]? second)
    {
        if (first is null || second is null) return null;
        var shared = first.AsSpan().CommonPrefixLength(second);
        return shared == 0 ? null : shared == first.Length ? first : first[..shared];
    }

    /// <summary>Drops marks at the end that no other live token of the scope carries: that split is closed.</summary>
    public static int[]? Trim(Work work, int[]? trail, int parent)
    {
        var length = trail?.Length ?? 0;
        while (length > 0 && trail![length - 1] < 0 && !Carried(work, trail[length - 1], parent, 0)) length--;
        return length == 0 ? null : length == trail!.Length ? trail : trail[..length];
    }

    /// <summary>User tasks an open task can go back to, the latest first.</summary>
    public static IEnumerable<int> Targets(Work work, FlowToken token)
    {
        if (token.Trail is not { } trail || token.Extra is { Instance: >= 0 }) yield break;
        for (var i = trail.Length - 1; i >= 0; i--)
        {
            if (trail[i] < 0 && Carried(work, trail[i], token.Parent, token.Id)) yield break;
            if (trail[i] >= 0 && trail[i] != token.Node) yield return trail[i];
        }
    }

    /// <summary>The path before a user task on it.</summary>
    public static int[]? Before(int[] trail, int node) => Array.IndexOf(trail, node) is > 0 and var at ? trail[..at] : null;

    public static string WhyNot(Work work, FlowToken token, int target)
    {
        var title = work.Node(token).Title;
        if (target < 0 || work.Node(target).Kind != NodeKind.UserTask) return $"“{title}”不能退回：退回的去处不是流程里的办理环节。";
        var name = work.Node(target).Title;
        if (token.Extra is { Instance: >= 0 }) return $"“{title}”是多人同时办理的一份，不能单独退回。";
        if (work.Node(target).Parent != work.Node(token).Parent) return $"“{title}”不能退回到“{name}”：两者不在同一层流程里。";
        return token.Trail is { } trail && trail.Contains(target)
            ? $"“{title}”不能退回到“{name}”：中间有并行的办理还没有结束。" : $"“{title}”不能退回到“{name}”：这个办件没有经过它。";
    }

    private static bool Carried(Work work, int mark, int parent, int except)
    {
        foreach (var token in work.Tokens)
            if (token.Parent == parent && token.Id != except && token.Trail is { } trail && trail.Contains(mark)) return true;
        foreach (var move in work.Queue)
            if (move.Parent == parent && move.Trail is { } trail && trail.Contains(mark)) return true;
        return false;
    }
}
