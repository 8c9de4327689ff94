using Kapok.Cases.Flow;
using Kapok.Foundation.Expressions;

namespace Kapok.Tests.Cases.Flow;

public sealed class FlowEventTests
{
    [Fact]
    public void An_interrupting_timer_takes_the_task_away_and_goes_its_own_way()
    {
        var walk = Walk.On("start s; user a; boundary t on=a timer=P5D; user late; end e; end x; s -> a -> e; t -> late -> x");
        var key = walk.Key("a");
        walk.Timer("t").Open.ShouldBe("late");
        walk.Last!.Effects.OfType<Effect.CloseTask>().Single().ShouldBe(new Effect.CloseTask(key, CloseReason.Interrupted));
        walk.No(new Trigger.TaskCompleted(key, "done"), FlowRefusal.NoSuchTask);
    }

    [Fact]
    public void A_finished_task_disarms_its_timer_and_a_timer_that_fires_too_late_is_stale()
    {
        var walk = Walk.On("start s; user a; boundary t on=a timer=P5D; boundary n on=a timer=P1D nonint; boundary m on=a message=hurry nonint; user b; end e; end x; s -> a -> b -> e; t -> x; n -> x; m -> x");
        var timers = walk.Timers.Keys.ToList();
        walk.Do("a");
        walk.Armed.ShouldBeEmpty();
        walk.Waiting.ShouldBeEmpty();
        foreach (var timer in timers) walk.No(new Trigger.TimerFired(timer), FlowRefusal.NoSuchTimer);
        walk.No(new Trigger.MessageReceived("hurry"), FlowRefusal.NoSuchMessage);
    }

    [Fact]
    public void A_reminder_runs_beside_the_task_in_either_order_of_ending()
    {
        const string lines = "start s; user a; boundary t on=a timer=P1D nonint; user remind; end e result=approved; end x; s -> a -> e; t -> remind -> x";
        var walk = Walk.On(lines).Timer("t");
        walk.Open.ShouldBe("a remind");
        walk.Armed.ShouldBeEmpty();
        walk.Do("a").Over.ShouldBeFalse();
        walk.Do("remind").Result.ShouldBe("approved");

        var other = Walk.On(lines).Timer("t").Do("remind");
        other.Open.ShouldBe("a");
        other.Do("a").Result.ShouldBe("approved");
    }

    [Fact]
    public void A_timer_that_does_not_interrupt_fires_once_and_only_once()
    {
        var walk = Walk.On("start s; user a; boundary t on=a timer=P1D nonint; end e; end x; s -> a -> e; t -> x");
        var timer = walk.Timers.Keys.Single();
        walk.Timer("t");
        walk.No(new Trigger.TimerFired(timer), FlowRefusal.NoSuchTimer);
        walk.Do("a").Over.ShouldBeTrue();
    }

    [Fact]
    public void A_repeating_timer_is_armed_anew_each_time_as_often_as_said()
    {
        var walk = Walk.On("start s; user a; boundary t on=a cycle=R3/P1D nonint; throw r message=remind; end e; end x; s -> a -> e; t -> r -> x");
        var used = new List<string>();
        for (var left = 3; left > 0; left--)
        {
            walk.Timers.Values.Single().Remaining.ShouldBe(left);
            used.Add(walk.Timers.Keys.Single());
            walk.Timer("t");
            foreach (var key in used) walk.No(new Trigger.TimerFired(key), FlowRefusal.NoSuchTimer);
        }
        walk.Timers.ShouldBeEmpty();
        walk.Sent.Count.ShouldBe(3);
        walk.Do("a").Over.ShouldBeTrue();

        var endless = Walk.On("start s; user a; boundary t on=a cycle=R/P1D nonint; end e; end x; s -> a -> e; t -> x");
        for (var i = 0; i < 50; i++) endless.Timer("t");
        endless.Armed.ShouldBe("t");
        endless.State!.ToJson().Length.ShouldBeLessThan(200);
        endless.Do("a").Over.ShouldBeTrue();
    }

    [Fact]
    public void A_boundary_message_interrupts_or_runs_beside_as_drawn_and_may_come_again_when_it_does_not_interrupt()
    {
        const string lines = "start s; user a; boundary stop on=a message=stop; boundary note on=a message=note nonint; user n; user x; end e; end e2; end e3; s -> a -> e; stop -> x -> e2; note -> n -> e3";
        var walk = Walk.On(lines).Message("note").Message("note");
        walk.Open.ShouldBe("a n n");
        walk.Message("stop").Open.ShouldBe("n n x");
        walk.Waiting.ShouldBeEmpty();
    }

    [Fact]
    public void An_error_of_a_task_goes_to_the_boundary_of_its_code_before_the_one_for_all()
    {
        const string lines = "start s; service a op=x; boundary any on=a error; boundary known on=a error=E1; user p; user q; end e; s -> a -> e; any -> p -> e; known -> q -> e";
        var walk = Walk.On(lines).Error("a", "E1");
        walk.Open.ShouldBe("q");
        walk.Variables.Get("error").ShouldBe("E1");
        Walk.On(lines).Error("a", "E2").Open.ShouldBe("p");
    }

