using System.Globalization;
using System.Text;

namespace Kapok.Cases.Flow.Drawing;

/// <summary>Writes one picture: lanes, then arrows, then nodes, then names, so that nothing written is covered.</summary>
internal sealed class SvgPicture(FlowDefinition flow, FlowMarks marks)
{
    public const string Ink = "#16202B", Soft = "#4A5665", Line = "#8A97A6", Rule = "#DFE4EA", Ground = "#F6F7F9", Surface = "#FFFFFF";
    public const string Blue = "#1456B8", BluePale = "#E9F1FC", Green = "#1D7F4E", GreenPale = "#EBF6F0", Yellow = "#B7791F", YellowPale = "#FFF6DD", Red = "#C8281E", RedPale = "#FDEDEB";

    private readonly FlowPicture picture = flow.Drawn;
    private readonly StringBuilder svg = new();
    private readonly (HashSet<int> Edges, HashSet<int> Nodes) passed = marks.Passed(flow);

    public string Write(string description)
    {
        var labels = Labels.Place(flow, picture).ToList();
        var frame = Frame(labels);
        svg.Append(CultureInfo.InvariantCulture, $"<svg class=\"flow-diagram\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{N(frame.Width)}\" height=\"{N(frame.Height)}\" viewBox=\"{N(frame.X)} {N(frame.Y)} {N(frame.Width)} {N(frame.Height)}\" font-family=\"Noto Sans CJK SC, PingFang SC, HarmonyOS Sans SC, Microsoft YaHei, sans-serif\" font-size=\"14\" fill=\"{Ink}\">");
        svg.Append("<title>").Append(Escape($"流程图：{flow.Title}")).Append("</title><desc>").Append(Escape(description)).Append("</desc>");
        for (var i = 0; i < flow.Lanes.Length; i++)
            if (picture.Lanes.TryGetValue(i, out var box)) Lane(flow.Lanes[i], box, i);
        // Sub-processes are grounds for what stands in them.
        foreach (var node in Visible().Where(n => n.Kind == NodeKind.SubProcess)) SubProcess(node, picture.Nodes[node.Index]);
        foreach (var edge in flow.Edges.Where(e => !passed.Edges.Contains(e.Index)).Concat(flow.Edges.Where(e => passed.Edges.Contains(e.Index))))
            if (picture.Edges.TryGetValue(edge.Index, out var path)) Arrow(edge, path);
        foreach (var node in Visible().Where(n => n.Kind != NodeKind.SubProcess).OrderBy(n => n.Kind == NodeKind.Boundary ? 1 : 0)) new SvgNode(svg, node, picture.Nodes[node.Index], Mark(node), Lifted(node)).Write(marks, flow);
        foreach (var (_, text, at, anchor, css) in labels) Label(text, at, anchor, css);
        return svg.Append("</svg>").ToString();
    }

    private IEnumerable<FlowNode> Visible() => flow.Nodes.Where(n => picture.Nodes.ContainsKey(n.Index));

    private Box Frame(List<(int Of, List<string> Lines, Dot At, string Anchor, string Css)> labels)
    {
        var boxes = picture.Nodes.Values.Concat(picture.Lanes.Values).Concat(picture.Edges.Values.SelectMany(p => p).Select(d => new Box(d.X, d.Y, 0, 0))).ToList();
        boxes.AddRange(labels.Select(l => Labels.Space(l.Lines, l.At, l.Anchor)));
        var (left, top) = (boxes.Min(b => b.X), boxes.Min(b => b.Y));
        var pad = flow.Lanes.Length > 0 ? 2 : 16;
        return new(left - pad, top - pad, boxes.Max(b => b.Right) - left + 2 * pad, boxes.Max(b => b.Bottom) - top + 2 * pad);
    }

