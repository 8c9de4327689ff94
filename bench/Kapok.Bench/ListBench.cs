using System.Diagnostics;
using Kapok.Cases.Handling;
using Kapok.Foundation;
using Kapok.Identity;

namespace Kapok.Bench;

/// <summary>Lists and clocks over a million cases.</summary>
static class ListBench
{
    /// <summary>Narrow rights (one office), an office's neighbours, every sort; first one client, then sixteen.</summary>
    public static async Task<IReadOnlyList<Figure>> Lists(BenchNode node, TimeSpan time)
    {
        var directory = node.Get<OrganisationDirectory>().Current;
        var offices = directory.Organisations.Where(o => o.Line == "market").Select(o => o.Id).ToArray();
        CaseQuery[] queries = [new(), new() { Sort = "submitted" }, new() { Lamp = "red" }, new() { Closed = true }, new() { Text = "申请人12" }];
        var turn = 0;
        Task<CasePage> Page()
        {
            var n = Interlocked.Increment(ref turn);
            var scope = n % 4 == 0 ? new Scope([.. offices.Skip(n % offices.Length).Take(20)]) : new Scope([offices[n % offices.Length]]);
            return node.Database.Read(c => CaseLists.Page(c, scope, queries[n % queries.Length], new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero)));
        }
        return [await Load.Run("list", "/s", 1, time / 2, _ => Page(), warmUp: 200), await Load.Run("list-16", "/s", 16, time / 2, _ => Page())];
    }

    /// <summary>Seconds to read every open clock again and write what changed: the calendar loses its holidays.</summary>
    public static async Task<Figure> Clocks(BenchNode node)
    {
        await node.Database.Read(c => Dapper.SqlMapper.ExecuteAsync(c, "insert into cases.calendar (id, content) values ('bench', (select replace(content, '2026', '2036') from cases.calendar order by seq desc limit 1))"));
        await node.Database.Write((c, _) => Kapok.Foundation.Data.Signals.Send(c, Kapok.Cases.CalendarStore.Topic, "bench"));
        await Task.Delay(1_500);
        var recompute = node.Get<ClockRecompute>();
        var watch = Stopwatch.StartNew();
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var progress = new ClockRecompute.Progress(Guid.Empty, 0, 0);
        while (await recompute.Step(progress) is { } next) progress = next;
        var seconds = watch.Elapsed.TotalSeconds;
        Console.Error.WriteLine($"clock: {progress.Read} read, {progress.Changed} changed");
        return new("clock", seconds, "s", null, 0, 0, 0, (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalMicroseconds / Math.Max(1, progress.Read));
    }
}
