using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Kapok.Cases.Forms;

namespace Kapok.Bench;

/// <summary>What the form bench measured.</summary>
/// <param name="Fields">Questions outside the repeating group.</param>
/// <param name="Rules">Cross-field rules.</param>
/// <param name="Cells">Rows × columns of the repeating group.</param>
/// <param name="Bytes">Size of the answers as JSON.</param>
/// <param name="Evaluations">Full server evaluations run, each from JSON text to faults and the pruned submission.</param>
/// <param name="CompileMs">Reading the definition, once.</param>
/// <param name="ParseMs">The floor: parsing the same JSON text only, median.</param>
public sealed record FormBenchResult(int Fields, int Rules, int Cells, int Bytes, int Evaluations, double CompileMs, double ParseMs, double P50Ms, double P95Ms, double P99Ms, double CpuUsPerOp)
{
    public override string ToString() =>
        $"form: {Fields} questions, {Rules} rules, {Cells} cells, {Bytes / 1024} KB: p50 {P50Ms:0.00} ms, p95 {P95Ms:0.00} ms, p99 {P99Ms:0.00} ms, cpu {CpuUsPerOp:0} µs; floor (parse only) {ParseMs:0.00} ms; compile {CompileMs:0} ms; {Evaluations} runs";
}

/// <summary>
/// Full server evaluation of a very large form: 700 questions on 35 pages, chained conditions, 500 rules, 20 computed
/// fields and a repeating group of 120 rows × 20 columns with a rule and a formula in each row.
/// </summary>
public static class FormBench
{
    const int Questions = 700, Rules = 500, Rows = 120, Columns = 20;

    /// <exception cref="InvalidOperationException">The generated form has faults, or its answers are not judged as they should be.</exception>
    public static FormBenchResult Run(TimeSpan duration)
    {
        var json = Definition();
        var watch = Stopwatch.StartNew();
        var parse = FormDefinition.Parse(json, "bench");
        var compile = watch.Elapsed.TotalMilliseconds;
        var form = parse.Definition ?? throw new InvalidOperationException(parse.Faults[0].ToString());
        var answers = Encoding.UTF8.GetBytes(Answers());
        var context = new FormContext(new DateOnly(2026, 9, 21));
        if (Evaluate(form, answers, context) is var faults && faults != 1) throw new InvalidOperationException($"{faults} faults instead of the one that was made");

        for (var i = 0; i < 30; i++) Evaluate(form, answers, context);
        var times = new List<double>();
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var end = Stopwatch.StartNew();
        while (end.Elapsed < duration || times.Count < 10)
        {
            watch.Restart();
            Evaluate(form, answers, context);
            times.Add(watch.Elapsed.TotalMilliseconds);
        }
        var used = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        var floor = new List<double>();
        for (var i = 0; i < 50; i++)
        {
            watch.Restart();
            using var document = JsonDocument.Parse(answers);
            floor.Add(watch.Elapsed.TotalMilliseconds);
        }
        return new(Questions, Rules, Rows * Columns, answers.Length, times.Count, compile, Quantile(floor, 0.5),
            Quantile(times, 0.5), Quantile(times, 0.95), Quantile(times, 0.99), used.TotalMicroseconds / times.Count);
    }

    static int Evaluate(FormDefinition form, byte[] answers, FormContext context)
    {
        using var document = JsonDocument.Parse(answers);
        var state = FormEngine.Evaluate(form, document.RootElement, context);
        return state.Submission.ValueKind == JsonValueKind.Object ? state.Faults.Length : -1;
    }

    static double Quantile(List<double> times, double q)
    {
        times.Sort();
        return times[Math.Min((int)(times.Count * q), times.Count - 1)];
    }

