using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace Kapok.Cases.Flow;

/// <summary>A line of business that is asked in a parallel review.</summary>
/// <param name="Line">Code of the line, e.g. <c>fire</c>.</param>
/// <param name="Name">Its short name, which the task carries: 消防 → 消防审查.</param>
public sealed record FlowUnit(string Line, string Name);

/// <summary>What an item may set in a template flow.</summary>
/// <param name="ReviewDays">Working days for a review, 1–3650; promised time reminds when they are over.</param>
/// <param name="DecideDays">Working days for the decision, 1–3650; promised time reminds when they are over.</param>
public sealed record FlowSettings(int ReviewDays = 5, int DecideDays = 3)
{
    /// <summary>Parallel review: who is asked, at least one, each line once.</summary>
    public IReadOnlyList<FlowUnit> Units { get; init; } = [];
}

/// <summary>
/// Flows for items whose author need not draw. They are BPMN files like any other; where a reminder is due (promised time) they send the message
/// <c>remind</c> with the node id of the task as parameter <c>task</c>.
/// </summary>
public static class FlowTemplates
{
    /// <summary>Names an item may give as <c>flow</c>.</summary>
    public static IReadOnlyList<string> Names { get; } = ["instant", "promised", "parallel"];

    /// <summary>即办件: accept, decide on the spot.</summary>
    public static FlowDefinition Instant() => Read("instant", new());

    /// <summary>承诺件: accept, review (pass, return, propose refusal), decide.</summary>
    /// <exception cref="ArgumentException">A number of days is out of range.</exception>
    public static FlowDefinition PromisedTime(FlowSettings? settings = null) => Read("promised", settings ?? new());

    /// <summary>并联审查: accept, one review for each line at the same time, decide when all are done.</summary>
    /// <exception cref="ArgumentException">No line, a line twice, or a number of days out of range.</exception>
    public static FlowDefinition ParallelReview(FlowSettings settings) => Read("parallel", settings);

    /// <summary>The BPMN file of a template with its settings filled in, e.g. as a start for an own flow.</summary>
    /// <exception cref="ArgumentException">No such template, or settings that do not fit.</exception>
    public static string Xml(string name, FlowSettings settings)
    {
        if (!Names.Contains(name)) throw new ArgumentException($"没有模板流程“{name}”。", nameof(name));
        if (settings.ReviewDays is < 1 or > 3650 || settings.DecideDays is < 1 or > 3650) throw new ArgumentException("期限应为 1 到 3650 个工作日。", nameof(settings));
        if (name == "parallel" && (settings.Units.Count == 0 || settings.Units.DistinctBy(u => u.Line).Count() != settings.Units.Count))
            throw new ArgumentException("并联审查至少要有一个条线，每个条线只写一次。", nameof(settings));
        using var file = typeof(FlowTemplates).Assembly.GetManifestResourceStream($"Flow/Templates/{name}.bpmn")!;
        var document = XDocument.Load(file, LoadOptions.PreserveWhitespace);
        foreach (var element in document.Descendants().Where(IsPerUnit).ToList())
        {
            // Repeated with the line break before it, so that the file stays readable.
            var space = (element.PreviousNode as XText)?.Value ?? "";
            foreach (var unit in settings.Units.Reverse())
            {
                var copy = new XElement(element);
                Fill(copy, "{unit}", IdOf(settings, unit));
                Fill(copy, "{name}", unit.Name);
                Fill(copy, "{line}", unit.Line);
                element.AddAfterSelf(new XText(unit == settings.Units[^1] ? "" : space), copy);
            }
            element.Remove();
        }
        Fill(document.Root!, "{review}", settings.ReviewDays.ToString(CultureInfo.InvariantCulture));
        Fill(document.Root!, "{decide}", settings.DecideDays.ToString(CultureInfo.InvariantCulture));
        return document.Declaration + "\n" + document;
    }

    private static FlowDefinition Read(string name, FlowSettings settings) => FlowDefinition.Parse(Xml(name, settings), name).Require();

    private static bool IsPerUnit(XElement element) =>
        element.Attributes().Any(a => a.Name.LocalName is "id" && a.Value.Contains("{unit}", StringComparison.Ordinal))
        || !element.HasElements && element.Value.Contains("{unit}", StringComparison.Ordinal);

    private static void Fill(XElement element, string placeholder, string value)
    {
        foreach (var attribute in element.DescendantsAndSelf().Attributes()) attribute.Value = attribute.Value.Replace(placeholder, value, StringComparison.Ordinal);
        foreach (var text in element.DescendantNodesAndSelf().OfType<XText>()) text.Value = text.Value.Replace(placeholder, value, StringComparison.Ordinal);
    }

    /// <summary>A line's code as part of an id that expressions can name without quotes.</summary>
    private static string IdOf(FlowSettings settings, FlowUnit unit)
    {
        var id = Plain(unit.Line);
        return settings.Units.Count(u => Plain(u.Line) == id) == 1 ? id : id + (settings.Units.ToList().IndexOf(unit) + 1);
    }

    private static string Plain(string line)
    {
        var result = new StringBuilder(line.Length);
        foreach (var c in line) result.Append(char.IsAsciiLetterOrDigit(c) ? c : '_');
        return result.ToString();
    }
}
