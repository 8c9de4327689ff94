using Kapok.Cases.Model;
using Kapok.Documents.Licences;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Npgsql;
using NpgsqlTypes;
using static Kapok.Cases.Storage.Columns;

namespace Kapok.Cases.Storage;

/// <summary>A newly submitted case.</summary>
sealed record NewCase(CaseChange Change, string Answers, string Eligibility);

/// <summary>Writes what decisions changed: any number of cases in one round trip, inside the caller's transaction.</summary>
static class CaseWriting
{
    public static async Task Insert(NpgsqlConnection connection, IReadOnlyList<NewCase> cases, IReadOnlyList<LicenceChange> licences, DateTimeOffset now)
    {
        await using var batch = new NpgsqlBatch(connection);
        var rows = cases.Select(c => c.Change.After.Row).ToList();
        batch.BatchCommands.Add(Of("""
            insert into cases."case" (id, number, query_code, definition, item_code, implementation, item_name, organisation, division, line, party, party_name, submitter, channel,
              state, result, due_on, due_at, yellow_at, provisional, submitted_at, accepted_at, closed_at, version, digest, flow, variables, clock, correction)
            select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::smallint[], $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26::json[], $27::json[], $28::json[], $29::json[])
            """, rows,
            Uuid<CaseRow>(r => r.Id), Text<CaseRow>(r => r.Number), Text<CaseRow>(r => r.QueryCode), Int<CaseRow>(r => r.Definition), Text<CaseRow>(r => r.ItemCode),
            Text<CaseRow>(r => r.Implementation), Text<CaseRow>(r => r.ItemName), Uuid<CaseRow>(r => r.Organisation), Text<CaseRow>(r => r.Division), Text<CaseRow>(r => r.Line),
            Uuid<CaseRow>(r => r.Party), Text<CaseRow>(r => r.PartyName), Uuid<CaseRow>(r => r.Submitter), Int<CaseRow>(r => r.Channel),
            Text<CaseRow>(State), Text<CaseRow>(r => r.Result), Date<CaseRow>(r => r.DueOn), Time<CaseRow>(r => r.DueAt), Time<CaseRow>(r => r.YellowAt), Flag<CaseRow>(r => r.Provisional),
            Time<CaseRow>(r => r.SubmittedAt), Time<CaseRow>(r => r.AcceptedAt), Time<CaseRow>(r => r.ClosedAt), Int<CaseRow>(r => r.Version), Bytes<CaseRow>(r => r.Digest),
            Text<CaseRow>(r => r.Flow), Text<CaseRow>(r => r.Variables), Text<CaseRow>(r => r.Clock), Text<CaseRow>(r => r.Correction)));
        batch.BatchCommands.Add(Of("insert into cases.content (case_id, answers, eligibility) select a, b, c from unnest($1, $2::json[], $3::json[]) as t(a, b, c)", cases,
            Uuid<NewCase>(c => c.Change.After.Row.Id), Text<NewCase>(c => c.Answers), Text<NewCase>(c => c.Eligibility)));
        var open = rows.Where(r => r.Open).ToList();
        if (open.Count > 0)
            batch.BatchCommands.Add(Of("insert into cases.open (case_id, organisation, due_at) select * from unnest($1, $2, $3)", open,
                Uuid<CaseRow>(r => r.Id), Uuid<CaseRow>(r => r.Organisation), Time<CaseRow>(r => r.DueAt)));
        batch.BatchCommands.Add(Of("delete from cases.draft where id = any($1)", rows, Uuid<CaseRow>(r => r.Id)));
        Common(batch, [.. cases.Select(c => c.Change)], now);
        LicenceWriting.Add(batch, licences, now);
        await batch.ExecuteNonQueryAsync();
    }

