using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Kapok.Foundation.Data;
using Npgsql;
using NpgsqlTypes;

namespace Kapok.Foundation.Events;

/// <summary>An event about to be written.</summary>
/// <param name="Type">Past-tense fact, kebab case: <c>case-submitted</c>.</param>
/// <param name="Data">Facts of the event as JSON text.</param>
/// <param name="Ground">Legal or factual ground, when the act needs one.</param>
public sealed record NewEvent(string Type, string Data, string Ground = "");

/// <summary>An event as it stands in the log.</summary>
public sealed record LoggedEvent(Guid Stream, int Seq, string Type, DateTimeOffset At, Guid? Actor, string ActorName, Guid? OnBehalf, string Origin, string Ground, string Data, byte[] Digest);

/// <summary>Where a chain stands: number and digest of its last event.</summary>
public readonly record struct ChainHead(int Seq, byte[] Digest)
{
    public static ChainHead Start(Guid stream) => new(0, SHA256.HashData(stream.ToByteArray(bigEndian: true)));
}

/// <summary>
/// The append-only, hash-chained event log. A digest covers the previous digest and every field of the event, so
/// that a changed, dropped or inserted event breaks the chain at that place.
/// </summary>
public static class EventLog
{
    /// <summary>Chains new events to a head. Pure; the caller stores the result and the new head in one transaction.</summary>
    public static (IReadOnlyList<LoggedEvent> Events, ChainHead Head) Seal(Guid stream, ChainHead head, Actor actor, DateTimeOffset at, IReadOnlyList<NewEvent> events)
    {
        at = Microseconds(at);
        var result = new LoggedEvent[events.Count];
        for (var i = 0; i < events.Count; i++)
        {
            var e = new LoggedEvent(stream, head.Seq + 1, events[i].Type, at, actor.Person, actor.Name, actor.OnBehalfOf, actor.Origin, events[i].Ground, events[i].Data, []);
            e = e with { Digest = DigestOf(head.Digest, e) };
            result[i] = e;
            head = new(e.Seq, e.Digest);
        }
        return (result, head);
    }

    /// <summary>Appends to a stream whose head the log keeps itself; concurrent appenders wait for each other.</summary>
    public static async Task<ChainHead> Append(NpgsqlConnection connection, Guid stream, Actor actor, DateTimeOffset at, params IReadOnlyList<NewEvent> events)
    {
        var start = ChainHead.Start(stream);
        await connection.ExecuteAsync("insert into kapok.stream (id, seq, digest) values (@stream, 0, @Digest) on conflict do nothing", new { stream, start.Digest });
        var (seq, digest) = await connection.QuerySingleAsync<(int, byte[])>("select seq, digest from kapok.stream where id = @stream for update", new { stream });
        var (sealedEvents, head) = Seal(stream, new(seq, digest), actor, at, events);
        await Insert(connection, sealedEvents);
        await connection.ExecuteAsync("update kapok.stream set seq = @Seq, digest = @Digest where id = @stream", new { head.Seq, head.Digest, stream });
        return head;
    }

