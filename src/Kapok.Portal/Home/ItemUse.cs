using Dapper;
using Kapok.Catalogue;
using Kapok.Foundation.Calendar;
using Kapok.Foundation.Codes;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Npgsql;

namespace Kapok.Portal.Home;

/// <summary>An item people apply for often.</summary>
/// <param name="Code">Basic code.</param>
public sealed record OftenUsed(string Code, string Name, string Summary);

/// <summary>Counts from the event log how often each item is applied for; the counts can be made again from the log.</summary>
public sealed class ItemUse(Database database, Items items, CatalogueEntrance entrance, TimeProvider time)
{
    const string Follower = "portal.item-use";
    const int Days = 90;
    static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);

    (DateTimeOffset At, IReadOnlyList<OftenUsed> Items)? kept;

    /// <summary>The items applied for most in the last 90 days; where there are too few, those that most offices offer.</summary>
    public async ValueTask<IReadOnlyList<OftenUsed>> Most(int count)
    {
        var now = time.GetUtcNow();
        if (kept is { } k && now - k.At < Fresh && now >= k.At && k.Items.Count >= count) return k.Items;
        var since = ChinaTime.DateOf(now).AddDays(-Days);
        var used = await database.Read(c => c.QueryAsync<string>("select item from portal.item_use where day >= @since group by item order by sum(count) desc, item limit @count", new { since, count }));
        var found = new List<OftenUsed>();
        foreach (var code in used.Concat(await entrance.MostOffered(count)).Distinct())
        {
            if (found.Count == count) break;
            if (await items.Find(code) is { } item) found.Add(new(code, item.Content.Name, item.Content.Summary));
        }
        kept = (now, found);
        return found;
    }

    /// <summary>Counts what has been submitted since the last time; returns how many events were read.</summary>
    public Task<int> Follow(int limit = 1_000) => database.Write(async (c, _) =>
    {
        await c.ExecuteAsync("insert into kapok.cursor (follower) values (@Follower) on conflict do nothing", new { Follower });
        // Another process that follows at the same moment goes on without waiting.
        var at = await c.QuerySingleOrDefaultAsync<(long Xid, long Id)?>("select xid::text::bigint, id from kapok.cursor where follower = @Follower for update skip locked", new { Follower });
        if (at is not { } position) return 0;
        var (events, next) = await EventFollower.After(c, new(position.Xid, position.Id), limit, ["submitted"]);
        if (events.Count == 0) return 0;
        await Count(c, events.Select(e => e.Event));
        await c.ExecuteAsync("update kapok.cursor set xid = @xid::text::xid8, id = @id where follower = @Follower", new { Follower, xid = next.Xid.ToString(System.Globalization.CultureInfo.InvariantCulture), id = next.Id });
        return events.Count;
    });

    static async Task Count(NpgsqlConnection connection, IEnumerable<LoggedEvent> events)
    {
        var uses = events.Select(e => (Code: ItemOf(e), Day: ChinaTime.DateOf(e.At))).Where(u => u.Code is not null).GroupBy(u => u).OrderBy(g => g.Key.Code, StringComparer.Ordinal).ToList();
        await connection.ExecuteAsync("""
            insert into portal.item_use (item, day, count) select i, d, n from unnest(@codes, @days, @counts) as t(i, d, n)
            on conflict (item, day) do update set count = portal.item_use.count + excluded.count
            """, new { codes = uses.Select(u => u.Key.Code).ToArray(), days = uses.Select(u => u.Key.Day).ToArray(), counts = uses.Select(u => u.Count()).ToArray() });
    }

    static string? ItemOf(LoggedEvent e)
    {
        using var data = System.Text.Json.JsonDocument.Parse(e.Data);
        return data.RootElement.TryGetProperty("number", out var number) && CaseNumber.Parse(number.GetString()) is { } parsed ? parsed.Implementation.Basic.Code : null;
    }
}
