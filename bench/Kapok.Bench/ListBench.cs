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

    /// <summary>The landing page of a desk with ten thousand open tasks, one in ten with a message nobody has read: counts and the first sixty rows.</summary>
    public static async Task<Figure> Desk(BenchNode node, TimeSpan time)
    {
        var office = node.Get<OrganisationDirectory>().OrganisationByKey("market@440106")!;
        await node.Database.Read(c => Dapper.SqlMapper.ExecuteAsync(c, """
            update cases."case" set organisation = @office where id in (select id from cases."case" where state = 'accepted' order by id limit 10000);
            update cases.open set organisation = @office where case_id in (select id from cases."case" where organisation = @office);
            insert into cases.task (case_id, key, node, name, kind, post, organisation, outcomes, opened_at)
            select id, 'review.1', 'review', '审核', 'review', 'reviewer', organisation, '[]', submitted_at from cases."case" where organisation = @office and state = 'accepted' limit 10000;
            insert into cases.message (id, case_id, party, from_party, sender, kind, title, body, at)
            select gen_random_uuid(), case_id, case_id, true, '', 'message', '', '', now() from cases.task where organisation = @office and right(case_id::text, 1) in ('0', '8');
            """, new { office = office.Id }, commandTimeout: 600));
        await node.Database.Read(c => Dapper.SqlMapper.ExecuteAsync(c, "vacuum analyze cases.task; ", commandTimeout: 600));
        await node.Database.Read(c => Dapper.SqlMapper.ExecuteAsync(c, "vacuum analyze cases.message", commandTimeout: 600));
        var work = node.Get<Kapok.Cases.Desk.MyWork>();
        var actor = new Actor(ActorKind.Official, Guid.NewGuid(), "", [new Grant("reviewer", ["cases.review"], Organisation: office.Id)]) { Organisation = office.Id };
        if ((await work.Today(actor, null)).Counts.Pool < 10_000) throw new InvalidOperationException("the desk has not its ten thousand tasks");
        return await Load.Run("desk", "/s", 1, time, _ => work.Today(actor, null), warmUp: 10);
    }

    /// <summary>Seconds to read every open clock again and write what changed: every Wednesday of the year becomes free, so that every open clock moves.</summary>
    public static async Task<Figure> Clocks(BenchNode node)
    {
        var standing = (await node.Database.Read(c => Dapper.SqlMapper.ExecuteScalarAsync<string>(c, "select content from cases.calendar order by seq desc limit 1")))!;
        var free = Enumerable.Range(0, 52).Select(w => $"      - {{ name: 试, off: {new DateOnly(2026, 1, 7).AddDays(7 * w):MM-dd} }}\n");
        var changed = standing[..(standing.IndexOf("holidays:", standing.IndexOf("  2026:", StringComparison.Ordinal), StringComparison.Ordinal) + 10)] + string.Concat(free);
        await node.Database.Read(c => Dapper.SqlMapper.ExecuteAsync(c, "insert into cases.calendar (id, content) values ('bench', @changed)", new { changed }));
        await node.Database.Write((c, _) => Kapok.Foundation.Data.Signals.Send(c, Kapok.Cases.CalendarStore.Topic, "bench"));
        await Task.Delay(1_500);
        var recompute = node.Get<ClockRecompute>();
        var watch = Stopwatch.StartNew();
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var progress = new ClockRecompute.Progress(Guid.Empty, 0, 0);
        await recompute.Continue(progress, next => { progress = next; return Task.CompletedTask; });
        var seconds = watch.Elapsed.TotalSeconds;
        Console.Error.WriteLine($"clock: {progress.Read} read, {progress.Changed} changed");
        return new("clock", seconds, "s", null, 0, 0, 0, (Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalMicroseconds / Math.Max(1, progress.Read));
    }
}
