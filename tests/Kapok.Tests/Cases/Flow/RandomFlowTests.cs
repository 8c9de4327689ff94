using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Kapok.Cases.Flow;
using Kapok.Foundation.Expressions;

namespace Kapok.Tests.Cases.Flow;

/// <summary>
/// Random structured processes, walked at random. A list of bytes decides both the drawing and the walk, so a failure shrinks to a small flow.
/// <see cref="Walk"/> checks at every step that storing the state changes nothing and that effects fit what is open.
/// </summary>
public sealed class FlowRandomTests
{
    internal static readonly Arbitrary<byte[]> Bytes = Arb.From(
        Gen.Sized(size => Gen.Choose(0, 255).ArrayOf(60 + size * 4)).Select(numbers => numbers.Select(n => (byte)n).ToArray()),
        bytes => Enumerable.Range(1, 4).Select(part => bytes[..(bytes.Length * part / 5)]));

    [Fact]
    public void A_structured_process_always_ends_never_hangs_and_leaves_nothing_behind() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(250), Prop.ForAll(Bytes, bytes =>
        {
            var choices = new Choices(bytes);
            var flow = Random(choices);
            var walk = new Walk(Draw.Flow(flow));
            try
            {
                Run(walk, choices);
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"{error.Message}\n{flow}\n{walk.State?.ToJson()}", error);
            }
        }));

    [Fact]
    public void Any_trigger_at_any_time_is_answered_without_an_exception() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(100), Prop.ForAll(Bytes, bytes =>
        {
            var choices = new Choices(bytes);
            var flow = Draw.Flow(Random(choices));
            var walk = new Walk(flow).Set("x", choices.Next(4)).Start();
            for (var i = 0; i < 40; i++)
            {
                var node = flow.Nodes[choices.Next(flow.Nodes.Length)].Id;
                var key = $"{node}.{choices.Next(12)}";
                Trigger[] any =
                [
                    new Trigger.TaskCompleted(key, "done"), new Trigger.ServiceFinished(key), new Trigger.ErrorRaised(key, "E"), new Trigger.TimerFired(key),
                    new Trigger.MessageReceived("m" + choices.Next(3)), new Trigger.Rewind(key, flow.Nodes[choices.Next(flow.Nodes.Length)].Id), new Trigger.Start(),
                ];
                walk.Set("x", choices.Next(4));
                walk.Try(any[choices.Next(any.Length)]);
            }
        }));

    private static void Run(Walk walk, Choices choices)
    {
        walk.Set("x", choices.Next(4)).Start();
        while (!walk.Over)
        {
            walk.Steps.ShouldBeLessThan(3_000, "the walk should have ended by now");
            walk.Set("x", choices.Next(4));
            var possible = Possible(walk, choices);
            possible.ShouldNotBeEmpty("the case hangs");
            walk.Make(possible[choices.Next(possible.Count)]);
        }
    }

    /// <summary>What could happen now; what leads to the end stands first and is taken when the bytes are used up.</summary>
    private static List<Trigger> Possible(Walk walk, Choices choices)
    {
        var possible = new List<Trigger>();
        foreach (var (key, effect) in walk.Tasks)
            possible.Add(effect is Effect.OpenTask open ? new Trigger.TaskCompleted(key, open.Outcomes[choices.Next(open.Outcomes.Length)].Id) : new Trigger.ServiceFinished(key));
        foreach (var key in walk.Timers.Keys) possible.Add(new Trigger.TimerFired(key));
        foreach (var wait in walk.Waits.Values) possible.Add(new Trigger.MessageReceived(wait.Name, wait.Key));
        if (choices.Next(4) == 1)
            foreach (var task in walk.Tasks.Where(t => t.Value is Effect.OpenTask))
                foreach (var target in FlowEngine.ReturnTargets(walk.State!, task.Key)) possible.Add(new Trigger.Rewind(task.Key, target.Id));
        if (choices.Next(6) == 1)
            foreach (var task in walk.Tasks) possible.Add(new Trigger.ErrorRaised(task.Key, choices.Next(2) == 0 ? "E" : "F"));
        if (choices.Next(60) == 1) possible.Add(new Trigger.Cancel("random"));
        return possible;
    }

    internal static string Random(Choices choices)
    {
        var text = new StringBuilder("start s\n");
        var drawing = new Drawing(choices, text);
        var (first, last) = drawing.Block(0);
        text.AppendLine($"end e result=approved\ns -> {first}\n{last} -> e");
        return text.ToString();
    }

    internal sealed class Choices(byte[] bytes)
    {
        private int at;

        /// <summary>A number below the bound; 0 once the bytes are used up.</summary>
        public int Next(int bound) => at < bytes.Length ? bytes[at++] % bound : 0;
    }

    /// <summary>Draws a random block with one way in and one way out.</summary>
    private sealed class Drawing(Choices choices, StringBuilder text)
    {
        private int count;
        private bool beside;

        private string New(string prefix) => prefix + ++count;

        public (string First, string Last) Block(int depth)
        {
            switch (depth == 0 ? 3 : depth > 4 ? choices.Next(3) : choices.Next(16))
            {
                case 1: return One(New("v"), "service", "op=x");
                case 2: return One(New("a"), "user", "kind=review");
                case 3 or 4 or 5: return Sequence(depth);
                case 6: return Split("and", depth, i => "");
                case 7: return Split("xor", depth, i => $" : x = {i}");
                case 8 when !beside: return Split("or", depth, i => $" : x in ({i}, 3)");
                case 9: return Loop(depth);
                case 10 or 11: return Sub(depth);
                case 12: return One(New("n"), "user", $"many={choices.Next(4)} {(choices.Next(2) == 0 ? "seq" : "")} {(choices.Next(2) == 0 ? "until='x = 1'" : "")}");
                case 13: return Events();
                case 14: return Timed(depth);
                case 15: return choices.Next(2) == 0 ? One(New("w"), "receive", "message=m" + choices.Next(3)) : One(New("h"), "throw", "message=out");
                default: return One(New("u"), "user", "");
            }
        }

        private (string, string) One(string id, string kind, string attributes)
        {
            text.AppendLine($"{kind} {id} {attributes}");
            return (id, id);
        }

        private (string, string) Sequence(int depth)
        {
            var (first, last) = Block(depth + 1);
            for (var more = 1 + choices.Next(3); more > 0; more--)
            {
                var next = Block(depth + 1);
                text.AppendLine($"{last} -> {next.First}");
                last = next.Last;
            }
            return (first, last);
        }

        private (string, string) Split(string kind, int depth, Func<int, string> condition)
        {
            var (split, join) = (New(kind), New(kind));
            text.AppendLine($"{kind} {split} {(kind == "and" ? "" : "default")}").AppendLine($"{kind} {join}");
            var branches = 2 + choices.Next(2);
            for (var i = 0; i < branches; i++)
            {
                var (first, last) = Block(depth + 1);
                text.AppendLine(i == 0 && kind != "and" ? $"{split} => {first}" : $"{split} -> {first}{condition(i)}").AppendLine($"{last} -> {join}");
            }
            return (split, join);
        }

        private (string, string) Loop(int depth)
        {
            var (merge, gate, stop) = (New("xor"), New("xor"), New("u"));
            var (first, last) = Block(depth + 1);
            text.AppendLine($"xor {merge}").AppendLine($"xor {gate} default").AppendLine($"user {stop}")
                .AppendLine($"{merge} -> {first}").AppendLine($"{last} -> {stop} -> {gate}").AppendLine($"{gate} -> {merge} : x > 1");
            var after = New("u");
            text.AppendLine($"user {after}").AppendLine($"{gate} => {after}");
            return (merge, after);
        }

        private (string, string) Sub(int depth)
        {
            var (id, start, end) = (New("p"), New("s"), New("e"));
            var many = choices.Next(3) == 1 ? $"many={1 + choices.Next(3)} {(choices.Next(2) == 0 ? "seq" : "until='x = 1'")}" : "";
            text.AppendLine($"sub {id} {many} {{").AppendLine($"start {start}").AppendLine($"end {end} {(choices.Next(2) == 0 ? "result=approved" : "")}");
            var around = beside;
            beside = false;
            var (first, last) = Block(depth + 1);
            beside = around;
            text.AppendLine($"{start} -> {first}");
            if (choices.Next(2) == 0) text.AppendLine($"{last} -> {end}");
            else
            {
                // Beside the ordinary end, ways out by terminate and by error.
                var gate = New("xor");
                var (stop, fail) = (New("e"), New("e"));
                text.AppendLine($"xor {gate} default").AppendLine($"end {stop} terminate").AppendLine($"end {fail} error=E")
                    .AppendLine($"{last} -> {gate}").AppendLine($"{gate} -> {stop} : x = 1").AppendLine($"{gate} -> {fail} : x = 2").AppendLine($"{gate} => {end}");
            }
            text.AppendLine("}");
            var (caught, mend, join) = (New("b"), New("u"), New("xor"));
            text.AppendLine($"boundary {caught} on={id} error{(choices.Next(2) == 0 ? "=E" : "")}").AppendLine($"user {mend}").AppendLine($"xor {join}")
                .AppendLine($"{caught} -> {mend} -> {join}").AppendLine($"{id} -> {join}");
            return (id, join);
        }

        private (string, string) Events()
        {
            var (gate, timer, message, receive, join) = (New("g"), New("t"), New("c"), New("w"), New("xor"));
            text.AppendLine($"event {gate}").AppendLine($"catch {timer} timer=P1D").AppendLine($"catch {message} message=m0").AppendLine($"receive {receive} message=m1").AppendLine($"xor {join}");
            foreach (var way in new[] { timer, message, receive }) text.AppendLine($"{gate} -> {way} -> {join}");
            return (gate, join);
        }

        /// <summary>An activity with a timer or message on it, interrupting or not.</summary>
        private (string, string) Timed(int depth)
        {
            var (task, boundary) = (New("u"), New("b"));
            text.AppendLine($"user {task} {(choices.Next(3) == 1 ? "many=2" : "")}");
            var interrupting = choices.Next(2) == 1;
            // A side branch may run twice at once; its inclusive joins belong into a sub-process (see docs/flows.md).
            var around = beside;
            beside |= !interrupting;
            var (first, last) = Block(depth + 2);
            beside = around;
            if (!interrupting)
            {
                var end = New("e");
                text.AppendLine($"boundary {boundary} on={task} {(choices.Next(2) == 0 ? "cycle=R2/P1D" : "message=m2")} nonint").AppendLine($"end {end}").AppendLine($"{boundary} -> {first}").AppendLine($"{last} -> {end}");
                return (task, task);
            }
            var join = New("xor");
            text.AppendLine($"boundary {boundary} on={task} timer=P1D").AppendLine($"xor {join}").AppendLine($"{boundary} -> {first}").AppendLine($"{last} -> {join}").AppendLine($"{task} -> {join}");
            return (task, join);
        }
    }
}
