using System.Diagnostics;
using System.Text.Json;

namespace Kapok.Bench;

/// <summary>One measured figure, with its floor from the same run.</summary>
/// <param name="Floor">What the bare database (or machine) does in the same run at the same concurrency; null where there is none.</param>
public sealed record Figure(string Name, double Value, string Unit, double? Floor, double P50, double P95, double P99, double CpuMicroseconds)
{
    /// <summary>Processor time of the database for one operation; 0 where the database is not ours.</summary>
    public double DatabaseMicroseconds { get; init; }

    public double? Ratio => Floor is { } floor && floor > 0 ? Value / floor : null;

    public string Json() => JsonSerializer.Serialize(new
    {
        name = Name, value = Math.Round(Value, 2), unit = Unit, ratio = Ratio is { } r ? Math.Round(r, 3) : (double?)null, floor = Floor is { } f ? Math.Round(f, 1) : (double?)null,
        p50_ms = Math.Round(P50, 2), p95_ms = Math.Round(P95, 2), p99_ms = Math.Round(P99, 2), cpu_us_per_op = Math.Round(CpuMicroseconds, 1), database_us_per_op = Math.Round(DatabaseMicroseconds, 1),
    });

    public override string ToString() =>
        $"{Name,-16} {Value,12:N1} {Unit,-8} p50 {P50,7:N2} ms  p95 {P95,7:N2} ms  p99 {P99,7:N2} ms  cpu {CpuMicroseconds,7:N0} µs/op"
        + (DatabaseMicroseconds > 0 ? $" + database {DatabaseMicroseconds,5:N0}" : "") + (Floor is { } f ? $"  floor {f,9:N0}  ratio {Ratio:N3}" : "");
}

/// <summary>Runs an operation from many clients for a time and keeps every latency.</summary>
public static class Load
{
    /// <summary>Processor time the database has used so far.</summary>
    public static Func<TimeSpan> DatabaseTime { get; set; } = () => TimeSpan.Zero;

    public static async Task<Figure> Run(string name, string unit, int clients, TimeSpan time, Func<int, Task> operation, double? floor = null, int warmUp = 0)
    {
        for (var i = 0; i < warmUp; i += clients) await Task.WhenAll(Enumerable.Range(0, clients).Select(c => operation(c)));
        var latencies = new List<double>[clients];
        var database = DatabaseTime();
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async c =>
        {
            await Task.Yield();
            var mine = latencies[c] = new(4096);
            while (watch.Elapsed < time)
            {
                var start = Stopwatch.GetTimestamp();
                await operation(c);
                mine.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }));
        var took = watch.Elapsed;
        var used = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        var all = latencies.SelectMany(l => l).Order().ToArray();
        return new(name, all.Length / took.TotalSeconds, unit, floor, At(all, 0.5), At(all, 0.95), At(all, 0.99), used.TotalMicroseconds / Math.Max(1, all.Length))
        {
            DatabaseMicroseconds = (DatabaseTime() - database).TotalMicroseconds / Math.Max(1, all.Length),
        };
    }

    public static double At(double[] ordered, double part) => ordered.Length == 0 ? 0 : ordered[Math.Min(ordered.Length - 1, (int)(ordered.Length * part))];
}
