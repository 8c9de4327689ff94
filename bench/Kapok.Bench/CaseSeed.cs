using Kapok.Cases;
using Kapok.Cases.Clock;
using Kapok.Cases.Deciding;
using Kapok.Cases.Definitions;
using Kapok.Foundation.Data;
using Kapok.Identity;
using Npgsql;
using NpgsqlTypes;

namespace Kapok.Bench;

/// <summary>A million cases by COPY, seeded random: as many organisations as there are, nine of ten open, with running clocks.</summary>
static class CaseSeed
{
    /// <param name="versions">More than none: all cases are finished, were begun with so many versions of the definition, and left six events each.</param>
    public static async Task Fill(BenchNode node, CaseDefinition definition, int count, int versions = 0, int seed = 20260921)
    {
        var definitions = versions == 0 ? [definition.Id] : (await node.Database.Read(c => Dapper.SqlMapper.QueryAsync<int>(c,
            "insert into cases.definition (digest, content) select 'bench ' || g, d.content from cases.definition d, generate_series(1, @versions) g where d.id = @Id returning id", new { versions, definition.Id }))).ToArray();
        var random = new Random(seed);
        var directory = node.Get<OrganisationDirectory>().Current;
        var organisations = directory.Organisations.Where(o => o.ClosedOn is null).ToArray();
        var calendar = node.Get<CalendarStore>().Current;
        // A few hundred clocks stand for all: what differs from case to case is the day of acceptance.
        var days = Enumerable.Range(0, 200).Select(d =>
        {
            var received = new DateTimeOffset(2026, 1, 5, 2, 0, 0, TimeSpan.Zero).AddDays(d);
            ClockEntry[] entries = [new ClockEntry.Received(received), new ClockEntry.Accepted(received.AddDays(1))];
            var json = Json.Write(new { entries });
            return (Received: received, Json: json, Reading: CaseClock.Reading(json, definition, calendar, received.AddDays(2)));
        }).ToArray();
        await using var connection = await node.Database.Open();
        await using var copy = await connection.BeginBinaryImportAsync("""
            copy cases."case" (id, number, query_code, definition, item_code, implementation, item_name, organisation, division, line, party, party_name, submitter, channel,
              state, due_on, due_at, yellow_at, provisional, submitted_at, accepted_at, version, digest, variables, clock) from stdin (format binary)
            """);
        // Every open clock has its timer, as it has in life.
        await using var second = await node.Database.Open();
        await using var timers = await second.BeginBinaryImportAsync("copy cases.timer (case_id, key, due_at) from stdin (format binary)");
        await using var third = await node.Database.Open();
        await using var open = await third.BeginBinaryImportAsync("copy cases.open (case_id, organisation, due_at) from stdin (format binary)");
        var digest = new byte[32];
        for (var i = 0; i < count; i++)
        {
            var day = days[random.Next(days.Length)];
            var organisation = organisations[random.Next(organisations.Length)];
            var party = new Guid(random.Next(), 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]);
            var due = day.Reading.Due!.Value.UtcDateTime.AddSeconds(random.Next(3600));
            await copy.StartRowAsync();
            var id = Guid.CreateVersion7(day.Received.AddMilliseconds(i));
            if (versions == 0 && i % 10 != 9)
            {
                await timers.StartRowAsync();
                await timers.WriteAsync(id);
                await timers.WriteAsync(CaseClock.Timer);
                await timers.WriteAsync(day.Reading.Moments[0].At.UtcDateTime, NpgsqlDbType.TimestampTz);
                await open.StartRowAsync();
                await open.WriteAsync(id);
                await open.WriteAsync(organisation.Id);
                await open.WriteAsync(due, NpgsqlDbType.TimestampTz);
            }
            await copy.WriteAsync(id);
            await copy.WriteAsync($"S{i:D9}");
            await copy.WriteAsync($"Q{i:D9}");
            await copy.WriteAsync(definitions[i % definitions.Length]);
            await copy.WriteAsync(definition.Item.BasicCode);
            await copy.WriteAsync(definition.Implementation);
            await copy.WriteAsync(definition.Item.Content.Name);
            await copy.WriteAsync(organisation.Id);
            await copy.WriteAsync(organisation.DivisionPath);
            await copy.WriteAsync(organisation.Line);
            await copy.WriteAsync(party);
            await copy.WriteAsync($"申请人{random.Next(1_000_000)}");
            await copy.WriteAsync(party);
            await copy.WriteAsync((short)2);
            await copy.WriteAsync(versions > 0 || i % 10 == 9 ? "closed" : "accepted");
            await copy.WriteAsync(day.Reading.DueDate!.Value, NpgsqlDbType.Date);
            await copy.WriteAsync(due, NpgsqlDbType.TimestampTz);
            await copy.WriteAsync(day.Reading.Yellow!.Value.UtcDateTime, NpgsqlDbType.TimestampTz);
            await copy.WriteAsync(false);
            await copy.WriteAsync(day.Received.UtcDateTime.AddSeconds(random.Next(86400)), NpgsqlDbType.TimestampTz);
            await copy.WriteAsync(day.Received.UtcDateTime.AddDays(1), NpgsqlDbType.TimestampTz);
            await copy.WriteAsync(2);
            await copy.WriteAsync(digest);
            await copy.WriteAsync("{}", NpgsqlDbType.Json);
            await copy.WriteAsync(day.Json, NpgsqlDbType.Json);
        }
        await copy.CompleteAsync();
        await copy.CloseAsync();
        await timers.CompleteAsync();
        await open.CompleteAsync();
        await timers.CloseAsync();
        if (versions > 0)
        {
            // What the log keeps of them; the digests stand for those of real chains, of the same length.
            await using var log = new NpgsqlCommand("""
                insert into kapok.event (stream, seq, type, at, actor_name, origin, data, digest)
                select id, s, 'task-completed', submitted_at, '张三', 'bench', '{"key":"review.1","name":"审核","outcome":"pass","note":"材料齐全"}', sha256(id::text::bytea) from cases."case", generate_series(1, 6) s where number like 'S%'
                """, connection) { CommandTimeout = 3600 };
            await log.ExecuteNonQueryAsync();
        }
        await using var analyze = new NpgsqlCommand("""vacuum analyze cases."case", cases.open, cases.timer, kapok.event""", connection) { CommandTimeout = 3600 };
        await analyze.ExecuteNonQueryAsync();
    }
}
