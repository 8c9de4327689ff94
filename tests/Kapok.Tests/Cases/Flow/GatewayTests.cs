using Kapok.Cases.Flow;
using Kapok.Foundation.Expressions;

namespace Kapok.Tests.Cases.Flow;

public sealed class FlowGatewayTests
{
    [Fact]
    public void An_exclusive_gateway_takes_the_first_true_condition_in_the_order_drawn()
    {
        var flow = Draw.Flow("start s; xor g default; user a; user b; user c; end e; s -> g; g -> a : n > 10; g -> b : n > 5; g => c; a -> e; b -> e; c -> e");
        new Walk(flow).Set("n", 20).Start().Open.ShouldBe("a");
        new Walk(flow).Set("n", 7).Start().Open.ShouldBe("b");
        new Walk(flow).Set("n", 1).Start().Open.ShouldBe("c");
        new Walk(flow).Start().Open.ShouldBe("c", "a missing value makes no condition true");
    }

    [Fact]
    public void A_gateway_without_a_way_out_stops_the_step_and_leaves_the_task_open()
    {
        var walk = Walk.On("""start s; user a kind=review; xor g; end x; end y; s -> a -> g; g -> x : outcome = "pass"; g -> y : outcome = "never" """);
        walk.No(new Trigger.TaskCompleted(walk.Key("a"), "return"), FlowRefusal.NoPath);
        walk.Last!.Fault!.NodeId.ShouldBe("g");
        walk.Do("a", "pass").Over.ShouldBeTrue();
    }

    [Fact]
    public void A_parallel_join_waits_for_every_branch_in_any_order()
    {
        const string lines = "start s; and f; user a; user b; user c; and j; user d; end e; s -> f -> a -> j -> d -> e; f -> b -> j; f -> c -> j";
        foreach (var order in new[] { "abc", "acb", "bac", "bca", "cab", "cba" })
        {
            var walk = Walk.On(lines);
            walk.Open.ShouldBe("a b c");
            walk.Do(order[..1]).Do(order[1..2]).Open.ShouldBe(order[2..]);
            walk.Do(order[2..]).Open.ShouldBe("d");
            walk.Do("d").Over.ShouldBeTrue();
        }
    }

    [Fact]
    public void Two_tokens_over_the_same_edge_do_not_open_a_parallel_join()
    {
        // b is passed twice (a loops), so its edge brings two tokens; only one of each edge counts.
        var walk = Walk.On("""
            start s; and f; user a; and again; user c; user b; and j; end e
            s -> f -> a -> again -> b -> j -> e; again -> b; f -> c -> j
            """.Replace("; again -> b;", "; again -> h; pass h through; h -> b;"));
        walk.Do("a").Open.ShouldBe("c b b");
        walk.Do("b").Do("b").Open.ShouldBe("c");
        walk.Over.ShouldBeFalse();
    }

    [Fact]
    public void A_join_that_can_never_fill_refuses_the_step_that_would_strand_the_case()
    {
        var walk = Walk.On("""start s; user a kind=review; xor g default; user b; user c; and j; end e; s -> a -> g; g -> b : outcome = "pass"; g => c; b -> j -> e; c -> j""");
        walk.Do("a", "pass");
        walk.No(new Trigger.TaskCompleted(walk.Key("b"), "done"), FlowRefusal.JoinStarved);
        walk.Last!.Fault!.NodeId.ShouldBe("j");
    }

    [Theory]
    [InlineData(1, "a")]
    [InlineData(2, "b")]
    [InlineData(3, "a b")]
    [InlineData(0, "c")]
    public void An_inclusive_gateway_opens_every_true_branch_or_the_default_and_joins_just_those(int mask, string open)
    {
        var walk = new Walk(Draw.Flow("""
            start s; or f default; user a; user b; user c; or j; user d; end e
            s -> f; f -> a : m in (1, 3); f -> b : m in (2, 3); f => c; a -> j -> d -> e; b -> j; c -> j
            """)).Set("m", mask).Start();
        walk.Open.ShouldBe(open);
        var nodes = open.Split(' ');
        foreach (var node in nodes[..^1]) walk.Do(node).Open.ShouldNotContain("d");
        walk.Do(nodes[^1]).Open.ShouldBe("d");
        walk.Do("d").Over.ShouldBeTrue();
    }

