using System.Xml;
using System.Xml.Linq;

namespace Kapok.Cases.Flow.Parsing;

/// <summary>
/// Reads a BPMN file written by a stranger: no document type, no entities, no addresses followed, bounded size, depth and count.
/// </summary>
internal static class BpmnFile
{
    private const int MaxDepth = 60;

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = FlowDefinition.MaxCharacters,
        MaxCharactersFromEntities = 1024,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    public static FlowParse Read(string xml, string name)
    {
        var findings = new Findings();
        var root = Load(xml, findings);
        if (root is null) return new(null, findings.All());
        if (!root.Is("definitions"))
        {
            findings.Add(root, $"这不是 BPMN 2.0 文件：根元素是“{root.Name.Prefixed()}”。", $"根元素应为 {{{Xml.Bpmn.NamespaceName}}}definitions。");
            return new(null, findings.All());
        }
        Grammar.Check(root, findings);
        CheckIds(root, findings);
        var processes = root.Children("process").ToList();
        if (processes.Count != 1)
        {
            findings.Add(processes.Count == 0 ? root : processes[1], processes.Count == 0 ? "文件里没有流程 process。" : "一个文件只能有一个流程。",
                processes.Count == 0 ? "加上一个 process。" : "其余流程各写一个文件，用 callActivity 调用。");
            return new(null, findings.All());
        }
        CheckParticipants(root, processes[0], findings);
        var draft = new ProcessReader(root, processes[0], findings).Read();
        if (draft.Nodes.Count > FlowDefinition.MaxNodes)
            findings.Add(processes[0], $"流程有 {draft.Nodes.Count} 个节点，超过上限 {FlowDefinition.MaxNodes}。", "拆成几个流程，用 callActivity 调用。");
        else
            Soundness.Check(draft, findings);
        if (findings.Any) return new(null, findings.All());
        return new(new FlowDefinition(name, draft.ProcessId, Title(root, processes[0], name),
            [.. draft.Nodes], [.. draft.Edges], [.. draft.Lanes], PictureReader.Read(root, draft)), []);
    }

    private static string Title(XElement root, XElement process, string name)
    {
        var pool = root.Children("collaboration").Elements(Xml.Bpmn + "participant").FirstOrDefault()?.Get("name");
        return new[] { process.Get("name"), pool, name }.First(t => !string.IsNullOrWhiteSpace(t))!.Trim();
    }

    private static XElement? Load(string xml, Findings findings)
    {
        if (xml.Length > FlowDefinition.MaxCharacters)
        {
            findings.Add("", 0, "文件超过 2 MB。", "删去不用的部分，或拆成几个流程。");
            return null;
        }
        try
        {
            if (!WithinLimits(xml, findings)) return null;
            using var reader = XmlReader.Create(new StringReader(xml), Settings);
            return XDocument.Load(reader, LoadOptions.SetLineInfo).Root;
        }
        catch (XmlException error)
        {
            var forbidden = error.Message.Contains("DTD", StringComparison.Ordinal);
            findings.Add("", error.LineNumber, forbidden ? "文件带有文档类型声明（DTD），不接收。" : "文件不是完整的 XML，这一行读不下去。",
                forbidden ? "删去 <!DOCTYPE …>。" : "用 BPMN 编辑器重新导出，或检查标签是否成对、引号是否齐全、字符是否合法。");
            return null;
        }
    }

    /// <summary>A first pass that builds nothing, so that a hostile file costs no memory.</summary>
    private static bool WithinLimits(string xml, Findings findings)
    {
        using var reader = XmlReader.Create(new StringReader(xml), Settings);
        var line = (IXmlLineInfo)reader;
        var elements = 0;
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element) continue;
            if (++elements > FlowDefinition.MaxElements)
            {
                findings.Add("", line.LineNumber, $"文件超过 {FlowDefinition.MaxElements:N0} 个元素。", "拆成几个流程，用 callActivity 调用。");
                return false;
            }
            if (reader.Depth > MaxDepth)
            {
                findings.Add("", line.LineNumber, $"元素嵌套超过 {MaxDepth} 层。", "把深层的子流程拆成单独的流程。");
                return false;
            }
        }
        return true;
    }

    private static void CheckIds(XElement root, Findings findings)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in root.DescendantsAndSelf().Where(e => e.Name.Namespace == Xml.Bpmn))
        {
            if (element.Get("id") is not { } id) continue;
            if (id.Length is 0 or > 100 || !IsName(id))
                findings.Add(element, $"编号“{(id.Length > 100 ? id[..100] + "…" : id)}”不合规。", "编号以字母开头，只含字母、数字、_、-、.，不超过 100 个字符。");
            else if (!seen.Add(id))
                findings.Add(element, $"编号“{id}”用了两次。", "每个元素的编号各不相同。");
        }
    }

    private static bool IsName(string id)
    {
        try
        {
            XmlConvert.VerifyNCName(id);
            return true;
        }
        catch (XmlException)
        {
            return false;
        }
    }

    private static void CheckParticipants(XElement root, XElement process, Findings findings)
    {
        var participants = root.Children("collaboration").SelectMany(c => c.Children("participant")).ToList();
        foreach (var participant in participants)
            if (participant.Get("processRef") != process.Get("id"))
                findings.Add(participant, $"泳池“{participant.Get("name")}”不是这个流程，不会执行。", "只留一个泳池；外部各方用消息事件表示。");
    }
}
