using System.Collections.Immutable;
using System.Text.Json;
using Dapper;
using Kapok.Cases.Clock;
using Kapok.Cases.Deciding;
using Kapok.Cases.Definitions;
using Kapok.Cases.Model;
using Kapok.Cases.Storage;
using Kapok.Foundation;
using Kapok.Foundation.Data;
using Kapok.Foundation.Events;
using Kapok.Identity;
using Npgsql;

namespace Kapok.Cases.Handling;

public sealed record DocumentRow(Guid Id, Guid CaseId, string Kind, string Title, string Number, string Html, string Digest, DateTime MadeAt, string MadeBy);
public sealed record MessageRow(Guid Id, Guid CaseId, Guid Party, bool FromParty, string Sender, string Kind, string Title, string Body, bool NeedsAct, DateTime At, DateTime? ReadAt, bool Archived);
public sealed record NoteRow(Guid Id, string AuthorName, string Text, DateTime At);
public sealed record ConsultationRow(Guid Id, Guid CaseId, string AskedByName, Guid FromOrganisation, Guid? Organisation, string Question, DateOnly? DueOn, DateTime AskedAt, string? Answer, string? AnsweredByName, DateTime? AnsweredAt, bool Confidential, DateTime? RemindedAt, int Reminders, Guid? Person, string? PersonName, string? PersonUnit)
{
    /// <summary>A confidential question is read by the unit that asks, and by the unit or the person that is asked.</summary>
    public bool Open(Actor actor) => !Confidential || actor.Organisation == FromOrganisation || (PersonName is null ? actor.Organisation == Organisation : actor.Person == Person);
}

/// <summary>A case with everything a page about it shows.</summary>
public sealed record CaseView(CaseSnapshot Case, CaseDefinition Definition, ClockReading Clock, Organisation Body, ImmutableArray<LoggedEvent> Events, ImmutableArray<CaseMaterial> Materials,
    ImmutableArray<DocumentRow> Documents, ImmutableArray<MessageRow> Messages)
{
    /// <summary>Keys of the open tasks the reader may work.</summary>
    public ImmutableHashSet<string> Mine { get; init; } = [];

    public CaseRow Row => Case.Row;
    public JsonElement Answers { get; } = JsonDocument.Parse(Case.Content?.Answers ?? "{}").RootElement;
    /// <summary>How the result reaches the applicant, and how far it has come.</summary>
    public Delivery Delivery => delivery ??= Delivery.Of(Events, Answers);
    Delivery? delivery;
    /// <summary>The applicant may still choose: something is to come, and it has not left the house.</summary>
    public bool MayChooseDelivery => Row.Result is not ("withdrawn" or "not-accepted") && Delivery.CanChange;
    public Correction? Correction => Row is { State: CaseState.Correcting, Correction: { } json } ? Json.Read<Correction>(json) : null;
}

/// <summary>Reads cases for pages and the API. A stranger's case is not found; who may see it depends on who asks.</summary>
public sealed class CaseViews(Database database, DefinitionStore definitions, CalendarStore calendars, OrganisationDirectory directory, DataReads reads, TimeProvider time)
{
    /// <summary>For the applicant: his own cases, by id or number.</summary>
    /// <param name="papers">With the text of the documents; a page that only names them leaves it in the database.</param>
    public async Task<CaseView?> ForApplicant(Guid id, Actor actor, bool papers = true)
    {
        var view = await Load(id, papers);
        return view is not null && Owns(actor, view.Row) ? view : null;
    }

    /// <summary>For an official whose scope reaches the case, or who has work or a question in it. The reading is recorded.</summary>
    public async Task<(CaseView? View, Decision Decision)> ForOfficial(Guid id, Actor actor, string purpose)
    {
        if (await Load(id) is not { } view) return (null, new(false, "没有这个办件"));
        var decision = await MaySee(actor, view.Case);
        if (!decision) return (null, decision);
        await reads.Record(actor, view.Row.Submitter, $"办件 {view.Row.Number}（{view.Row.ItemName}）", purpose);
        return (view with { Mine = [.. view.Case.Tasks.Where(t => MayWork(actor, t)).Select(t => t.Key)] }, decision);
    }

    bool MayWork(Actor actor, CaseTask task)
    {
        var unit = directory.Organisation(task.Organisation);
        return (task.Assignee is null || task.Assignee == actor.Person) && actor.Grants.Any(g => g.Role == task.Post && g.Reaches(new(unit?.DivisionPath, task.Organisation, unit?.Line)));
    }

    public static bool Owns(Actor actor, CaseRow row) => actor.Person is { } me && (row.Submitter == me || row.Party == me) || actor.OnBehalfOf is { } party && row.Party == party;