    [Fact]
    public void An_inclusive_join_waits_for_a_token_several_steps_away_but_not_for_one_that_took_another_way()
    {
        var walk = Walk.On("""
            start s; and f; user a; user b; user b2 kind=review; xor g default; or j; user d; user other; end e; end x
            s -> f -> a -> j -> d -> e; f -> b -> b2 -> g; g -> j : outcome = "pass"; g => other; other -> x
            """);
        walk.Do("a").Open.ShouldBe("b");
        walk.Do("b").Open.ShouldBe("b2");
        walk.Do("b2", "return").Open.ShouldBe("other d", ignoreOrder: true);

        var together = Walk.On("""
            start s; and f; user a; user b; user b2 kind=review; xor g default; or j; user d; user other; end e; end x
            s -> f -> a -> j -> d -> e; f -> b -> b2 -> g; g -> j : outcome = "pass"; g => other; other -> x
            """);
        together.Do("a").Do("b").Do("b2", "pass").Open.ShouldBe("d");
    }

    [Fact]
    public void An_inclusive_join_does_not_wait_for_a_token_that_can_as_well_come_over_an_arrow_already_filled()
    {
        // BPMN 2.0.2, 13.4.3: b may reach the join over its own arrow, but also over that of a.
        var walk = Walk.On("""
            start s; and f; user a; user b kind=review; xor m; xor g default; or j; user d; end e
            s -> f -> a -> m -> j -> d -> e; f -> b -> g; g -> m : outcome = "pass"; g => j
            """);
        walk.Do("a").Open.ShouldBe("b d");
        walk.Do("b", "return").Open.ShouldBe("d d");
    }

    [Fact]
    public void Joins_of_several_instances_and_of_several_calls_keep_their_tokens_apart()
    {
        var walk = Walk.On("""
            start s
            sub p many=2 {
            start ps; and f; user a; user b; and j; user c; end pe; ps -> f -> a -> j -> c -> pe; f -> b -> j
            }
            sub q many=2 {
            start qs; or g default; user x; user y; or k; user z; end qe; qs -> g; g -> x : true; g -> y : true; g => k; x -> k; y -> k; k -> z -> qe
            }
            end e; s -> p -> q -> e
            """);
        walk.Do("a", nth: 0).Do("b", nth: 1).Open.ShouldBe("b a");
        walk.Do("a").Open.ShouldBe("b c");
        walk.Do("b").Do("c").Do("c").Open.ShouldBe("x y x y");
        walk.Do("x", nth: 0).Do("y", nth: 1).Open.ShouldBe("y x");
        walk.Do("x").Open.ShouldBe("y z");
    }

    [Fact]
    public void An_inclusive_join_inside_a_loop_waits_for_the_branch_and_not_for_its_own_next_round()
    {
        var walk = new Walk(Draw.Flow("""
            start s; xor m; or f; user a; user b; or j; user check kind=review; xor g default; end e result=approved
            s -> m -> f; f -> a : true; f -> b : both; a -> j; b -> j; j -> check -> g; g -> m : outcome = "return"; g => e
            """)).Set("both", true).Start();
        for (var round = 0; round < 3; round++)
        {
            walk.Open.ShouldBe("a b");
            walk.Do("a").Open.ShouldBe("b");
            walk.Do("b").Open.ShouldBe("check");
            walk.Do("check", "return");
        }
        walk.Set("both", false).Do("a").Do("b").Do("check", "return").Open.ShouldBe("a");
        walk.Do("a").Open.ShouldBe("check");
        walk.Do("check", "pass").Result.ShouldBe("approved");
    }

    [Fact]
    public void A_branch_that_loops_back_before_an_inclusive_join_is_waited_for()
    {
        var walk = Walk.On("""
            start s; and f; user a; xor m; user b kind=review; xor g default; or j; user d; end e
            s -> f -> a -> j; f -> m -> b -> g; g -> m : outcome = "return"; g => j; j -> d -> e
            """);
        walk.Do("a").Do("b", "return").Open.ShouldBe("b");
        walk.Do("b", "return").Open.ShouldBe("b");
        walk.Do("b", "pass").Open.ShouldBe("d");
    }

