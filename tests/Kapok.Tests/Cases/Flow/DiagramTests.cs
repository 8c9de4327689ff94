using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using Kapok.Cases.Flow;

namespace Kapok.Tests.Cases.Flow;

public sealed partial class FlowDiagramTests
{
    private static readonly XNamespace S = "http://www.w3.org/2000/svg";

    private static FlowMarks Marks(Walk walk, params string[] done) => FlowMarks.Of(walk.State!, done);

    private static XElement Svg(FlowDefinition flow, FlowMarks? marks = null, string? description = null) => XElement.Parse(FlowDiagram.Svg(flow, marks, description));

    private static string[] Classes(XElement svg, string name) =>
        [.. svg.Descendants(S + "g").Where(g => ((string?)g.Attribute("class"))?.Split(' ').Contains(name) == true).Select(g => string.Concat(g.Descendants(S + "text").Take(1).Select(t => t.Value)))];

    [Fact]
    public void The_picture_shows_where_the_case_stands_what_is_done_and_which_timers_run()
    {
        var flow = FlowTemplates.PromisedTime();
        var walk = new Walk(flow).Start().Do("accept", "accept");
        var svg = Svg(flow, Marks(walk, "accept"), FlowDiagram.Sentence(flow, walk.State!));
        Classes(svg, "flow-active").ShouldBe(["审核"]);
        Classes(svg, "flow-done").ShouldContain("收件受理");
        Classes(svg, "flow-timer").Length.ShouldBe(1);
        svg.Elements(S + "title").Single().Value.ShouldBe("流程图：承诺件");
        svg.Elements(S + "desc").Single().Value.ShouldBe("现在由审核岗审核，之后是决定");
        ((string)svg.Attribute("role")!).ShouldBe("img");
        Classes(svg, "flow-lane").ShouldBe(["受理岗", "审核岗", "审批岗"]);
        svg.Descendants(S + "g").Count(g => (string?)g.Attribute("class") == "flow-edge flow-passed").ShouldBe(3);
    }

    [Fact]
    public void A_finished_case_shows_the_end_it_reached()
    {
        var flow = FlowTemplates.Instant();
        var walk = new Walk(flow).Start().Do("accept", "accept").Do("decide", "refuse");
        var svg = Svg(flow, Marks(walk, "accept", "decide"));
        Classes(svg, "flow-active").ShouldBeEmpty();
        svg.Descendants(S + "g").Count(g => ((string)g.Attribute("class")!).Contains("flow-event flow-done")).ShouldBe(2, "the start and the end reached");
    }

    [Fact]
    public void A_way_back_counts_as_passed_only_while_the_case_stands_where_it_leads()
    {
        var flow = Draw.Flow("""start s; user a name=甲; user b kind=review name=乙; xor g default; user c name=丙; end e; s -> a -> b -> g; g -> a : outcome = "return"; g => c; c -> e""");
        int Passed(Walk walk, params string[] done) => Svg(flow, Marks(walk, done)).Descendants(S + "g").Count(g => (string?)g.Attribute("class") == "flow-edge flow-passed");
        Passed(new Walk(flow).Start().Do("a").Do("b", "pass"), "a", "b").ShouldBe(4);
        Passed(new Walk(flow).Start().Do("a").Do("b", "return"), "a", "b").ShouldBe(4, "the way back, but not on to the next task");
    }

    [Fact]
    public void Instances_are_counted_and_a_call_shows_that_something_goes_on_inside()
    {
        var called = Draw.Flow("start s; user x name=里面; end e; s -> x -> e", name: "called");
        var flow = Draw.Flow("start s; and f; user m kind=review many=3 name=会签; call c calls=called name=外办; and j; end e; s -> f -> m -> j -> e; f -> c -> j", _ => called);
        var walk = new Walk(flow).Start().Do("m", "pass");
        var svg = Svg(flow, Marks(walk));
        svg.Descendants(S + "text").ShouldContain(t => t.Value == "已办 1/3");
        svg.Descendants(S + "text").ShouldNotContain(t => t.Value == "里面");
        Classes(svg, "flow-active").ShouldBe(["会签", "外办"]);
    }

