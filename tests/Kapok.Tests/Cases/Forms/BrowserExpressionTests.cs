using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kapok.Cases.Forms.Pages;
using Kapok.Foundation.Expressions;

namespace Kapok.Tests.Cases.Forms;

/// <summary>The browser's interpreter must give the answers of the server's.</summary>
public sealed class BrowserExpressionTests
{
    const string Answers = """
        { "n": 7, "half": 0.5, "t": "广州𠮷", "yes": true, "no": false, "born": "2008-02-29", "list": [3, 1, 2], "words": ["b", "a"], "none": [], "o": { "a": 1, "b": { "c": "x" } },
          "rows": [ { "amount": 10.1, "kind": "a", "until": "2026-10-01" }, { "amount": 20.2, "kind": "b" }, { "amount": 30.3, "kind": "a" } ] }
        """;

    static readonly string[] expressions =
    [
        "1", "1.50", "\"x\"", "true", "null", "[1, 2]", "n", "missing", "o.a", "o.b.c", "o.x.y", "rows.amount", "rows[1].amount", "rows[-1].kind", "rows[9]", "list[2]", "list[0]", "n[1]", "o[\"a\"]",
        "n = 7", "n = 7.0", "n != 7", "n != null", "n = \"7\"", "yes = 1", "\"\" = 0", "no = missing", "missing = null", "missing != null", "missing = 1", "missing != 1", "null = null", "t = \"广州𠮷\"", "yes = true", "list = [3, 1, 2]", "o = o", "o.b = o",
        "n < 8", "n <= 7", "n > 7", "n >= 8", "t < \"广\"", "t > 1", "missing < 1", "born < date(\"2010-01-01\")", "\"2009-01-01\" > date(\"2008-12-31\")", "born = date(\"2008-02-29\")",
        "yes and no", "yes or no", "n and yes", "missing or yes", "not(yes)", "not(no)", "not(n)", "not(missing)", "yes and yes and not(no) or no",
        "n + 1", "n - half", "n * half", "n / 2", "n / 0", "n ** 2", "2 ** 0.5 > 1.41", "2 ** -1", "-n", "-missing", "n + \"x\"", "\"a\" + \"b\"", "0.1 + 0.2", "0.1 + 0.2 = 0.3", "1.1 * 3", "100 * 1.15", "1 / 3 < 0.34",
        "date(\"2026-01-31\") + 1", "date(\"2026-03-01\") - date(\"2026-02-01\")", "born + 366", "date(\"2026-01-01\") - 1", "date(2026, 2, 28)", "date(2026, 2, 30)", "date(t)", "date(n)", "date(\"0001-01-01\") - 1", "date(\"9999-12-31\") + 1",
        "date(born).year", "date(born).month", "date(born).hour", "n in (1, 7)", "n in (1, 2)", "n in (list, 7)", "3 in (list)", "missing in (1)", "missing in (1, null)", "n between 1 and 7", "n between 8 and 9", "missing between 1 and 2", "\"b\" between \"a\" and \"c\"",
        "if yes then 1 else 2", "if missing then 1 else 2", "some r in rows satisfies r.amount > 30", "every r in rows satisfies r.amount > 30", "some x in missing satisfies true", "every x in missing satisfies false", "some x in n satisfies x = 7",
        "every r in rows satisfies r.kind in (\"a\", \"b\") and r.amount > n", "some a in list satisfies some b in list satisfies a + b = 5", "some r in rows satisfies date(r.until) > today()",
        "count(rows)", "count(missing)", "count(n)", "count(1, 2, 3)", "sum(rows.amount)", "sum(list)", "sum(missing)", "sum(words)", "sum(rows.until)", "min(list)", "max(list)", "max(words)", "max(none)", "max(yes)", "min(2, 1)",
        "contains(t, \"州\")", "contains(list, 2)", "contains(n, 1)", "list contains(list, 9)", "list contains(missing, 1)", "starts with(t, \"广\")", "ends with(t, \"𠮷\")", "starts with(n, \"7\")",
        "string length(t)", "string length(n)", "upper case(\"aß\") = \"Aß\" or true", "lower case(\"AB\")", "substring(t, 2)", "substring(t, 1, 2)", "substring(t, -1)", "substring(t, -9, 1)", "substring(t, 4)", "substring(t, 0)", "substring(t, 1, 0)", "substring(t, 3, 5)",
        "number(\"12.5\")", "number(\" -3 \")", "number(\"x\")", "number(\"1e3\")", "number(n)", "string(n)", "string(1.50)", "string(yes)", "string(missing)", "string(date(born))", "string(0.1 + 0.2)",
        "abs(-n)", "floor(-1.5)", "ceiling(1.2)", "round(2.5)", "round(-2.5)", "round(1.005, 2)", "floor(1.29, 1)", "round(t)", "today()", "today() - date(\"2026-09-01\")", "age(born)", "age(born, date(\"2026-02-28\"))", "age(born, date(\"2026-03-01\"))", "age(n)",
        "years between(date(\"2026-01-01\"), date(\"2020-06-01\"))", "years between(date(\"2026-01-01\"), date(\"2026-06-01\"))", "days between(born, date(\"2008-03-01\"))", "empty(missing)", "empty(\" \")", "empty(none)", "empty(n)", "empty(o)", "empty(t)",
        "matches(t, \"^广.\")", "matches(t, \"^\\\\d+$\")", "matches(\"440106\", \"^\\\\d{6}$\")", "matches(n, \"7\")",
    ];

    const string Script = """
        import { evaluate, Day } from 'MODULE';
        import { readFileSync } from 'node:fs';
        const { trees, answers, today } = JSON.parse(readFileSync(0, 'utf8'));
        const scope = { today: Day.parse(today), get: name => Object.hasOwn(answers, name) ? answers[name] : null };
        const plain = value => value instanceof Day ? String(value) : Array.isArray(value) ? value.map(plain) : value;
        console.log(JSON.stringify(trees.map(tree => plain(evaluate(tree, scope)))));
        """;

    [Fact]
    public async Task Every_expression_gives_the_same_in_the_browser_and_on_the_server()
    {
        var parsed = expressions.Select(Expression.Parse).ToList();
        var input = new JsonObject { ["trees"] = new JsonArray([.. parsed.Select(e => PageScript.Tree(e.Root))]), ["answers"] = JsonNode.Parse(Answers), ["today"] = "2026-09-21" };
        var module = new Uri(Path.Combine(Path.GetDirectoryName(NodeModules.Folder)!, "src/Kapok.Cases/Web/form.js")).AbsoluteUri;
        using var node = Process.Start(new ProcessStartInfo("node", ["--input-type=module", "-e", Script.Replace("MODULE", module)])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["NODE_NO_WARNINGS"] = "1" },
        })!;
        await node.StandardInput.WriteAsync(input.ToJsonString());
        node.StandardInput.Close();
        var errors = node.StandardError.ReadToEndAsync();
        var text = await node.StandardOutput.ReadToEndAsync();
        (await errors).ShouldBeEmpty();
        var browser = JsonNode.Parse(text)!.AsArray();

        var scope = new JsonScope(Sample.Json(Answers), new DateOnly(2026, 9, 21));
        var different = new List<string>();
        for (var i = 0; i < expressions.Length; i++)
        {
            var server = parsed[i].Evaluate(scope).ToJson();
            if (!JsonNode.DeepEquals(server, browser[i])) different.Add($"{expressions[i]}: server {server?.ToJsonString() ?? "null"}, browser {browser[i]?.ToJsonString() ?? "null"}");
        }
        different.ShouldBeEmpty();
    }
}
