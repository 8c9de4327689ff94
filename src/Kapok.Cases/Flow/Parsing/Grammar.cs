using System.Collections.Frozen;
using System.Xml.Linq;

namespace Kapok.Cases.Flow.Parsing;

/// <summary>
/// Which elements and attributes are executable. Everything else is refused by name: a silently ignored attribute
/// would be a flow that does something other than its author drew.
/// </summary>
internal static class Grammar
{
    private sealed record Rule(FrozenSet<string> Attributes, FrozenSet<string> Ours, FrozenSet<string> Children);

    private const string Events = "timerEventDefinition messageEventDefinition errorEventDefinition terminateEventDefinition";
    private const string Activity = "incoming outgoing multiInstanceLoopCharacteristics";
    private const string Content = "laneSet startEvent endEvent userTask serviceTask task manualTask sendTask receiveTask "
        + "exclusiveGateway parallelGateway inclusiveGateway eventBasedGateway subProcess callActivity boundaryEvent "
        + "intermediateCatchEvent intermediateThrowEvent sequenceFlow textAnnotation association group";

    private static readonly FrozenDictionary<string, Rule> Rules = new Dictionary<string, Rule>
    {
        ["definitions"] = Of("targetNamespace expressionLanguage typeLanguage exporter exporterVersion", "", "process message error collaboration category"),
        ["process"] = Of("isExecutable processType isClosed", "", Content),
        ["collaboration"] = Of("isClosed", "", "participant"),
        ["participant"] = Of("processRef", "", ""),
        ["message"] = Of("", "", ""),
        ["error"] = Of("errorCode", "", ""),
        ["category"] = Of("", "", "categoryValue"),
        ["categoryValue"] = Of("value", "", ""),
        ["laneSet"] = Of("", "", "lane"),
        ["lane"] = Of("", "post line", "flowNodeRef childLaneSet"),
        ["childLaneSet"] = Of("", "", "lane"),
        ["flowNodeRef"] = Of("", "", ""),
        ["startEvent"] = Of("isInterrupting parallelMultiple", "workingDays", "incoming outgoing timerEventDefinition messageEventDefinition"),
        ["endEvent"] = Of("", "result", "incoming outgoing " + Events),
        ["boundaryEvent"] = Of("attachedToRef cancelActivity parallelMultiple", "workingDays", "incoming outgoing " + Events),
        ["intermediateCatchEvent"] = Of("parallelMultiple", "workingDays", "incoming outgoing " + Events),
        ["intermediateThrowEvent"] = Of("", "", "incoming outgoing " + Events),
        ["userTask"] = Of("default implementation", "post line kind outcomes labels form workingDays candidates", Activity),
        ["serviceTask"] = Of("default implementation", "operation", Activity),
        ["task"] = Of("default", "passThrough", "incoming outgoing"),
        ["manualTask"] = Of("default", "passThrough", "incoming outgoing"),
        ["sendTask"] = Of("default implementation messageRef", "", Activity),
        ["receiveTask"] = Of("default implementation messageRef instantiate", "", Activity),
        ["exclusiveGateway"] = Of("default gatewayDirection", "", "incoming outgoing"),
        ["inclusiveGateway"] = Of("default gatewayDirection", "", "incoming outgoing"),
        ["parallelGateway"] = Of("gatewayDirection", "", "incoming outgoing"),
        ["eventBasedGateway"] = Of("gatewayDirection eventGatewayType instantiate", "", "incoming outgoing"),
        ["subProcess"] = Of("default triggeredByEvent", "", Activity + " " + Content),
        ["callActivity"] = Of("default calledElement", "", Activity),
        ["sequenceFlow"] = Of("sourceRef targetRef isImmediate", "", "conditionExpression"),
        ["conditionExpression"] = Of("language", "", ""),
        ["multiInstanceLoopCharacteristics"] = Of("isSequential behavior", "collection item", "loopCardinality completionCondition"),
        ["loopCardinality"] = Of("language", "", ""),
        ["completionCondition"] = Of("language", "", ""),
        ["timerEventDefinition"] = Of("", "workingDays", "timeDuration timeDate timeCycle"),
        ["timeDuration"] = Of("language", "", ""),
        ["timeDate"] = Of("language", "", ""),
        ["timeCycle"] = Of("language", "", ""),
        ["messageEventDefinition"] = Of("messageRef", "", ""),
        ["errorEventDefinition"] = Of("errorRef", "", ""),
        ["terminateEventDefinition"] = Of("", "", ""),
        ["incoming"] = Of("", "", ""),
        ["outgoing"] = Of("", "", ""),
        ["textAnnotation"] = Of("textFormat", "", "text"),
        ["text"] = Of("", "", ""),
        ["association"] = Of("sourceRef targetRef associationDirection", "", ""),
        ["group"] = Of("categoryValueRef", "", ""),
    }.ToFrozenDictionary();

