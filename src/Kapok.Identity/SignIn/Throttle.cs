using Dapper;
using Npgsql;

namespace Kapok.Identity.SignIn;

/// <summary>Attempts counted under one key: an account, an unknown name, an address.</summary>
/// <param name="Failures">Attempts that have not succeeded so far.</param>
/// <param name="Until">No attempt is looked at before this time.</param>
public sealed record Attempts(int Failures, DateTimeOffset LastAt, DateTimeOffset? Until)
{
    public static readonly Attempts None = new(0, DateTimeOffset.MinValue, null);
}

/// <summary>
/// When to stop looking at passwords, and for how long. An attempt is counted before its password is checked and
/// taken back when it was right, so that a hundred attempts at once are not a hundred guesses.
/// </summary>
/// <param name="Free">Attempts before the first lock-out.</param>
/// <param name="Forget">After this time without an attempt counting starts anew.</param>
public sealed record ThrottleRule(int Free, TimeSpan Forget)
{
    public static readonly TimeSpan First = TimeSpan.FromMinutes(1), Longest = TimeSpan.FromMinutes(15);

    /// <summary>Five mistakes are human.</summary>
    public static readonly ThrottleRule Account = new(5, TimeSpan.FromHours(12));

    /// <summary>A service hall shares one address among many people.</summary>
    public static readonly ThrottleRule Address = new(30, TimeSpan.FromMinutes(30));

    /// <summary>Counts one attempt. Refused attempts are not counted: waiting out the time is enough.</summary>
    /// <returns>Whether the password may be looked at, and what to keep; <see cref="Attempts.Until"/> already holds if this attempt fails.</returns>
    public (bool Allowed, Attempts Kept) Count(Attempts before, DateTimeOffset now)
    {
        if (before.Until > now) return (false, before);
        var failures = now - before.LastAt > Forget ? 1 : before.Failures + 1;
        return (true, new(failures, now, failures < Free ? null : now + Delay(failures - Free)));
    }

    /// <summary>One minute, two, four, eight, then fifteen.</summary>
    public static TimeSpan Delay(int beyond) => beyond >= 4 ? Longest : First * (1 << beyond);
}

/// <summary>Attempts as kept in the database.</summary>
static class Throttle
{
    /// <summary>Counts one attempt under a key, in the caller's transaction.</summary>
    /// <returns>How long to wait when the attempt may not be looked at; null when it may.</returns>
    public static async Task<TimeSpan?> Count(NpgsqlConnection c, string key, ThrottleRule rule, DateTimeOffset now)
    {
        await c.ExecuteAsync("insert into identity.throttle (key, failures, last_at) values (@key, 0, @at) on conflict do nothing", new { key, at = now.UtcDateTime });
        var (failures, last, until) = await c.QuerySingleAsync<(int, DateTime, DateTime?)>("select failures, last_at, until from identity.throttle where key = @key for update", new { key });
        var (allowed, kept) = rule.Count(new(failures, last, until is { } u ? new DateTimeOffset(u) : null), now);
        if (!allowed) return kept.Until - now;
        await c.ExecuteAsync("update identity.throttle set failures = @Failures, last_at = @at, until = @until where key = @key", new { key, kept.Failures, at = now.UtcDateTime, until = kept.Until?.UtcDateTime });
        return null;
    }
}
