using System.Collections.Immutable;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Flow.Running;

/// <summary>
/// One live thing: a token that waits in an activity, event, event gateway or join; an open sub-process or call (its children name it as parent);
/// an open multi-instance activity (its children are its instances).
/// </summary>
/// <param name="Id">Running number within the case; never used again.</param>
/// <param name="Parent">Id of the scope or multi-instance token around it; 0 = the flow itself.</param>
/// <param name="Edge">Edge over which it came to the join it waits at; -1 = it does not wait at a join.</param>
/// <param name="Trail">
/// User tasks its path has passed in this scope, oldest first, each once, as node index; a split left on the way is -1 - its number. Null = none.
/// Bounded by the size of the flow, not by its history.
/// </param>
internal sealed record FlowToken(int Id, int Node, int Parent, int Edge, int[]? Trail, TokenExtra? Extra);

/// <summary>What only some tokens carry.</summary>
internal sealed record TokenExtra
{
    /// <summary>Number of the instance of a multi-instance activity, from 0; -1 = none.</summary>
    public int Instance { get; init; } = -1;

    /// <summary>Member of the collection the instance is for.</summary>
    public Value Item { get; init; }

    /// <summary>How often each boundary timer has fired, in the order of the node's boundaries; default = never.</summary>
    public ImmutableArray<int> Fired { get; init; }

    /// <summary>Result of the end event the scope has reached.</summary>
    public string? Result { get; init; }

    /// <summary>Set on the token of a whole multi-instance activity.</summary>
    public Progress? Progress { get; init; }
}

/// <summary>How far a multi-instance activity has come.</summary>
/// <param name="Items">The collection, read once at the beginning; default when only a number was given.</param>
/// <param name="Outcomes">By instance; null = not finished or without outcome.</param>
internal sealed record Progress(int Total, int Started, int Done, ImmutableArray<Value> Items, ImmutableArray<string?> Outcomes);

/// <summary>Keys of tasks, timers and waits: <c>node.token</c>; from the second time a timer fires, <c>node.token-n</c>.</summary>
internal static class Keys
{
    public static string Of(FlowNode node, int token) => string.Concat(node.Id, ".", Number(token));

    public static string Of(FlowNode node, int token, int occurrence) =>
        occurrence < 2 ? Of(node, token) : string.Concat(Of(node, token), "-", Number(occurrence));

    /// <summary>Reads a key; false when it cannot be one.</summary>
    public static bool TryRead(string key, out ReadOnlySpan<char> node, out int token, out int occurrence)
    {
        node = default;
        (token, occurrence) = (0, 1);
        var dot = key.LastIndexOf('.');
        if (dot <= 0) return false;
        node = key.AsSpan(0, dot);
        var number = key.AsSpan(dot + 1);
        var dash = number.IndexOf('-');
        if (dash >= 0 && (!Digits(number[(dash + 1)..], out occurrence) || occurrence < 2)) return false;
        return Digits(dash >= 0 ? number[..dash] : number, out token);
    }

    // Only the one spelling this class writes counts, so that no two keys name the same task.
    private static bool Digits(ReadOnlySpan<char> text, out int number) =>
        int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out number)
        && number > 0 && text[0] != '0';

    private static string Number(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
