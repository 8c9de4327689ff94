using Kapok.Cases.Flow;
using Kapok.Foundation.Expressions;

namespace Kapok.Tests.Cases.Flow;

public sealed class FlowMultiInstanceTests
{
    private static readonly Value Units = Value.Of([(Value)"planning", (Value)"fire", (Value)"water"]);

    [Fact]
    public void Parallel_instances_open_together_each_with_its_own_member()
    {
        var walk = new Walk(Draw.Flow("start s; user review kind=review each='case.units' item=unit line='=unit'; user d; end e; s -> review -> d -> e"))
            .Set("case.units", Units).Start();
        var tasks = walk.Last!.Effects.OfType<Effect.OpenTask>().ToList();
        tasks.Select(t => t.Line).ShouldBe(["planning", "fire", "water"]);
        tasks.Select(t => t.Instance).ShouldBe([0, 1, 2]);
        tasks.Select(t => t.Item.AsText).ShouldBe(["planning", "fire", "water"]);
        walk.Do("review", "pass", 2).Do("review", "return", 0).Open.ShouldBe("review");
        walk.Do("review", "pass").Open.ShouldBe("d");
        walk.Variables.Get("outcomes")["review"].ShouldBe(Value.Of([(Value)"return", (Value)"pass", (Value)"pass"]));
    }

    [Fact]
    public void Sequential_instances_open_one_after_the_other_from_the_collection_read_at_the_beginning()
    {
        var walk = new Walk(Draw.Flow("start s; user a each=people seq item=who candidates=who; end e; s -> a -> e")).Set("people", Units).Start();
        var seen = new List<string?>();
        while (!walk.Over)
        {
            walk.Open.ShouldBe("a");
            seen.Add(walk.Last!.Effects.OfType<Effect.OpenTask>().Single().Item.AsText);
            walk.Set("people", Value.Null).Do("a");
        }
        seen.ShouldBe(["planning", "fire", "water"]);
    }

    [Fact]
    public void The_completion_condition_closes_the_rest()
    {
        var walk = Walk.On("start s; user vote kind=review many=5 until='tally.pass >= 2'; boundary t on=vote timer=P1D; user d; end e; end x; s -> vote -> d -> e; t -> x");
        walk.Do("vote", "pass").Do("vote", "return").Open.ShouldBe("vote vote vote");
        walk.Do("vote", "pass").Open.ShouldBe("d");
        walk.Last!.Effects.OfType<Effect.CloseTask>().Select(c => c.Reason).ShouldBe([CloseReason.NotNeeded, CloseReason.NotNeeded]);
        walk.Armed.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("numberOfCompletedInstances = 2", 2)]
    [InlineData("numberOfActiveInstances = 1", 3)]
    [InlineData("numberOfCompletedInstances / numberOfInstances >= 0.75", 3)]
    [InlineData("outcome = \"return\"", 4)]
    public void The_completion_condition_sees_the_counters_of_the_standard(string until, int done)
    {
        var walk = Walk.On($"start s; user vote kind=review many=4 until='{until}'; end e; s -> vote -> e");
        var count = 0;
        while (!walk.Over && count < 10)
        {
            walk.Do("vote", "pass");
            count++;
        }
        count.ShouldBe(done);
    }

    [Fact]
    public void The_condition_may_end_sequential_instances_early() =>
        Walk.On("""start s; user a kind=review many=5 seq until='outcome = "return"'; end e; s -> a -> e""").Do("a", "pass").Do("a", "return").Over.ShouldBeTrue();

    [Theory]
    [InlineData("many=0")]
    [InlineData("each=nothing")]
    [InlineData("each='[]'")]
    public void No_instance_at_all_passes_on(string many) => Walk.On($"start s; user a {many}; user b; end e; s -> a -> b -> e").Open.ShouldBe("b");

    [Theory]
    [InlineData("many=nothing", FlowRefusal.BadExpression)]
    [InlineData("many=1.5", FlowRefusal.BadExpression)]
    [InlineData("many='0 - 1'", FlowRefusal.BadExpression)]
    [InlineData("many=1001", FlowRefusal.TooManyInstances)]
    [InlineData("many=99999999999999", FlowRefusal.TooManyInstances)]
    public void A_senseless_number_of_instances_is_a_fault(string many, FlowRefusal code)
    {
        var walk = new Walk(Draw.Flow($"start s; user a {many}; end e; s -> a -> e")).No(new Trigger.Start(), code);
        walk.Last!.Fault!.NodeId.ShouldBe("a");
    }

