using System.Collections.Immutable;
using System.Xml.Linq;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Flow.Parsing;

/// <summary>Collects what is wrong with a file, so that the author sees everything at once.</summary>
internal sealed class Findings
{
    private readonly List<FlowFault> faults = [];

    public bool Any => faults.Count > 0;

    public void Add(XElement element, string message, string hint) => Add(Xml.IdOf(element), element.Line(), message, hint);

    public void Add(FlowNode node, string message, string hint) => Add(node.LocalId, node.XmlLine, message, hint);

    public void Add(FlowEdge edge, string message, string hint) => Add(edge.Id, edge.XmlLine, message, hint);

    public void Add(string id, int line, string message, string hint) => faults.Add(new(id, line, message, hint));

    public ImmutableArray<FlowFault> All() => [.. faults.Distinct().OrderBy(f => f.Line)];

    /// <summary>Parses an expression; a bad one is a finding and gives null.</summary>
    public FlowCondition? Expression(XElement at, string what, string? text)
    {
        if (text is null) return null;
        if (string.IsNullOrWhiteSpace(text))
        {
            Add(at, $"{what}是空的。", "写上表达式，或删去这一项。");
            return null;
        }
        try
        {
            return FlowCondition.Parse(text);
        }
        catch (ExpressionFault fault)
        {
            Add(at, $"{what}“{text.Trim()}”读不懂：{fault.Message}。", "表达式的写法见 docs/packages.md 的“Expressions”一节。");
            return null;
        }
    }

    /// <summary>Parses a text that may be computed; a bad expression is a finding and gives null.</summary>
    public FlowText? Text(XElement at, string what, string? text)
    {
        if (text is null) return null;
        if (text.StartsWith('=') && Expression(at, what, text) is null) return null;
        return FlowText.Parse(text);
    }
}