    public static async Task Update(NpgsqlConnection connection, IReadOnlyList<CaseChange> changes, IReadOnlyList<LicenceChange> licences, DateTimeOffset now)
    {
        if (changes.Count == 0) return;
        await using var batch = new NpgsqlBatch(connection);
        // A case that changed more than once in the batch is written as it last stood.
        var rows = changes.Select(c => c.After.Row).GroupBy(r => r.Id).Select(g => g.Last()).ToList();
        batch.BatchCommands.Add(Of("""
            update cases."case" c set state = u.state, result = u.result, due_on = u.due_on, due_at = u.due_at, yellow_at = u.yellow_at, provisional = u.provisional,
              accepted_at = u.accepted_at, closed_at = u.closed_at, version = u.version, digest = u.digest, flow = u.flow, variables = u.variables, clock = u.clock, correction = u.correction
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::json[], $13::json[], $14::json[], $15::json[])
              as u(id, state, result, due_on, due_at, yellow_at, provisional, accepted_at, closed_at, version, digest, flow, variables, clock, correction)
            where c.id = u.id
            """, rows,
            Uuid<CaseRow>(r => r.Id), Text<CaseRow>(State), Text<CaseRow>(r => r.Result), Date<CaseRow>(r => r.DueOn), Time<CaseRow>(r => r.DueAt), Time<CaseRow>(r => r.YellowAt), Flag<CaseRow>(r => r.Provisional),
            Time<CaseRow>(r => r.AcceptedAt), Time<CaseRow>(r => r.ClosedAt), Int<CaseRow>(r => r.Version), Bytes<CaseRow>(r => r.Digest),
            Text<CaseRow>(r => r.Flow), Text<CaseRow>(r => r.Variables), Text<CaseRow>(r => r.Clock), Text<CaseRow>(r => r.Correction)));
        var moved = changes.Where(c => c.DueMoved && c.After.Row.Open).Select(c => c.After.Row).GroupBy(r => r.Id).Select(g => g.Last()).ToList();
        if (moved.Count > 0)
            batch.BatchCommands.Add(Of("update cases.open o set due_at = u.due_at from unnest($1, $2) as u(id, due_at) where o.case_id = u.id", moved, Uuid<CaseRow>(r => r.Id), Time<CaseRow>(r => r.DueAt)));
        var answers = changes.Where(c => c.Answers is not null).ToList();
        if (answers.Count > 0)
            batch.BatchCommands.Add(Of("update cases.content c set answers = u.answers from unnest($1, $2::json[]) as u(id, answers) where c.case_id = u.id", answers,
                Uuid<CaseChange>(c => c.After.Row.Id), Text<CaseChange>(c => c.Answers)));
        Common(batch, changes, now);
        LicenceWriting.Add(batch, licences, now);
        await batch.ExecuteNonQueryAsync();
    }

