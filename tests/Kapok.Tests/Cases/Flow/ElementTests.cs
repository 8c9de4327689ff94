using Kapok.Cases.Flow;
using Kapok.Foundation.Expressions;

namespace Kapok.Tests.Cases.Flow;

public sealed class FlowElementTests
{
    [Fact]
    public void A_user_task_opens_with_everything_its_desk_needs_and_its_outcome_chooses_the_way()
    {
        var walk = Walk.On("""
            start s; user a kind=review post=reviewer outcomes=pass,return labels=同意,退回 form=check workingDays=5 line=fire candidates='case.team' name=审核
            xor g default; end yes result=approved; end no result=refused
            s -> a -> g; g -> yes : outcome = "pass"; g => no
            """);
        var task = walk.Last!.Effects.OfType<Effect.OpenTask>().Single();
        (task.Name, task.Kind, task.Post, task.Line, task.Form, task.WorkingDays, task.Candidates!.Text)
            .ShouldBe(("审核", FlowTaskKind.Review, "reviewer", "fire", "check", 5, "case.team"));
        task.Outcomes.Select(o => o.Id + o.Label).ShouldBe(["pass同意", "return退回"]);
        walk.No(new Trigger.TaskCompleted(task.Key, "approve"), FlowRefusal.NoSuchOutcome);
        walk.No(new Trigger.TaskCompleted(task.Key, null), FlowRefusal.NoSuchOutcome);
        walk.Do("a", "return").Result.ShouldBe("refused");
        walk.Variables.Get("outcomes")["a"].ShouldBe("return");
    }

    [Theory]
    [InlineData("accept", "accept受理 refuse不予受理")]
    [InlineData("review", "pass通过 return退回")]
    [InlineData("decide", "approve准予 refuse不予")]
    [InlineData("deliver", "done已送达")]
    [InlineData("work", "done完成")]
    public void A_task_without_own_outcomes_has_those_of_its_kind(string kind, string outcomes)
    {
        var task = Walk.On($"start s; user a kind={kind}; end e; s -> a -> e").Last!.Effects.OfType<Effect.OpenTask>().Single();
        string.Join(' ', task.Outcomes.Select(o => o.Id + o.Label)).ShouldBe(outcomes);
    }

    [Fact]
    public void A_single_outcome_need_not_be_named() =>
        Walk.On("start s; user a; end e result=approved; s -> a -> e").Do("a").Result.ShouldBe("approved");

    [Fact]
    public void A_service_task_calls_with_computed_parameters_and_waits()
    {
        var walk = new Walk(Draw.Flow("start s; service pay op=pay.create param='fen:case.fee * 2'; end e; s -> pay -> e"))
            .Set("case", Value.FromJson(System.Text.Json.Nodes.JsonNode.Parse("""{"fee":50}"""))).Start();
        var call = walk.Last!.Effects.OfType<Effect.CallService>().Single();
        call.Operation.ShouldBe("pay.create");
        call.Parameters.Single().ShouldBe(KeyValuePair.Create<string, Value>("fen", 100));
        walk.No(new Trigger.TaskCompleted(call.Key, "done"), FlowRefusal.NoSuchTask);
        walk.Served("pay").Over.ShouldBeTrue();
    }

    [Fact]
    public void A_plain_task_declared_as_pass_through_does_not_stop_the_flow() =>
        Walk.On("start s; pass a through; manualTask b through; throw c; end e result=approved; s -> a -> b -> c -> e").Result.ShouldBe("approved");

    [Fact]
    public void Send_task_throw_event_and_message_end_send_and_do_not_wait()
    {
        var walk = Walk.On("start s; send a message=one; throw b message=two; end e message=three result=approved; s -> a -> b -> e");
        walk.Sent.ShouldBe(["one", "two", "three"]);
        walk.Result.ShouldBe("approved");
    }

    [Fact]
    public void A_receive_task_and_a_catch_event_wait_for_their_message_only()
    {
        var walk = Walk.On("start s; receive a message=paid; catch b message=sealed; end e; s -> a -> b -> e");
        walk.Waiting.ShouldBe("a");
        walk.No(new Trigger.MessageReceived("sealed"), FlowRefusal.NoSuchMessage);
        walk.Message("paid").Waiting.ShouldBe("b");
        walk.Message("sealed").Over.ShouldBeTrue();
    }

    [Fact]
    public void Of_several_places_that_wait_for_one_message_the_one_named_takes_it_else_the_oldest()
    {
        var walk = Walk.On("start s; and f; receive a message=m; receive b message=m; and j; end e; s -> f -> a -> j -> e; f -> b -> j");
        walk.Message("m", walk.Waits.Keys.Last()).Waiting.ShouldBe("a");
        walk.Message("m").Over.ShouldBeTrue();

        var oldest = Walk.On("start s; and f; receive a message=m; receive b message=m; and j; end e; s -> f -> a -> j -> e; f -> b -> j");
        oldest.Message("m").Waiting.ShouldBe("b");
    }

    [Theory]
    [InlineData("timer=P2DT3H", FlowTimerKind.Duration, "P2DT3H")]
    [InlineData("timer='=wait'", FlowTimerKind.Duration, "P1M")]
    [InlineData("days=5", FlowTimerKind.WorkingDays, "5")]
    [InlineData("days='=3 + 4'", FlowTimerKind.WorkingDays, "7")]
    [InlineData("date=2026-11-20", FlowTimerKind.Date, "2026-11-20T00:00:00.0000000+08:00")]
    [InlineData("date=2026-11-20T09:00:00+08:00", FlowTimerKind.Date, "2026-11-20T09:00:00.0000000+08:00")]
    [InlineData("date='=date(\"2026-12-01\")'", FlowTimerKind.Date, "2026-12-01T00:00:00.0000000+08:00")]
    public void A_timer_event_tells_when_it_is_due(string timer, FlowTimerKind kind, string due)
    {
        var walk = new Walk(Draw.Flow($"start s; catch t {timer}; end e; s -> t -> e")).Set("wait", "P1M").Start();
        var armed = walk.Timers.Values.Single();
        armed.Due.Kind.ShouldBe(kind);
        (kind switch
        {
            FlowTimerKind.Duration => armed.Due.Duration.ToString(),
            FlowTimerKind.WorkingDays => armed.Due.WorkingDays.ToString(),
            _ => armed.Due.Date!.Value.ToString("O"),
        }).ShouldBe(due);
        walk.Timer("t").Over.ShouldBeTrue();
    }

