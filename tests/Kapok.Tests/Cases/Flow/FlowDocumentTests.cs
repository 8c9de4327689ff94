using Kapok.Cases.Flow;

namespace Kapok.Tests.Cases.Flow;

public sealed class FlowDocumentTests
{
    [Fact]
    public void The_example_in_the_documentation_is_a_flow_that_runs()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Kapok.slnx"))) folder = folder.Parent!;
        var text = File.ReadAllText(Path.Combine(folder.FullName, "docs", "flows.md"));
        var xml = text.Split("```xml\n")[1].Split("```")[0];
        var parse = FlowDefinition.Parse(xml, "example");
        parse.Faults.ShouldBeEmpty();
        FlowPaths.Gaps(parse.Definition!).ShouldBeEmpty();
        var walk = new Walk(parse.Definition!).Start().Do("register", "accept").Error("compare", "mismatch");
        walk.Open.ShouldBe("check");
        FlowDiagram.Sentence(parse.Definition!, walk.State!).ShouldBe("现在由镇街经办初审，之后是审定");
        walk.Do("check", "pass").Do("decide", "approve").Result.ShouldBe("approved");
    }
}