    /// <summary>Writes sealed events in one statement, however many.</summary>
    public static async Task Insert(NpgsqlConnection connection, IReadOnlyList<LoggedEvent> events)
    {
        if (events.Count == 0) return;
        await using var command = new NpgsqlCommand(InsertSql, connection);
        AddParameters(command, events);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The same statement for a batch, so that events travel with the other writes of a transaction.</summary>
    public static NpgsqlBatchCommand InsertCommand(IReadOnlyList<LoggedEvent> events)
    {
        var command = new NpgsqlBatchCommand(InsertSql);
        foreach (var p in Parameters(events)) command.Parameters.Add(p);
        return command;
    }

    const string InsertSql = """
        insert into kapok.event (stream, seq, type, at, actor, actor_name, on_behalf, origin, ground, data, digest)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::json[], $11)
        """;

    static void AddParameters(NpgsqlCommand command, IReadOnlyList<LoggedEvent> events)
    {
        foreach (var p in Parameters(events)) command.Parameters.Add(p);
    }

    static IEnumerable<NpgsqlParameter> Parameters(IReadOnlyList<LoggedEvent> events)
    {
        static NpgsqlParameter Array<T>(IReadOnlyList<LoggedEvent> events, NpgsqlDbType type, Func<LoggedEvent, T> of)
        {
            var values = new T[events.Count];
            for (var i = 0; i < values.Length; i++) values[i] = of(events[i]);
            return new() { Value = values, NpgsqlDbType = NpgsqlDbType.Array | type };
        }
        yield return Array(events, NpgsqlDbType.Uuid, e => e.Stream);
        yield return Array(events, NpgsqlDbType.Integer, e => e.Seq);
        yield return Array(events, NpgsqlDbType.Text, e => e.Type);
        yield return Array(events, NpgsqlDbType.TimestampTz, e => e.At.UtcDateTime);
        yield return Array(events, NpgsqlDbType.Uuid, e => e.Actor);
        yield return Array(events, NpgsqlDbType.Text, e => e.ActorName);
        yield return Array(events, NpgsqlDbType.Uuid, e => e.OnBehalf);
        yield return Array(events, NpgsqlDbType.Text, e => e.Origin);
        yield return Array(events, NpgsqlDbType.Text, e => e.Ground);
        yield return Array(events, NpgsqlDbType.Text, e => e.Data);
        yield return Array(events, NpgsqlDbType.Bytea, e => e.Digest);
    }

    const string SelectSql = """
        select stream, seq, type, at, actor, actor_name, on_behalf, origin, ground, data::text, digest from kapok.event where stream = $1 order by seq
        """;

    public static async Task<IReadOnlyList<LoggedEvent>> Read(NpgsqlConnection connection, Guid stream)
    {
        await using var command = new NpgsqlCommand(SelectSql, connection) { Parameters = { new() { Value = stream } } };
        await using var reader = await command.ExecuteReaderAsync();
        return await ReadRows(reader);
    }

    /// <summary>The question for a batch; <see cref="ReadRows"/> reads its answer.</summary>
    public static NpgsqlBatchCommand SelectCommand(Guid stream) => new(SelectSql) { Parameters = { new() { Value = stream } } };

    /// <summary>The events of the reader's current result.</summary>
    public static async Task<IReadOnlyList<LoggedEvent>> ReadRows(NpgsqlDataReader reader)
    {
        var events = new List<LoggedEvent>();
        while (await reader.ReadAsync())
            events.Add(new(reader.GetGuid(0), reader.GetInt32(1), reader.GetString(2), new DateTimeOffset(reader.GetDateTime(3)), reader.IsDBNull(4) ? null : reader.GetGuid(4),
                reader.GetString(5), reader.IsDBNull(6) ? null : reader.GetGuid(6), reader.GetString(7), reader.GetString(8), reader.GetString(9), (byte[])reader[10]));
        return events;
    }

    /// <summary>Number of the first event that breaks the chain, or null when the chain is whole.</summary>
    public static int? FirstBreak(Guid stream, IReadOnlyList<LoggedEvent> events)
    {
        var head = ChainHead.Start(stream);
        foreach (var e in events)
        {
            if (e.Stream != stream || e.Seq != head.Seq + 1 || !CryptographicOperations.FixedTimeEquals(DigestOf(head.Digest, e), e.Digest)) return head.Seq + 1;
            head = new(e.Seq, e.Digest);
        }
        return null;
    }

    /// <summary>SHA-256 over: previous digest, stream, seq, time in microseconds, then each text field with its length.</summary>
    public static byte[] DigestOf(byte[] previous, LoggedEvent e)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> fixedPart = stackalloc byte[16 + 4 + 8 + 16 + 16];
        e.Stream.TryWriteBytes(fixedPart, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(fixedPart[16..], e.Seq);
        BinaryPrimitives.WriteInt64BigEndian(fixedPart[20..], (e.At.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / 10);
        (e.Actor ?? Guid.Empty).TryWriteBytes(fixedPart[28..], bigEndian: true, out _);
        (e.OnBehalf ?? Guid.Empty).TryWriteBytes(fixedPart[44..], bigEndian: true, out _);
        hash.AppendData(previous);
        hash.AppendData(fixedPart);
        foreach (var text in (ReadOnlySpan<string>)[e.Type, e.ActorName, e.Origin, e.Ground, e.Data]) Append(hash, text);
        return hash.GetHashAndReset();
    }

    static void Append(IncrementalHash hash, string text)
    {
        var count = Encoding.UTF8.GetByteCount(text);
        var buffer = count <= 1024 ? stackalloc byte[count + 4] : new byte[count + 4];
        BinaryPrimitives.WriteInt32BigEndian(buffer, count);
        Encoding.UTF8.GetBytes(text, buffer[4..]);
        hash.AppendData(buffer);
    }

    /// <summary>PostgreSQL keeps microseconds; a digest over more would not verify after reading back.</summary>
    static DateTimeOffset Microseconds(DateTimeOffset at) => new(at.UtcTicks / 10 * 10, TimeSpan.Zero);
}