    [Theory]
    [InlineData("timer='=nothing'")]
    [InlineData("days='=-1'")]
    [InlineData("date='=\"tomorrow\"'")]
    public void A_timer_that_computes_to_nonsense_is_a_fault_that_names_it(string timer)
    {
        var walk = new Walk(Draw.Flow($"start s; catch t {timer}; end e; s -> t -> e"));
        walk.No(new Trigger.Start(), FlowRefusal.BadExpression);
        walk.Last!.Fault!.NodeId.ShouldBe("t");
    }

    [Fact]
    public void Message_and_timer_start_events_begin_the_flow_where_they_stand()
    {
        var flow = Draw.Flow("start s; start m message=reported; start t cycle=R/P1D; user a; user b; user c; end e; s -> a -> e; m -> b -> e; t -> c -> e");
        new Walk(flow).Start().Open.ShouldBe("a");
        new Walk(flow).Message("reported").Open.ShouldBe("b");
        new Walk(flow).Make(new Trigger.TimerFired("t")).Open.ShouldBe("c");
        new Walk(flow).No(new Trigger.MessageReceived("other"), FlowRefusal.NoSuchStart);
        new Walk(flow).No(new Trigger.TaskCompleted("a.1", "done"), FlowRefusal.NotStarted);
    }

    [Fact]
    public void A_sub_process_gives_the_result_of_its_end_as_outcome()
    {
        var walk = Walk.On("""
            start s
            sub p {
            start ps; user a kind=decide; xor g default; end yes result=approved; end no result=refused
            ps -> a -> g; g -> yes : outcome = "approve"; g => no
            }
            xor h default; end e1 result=approved; end e2 result=refused
            s -> p -> h; h -> e1 : outcomes.p = "approved"; h => e2
            """);
        walk.Do("a", "approve").Result.ShouldBe("approved");
        walk.Variables.Get("outcome").ShouldBe("approved");
    }

    [Fact]
    public void A_call_runs_the_other_flow_in_place_and_its_keys_tell_where()
    {
        var expert = Draw.Flow("start s; user opinion post=expert; end e; s -> opinion -> e", name: "expert-review");
        var walk = new Walk(Draw.Flow("start s; call c calls=expert-review; user a; end e result=approved; s -> c -> a -> e", name => name == "expert-review" ? expert : null)).Start();
        walk.Open.ShouldBe("c/opinion");
        walk.Do("c/opinion").Open.ShouldBe("a");
        walk.Do("a").Result.ShouldBe("approved");
    }

    [Fact]
    public void A_flow_with_an_unlinked_call_does_not_start()
    {
        var flow = FlowDefinition.Parse(Draw.Xml("start s; call c calls=other; end e; s -> c -> e"), "x").Require();
        new Walk(flow).No(new Trigger.Start(), FlowRefusal.NotLinked);
    }

    [Fact]
    public void Stale_and_senseless_triggers_are_refused_and_change_nothing()
    {
        var walk = Walk.On("start s; user a; user b; end e; s -> a -> b -> e");
        var first = walk.Key("a");
        walk.Do("a");
        foreach (var key in new[] { first, "", "b", ".", "b.", "b.0", "b.-1", "b.99", "b.02", "b.2-1", "nothing.2", "b.2147483648", walk.Key("b") + "-2", walk.Key("b") + " " })
        {
            walk.No(new Trigger.TaskCompleted(key, "done"), FlowRefusal.NoSuchTask);
            walk.No(new Trigger.ServiceFinished(key), FlowRefusal.NoSuchTask);
            walk.No(new Trigger.ErrorRaised(key, "x"), FlowRefusal.NoSuchTask);
            walk.No(new Trigger.TimerFired(key), FlowRefusal.NoSuchTimer);
            walk.No(new Trigger.Rewind(key, "a"), FlowRefusal.NoSuchTask);
        }
        walk.No(new Trigger.Start(), FlowRefusal.AlreadyStarted);
        walk.Do("b").Over.ShouldBeTrue();
        walk.No(new Trigger.TaskCompleted(first, "done"), FlowRefusal.AlreadyEnded);
        walk.No(new Trigger.Cancel("x"), FlowRefusal.AlreadyEnded);
    }

    [Fact]
    public void Withdrawing_closes_everything_and_ends_the_flow_as_withdrawn()
    {
        var walk = Walk.On("""
            start s; and f
            user a; boundary t on=a timer=P1D nonint; end te; t -> te
            sub p {
            start ps; receive r message=m; end pe; ps -> r -> pe
            }
            user many many=3; and j; end e result=approved
            s -> f -> a -> j; f -> p -> j; f -> many -> j -> e
            """);
        walk.Open.ShouldBe("a many many many");
        walk.Cancel().Result.ShouldBe("withdrawn");
        walk.State!.Status.ShouldBe(FlowStatus.Cancelled);
        walk.Last!.Effects.OfType<Effect.CloseTask>().ShouldAllBe(c => c.Reason == CloseReason.Cancelled);
    }
}
