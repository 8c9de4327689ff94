using System.Diagnostics;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Packages;
using Spectre.Console;

namespace Kapok;

/// <summary>The life of a node on this machine: up, down, reset, status, logs.</summary>
static class Node
{
    static string PidFile(NodeOptions o) => Path.Combine(o.Data, "kapok.pids");
    static string LogFile(NodeOptions o) => Path.Combine(o.Data, "kapok.log");
    static string Address(NodeOptions o) => $"http://localhost:{o.Port}";

    public static async Task<int> Up(NodeOptions options, int processes)
    {
        if (Refuse(options)) return 2;
        var watch = Stopwatch.StartNew();
        var running = Pids(options);
        if (running.Count >= Math.Max(1, processes) && await Ready(options))
        {
            AnsiConsole.MarkupLine($"[green]✓[/] 节点已经在运行");
            Greeting(options);
            return 0;
        }
        // Some of several processes are left: the others join them. A single one that does not answer makes room.
        if (running.Count < processes && running.Count > 0 && await Ready(options))
        {
            var missing = Enumerable.Range(0, processes - running.Count).Select(_ => Spawn(Database(options))).ToList();
            File.WriteAllLines(PidFile(options), running.Concat(missing).Select(p => p.ToString()));
            Step($"补上了 {missing.Count} 个进程", watch);
            Greeting(options);
            return 0;
        }
        foreach (var pid in running) Kill(pid);
        Directory.CreateDirectory(options.Data);
        try
        {
            options = Database(options);
            Step("数据库就绪", watch);
            await using (var app = KapokApp.Build(options))
            {
                var applied = await app.Services.GetRequiredService<Migrator>().Apply(KapokApp.Modules);
                if (applied.Count > 0) Step($"建表完成（{applied.Count} 个脚本）", watch);
                if (!await InstallPackages(app.Services, options, watch)) return 1;
            }
        }
        catch (Exception e) when (e is InvalidOperationException or Npgsql.NpgsqlException)
        {
            AnsiConsole.MarkupLineInterpolated($"[red]✗[/] {e.Message}");
            return 1;
        }
        var pids = Enumerable.Range(0, Math.Max(1, processes)).Select(_ => Spawn(options)).ToList();
        File.WriteAllLines(PidFile(options), pids.Select(p => p.ToString()));
        for (var i = 0; i < 300 && !await Ready(options); i++)
        {
            if (pids.All(p => !Alive(p)))
            {
                AnsiConsole.MarkupLineInterpolated($"[red]✗[/] 程序没有启动成功，日志在 {LogFile(options)}：");
                AnsiConsole.WriteLine(string.Join('\n', File.ReadLines(LogFile(options)).TakeLast(8)));
                return 1;
            }
            await Task.Delay(100);
        }
        Step("网页就绪", watch);
        Greeting(options);
        return 0;
    }

    static bool Refuse(NodeOptions options)
    {
        var faults = options.Faults().ToList();
        foreach (var fault in faults) AnsiConsole.MarkupLineInterpolated($"[red]✗[/] {fault}");
        return faults.Count > 0;
    }

    static NodeOptions Database(NodeOptions options)
    {
        if (options.Database is not null) return options;
        var postgres = new PrivatePostgres(options.Data, Commands.Root);
        postgres.Start();
        return options with { Database = postgres.ConnectionString() };
    }

    /// <summary>The program with its database up and migrated, not listening. A database it had to start is stopped with it.</summary>
    public sealed class Prepared : IAsyncDisposable
    {
        readonly WebApplication app;
        readonly PrivatePostgres? started;

        Prepared(WebApplication app, PrivatePostgres? started) => (this.app, this.started) = (app, started);

        public IServiceProvider Services => app.Services;

        public static async Task<Prepared> Of(NodeOptions options)
        {
            Directory.CreateDirectory(options.Data);
            var own = options.Database is null ? new PrivatePostgres(options.Data, Commands.Root) : null;
            var ran = own?.Running ?? true;
            var app = KapokApp.Build(Database(options));
            await app.Services.GetRequiredService<Migrator>().Apply(KapokApp.Modules);
            return new(app, ran ? null : own);
        }

        public async ValueTask DisposeAsync()
        {
            await app.DisposeAsync();
            Npgsql.NpgsqlConnection.ClearAllPools();
            started?.Stop();
        }
    }

    static async Task<bool> InstallPackages(IServiceProvider services, NodeOptions options, Stopwatch watch)
    {
        var installer = services.GetRequiredService<PackageInstaller>();
        var all = new Dictionary<string, Package>();
        foreach (var folder in Directory.Exists(options.Packages) ? Directory.GetDirectories(options.Packages).Order().ToArray() : [])
        {
            var package = Package.FromFolder(folder);
            if (!package.Ok) { Findings(Path.GetFileName(folder), package.Faults); return false; }
            all[package.Value!.Head.Id] = package.Value;
        }
        var installed = 0;
        foreach (var package in InOrder(all))
        {
            var result = await installer.Install(package, Actor.System);
            if (result is { Refused: Refusal.Conflict })
            {
                // Somebody works on a package without raising its version: keep what stands and say so.
                AnsiConsole.MarkupLineInterpolated($"[yellow]![/] {package.Head.Title}：{result.Faults[0].Message}（继续使用已安装的内容；./kapok reset 可以重新安装）");
                continue;
            }
            if (!result.Ok) { Findings(package.Head.Id, result.Faults); return false; }
            if (result.Value) { installed++; Step($"已安装 {package.Head.Title}", watch); }
        }
        if (installed == 0 && all.Count > 0) Step($"应用包都是最新的（{all.Count} 个）", watch);
        return true;
    }