    public async Task<Decision> MaySee(Actor actor, CaseSnapshot snapshot)
    {
        if (actor.Kind != ActorKind.Official) return new(false, "没有这个办件");
        foreach (var permission in (string[])["cases.read", "cases.accept", "cases.review", "cases.decide", "cases.issue"])
            if (Access.Decide(actor, permission, snapshot.Target) is { Allowed: true } yes) return yes;
        foreach (var task in snapshot.Tasks)
        {
            var unit = directory.Organisation(task.Organisation);
            if (actor.Grants.Any(g => g.Role == task.Post && g.Reaches(new(unit?.DivisionPath, task.Organisation, unit?.Line)))) return new(true, $"有待办“{task.Name}”");
        }
        if (actor.Organisation is { } mine && await database.Read(c => c.ExecuteScalarAsync<bool>(
                "select exists (select 1 from cases.consultation where case_id = @id and organisation = @mine and (person is null or person = @me))", new { id = snapshot.Row.Id, mine, me = actor.Person })))
            return new(true, "本单位被征求意见");
        return new(false, "该办件不在您的职责范围内");
    }

    /// <summary>Everything about one case, in one round trip.</summary>
    /// <param name="papers">With the text of the documents.</param>
    public async Task<CaseView?> Load(Guid id, bool papers = true)
    {
        await using var c = await database.Open();
        await using var batch = new NpgsqlBatch(c);
        CaseReading.Ask(batch, id);
        batch.BatchCommands.Add(EventLog.SelectCommand(id));
        foreach (var sql in (string[])[Materials, papers ? Documents : DocumentsByName, Messages])
            batch.BatchCommands.Add(new(sql) { Parameters = { new() { Value = id, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid } } });
        await using var reader = await batch.ExecuteReaderAsync();
        if (!(await CaseReading.Answer(reader, withContent: true)).TryGetValue(id, out var snapshot)) return null;
        await reader.NextResultAsync();
        var events = await EventLog.ReadRows(reader);
        var (materials, documents, messages) = (await Rows<CaseMaterial>(reader), await Rows<DocumentRow>(reader), await Rows<MessageRow>(reader));
        var definition = await definitions.Get(snapshot.Row.Definition);
        return new(snapshot, definition, CaseClock.Reading(snapshot.Row, definition, calendars.Current, time.GetUtcNow()), directory.Organisation(snapshot.Row.Organisation)!, [.. events], materials, documents, messages);
    }

    const string Materials = "select * from cases.material where owner = $1 order by added_at", Messages = "select * from cases.message where case_id = $1 and kind <> 'draft' order by at, id",
        Documents = "select * from cases.document where case_id = $1 order by made_at, id",
        DocumentsByName = "select id, case_id, kind, title, number, '' as html, digest, made_at, made_by from cases.document where case_id = $1 order by made_at, id";

    static async Task<ImmutableArray<T>> Rows<T>(NpgsqlDataReader reader)
    {
        await reader.NextResultAsync();
        var parse = reader.GetRowParser<T>();
        var rows = ImmutableArray.CreateBuilder<T>();
        while (await reader.ReadAsync()) rows.Add(parse(reader));
        return rows.DrainToImmutable();
    }

    public Task<IReadOnlyList<NoteRow>> Notes(Guid id) => database.Read<IReadOnlyList<NoteRow>>(async c =>
        (await c.QueryAsync<NoteRow>("select id, author_name, text, at from cases.note where case_id = @id order by at", new { id })).AsList());

    public Task<IReadOnlyList<ConsultationRow>> Consultations(Guid id) => database.Read<IReadOnlyList<ConsultationRow>>(async c =>
        (await c.QueryAsync<ConsultationRow>("select id, case_id, asked_by_name, from_organisation, organisation, question, due_on, asked_at, answer, answered_by_name, answered_at, confidential, reminded_at, reminders, person, person_name, person_unit from cases.consultation where case_id = @id order by asked_at", new { id })).AsList());

    /// <summary>The ids behind a case number or query code, or else behind a number of another system: there several cases may have the same.</summary>
    public async Task<IReadOnlyList<Guid>> Find(string numberOrCode) => (await database.Read(c => c.QueryAsync<Guid>("""
        with own as (select id from cases."case" where number = @text or query_code = @code)
        select id from own union all select case_id from cases.other_number where number = @text and not exists (select 1 from own) limit 20
        """, new { text = numberOrCode.Trim(), code = numberOrCode.Trim().Replace("-", "", StringComparison.Ordinal).ToUpperInvariant() }))).AsList();
}