    [Fact]
    public void Coordinates_of_the_file_are_kept_when_they_are_complete_and_ignored_when_not()
    {
        string With(string shapes) => Draw.Xml("start s; user a; end e; s -> a -> e").Replace("</definitions>", $"""
            <d:BPMNDiagram xmlns:d="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI"><d:BPMNPlane>{shapes}</d:BPMNPlane></d:BPMNDiagram></definitions>
            """);
        string Shape(string id, int x, string width = "100") => $"<d:BPMNShape bpmnElement=\"{id}\"><dc:Bounds x=\"{x}\" y=\"20\" width=\"{width}\" height=\"80\"/></d:BPMNShape>";
        string Edge(string id) => $"<d:BPMNEdge bpmnElement=\"{id}\"><di:waypoint x=\"1\" y=\"2\"/><di:waypoint x=\"3\" y=\"4\"/></d:BPMNEdge>";
        bool Kept(string xml) => Svg(FlowDefinition.Parse(xml, "x").Require()).Descendants(S + "rect").Any(r => (string?)r.Attribute("x") == "777");
        Kept(With(Shape("s", 1) + Shape("a", 777) + Shape("e", 900) + Edge("f1") + Edge("f2"))).ShouldBeTrue();
        Kept(With(Shape("s", 1) + Shape("a", 777) + Edge("f1") + Edge("f2"))).ShouldBeFalse();
        Kept(With(Shape("s", 1) + Shape("a", 777, "NaN") + Shape("e", 900) + Edge("f1") + Edge("f2"))).ShouldBeFalse();
        Kept(With(Shape("s", 1) + Shape("a", 777, "-5") + Shape("e", 900) + Edge("f1") + Edge("f2"))).ShouldBeFalse();
    }

    [Fact]
    public void Nothing_in_a_name_gets_out_of_its_text_and_the_picture_needs_no_leave_of_the_security_policy()
    {
        var flow = FlowDefinition.Parse(Draw.Xml("start s name=NAME; user a name=NAME; end e; s -> a -> e").Replace("NAME", "&quot;>&lt;script>alert(1)&lt;/script>&lt;img onerror='x'>"), "x").Require();
        var text = FlowDiagram.Svg(flow, null, "<b onload='x'>\"&");
        text.ShouldNotContain("<script");
        text.ShouldNotContain("<img");
        text.ShouldNotContain("<b ");
        foreach (var element in XElement.Parse(text).DescendantsAndSelf())
        {
            element.Name.LocalName.ShouldBeOneOf("svg", "title", "desc", "g", "path", "rect", "circle", "text", "tspan");
            foreach (var attribute in element.Attributes())
            {
                attribute.Name.LocalName.ShouldNotBeOneOf("style", "id", "href");
                attribute.Name.LocalName.ShouldNotStartWith("on");
            }
        }
    }

    [Fact]
    public void Long_names_are_wrapped_and_cut_and_kept_whole_in_the_title()
    {
        const string name = "对申请人提交的全部材料逐项进行实质性审查并组织现场核查后提出书面审查意见";
        var svg = Svg(Draw.Flow($"start s; user a name={name}; end e; s -> a -> e"));
        var lines = svg.Descendants(S + "text").First(t => (string?)t.Attribute("class") == "flow-name").Elements(S + "tspan").Select(t => t.Value).ToList();
        lines.Count.ShouldBe(3);
        lines[2].ShouldEndWith("…");
        lines.ShouldAllBe(l => l.Length <= 8);
        svg.Descendants(S + "title").ShouldContain(t => t.Value == name);
    }

