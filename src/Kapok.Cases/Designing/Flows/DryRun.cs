using System.Collections.Immutable;
using Kapok.Cases.Flow;
using Kapok.Foundation.Expressions;

namespace Kapok.Cases.Designing.Flows;

/// <summary>A choice that lets a dry run go on.</summary>
/// <param name="Do">What to add to the address.</param>
/// <param name="Where">Where the flow waits.</param>
/// <param name="Label">The word on the button.</param>
public sealed record DryChoice(string Do, string Where, string Label);

/// <summary>What happened at one step of a dry run.</summary>
public sealed record DryStep(string Words, ImmutableArray<string> Effects);

/// <summary>Where a dry run stands.</summary>
/// <param name="Stop">Why a step could not be made; it was left out, and the run stands before it.</param>
public sealed record DryStanding(FlowState State, IReadOnlyList<DryStep> Steps, IReadOnlyList<DryChoice> Choices, FlowMarks Marks, string Sentence, FlowStop? Stop);

/// <summary>
/// Plays a flow in memory: the way so far is a list of choices that stands in the address, so going back is leaving the
/// last one out, and nothing is stored.
/// </summary>
public static class DryRun
{
    const int LongestRun = 200;

    /// <param name="choices"><c>task|KEY|OUTCOME</c>, <c>service|KEY</c>, <c>error|KEY|CODE</c>, <c>timer|KEY</c>, <c>message|NAME</c>.</param>
    public static DryStanding Play(FlowDefinition flow, IScope data, IReadOnlyList<string> choices)
    {
        var run = new Run(flow, FlowVariables.Of(data));
        if (flow.Starts.Any(s => flow.Nodes[s].Event == EventKind.None)) run.Step(new Trigger.Start(), "提交申请");
        foreach (var choice in choices.Take(LongestRun))
            if (!run.Take(choice)) break;
        return run.Standing();
    }

    sealed class Run(FlowDefinition flow, FlowVariables variables)
    {
        readonly List<DryStep> steps = [];
        readonly List<string> done = [];
        readonly Dictionary<string, string> timers = [], messages = [], services = [];
        FlowState state = FlowState.NotStarted(flow);
        FlowStop? stop;

        public bool Take(string choice)
        {
            var parts = choice.Split('|');
            var (kind, key, more) = (parts[0], parts.ElementAtOrDefault(1) ?? "", parts.ElementAtOrDefault(2));
            var task = state.OpenTasks.FirstOrDefault(t => t.Key == key);
            Trigger? trigger = kind switch
            {
                "task" => new Trigger.TaskCompleted(key, more), "service" => new Trigger.ServiceFinished(key), "error" => new Trigger.ErrorRaised(key, more ?? ""),
                "timer" => new Trigger.TimerFired(key), "message" => new Trigger.MessageReceived(key), "withdraw" => new Trigger.Cancel("申请人撤回"), _ => null,
            };
            if (trigger is null) { stop = new(FlowRefusal.NoSuchTask, null, $"不认识的一步“{choice}”"); return false; }
            var words = kind switch
            {
                "task" => $"{task?.Node.Title ?? key}：{task?.Node.Task?.Outcomes.FirstOrDefault(o => o.Id == more)?.Label ?? more}", "service" => $"{services.GetValueOrDefault(key, key)}：办成", "error" => $"{services.GetValueOrDefault(key, key)}：出错 {more}",
                "timer" => $"到时：{timers.GetValueOrDefault(key, flow.Find(key)?.Title ?? key)}", "message" => $"收到消息：{key}", _ => "申请人撤回",
            };
            if (!Step(trigger, words)) return false;
            if (task is not null) done.Add(task.Node.Id);
            return true;
        }