    static void Common(NpgsqlBatch batch, IReadOnlyList<CaseChange> changes, DateTimeOffset now)
    {
        void Add<T>(List<T> rows, string sql, params ReadOnlySpan<Column<T>> columns)
        {
            if (rows.Count > 0) batch.BatchCommands.Add(Of(sql, rows, columns));
        }
        void AddAt<T>(List<T> rows, string sql, params ReadOnlySpan<Column<T>> columns)
        {
            if (rows.Count == 0) return;
            var command = Of(sql, rows, columns);
            command.Parameters.Add(new() { Value = now.UtcDateTime, NpgsqlDbType = NpgsqlDbType.TimestampTz });
            batch.BatchCommands.Add(command);
        }

        var ended = changes.Where(c => c.Ended).Select(c => c.After.Row).ToList();
        Add(ended, "delete from cases.open where case_id = any($1)", Uuid<CaseRow>(r => r.Id));
        Add(ended.Where(r => r is { AcceptedAt: not null, ClosedAt: not null }).ToList(), "insert into cases.achieved (case_id, implementation, accepted_at, closed_at) select * from unnest($1, $2, $3, $4)",
            Uuid<CaseRow>(r => r.Id), Text<CaseRow>(r => r.Implementation), Time<CaseRow>(r => r.AcceptedAt), Time<CaseRow>(r => r.ClosedAt));
        Add(changes.SelectMany(c => c.ClosedTasks.Select(k => (c.After.Row.Id, Key: k))).ToList(),
            "delete from cases.task t using unnest($1, $2) as u(case_id, key) where t.case_id = u.case_id and t.key = u.key",
            Uuid<(Guid Id, string Key)>(t => t.Id), Text<(Guid Id, string Key)>(t => t.Key));
        Add(changes.SelectMany(c => c.WrittenTasks.Where(t => c.After.Task(t.Key) is not null)).GroupBy(t => (t.CaseId, t.Key)).Select(g => g.Last()).ToList(), """
            insert into cases.task (case_id, key, node, name, kind, post, organisation, outcomes, opened_at, due_at, assignee, assignee_name, assigned_at)
            select * from unnest($1, $2, $3, $4, $5, $6, $7, $8::json[], $9, $10, $11, $12, $13)
            on conflict (case_id, key) do update set assignee = excluded.assignee, assignee_name = excluded.assignee_name, assigned_at = excluded.assigned_at
            """,
            Uuid<CaseTask>(t => t.CaseId), Text<CaseTask>(t => t.Key), Text<CaseTask>(t => t.Node), Text<CaseTask>(t => t.Name), Text<CaseTask>(t => t.Kind), Text<CaseTask>(t => t.Post),
            Uuid<CaseTask>(t => t.Organisation), Text<CaseTask>(t => Json.Write(t.Outcomes)), Time<CaseTask>(t => t.OpenedAt), Time<CaseTask>(t => t.DueAt),
            Uuid<CaseTask>(t => t.Assignee), Text<CaseTask>(t => t.AssigneeName), Time<CaseTask>(t => t.AssignedAt));
        Add(changes.SelectMany(c => c.DisarmedTimers.Select(k => (c.After.Row.Id, Key: k))).ToList(),
            "delete from cases.timer t using unnest($1, $2) as u(case_id, key) where t.case_id = u.case_id and t.key = u.key",
            Uuid<(Guid Id, string Key)>(t => t.Id), Text<(Guid Id, string Key)>(t => t.Key));
        Add(changes.SelectMany(c => c.Timers).GroupBy(t => (t.CaseId, t.Key)).Select(g => g.Last()).ToList(),
            "insert into cases.timer (case_id, key, due_at) select * from unnest($1, $2, $3) on conflict (case_id, key) do update set due_at = excluded.due_at",
            Uuid<CaseTimer>(t => t.CaseId), Text<CaseTimer>(t => t.Key), Time<CaseTimer>(t => t.DueAt));
        AddAt(changes.SelectMany(c => c.Messages).ToList(), """
            insert into cases.message (id, case_id, party, from_party, sender, kind, title, body, needs_act, at)
            select a, b, c, d, e, f, g, h, i, $10 from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) as t(a, b, c, d, e, f, g, h, i)
            """,
            Uuid<NewMessage>(_ => Guid.CreateVersion7()), Uuid<NewMessage>(m => m.CaseId), Uuid<NewMessage>(m => m.Party), Flag<NewMessage>(m => m.FromParty), Text<NewMessage>(m => m.Sender),
            Text<NewMessage>(m => m.Kind), Text<NewMessage>(m => m.Title), Text<NewMessage>(m => m.Body), Flag<NewMessage>(m => m.NeedsAct));
        AddAt(changes.SelectMany(c => c.Documents).ToList(), """
            insert into cases.document (id, case_id, kind, title, number, html, digest, made_by, made_at)
            select a, b, c, d, e, f, g, h, $9 from unnest($1, $2, $3, $4, $5, $6, $7, $8) as t(a, b, c, d, e, f, g, h)
            """,
            Uuid<NewDocument>(d => d.Id), Uuid<NewDocument>(d => d.CaseId), Text<NewDocument>(d => d.Kind), Text<NewDocument>(d => d.Title), Text<NewDocument>(d => d.Number),
            Text<NewDocument>(d => d.Html), Text<NewDocument>(d => d.Digest), Text<NewDocument>(d => d.MadeBy));
        AddAt(changes.SelectMany(c => c.Notes).ToList(),
            "insert into cases.note (id, case_id, author, author_name, text, at) select a, b, c, d, e, $6 from unnest($1, $2, $3, $4, $5) as t(a, b, c, d, e)",
            Uuid<NewNote>(_ => Guid.CreateVersion7()), Uuid<NewNote>(n => n.CaseId), Uuid<NewNote>(n => n.Author), Text<NewNote>(n => n.AuthorName), Text<NewNote>(n => n.Text));
        AddAt(changes.SelectMany(c => c.Consultations).ToList(), """
            insert into cases.consultation (id, case_id, asked_by, asked_by_name, from_organisation, organisation, question, due_on, confidential, person, person_name, person_unit, phone, asked_at)
            select a, b, c, d, e, f, g, h, i, j, k, l, m, $14 from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) as t(a, b, c, d, e, f, g, h, i, j, k, l, m)
            """,
            Uuid<NewConsultation>(c => c.Id), Uuid<NewConsultation>(c => c.CaseId), Uuid<NewConsultation>(c => c.AskedBy), Text<NewConsultation>(c => c.AskedByName), Uuid<NewConsultation>(c => c.From),
            Uuid<NewConsultation>(c => c.Organisation), Text<NewConsultation>(c => c.Question), Date<NewConsultation>(c => c.DueOn), Flag<NewConsultation>(c => c.Confidential),
            Uuid<NewConsultation>(c => c.Expert?.Person), Text<NewConsultation>(c => c.Expert?.Name), Text<NewConsultation>(c => c.Expert?.Unit), Text<NewConsultation>(c => c.Expert is { Person: null } outside ? outside.Phone : null));
        AddAt(changes.Where(c => c.Answered is not null).Select(c => c.Answered!).ToList(),
            "update cases.consultation c set answered_by = u.b, answered_by_name = u.n, answer = u.t, answered_at = $5 from unnest($1, $2, $3, $4) as u(id, b, n, t) where c.id = u.id",
            Uuid<ConsultationAnswer>(a => a.Id), Uuid<ConsultationAnswer>(a => a.AnsweredBy), Text<ConsultationAnswer>(a => a.AnsweredByName), Text<ConsultationAnswer>(a => a.Answer));
        Add(changes.SelectMany(c => c.OtherNumbers).ToList(), "insert into cases.other_number (case_id, number, source) select * from unnest($1, $2, $3) on conflict do nothing",
            Uuid<OtherNumber>(n => n.CaseId), Text<OtherNumber>(n => n.Number), Text<OtherNumber>(n => n.Source));
        AddAt(changes.Where(c => c.Reminded is not null).Select(c => c.Reminded!.Value).ToList(),
            "update cases.consultation c set reminders = reminders + 1, reminded_at = $2 from unnest($1) as u(id) where c.id = u.id", Uuid<Guid>(id => id));
        AddAt(changes.SelectMany(c => c.Attachments).ToList(), """
            insert into cases.attachment (id, case_id, purpose, subject, name, file, size, type, digest, added_by, added_by_name, added_at)
            select a, b, c, d, e, f, g, h, i, j, k, $12 from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) as t(a, b, c, d, e, f, g, h, i, j, k)
            """,
            Uuid<NewAttachment>(a => a.Id), Uuid<NewAttachment>(a => a.CaseId), Text<NewAttachment>(a => a.Purpose), Uuid<NewAttachment>(a => a.Subject), Text<NewAttachment>(a => a.File.Name),
            Uuid<NewAttachment>(a => a.File.File), Long<NewAttachment>(a => a.File.Size), Text<NewAttachment>(a => a.File.Type), Text<NewAttachment>(a => a.File.Digest),
            Uuid<NewAttachment>(a => a.AddedBy), Text<NewAttachment>(a => a.AddedByName));
        AddAt(changes.SelectMany(c => c.Sent).ToList(), """
            insert into cases.flow_message (id, from_case, name, correlation, content, sent_at)
            select a, b, c, d, e, $6 from unnest($1, $2, $3, $4, $5::json[]) as t(a, b, c, d, e)
            """,
            Uuid<NewFlowMessage>(m => m.Id), Uuid<NewFlowMessage>(m => m.FromCase), Text<NewFlowMessage>(m => m.Name), Text<NewFlowMessage>(m => m.Correlation), Text<NewFlowMessage>(m => m.Content));
        Add(changes.Where(c => c.Took is not null).Select(c => c.Took!.Value).ToList(), "delete from cases.flow_message m using unnest($1) as u(id) where m.id = u.id", Uuid<Guid>(id => id));
        batch.BatchCommands.Add(EventLog.InsertCommand([.. changes.SelectMany(c => c.Events)]));
    }

    static string State(CaseRow row) => row.State switch
    {
        CaseState.Submitted => "submitted", CaseState.Correcting => "correcting", CaseState.Accepted => "accepted", CaseState.Suspended => "suspended", _ => "closed",
    };
}
