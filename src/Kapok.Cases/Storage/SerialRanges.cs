using System.Collections.Immutable;
using Npgsql;

namespace Kapok.Cases.Storage;

/// <summary>Document numbers set aside for one batch: for each organisation and template the next ones of the year.</summary>
sealed class SerialRanges
{
    readonly Dictionary<(Guid, string), int> next = [];

    public static async Task<SerialRanges> Reserve(NpgsqlConnection connection, SortedDictionary<(Guid Organisation, string Template), int> wanted, int year)
    {
        var ranges = new SerialRanges();
        if (wanted.Count == 0) return ranges;
        await using var command = new NpgsqlCommand("""
            insert into cases.document_serial (organisation, template, year, last) select o, t, $3, n from unnest($1, $2, $4) as u(o, t, n)
            on conflict (organisation, template, year) do update set last = cases.document_serial.last + excluded.last returning organisation, template, last
            """, connection)
        {
            Parameters =
            {
                new() { Value = wanted.Keys.Select(k => k.Organisation).ToArray() }, new() { Value = wanted.Keys.Select(k => k.Template).ToArray() },
                new() { Value = year }, new() { Value = wanted.Values.ToArray() },
            },
        };
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var key = (reader.GetGuid(0), reader.GetString(1));
            ranges.next[key] = reader.GetInt32(2) - wanted[key] + 1;
        }
        return ranges;
    }

    /// <summary>The next number of each template.</summary>
    public ImmutableDictionary<string, int> Take(Guid organisation, IReadOnlyList<string> templates) =>
        templates.Distinct().ToImmutableDictionary(t => t, t => next[(organisation, t)]++);
}
