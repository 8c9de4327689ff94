using Kapok.Bench;

// kapok bench [NAME…] [--json] [--seconds N] [--cases N] [--database "…"]: prints every figure with the floor of the same run.
var names = new List<string>();
var json = false;
var seconds = 10.0;
var cases = 1_000_000;
string? database = Environment.GetEnvironmentVariable("KAPOK_DATABASE");
for (var i = 0; i < args.Length; i++)
    switch (args[i])
    {
        case "--json": json = true; break;
        case "--cases": cases = int.Parse(args[++i], System.Globalization.CultureInfo.InvariantCulture); break;
        case "--seconds": seconds = double.Parse(args[++i], System.Globalization.CultureInfo.InvariantCulture); break;
        case "--database": database = args[++i]; break;
        default: names.Add(args[i]); break;
    }
var time = TimeSpan.FromSeconds(seconds);
var root = Environment.GetEnvironmentVariable("KAPOK_ROOT") ?? Directory.GetCurrentDirectory();

var benches = new Dictionary<string, Func<Task<IReadOnlyList<Figure>>>>
{
    ["engine"] = () => Task.FromResult<IReadOnlyList<Figure>>([new("engine", EngineBench.Run(time).StepsPerSecond, "steps/s", null, 0, 0, 0, 0)]),
    ["verify"] = () => VerifyBench.Run(time),
    ["form"] = () => Task.FromResult<IReadOnlyList<Figure>>([FormFigure()]),
    ["font"] = () => FontBench.Run(time),
    ["submit"] = () => OnNode(async n => [await CaseBench.Submit(n, 64, time)]),
    ["search"] = () => OnNode(n => SearchBench.Run(n, 16, time)),
    ["steps"] = () => OnNode(async n => [await CaseBench.Steps(n, 64, time)]),
    ["list"] = () => OnNode(async n => { await CaseBench.Seed(n, cases); return await ListBench.Lists(n, time); }),
    ["desk"] = () => OnNode(async n => { await CaseBench.Seed(n, Math.Max(cases, 20_000)); return [await ListBench.Desk(n, time)]; }),
    ["clock"] = () => OnNode(async n => { await CaseBench.Seed(n, cases); return [await ListBench.Clocks(n)]; }),
    ["history"] = () => OnNode(async n => { var before = await CaseBench.Steps(n, 64, time); await CaseBench.Seed(n, cases, versions: 10_000); return [before, (await CaseBench.Steps(n, 64, time)) with { Name = "steps-history" }]; }),
    ["page"] = () => OnNode(n => PageBench.Pages(n, time)),
    ["case"] = () => OnNode(n => PageBench.Case(n, time)),
    ["document"] = () => DocumentBench.Run(root, time),
    ["crypto"] = () => Task.FromResult(CryptoBench.Run(time)),
    ["audit"] = () => OnNode(n => AuditBench.Run(n, time)),
    ["start"] = () => OnNode(PageBench.Start),
    ["licence"] = () => OnNode(n => LicenceBench.Run(n, 32, time)),
};

Figure FormFigure()
{
    var r = FormBench.Run(time);
    return new("form", r.P50Ms, "ms", r.ParseMs, r.P50Ms, r.P95Ms, r.P99Ms, r.CpuUsPerOp);
}

async Task<IReadOnlyList<Figure>> OnNode(Func<BenchNode, Task<IReadOnlyList<Figure>>> run)
{
    await using var node = await BenchNode.Start(root, database);
    var figures = await run(node);
    if (BenchNode.Counts)
        foreach (var (query, calls, milliseconds, wal) in await node.Statements()) Console.Error.WriteLine($"{milliseconds,10:N0} ms {calls,8:N0} calls {wal / 1e6,8:N1} MB  {query}");
    return figures;
}

var wanted = names.Count > 0 ? names : [.. benches.Keys];
foreach (var name in wanted)
{
    if (!benches.TryGetValue(name, out var bench)) { Console.Error.WriteLine($"没有测量 {name}；可用：{string.Join(' ', benches.Keys)}"); return 2; }
    foreach (var figure in await bench()) Console.WriteLine(json ? figure.Json() : figure.ToString());
}
return 0;
