using System.Text;
using static Kapok.Cases.Flow.Drawing.SvgPicture;

namespace Kapok.Cases.Flow.Drawing;

/// <summary>Draws one task, gateway or event.</summary>
internal readonly struct SvgNode(StringBuilder svg, FlowNode node, Box box, string mark, bool lifted)
{
    private string Stroke => mark switch { "active" => Blue, "done" or "added" => Green, "timer" or "changed" => Yellow, "removed" => Red, _ => Line };
    private string Fill => mark switch { "active" => BluePale, "done" or "added" => GreenPale, "timer" or "changed" => YellowPale, "removed" => RedPale, _ => Surface };
    private string Weight => mark is "active" or "added" or "changed" or "removed" ? "2.5" : "1.5";

    public void Write(FlowMarks marks, FlowDefinition flow)
    {
        var kind = node.IsActivity ? "flow-task" : node.IsGateway ? "flow-gateway" : "flow-event";
        svg.Append($"<g class=\"flow-node {kind}{(mark.Length > 0 ? " flow-" + mark : "")}{(lifted ? " flow-inside" : "")}\">");
        if (node.IsActivity) Task(marks, flow);
        else if (node.IsGateway) Gateway();
        else Event();
        svg.Append("</g>");
    }

    private void Task(FlowMarks marks, FlowDefinition flow)
    {
        svg.Append($"<title>{Escape(node.Title)}</title>");
        svg.Append($"<rect x=\"{N(box.X)}\" y=\"{N(box.Y)}\" width=\"{N(box.Width)}\" height=\"{N(box.Height)}\" rx=\"10\" fill=\"{Fill}\" stroke=\"{Stroke}\" stroke-width=\"{(node.Kind == NodeKind.CallActivity ? "3" : Weight)}\"/>");
        var lines = Words.Wrap(node.Title, (box.Width - 20) / 14, box.Height >= 60 ? 3 : 2);
        var post = flow.Lanes.Length == 0 && node.Task is { } task && lines.Count < 3 ? Outline.PostName(flow, node, task) : null;
        var count = marks.Counts.GetValueOrDefault(node.Id);
        var small = node.Multi is not null ? count is not null ? $"已办 {count}" : node.Multi.Sequential ? "依次多份" : "同时多份" : post;
        var y = box.CenterY - ((lines.Count - 1) * 18 + (small is null ? 0 : 16)) / 2.0;
        svg.Append($"<text class=\"flow-name\" text-anchor=\"middle\" dominant-baseline=\"central\" font-size=\"14\" font-weight=\"{(mark == "active" ? "700" : "500")}\" fill=\"{(mark == "active" ? Blue : Ink)}\">");
        foreach (var line in lines)
        {
            svg.Append($"<tspan x=\"{N(box.CenterX)}\" y=\"{N(y)}\">{Escape(line)}</tspan>");
            y += 18;
        }
        svg.Append("</text>");
        if (small is not null) svg.Append($"<text class=\"flow-small\" x=\"{N(box.CenterX)}\" y=\"{N(y - 1)}\" text-anchor=\"middle\" dominant-baseline=\"central\" font-size=\"12\" fill=\"{Soft}\">{Escape(small)}</text>");
        Sign();
        Badge();
    }

    /// <summary>Small sign on the upper left corner for what is not done by an official.</summary>
    private void Sign()
    {
        if (node.Kind is not (NodeKind.ServiceTask or NodeKind.SendTask or NodeKind.ReceiveTask or NodeKind.CallActivity)) return;
        var (x, y) = (box.X + 5, box.Y + 4);
        svg.Append($"<circle class=\"flow-sign-ground\" cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"10\" fill=\"{Surface}\" stroke=\"{Stroke}\" stroke-width=\"1.2\"/>");
        switch (node.Kind)
        {
            case NodeKind.ServiceTask:
                svg.Append($"<g class=\"flow-sign\" fill=\"none\" stroke=\"{Soft}\"><circle cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"3.4\" stroke-width=\"1.3\"/><circle cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"5.2\" stroke-width=\"2\" stroke-dasharray=\"2.1 1.98\"/></g>");
                break;
            case NodeKind.CallActivity:
                svg.Append($"<path class=\"flow-sign\" d=\"M{N(x - 5)} {N(y)}h10M{N(x)} {N(y - 5)}v10\" fill=\"none\" stroke=\"{Soft}\" stroke-width=\"1.6\" stroke-linecap=\"round\"/>");
                break;
            default:
                Envelope(x, y, 11, 8, node.Kind == NodeKind.SendTask);
                break;
        }
    }

    /// <summary>Check mark or dot at the upper right corner: the state is told by shape as well as by colour.</summary>
    private void Badge()
    {
        var (x, y) = (box.Right - 4, box.Y + 4);
        if (mark == "done") svg.Append($"<circle class=\"flow-badge\" cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"9\" fill=\"{Green}\" stroke=\"{Surface}\" stroke-width=\"2\"/><path d=\"M{N(x - 4)} {N(y)}l3 3l5 -6\" fill=\"none\" stroke=\"#FFFFFF\" stroke-width=\"2\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/>");
        if (mark != "active") return;
        svg.Append($"<rect class=\"flow-badge\" x=\"{N(x - 28)}\" y=\"{N(y - 11)}\" width=\"36\" height=\"19\" rx=\"9.5\" fill=\"{Blue}\" stroke=\"{Surface}\" stroke-width=\"2\"/><text class=\"flow-badge-name\" x=\"{N(x - 10)}\" y=\"{N(y - 1)}\" text-anchor=\"middle\" dominant-baseline=\"central\" font-size=\"11\" font-weight=\"700\" fill=\"#FFFFFF\">现在</text>");
    }

    private void Gateway()
    {
        var (x, y, w, h) = (box.CenterX, box.CenterY, box.Width / 2, box.Height / 2);
        svg.Append($"<path d=\"M{N(x)} {N(box.Y)}L{N(box.Right)} {N(y)}L{N(x)} {N(box.Bottom)}L{N(box.X)} {N(y)}Z\" fill=\"{Fill}\" stroke=\"{Stroke}\" stroke-width=\"{Weight}\" stroke-linejoin=\"round\"/>");
        var ink = mark is "active" or "done" ? Stroke : Soft;
        svg.Append(node.Kind switch
        {
            NodeKind.Exclusive => $"<path d=\"M{N(x - w * 0.3)} {N(y - h * 0.3)}L{N(x + w * 0.3)} {N(y + h * 0.3)}M{N(x + w * 0.3)} {N(y - h * 0.3)}L{N(x - w * 0.3)} {N(y + h * 0.3)}\" stroke=\"{ink}\" stroke-width=\"2.5\" stroke-linecap=\"round\"/>",
            NodeKind.Parallel => $"<path d=\"M{N(x)} {N(y - h * 0.42)}V{N(y + h * 0.42)}M{N(x - w * 0.42)} {N(y)}H{N(x + w * 0.42)}\" stroke=\"{ink}\" stroke-width=\"2.5\" stroke-linecap=\"round\"/>",
            NodeKind.Inclusive => $"<circle cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"{N(w * 0.42)}\" fill=\"none\" stroke=\"{ink}\" stroke-width=\"2.5\"/>",
            _ => $"<circle cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"{N(w * 0.5)}\" fill=\"none\" stroke=\"{ink}\" stroke-width=\"1.2\"/><path d=\"{Pentagon(x, y, w * 0.32)}\" fill=\"none\" stroke=\"{ink}\" stroke-width=\"1.2\"/>",
        });
    }

    private void Event()
    {
        var (x, y, r) = (box.CenterX, box.CenterY, Math.Min(box.Width, box.Height) / 2 - 1);
        var dash = node is { Kind: NodeKind.Boundary, Interrupting: false } ? " stroke-dasharray=\"4 3\"" : "";
        svg.Append($"<circle cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"{N(r)}\" fill=\"{Fill}\" stroke=\"{Stroke}\" stroke-width=\"{(node.Kind == NodeKind.EndEvent ? "3" : Weight)}\"{dash}/>");
        if (node.Kind is NodeKind.Boundary or NodeKind.CatchEvent or NodeKind.ThrowEvent) svg.Append($"<circle cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"{N(r - 3)}\" fill=\"none\" stroke=\"{Stroke}\" stroke-width=\"1\"{dash}/>");
        var ink = mark.Length > 0 ? Stroke : Soft;
        var inner = r * 0.5;
        switch (node.Event)
        {
            case EventKind.Timer:
                svg.Append($"<circle cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"{N(inner)}\" fill=\"none\" stroke=\"{ink}\" stroke-width=\"1.3\"/><path d=\"M{N(x)} {N(y - inner * 0.65)}V{N(y)}L{N(x + inner * 0.5)} {N(y + inner * 0.3)}\" fill=\"none\" stroke=\"{ink}\" stroke-width=\"1.3\" stroke-linecap=\"round\"/>");
                break;
            case EventKind.Message:
                Envelope(x, y, r * 1.0, r * 0.72, node.Kind is NodeKind.EndEvent or NodeKind.ThrowEvent);
                break;
            case EventKind.Error:
                svg.Append($"<path d=\"M{N(x - inner)} {N(y + inner * 0.9)}L{N(x - inner * 0.3)} {N(y - inner * 0.7)}L{N(x + inner * 0.25)} {N(y + inner * 0.35)}L{N(x + inner)} {N(y - inner * 0.9)}\" fill=\"none\" stroke=\"{ink}\" stroke-width=\"1.6\" stroke-linejoin=\"round\" stroke-linecap=\"round\"/>");
                break;
            case EventKind.Terminate:
                svg.Append($"<circle cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"{N(r * 0.55)}\" fill=\"{ink}\"/>");
                break;
        }
    }

    private void Envelope(double x, double y, double width, double height, bool filled)
    {
        var (l, t) = (x - width / 2, y - height / 2);
        svg.Append($"<path class=\"flow-sign\" d=\"M{N(l)} {N(t)}h{N(width)}v{N(height)}h{N(-width)}z\" fill=\"{(filled ? Soft : "none")}\" stroke=\"{Soft}\" stroke-width=\"1.2\"/><path d=\"M{N(l)} {N(t)}l{N(width / 2)} {N(height * 0.55)}l{N(width / 2)} {N(-height * 0.55)}\" fill=\"none\" stroke=\"{(filled ? Surface : Soft)}\" stroke-width=\"1.2\"/>");
    }

    private static string Pentagon(double x, double y, double r)
    {
        var path = new StringBuilder();
        for (var i = 0; i < 5; i++)
        {
            var angle = Math.PI * (2 * i / 5.0 - 0.5);
            path.Append(i == 0 ? 'M' : 'L').Append(N(x + r * Math.Cos(angle))).Append(' ').Append(N(y + r * Math.Sin(angle)));
        }
        return path.Append('Z').ToString();
    }
}
