using System.Collections.Concurrent;
using Dapper;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;

namespace Kapok.Cases.Tracking;

/// <summary>Working days an implementation really took: the median of its last two hundred decided cases, asked again every ten minutes.</summary>
public sealed class Achieved(Database database, CalendarStore calendars, TimeProvider time)
{
    static readonly TimeSpan Fresh = TimeSpan.FromMinutes(10);
    readonly ConcurrentDictionary<string, (DateTimeOffset At, decimal? Days)> known = new();

    /// <returns>Null while fewer than five cases have been decided: a median of less says nothing.</returns>
    public async Task<decimal?> Median(string implementation)
    {
        var now = time.GetUtcNow();
        if (known.TryGetValue(implementation, out var cached) && now - cached.At < Fresh) return cached.Days;
        var rows = (await database.Read(c => c.QueryAsync<(DateTime Accepted, DateTime Closed)>("""
            select accepted_at, closed_at from cases.achieved where implementation = @implementation order by closed_at desc limit 200
            """, new { implementation }))).AsList();
        decimal? median = null;
        if (rows.Count >= 5)
        {
            var days = rows.Select(r => calendars.Current.WorkdaysBetween(ChinaTime.DateOf(new(r.Accepted)), ChinaTime.DateOf(new(r.Closed)))).Order().ToArray();
            median = days[days.Length / 2];
        }
        if (known.Count > 10_000) known.Clear();
        known[implementation] = (now, median);
        return median;
    }
}