    [Fact]
    public void Inclusive_joins_that_wait_for_each_other_in_a_circle_open_instead_of_hanging()
    {
        // j1 may get a token from j2 (over back), j2 from j1: the vicious circle of the literature.
        var walk = Walk.On("""
            start s; and f; user a; user b; or j1; or j2; user c kind=review; user d kind=review; xor g1 default; xor g2 default; end e1; end e2
            s -> f -> a -> j1; f -> b -> j2; j1 -> c -> g1; g1 -> j2 : outcome = "pass"; g1 => e1; j2 -> d -> g2; g2 -> j1 : outcome = "pass"; g2 => e2
            """);
        walk.Do("a").Do("b").Open.ShouldNotBeEmpty();
        while (!walk.Over) walk.Do(walk.Open.Split(' ')[0], "return");
    }

    [Fact]
    public void An_inclusive_join_counts_a_token_that_may_come_through_a_boundary_event()
    {
        var walk = Walk.On("""
            start s; and f; user a; user b; boundary t on=b timer=P1D; or j; user d; end e; end x
            s -> f -> a -> j -> d -> e; f -> b -> x; t -> j
            """);
        walk.Do("a").Open.ShouldBe("b", "the timer of b may still send a token to the join");
        walk.Timer("t").Open.ShouldBe("d");
    }

    [Fact]
    public void An_inclusive_join_sees_an_open_sub_process_as_one_token()
    {
        var walk = Walk.On("""
            start s; and f; user a; or j; user d; end e
            sub p {
            start ps; user x; user y; end pe; ps -> x -> y -> pe
            }
            s -> f -> a -> j -> d -> e; f -> p -> j
            """);
        walk.Do("a").Open.ShouldBe("x");
        walk.Do("x").Open.ShouldBe("y");
        walk.Do("y").Open.ShouldBe("d");
    }

    [Fact]
    public void An_event_gateway_goes_the_way_of_the_first_event_and_forgets_the_others()
    {
        const string lines = "start s; event g; catch t timer=P3D; catch m message=paid; receive r message=refused; user a; user b; user c; end e; s -> g -> t -> a -> e; g -> m -> b -> e; g -> r -> c -> e";
        var walk = Walk.On(lines);
        (walk.Armed, walk.Waiting).ShouldBe(("t", "m r"));
        var timer = walk.Timers.Keys.Single();
        walk.Message("paid").Open.ShouldBe("b");
        (walk.Armed, walk.Waiting).ShouldBe(("", ""));
        walk.No(new Trigger.TimerFired(timer), FlowRefusal.NoSuchTimer);
        walk.No(new Trigger.MessageReceived("refused"), FlowRefusal.NoSuchMessage);
        Walk.On(lines).Timer("t").Open.ShouldBe("a");
        Walk.On(lines).Message("refused").Open.ShouldBe("c");
    }

    [Fact]
    public void Several_arrows_out_of_a_task_split_the_flow_and_conditions_on_them_are_kept()
    {
        const string lines = """start s; user a kind=review; user b; user c; user d; end e; s -> a -> b -> e; a -> c : outcome = "pass"; a -> d : outcome = "return"; c -> e; d -> e""";
        Walk.On(lines).Do("a", "pass").Open.ShouldBe("b c");
        Walk.On(lines).Do("a", "return").Open.ShouldBe("b d");
    }

    [Fact]
    public void A_case_ends_only_when_its_last_branch_does_and_keeps_the_result_it_reached()
    {
        var walk = Walk.On("start s; and f; user a; user b; end good result=approved; end plain; s -> f -> a -> good; f -> b -> plain");
        walk.Do("a").Over.ShouldBeFalse();
        walk.Do("b").Result.ShouldBe("approved");
        walk.Last!.Effects.OfType<Effect.Ended>().Single().EndEventId.ShouldBe("good");
    }

    [Fact]
    public void A_circle_without_a_stop_is_a_fault_that_names_an_element_of_it()
    {
        var walk = new Walk(Draw.Flow("start s; xor m; pass a through; xor g default; end e; s -> m -> a -> g; g -> e : never; g => m"));
        walk.No(new Trigger.Start(), FlowRefusal.EndlessLoop);
        walk.Last!.Fault!.NodeId.ShouldBeOneOf("m", "a", "g");
    }
}