    [Fact]
    public void The_sentence_says_who_does_what_and_what_comes_next()
    {
        string Say(Walk walk) => FlowDiagram.Sentence(walk.State!.Definition, walk.State);
        var promised = new Walk(FlowTemplates.PromisedTime()).Start();
        Say(promised).ShouldBe("现在由受理岗收件受理，之后是审核");
        Say(promised.Do("accept", "accept")).ShouldBe("现在由审核岗审核，之后是决定");
        Say(promised.Do("review", "return")).ShouldBe("现在由受理岗核对材料，之后是审核");
        Say(promised.Do("rework").Do("review", "pass")).ShouldBe("现在由审批岗决定，之后办结");
        Say(promised.Do("decide", "approve")).ShouldBe("已经办结，结果是准予");
        var parallel = new Walk(FlowTemplates.ParallelReview(new() { Units = [new("planning", "规划"), new("fire", "消防")] })).Start();
        Say(parallel).ShouldBe("现在由受理岗收件受理，之后是规划审查和消防审查");
        Say(parallel.Do("accept", "accept")).ShouldBe("现在由各条线审核岗办理规划审查、消防审查，之后是决定");
        Say(parallel.Do("review_fire", "pass")).ShouldBe("现在由各条线审核岗规划审查，之后是决定");
        Say(Walk.On("start s; service a op=x name=核验数据; user b; end e; s -> a -> b -> e")).ShouldBe("现在由系统办理核验数据，之后是b");
        Say(Walk.On("start s; catch m message=x name=缴费; end e; s -> m -> e")).ShouldBe("现在等待缴费，之后办结");
        Say(Walk.On("start s; user a; end e; s -> a -> e").Cancel()).ShouldBe("已经撤回");
        var fresh = FlowTemplates.Instant();
        FlowDiagram.Sentence(fresh, FlowState.NotStarted(fresh)).ShouldBe("还没有开始，第一步是收件受理");
        Say(Walk.On("start s; sub p {; start ps; user a name=初核; end pe; ps -> a -> pe; }; user b name=复核; end e; s -> p -> b -> e")).ShouldBe("现在由审核岗初核，之后是复核");
    }

    [Fact]
    public void No_random_flow_is_drawn_with_nodes_that_overlap_or_lines_through_nodes() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(FlowRandomTests.Bytes, bytes =>
        {
            var text = FlowRandomTests.Random(new(bytes));
            var svg = Svg(Draw.Flow(text));
            var tasks = svg.Descendants(S + "g").Where(g => ((string?)g.Attribute("class"))?.StartsWith("flow-node flow-task", StringComparison.Ordinal) == true).Select(g => Box(g.Elements(S + "rect").First()))
                .Concat(svg.Descendants(S + "g").Where(g => ((string?)g.Attribute("class"))?.StartsWith("flow-node flow-gateway", StringComparison.Ordinal) == true).Select(g => Diamond((string)g.Elements(S + "path").First().Attribute("d")!))).ToList();
            for (var i = 0; i < tasks.Count; i++)
                for (var j = 0; j < i; j++)
                    (tasks[i].Left < tasks[j].Right && tasks[j].Left < tasks[i].Right && tasks[i].Top < tasks[j].Bottom && tasks[j].Top < tasks[i].Bottom).ShouldBeFalse(text);
            foreach (var path in svg.Descendants(S + "g").Where(g => ((string?)g.Attribute("class"))?.StartsWith("flow-edge", StringComparison.Ordinal) == true).Select(g => (string)g.Elements(S + "path").First().Attribute("d")!))
            {
                var dots = Numbers().Matches(path).Select(m => double.Parse(m.Value, CultureInfo.InvariantCulture)).Chunk(2).Select(c => (X: c[0], Y: c[1])).ToList();
                for (var i = 0; i + 1 < dots.Count; i++)
                {
                    var (a, b) = (dots[i], dots[i + 1]);
                    foreach (var box in tasks)
                        (Math.Max(a.X, b.X) > box.Left + 2 && Math.Min(a.X, b.X) < box.Right - 2 && Math.Max(a.Y, b.Y) > box.Top + 2 && Math.Min(a.Y, b.Y) < box.Bottom - 2).ShouldBeFalse(text);
                }
            }
        }));

    private static (double Left, double Top, double Right, double Bottom) Box(XElement rect)
    {
        double At(string name) => double.Parse((string)rect.Attribute(name)!, CultureInfo.InvariantCulture);
        return (At("x"), At("y"), At("x") + At("width"), At("y") + At("height"));
    }

    private static (double Left, double Top, double Right, double Bottom) Diamond(string path)
    {
        var n = Numbers().Matches(path).Select(m => double.Parse(m.Value, CultureInfo.InvariantCulture)).ToList();
        return (n[6], n[1], n[2], n[5]);
    }

    [GeneratedRegex(@"-?\d+(\.\d+)?")]
    private static partial Regex Numbers();
}
