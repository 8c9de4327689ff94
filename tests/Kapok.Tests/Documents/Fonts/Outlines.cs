using Kapok.Documents.Fonts;

namespace Kapok.Tests.Documents.Fonts;

static class Outlines
{
    /// <summary>Whether two outlines draw the same: a line home that closes a contour anyway, a line of no length and a contour of one point do not count.</summary>
    public static bool Same(GlyphOutline one, GlyphOutline two)
    {
        var (a, b) = (Plain(one), Plain(two));
        return a.Count == b.Count && a.Zip(b).All(p => p.First.Verb == p.Second.Verb && Near(p.First.X, p.Second.X) && Near(p.First.Y, p.Second.Y)
            && Near(p.First.X1, p.Second.X1) && Near(p.First.Y1, p.Second.Y1) && Near(p.First.X2, p.Second.X2) && Near(p.First.Y2, p.Second.Y2));
    }

    static bool Near(double a, double b) => Math.Abs(a - b) < 1e-3;

    static List<OutlineStep> Plain(GlyphOutline outline)
    {
        var steps = new List<OutlineStep>();
        var start = 0;
        foreach (var step in outline.Steps)
        {
            if (step.Verb == OutlineVerb.Move) { Close(); start = steps.Count; }
            else if (step.Verb == OutlineVerb.Line && Near(step.X, steps[^1].X) && Near(step.Y, steps[^1].Y)) continue;
            steps.Add(step);
        }
        Close();
        return steps;

        void Close()
        {
            if (steps.Count == start) return;
            if (steps[^1].Verb == OutlineVerb.Line && Near(steps[^1].X, steps[start].X) && Near(steps[^1].Y, steps[start].Y)) steps.RemoveAt(steps.Count - 1);
            if (steps.Count == start + 1) steps.RemoveAt(start);
        }
    }
}