    [Fact]
    public void A_sub_process_runs_once_for_each_member_and_its_conditions_see_their_own()
    {
        var walk = new Walk(Draw.Flow("""
            start s
            sub p each=units item=unit {
            start ps; user a; xor g default; user extra line='=unit'; end pe result=approved; end px result=refused
            ps -> a -> g; g -> extra : unit = "fire"; g => pe; extra -> px
            }
            user after; end e; s -> p -> after -> e
            """)).Set("units", Units).Start();
        walk.Do("a").Do("a").Open.ShouldBe("a extra");
        walk.Last!.Effects.OfType<Effect.OpenTask>().Single().Line.ShouldBe("fire");
        walk.Do("a").Do("extra").Open.ShouldBe("after");
        walk.Variables.Get("outcomes")["p"].ShouldBe(Value.Of([(Value)"approved", (Value)"refused", (Value)"approved"]));
    }

    [Fact]
    public void A_call_in_several_instances_keeps_them_apart()
    {
        var called = Draw.Flow("start s; and f; user x; user y kind=review; xor g default; end stop terminate result=refused; end a result=approved; end b; s -> f -> x -> b; f -> y -> g; g -> stop : outcome = \"return\"; g => a", name: "called");
        var walk = new Walk(Draw.Flow("start s; call c calls=called many=3 until='tally.refused >= 1'; user after; end e; s -> c -> after -> e", _ => called)).Start();
        walk.Open.ShouldBe("c/x c/y c/x c/y c/x c/y");
        walk.Do("c/y", "pass").Do("c/x").Open.ShouldBe("c/x c/y c/x c/y");
        walk.Do("c/y", "return").Open.ShouldBe("after");
        walk.Variables.Get("outcomes")["c"].ShouldBe(Value.Of([(Value)"approved", (Value)"refused", Value.Null]));
    }

    [Fact]
    public void Terminate_in_one_instance_leaves_the_others_alone()
    {
        var walk = Walk.On("""
            start s
            sub p many=2 {
            start ps; and f; user a; user b; end stop terminate; end pe; ps -> f -> a -> stop; f -> b -> pe
            }
            user after; end e; s -> p -> after -> e
            """);
        walk.Do("a").Open.ShouldBe("a b");
        walk.Do("a").Open.ShouldBe("after");
    }

    [Fact]
    public void An_error_in_one_instance_ends_all_of_them_at_the_boundary_of_the_whole()
    {
        var walk = Walk.On("start s; service a op=x many=3; boundary c on=a error; user mend; end e; s -> a -> e; c -> mend -> e");
        walk.Error("a", "E", 1).Open.ShouldBe("mend");
    }

    [Fact]
    public void Instances_in_instances_and_automatic_ones_come_out_even()
    {
        var walk = Walk.On("""
            start s
            sub p many=2 seq {
            start ps; send n message=m many=3; user a many=2; end pe; ps -> n -> a -> pe
            }
            end e; s -> p -> e
            """);
        walk.Sent.Count.ShouldBe(3);
        walk.Do("a").Do("a").Open.ShouldBe("a a");
        walk.Sent.Count.ShouldBe(6);
        walk.Do("a").Do("a").Over.ShouldBeTrue();
    }

    [Fact]
    public void A_multi_instance_receive_takes_one_message_an_instance()
    {
        var walk = Walk.On("start s; receive r message=m many=2; end e; s -> r -> e");
        walk.Waiting.ShouldBe("r r");
        walk.Message("m").Waiting.ShouldBe("r");
        walk.Message("m").Over.ShouldBeTrue();
    }

    [Fact]
    public void Dates_in_a_collection_behave_the_same_before_and_after_storing()
    {
        var walk = new Walk(Draw.Flow("start s; user a each='[date(\"2026-01-01\"), 1.50, [1, \"x\"]]' candidates=item; user b; end e; s -> a -> b -> e")).Start();
        walk.Do("a").Do("a").Do("a").Open.ShouldBe("b");
    }
}
