using System.Text;
using Kapok.Cases.Flow;

namespace Kapok.Tests.Cases.Flow;

/// <summary>What is refused when a flow is read: every row names the element the author has to look at.</summary>
public sealed class RefusedFlowTests
{
    private const string Good = "start s; user a kind=review; xor g default; end e result=approved; end x result=refused; s -> a -> g; g -> e : outcome = \"pass\"; g => x";

    private static FlowFault[] Faults(string xml) => [.. FlowDefinition.Parse(xml, "test").Faults];

    private static void Refused(string xml, string element, string words)
    {
        var faults = Faults(xml);
        faults.ShouldContain(f => f.ElementId == element && f.Message.Contains(words), $"found: {string.Join(" | ", faults.Select(f => f.ToString()))}");
        faults.ShouldAllBe(f => f.Message.Length > 0 && f.Hint.Length > 0);
        FlowDefinition.Parse(xml, "test").Definition.ShouldBeNull();
    }

    [Fact]
    public void The_flow_the_rows_below_spoil_is_good() => Faults(Draw.Xml(Good)).ShouldBeEmpty();

    [Theory]
    [InlineData("start s; user a; end e; end lost; s -> a -> e", "lost", "走不到")]
    [InlineData("start s; user a; user b; user c; end e; s -> a -> e; b -> c -> b", "b", "从开始事件走不到")]
    [InlineData("start s; xor g; user a; user b; end e; s -> g; g -> a : x; g -> b : y; a -> e; b -> b", "b", "走不到任何结束")]
    [InlineData("start s; user a; user b; end e; s -> a -> e; a -> b", "b", "走不到任何结束")]
    [InlineData("user a; end e; a -> e", "process", "没有开始")]
    [InlineData("start s; user a; s -> a", "process", "没有结束")]
    [InlineData("start s; start t; end e; s -> e; t -> e", "t", "几个空的开始")]
    [InlineData("start s; user a; end e; s -> a -> e; a -> s", "s", "不能有入线")]
    [InlineData("start s; user a; end e; s -> a -> e; e -> a", "e", "不能有出线")]
    [InlineData("start s; user a; end e; s -> a -> e; a -> nowhere", "f3", "不存在的节点")]
    [InlineData("start s; xor g; user a; end e; s -> g -> a -> e; g -> e : x", "f2", "没有条件")]
    [InlineData("start s; xor g; end e; s -> g; g -> e : x", "f2", "只有这一条出线")]
    [InlineData("start s; and g; user a; user b; end e; s -> g; g -> a : x; g -> b; a -> e; b -> e", "f2", "不看条件")]
    [InlineData("start s; user a; end e; s -> a : x; a -> e", "f1", "不看条件")]
    [InlineData("start s; xor g default; user a; end e; s -> g; g -> a : x; g => e : y; a -> e", "default-g", "默认出线不能有条件")]
    [InlineData("start s; xor g default; user a; user b; end e; s -> g; g -> a : x; g -> b : y; a -> e; b -> e", "g", "默认出线")]
    [InlineData("start s; and g; user a; and j; end e; s -> g -> a -> j -> e; g -> a", "f5", "同一个节点")]
    [InlineData("start s; event g; catch t timer=P1D; end e; s -> g -> t -> e", "g", "两件以上")]
    [InlineData("start s; event g; catch t timer=P1D; user a; end e; s -> g -> t -> e; g -> a -> e", "a", "事件网关后面不能")]
    [InlineData("start s; event g; catch m message=x; catch n message=x; end e; s -> g -> m -> e; g -> n -> e", "n", "同一个消息")]
    [InlineData("start s; event g; catch m message=x; receive r message=y; boundary b on=r timer=P1D; end e; s -> g -> m -> e; g -> r -> e; b -> e", "r", "不能有别的入线")]
    [InlineData("start s; xor g; boundary b on=g timer=P1D; user a; end e; s -> g -> a -> e; b -> e", "b", "不能附着")]
    [InlineData("start s; user a; boundary b on=nobody timer=P1D; end e; s -> a -> e; b -> e", "b", "不存在")]
    [InlineData("start s; pass a through; boundary b on=a timer=P1D; end e; s -> a -> e; b -> e", "b", "一到就过")]
    [InlineData("start s; receive a message=m; boundary b on=a error=E; end e; s -> a -> e; b -> e", "b", "不会出错")]
    [InlineData("start s; service a op=x; boundary b on=a error=E; boundary c on=a error=E; end e; s -> a -> e; b -> e; c -> e", "c", "同一个错误")]
    [InlineData("start s; service a op=x; boundary b on=a error=E nonint; end e; s -> a -> e; b -> e", "b", "总是中断")]
    [InlineData("start s; user a; boundary b on=a cycle=R/P1D nonint; or g default; user c; or j; end e; end x; s -> a -> e; b -> g; g -> c : y; g => j; c -> j -> x", "b", "混在一起")]
    [InlineData("start s; user a; boundary b on=a; end e; s -> a -> e; b -> e", "b", "不能没有事件定义")]
    [InlineData("start s; user a; boundary b on=a terminate; end e; s -> a -> e; b -> e", "b", "不能带")]
    [InlineData("start s; catch a; end e; s -> a -> e", "a", "不能没有事件定义")]
    [InlineData("start s; throw a timer=P1D; end e; s -> a -> e", "a", "不能带")]
    [InlineData("start s; catch a timer=P1D message=x; end e; s -> a -> e", "a", "2 个事件定义")]
    [InlineData("start s; catch a timer=soon; end e; s -> a -> e", "a", "不是时长")]
    [InlineData("start s; catch a timer='=1 +'; end e; s -> a -> e", "a", "读不懂")]
    [InlineData("start s; catch a cycle=R3/P1D; end e; s -> a -> e", "a", "不能重复")]
    [InlineData("start s; user a; boundary b on=a cycle=P1D nonint; end e; s -> a -> e; b -> e", "b", "不是重复的时间")]
    [InlineData("start s; user a; boundary b on=a cycle=R0/P1D nonint; end e; s -> a -> e; b -> e", "b", "不是重复的时间")]
    [InlineData("start s; catch a date=2026-02-30; end e; s -> a -> e", "a", "不是日期")]
    [InlineData("start s; catch a date=2026-11-20T09:00:00; end e; s -> a -> e", "a", "不是日期")]
    [InlineData("start s; catch a days=0; end e; s -> a -> e", "a", "不是工作日数")]
    [InlineData("start s timer=P1D; end e; s -> e", "s", "没有起算点")]
    [InlineData("start s; user a post=boss; end e; s -> a -> e", "a", "岗位“boss”不存在")]
    [InlineData("start s; user a kind=approve; end e; s -> a -> e", "a", "任务类别")]
    [InlineData("start s; user a kind=2; end e; s -> a -> e", "a", "任务类别")]
    [InlineData("start s; user a outcomes=pass,return labels=通过; end e; s -> a -> e", "a", "1 个名称")]
    [InlineData("start s; user a outcomes=pass,pass; end e; s -> a -> e", "a", "重复")]
    [InlineData("start s; user a outcomes=strange; end e; s -> a -> e", "a", "没有给人看的名称")]
    [InlineData("start s; user a outcomes=Pass labels=通过; end e; s -> a -> e", "a", "不合规")]
    [InlineData("start s; user a labels=通过; end e; s -> a -> e", "a", "没有 kapok:outcomes")]
    [InlineData("start s; user a workingDays=many; end e; s -> a -> e", "a", "不是工作日数")]
    [InlineData("start s; user a candidates='a b'; end e; s -> a -> e", "a", "读不懂")]
    [InlineData("start s; user a result=approved; end e; s -> a -> e", "a", "kapok:result")]
    [InlineData("start s; user a colour=red; end e; s -> a -> e", "a", "kapok:colour")]
    [InlineData("start s; end e result=good; s -> e", "e", "办理结果")]
    [InlineData("start s; end e workingDays=3; s -> e", "e", "kapok:workingDays")]
    [InlineData("start s; service a; end e; s -> a -> e", "a", "没有说明调用什么")]
    [InlineData("start s; service a op=x param='p:1 +'; end e; s -> a -> e", "a", "读不懂")]
    [InlineData("start s; pass a; end e; s -> a -> e", "a", "没有说明由谁办理")]
    [InlineData("start s; call a; end e; s -> a -> e", "a", "没有说明调用哪个")]
    [InlineData("start s; send a; end e; s -> a -> e", "a", "没有说明是哪个消息")]
    [InlineData("start s; user a each=xs many=3; end e; s -> a -> e", "a", "写了两次")]
    [InlineData("start s; user a each=''; end e; s -> a -> e", "a", "空的")]
    [InlineData("start s; user a many=''; end e; s -> a -> e", "a", "空的")]
    [InlineData("start s; user a each='x +'; end e; s -> a -> e", "a", "读不懂")]
    [InlineData("start s; user a each=xs item='a b'; end e; s -> a -> e", "a", "变量名")]
    [InlineData("start s; user a many=3 until='>'; end e; s -> a -> e", "a", "读不懂")]
    [InlineData("start s; xor g; user a; user b; end e; s -> g; g -> a : outcome == \"pass\"; g -> b : y; a -> e; b -> e", "f2", "读不懂")]
    public void A_flow_that_could_not_run_is_refused_at_its_element(string lines, string element, string words) =>
        Refused(Draw.Xml(lines), element, words);

