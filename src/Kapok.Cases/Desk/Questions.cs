using System.Collections.Immutable;
using Dapper;
using Kapok.Cases.Handling;
using Kapok.Cases.Model;
using Kapok.Foundation;
using Kapok.Foundation.Data;

namespace Kapok.Cases.Desk;

/// <summary>A question to my unit.</summary>
public sealed record QuestionRow(Guid Id, Guid CaseId, string Number, string ItemName, string PartyName, string AskedByName, Guid? FromOrganisation, string Question, DateOnly? DueOn, DateTime AskedAt, string? Answer, string? AnsweredByName, DateTime? AnsweredAt, int Version, bool Confidential, DateTime? RemindedAt, Guid? Person, string? PersonName, string? PersonUnit);

/// <summary>Questions that other units ask the actor's unit or himself, and their answers. Who is asked sees that case, no other.</summary>
public sealed class Questions(Database database, CaseDesk desk, CaseViews views, TimeProvider time)
{
    const string Columns = """
        select q.id, q.case_id, c.number, c.item_name, c.party_name, q.asked_by_name, q.from_organisation, q.question, q.due_on, q.asked_at, q.answer, q.answered_by_name, q.answered_at, c.version, q.confidential, q.reminded_at, q.person, q.person_name, q.person_unit
        from cases.consultation q join cases."case" c on c.id = q.case_id where q.organisation = @unit and (q.person is null or q.person = @me)
        """;

    static readonly string Ours = Columns.Replace("where q.organisation = @unit and (q.person is null or q.person = @me)", "where q.from_organisation = @unit", StringComparison.Ordinal).Replace("q.from_organisation,", "q.organisation as from_organisation,", StringComparison.Ordinal);

    /// <summary>What our unit has asked and nobody has answered; <see cref="QuestionRow.FromOrganisation"/> is then the unit that was asked.</summary>
    public async Task<IReadOnlyList<QuestionRow>> Asked(Actor actor) => actor.Organisation is null ? []
        : await database.Read<IReadOnlyList<QuestionRow>>(async c => (await c.QueryAsync<QuestionRow>($"{Ours} and q.answered_at is null order by q.due_on nulls last, q.asked_at limit 200", new { unit = actor.Organisation, me = actor.Person })).AsList());

    public Task<IReadOnlyList<QuestionRow>> Open(Actor actor) => Rows(actor, "and q.answered_at is null order by q.due_on nulls last, q.asked_at limit 200");

    /// <summary>Answered ones, the latest first.</summary>
    public Task<IReadOnlyList<QuestionRow>> Answered(Actor actor) => Rows(actor, "and q.answered_at is not null order by q.answered_at desc limit 50");

    public async Task<QuestionRow?> Find(Guid id, Actor actor) => actor.Organisation is null ? null
        : await database.Read(c => c.QuerySingleOrDefaultAsync<QuestionRow>($"{Columns} and q.id = @id", new { unit = actor.Organisation, me = actor.Person, id }));

    async Task<IReadOnlyList<QuestionRow>> Rows(Actor actor, string rest) => actor.Organisation is null ? []
        : await database.Read<IReadOnlyList<QuestionRow>>(async c => (await c.QueryAsync<QuestionRow>($"{Columns} {rest}", new { unit = actor.Organisation, me = actor.Person })).AsList());

    /// <summary>Answers once, for the unit that was asked and nobody else.</summary>
    public async Task<Outcome<CaseSnapshot>> Answer(Guid id, Actor actor, string answer, ImmutableArray<AttachedFile> files)
    {
        if (await Find(id, actor) is not { } question) return Outcome<CaseSnapshot>.No(Refusal.NotFound, "没有这个问题，或者问的不是您的单位");
        if (question.AnsweredAt is not null) return Outcome<CaseSnapshot>.No(Refusal.Conflict, $"{question.AnsweredByName}已经答复过了");
        if (question.PersonName is not null) return await desk.Do(new AnswerExpert(question.CaseId, actor, id, question.PersonUnit ?? "", answer, question.Confidential) { Files = files });
        return await desk.Do(new AnswerUnit(question.CaseId, actor, id, actor.Organisation!.Value, answer, question.Confidential) { Files = files });
    }

    /// <summary>Asks again; not twice within an hour.</summary>
    public async Task<Outcome<CaseSnapshot>> Remind(Guid id, Guid question, Actor actor)
    {
        if ((await views.Consultations(id)).FirstOrDefault(q => q.Id == question) is not { } asked) return Outcome<CaseSnapshot>.No(Refusal.NotFound, "没有这个问题");
        if (asked.AnsweredAt is not null) return Outcome<CaseSnapshot>.No(Refusal.Conflict, $"{asked.AnsweredByName}已经答复了");
        if (asked.RemindedAt is { } at && time.GetUtcNow().UtcDateTime - at < TimeSpan.FromHours(1)) return Outcome<CaseSnapshot>.No(Refusal.Conflict, "刚刚催过，请过一会儿再催");
        return await desk.Do(asked.PersonName is { } name ? new RemindExpert(id, actor, question, asked.Person, name) : new RemindUnit(id, actor, question, asked.Organisation!.Value));
    }
}
