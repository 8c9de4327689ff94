using Kapok.Cases.Flow;

namespace Kapok.Tests.Cases.Flow;

public sealed class FlowTemplateTests
{
    private static readonly FlowSettings Three = new() { Units = [new("planning", "规划"), new("fire", "消防"), new("real-estate", "不动产")] };

    private static Effect.OpenTask Task(Walk walk, string node) => (Effect.OpenTask)walk.Tasks[walk.Key(node)];

    [Fact]
    public void Instant_accepts_and_decides()
    {
        var walk = new Walk(FlowTemplates.Instant()).Start();
        (Task(walk, "accept").Kind, Task(walk, "accept").Post).ShouldBe((FlowTaskKind.Accept, "acceptor"));
        walk.Do("accept", "accept");
        (Task(walk, "decide").Kind, Task(walk, "decide").Post).ShouldBe((FlowTaskKind.Decide, "approver"));
        walk.Do("decide", "approve").Result.ShouldBe("approved");
        new Walk(FlowTemplates.Instant()).Start().Do("accept", "accept").Do("decide", "refuse").Result.ShouldBe("refused");
        new Walk(FlowTemplates.Instant()).Start().Do("accept", "refuse").Result.ShouldBe("not-accepted");
    }

    [Fact]
    public void Promised_reviews_may_return_and_reminds_once()
    {
        var walk = new Walk(FlowTemplates.PromisedTime(new(4, 2))).Start().Do("accept", "accept");
        Task(walk, "review").WorkingDays.ShouldBe(4);
        walk.Timers.Values.Single().Due.WorkingDays.ShouldBe(4);
        walk.Timer("review_due").Sent.ShouldBe(["remind"]);
        walk.Last!.Effects.OfType<Effect.SendMessage>().Single().Parameters.Single().Value.AsText.ShouldBe("review");
        walk.Do("review", "return").Open.ShouldBe("rework");
        walk.Do("rework").Do("review", "refuse-proposal").Open.ShouldBe("decide");
        walk.Timer("decide_due").Do("decide", "refuse").Result.ShouldBe("refused");
        walk.Last!.Effects.OfType<Effect.Ended>().Single().EndEventId.ShouldBe("end_refused");
    }

    [Fact]
    public void Parallel_asks_every_line_at_once_and_decides_when_all_have_answered()
    {
        var walk = new Walk(FlowTemplates.ParallelReview(Three)).Start().Do("accept", "accept");
        walk.Open.ShouldBe("review_planning review_fire review_real_estate");
        (Task(walk, "review_fire").Line, Task(walk, "review_fire").Name, Task(walk, "review_fire").Post).ShouldBe(("fire", "消防审查", "reviewer"));
        Task(walk, "review_real_estate").Line.ShouldBe("real-estate");
        walk.Do("review_fire", "pass").Do("review_real_estate", "refuse-proposal").Open.ShouldBe("review_planning");
        walk.Do("review_planning", "pass").Open.ShouldBe("decide");
        walk.Do("decide", "approve").Result.ShouldBe("approved");
    }

    [Fact]
    public void Parallel_with_one_line_works_too() =>
        new Walk(FlowTemplates.ParallelReview(new() { Units = [new("fire", "消防")] })).Start().Do("accept", "accept").Do("review_fire", "pass").Do("decide", "approve").Result.ShouldBe("approved");

    [Fact]
    public void Lines_that_differ_only_in_punctuation_stay_apart() =>
        new Walk(FlowTemplates.ParallelReview(new() { Units = [new("a-b", "甲"), new("a_b", "乙"), new("\"<&", "丙&<")] })).Start().Do("accept", "accept").Tasks.Values
            .Cast<Effect.OpenTask>().Select(t => t.Line + t.Name).ShouldBe(["a-b甲审查", "a_b乙审查", "\"<&丙&<审查"]);

    [Fact]
    public void Settings_that_make_no_sense_are_refused()
    {
        Should.Throw<ArgumentException>(() => FlowTemplates.ParallelReview(new()));
        Should.Throw<ArgumentException>(() => FlowTemplates.ParallelReview(new() { Units = [new("fire", "消防"), new("fire", "消防二")] }));
        Should.Throw<ArgumentException>(() => FlowTemplates.PromisedTime(new(0)));
        Should.Throw<ArgumentException>(() => FlowTemplates.Xml("no-such", new()));
    }

    [Theory]
    [InlineData("instant")]
    [InlineData("promised")]
    [InlineData("parallel")]
    public void Every_lane_of_a_template_is_bound_to_a_post(string name) =>
        FlowDefinition.Parse(FlowTemplates.Xml(name, Three), name).Require().Lanes.ShouldAllBe(l => l.Post != null && l.Nodes.Length > 0);
}