    /// <summary>A call shows what goes on in the flow it called.</summary>
    private bool Lifted(FlowNode call) => call.Kind == NodeKind.CallActivity && flow.Nodes.Any(n => marks.Active.Contains(n.Id) && n.Id.StartsWith(call.Id + "/", StringComparison.Ordinal));

    private string Mark(FlowNode node) => marks.Changes.TryGetValue(node.Id, out var change) ? change :
        marks.Active.Contains(node.Id) || Lifted(node) ? "active" : marks.Done.Contains(node.Id) || passed.Nodes.Contains(node.Index) ? "done" : marks.Timers.Contains(node.Id) ? "timer" : "";

    private void Lane(FlowLane lane, Box box, int index)
    {
        svg.Append($"<g class=\"flow-lane\"><rect class=\"flow-lane-ground\" x=\"{N(box.X)}\" y=\"{N(box.Y)}\" width=\"{N(box.Width)}\" height=\"{N(box.Height)}\" fill=\"{(index % 2 == 0 ? Ground : Surface)}\" stroke=\"{Rule}\"/>");
        svg.Append($"<rect class=\"flow-lane-head\" x=\"{N(box.X)}\" y=\"{N(box.Y)}\" width=\"{N(Layout.LaneHeader)}\" height=\"{N(box.Height)}\" fill=\"#EDF0F4\" stroke=\"{Rule}\"/>");
        // Chinese names of lanes are written downwards; Latin ones would be turned, which nobody reads well, so they are broken into lines.
        var lines = lane.Name.Any(c => c >= 0x2E80) ? [.. lane.Name.EnumerateRunes().Where(r => r.Value != ' ').Select(r => Upright(r.ToString()))] : Words.Wrap(lane.Name, 3, 6);
        var y = box.CenterY - (lines.Count - 1) * 17 / 2.0;
        svg.Append($"<text class=\"flow-lane-name\" text-anchor=\"middle\" dominant-baseline=\"central\" fill=\"{Soft}\" font-size=\"14\" font-weight=\"500\">");
        foreach (var line in lines)
        {
            svg.Append($"<tspan x=\"{N(box.X + Layout.LaneHeader / 2)}\" y=\"{N(y)}\">{Escape(line)}</tspan>");
            y += 17;
        }
        svg.Append("</text></g>");
    }

    /// <summary>Brackets have forms of their own in vertical writing.</summary>
    private static string Upright(string c) => c switch { "（" or "(" => "︵", "）" or ")" => "︶", "—" or "-" => "︱", _ => c };

    private void SubProcess(FlowNode node, Box box)
    {
        var mark = Mark(node);
        var stroke = mark switch { "active" => Blue, "done" or "added" => Green, "changed" => Yellow, "removed" => Red, _ => Line };
        svg.Append($"<g class=\"flow-node flow-sub{(mark.Length > 0 ? " flow-" + mark : "")}\"><rect x=\"{N(box.X)}\" y=\"{N(box.Y)}\" width=\"{N(box.Width)}\" height=\"{N(box.Height)}\" rx=\"10\" fill=\"{Surface}\" fill-opacity=\"0.7\" stroke=\"{stroke}\" stroke-width=\"1.5\"/>");
        svg.Append($"<text class=\"flow-name\" x=\"{N(box.X + 14)}\" y=\"{N(box.Y + 19)}\" font-weight=\"500\" font-size=\"13\" fill=\"{Soft}\">{Escape(node.Title)}");
        if (node.Multi is { } multi) svg.Append(marks.Counts.TryGetValue(node.Id, out var count) ? $"（已办 {count}）" : multi.Sequential ? "（依次多份）" : "（同时多份）");
        svg.Append("</text></g>");
    }

