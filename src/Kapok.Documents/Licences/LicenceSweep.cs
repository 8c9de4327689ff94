using Dapper;
using Kapok.Foundation;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Foundation.Jobs;

namespace Kapok.Documents.Licences;

/// <summary>
/// Once a day: what has run out is written down as expired, and holders hear 60, 30 and 7 days before. A licence that was
/// missed (the node was away) hears the nearest of the three once.
/// </summary>
sealed class LicenceSweep(Database database, TimeProvider time) : ISwept
{
    const int AtOnce = 200;
    public static readonly int[] Days = [7, 30, 60];

    public async Task<IReadOnlyDictionary<string, int>> Sweep(CancellationToken stop)
    {
        var (expired, reminded) = (0, 0);
        for (int n; (n = await Expire(stop)) > 0;) expired += n;
        for (int n; (n = await Remind(stop)) > 0;) reminded += n;
        return new Dictionary<string, int> { ["licences-expired"] = expired, ["licence-reminders"] = reminded };
    }

    Task<int> Expire(CancellationToken stop) => database.Write(async (c, _) =>
    {
        var now = time.GetUtcNow();
        var due = await LicenceReading.Rows(c, "where state in ('valid', 'suspended') and valid_to < $1 order by chain limit $2", ChinaTime.DateOf(now), AtOnce);
        var chains = await LicenceReading.ForUpdate(c, due.Select(r => r.Chain).Distinct());
        var changes = chains.Values.Select(chain => LicenceDecisions.Expire(chain, now)).OfType<LicenceChange>().ToList();
        await LicenceWriting.Write(c, changes, now);
        return changes.Count;
    }, stop);

    Task<int> Remind(CancellationToken stop) => database.Write(async (c, _) =>
    {
        var now = time.GetUtcNow();
        var today = ChinaTime.DateOf(now);
        var due = await LicenceReading.Rows(c, """
            where state = 'valid' and valid_to >= $1 and valid_to <= $2
              and (case when valid_to <= $3 then 7 when valid_to <= $4 then 30 else 60 end) < coalesce(reminded, 1000) order by chain limit $5
            """, today, today.AddDays(60), today.AddDays(7), today.AddDays(30), AtOnce);
        var chains = await LicenceReading.ForUpdate(c, due.Select(r => r.Chain).Distinct());
        var changes = new List<LicenceChange>();
        foreach (var chain in chains.Values)
        {
            var left = chain.Current.ValidTo!.Value.DayNumber - today.DayNumber;
            var level = Days.First(d => left <= d);
            changes.Add(LicenceDecisions.Noted(chain, Actor.System, now, new NewEvent(LicenceEvents.Expiring, Json.Write(new { chain.Current.Id, chain.Current.Identifier, chain.Current.ValidTo, left }))));
            await c.ExecuteAsync("update documents.licence set reminded = @level where id = @Id", new { level, chain.Current.Id });
        }
        await LicenceWriting.Write(c, changes, now);
        return changes.Count;
    }, stop);
}
