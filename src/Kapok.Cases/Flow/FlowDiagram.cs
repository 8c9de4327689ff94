using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Kapok.Cases.Flow.Drawing;

namespace Kapok.Cases.Flow;

/// <summary>
/// Pictures of flows as SVG that a strict content security policy lets through: no script, no style element, no style attribute, no ids.
/// Colours are presentation attributes, so the page's own rules for the classes <c>flow-…</c> win (dark pages, print); see docs/flows.md.
/// </summary>
public static class FlowDiagram
{
    /// <summary>The flow as a picture; as drawn by its author when the file has coordinates, else laid out from left to right.</summary>
    /// <param name="marks">What a case has done and where it stands; null = the bare flow.</param>
    /// <param name="description">What the picture says, in words, for those who cannot see it; see <see cref="Sentence"/>.</param>
    public static string Svg(FlowDefinition definition, FlowMarks? marks = null, string? description = null)
    {
        marks ??= FlowMarks.None;
        var pictures = Drawn.GetOrCreateValue(definition);
        var key = $"{marks.Key}\n{description}";
        if (pictures.TryGetValue(key, out var known)) return known;
        var picture = new SvgPicture(definition, marks).Write(description ?? Outline.Of(definition, marks));
        if (pictures.Count < 300) pictures[key] = picture;
        return picture;
    }

    // Thousands of cases stand at the same few places of a flow.
    static readonly ConditionalWeakTable<FlowDefinition, ConcurrentDictionary<string, string>> Drawn = [];

    /// <summary>Where a case stands and what comes next: 现在由受理岗收件受理，之后是审核.</summary>
    public static string Sentence(FlowDefinition definition, FlowState state)
    {
        var sentences = Said.GetOrCreateValue(definition);
        var key = $"{state.Status} {state.End} {string.Join(' ', state.Tokens.Select(t => t.Node))}";
        if (sentences.TryGetValue(key, out var known)) return known;
        var sentence = Outline.Sentence(definition, state);
        if (sentences.Count < 300) sentences[key] = sentence;
        return sentence;
    }

    // What is said depends on the places alone, not on whose case it is.
    static readonly ConditionalWeakTable<FlowDefinition, ConcurrentDictionary<string, string>> Said = [];
}
