using System.Diagnostics;
using Kapok.Cases.Flow;
using Kapok.Foundation.Expressions;

namespace Kapok.Bench;

/// <summary>The flow engine alone: cases walk through ten user tasks and three gateways in memory, on one thread.</summary>
public static class EngineBench
{
    private const int Tasks = 10;

    /// <summary>
    /// Runs for about this long after a warm-up of a fifth of it. A step is one finished task with all that follows from it;
    /// the start of each case is paid for but not counted.
    /// </summary>
    public static (double StepsPerSecond, double BytesPerStep, double CpuMicrosecondsPerStep, long Steps) Run(TimeSpan duration)
    {
        var flow = FlowDefinition.Parse(TenSteps(), "ten-steps").Require();
        var variables = FlowVariables.Empty.With("case", Value.Of(new Dictionary<string, Value> { ["amount"] = 1200 }));
        Walk(flow, variables, duration / 5);
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        var steps = Walk(flow, variables, duration);
        var seconds = watch.Elapsed.TotalSeconds;
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        cpu = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        return (steps / seconds, (double)bytes / steps, cpu.TotalMicroseconds / steps, steps);
    }

    private static long Walk(FlowDefinition flow, FlowVariables variables, TimeSpan duration)
    {
        var steps = 0L;
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < duration)
            for (var i = 0; i < 100; i++) steps += OneCase(flow, variables);
        return steps;
    }

    private static int OneCase(FlowDefinition flow, FlowVariables variables)
    {
        var steps = 0;
        var step = FlowEngine.Advance(flow, null, new Trigger.Start(), variables);
        while (step.State.Status == FlowStatus.Running)
        {
            string? key = null;
            foreach (var effect in step.Effects)
                if (effect is Effect.OpenTask open) key = open.Key;
            step = FlowEngine.Advance(flow, step.State, new Trigger.TaskCompleted(key!, "pass"), variables);
            steps++;
        }
        return step.State.Result == "approved" && steps == Tasks ? steps : throw new InvalidOperationException("The case did not end as drawn.");
    }

    private static string TenSteps()
    {
        var nodes = "";
        var flows = "";
        var last = "start";
        for (var i = 1; i <= Tasks; i++)
        {
            nodes += $"""<userTask id="task{i}" name="第{i}步" kapok:post="reviewer" kapok:kind="review" kapok:workingDays="3"/>""";
            flows += $"""<sequenceFlow id="to{i}" sourceRef="{last}" targetRef="task{i}">{(last[0] == 'g' ? Condition("outcome = \"pass\"") : "")}</sequenceFlow>""";
            last = $"task{i}";
            if (i % 3 != 0) continue;
            nodes += $"""<exclusiveGateway id="gate{i}" default="back{i}"/>""";
            flows += $"""<sequenceFlow id="ask{i}" sourceRef="{last}" targetRef="gate{i}"/><sequenceFlow id="back{i}" sourceRef="gate{i}" targetRef="task{i - 1}"/>""";
            last = $"gate{i}";
        }
        return $"""
            <definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:kapok="https://kapok.gov.cn/bpmn"><process id="ten">
            <startEvent id="start"/>{nodes}<endEvent id="end" kapok:result="approved"/>{flows}<sequenceFlow id="out" sourceRef="{last}" targetRef="end"/>
            </process></definitions>
            """;
    }

    private static string Condition(string text) => $"<conditionExpression>{text}</conditionExpression>";
}
