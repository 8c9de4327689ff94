using System.Collections.Immutable;
using Kapok.Foundation.Data;
using Npgsql;
using NpgsqlTypes;

namespace Kapok.Documents.Licences;

/// <summary>Reads rows of the register.</summary>
static class LicenceReading
{
    public const string Columns = """
        id, chain, version, identifier, type, type_version, type_code, name, number, issuer, issuer_code, issuer_name, division, line, holders::text, issued_on, valid_from, valid_to,
        state, state_reason, fields::text, notes::text, grade, source, case_id, case_number, previous, next, file, file_digest, sealed_at, waits, seq, digest, changed_at
        """;

    /// <summary>Rows of a statement that begins <c>select {Columns} from documents.licence</c>.</summary>
    public static async Task<List<LicenceRow>> Rows(NpgsqlConnection connection, string rest, params object[] values)
    {
        await using var command = new NpgsqlCommand($"select {Columns} from documents.licence {rest}", connection);
        foreach (var value in values) command.Parameters.Add(value is NpgsqlParameter p ? p : new NpgsqlParameter { Value = value });
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<LicenceRow>();
        while (await reader.ReadAsync()) rows.Add(Read(reader));
        return rows;
    }

    public static NpgsqlParameter Uuids(IEnumerable<Guid> ids) => new() { Value = ids.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid };

    /// <summary>Whole chains, locked, in order of id so that two never wait for each other in a circle.</summary>
    public static async Task<Dictionary<Guid, LicenceChain>> ForUpdate(NpgsqlConnection connection, IEnumerable<Guid> chains) =>
        (await Rows(connection, "where chain = any($1) order by chain, version for update", Uuids(chains))).GroupBy(r => r.Chain).ToDictionary(g => g.Key, g => new LicenceChain([.. g]));

    public static LicenceRow Read(NpgsqlDataReader r) => new()
    {
        Id = r.GetGuid(0), Chain = r.GetGuid(1), Version = r.GetInt16(2), Identifier = r.GetString(3), Type = r.GetString(4), TypeVersion = r.GetInt32(5), TypeCode = r.GetString(6), Name = r.GetString(7),
        Number = r.GetString(8), Issuer = r.GetGuid(9), IssuerCode = r.GetString(10), IssuerName = r.GetString(11), Division = r.GetString(12), Line = r.GetString(13),
        Holders = Json.Read<ImmutableArray<LicenceHolder>>(r.GetString(14)), IssuedOn = r.GetFieldValue<DateOnly>(15), ValidFrom = r.GetFieldValue<DateOnly>(16), ValidTo = r.IsDBNull(17) ? null : r.GetFieldValue<DateOnly>(17),
        State = LicenceWords.State(r.GetString(18)), StateReason = r.GetString(19), Fields = Json.Read<ImmutableArray<FieldValue>>(r.GetString(20)), Notes = Json.Read<ImmutableArray<LicenceNote>>(r.GetString(21)),
        Grade = r.GetString(22)[0], Source = r.GetString(23), CaseId = Id(r, 24), CaseNumber = r.IsDBNull(25) ? null : r.GetString(25), Previous = Id(r, 26), Next = Id(r, 27), File = Id(r, 28),
        FileDigest = r.IsDBNull(29) ? null : r.GetString(29), SealedAt = r.IsDBNull(30) ? null : new DateTimeOffset(r.GetDateTime(30)), Waits = r.GetString(31), Seq = r.GetInt32(32), Digest = (byte[])r[33],
        ChangedAt = new DateTimeOffset(r.GetDateTime(34)),
    };

    static Guid? Id(NpgsqlDataReader r, int column) => r.IsDBNull(column) ? null : r.GetGuid(column);
}
