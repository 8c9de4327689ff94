using Npgsql;

namespace Kapok.Foundation.Data;

/// <summary>
/// Running numbers: of the cases of an item on a day, of the documents of an office in a year. They are taken in a short
/// transaction of their own, before the one that uses them: held to the end of that one, the single row an office counts on
/// would let only one write at a time. It need not wait for the disk, because the commit that uses the numbers stands behind
/// it in the same log. A number is never given twice; numbers whose use failed are given back while they are the last, so
/// that a gap can only be left by a failure in the midst of other people's work.
/// </summary>
public sealed class RunningNumbers(Database database)
{
    /// <summary>Takes the next numbers of each series, the first ever being 1, for work that uses them; when it throws they are given back.</summary>
    /// <param name="wanted">Name of the series → how many.</param>
    public async Task<T> Use<T>(IReadOnlyDictionary<string, int> wanted, Func<NumberRanges, Task<T>> work)
    {
        if (wanted.Count == 0) return await work(new([]));
        var taken = await Take(wanted);
        try { return await work(new(taken)); }
        catch
        {
            try { await GiveBack(taken); }
            catch (NpgsqlException) { /* no database: what failed says so already */ }
            throw;
        }
    }

    async Task<Dictionary<string, (long First, long Last)>> Take(IReadOnlyDictionary<string, int> wanted)
    {
        // In order of name, so that two takers never wait for each other in a circle.
        var names = wanted.Keys.Order(StringComparer.Ordinal).ToArray();
        await using var connection = await database.Shared.Open();
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new("select set_config('synchronous_commit', 'off', true)"));
        batch.BatchCommands.Add(new("""
            insert into kapok.series (name, last) select * from unnest($1, $2)
            on conflict (name) do update set last = kapok.series.last + excluded.last returning name, last
            """)
        {
            Parameters = { new() { Value = names }, new() { Value = names.Select(n => (long)wanted[n]).ToArray() } },
        });
        await using var reader = await batch.ExecuteReaderAsync();
        await reader.NextResultAsync();
        var taken = new Dictionary<string, (long First, long Last)>(names.Length, StringComparer.Ordinal);
        while (await reader.ReadAsync()) taken[reader.GetString(0)] = (reader.GetInt64(1) - wanted[reader.GetString(0)] + 1, reader.GetInt64(1));
        return taken;
    }

    /// <summary>Only numbers nobody has counted on from are free again.</summary>
    async Task GiveBack(Dictionary<string, (long First, long Last)> taken)
    {
        var names = taken.Keys.Order(StringComparer.Ordinal).ToArray();
        await using var connection = await database.Shared.Open();
        await using var command = new NpgsqlCommand("update kapok.series s set last = u.first - 1 from unnest($1, $2, $3) as u(name, first, last) where s.name = u.name and s.last = u.last", connection)
        {
            Parameters = { new() { Value = names }, new() { Value = names.Select(n => taken[n].First).ToArray() }, new() { Value = names.Select(n => taken[n].Last).ToArray() } },
        };
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>Numbers set aside by <see cref="RunningNumbers"/>, handed out one by one.</summary>
public sealed class NumberRanges(Dictionary<string, (long First, long Last)> taken)
{
    readonly Dictionary<string, long> used = new(StringComparer.Ordinal);

    /// <summary>The next number of a series.</summary>
    /// <exception cref="InvalidOperationException">More were asked for than were taken.</exception>
    public long Next(string series)
    {
        if (!taken.TryGetValue(series, out var range)) throw new InvalidOperationException($"no number of {series} was set aside");
        var next = used.TryGetValue(series, out var last) ? last + 1 : range.First;
        if (next > range.Last) throw new InvalidOperationException($"all numbers set aside of {series} are used");
        return used[series] = next;
    }
}