    [Theory]
    [InlineData("sub p {; user a; end pe; a -> pe; }", "p", "没有开始")]
    [InlineData("sub p {; start ps; user a; ps -> a; }", "p", "没有结束")]
    [InlineData("sub p {; start ps; start pt; end pe; ps -> pe; pt -> pe; }", "pt", "几个开始")]
    [InlineData("sub p {; start ps message=m; end pe; ps -> pe; }", "ps", "不能等消息")]
    [InlineData("sub p {; start ps; user a; end pe; ps -> a -> pe; a -> e; }", "f3", "另一个流程或子流程")]
    [InlineData("sub p {; start ps; user a; user lost; end pe; ps -> a -> pe; lost -> pe; }", "lost", "走不到")]
    public void A_sub_process_is_checked_like_a_flow(string sub, string element, string words) =>
        Refused(Draw.Xml($"start s; end e; {sub}; s -> p -> e"), element, words);

    [Theory]
    [InlineData("<scriptTask id=\"bad\"/>", "bad", "scriptTask")]
    [InlineData("<businessRuleTask id=\"bad\"/>", "bad", "businessRuleTask")]
    [InlineData("<complexGateway id=\"bad\"/>", "bad", "complexGateway")]
    [InlineData("<transaction id=\"bad\"/>", "bad", "transaction")]
    [InlineData("<adHocSubProcess id=\"bad\"/>", "bad", "adHocSubProcess")]
    [InlineData("<dataObject id=\"bad\"/>", "bad", "dataObject")]
    [InlineData("<subProcess id=\"bad\" triggeredByEvent=\"true\"/>", "bad", "事件子流程")]
    [InlineData("<endEvent id=\"bad\"><signalEventDefinition/></endEvent>", "bad", "signalEventDefinition")]
    [InlineData("<intermediateThrowEvent id=\"bad\"><linkEventDefinition/></intermediateThrowEvent>", "bad", "linkEventDefinition")]
    [InlineData("<userTask id=\"bad\" kapok:post=\"reviewer\"><standardLoopCharacteristics/></userTask>", "bad", "standardLoopCharacteristics")]
    [InlineData("<userTask id=\"bad\" kapok:post=\"reviewer\"><ioSpecification/></userTask>", "bad", "ioSpecification")]
    [InlineData("<userTask id=\"bad\" kapok:post=\"reviewer\" isForCompensation=\"true\"/>", "bad", "补偿")]
    [InlineData("<userTask id=\"bad\" kapok:post=\"reviewer\" startQuantity=\"2\"/>", "bad", "多令牌")]
    [InlineData("<userTask id=\"bad\" kapok:post=\"reviewer\" camunda:assignee=\"x\" xmlns:camunda=\"http://camunda.org/schema/1.0/bpmn\"/>", "bad", "其他产品")]
    [InlineData("<userTask id=\"bad\" kapok:post=\"reviewer\" invented=\"x\"/>", "bad", "invented")]
    [InlineData("<userTask id=\"bad\" kapok:post=\"reviewer\"><extensionElements><x:y xmlns:x=\"urn:x\"/></extensionElements></userTask>", "bad", "不被执行")]
    [InlineData("<eventBasedGateway id=\"bad\" eventGatewayType=\"Parallel\"/>", "bad", "并行事件网关")]
    [InlineData("<serviceTask id=\"bad\" kapok:operation=\"x\" implementation=\"##WebService\"/>", "bad", "implementation")]
    [InlineData("<strange xmlns=\"urn:x\" id=\"bad\"/>", "bad", "不执行")]
    [InlineData("<sequenceFlow id=\"bad\" sourceRef=\"s\" targetRef=\"a\"><conditionExpression language=\"groovy\">x</conditionExpression></sequenceFlow>", "bad", "表达式语言")]
    [InlineData("<userTask id=\"a\" kapok:post=\"reviewer\"/>", "a", "用了两次")]
    [InlineData("<userTask id=\"a/b\" kapok:post=\"reviewer\"/>", "a/b", "不合规")]
    [InlineData("<userTask kapok:post=\"reviewer\"/>", "process", "没有编号")]
    [InlineData("<receiveTask id=\"bad\" messageRef=\"nothing\"/>", "bad", "消息“nothing”不存在")]
    [InlineData("<endEvent id=\"bad\"><errorEventDefinition errorRef=\"nothing\"/></endEvent>", "bad", "错误“nothing”不存在")]
    [InlineData("<laneSet id=\"ls\"><lane id=\"bad\" name=\"x\" kapok:post=\"boss\"/></laneSet>", "bad", "岗位“boss”不存在")]
    [InlineData("<laneSet id=\"ls\"><lane id=\"bad\" name=\"x\"><flowNodeRef>nothing</flowNodeRef></lane></laneSet>", "bad", "不存在")]
    [InlineData("<laneSet id=\"ls\"><lane id=\"l1\"><flowNodeRef>a</flowNodeRef></lane><lane id=\"bad\"><flowNodeRef>a</flowNodeRef></lane></laneSet>", "bad", "两个泳道")]
    [InlineData("<userTask id=\"bad\"/>", "bad", "没有岗位")]
    public void What_is_not_executable_is_named_and_never_ignored(string element, string id, string words) =>
        Refused(Draw.Xml(Good).Replace("</process>", element + "</process>"), id, words);

