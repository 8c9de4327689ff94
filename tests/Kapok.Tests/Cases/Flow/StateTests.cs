using Kapok.Cases.Flow;
using Kapok.Foundation.Expressions;

namespace Kapok.Tests.Cases.Flow;

public sealed class FlowStateTests
{
    [Fact]
    public void The_stored_form_is_short_and_stable()
    {
        var walk = Walk.On("start s; user a; and f; user b; boundary t on=b cycle=R3/P1D nonint; user c; and j; user m many=2; end e; end x; s -> a -> f -> b -> j -> m -> e; f -> c -> j; t -> x");
        walk.State!.ToJson().ShouldBe("""{"v":1,"s":"r","q":1,"t":[{"i":1,"n":"a"}]}""");
        walk.Do("a").Timer("t").Do("c").State!.ToJson().ShouldBe("""{"v":1,"s":"r","q":5,"e":"x","t":[{"i":3,"n":"b","h":["a",2],"b":{"t":1}},{"i":5,"n":"j","f":"f8","h":["a",2,"c"]}]}""");
        walk.Do("b").Do("m", nth: 1).State!.ToJson().ShouldBe("""{"v":1,"s":"r","q":9,"e":"x","t":[{"i":7,"n":"m","h":["a"],"m":{"n":2,"s":2,"d":1,"o":[null,"done"]}},{"i":8,"n":"m","p":7,"k":0}]}""");
        walk.Do("m").State!.ToJson().ShouldBe("""{"v":1,"s":"e","q":9,"e":"e","t":[]}""");
    }

    [Fact]
    public void A_case_goes_on_with_a_corrected_definition_that_keeps_the_nodes_it_stands_on()
    {
        var walk = Walk.On("start s; user a; boundary t on=a cycle=R3/P1D nonint; user b; end e; end x; s -> a -> b -> e; t -> x").Timer("t");
        var corrected = Draw.Flow("start s; pass p through; user a; boundary new on=a message=m; boundary t on=a cycle=R3/P1D nonint; user b; end e; end x; end y; s -> p -> a -> b -> e; t -> x; new -> y");
        var step = FlowEngine.Advance(corrected, walk.State, new Trigger.TimerFired(walk.Timers.Keys.Single()), FlowVariables.Empty);
        step.Fault.ShouldBeNull();
        step.Effects.OfType<Effect.ArmTimer>().Single().Remaining.ShouldBe(1);

        var other = Draw.Flow("start s; user other; end e; s -> other -> e");
        FlowEngine.Advance(other, walk.State, new Trigger.Cancel("x"), FlowVariables.Empty).Fault!.Code.ShouldBe(FlowRefusal.OtherDefinition);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"v":2,"s":"r","q":1,"t":[]}""")]
    [InlineData("""{"v":1,"s":"z","q":1,"t":[]}""")]
    [InlineData("""{"v":1,"s":"r","q":1,"t":[{"i":1,"n":"nothing"}]}""")]
    [InlineData("""{"v":1,"s":"r","q":1,"t":[{"i":1}]}""")]
    [InlineData("""{"v":1,"s":"r","q":1,"t":[{"n":"a"}]}""")]
    [InlineData("""{"v":1,"s":"r","q":1,"t":[{"i":1,"n":"a","new":1}]}""")]
    [InlineData("""{"v":1,"s":"r","q":1,"t":[{"i":2,"n":"a"}]}""")]
    [InlineData("""{"v":1,"s":"r","q":2,"t":[{"i":2,"n":"a"},{"i":1,"n":"a"}]}""")]
    [InlineData("""{"v":1,"s":"r","q":2,"t":[{"i":2,"n":"a","p":1}]}""")]
    [InlineData("""{"v":1,"s":"r","q":1,"t":[{"i":1,"n":"a","f":"nothing"}]}""")]
    [InlineData("""{"v":1,"s":"r","q":1,"t":[{"i":"1","n":"a"}]}""")]
    public void What_is_no_state_is_refused(string json) =>
        Should.Throw<FormatException>(() => FlowState.FromJson(json, Draw.Flow("start s; user a; end e; s -> a -> e"))).Message.ShouldNotBeEmpty();

    [Fact]
    public void Variables_of_the_flow_are_kept_apart_from_the_data_of_the_case_and_stand_before_them()
    {
        var data = new DictionaryScope(new Dictionary<string, Value> { ["outcome"] = "forged", ["answers"] = Value.Of(new Dictionary<string, Value> { ["n"] = 1 }) }, new(2026, 11, 20));
        var variables = FlowVariables.Of(data).With("outcome", "pass").With("outcomes.a", "pass").With("outcomes.b", Value.Of([(Value)"x", Value.Null]));
        variables.Get("outcome").ShouldBe("pass");
        variables.Get("answers")["n"].ShouldBe(1);
        variables.Today.ShouldBe(new(2026, 11, 20));
        var json = variables.ToJson().ToJsonString();
        json.ShouldBe("""{"outcome":"pass","outcomes":{"a":"pass","b":["x",null]}}""");
        var again = FlowVariables.Of(data, System.Text.Json.JsonElement.Parse(json));
        again.Get("outcomes").ShouldBe(variables.Get("outcomes"));
        again.With("outcomes.a", "return").Get("outcomes")["b"].ShouldBe(Value.Of([(Value)"x", Value.Null]));
    }

    [Fact]
    public void Conditions_see_what_the_same_step_has_just_set()
    {
        var walk = new Walk(Draw.Flow("""start s; user a kind=review; xor g default; user b; user c; end e; s -> a -> g; g -> b : outcomes.a = "return" and outcomes.z = "old"; g => c; b -> e; c -> e"""))
            .Set("outcomes.z", "old").Set("outcomes.a", "pass").Start();
        walk.Do("a", "return").Open.ShouldBe("b");
    }
}