        public bool Step(Trigger trigger, string words)
        {
            var advance = FlowEngine.Advance(flow, state, trigger, variables);
            if (advance.Fault is { } fault) { stop = fault; return false; }
            (state, variables) = (advance.State, variables.With(advance.Effects));
            switch (trigger)
            {
                case Trigger.ServiceFinished finished: services.Remove(finished.TaskKey); break;
                case Trigger.TimerFired fired: timers.Remove(fired.TimerKey); break;
            }
            foreach (var effect in advance.Effects) Note(effect);
            steps.Add(new(words, [.. advance.Effects.Select(Words).OfType<string>()]));
            return true;
        }

        void Note(Effect effect)
        {
            switch (effect)
            {
                case Effect.ArmTimer arm: timers[arm.Key] = flow.Find(arm.NodeId)?.Title ?? arm.NodeId; break;
                case Effect.DisarmTimer disarm: timers.Remove(disarm.Key); break;
                case Effect.WaitMessage wait: messages[wait.Key] = wait.Name; break;
                case Effect.StopWaiting wait: messages.Remove(wait.Key); break;
                case Effect.CallService call: services[call.Key] = call.Node.Title; break;
                case Effect.CloseTask close: services.Remove(close.Key); break;
                case Effect.Ended or Effect.Faulted: timers.Clear(); messages.Clear(); services.Clear(); break;
            }
        }

        static string? Words(Effect effect) => effect switch
        {
            Effect.OpenTask open => $"交给{Parsing(open.Post)}：{open.Name}{(open.Line is { } line ? $"（{line}）" : "")}{(open.WorkingDays is { } days ? $"，{days} 个工作日" : "")}",
            Effect.CloseTask close => $"收回 {close.Key}",
            Effect.CallService call => $"系统办理：{call.Node.Title}（{call.Operation}）",
            Effect.ArmTimer arm => $"开始计时：{arm.NodeId}",
            Effect.SendMessage message => $"发出消息：{message.Name}",
            Effect.WaitMessage wait => $"等待消息：{wait.Name}",
            Effect.Ended ended => $"办结：{ended.Result ?? "没有写结果"}",
            Effect.Faulted faulted => $"出错中止：{faulted.Code}",
            _ => null,
        };

        static string Parsing(string post) => Flow.Parsing.LaneReader.Posts.GetValueOrDefault(post, post);

        public DryStanding Standing()
        {
            var choices = new List<DryChoice>();
            if (state.Status == FlowStatus.NotStarted)
                choices.AddRange(flow.Starts.Select(s => flow.Nodes[s]).Select(n => n.Event == EventKind.Message ? new DryChoice($"message|{n.Message}", n.Title, "收到消息") : new DryChoice($"timer|{n.Id}", n.Title, "到时")));
            else if (state.Status == FlowStatus.Running)
            {
                choices.AddRange(state.OpenTasks.SelectMany(t => t.Node.Task!.Outcomes.Select(o => new DryChoice($"task|{t.Key}|{o.Id}", t.Node.Title + (t.Item.IsNull ? "" : $"（{t.Item}）"), o.Label))));
                foreach (var (key, title) in services)
                {
                    choices.Add(new($"service|{key}", title, "办成"));
                    if (flow.Find(key[..key.LastIndexOf('.')]) is { } node)
                        choices.AddRange(node.Boundaries.Select(b => flow.Nodes[b]).Where(b => b.Event == EventKind.Error).Select(b => new DryChoice($"error|{key}|{b.ErrorCode}", title, $"出错：{b.Title}")));
                }
                choices.AddRange(timers.Select(t => new DryChoice($"timer|{t.Key}", t.Value, "到时")));
                choices.AddRange(messages.Values.Distinct().Select(m => new DryChoice($"message|{m}", m, "收到消息")));
            }
            return new(state, steps, choices, FlowMarks.Of(state, done), state.Status switch
            {
                FlowStatus.Ended => $"已经办结：{state.Result ?? "没有写结果"}", FlowStatus.NotStarted => "还没有开始", FlowStatus.Faulted => "出错中止", FlowStatus.Cancelled => "已撤回", _ => FlowDiagram.Sentence(flow, state),
            }, stop);
        }
    }
}