    [Fact]
    public void Every_finding_is_reported_at_once_with_its_line()
    {
        var faults = Faults(Draw.Xml("start s; user a post=boss; service b; xor g; end e result=fine; end lost; s -> a -> b -> g -> e"));
        faults.Select(f => f.ElementId).ShouldBe(["a", "b", "e", "lost"], ignoreOrder: true);
        faults.ShouldAllBe(f => f.Line > 3);
        faults.Select(f => f.Line).ShouldBeInOrder();
    }

    [Theory]
    [InlineData("")]
    [InlineData("not xml")]
    [InlineData("<a><b></a>")]
    [InlineData("<definitions/>")]
    [InlineData("<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\"/>")]
    [InlineData("<definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\"><process id=\"a\"/><process id=\"b\"/></definitions>")]
    [InlineData("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><definitions xmlns=\"http://www.omg.org/spec/BPMN/20100524/MODEL\">&e;</definitions>")]
    [InlineData("<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><x>&b;</x>")]
    [InlineData("<x>\u0001</x>")]
    public void A_file_that_is_no_flow_is_refused_and_nothing_is_fetched_or_expanded(string xml) => Faults(xml).ShouldNotBeEmpty();

    [Fact]
    public void Size_number_and_depth_are_limited()
    {
        Faults(Draw.Xml(Good) + new string(' ', FlowDefinition.MaxCharacters)).Single().Message.ShouldContain("2 MB");
        Faults($"<x>{new StringBuilder().Insert(0, "<y/>", FlowDefinition.MaxElements)}</x>").Single().Message.ShouldContain("个元素");
        Faults($"{new StringBuilder().Insert(0, "<x>", 50_000)}").Single().Message.ShouldContain("嵌套");
        Refused(Draw.Xml("start s; end e; s -> e" + string.Concat(Enumerable.Range(0, FlowDefinition.MaxNodes).Select(i => $"; user u{i}"))), "process", "超过上限");
    }

