using System.Text;
using System.Xml.Linq;
using Kapok.Cases.Flow;

namespace Kapok.Tests.Cases.Flow;

/// <summary>
/// Draws BPMN from a few words a line, so that a test shows the flow and not the XML:
/// <c>user a kind=review</c>, <c>a -&gt; g</c>, <c>g -&gt; b : outcome = "pass"</c>, <c>g =&gt; c</c> (default), <c>sub p {</c> … <c>}</c>.
/// </summary>
public static class Draw
{
    public static FlowDefinition Flow(string lines, Func<string, FlowDefinition?>? calls = null, string name = "flow")
    {
        var parsed = FlowDefinition.Parse(Xml(lines), name);
        parsed.Faults.ShouldBeEmpty();
        if (calls is null) return parsed.Require();
        var linked = parsed.Require().Link(calls);
        linked.Faults.ShouldBeEmpty();
        return linked.Require();
    }

    public static string Xml(string lines)
    {
        var messages = new SortedSet<string>(StringComparer.Ordinal);
        var errors = new SortedSet<string>(StringComparer.Ordinal);
        var body = new StringBuilder();
        var closing = new Stack<string>();
        var edges = 0;
        foreach (var raw in lines.Split(['\n', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (raw == "}") body.AppendLine(closing.Pop());
            else if (raw.Contains("->") || raw.Contains("=>")) body.Append(Arrows(raw, ref edges));
            else body.Append(Node(raw, closing, messages, errors));
        }
        return $"""
            <definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:kapok="https://kapok.gov.cn/bpmn" targetNamespace="test">
            {string.Concat(messages.Select(m => $"<message id=\"m-{m}\" name=\"{m}\"/>"))}{string.Concat(errors.Select(e => $"<error id=\"e-{e}\" errorCode=\"{e}\"/>"))}
            <process id="process" isExecutable="true">
            {body}</process>
            </definitions>
            """;
    }

    private static string Arrows(string line, ref int edges)
    {
        var colon = line.IndexOf(" : ", StringComparison.Ordinal);
        var condition = colon < 0 ? "" : $"<conditionExpression>{Text(line[(colon + 3)..])}</conditionExpression>";
        var words = (colon < 0 ? line : line[..colon]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var result = new StringBuilder();
        for (var i = 0; i + 2 < words.Length; i += 2)
        {
            edges++;
            var id = words[i + 1] == "=>" ? $"default-{words[i]}" : $"f{edges}";
            result.AppendLine($"<sequenceFlow id=\"{id}\" sourceRef=\"{words[i]}\" targetRef=\"{words[i + 2]}\">{condition}</sequenceFlow>");
        }
        return result.ToString();
    }

    private static string Node(string line, Stack<string> closing, ISet<string> messages, ISet<string> errors)
    {
        var opens = line.EndsWith('{');
        var words = Words(opens ? line[..^1] : line);
        var (kind, id) = (words[0], words[1]);
        var given = words.Skip(2).Select(w => w.Split('=', 2)).ToDictionary(p => p[0], p => p.Length > 1 ? p[1] : "");
        var tag = kind switch
        {
            "start" => "startEvent", "end" => "endEvent", "user" => "userTask", "service" => "serviceTask", "pass" => "task", "send" => "sendTask",
            "receive" => "receiveTask", "xor" => "exclusiveGateway", "and" => "parallelGateway", "or" => "inclusiveGateway", "event" => "eventBasedGateway",
            "sub" => "subProcess", "call" => "callActivity", "catch" => "intermediateCatchEvent", "throw" => "intermediateThrowEvent", "boundary" => "boundaryEvent",
            _ => kind,
        };
        if (kind == "user") given.TryAdd("post", "reviewer");
        var attributes = new StringBuilder($" id=\"{id}\"");
        var inside = new StringBuilder();
        foreach (var (key, value) in given)
            switch (key)
            {
                case "default": attributes.Append($" default=\"default-{id}\""); break;
                case "name": attributes.Append($" name=\"{Text(value)}\""); break;
                case "on": attributes.Append($" attachedToRef=\"{value}\""); break;
                case "nonint": attributes.Append(" cancelActivity=\"false\""); break;
                case "calls": attributes.Append($" calledElement=\"{value}\""); break;
                case "op": attributes.Append($" kapok:operation=\"{value}\""); break;
                case "through": attributes.Append(" kapok:passThrough=\"true\""); break;
                case "message":
                    messages.Add(value);
                    if (kind is "send" or "receive") attributes.Append($" messageRef=\"m-{value}\"");
                    else inside.Append($"<messageEventDefinition messageRef=\"m-{value}\"/>");
                    break;
                case "error":
                    if (value.Length > 0) errors.Add(value);
                    inside.Append(value.Length > 0 ? $"<errorEventDefinition errorRef=\"e-{value}\"/>" : "<errorEventDefinition/>");
                    break;
                case "terminate": inside.Append("<terminateEventDefinition/>"); break;
                case "timer": inside.Append($"<timerEventDefinition><timeDuration>{Text(value)}</timeDuration></timerEventDefinition>"); break;
                case "date": inside.Append($"<timerEventDefinition><timeDate>{Text(value)}</timeDate></timerEventDefinition>"); break;
                case "cycle": inside.Append($"<timerEventDefinition><timeCycle>{Text(value)}</timeCycle></timerEventDefinition>"); break;
                case "days": inside.Append($"<timerEventDefinition kapok:workingDays=\"{Text(value)}\"/>"); break;
                case "param": inside.Insert(0, $"<extensionElements><kapok:parameter name=\"{value.Split(':')[0]}\" value=\"{Text(value.Split(':')[1])}\"/></extensionElements>"); break;
                case "many" or "each":
                    inside.Append($"<multiInstanceLoopCharacteristics isSequential=\"{(given.ContainsKey("seq") ? "true" : "false")}\"");
                    if (key == "each") inside.Append($" kapok:collection=\"{Text(value)}\"");
                    if (given.TryGetValue("item", out var item)) inside.Append($" kapok:item=\"{item}\"");
                    inside.Append('>');
                    if (key == "many") inside.Append($"<loopCardinality>{Text(value)}</loopCardinality>");
                    if (given.TryGetValue("until", out var until)) inside.Append($"<completionCondition>{Text(until)}</completionCondition>");
                    inside.Append("</multiInstanceLoopCharacteristics>");
                    break;
                case "seq" or "until" or "item": break;
                default: attributes.Append($" kapok:{key}=\"{Text(value)}\""); break;
            }
        if (!opens) return $"<{tag}{attributes}>{inside}</{tag}>\n";
        closing.Push($"</{tag}>");
        return $"<{tag}{attributes}>{inside}\n";
    }

    private static List<string> Words(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var quoted = false;
        foreach (var c in line + ' ')
            if (c == '\'') quoted = !quoted;
            else if (c == ' ' && !quoted)
            {
                if (word.Length > 0) words.Add(word.ToString());
                word.Clear();
            }
            else word.Append(c);
        return words;
    }

    private static string Text(string text) => new XText(text).ToString().Replace("\"", "&quot;");
}
