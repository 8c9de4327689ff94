using Kapok.Cases.Flow;

namespace Kapok.Tests.Cases.Flow;

public sealed class FlowPathTests
{
    private static string[] Paths(string lines) => [.. FlowPaths.ToEnds(Draw.Flow(lines)).Paths.Select(p => string.Join(' ', p.Steps.Select(s => s.Node.Id + string.Concat(s.Outcomes.Select(o => ":" + o.Id)))))];

    private static string[] Gaps(string lines) => [.. FlowPaths.Gaps(Draw.Flow(lines)).Select(g => g.NodeId)];

    [Fact]
    public void The_paths_of_a_template_are_those_a_clerk_would_name()
    {
        var paths = FlowPaths.ToEnds(FlowTemplates.PromisedTime());
        paths.Complete.ShouldBeTrue();
        var words = paths.Paths.Select(p => p.ToString()).ToList();
        words.ShouldContain("提交申请 → 收件受理（不予受理） → 受理吗 → 不予受理");
        words.ShouldContain("提交申请 → 收件受理（受理） → 受理吗 → 审核（通过、建议不予） → 退回吗 → 决定（准予） → 准予吗 → 准予办结");
        words.ShouldNotContain(w => w.Contains("核对材料"), "the way round comes back to the review, so it is no simple path");
        FlowPaths.Gaps(FlowTemplates.PromisedTime()).ShouldBeEmpty();
        FlowPaths.Gaps(FlowTemplates.Instant()).ShouldBeEmpty();
        FlowPaths.Gaps(FlowTemplates.ParallelReview(new() { Units = [new("fire", "消防"), new("water", "水务")] })).ShouldBeEmpty();
    }

    [Fact]
    public void A_path_takes_only_ways_its_outcomes_allow() =>
        Paths("""start s; user a kind=review; xor g default; xor h default; user b; end e; end x; s -> a -> g; g -> b : outcome = "pass"; g => h; h -> e : outcome = "pass"; h => x; b -> e""")
            .ShouldBe(["s a:pass g b e", "s a:return g h x"], ignoreOrder: true);

    [Fact]
    public void Data_of_the_case_leaves_both_ways_open_and_boundary_events_are_ways_too() =>
        Paths("start s; user a; boundary t on=a timer=P1D; xor g default; end e; end x; end y; s -> a -> g; g -> e : case.big; g => x; t -> y")
            .ShouldBe(["s a t y", "s a g e", "s a g x"], ignoreOrder: true);

    [Fact]
    public void The_number_of_paths_is_bounded()
    {
        var lines = "start s; end e; s -> g0";
        for (var i = 0; i < 30; i++) lines += $"; xor g{i} default; user a{i}; user b{i}; g{i} -> a{i} : x; g{i} => b{i}; a{i} -> {(i == 29 ? "e" : $"g{i + 1}")}; b{i} -> {(i == 29 ? "e" : $"g{i + 1}")}";
        var list = FlowPaths.ToEnds(Draw.Flow(lines), 50);
        list.Complete.ShouldBeFalse();
        list.Paths.Length.ShouldBe(50);
    }

    [Fact]
    public void A_node_behind_an_outcome_no_task_has_is_found() =>
        Gaps("""start s; user a kind=review; xor g default; user never; end e; s -> a -> g; g -> never : outcome = "approve"; g => e; never -> e""").ShouldBe(["never"]);

    [Fact]
    public void An_outcome_no_gateway_lets_through_is_found_and_named()
    {
        var gaps = FlowPaths.Gaps(Draw.Flow("""start s; user a kind=review name=审核; xor g; user b; end e; s -> a -> g; g -> b : outcome = "pass"; g -> e : outcome = "agree"; b -> e"""));
        gaps.ShouldHaveSingleItem().Message.ShouldBe("任务“审核”的结果“退回”走到“g”就没有出路。");
    }

    [Theory]
    [InlineData("""start s; user a kind=review; service x op=y; xor g; user b; user c; end e; s -> a -> x -> g; g -> b : outcome = "pass"; g -> c : outcome = "never"; b -> e; c -> e""")]
    [InlineData("""start s; user a kind=review; xor g; user b; user c; end e; s -> a -> g; g -> b : outcome = "pass" or case.x; g -> c : outcomes.a = "return"; b -> e; c -> e""")]
    [InlineData("""start s; sub p {; start ps; user a kind=review; end pe; ps -> a -> pe; }; xor g; user b; user c; end e; s -> p -> g; g -> b : outcome = "approved"; g -> c : outcome = "pass"; b -> e; c -> e""")]
    public void What_might_happen_is_never_called_impossible(string lines) => Gaps(lines).ShouldBeEmpty();

    [Fact]
    public void Nodes_inside_a_sub_process_are_looked_at() =>
        Gaps("""start s; sub p {; start ps; user a kind=review; xor g default; user never; end pe; ps -> a -> g; g -> never : outcome = "approve"; g => pe; never -> pe; }; end e; s -> p -> e""").ShouldBe(["never"]);
}