    [Fact]
    public void A_call_circle_a_missing_flow_and_too_many_nodes_are_found_when_linking()
    {
        var flows = new Dictionary<string, FlowDefinition>();
        void Add(string name, string lines) => flows[name] = FlowDefinition.Parse(Draw.Xml(lines), name).Require();
        FlowFault[] Link(string name) => [.. flows[name].Link(n => flows.GetValueOrDefault(n)).Faults];
        Add("a", "start s; call toB calls=b; end e; s -> toB -> e");
        Add("b", "start s; call toC calls=c; end e; s -> toC -> e");
        Add("c", "start s; call toA calls=a; end e; s -> toA -> e");
        Add("self", "start s; call me calls=self; end e; s -> me -> e");
        Add("lost", "start s; call x calls=nowhere; end e; s -> x -> e");
        Add("late", "start s message=m; end e; s -> e");
        Add("callsLate", "start s; call x calls=late; end e; s -> x -> e");
        Link("a").Single().ShouldSatisfyAllConditions(f => f.ElementId.ShouldBe("toA"), f => f.Message.ShouldContain("a → b → c → a"));
        Link("self").Single().ElementId.ShouldBe("me");
        Link("lost").Single().Message.ShouldContain("nowhere");
        Link("callsLate").Single().Message.ShouldContain("没有空的开始事件");

        Add("f0", "start s; user u; end e; s -> u -> e");
        for (var i = 1; i < 20; i++) Add($"f{i}", $"start s; call x calls=f{i - 1}; call y calls=f{i - 1}; end e; s -> x -> y -> e");
        Link("f3").ShouldBeEmpty();
        Link("f19")[0].Message.ShouldContain("超过上限");
    }