    [Fact]
    public void An_error_passes_through_two_scopes_to_the_one_that_catches_it_and_closes_all_between()
    {
        var walk = Walk.On("""
            start s
            sub outer {
            start os; and of; user beside; and oj; end oe
            sub inner {
            start is; and if; service pay op=pay; user near; end ie1; end ie2; is -> if -> pay -> ie1; if -> near -> ie2
            }
            boundary other on=inner error=OTHER; end ox
            os -> of -> beside -> oj -> oe; of -> inner -> oj; other -> ox
            }
            boundary caught on=outer error=E; boundary t on=outer timer=P9D; user mend; end e; end tx
            s -> outer -> e; caught -> mend -> e; t -> tx
            """);
        walk.Open.ShouldBe("beside pay near");
        walk.Error("pay", "E").Open.ShouldBe("mend");
        walk.Armed.ShouldBeEmpty();
        walk.Do("mend").Over.ShouldBeTrue();
    }

    [Fact]
    public void An_error_end_event_is_caught_by_the_boundary_around_its_scope()
    {
        var walk = Walk.On("""
            start s
            sub p {
            start ps; and f; user a kind=review; user b; xor g default; end fail error=BAD; end ok; end ok2; ps -> f -> a -> g; f -> b -> ok2; g -> fail : outcome = "return"; g => ok
            }
            boundary c on=p error=BAD; user mend; end e; s -> p -> e; c -> mend -> e
            """);
        walk.Do("a", "return").Open.ShouldBe("mend");
    }

    [Fact]
    public void An_error_nobody_catches_ends_the_case_as_faulted_and_says_where()
    {
        var walk = Walk.On("""
            start s; and f; user a
            sub p {
            start ps; service pay op=pay; end pe; ps -> pay -> pe
            }
            boundary c on=p error=OTHER; end x; end e; end e2; s -> f -> p -> e; f -> a -> e2; c -> x
            """);
        walk.Error("pay", "E");
        walk.State!.Status.ShouldBe(FlowStatus.Faulted);
        walk.Last!.Effects.OfType<Effect.Faulted>().Single().ShouldBe(new Effect.Faulted("E", "pay"));
        walk.No(new Trigger.Start(), FlowRefusal.AlreadyStarted);

        Walk.On("start s; user a; end e error=STOP; s -> a -> e").Do("a").Last!.Effects.OfType<Effect.Faulted>().Single().ShouldBe(new Effect.Faulted("STOP", "e"));
    }

    [Fact]
    public void Terminate_ends_the_whole_case_at_once()
    {
        var walk = Walk.On("start s; and f; user a; user b; end stop terminate result=refused; end e; s -> f -> a -> stop; f -> b -> e");
        walk.Do("a").Result.ShouldBe("refused");
        walk.Last!.Effects.OfType<Effect.CloseTask>().Single().Reason.ShouldBe(CloseReason.Terminated);
    }

    [Fact]
    public void Terminate_in_a_sub_process_ends_only_that_and_the_case_goes_on()
    {
        var walk = Walk.On("""
            start s; and f; user beside; and j; end e result=approved
            sub p {
            start ps; and pf; user a; user b; user c; end stop terminate; end pe; ps -> pf -> a -> stop; pf -> b -> pe; pf -> c -> pe
            }
            user after
            s -> f -> p -> after -> j -> e; f -> beside -> j
            """);
        walk.Open.ShouldBe("beside a b c");
        walk.Do("b").Do("a").Open.ShouldBe("beside after");
        walk.Do("after").Do("beside").Result.ShouldBe("approved");
    }

    [Fact]
    public void Terminate_while_other_tokens_are_still_moving_leaves_nothing_behind()
    {
        Walk.On("start s; and f; end stop terminate; pass x through; user b; end e; s -> f -> stop; f -> x -> b -> e").Over.ShouldBeTrue();
        var inside = Walk.On("""
            start s
            sub p {
            start ps; and f; end stop terminate; pass x through; user b; end pe; ps -> f -> stop; f -> x -> b -> pe
            }
            user after; end e; s -> p -> after -> e
            """);
        inside.Open.ShouldBe("after");
    }

    [Fact]
    public void A_timer_on_a_sub_process_runs_once_for_all_of_it()
    {
        var walk = Walk.On("""
            start s
            sub p {
            start ps; user a; user b; end pe; ps -> a -> b -> pe
            }
            boundary t on=p timer=P3D; user late; end e; s -> p -> e; t -> late -> e
            """);
        var timer = walk.Timers.Keys.Single();
        walk.Do("a").Timers.Keys.Single().ShouldBe(timer);
        walk.Timer("t").Open.ShouldBe("late");
    }

    [Fact]
    public void The_place_that_waits_directly_takes_a_message_before_a_boundary_around_it()
    {
        var walk = Walk.On("""
            start s
            sub p {
            start ps; user a; catch m message=news; end pe; ps -> a -> m -> pe
            }
            boundary b on=p message=news; user stopped; user after; end e; s -> p -> after -> e; b -> stopped -> e
            """).Do("a").Message("news");
        walk.Open.ShouldBe("after");
    }
}
