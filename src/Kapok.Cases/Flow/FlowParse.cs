using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Kapok.Cases.Flow;

/// <summary>One thing wrong with a flow file.</summary>
/// <param name="ElementId">Id of the element; its tag name when it has none; empty for the file as a whole.</param>
/// <param name="Line">Line in the file, from 1; 0 = unknown.</param>
/// <param name="Message">What is wrong, Chinese.</param>
/// <param name="Hint">What to do, Chinese.</param>
public sealed record FlowFault(string ElementId, int Line, string Message, string Hint)
{
    public override string ToString() => $"第 {Line} 行 {ElementId}：{Message}（{Hint}）";
}

/// <summary>Answer of reading a flow: the definition, or every fault found.</summary>
public sealed record FlowParse(FlowDefinition? Definition, ImmutableArray<FlowFault> Faults)
{
    [MemberNotNullWhen(true, nameof(Definition))]
    public bool Succeeded => Definition is not null;

    /// <exception cref="InvalidOperationException">There are faults; the message lists them. For flows the program itself carries.</exception>
    public FlowDefinition Require() =>
        Definition ?? throw new InvalidOperationException(string.Join('\n', Faults));
}
