using System.Collections.Concurrent;
using System.Collections.Immutable;
using Kapok.Cases.Model;
using Kapok.Foundation.Data;
using Npgsql;
using NpgsqlTypes;

namespace Kapok.Cases.Storage;

/// <summary>Loads cases with their open work. Readers by position: this is the hot path of every step.</summary>
static class CaseReading
{
    public const string RowColumns = """
        id, number, query_code, definition, item_code, implementation, item_name, organisation, division, line, party, party_name, submitter, channel,
        state, result, due_on, due_at, yellow_at, provisional, submitted_at, accepted_at, closed_at, version, digest, flow::text, variables::text, clock::text, correction::text
        """;

    const string TaskColumns = "case_id, key, node, name, kind, post, organisation, outcomes::text, opened_at, due_at, assignee, assignee_name, assigned_at";
    const string ContentColumns = "case_id, answers::text, eligibility::text";

    /// <summary>Loads and locks, in order of id so that two batches never wait for each other in a circle.</summary>
    public static Task<Dictionary<Guid, CaseSnapshot>> ForUpdate(NpgsqlConnection connection, Guid[] ids, Guid[] withContent) =>
        Load(connection, ids, withContent, " for update");

    public static Task<Dictionary<Guid, CaseSnapshot>> Load(NpgsqlConnection connection, Guid[] ids, Guid[] withContent) =>
        Load(connection, ids, withContent, "");

    static async Task<Dictionary<Guid, CaseSnapshot>> Load(NpgsqlConnection connection, Guid[] ids, Guid[] withContent, string locking)
    {
        await using var batch = new NpgsqlBatch(connection);
        Ask(batch, ids, withContent, locking);
        await using var reader = await batch.ExecuteReaderAsync();
        return await Answer(reader, withContent.Length > 0);
    }

    /// <summary>Adds the questions to a batch; <see cref="Answer"/> reads their answers from its first results.</summary>
    public static void Ask(NpgsqlBatch batch, Guid[] ids, Guid[] withContent, string locking = "")
    {
        batch.BatchCommands.Add(Command($"""select {RowColumns} from cases."case" where id = any($1) order by id{locking}""", ids));
        batch.BatchCommands.Add(Command($"select {TaskColumns} from cases.task where case_id = any($1) order by opened_at, key", ids));
        if (withContent.Length > 0)
            batch.BatchCommands.Add(Command($"select {ContentColumns} from cases.content where case_id = any($1)", withContent));
    }

    /// <summary>
    /// The same for one case with its content. An equality, not a list of one: for a list PostgreSQL makes a new plan at
    /// every execution, because the kept one reckons with ten members.
    /// </summary>
    public static void Ask(NpgsqlBatch batch, Guid id)
    {
        foreach (var sql in Single) batch.BatchCommands.Add(new(sql) { Parameters = { new() { Value = id, NpgsqlDbType = NpgsqlDbType.Uuid } } });
    }

    static readonly ImmutableArray<string> Single =
    [
        $"""select {RowColumns} from cases."case" where id = $1""", $"select {TaskColumns} from cases.task where case_id = $1 order by opened_at, key", $"select {ContentColumns} from cases.content where case_id = $1",
    ];

    public static async Task<Dictionary<Guid, CaseSnapshot>> Answer(NpgsqlDataReader reader, bool withContent)
    {
        var rows = new List<CaseRow>();
        while (await reader.ReadAsync()) rows.Add(ReadRow(reader));
        await reader.NextResultAsync();
        var tasks = new Dictionary<Guid, ImmutableArray<CaseTask>.Builder>();
        while (await reader.ReadAsync())
        {
            var task = ReadTask(reader);
            if (!tasks.TryGetValue(task.CaseId, out var list)) tasks[task.CaseId] = list = ImmutableArray.CreateBuilder<CaseTask>();
            list.Add(task);
        }
        var contents = new Dictionary<Guid, CaseContent>();
        if (withContent && await reader.NextResultAsync())
            while (await reader.ReadAsync()) contents[reader.GetGuid(0)] = new(reader.GetGuid(0), reader.GetString(1), reader.GetString(2));

        return rows.ToDictionary(r => r.Id, r => new CaseSnapshot(r, tasks.TryGetValue(r.Id, out var list) ? list.ToImmutable() : [], contents.GetValueOrDefault(r.Id)));
    }

    public static NpgsqlBatchCommand Command(string sql, Guid[] ids) =>
        new(sql) { Parameters = { new() { Value = ids, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid } } };

    public static CaseRow ReadRow(NpgsqlDataReader r) => new()
    {
        Id = r.GetGuid(0), Number = r.GetString(1), QueryCode = r.GetString(2), Definition = r.GetInt32(3), ItemCode = r.GetString(4),
        Implementation = r.GetString(5), ItemName = r.GetString(6), Organisation = r.GetGuid(7), Division = r.GetString(8), Line = r.GetString(9),
        Party = r.GetGuid(10), PartyName = r.GetString(11), Submitter = r.GetGuid(12), Channel = r.GetInt16(13),
        State = Enum.Parse<CaseState>(r.GetString(14), ignoreCase: true), Result = r.IsDBNull(15) ? null : r.GetString(15),
        DueOn = r.IsDBNull(16) ? null : r.GetFieldValue<DateOnly>(16), DueAt = Time(r, 17), YellowAt = Time(r, 18), Provisional = r.GetBoolean(19),
        SubmittedAt = Time(r, 20)!.Value, AcceptedAt = Time(r, 21), ClosedAt = Time(r, 22), Version = r.GetInt32(23), Digest = (byte[])r[24],
        Flow = r.IsDBNull(25) ? null : r.GetString(25), Variables = r.GetString(26), Clock = r.GetString(27), Correction = r.IsDBNull(28) ? null : r.GetString(28),
    };

    static CaseTask ReadTask(NpgsqlDataReader r) => new()
    {
        CaseId = r.GetGuid(0), Key = r.GetString(1), Node = r.GetString(2), Name = r.GetString(3), Kind = r.GetString(4), Post = r.GetString(5),
        Organisation = r.GetGuid(6), Outcomes = Outcomes(r.GetString(7)), OpenedAt = Time(r, 8)!.Value, DueAt = Time(r, 9),
        Assignee = r.IsDBNull(10) ? null : r.GetGuid(10), AssigneeName = r.IsDBNull(11) ? null : r.GetString(11), AssignedAt = Time(r, 12),
    };

    // The same few lists of outcomes come back at every step.
    static readonly ConcurrentDictionary<string, ImmutableArray<TaskOutcome>> Parsed = new();

    static ImmutableArray<TaskOutcome> Outcomes(string json)
    {
        if (Parsed.TryGetValue(json, out var known)) return known;
        var outcomes = Json.Read<ImmutableArray<TaskOutcome>>(json);
        if (Parsed.Count < 1_000) Parsed[json] = outcomes;
        return outcomes;
    }

    static DateTimeOffset? Time(NpgsqlDataReader r, int column) => r.IsDBNull(column) ? null : new DateTimeOffset(r.GetDateTime(column));
}