    [Fact]
    public void What_editors_write_beside_the_flow_is_accepted()
    {
        const string xml = """
            <?xml version="1.0" encoding="UTF-8"?>
            <bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
                xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:modeler="http://camunda.org/schema/modeler/1.0" xmlns:bioc="http://bpmn.io/schema/bpmn/biocolor/1.0"
                xmlns:kapok="https://kapok.gov.cn/bpmn" id="d" targetNamespace="http://bpmn.io/schema/bpmn" exporter="bpmn-js" exporterVersion="17" modeler:executionPlatform="x">
              <bpmn:collaboration id="co"><bpmn:participant id="pool" name="办证" processRef="p" /></bpmn:collaboration>
              <bpmn:process id="p" isExecutable="true">
                <bpmn:documentation>说明</bpmn:documentation>
                <bpmn:laneSet id="ls"><bpmn:lane id="l" name="审核岗" kapok:post="reviewer"><bpmn:childLaneSet id="cl"><bpmn:lane id="l1" name="一组"><bpmn:flowNodeRef>a</bpmn:flowNodeRef></bpmn:lane></bpmn:childLaneSet></bpmn:lane></bpmn:laneSet>
                <bpmn:startEvent id="s"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
                <bpmn:userTask id="a" name="审核&#10;材料" bioc:stroke="#000" startQuantity="1"><bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing></bpmn:userTask>
                <bpmn:exclusiveGateway id="g" gatewayDirection="Diverging" default="f4" />
                <bpmn:endEvent id="e" /><bpmn:endEvent id="x" />
                <bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="a" /><bpmn:sequenceFlow id="f2" sourceRef="a" targetRef="g" />
                <bpmn:sequenceFlow id="f3" sourceRef="g" targetRef="e"><bpmn:conditionExpression xsi:type="bpmn:tFormalExpression" language="FEEL">=case.amount &gt; 5</bpmn:conditionExpression></bpmn:sequenceFlow>
                <bpmn:sequenceFlow id="f4" sourceRef="g" targetRef="x" />
                <bpmn:textAnnotation id="t"><bpmn:text>注</bpmn:text></bpmn:textAnnotation><bpmn:association id="as" sourceRef="a" targetRef="t" />
              </bpmn:process>
              <bpmndi:BPMNDiagram id="di"><bpmndi:BPMNPlane id="pl" bpmnElement="co"><bpmndi:BPMNShape id="sh" bpmnElement="a"><dc:Bounds x="1" y="2" width="100" height="80"/></bpmndi:BPMNShape></bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
            </bpmn:definitions>
            """;
        var parsed = FlowDefinition.Parse(xml, "p");
        parsed.Faults.ShouldBeEmpty();
        parsed.Definition!.Title.ShouldBe("办证");
        parsed.Definition.Find("a")!.Task!.Post.ShouldBe("reviewer");
    }