    private void Arrow(FlowEdge edge, Dot[] path)
    {
        var done = passed.Edges.Contains(edge.Index);
        var change = marks.Changes.GetValueOrDefault(edge.Id, "");
        var colour = change switch { "added" => Green, "changed" => Yellow, "removed" => Red, _ => done ? Green : Line };
        svg.Append($"<g class=\"flow-edge{(done ? " flow-passed" : "")}{(change.Length > 0 ? " flow-" + change : "")}\"><path d=\"{Rounded(path)}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{(done || change.Length > 0 ? "2" : "1.5")}\"{(change == "removed" ? " stroke-dasharray=\"6 4\"" : "")}/>");
        var (tip, from) = (path[^1], path[^2]);
        var length = Math.Max(0.01, Math.Sqrt((tip.X - from.X) * (tip.X - from.X) + (tip.Y - from.Y) * (tip.Y - from.Y)));
        var (ux, uy) = ((tip.X - from.X) / length, (tip.Y - from.Y) / length);
        svg.Append($"<path class=\"flow-tip\" d=\"M{N(tip.X)} {N(tip.Y)}L{N(tip.X - 9 * ux - 4.5 * uy)} {N(tip.Y - 9 * uy + 4.5 * ux)}L{N(tip.X - 9 * ux + 4.5 * uy)} {N(tip.Y - 9 * uy - 4.5 * ux)}Z\" fill=\"{colour}\"/>");
        if (flow.Nodes[edge.From] is { IsActivity: true } from2 && from2.Default == edge.Index)
            svg.Append($"<path d=\"M{N(path[0].X + 6)} {N(path[0].Y + 6)}l8 -12\" stroke=\"{colour}\" stroke-width=\"1.5\"/>");
        svg.Append("</g>");
    }

    /// <summary>The line with its corners rounded; it stops short of the tip so that the arrow stays sharp.</summary>
    private static string Rounded(Dot[] path)
    {
        var text = new StringBuilder($"M{N(path[0].X)} {N(path[0].Y)}");
        for (var i = 1; i < path.Length - 1; i++)
        {
            var (a, b, c) = (path[i - 1], path[i], path[i + 1]);
            var (before, after) = (Distance(a, b), Distance(b, c));
            var radius = Math.Min(7, Math.Min(before, after) / 2);
            if (radius < 1)
            {
                text.Append($"L{N(b.X)} {N(b.Y)}");
                continue;
            }
            text.Append($"L{N(b.X + (a.X - b.X) / before * radius)} {N(b.Y + (a.Y - b.Y) / before * radius)}Q{N(b.X)} {N(b.Y)} {N(b.X + (c.X - b.X) / after * radius)} {N(b.Y + (c.Y - b.Y) / after * radius)}");
        }
        var (last, previous) = (path[^1], path[^2]);
        var rest = Math.Max(0.01, Distance(previous, last));
        return text.Append($"L{N(last.X - (last.X - previous.X) / rest * 6)} {N(last.Y - (last.Y - previous.Y) / rest * 6)}").ToString();
    }

    private static double Distance(Dot a, Dot b) => Math.Sqrt((a.X - b.X) * (a.X - b.X) + (a.Y - b.Y) * (a.Y - b.Y));

    private void Label(List<string> lines, Dot at, string anchor, string css)
    {
        svg.Append($"<text class=\"flow-label {css}\" text-anchor=\"{anchor}\" font-size=\"12\" fill=\"{Soft}\" stroke=\"{Surface}\" stroke-width=\"3\" stroke-linejoin=\"round\" paint-order=\"stroke\">");
        for (var i = 0; i < lines.Count; i++) svg.Append($"<tspan x=\"{N(at.X)}\" y=\"{N(at.Y + i * 15)}\">{Escape(lines[i])}</tspan>");
        svg.Append("</text>");
    }

    public static string N(double number) => Math.Round(number, 1).ToString(CultureInfo.InvariantCulture);

    public static string Escape(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var c in text)
            result.Append(c switch { '&' => "&amp;", '<' => "&lt;", '>' => "&gt;", '"' => "&quot;", '\'' => "&#39;", _ => c.ToString() });
        return result.ToString();
    }
}