    /// <summary>Packages after those they need.</summary>
    internal static IEnumerable<Package> InOrder(IReadOnlyDictionary<string, Package> all)
    {
        var seen = new HashSet<string>();
        var order = new List<Package>();
        void Visit(string id)
        {
            if (!all.TryGetValue(id, out var package) || !seen.Add(id)) return;
            foreach (var need in package.Head.Needs) Visit(need);
            order.Add(package);
        }
        foreach (var id in all.Keys.Order(StringComparer.Ordinal)) Visit(id);
        return order;
    }

    static void Findings(string package, IReadOnlyList<Fault> faults)
    {
        AnsiConsole.MarkupLineInterpolated($"[red]✗[/] 应用包 {package} 有 {faults.Count} 处问题，没有安装：");
        foreach (var fault in faults.Take(50)) AnsiConsole.MarkupLineInterpolated($"  {fault}");
    }

    public static async Task<int> Serve(NodeOptions options)
    {
        if (Refuse(options)) return 2;
        options = Database(options);
        await using var app = KapokApp.Build(options);
        await app.Services.GetRequiredService<Migrator>().Apply(KapokApp.Modules);
        await app.RunAsync();
        return 0;
    }

    public static Task<int> Down(NodeOptions options)
    {
        foreach (var pid in Pids(options)) Stop(pid);
        File.Delete(PidFile(options));
        if (options.Database is null && Directory.Exists(Path.Combine(options.Data, "postgres"))) new PrivatePostgres(options.Data, Commands.Root).Stop();
        AnsiConsole.MarkupLine("[green]✓[/] 已停止");
        return Task.FromResult(0);
    }

    public static async Task<int> Reset(NodeOptions options)
    {
        if (!Directory.Exists(options.Data)) return 0;
        // Only ever a folder that a node made: a mistyped --data must not cost somebody a home folder.
        if (!File.Exists(LogFile(options)) && !Directory.Exists(Path.Combine(options.Data, "postgres")))
        {
            AnsiConsole.MarkupLineInterpolated($"[red]✗[/] {options.Data} 不像节点的数据文件夹，没有删除");
            return 2;
        }
        await Down(options);
        if (options.Database is null) new PrivatePostgres(options.Data, Commands.Root).Remove();
        Directory.Delete(options.Data, recursive: true);
        AnsiConsole.MarkupLine("[green]✓[/] 数据已清空");
        return 0;
    }

    public static async Task<int> Status(NodeOptions options)
    {
        var pids = Pids(options);
        var ready = pids.Count > 0 && await Ready(options);
        AnsiConsole.MarkupLineInterpolated($"节点 {options.Division}  {(ready ? "[运行中]" : "[未运行]")}  {Address(options)}  进程 {string.Join(' ', pids)}  数据 {options.Data}");
        return ready ? 0 : 3;
    }

    public static Task<int> Logs(NodeOptions options)
    {
        if (File.Exists(LogFile(options))) foreach (var line in File.ReadLines(LogFile(options)).TakeLast(200)) Console.WriteLine(line);
        else Console.WriteLine("还没有日志");
        return Task.FromResult(0);
    }

    static int Spawn(NodeOptions options)
    {
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = Commands.Root };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("log=\"$1\"; shift; exec setsid \"$@\" >>\"$log\" 2>&1 </dev/null");
        foreach (var argument in (string[])["sh", LogFile(options), Environment.ProcessPath!]) start.ArgumentList.Add(argument);
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(Node).Assembly.Location);
        foreach (var argument in (string[])["serve", "--port", $"{options.Port}", "--data", options.Data, "--node", options.Division, "--database", options.Database!])
            start.ArgumentList.Add(argument);
        if (options.Mode == NodeMode.Production) start.ArgumentList.Add("--production");
        return Process.Start(start)!.Id;
    }

    static async Task<bool> Ready(NodeOptions options)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        try { return (await http.GetAsync(Address(options) + "/health/ready")).IsSuccessStatusCode; }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException) { return false; }
    }

    static List<int> Pids(NodeOptions options) => File.Exists(PidFile(options))
        ? [.. File.ReadAllLines(PidFile(options)).Select(int.Parse).Where(Alive)] : [];

    static bool Alive(int pid)
    {
        try { return !Process.GetProcessById(pid).HasExited; }
        catch (ArgumentException) { return false; }
    }

    static void Stop(int pid)
    {
        Process.Start("kill", ["-TERM", $"{pid}"]).WaitForExit();
        for (var i = 0; i < 100 && Alive(pid); i++) Thread.Sleep(100);
        if (Alive(pid)) Kill(pid);
    }

    static void Kill(int pid)
    {
        try { Process.GetProcessById(pid).Kill(); } catch (Exception e) when (e is ArgumentException or InvalidOperationException) { }
    }

    static void Step(string text, Stopwatch watch) => AnsiConsole.MarkupLineInterpolated($"[green]✓[/] {text} [grey]{watch.Elapsed.TotalSeconds:0.0} 秒[/]");

    static void Greeting(NodeOptions options)
    {
        AnsiConsole.MarkupLineInterpolated($"\n  [bold]红棉 Kapok[/]  {Address(options)}");
        if (options.Mode == NodeMode.Demonstration)
            foreach (var line in DemonstrationAccounts.Lines) AnsiConsole.MarkupLineInterpolated($"  {line}");
        AnsiConsole.MarkupLine("  停止：./kapok down    演示：./kapok demo    日志：./kapok logs\n");
    }
}