    /// <summary>Every tenth question decides whether the following nine are asked; types take turns.</summary>
    static string Definition()
    {
        var properties = new StringBuilder();
        for (var i = 0; i < Questions; i++)
        {
            var when = i % 10 == 0 ? i >= 20 ? $"q{i - 20} = true" : "" : $"q{i - i % 10} = true";
            var schema = i % 10 == 0 ? "\"type\":\"boolean\"" : (i % 7) switch
            {
                0 => "\"type\":\"string\",\"maxLength\":80",
                1 => "\"type\":\"integer\",\"minimum\":0,\"maximum\":1000000",
                2 => "\"type\":\"string\",\"format\":\"date\"",
                3 => "\"type\":\"string\",\"format\":\"mobile-cn\"",
                4 => "\"type\":\"string\",\"enum\":[\"a\",\"b\",\"c\"]",
                5 => "\"type\":\"integer\",\"format\":\"money-fen\",\"minimum\":0",
                _ => "\"type\":\"string\",\"pattern\":\"^[A-Z]{2}[0-9]{6}$\"",
            };
            properties.Append($"\"q{i}\":{{\"title\":\"第 {i} 问\",{schema}{(when == "" ? "" : $",\"ui\":{{\"when\":\"{when}\"}}")}}},");
        }
        for (var i = 0; i < 20; i++) properties.Append($"\"c{i}\":{{\"title\":\"合计 {i}\",\"type\":\"number\"}},");
        var columns = string.Join(",", Enumerable.Range(0, Columns).Select(c => $"\"x{c}\":{{\"title\":\"列 {c}\",{(c % 3 == 0 ? "\"type\":\"integer\",\"minimum\":0" : "\"type\":\"string\",\"maxLength\":40")}{(c == 4 ? ",\"ui\":{\"when\":\"x3 > 5\"}" : "")}}}"));
        properties.Append($"\"rows\":{{\"title\":\"明细\",\"type\":\"array\",\"maxItems\":{Rows},\"items\":{{\"type\":\"object\",\"required\":[\"x0\",\"x1\"],\"properties\":{{{columns}}}}}}}");
        var pages = string.Join(",", Enumerable.Range(0, 35).Select(p => $"{{\"id\":\"p{p}\",\"title\":\"第 {p + 1} 页\",\"fields\":[{string.Join(",", Enumerable.Range(p * 20, 20).Select(q => $"\"q{q}\""))}]}}"));
        var last = $"{{\"id\":\"rows\",\"title\":\"明细\",\"fields\":[\"rows\",{string.Join(",", Enumerable.Range(0, 20).Select(c => $"\"c{c}\""))}]}}";
        var rules = string.Join(",", Enumerable.Range(0, Rules).Select(r => r switch
        {
            0 => "{\"id\":\"r0\",\"assert\":\"x0 + x3 < 100000\",\"message\":\"过大\",\"fields\":[\"rows[].x0\",\"rows[].x3\"]}",
            1 => "{\"id\":\"r1\",\"assert\":\"every r in rows satisfies r.x0 >= 0 and r.x6 + r.x9 < 100000\",\"message\":\"过大\",\"fields\":[\"rows\"]}",
            2 => "{\"id\":\"r2\",\"assert\":\"sum(rows.x0) < 0\",\"message\":\"有意的错误\",\"fields\":[\"rows\"]}",
            _ => $"{{\"id\":\"r{r}\",\"when\":\"q{r} != null\",\"assert\":\"not(empty(string(q{r + 1}))) and (q{r - r % 10} = true or string length(string(q{r})) > 0) and q{r} in (q{r}, 1, 2)\",\"message\":\"不符\",\"fields\":[\"q{r}\",\"q{r + 1}\"]}}",
        }));
        var computed = string.Join(",", Enumerable.Range(0, 20).Select(c => $"\"c{c}\":\"sum(rows.x{c / 3 * 3}) * {c + 1} + {c}\"")) + ",\"rows[].x18\":\"x15 * 2 + x12\"";
        return $"{{\"type\":\"object\",\"required\":[\"q0\",\"q10\",\"q1\",\"q2\",\"rows\"],\"properties\":{{{properties}}},\"ui\":{{\"pages\":[{pages},{last}],\"rules\":[{rules}],\"computed\":{{{computed}}}}}}}";
    }

    static string Answers()
    {
        var answers = new StringBuilder("{");
        for (var i = 0; i < Questions; i++)
            answers.Append($"\"q{i}\":").Append(i % 10 == 0 ? "true" : (i % 7) switch
            {
                0 => $"\"第 {i} 个回答，写得稍长一些\"", 1 => $"{i * 13}", 2 => "\"2026-11-01\"", 3 => "\"13800138000\"", 4 => "\"b\"", 5 => $"{i * 10000}", _ => "\"GD440106\"",
            }).Append(',');
        var rows = string.Join(",", Enumerable.Range(0, Rows).Select(r => "{" + string.Join(",", Enumerable.Range(0, Columns).Where(c => c != 18).Select(c => $"\"x{c}\":{(c % 3 == 0 ? $"{r * c + 7}" : $"\"第{r}行{c}列\"")}")) + "}"));
        return answers.Append($"\"rows\":[{rows}]}}").ToString();
    }
}