    /// <summary>Attributes whose only executable value is the standard's default.</summary>
    private static readonly FrozenDictionary<string, (string Value, string Meaning)> Fixed = new Dictionary<string, (string, string)>
    {
        ["isForCompensation"] = ("false", "补偿"), ["startQuantity"] = ("1", "多令牌启动"), ["completionQuantity"] = ("1", "多令牌完成"),
        ["triggeredByEvent"] = ("false", "事件子流程"), ["instantiate"] = ("false", "由消息启动流程的任务或网关"),
        ["parallelMultiple"] = ("false", "并行多事件"), ["eventGatewayType"] = ("Exclusive", "并行事件网关"),
        ["isExecutable"] = ("true", "标为不可执行的流程"), ["implementation"] = ("##unspecified", "implementation 指定的实现"),
        ["isInterrupting"] = ("true", "不中断的开始事件"), ["behavior"] = ("All", "多实例的事件行为"),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, string> Advice = new Dictionary<string, string>
    {
        ["scriptTask"] = "把计算写进规则或表达式，需要外部程序时用 serviceTask。",
        ["businessRuleTask"] = "用 serviceTask 调用规则，再用排他网关判断结果。",
        ["complexGateway"] = "改用包容网关，或多实例任务的 completionCondition。",
        ["transaction"] = "改用 subProcess 和错误边界事件。",
        ["adHocSubProcess"] = "改用 subProcess，把可选的步骤画成包容网关。",
        ["signalEventDefinition"] = "改用消息事件。",
        ["escalationEventDefinition"] = "改用不中断的消息或定时边界事件。",
        ["conditionalEventDefinition"] = "改用消息事件，由改变数据的一方发消息。",
        ["compensateEventDefinition"] = "把撤销的步骤画成普通任务。",
        ["cancelEventDefinition"] = "改用错误事件。",
        ["linkEventDefinition"] = "直接连线。",
        ["standardLoopCharacteristics"] = "改用排他网关画出循环，或用多实例。",
        ["loopDataInputRef"] = "用 kapok:collection 写集合表达式。",
        ["dataObject"] = "改用文字批注 textAnnotation。", ["dataObjectReference"] = "改用文字批注 textAnnotation。",
        ["dataStoreReference"] = "改用文字批注 textAnnotation。", ["messageFlow"] = "与外部的往来用消息事件或收发任务表示。",
    }.ToFrozenDictionary();

    private static readonly FrozenSet<string> Quantities = Set("isForCompensation startQuantity completionQuantity");

    /// <summary>Elements of which the reader would see only the first.</summary>
    private static readonly FrozenSet<string> Single = Set("multiInstanceLoopCharacteristics conditionExpression loopCardinality completionCondition extensionElements");

    /// <summary>Reports every element and attribute below (and at) this one that is not executable.</summary>
    public static void Check(XElement element, Findings findings)
    {
        if (!Rules.TryGetValue(element.Name.LocalName, out var rule)) return;
        foreach (var attribute in element.Attributes()) Check(element, attribute, rule, findings);
        foreach (var child in element.Elements())
        {
            var name = child.Name.LocalName;
            if (child.Name.Namespace == Xml.Di && element.Is("definitions")) continue;
            if (child.Is("documentation")) continue;
            if (Single.Contains(name) && child.ElementsBeforeSelf(child.Name).Any())
                findings.Add(child, $"“{name}”写了两次。", "只写一次。");
            if (child.Is("extensionElements")) CheckExtensions(element, child, findings);
            else if (child.Name.Namespace == Xml.Bpmn && rule.Children.Contains(name)) Check(child, findings);
            else
                findings.Add(child, $"流程引擎不执行“{child.Name.Prefixed()}”（在“{element.Name.LocalName}”里）。",
                    Advice.GetValueOrDefault(name, "删去它，或换成 docs/flows.md 列出的元素。"));
        }
    }

    private static void Check(XElement element, XAttribute attribute, Rule rule, Findings findings)
    {
        var (space, name) = (attribute.Name.Namespace, attribute.Name.LocalName);
        if (attribute.IsNamespaceDeclaration || Xml.Presentation.Contains(space)) return;
        if (space == Xml.Kapok)
        {
            if (!rule.Ours.Contains(name))
                findings.Add(element, $"“{element.Name.LocalName}”没有扩展属性 kapok:{name}。",
                    rule.Ours.Count == 0 ? "删去它。" : "可用的有：" + string.Join("、", rule.Ours.Order().Select(o => "kapok:" + o)) + "。");
            return;
        }
        if (space != XNamespace.None)
        {
            findings.Add(element, $"流程引擎不执行其他产品的属性“{attribute.Name.Prefixed()}”。", "执行属性写在 kapok 命名空间（https://kapok.gov.cn/bpmn）。");
            return;
        }
        if (name is "id" or "name") return;
        if (Fixed.TryGetValue(name, out var only) && (rule.Attributes.Contains(name) || Quantities.Contains(name)))
        {
            if (!string.Equals(attribute.Value.Trim(), only.Value, StringComparison.Ordinal))
                findings.Add(element, $"流程引擎不执行{only.Meaning}（{name}=\"{attribute.Value}\"）。", $"删去 {name}，或写成 {name}=\"{only.Value}\"。");
        }
        else if (!rule.Attributes.Contains(name))
            findings.Add(element, $"“{element.Name.LocalName}”的属性“{name}”不被执行。", "删去它，或换成 docs/flows.md 列出的属性。");
        else if (name == "language" && !attribute.Value.Contains("feel", StringComparison.OrdinalIgnoreCase))
            findings.Add(element, $"不认识表达式语言“{attribute.Value}”。", "表达式一律用 FEEL，删去 language。");
    }

    private static void CheckExtensions(XElement owner, XElement extensions, Findings findings)
    {
        foreach (var extension in extensions.Elements())
        {
            if (extension.Name == Xml.Kapok + "parameter" && owner.Name.LocalName is "serviceTask" or "sendTask" or "intermediateThrowEvent" or "endEvent")
            {
                foreach (var attribute in extension.Attributes().Where(a => !a.IsNamespaceDeclaration && a.Name.ToString() is not ("name" or "value")))
                    findings.Add(extension, $"kapok:parameter 没有属性“{attribute.Name.Prefixed()}”。", "只写 name 和 value。");
                continue;
            }
            findings.Add(extension, $"“{owner.Name.LocalName}”的扩展元素“{extension.Name.Prefixed()}”不被执行。", "只有 serviceTask、sendTask 和发消息的事件可以带 kapok:parameter。");
        }
    }

    private static Rule Of(string attributes, string ours, string children) => new(Set(attributes), Set(ours), Set(children));

    private static FrozenSet<string> Set(string words) =>
        words.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}
