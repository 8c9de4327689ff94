using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Npgsql;
using NpgsqlTypes;

namespace Kapok.Documents.Licences;

/// <summary>Writes what decisions on licences changed: any number in three statements of the caller's batch, inside his transaction.</summary>
public static class LicenceWriting
{
    /// <summary>Adds the statements to a batch; nothing when there is nothing to write.</summary>
    public static void Add(NpgsqlBatch batch, IReadOnlyList<LicenceChange> changes, DateTimeOffset now)
    {
        if (changes.Count == 0) return;
        // A version that changed more than once is written as it last stood.
        var rows = changes.SelectMany(c => c.Rows).GroupBy(r => r.Id).Select(g => g.Last()).ToList();
        batch.BatchCommands.Add(Rows(rows));
        batch.BatchCommands.Add(EventLog.InsertCommand([.. changes.SelectMany(c => c.Events)]));
        var waiting = rows.Where(r => r.State is LicenceState.ToMake or LicenceState.ToSeal).ToList();
        if (waiting.Count > 0) batch.BatchCommands.Add(Jobs(waiting, now));
    }

    /// <summary>The same as a batch of its own.</summary>
    public static async Task Write(NpgsqlConnection connection, IReadOnlyList<LicenceChange> changes, DateTimeOffset now)
    {
        if (changes.Count == 0) return;
        await using var batch = new NpgsqlBatch(connection);
        Add(batch, changes, now);
        await batch.ExecuteNonQueryAsync();
    }

    static NpgsqlBatchCommand Rows(IReadOnlyList<LicenceRow> rows)
    {
        var command = new NpgsqlBatchCommand("""
            insert into documents.licence (id, chain, version, identifier, type, type_version, type_code, name, number, issuer, issuer_code, issuer_name, division, line, holders, holder_keys,
              issued_on, valid_from, valid_to, state, state_reason, fields, notes, grade, source, case_id, case_number, previous, next, file, file_digest, sealed_at, waits, seq, digest, changed_at)
            select u.id, u.chain, u.version, u.identifier, u.type, u.type_version, u.type_code, u.name, u.number, u.issuer, u.issuer_code, u.issuer_name, u.division, u.line, u.holders::json, string_to_array(u.holder_keys, ' '),
              u.issued_on, u.valid_from, u.valid_to, u.state, u.state_reason, u.fields::json, u.notes::json, u.grade, u.source, u.case_id, u.case_number, u.previous, u.next, u.file, u.file_digest, u.sealed_at, u.waits, u.seq, u.digest, u.changed_at
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36)
              as u(id, chain, version, identifier, type, type_version, type_code, name, number, issuer, issuer_code, issuer_name, division, line, holders, holder_keys,
              issued_on, valid_from, valid_to, state, state_reason, fields, notes, grade, source, case_id, case_number, previous, next, file, file_digest, sealed_at, waits, seq, digest, changed_at)
            on conflict (id) do update set state = excluded.state, state_reason = excluded.state_reason, notes = excluded.notes, next = excluded.next, file = excluded.file, file_digest = excluded.file_digest,
              sealed_at = excluded.sealed_at, waits = excluded.waits, seq = excluded.seq, digest = excluded.digest, changed_at = excluded.changed_at
            """);
        void Of<T>(NpgsqlDbType type, Func<LicenceRow, T> of) => command.Parameters.Add(new NpgsqlParameter { Value = rows.Select(of).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type });
        void Text(Func<LicenceRow, string?> of) => Of(NpgsqlDbType.Text, of);
        Of(NpgsqlDbType.Uuid, r => r.Id); Of(NpgsqlDbType.Uuid, r => r.Chain); Of(NpgsqlDbType.Smallint, r => (short)r.Version); Text(r => r.Identifier); Text(r => r.Type);
        Of(NpgsqlDbType.Integer, r => r.TypeVersion); Text(r => r.TypeCode); Text(r => r.Name); Text(r => r.Number); Of(NpgsqlDbType.Uuid, r => r.Issuer);
        Text(r => r.IssuerCode); Text(r => r.IssuerName); Text(r => r.Division); Text(r => r.Line); Text(r => Json.Write(r.Holders));
        Text(r => string.Join(' ', r.Holders.Select(h => h.LookUp).Distinct())); Of(NpgsqlDbType.Date, r => r.IssuedOn); Of(NpgsqlDbType.Date, r => r.ValidFrom); Of(NpgsqlDbType.Date, r => r.ValidTo);
        Text(r => LicenceWords.Key(r.State)); Text(r => r.StateReason); Text(r => Json.Write(r.Fields)); Text(r => Json.Write(r.Notes)); Text(r => r.Grade.ToString()); Text(r => r.Source);
        Of(NpgsqlDbType.Uuid, r => r.CaseId); Text(r => r.CaseNumber); Of(NpgsqlDbType.Uuid, r => r.Previous); Of(NpgsqlDbType.Uuid, r => r.Next); Of(NpgsqlDbType.Uuid, r => r.File); Text(r => r.FileDigest);
        Of(NpgsqlDbType.TimestampTz, r => r.SealedAt?.UtcDateTime); Text(r => r.Waits); Of(NpgsqlDbType.Integer, r => r.Seq); Of(NpgsqlDbType.Bytea, r => r.Digest); Of(NpgsqlDbType.TimestampTz, r => r.ChangedAt.UtcDateTime);
        return command;
    }

    /// <summary>One job a licence that waits; one that waits already is left as it is.</summary>
    static NpgsqlBatchCommand Jobs(IReadOnlyList<LicenceRow> waiting, DateTimeOffset now) => new("""
        insert into kapok.job (id, kind, key, due, payload) select u.id, $4, u.key, $5, u.payload::jsonb from unnest($1, $2, $3) as u(id, key, payload)
        on conflict (kind, key) where key is not null and state in ('waiting', 'running') do nothing
        """)
    {
        Parameters =
        {
            new() { Value = waiting.Select(_ => Guid.CreateVersion7()).ToArray() }, new() { Value = waiting.Select(r => r.Id.ToString()).ToArray() },
            new() { Value = waiting.Select(r => Json.Write(new { licence = r.Id })).ToArray() }, new() { Value = PressJob.KindName }, new() { Value = now.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz },
        },
    };
}
