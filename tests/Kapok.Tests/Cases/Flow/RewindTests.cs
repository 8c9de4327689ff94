using Kapok.Cases.Flow;

namespace Kapok.Tests.Cases.Flow;

public sealed class FlowRewindTests
{
    private static string[] Targets(Walk walk, string node) => [.. FlowEngine.ReturnTargets(walk.State!, walk.Key(node)).Select(n => n.Id)];

    [Fact]
    public void A_task_goes_back_to_any_earlier_user_task_of_its_path_and_the_flow_goes_on_from_there()
    {
        var walk = Walk.On("start s; user a; service x op=y; user b; user c; boundary t on=c timer=P1D; end e; end te; s -> a -> x -> b -> c -> e; t -> te");
        walk.Do("a").Served("x").Do("b");
        var key = walk.Key("c");
        Targets(walk, "c").ShouldBe(["b", "a"]);
        walk.Back("c", "a").Open.ShouldBe("a");
        walk.Last!.Effects.OfType<Effect.CloseTask>().Single().ShouldBe(new Effect.CloseTask(key, CloseReason.Returned));
        walk.Armed.ShouldBeEmpty();
        walk.No(new Trigger.TaskCompleted(key, "done"), FlowRefusal.NoSuchTask);
        Targets(walk, "a").ShouldBeEmpty();
        walk.Do("a").Served("x").Do("b").Do("c").Over.ShouldBeTrue();
    }

    [Fact]
    public void A_task_of_a_branch_not_taken_is_no_place_to_go_back_to()
    {
        var walk = Walk.On("""start s; user a kind=review; xor g default; user b; user c; user d; end e; s -> a -> g; g -> b : outcome = "pass"; g => c; b -> d -> e; c -> d""");
        walk.Do("a", "pass").Do("b");
        Targets(walk, "d").ShouldBe(["b", "a"]);
        walk.No(new Trigger.Rewind(walk.Key("d"), "c"), FlowRefusal.NotReturnable);
        walk.Last!.Fault!.Message.ShouldContain("没有经过");
        foreach (var bad in new[] { "d", "g", "s", "", "nothing" }) walk.No(new Trigger.Rewind(walk.Key("d"), bad), FlowRefusal.NotReturnable);
    }

    [Fact]
    public void Nothing_goes_back_across_an_open_split_but_within_the_branch_and_after_the_join_it_does()
    {
        var walk = Walk.On("start s; user a; and f; user b; user b2; user c; and j; user d; end e; s -> a -> f -> b -> b2 -> j -> d -> e; f -> c -> j");
        walk.Do("a").Do("b");
        Targets(walk, "b2").ShouldBe(["b"]);
        walk.No(new Trigger.Rewind(walk.Key("b2"), "a"), FlowRefusal.NotReturnable);
        walk.Last!.Fault!.Message.ShouldContain("并行");
        walk.No(new Trigger.Rewind(walk.Key("c"), "a"), FlowRefusal.NotReturnable);
        walk.Back("b2", "b").Open.ShouldBe("c b");
        walk.Do("b").Do("b2");
        walk.No(new Trigger.Rewind(walk.Key("c"), "a"), FlowRefusal.NotReturnable);
        walk.Do("c");
        Targets(walk, "d").ShouldBe(["a"]);
        walk.Back("d", "a").Open.ShouldBe("a");
        walk.Do("a").Do("b").Do("b2").Do("c").Do("d").Over.ShouldBeTrue();
    }

    [Fact]
    public void When_the_other_branches_of_a_split_have_ended_the_way_back_is_open_again()
    {
        var walk = Walk.On("start s; user a; and f; user b; user c; end e; end e2; s -> a -> f -> b -> e; f -> c -> e2").Do("a");
        Targets(walk, "b").ShouldBeEmpty();
        walk.Do("c");
        Targets(walk, "b").ShouldBe(["a"]);
    }

    [Fact]
    public void A_reminder_branch_does_not_take_the_main_path_back()
    {
        var walk = Walk.On("start s; user a; user b; boundary t on=b timer=P1D nonint; user remind; end e; end x; s -> a -> b -> e; t -> remind -> x").Do("a").Timer("t");
        Targets(walk, "remind").ShouldBeEmpty();
        walk.No(new Trigger.Rewind(walk.Key("remind"), "a"), FlowRefusal.NotReturnable);
        walk.Back("b", "a").Open.ShouldBe("remind a");
    }

    [Fact]
    public void Scopes_and_instances_keep_to_themselves()
    {
        var walk = Walk.On("""
            start s; user a
            sub p {
            start ps; user b; user c; end pe; ps -> b -> c -> pe
            }
            user many many=2; user d; end e; s -> a -> p -> many -> d -> e
            """);
        walk.Do("a");
        walk.No(new Trigger.Rewind(walk.Key("b"), "a"), FlowRefusal.NotReturnable);
        walk.Last!.Fault!.Message.ShouldContain("同一层");
        walk.Do("b").Back("c", "b").Do("b").Do("c");
        walk.No(new Trigger.Rewind(walk.Key("many"), "a"), FlowRefusal.NotReturnable);
        walk.Do("many").Do("many");
        Targets(walk, "d").ShouldBe(["many", "a"]);
        walk.Back("d", "many").Open.ShouldBe("many many");
    }

    [Fact]
    public void Going_round_a_loop_does_not_lengthen_the_path_or_the_state()
    {
        var walk = Walk.On("""
            start s; xor m; and f; user b; user c; and j; service x op=y; user d kind=review; xor g default; end e
            s -> m -> f -> b -> j; f -> c -> j; j -> x -> d -> g; g -> m : outcome = "return"; g => e
            """);
        var lengths = new List<int>();
        for (var round = 0; round < 40; round++)
        {
            walk.Do("b").Do("c").Served("x");
            lengths.Add(walk.State!.ToJson().Length);
            walk.Do("d", "return");
        }
        lengths[39].ShouldBeLessThanOrEqualTo(lengths[1] + 4, "only the running numbers may get longer");
    }

    [Fact]
    public void An_automatic_loop_around_a_split_leaves_no_marks_behind()
    {
        var walk = Walk.On("""
            start s; xor m; and f; service b op=b; service c op=c; and j; xor g default; user e1; end e
            s -> m -> f -> b -> j; f -> c -> j; j -> g; g -> e1 : done; g => m; e1 -> e
            """);
        for (var round = 0; round < 40; round++) walk.Served("b").Served("c");
        walk.State!.ToJson().Length.ShouldBeLessThan(120);
    }
}