    [Fact]
    public void A_task_takes_its_own_post_before_that_of_its_lane_and_a_sub_process_hands_its_lane_down()
    {
        var xml = Draw.Xml("start s; userTask a; user own post=expert; sub p {; start ps; userTask b; end pe; ps -> b -> pe; }; end e; s -> a -> own -> p -> e")
            .Replace("</process>", """<laneSet id="ls"><lane id="l" name="受理岗" kapok:post="acceptor" kapok:line="fire"><flowNodeRef>a</flowNodeRef><flowNodeRef>own</flowNodeRef></lane><lane id="m" name="镇街" kapok:post="town"><flowNodeRef>p</flowNodeRef></lane></laneSet></process>""");
        var flow = FlowDefinition.Parse(xml, "x").Require();
        new[] { "a", "own", "b" }.Select(id => flow.Find(id)!.Task!.Post).ShouldBe(["acceptor", "expert", "town"]);
        flow.Find("a")!.Task!.Line!.Literal.ShouldBe("fire");
    }

    [Theory]
    [InlineData("P1D", "P1D")]
    [InlineData("PT36H", "PT36H")]
    [InlineData("P1Y2M3W4DT5H6M7S", "P14M25DT5H6M7S")]
    [InlineData("PT0S", "PT0S")]
    [InlineData("P", null)]
    [InlineData("PT", null)]
    [InlineData("P1DT", null)]
    [InlineData("-P1D", null)]
    [InlineData("P1.5D", null)]
    [InlineData("P12345D", null)]
    [InlineData("p1d", null)]
    [InlineData("P1D ", null)]
    public void Durations_are_read_exactly(string text, string? expected)
    {
        FlowDuration.TryParse(text, out var duration).ShouldBe(expected is not null);
        if (expected is not null) duration.ToString().ShouldBe(expected);
    }

    [Fact]
    public void A_duration_counts_months_by_the_calendar() =>
        new FlowDuration(1, 1, TimeSpan.FromHours(2)).After(new(2026, 1, 31, 9, 0, 0, TimeSpan.FromHours(8))).ShouldBe(new(2026, 3, 1, 11, 0, 0, TimeSpan.FromHours(8)));
}
